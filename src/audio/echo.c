#include "audio/echo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/adaptive.h"
#include "audio/drift.h"
#include "engine/speexdsp.h"
#include "engine/webrtc.h"

enum {
    STEP_MS = 10,
    LAGS = 50,          /* 0.5 s of what was played is kept */
    TAIL_MS = 256,      /* a living room's echo */
    MARGIN_FRAMES = 32, /* the reference stays so much sooner than its echo */
    PLAYED_STEPS = 100, /* so long after the last sound an echo may still come */
    SETTLE_STEPS = 100, /* of sound on end, before the filter tells where the echo is */
    FIRST_STEPS = 300,  /* a first sound is gone through again when it and its echo are over within these */
    FIRST_PASSES = 3,   /* … so often; more gave nothing */
    AGAIN_STEPS = 8,    /* … so much of it in one step: a tenth of the time there is */
};
static const float QUIET = 1e-7f; /* energy below which nothing is played: −70 dB */

/* What is left of the echo, against the loudness of what was taken out (held, falling by FALL_DB a step, as
 * rooms do): a quantile is followed by steps up and down in the proportion of its odds (Robbins and Monro,
 * 1951). The filter learns within a second or two, and what it leaves falls: the steps down are large
 * at first and small once HASTE_STEPS of sound have gone by. Those up are not: a person must not raise it.
 * Below LEAST_DB what is left is a matter of chance. */
static const float FALL_DB = 0.3f, QUANTILE = 0.9f, SILENT_DB = -55, NOTHING_DB = -200;
static const float STEP_DB = 0.1f, HASTE_STEPS = 300, LEAST_DB = -16;
/* What the filter is unsure of is a mean: its peaks stand out by so much. */
static const float UNSURE_PEAK_DB = 6;

struct echo {
    struct adaptive *filter;
    struct speexdsp *speex;    /* NULL: neither behind the filter nor against noise */
    struct webrtc_apm *webrtc; /* NULL: not behind the filter */
    struct echo_options options;
    float history[LAGS + 1][ECHO_FRAMES]; /* what was played, a ring; `at` is the newest */
    size_t at;
    int steps_since_sound, steps_of_sound, steps_on_end; /* of sound: all, and since the last silence */
    double frames;                                       /* since the beginning */
    int delay; /* the reference is read so many steps late: room to read it sooner */
    struct drift drift;
    double offset;    /* frames that it is read later still; less than a step */
    float held_db;    /* loudness of what was taken out, falling slowly */
    float residue_db; /* quantile of clean against held */
    float unsure_db;
    float first[2][FIRST_STEPS][ECHO_FRAMES]; /* microphone and reference of the first sound */
    int n_first, passes, pass_at;             /* passes to come over it, and how far this one is */
    float first_left, first_taken;            /* sums of this pass */
};

enum sarai_status echo_open(const struct echo_options *options, struct echo **out, struct sarai_error *err)
{
    const struct speexdsp_options speex = {SARAI_SPEECH_HZ, ECHO_FRAMES, TAIL_MS * SARAI_SPEECH_HZ / 1000,
                                           options->denoise};
    struct echo *e = calloc(1, sizeof *e);
    if (!e)
        return out_of_memory(err, tr("el eco", "the echo"));
    enum sarai_status st = adaptive_open(&e->filter, err);
    if (!st && (options->denoise || options->behind == ECHO_SPEEX))
        st = speexdsp_open(&speex, &e->speex, err);
    if (!st && options->behind == ECHO_WEBRTC)
        st = webrtc_open(&e->webrtc, err);
    if (st) {
        echo_close(e);
        return st;
    }
    e->options = *options;
    e->steps_since_sound = PLAYED_STEPS;
    e->passes = FIRST_PASSES;
    e->held_db = e->unsure_db = NOTHING_DB;
    *out = e;
    return SARAI_OK;
}

void echo_close(struct echo *e)
{
    if (!e)
        return;
    adaptive_close(e->filter);
    speexdsp_close(e->speex);
    webrtc_close(e->webrtc);
    free(e);
}

int echo_delay_ms(const struct echo *e)
{
    const double frames_per_ms = SARAI_SPEECH_HZ / 1000.0;
    double frames = e->delay * ECHO_FRAMES + e->offset + (double)adaptive_peak(e->filter);
    return (int)lrint(frames / frames_per_ms);
}

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

/* ---- the drift -------------------------------------------------------------------------------- */

/* What is read between frames wants some on both sides, and an echo that comes ever sooner wants room. */
static bool has_room(const struct echo *e)
{
    return e->delay * ECHO_FRAMES + e->offset >= DRIFT_REACH_FRAMES && e->delay < LAGS - 1;
}

/* Reads the reference later, where its echo is late enough for that; what the filter has learnt moves along.
 */
static bool make_room(struct echo *e)
{
    const float least = ADAPTIVE_PART_FRAMES + MARGIN_FRAMES;
    if (e->delay + ADAPTIVE_PART_STEPS >= LAGS - 1 || adaptive_peak(e->filter) < least)
        return false;
    adaptive_shift(e->filter);
    e->delay += ADAPTIVE_PART_STEPS;
    drift_forget_looks(&e->drift);
    return true;
}

