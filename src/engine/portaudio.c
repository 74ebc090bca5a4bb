#include "engine/portaudio.h"

#include <alsa/asoundlib.h>
#include <fcntl.h>
#include <portaudio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/library.h"
#include "engine/sound_way.h"

/* All that is called of PortAudio, which only a conversation over devices needs. */
#define PORTAUDIO(X)                                                                                         \
    X(Pa_CloseStream)                                                                                        \
    X(Pa_GetDefaultInputDevice)                                                                              \
    X(Pa_GetDefaultOutputDevice)                                                                             \
    X(Pa_GetDeviceCount)                                                                                     \
    X(Pa_GetDeviceInfo)                                                                                      \
    X(Pa_GetErrorText)                                                                                       \
    X(Pa_GetHostApiInfo)                                                                                     \
    X(Pa_Initialize)                                                                                         \
    X(Pa_OpenStream)                                                                                         \
    X(Pa_StartStream)                                                                                        \
    X(Pa_Terminate)

static struct {
    PORTAUDIO(LIBRARY_POINTER)
} pa;

static const struct library_function functions[] = {
#define ENTRY(name) {#name, &pa.name},
    PORTAUDIO(ENTRY)
#undef ENTRY
};

static struct library library = {"PortAudio",
                                 "libportaudio.so.2",
                                 "sudo apt-get install libportaudio2",
                                 functions,
                                 sizeof functions / sizeof *functions,
                                 false};

enum { BUFFERS_A_SECOND = 100 };
/* Where a device is ALSA's bridge to a sound server, it stalls for good after an underrun, and with less than
 * this it runs dry at once. */
static const double LATENCY_S = 0.06;

struct portaudio {
    struct sound base;
    bool started;
    PaStream *in, *out;
};

/* ---- devices ---------------------------------------------------------------------------------- */

static void ignore(const char *file, int line, const char *function, int code, const char *format, ...)
{
    (void)file, (void)line, (void)function, (void)code, (void)format;
}

/* ALSA and JACK tell the standard error what they think while they look around and when they run dry; a
 * conversation's screen is there. ALSA can be asked not to, JACK has to be muffled. */
