#include "audio/echo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/drift.h"
#include "engine/speexdsp.h"

enum {
    STEP_MS = 10,
    LAGS = ECHO_MOST_DELAY_MS / STEP_MS,
    TAIL_MS = 256,                       /* a living room's echo; the delay before it is taken out first */
    REACH_STEPS = TAIL_MS / STEP_MS / 2, /* an echo that begins within these is the filter's own business */
    MARGIN_STEPS = 2,                    /* the estimate may be late by so much */
    PLAYED_STEPS = 100,                  /* so long after the last sound an echo may still come */
    LEARN_STEPS = 50,                    /* of sound before a delay is believed */
    SETTLE_STEPS = 100,                  /* of sound on end, before the filter tells where the echo is */
    HOLD_STEPS = 30,                     /* another delay must be the best for so long */
};
static const float FORGET = 0.995f;  /* per step: a memory of two seconds */
static const float BELIEVE = 0.35f;  /* correlation of the loudness */
static const float MATTERS_DB = -20; /* with less of it left, no other delay is looked for */
static const float QUIET = 1e-7f;    /* energy below which nothing is played: −70 dB */

/* What is left of the echo, against the loudness of what was played (held, falling by FALL_DB a step, as
 * rooms do): a quantile is followed by steps up and down in the proportion of its odds (Robbins and Monro,
 * 1951). The filter learns within a second or two, and what it leaves falls: the steps down are large
 * at first and small once HASTE_STEPS of sound have gone by. Those up are not: a person must not raise it.
 * Below LEAST_DB what is left is a matter of chance. */
static const float FALL_DB = 0.15f, QUANTILE = 0.9f, SILENT_DB = -55, NOTHING_DB = -200;
static const float STEP_DB = 0.1f, HASTE_STEPS = 300, LEAST_DB = -12;

/* Running sums over time, each step weighted FORGET times the one after it. */
struct moments {
    double n, sum, squares;
};

struct echo {
    struct speexdsp *speex;
    float history[LAGS + 1][ECHO_FRAMES]; /* what was played, a ring; `at` is the newest */
    float loudness[LAGS + 1];             /* … its loudness, in dB */
    size_t at;
    struct moments mic, played[LAGS];
    double products[LAGS];
    int steps_since_sound, steps_of_sound, steps_on_end; /* of sound: all, and since the last silence */
    double frames;                                       /* since the beginning */
    int delay, candidate, candidate_steps;               /* in steps */
    struct drift drift;
    double offset; /* frames that the reference is read earlier than `delay` steps ago; less than a step */
    bool denoise;
    float held_db;    /* loudness of what was played, falling slowly */
    float residue_db; /* quantile of clean against held */
    float first_db;   /* … what it began with: most that was left in the beginning */
};

enum sarai_status echo_open(const struct echo_options *options, struct echo **out, struct sarai_error *err)
{
    const struct speexdsp_options speex = {SARAI_SPEECH_HZ, ECHO_FRAMES, TAIL_MS * SARAI_SPEECH_HZ / 1000,
                                           options->denoise};
    struct echo *e = calloc(1, sizeof *e);
    if (!e)
        return out_of_memory(err, tr("el eco", "the echo"));
    enum sarai_status st = speexdsp_open(&speex, &e->speex, err);
    if (st) {
        echo_close(e);
        return st;
    }
    e->steps_since_sound = PLAYED_STEPS;
    e->denoise = options->denoise;
    e->held_db = e->residue_db = e->first_db = NOTHING_DB;
    *out = e;
    return SARAI_OK;
}

void echo_close(struct echo *e)
{
    if (!e)
        return;
    speexdsp_close(e->speex);
    free(e);
}

int echo_delay_ms(const struct echo *e)
{
    return e->delay * STEP_MS;
}

/* ---- the delay -------------------------------------------------------------------------------- */

static float energy(const float *pcm)
{
    float sum = 0;
    for (int i = 0; i < ECHO_FRAMES; i++)
        sum += pcm[i] * pcm[i];
    return sum / ECHO_FRAMES;
}

static float decibels(float energy_)
{
    return 10 * log10f(energy_ + 1e-8f);
}

static size_t ring(const struct echo *e, int steps_back)
{
    return (e->at + LAGS + 1 - (size_t)steps_back) % (LAGS + 1);
}

static void add(struct moments *m, double x)
{
    m->n = m->n * (double)FORGET + 1;
    m->sum = m->sum * (double)FORGET + x;
    m->squares = m->squares * (double)FORGET + x * x;
}

static double variance(const struct moments *m)
{
    return m->n > 0 ? m->squares / m->n - m->sum / m->n * (m->sum / m->n) : 0;
}

/* Correlation of the loudness of the microphone with that of the loudspeaker `lag` steps earlier. */
static double correlation(const struct echo *e, int lag)
{
    const struct moments *m = &e->mic, *p = &e->played[lag];
    double scale = sqrt(variance(m) * variance(p));
    return m->n > 0 && scale > 1e-9 ? (e->products[lag] / m->n - m->sum / m->n * (p->sum / p->n)) / scale : 0;
}

/* The filter begins anew, and leaves as much as it did in the beginning. */
static void begin_anew(struct echo *e, int delay)
{
    e->delay = delay;
    e->residue_db = fmaxf(e->residue_db, e->first_db);
    drift_forget_looks(&e->drift);
}

