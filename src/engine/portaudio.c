#include "engine/portaudio.h"

#include <portaudio.h>
#include <stdio.h>

static void copy_name(PaDeviceIndex index, char out[PORTAUDIO_NAME_BYTES])
{
    const PaDeviceInfo *device = index == paNoDevice ? NULL : Pa_GetDeviceInfo(index);
    snprintf(out, PORTAUDIO_NAME_BYTES, "%s", device && device->name ? device->name : "");
}

enum sarai_status portaudio_devices(struct portaudio_devices *out, struct sarai_error *err)
{
    PaError code = Pa_Initialize();
    if (code != paNoError)
        return failed(err, SARAI_EINTERNAL, tr("PortAudio no arranca: %s", "PortAudio does not start: %s"),
                      Pa_GetErrorText(code));
    *out = (struct portaudio_devices){0};
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
        const PaDeviceInfo *device = Pa_GetDeviceInfo(i);
        out->n_inputs += device && device->maxInputChannels > 0;
        out->n_outputs += device && device->maxOutputChannels > 0;
    }
    copy_name(Pa_GetDefaultInputDevice(), out->input);
    copy_name(Pa_GetDefaultOutputDevice(), out->output);
    Pa_Terminate();
    return SARAI_OK;
}

const char *portaudio_version(void)
{
    return Pa_GetVersionInfo()->versionText;
}
