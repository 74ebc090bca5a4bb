#include "engine/portaudio.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <fcntl.h>
#include <portaudio.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ring.h"

enum { RING_MS = 1000, BUFFERS_A_SECOND = 100 };
/* ALSA's bridge to PulseAudio stalls for good after an underrun, and with less than this it runs dry at once.
 */
static const double LATENCY_S = 0.06;

struct portaudio {
    bool started;
    PaStream *in, *out;
    int in_hz, out_hz;
    struct ring *recorded, *to_play;
    sem_t came; /* something was recorded; a post takes no lock */
    bool has_sem;
    atomic_long lost, asked;
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
    PaError code = Pa_Initialize();
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
        return Pa_GetErrorText(code);
    }
}

static enum sarai_status start(struct sarai_error *err)
{
    PaError code = start_quietly();
    return code == paNoError
               ? SARAI_OK
               : failed(err, SARAI_EINTERNAL, tr("PortAudio no arranca: %s", "PortAudio does not start: %s"),
                        reason_of_device(code));
}

static void describe(PaDeviceIndex index, struct portaudio_device *out)
{
    const PaDeviceInfo *device = Pa_GetDeviceInfo(index);
    const PaHostApiInfo *host = Pa_GetHostApiInfo(device->hostApi);
    *out = (struct portaudio_device){
        .index = index,
        .inputs = device->maxInputChannels,
        .outputs = device->maxOutputChannels,
        .rate_hz = device->defaultSampleRate,
        .default_input = index == Pa_GetDefaultInputDevice(),
        .default_output = index == Pa_GetDefaultOutputDevice(),
    };
    snprintf(out->name, sizeof out->name, "%s", device->name ? device->name : "");
    snprintf(out->host, sizeof out->host, "%s", host && host->name ? host->name : "");
}

enum sarai_status portaudio_list(struct portaudio_device *out, size_t max, size_t *n, struct sarai_error *err)
{
    enum sarai_status st = start(err);
    if (st)
        return st;
    *n = 0;
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount() && *n < max; i++)
        describe(i, &out[(*n)++]);
    Pa_Terminate();
    return SARAI_OK;
}

enum sarai_status portaudio_devices(struct portaudio_devices *out, struct sarai_error *err)
{
    struct portaudio_device all[PORTAUDIO_MOST_DEVICES];
    size_t n;
    enum sarai_status st = portaudio_list(all, PORTAUDIO_MOST_DEVICES, &n, err);
    if (st)
        return st;
    *out = (struct portaudio_devices){0};
    for (size_t i = 0; i < n; i++) {
        out->n_inputs += all[i].inputs > 0;
        out->n_outputs += all[i].outputs > 0;
        if (all[i].default_input)
            memcpy(out->input, all[i].name, sizeof out->input);
        if (all[i].default_output)
            memcpy(out->output, all[i].name, sizeof out->output);
    }
    return SARAI_OK;
}

/* The device that `wanted` names: an index, a name, or part of one. paNoDevice: none of them. */
static PaDeviceIndex find_device(const char *wanted, bool input)
{
    char *end;
    if (!wanted || !*wanted)
        return input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
    long number = strtol(wanted, &end, 10);
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
        const PaDeviceInfo *device = Pa_GetDeviceInfo(i);
        bool has_channels = (input ? device->maxInputChannels : device->maxOutputChannels) > 0;
        if (has_channels && (*end ? device->name && strstr(device->name, wanted) != NULL : i == number))
            return i;
    }
    return paNoDevice;
}

/* ---- streams ---------------------------------------------------------------------------------- */

static int on_recorded(const void *in, void *out, unsigned long n, const PaStreamCallbackTimeInfo *time,
                       PaStreamCallbackFlags flags, void *user)
{
    struct portaudio *p = user;
    (void)out, (void)time, (void)flags;
    size_t kept = in ? ring_write(p->recorded, in, n) : 0;
    if (kept < n)
        atomic_fetch_add(&p->lost, (long)(n - kept));
    sem_post(&p->came);
    return paContinue;
}