static PaError start_quietly(void)
{
    int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    snd_lib_error_set_handler(ignore);
    if (kept >= 0 && nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    PaError code = pa.Pa_Initialize();
    if (kept >= 0 && nowhere >= 0)
        dup2(kept, STDERR_FILENO);
    if (kept >= 0)
        close(kept);
    if (nowhere >= 0)
        close(nowhere);
    return code;
}

/* Why a device does not work, in the language of messages; PortAudio knows English only. */
static const char *reason_of_device(PaError code)
{
    switch (code) {
    case paDeviceUnavailable:
        return tr("otro programa lo usa o no está conectado",
                  "another program has it, or it is not connected");
    case paInvalidDevice:
        return tr("no existe tal aparato", "there is no such device");
    case paInvalidSampleRate:
    case paSampleFormatNotSupported:
    case paInvalidChannelCount:
        return tr("no admite este sonido", "it does not take this sound");
    case paInsufficientMemory:
        return tr("no hay memoria", "there is no memory");
    case paUnanticipatedHostError:
    case paInternalError:
        return tr("falla el sistema de sonido", "the sound system fails");
    default:
        return pa.Pa_GetErrorText(code);
    }
}

static enum sarai_status start(struct sarai_error *err)
{
    enum sarai_status st = library_load(&library, err);
    if (st)
        return st;
    PaError code = start_quietly();
    return code == paNoError
               ? SARAI_OK
               : failed(err, SARAI_EINTERNAL, tr("PortAudio no arranca: %s", "PortAudio does not start: %s"),
                        reason_of_device(code));
}

static void describe(PaDeviceIndex index, int first, struct sound_device *out)
{
    const PaDeviceInfo *device = pa.Pa_GetDeviceInfo(index);
    const PaHostApiInfo *host = pa.Pa_GetHostApiInfo(device->hostApi);
    *out = (struct sound_device){
        .index = first + index,
        .inputs = device->maxInputChannels,
        .outputs = device->maxOutputChannels,
        .rate_hz = device->defaultSampleRate,
        .default_input = index == pa.Pa_GetDefaultInputDevice(),
        .default_output = index == pa.Pa_GetDefaultOutputDevice(),
    };
    snprintf(out->name, sizeof out->name, "%s", device->name ? device->name : "");
    snprintf(out->host, sizeof out->host, "%s", host && host->name ? host->name : "");
}

static size_t describe_all(int first, struct sound_device *out, size_t max)
{
    size_t n = 0;
    for (PaDeviceIndex i = 0; i < pa.Pa_GetDeviceCount() && n < max; i++)
        describe(i, first, &out[n++]);
    return n;
}

enum sarai_status portaudio_list(int first, struct sound_device *out, size_t max, size_t *n,
                                 struct sarai_error *err)
{
    enum sarai_status st = start(err);
    if (st)
        return st;
    *n = describe_all(first, out, max);
    pa.Pa_Terminate();
    return SARAI_OK;
}

/* ---- streams ---------------------------------------------------------------------------------- */

static int on_recorded(const void *in, void *out, unsigned long n, const PaStreamCallbackTimeInfo *time,
                       PaStreamCallbackFlags flags, void *user)
{
    (void)out, (void)time, (void)flags;
    sound_recorded(user, in, n);
    return paContinue;
}

static int on_play(const void *in, void *out, unsigned long n, const PaStreamCallbackTimeInfo *time,
                   PaStreamCallbackFlags flags, void *user)
{
    (void)in, (void)time, (void)flags;
    sound_play(user, out, n);
    return paContinue;
}

static enum sarai_status open_stream(struct portaudio *p, const struct sound_device *device, int first,
                                     bool input, struct sarai_error *err)
{
    PaStreamParameters parameters = {
        .device = device->index - first,
        .channelCount = 1,
        .sampleFormat = paFloat32,
        .suggestedLatency = LATENCY_S,
    };
    PaError code =
        pa.Pa_OpenStream(input ? &p->in : &p->out, input ? &parameters : NULL, input ? NULL : &parameters,
                         (int)device->rate_hz, (unsigned long)device->rate_hz / BUFFERS_A_SECOND, paNoFlag,
                         input ? on_recorded : on_play, p);
    if (code == paNoError)
        return SARAI_OK;
    return failed(err, input ? SARAI_EINPUT : SARAI_EOUTPUT,
                  tr("no se abre «%s»: %s", "“%s” does not open: %s"), device->name, reason_of_device(code));
}

static enum sarai_status open_streams(struct portaudio *p, const struct sound_options *options, int first,
                                      struct sarai_error *err)
{
    struct sound_device all[SOUND_MOST_DEVICES];
    size_t n = describe_all(first, all, SOUND_MOST_DEVICES);
    const struct sound_device *in = sound_find(all, n, options->input, true);
    const struct sound_device *out = sound_find(all, n, options->output, false);
    if (!in || !out)
        return sound_not_found(in ? options->output : options->input, !in, err);
    enum sarai_status st = sound_init(&p->base, (int)in->rate_hz, (int)out->rate_hz, err);
    if (!st)
        st = open_stream(p, in, first, true, err);
    if (!st)
        st = open_stream(p, out, first, false, err);
    return st;
}

static void portaudio_close(struct sound *base)
{
    struct portaudio *p = (struct portaudio *)base;
    if (p->in)
        pa.Pa_CloseStream(p->in);
    if (p->out)
        pa.Pa_CloseStream(p->out);
    if (p->started)
        pa.Pa_Terminate();
    sound_finish(&p->base);
    free(p);
}

enum sarai_status portaudio_open(const struct sound_options *options, int first, struct sound **out,
                                 struct sarai_error *err)
{
    struct portaudio *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, "PortAudio");
    p->base.close = portaudio_close;
    enum sarai_status st = start(err);
    p->started = !st;
    if (!st)
        st = open_streams(p, options, first, err);
    PaError code = st ? paNoError : pa.Pa_StartStream(p->out);
    if (code == paNoError && !st)
        code = pa.Pa_StartStream(p->in);
    if (code != paNoError)
        st = failed(err, SARAI_EINPUT, tr("el sonido no arranca: %s", "the sound does not start: %s"),
                    reason_of_device(code));
    if (st) {
        portaudio_close(&p->base);
        return st;
    }
    *out = &p->base;
    return SARAI_OK;
}
