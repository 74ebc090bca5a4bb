#include "audio/adaptive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kissfft.h"

enum {
    FRAMES = ADAPTIVE_FRAMES,
    PARTS = ADAPTIVE_PARTS,
    PART = ADAPTIVE_PART_FRAMES,
    RING = PARTS * ADAPTIVE_PART_STEPS,
    KEPT = FFT_FRAMES + PART, /* of what was played: a shift reaches back */
};
/* A step's error is so much shorter than the transform that it is compared in. */
static const float SHARE = (float)FRAMES / FFT_FRAMES;
/* A room changes: what is known of it is worth so much less a step later. */
static const float KEEP = 0.9998f;
/* Variance of a coefficient of which nothing is known: a room of −6 dB spread over the partitions. */
static const float UNKNOWN = 0.01f;
static const float SMOOTH = 0.8f; /* of the power that is no echo: 45 ms */
static const float LEAST = 1e-4f; /* … which a microphone never is without: −62 dB */

struct adaptive {
    struct fft *fft;
    float played[KEPT];
    struct spectrum past[RING]; /* of what was played, a ring; `at` is the newest */
    size_t at;
    struct spectrum weights[PARTS];
    float variance[PARTS][FFT_BINS]; /* of the error in the weights */
    float near[FFT_BINS];            /* power of what is no echo */
    float unsure[FFT_BINS];          /* power that the error in the weights makes */
};

enum sarai_status adaptive_open(struct adaptive **out, struct sarai_error *err)
{
    struct adaptive *a = calloc(1, sizeof *a);
    if (!a)
        return out_of_memory(err, tr("el eco", "the echo"));
    enum sarai_status st = fft_open(&a->fft, err);
    if (st) {
        adaptive_close(a);
        return st;
    }
    for (int p = 0; p < PARTS; p++)
        for (int k = 0; k < FFT_BINS; k++)
            a->variance[p][k] = UNKNOWN;
    *out = a;
    return SARAI_OK;
}

void adaptive_close(struct adaptive *a)
{
    if (a)
        fft_close(a->fft);
    free(a);
}

void adaptive_hush(struct adaptive *a)
{
    memset(a->played, 0, sizeof a->played);
    memset(a->past, 0, sizeof a->past);
}

void adaptive_shift(struct adaptive *a)
{
    memmove(a->played + PART, a->played, sizeof a->played - PART * sizeof *a->played);
    memset(a->played, 0, PART * sizeof *a->played);
    a->at = (a->at + RING - ADAPTIVE_PART_STEPS) % RING;
    memmove(a->weights, a->weights + 1, sizeof a->weights - sizeof *a->weights);
    memmove(a->variance, a->variance + 1, sizeof a->variance - sizeof *a->variance);
    memset(&a->weights[PARTS - 1], 0, sizeof *a->weights);
}

static const struct spectrum *played_before(const struct adaptive *a, int part)
{
    return &a->past[(a->at + RING - (size_t)part * ADAPTIVE_PART_STEPS) % RING];
}

static float power(const struct spectrum *s, int k)
{
    return s->re[k] * s->re[k] + s->im[k] * s->im[k];
}

/* The echo that the weights expect, and how unsure they are of it. */
static void expect(struct adaptive *a, struct spectrum *echo)
{
    memset(echo, 0, sizeof *echo);
    memset(a->unsure, 0, sizeof a->unsure);
    for (int p = 0; p < PARTS; p++) {
        const struct spectrum *x = played_before(a, p), *w = &a->weights[p];
        for (int k = 0; k < FFT_BINS; k++) {
            echo->re[k] += x->re[k] * w->re[k] - x->im[k] * w->im[k];
            echo->im[k] += x->re[k] * w->im[k] + x->im[k] * w->re[k];
            a->unsure[k] += SHARE * power(x, k) * a->variance[p][k];
        }
    }
}

/* One partition learns from the error. Its taps are fewer than the transform has: the rest stays empty. */
static void learn(struct adaptive *a, int part, const struct spectrum *error)
{
    const struct spectrum *x = played_before(a, part);
    struct spectrum *w = &a->weights[part], step;
    float *variance = a->variance[part], taps[FFT_FRAMES];
    for (int k = 0; k < FFT_BINS; k++) {
        float gain = variance[k] / (a->unsure[k] + a->near[k] + LEAST);
        step.re[k] = gain * (x->re[k] * error->re[k] + x->im[k] * error->im[k]);
        step.im[k] = gain * (x->re[k] * error->im[k] - x->im[k] * error->re[k]);
        variance[k] *= 1 - SHARE * gain * power(x, k);
    }
    fft_backward(a->fft, &step, taps);
    memset(taps + PART, 0, (FFT_FRAMES - PART) * sizeof *taps);
    fft_forward(a->fft, taps, &step);
    for (int k = 0; k < FFT_BINS; k++) {
        w->re[k] += step.re[k];
        w->im[k] += step.im[k];
        variance[k] = KEEP * KEEP * variance[k] + (1 - KEEP * KEEP) * power(w, k);
    }
}

static float total(const float *bins)
{
    float sum = 0;
    for (int k = 0; k < FFT_BINS; k++)
        sum += bins[k];
    return sum * 2 / FFT_FRAMES / FRAMES;
}

void adaptive_cancel(struct adaptive *a, const float *mic, const float *played, float *clean,
                     struct adaptive_levels *levels)
{
    struct spectrum spectrum;
    float pcm[FFT_FRAMES], error[FFT_FRAMES] = {0}, *tail = error + FFT_FRAMES - FRAMES;
    memmove(a->played, a->played + FRAMES, sizeof a->played - FRAMES * sizeof *a->played);
    memcpy(a->played + KEPT - FRAMES, played, FRAMES * sizeof *played);
    a->at = (a->at + 1) % RING;
    fft_forward(a->fft, a->played + PART, &a->past[a->at]);
    expect(a, &spectrum);
    fft_backward(a->fft, &spectrum, pcm);
    levels->echo = 0;
    for (int i = 0; i < FRAMES; i++) {
        float echo = pcm[FFT_FRAMES - FRAMES + i];
        levels->echo += echo * echo / FRAMES;
        tail[i] = mic[i] - echo;
    }
    levels->unsure = total(a->unsure);
    memcpy(clean, tail, FRAMES * sizeof *clean);
    fft_forward(a->fft, error, &spectrum);
    for (int k = 0; k < FFT_BINS; k++)
        a->near[k] = SMOOTH * a->near[k] + (1 - SMOOTH) * power(&spectrum, k);
    for (int p = 0; p < PARTS; p++)
        learn(a, p, &spectrum);
}

float adaptive_peak(const struct adaptive *a)
{
    static const int LAST = ADAPTIVE_REACH_FRAMES - 1;
    float
        taps[ADAPTIVE_REACH_FRAMES + FFT_FRAMES]; /* each partition's, over what the one before left empty */
    int best = 0;
    for (int p = 0; p < PARTS; p++)
        fft_backward(a->fft, &a->weights[p], taps + (size_t)p * PART);
    for (int i = 1; i < LAST; i++)
        if (fabsf(taps[i]) > fabsf(taps[best]))
            best = i;
    if (best == 0)
        return 0;
    /* The top of the parabola through it and its neighbours. */
    float before = fabsf(taps[best - 1]), after = fabsf(taps[best + 1]);
    float bend = before - 2 * fabsf(taps[best]) + after;
    return (float)best + (bend < 0 ? (before - after) / bend / 2 : 0);
}