/* One more step of loudness; afterwards the delay in force is the lag that has been the best for a while. */
static void follow_delay(struct echo *e, float mic_db)
{
    int best = 0;
    add(&e->mic, (double)mic_db);
    for (int lag = 0; lag < LAGS; lag++) {
        double played_db = (double)e->loudness[ring(e, lag)];
        add(&e->played[lag], played_db);
        e->products[lag] = e->products[lag] * (double)FORGET + (double)mic_db * played_db;
        if (correlation(e, lag) > correlation(e, best))
            best = lag;
    }
    e->candidate_steps = best == e->candidate ? e->candidate_steps + 1 : 0;
    e->candidate = best;
    int wanted = best > MARGIN_STEPS ? best - MARGIN_STEPS : 0;
    bool far = best < e->delay || best > e->delay + REACH_STEPS;
    /* Two people who speak at once sound alike now and then; that is no echo where hardly any was left. */
    if (e->steps_of_sound >= LEARN_STEPS && e->candidate_steps >= HOLD_STEPS && far &&
        e->residue_db > MATTERS_DB && correlation(e, best) > (double)BELIEVE) {
        begin_anew(e, wanted);
    }
}

/* ---- the drift -------------------------------------------------------------------------------- */

/* What is read between frames wants some on both sides, and an echo that comes ever sooner wants room. */
static bool has_room(const struct echo *e)
{
    return e->delay * ECHO_FRAMES + e->offset >= DRIFT_REACH_FRAMES && e->delay < LAGS - 1;
}

static void follow_drift(struct echo *e)
{
    if (e->steps_on_end < SETTLE_STEPS || e->steps_on_end % (DRIFT_LOOK_MS / STEP_MS) != 0)
        return;
    float peak = speexdsp_peak(e->speex);
    if (!drift_look(&e->drift, e->frames, (double)peak) || has_room(e))
        return;
    int delay = e->delay + (int)peak / ECHO_FRAMES - MARGIN_STEPS;
    if (delay > 0)
        begin_anew(e, delay);
    else
        e->drift.rate = 0;
}

/* Another step of both clocks. Where there is no room left it is begun without a rate again. */
static void drift_on(struct echo *e)
{
    e->frames += ECHO_FRAMES;
    e->offset += e->drift.rate * ECHO_FRAMES;
    int steps = (int)floor(e->offset / ECHO_FRAMES);
    e->delay += steps;
    e->offset -= steps * ECHO_FRAMES;
    if (e->drift.rate != 0 && !has_room(e)) {
        e->delay = e->delay < 0 ? 0 : e->delay < LAGS ? e->delay : LAGS - 1;
        e->offset = e->drift.rate = 0;
    }
}

/* What of the loudspeaker is heard now, or a little later. */
static void take_reference(struct echo *e, float *out)
{
    float around[ECHO_FRAMES + 2 * DRIFT_REACH_FRAMES];
    if (e->offset == 0) {
        memcpy(out, e->history[ring(e, e->delay)], sizeof e->history[0]);
        return;
    }
    int whole = (int)e->offset, oldest = (e->delay + 1) * ECHO_FRAMES + whole + DRIFT_REACH_FRAMES - 1;
    for (int i = 0; i < ECHO_FRAMES + 2 * DRIFT_REACH_FRAMES; i++) {
        int age = oldest - i; /* frames before the newest */
        around[i] = age < 0 ? 0 : e->history[ring(e, age / ECHO_FRAMES)][ECHO_FRAMES - 1 - age % ECHO_FRAMES];
    }
    drift_read(around + DRIFT_REACH_FRAMES, (float)(e->offset - whole), out, ECHO_FRAMES);
}

/* ---- what is left ------------------------------------------------------------------------------ */

static void follow_residue(struct echo *e, float clean_db)
{
    float ratio = clean_db - e->held_db;
    if (e->held_db < SILENT_DB)
        return;
    if (e->steps_of_sound < LEARN_STEPS) {
        e->residue_db = e->first_db = fmaxf(e->residue_db, ratio);
        return;
    }
    float haste = 1 + HASTE_STEPS / (float)e->steps_of_sound;
    e->residue_db += ratio > e->residue_db ? STEP_DB * QUANTILE : -STEP_DB * (1 - QUANTILE) * haste;
}

float echo_residual_db(const struct echo *e)
{
    if (e->held_db < SILENT_DB)
        return NOTHING_DB;
    if (e->steps_of_sound < LEARN_STEPS)
        return 0; /* nothing is known yet */
    return e->held_db + fmaxf(e->residue_db, LEAST_DB);
}

void echo_cancel(struct echo *e, const float *mic, const float *played, float *clean)
{
    float loud = energy(played), reference[ECHO_FRAMES];
    e->at = (e->at + 1) % (LAGS + 1);
    memcpy(e->history[e->at], played, sizeof e->history[0]);
    e->loudness[e->at] = decibels(loud);
    e->steps_since_sound = loud > QUIET ? 0 : e->steps_since_sound + 1;
    drift_on(e);
    if (e->steps_since_sound < PLAYED_STEPS) {
        e->steps_of_sound++;
        e->steps_on_end++;
        follow_delay(e, decibels(energy(mic)));
        take_reference(e, reference);
        speexdsp_cancel(e->speex, mic, reference, clean);
        follow_drift(e);
        e->held_db = fmaxf(decibels(loud), e->held_db - FALL_DB);
        follow_residue(e, decibels(energy(clean)));
        return;
    }
    e->held_db = NOTHING_DB;
    e->steps_on_end = 0;
    if (e->denoise) {
        speexdsp_denoise(e->speex, mic, clean);
    } else {
        memmove(clean, mic, ECHO_FRAMES * sizeof *clean);
    }
}
