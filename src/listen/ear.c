#include "listen/ear.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "listen/turn_end.h"
#include "listen/vad.h"

enum {
    MOST_WINDOWS = EAR_MOST_S * SARAI_SPEECH_HZ / VAD_WINDOW,
    PREROLL_WINDOWS = 14, /* 0.45 s: a soft first consonant, and what it took to notice the speech */
};

/* Noise floor: falls at once, rises by 1 dB a second. Speech stands out of it by OVER_NOISE_DB, else the
 * detector has only heard the room (a television next door, a fan that whistles). */
static const float RISE_DB = 0.032f, OVER_NOISE_DB = 4, QUIETEST_DB = -75;

struct ear {
    struct vad *vad;
    struct turn_end *turn_end;
    float window[VAD_WINDOW]; /* what came since the last whole window */
    size_t n_window;
    float pcm[MOST_WINDOWS * VAD_WINDOW]; /* the utterance, or the pre-roll of the next one */
    size_t n;
    bool in_utterance;
    float noise_db;
};

enum sarai_status ear_open(const char *vad_path, const char *turn_path, const struct onnx_options *options,
                           struct ear **out, struct sarai_error *err)
{
    struct ear *ear = calloc(1, sizeof *ear);
    if (!ear)
        return out_of_memory(err, tr("el oído", "hearing"));
    enum sarai_status st = vad_open(vad_path, options, &ear->vad, err);
    if (!st)
        st = turn_end_open(turn_path, options, &ear->turn_end, err);
    if (st) {
        ear_close(ear);
        return st;
    }
    ear_reset(ear);
    *out = ear;
    return SARAI_OK;
}

void ear_close(struct ear *ear)
{
    if (!ear)
        return;
    turn_end_close(ear->turn_end);
    vad_close(ear->vad);
    free(ear);
}

void ear_reset(struct ear *ear)
{
    vad_reset(ear->vad);
    ear->n = ear->n_window = 0;
    ear->in_utterance = false;
    ear->noise_db = QUIETEST_DB;
}

static void drop_front(struct ear *ear, size_t keep)
{
    if (ear->n <= keep)
        return;
    memmove(ear->pcm, ear->pcm + ear->n - keep, keep * sizeof *ear->pcm);
    ear->n = keep;
}

void ear_begin(struct ear *ear)
{
    ear->in_utterance = true;
}

void ear_forget(struct ear *ear)
{
    ear->in_utterance = false;
    drop_front(ear, (size_t)PREROLL_WINDOWS * VAD_WINDOW);
}

const float *ear_utterance(const struct ear *ear, size_t *n_frames)
{
    *n_frames = ear->in_utterance ? ear->n : 0;
    return ear->in_utterance ? ear->pcm : NULL;
}

enum sarai_status ear_turn_over(struct ear *ear, float *probability, struct sarai_error *err)
{
    return turn_end_ask(ear->turn_end, ear->pcm, ear->n, probability, err);
}

static void keep_window(struct ear *ear)
{
    size_t most = ear->in_utterance ? MOST_WINDOWS - 1 : PREROLL_WINDOWS - 1;
    drop_front(ear, most * VAD_WINDOW);
    memcpy(ear->pcm + ear->n, ear->window, sizeof ear->window);
    ear->n += VAD_WINDOW;
}

static float level_db(const float *pcm, size_t n)
{
    double energy = 1e-12;
    for (size_t i = 0; i < n; i++)
        energy += (double)pcm[i] * pcm[i];
    return (float)(10 * log10(energy / (double)n));
}

static enum sarai_status take_window(struct ear *ear, ear_window_fn *on_window, void *user,
                                     struct sarai_error *err)
{
    float speech = 0, level = level_db(ear->window, VAD_WINDOW);
    enum sarai_status st = vad_feed(ear->vad, ear->window, 1, &speech, err);
    if (st)
        return st;
    keep_window(ear);
    ear->noise_db = fmaxf(fminf(ear->noise_db + RISE_DB, level), QUIETEST_DB);
    if (level < ear->noise_db + OVER_NOISE_DB)
        speech = fminf(speech, 0.3f);
    on_window(user, speech, level);
    return SARAI_OK;
}

enum sarai_status ear_feed(struct ear *ear, const float *pcm, size_t n, ear_window_fn *on_window, void *user,
                           struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    while (!st && n > 0) {
        size_t missing = VAD_WINDOW - ear->n_window, taken = n < missing ? n : missing;
        memcpy(ear->window + ear->n_window, pcm, taken * sizeof *pcm);
        ear->n_window += taken;
        pcm += taken;
        n -= taken;
        if (ear->n_window == VAD_WINDOW) {
            ear->n_window = 0;
            st = take_window(ear, on_window, user, err);
        }
    }
    return st;
}
