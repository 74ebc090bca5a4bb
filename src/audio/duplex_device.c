/* Microphone and loudspeaker as the system has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audio/duplex_backend.h"
#include "base/clock.h"
#include "engine/sound.h"

enum {
    NAME_BYTES = SOUND_NAME_BYTES,
    HEADROOM_MS = 40,      /* sound that waits in the loudspeaker's ring: what the loop may be late by */
    MOST_WAITING_MS = 120, /* more than this has come by two clocks that disagree: it is played faster away */
    LOST_MS = 1500,        /* a device that gives no sound for so long is gone */
    STARTING_MS = 4000,    /* … but a loudspeaker without a wire takes its time to begin */
    WAIT_MS = 50,
    MOST_WATCHED_MS = 2 * WAIT_MS, /* between two looks */
    RETRY_MS = 1000,
    BLOCK = 4096,
};

struct device {
    struct duplex base;
    char input[NAME_BYTES], output[NAME_BYTES];
    const struct stop *stop;
    struct sound *audio; /* NULL while it is lost */
    struct resampler *from_mic, *to_speaker, *to_speech;
    struct samples mic, played; /* at SARAI_SPEECH_HZ, not yet taken */
    double last_look_ms, last_try_ms;
    double deaf_ms, mute_ms; /* how long the microphone has given, the loudspeaker asked for nothing */
    long asked;              /* by the loudspeaker, at the last look */
    bool filled, dry; /* its ring, once since it was opened; and it has run empty since the last step */
};

static void close_audio(struct device *d)
{
    sound_close(d->audio);
    resampler_close(d->from_mic);
    resampler_close(d->to_speaker);
    d->audio = NULL;
    d->from_mic = d->to_speaker = NULL;
    d->mic.n = 0;
}

static void device_close(struct duplex *base)
{
    struct device *d = (struct device *)base;
    close_audio(d);
    resampler_close(d->to_speech);
    free(d);
}

static enum sarai_status open_audio(struct device *d, struct sarai_error *err)
{
    const struct sound_options options = {d->input[0] ? d->input : NULL, d->output[0] ? d->output : NULL};
    enum sarai_status st = sound_open(&options, &d->audio, err);
    if (!st)
        st = resampler_open(sound_input_hz(d->audio), SARAI_SPEECH_HZ, &d->from_mic, err);
    if (!st)
        st = resampler_open(SARAI_VOICE_HZ, sound_output_hz(d->audio), &d->to_speaker, err);
    if (st)
        close_audio(d);
    d->last_look_ms = d->last_try_ms = clock_ms();
    d->deaf_ms = d->mute_ms = 0;
    d->asked = 0;
    d->filled = d->dry = false;
    return st;
}

/* A device that is gone, or a stream that has died (a sound server under load may let one), gives or takes
 * nothing. Where the machine let us wait, the devices may have waited too: that time is not theirs. */
static bool is_gone(struct device *d, bool heard)
{
    double now_ms = clock_ms(), passed_ms = now_ms - d->last_look_ms;
    long asked = sound_asked(d->audio);
    if (passed_ms > MOST_WATCHED_MS)
        passed_ms = MOST_WATCHED_MS;
    d->deaf_ms = heard ? 0 : d->deaf_ms + passed_ms;
    d->mute_ms = asked != d->asked ? 0 : d->mute_ms + passed_ms;
    d->last_look_ms = now_ms;
    d->asked = asked;
    return now_ms - d->last_try_ms > STARTING_MS && (d->deaf_ms > LOST_MS || d->mute_ms > LOST_MS);
}

