#include "speak/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

/* The meter needs 0.4 s; a voice's own level hardly changes, so a minute of history is plenty. */
enum { RAMP_MS = 40, LEAST_MS = 400, HISTORY_MS = 60000 };
static const double MAX_GAIN_DB = 15;

struct loudness {
    ebur128_state *meter;
    int rate_hz;
    size_t heard; /* frames since reset */
    float usual;  /* that brings this voice to the target; 0: none yet */
    float gain;   /* in force at the end of the last phrase; 0: none yet */
};

static ebur128_state *make_meter(int rate_hz)
{
    ebur128_state *meter = ebur128_init(1, (unsigned long)rate_hz, EBUR128_MODE_I);
    if (meter)
        ebur128_set_max_history(meter, HISTORY_MS);
    return meter;
}

enum sarai_status loudness_open(int rate_hz, struct loudness **out, struct sarai_error *err)
{
    struct loudness *l = calloc(1, sizeof *l);
    if (!l || !(l->meter = make_meter(rate_hz))) {
        free(l);
        return out_of_memory(err, tr("el volumen", "the loudness"));
    }
    l->rate_hz = rate_hz;
    *out = l;
    return SARAI_OK;
}

void loudness_close(struct loudness *l)
{
    if (!l)
        return;
    ebur128_destroy(&l->meter);
    free(l);
}

void loudness_reset(struct loudness *l)
{
    ebur128_state *fresh = make_meter(l->rate_hz);
    if (fresh) { /* without memory the old history stays: a gain slightly off, no harm */
        ebur128_destroy(&l->meter);
        l->meter = fresh;
    }
    l->heard = 0;
    l->usual = l->gain = 0;
}

static float peak(const float *pcm, size_t n)
{
    float top = 0;
    for (size_t i = 0; i < n; i++)
        top = fmaxf(top, fabsf(pcm[i]));
    return top;
}

/* The gain that brings all that was heard to the target; the last one when that cannot be told yet. */
static float wanted_gain(const struct loudness *l)
{
    double lufs;
    float before = l->usual > 0 ? l->usual : 1;
    if (l->heard < (size_t)l->rate_hz * LEAST_MS / 1000 ||
        ebur128_loudness_global(l->meter, &lufs) != EBUR128_SUCCESS || !isfinite(lufs))
        return before;
    double db = fmin(fmax(LOUDNESS_TARGET_LUFS - lufs, -MAX_GAIN_DB), MAX_GAIN_DB);
    return (float)pow(10, db / 20);
}

void loudness_apply(struct loudness *l, float above_db, float *pcm, size_t n)
{
    float top = peak(pcm, n);
    if (n == 0 || ebur128_add_frames_float(l->meter, pcm, n) != EBUR128_SUCCESS)
        return;
    l->heard += n;
    l->usual = wanted_gain(l);
    float gain = l->usual * (float)pow(10, above_db / 20.0);
    float from = l->gain > 0 ? l->gain : gain;
    if (top * gain > LOUDNESS_PEAK)
        gain = LOUDNESS_PEAK / top;
    if (top * from > LOUDNESS_PEAK)
        from = LOUDNESS_PEAK / top;
    size_t ramp = (size_t)l->rate_hz * RAMP_MS / 1000;
    for (size_t i = 0; i < n; i++) {
        float done = i < ramp ? (float)i / (float)ramp : 1;
        pcm[i] *= from + (gain - from) * done;
    }
    l->gain = gain;
}