static int on_play(const void *in, void *out, unsigned long n, const PaStreamCallbackTimeInfo *time,
                   PaStreamCallbackFlags flags, void *user)
{
    struct portaudio *p = user;
    float *pcm = out;
    (void)in, (void)time, (void)flags;
    size_t there = ring_read(p->to_play, pcm, n);
    atomic_fetch_add(&p->asked, (long)n);
    memset(pcm + there, 0, (n - there) * sizeof *pcm);
    return paContinue;
}

static enum sarai_status open_stream(struct portaudio *p, const char *wanted, bool input,
                                     struct sarai_error *err)
{
    enum sarai_status status = input ? SARAI_EINPUT : SARAI_EOUTPUT;
    PaDeviceIndex index = find_device(wanted, input);
    if (index == paNoDevice)
        return failed(err, status,
                      input ? tr("no hay micrófono %s; para verlos: sarai devices",
                                 "there is no microphone %s; to see them: sarai devices")
                            : tr("no hay altavoz %s; para verlos: sarai devices",
                                 "there is no loudspeaker %s; to see them: sarai devices"),
                      wanted ? wanted : "");
    const PaDeviceInfo *device = Pa_GetDeviceInfo(index);
    PaStreamParameters parameters = {
        .device = index,
        .channelCount = 1,
        .sampleFormat = paFloat32,
        .suggestedLatency = LATENCY_S,
    };
    PaStream **stream = input ? &p->in : &p->out;
    int hz = (int)device->defaultSampleRate;
    PaError code =
        Pa_OpenStream(stream, input ? &parameters : NULL, input ? NULL : &parameters, hz,
                      (unsigned long)hz / BUFFERS_A_SECOND, paNoFlag, input ? on_recorded : on_play, p);
    if (code != paNoError)
        return failed(err, status, tr("no se abre «%s»: %s", "“%s” does not open: %s"), device->name,
                      reason_of_device(code));
    *(input ? &p->in_hz : &p->out_hz) = hz;
    return ring_open((size_t)hz * RING_MS / 1000, input ? &p->recorded : &p->to_play, err);
}

enum sarai_status portaudio_open(const struct portaudio_options *options, struct portaudio **out,
                                 struct sarai_error *err)
{
    struct portaudio *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, "PortAudio");
    p->has_sem = sem_init(&p->came, 0, 0) == 0;
    enum sarai_status st = start(err);
    p->started = !st;
    if (!st)
        st = open_stream(p, options->input, true, err);
    if (!st)
        st = open_stream(p, options->output, false, err);
    PaError code = st ? paNoError : Pa_StartStream(p->out);
    if (code == paNoError && !st)
        code = Pa_StartStream(p->in);
    if (code != paNoError)
        st = failed(err, SARAI_EINPUT, tr("el sonido no arranca: %s", "the sound does not start: %s"),
                    reason_of_device(code));
    if (st) {
        portaudio_close(p);
        return st;
    }
    *out = p;
    return SARAI_OK;
}

void portaudio_close(struct portaudio *p)
{
    if (!p)
        return;
    if (p->in)
        Pa_CloseStream(p->in);
    if (p->out)
        Pa_CloseStream(p->out);
    if (p->started)
        Pa_Terminate();
    ring_close(p->recorded);
    ring_close(p->to_play);
    if (p->has_sem)
        sem_destroy(&p->came);
    free(p);
}

int portaudio_input_hz(const struct portaudio *p)
{
    return p->in_hz;
}

int portaudio_output_hz(const struct portaudio *p)
{
    return p->out_hz;
}

bool portaudio_wait(struct portaudio *p, int most_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += most_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (sem_timedwait(&p->came, &until) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

size_t portaudio_read(struct portaudio *p, float *pcm, size_t max)
{
    return ring_read(p->recorded, pcm, max);
}

void portaudio_write(struct portaudio *p, const float *pcm, size_t n)
{
    ring_write(p->to_play, pcm, n);
}

size_t portaudio_waiting(const struct portaudio *p)
{
    return ring_count(p->to_play);
}

long portaudio_asked(const struct portaudio *p)
{
    return atomic_load(&p->asked);
}

long portaudio_lost(struct portaudio *p)
{
    return atomic_exchange(&p->lost, 0);
}

const char *portaudio_version(void)
{
    return Pa_GetVersionInfo()->versionText;
}
