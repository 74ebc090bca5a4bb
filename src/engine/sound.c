/* The way to microphone and loudspeaker, and the rings that both ways have in common. */
#include "engine/sound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/portaudio.h"
#include "engine/pulse.h"
#include "engine/sound_way.h"

enum { RING_MS = 1000 };

/* ---- devices ---------------------------------------------------------------------------------- */

enum sarai_status sound_list(struct sound_device *out, size_t max, size_t *n, struct sarai_error *err)
{
    size_t n_pulse = 0, n_others = 0;
    enum sarai_status st = pulse_list(out, max, &n_pulse, err);
    if (!st)
        st = portaudio_list((int)n_pulse, out + n_pulse, max - n_pulse, &n_others, err);
    if (st && n_pulse == 0)
        return st;
    *n = n_pulse + n_others;
    for (size_t i = n_pulse; i < *n && n_pulse > 0; i++)
        out[i].default_input = out[i].default_output = false;
    return SARAI_OK;
}

static bool is_named(const struct sound_device *d, const char *wanted)
{
    char *end;
    long number = strtol(wanted, &end, 10);
    return *end ? strstr(d->name, wanted) || strstr(d->id, wanted) : d->index == number;
}

const struct sound_device *sound_find(const struct sound_device *list, size_t n, const char *wanted,
                                      bool input)
{
    for (size_t i = 0; i < n; i++) {
        const struct sound_device *d = &list[i];
        bool is_default = input ? d->default_input : d->default_output;
        if ((input ? d->inputs : d->outputs) > 0 && (wanted ? is_named(d, wanted) : is_default))
            return d;
    }
    return NULL;
}

enum sarai_status sound_not_found(const char *wanted, bool input, struct sarai_error *err)
{
    enum sarai_status st = input ? SARAI_EINPUT : SARAI_EOUTPUT;
    if (!wanted)
        return failed(err, st,
                      input ? tr("no hay micrófono; con una grabación: sarai talk --input ARCHIVO",
                                 "there is no microphone; with a recording: sarai talk --input FILE")
                            : tr("no hay altavoz; con un archivo: sarai talk --output ARCHIVO",
                                 "there is no loudspeaker; with a file: sarai talk --output FILE"));
    return failed(err, st,
                  input ? tr("no hay micrófono %s; para verlos: sarai devices",
                             "there is no microphone %s; to see them: sarai devices")
                        : tr("no hay altavoz %s; para verlos: sarai devices",
                             "there is no loudspeaker %s; to see them: sarai devices"),
                  wanted);
}

/* ---- for the callbacks ------------------------------------------------------------------------ */

void sound_recorded(struct sound *s, const float *pcm, size_t n)
{
    size_t kept = pcm ? ring_write(s->recorded, pcm, n) : 0;
    if (kept < n)
        atomic_fetch_add(&s->lost, (long)(n - kept));
    sem_post(&s->came);
}

void sound_play(struct sound *s, float *pcm, size_t n)
{
    size_t there = ring_read(s->to_play, pcm, n);
    atomic_fetch_add(&s->asked, (long)n);
    memset(pcm + there, 0, (n - there) * sizeof *pcm);
}

/* ---- opening ---------------------------------------------------------------------------------- */

enum sarai_status sound_init(struct sound *s, int in_hz, int out_hz, struct sarai_error *err)
{
    s->in_hz = in_hz;
    s->out_hz = out_hz;
    s->has_sem = sem_init(&s->came, 0, 0) == 0;
    enum sarai_status st = ring_open((size_t)in_hz * RING_MS / 1000, &s->recorded, err);
    return st ? st : ring_open((size_t)out_hz * RING_MS / 1000, &s->to_play, err);
}

void sound_finish(struct sound *s)
{
    ring_close(s->recorded);
    ring_close(s->to_play);
    if (s->has_sem)
        sem_destroy(&s->came);
}

enum sarai_status sound_open(const struct sound_options *options, struct sound **out, struct sarai_error *err)
{
    size_t n_pulse = 0;
    struct sound *s = NULL;
    enum sarai_status st = pulse_open(options, &s, &n_pulse, err);
    if (!st && !s)
        st = portaudio_open(options, (int)n_pulse, &s, err);
    if (!st)
        *out = s;
    return st;
}

void sound_close(struct sound *s)
{
    if (s)
        s->close(s);
}

/* ---- streams ---------------------------------------------------------------------------------- */

int sound_input_hz(const struct sound *s)
{
    return s->in_hz;
}

int sound_output_hz(const struct sound *s)
{
    return s->out_hz;
}

bool sound_wait(struct sound *s, int most_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += most_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (sem_timedwait(&s->came, &until) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

size_t sound_read(struct sound *s, float *pcm, size_t max)
{
    return ring_read(s->recorded, pcm, max);
}

void sound_write(struct sound *s, const float *pcm, size_t n)
{
    ring_write(s->to_play, pcm, n);
}

size_t sound_waiting(const struct sound *s)
{
    return ring_count(s->to_play);
}

long sound_asked(const struct sound *s)
{
    return atomic_load(&s->asked);
}

long sound_lost(struct sound *s)
{
    return atomic_exchange(&s->lost, 0);
}