static void follow_drift(struct echo *e)
{
    if (e->steps_on_end < SETTLE_STEPS || e->steps_on_end % (DRIFT_LOOK_MS / STEP_MS) != 0)
        return;
    float peak = adaptive_peak(e->filter);
    if (drift_look(&e->drift, e->frames, (double)peak) && !has_room(e) && !make_room(e))
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
    if (e->drift.rate != 0 && !has_room(e) && !make_room(e)) {
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

static void follow_residue(struct echo *e, float left_db, const struct adaptive_levels *levels)
{
    e->unsure_db = decibels(levels->unsure) + UNSURE_PEAK_DB;
    e->held_db = fmaxf(decibels(levels->echo), e->held_db - FALL_DB);
    if (e->held_db < SILENT_DB)
        return;
    float ratio = left_db - e->held_db, haste = 1 + HASTE_STEPS / (float)e->steps_of_sound;
    e->residue_db += ratio > e->residue_db ? STEP_DB * QUANTILE : -STEP_DB * (1 - QUANTILE) * haste;
}

float echo_residual_db(const struct echo *e)
{
    float left_db = e->held_db < SILENT_DB ? NOTHING_DB : e->held_db + fmaxf(e->residue_db, LEAST_DB);
    return fmaxf(left_db, e->unsure_db);
}

/* ---- the first sound --------------------------------------------------------------------------- */

static void keep_first(struct echo *e, const float *mic, const float *reference)
{
    if (e->passes == 0)
        return;
    if (e->n_first == FIRST_STEPS) { /* an answer, over which people may have spoken */
        e->passes = 0;
        return;
    }
    memcpy(e->first[0][e->n_first], mic, sizeof e->first[0][0]);
    memcpy(e->first[1][e->n_first++], reference, sizeof e->first[1][0]);
}

/* Something is played again: what was gone through is of no matter to it. */
static void leave_first(struct echo *e)
{
    if (e->passes > 0 && e->pass_at > 0)
        adaptive_hush(e->filter);
    if (e->pass_at > 0)
        e->passes = e->pass_at = 0;
}

static void end_pass(struct echo *e)
{
    float left_db = decibels(e->first_left / FIRST_STEPS) - decibels(e->first_taken / FIRST_STEPS);
    e->residue_db = fminf(e->residue_db, fmaxf(left_db, LEAST_DB));
    e->passes--;
    e->pass_at = 0;
    adaptive_hush(e->filter);
}

/* Goes on through the first sound, while there is nothing else to do. */
static void learn_first(struct echo *e)
{
    if (e->n_first == 0 || e->passes == 0)
        return;
    if (e->pass_at == 0) {
        adaptive_hush(e->filter);
        e->first_left = e->first_taken = 0;
    }
    for (int i = 0; i < AGAIN_STEPS && e->pass_at < e->n_first; i++) {
        struct adaptive_levels levels;
        float left[ECHO_FRAMES];
        adaptive_cancel(e->filter, e->first[0][e->pass_at], e->first[1][e->pass_at], left, &levels);
        e->first_left += energy(left);
        e->first_taken += levels.echo;
        e->pass_at++;
    }
    if (e->pass_at == e->n_first)
        end_pass(e);
}

/* ---- a step ------------------------------------------------------------------------------------ */

static void cancel(struct echo *e, const float *mic, float *clean)
{
    float reference[ECHO_FRAMES];
    struct adaptive_levels levels;
    take_reference(e, reference);
    keep_first(e, mic, reference);
    adaptive_cancel(e->filter, mic, reference, clean, &levels);
    follow_drift(e);
    if (e->options.behind == ECHO_SPEEX)
        speexdsp_cancel(e->speex, clean, reference, clean);
    else if (e->options.behind == ECHO_WEBRTC)
        webrtc_cancel(e->webrtc, clean, reference, clean);
    follow_residue(e, decibels(energy(clean)), &levels);
    if (e->options.denoise && e->options.behind != ECHO_SPEEX)
        speexdsp_denoise(e->speex, clean, clean);
}

void echo_cancel(struct echo *e, const float *mic, const float *played, float *clean)
{
    e->at = (e->at + 1) % (LAGS + 1);
    memcpy(e->history[e->at], played, sizeof e->history[0]);
    e->steps_since_sound = energy(played) > QUIET ? 0 : e->steps_since_sound + 1;
    drift_on(e);
    if (e->steps_since_sound < PLAYED_STEPS) {
        leave_first(e);
        e->steps_of_sound++;
        e->steps_on_end++;
        cancel(e, mic, clean);
        return;
    }
    e->held_db = e->unsure_db = NOTHING_DB;
    e->steps_on_end = 0;
    learn_first(e);
    if (e->options.denoise) {
        speexdsp_denoise(e->speex, mic, clean);
    } else {
        memmove(clean, mic, ECHO_FRAMES * sizeof *clean);
    }
}