/* Waits until a step of sound is there. A device that is gone is closed. */
static enum sarai_status record(struct device *d, struct sarai_error *err)
{
    float block[BLOCK];
    enum sarai_status st = SARAI_OK;
    while (!st && d->mic.n < DUPLEX_MIC_FRAMES) {
        if (stop_raised(d->stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        size_t n = sound_read(d->audio, block, BLOCK);
        if (is_gone(d, n > 0)) {
            close_audio(d);
            return SARAI_OK;
        }
        if (n > 0)
            st = samples_add(&d->mic, d->from_mic, block, n, err);
        else
            sound_wait(d->audio, WAIT_MS);
    }
    return st;
}

/* While there is no device: time passes in silence, and now and then it is looked for. */
static void wait_for_device(struct device *d, struct duplex_step *step)
{
    const struct timespec pause = {0, DUPLEX_STEP_MS * 1000000L};
    nanosleep(&pause, NULL);
    step->late = true;
    if (clock_ms() - d->last_try_ms > RETRY_MS) {
        d->last_try_ms = clock_ms();
        step->found = open_audio(d, NULL) == SARAI_OK;
    }
}

static enum sarai_status device_read(struct duplex *base, float *mic, float *played, struct duplex_step *step,
                                     struct sarai_error *err)
{
    struct device *d = (struct device *)base;
    bool was_there = d->audio != NULL;
    enum sarai_status st = SARAI_OK;
    if (stop_raised(d->stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    if (was_there)
        st = record(d, err);
    else
        wait_for_device(d, step);
    step->lost = was_there && !d->audio && !st;
    if (d->audio)
        step->lost_ms = 1000.0 * (double)sound_lost(d->audio) / sound_input_hz(d->audio);
    step->dry = d->dry;
    d->dry = false;
    samples_take(&d->mic, mic, DUPLEX_MIC_FRAMES);
    samples_take(&d->played, played, DUPLEX_MIC_FRAMES);
    return st;
}

/* Keeps HEADROOM_MS waiting: fills up with silence when the loudspeaker has run dry. */
static void keep_headroom(struct device *d)
{
    static const float silence[BLOCK];
    size_t wanted = (size_t)sound_output_hz(d->audio) * HEADROOM_MS / 1000;
    if (sound_waiting(d->audio) > 0)
        return;
    sound_write(d->audio, silence, wanted < BLOCK ? wanted : BLOCK);
    d->dry = d->filled;
    d->filled = true;
}

static enum sarai_status device_write(struct duplex *base, const float *voice, struct sarai_error *err)
{
    struct device *d = (struct device *)base;
    struct samples to_play = {.n = 0};
    enum sarai_status st = samples_add(&d->played, d->to_speech, voice, DUPLEX_VOICE_FRAMES, err);
    if (st || !d->audio)
        return st;
    keep_headroom(d);
    size_t most = (size_t)sound_output_hz(d->audio) * MOST_WAITING_MS / 1000;
    st = samples_add(&to_play, d->to_speaker, voice, DUPLEX_VOICE_FRAMES, err);
    if (!st && sound_waiting(d->audio) < most)
        sound_write(d->audio, to_play.pcm, to_play.n);
    return st;
}

static enum sarai_status device_commit(struct duplex *base, struct sarai_error *err)
{
    (void)base, (void)err;
    return SARAI_OK;
}

enum sarai_status duplex_open_device(const struct duplex_options *options, struct duplex **out,
                                     struct sarai_error *err)
{
    struct device *d = calloc(1, sizeof *d);
    if (!d)
        return out_of_memory(err, tr("el sonido", "the sound"));
    d->base = (struct duplex){device_read, device_write, device_commit, device_close};
    d->stop = options->stop;
    snprintf(d->input, sizeof d->input, "%s", options->input_device ? options->input_device : "");
    snprintf(d->output, sizeof d->output, "%s", options->output_device ? options->output_device : "");
    enum sarai_status st = resampler_open(SARAI_VOICE_HZ, SARAI_SPEECH_HZ, &d->to_speech, err);
    if (!st)
        st = open_audio(d, err);
    if (st) {
        device_close(&d->base);
        return st;
    }
    *out = &d->base;
    return SARAI_OK;
}
