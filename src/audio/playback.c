#include "audio/playback.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES_PER_MS = SARAI_VOICE_HZ / 1000,
    MOST_FRAMES = PLAYBACK_MOST_S * SARAI_VOICE_HZ,
    RAMP_FRAMES = 20 * FRAMES_PER_MS,    /* of a change of loudness: no click */
    REWIND_FRAMES = 600 * FRAMES_PER_MS, /* a resumed answer repeats up to this much, to be understood */
};

struct phrase {
    size_t frame;       /* where its sound begins */
    size_t text, bytes; /* its words in `texts` */
};

struct playback {
    pthread_mutex_t lock;
    unsigned turn;
    bool current, released, finished, over_told, paused;
    struct buf pcm; /* float */
    size_t played;  /* frames */
    struct phrase phrases[PLAYBACK_MOST_PHRASES];
    size_t n_phrases;
    struct buf texts;
    float gain, wanted_gain;
};

enum sarai_status playback_open(struct playback **out, struct sarai_error *err)
{
    struct playback *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, tr("el altavoz", "the loudspeaker"));
    pthread_mutex_init(&p->lock, NULL);
    p->pcm = (struct buf)BUF_INIT(MOST_FRAMES * sizeof(float));
    p->texts = (struct buf)BUF_INIT(PLAYBACK_TEXT_BYTES);
    p->gain = p->wanted_gain = 1;
    *out = p;
    return SARAI_OK;
}

void playback_close(struct playback *p)
{
    if (!p)
        return;
    buf_finish(&p->pcm);
    buf_finish(&p->texts);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static void forget(struct playback *p)
{
    buf_reset(&p->pcm);
    buf_reset(&p->texts);
    p->n_phrases = p->played = 0;
    p->current = p->released = p->finished = p->over_told = p->paused = false;
    p->wanted_gain = 1;
}

void playback_begin(struct playback *p, unsigned turn)
{
    pthread_mutex_lock(&p->lock);
    forget(p);
    p->turn = turn;
    p->current = true;
    pthread_mutex_unlock(&p->lock);
}

void playback_drop(struct playback *p)
{
    pthread_mutex_lock(&p->lock);
    forget(p);
    pthread_mutex_unlock(&p->lock);
}

static bool is_current(const struct playback *p, unsigned turn)
{
    return p->current && p->turn == turn;
}

void playback_release(struct playback *p, unsigned turn)
{
    pthread_mutex_lock(&p->lock);
    if (is_current(p, turn)) {
        p->released = true;
        p->gain = 1;
    }
    pthread_mutex_unlock(&p->lock);
}

bool playback_phrase(struct playback *p, unsigned turn, const char *text)
{
    pthread_mutex_lock(&p->lock);
    bool ok = is_current(p, turn) && p->n_phrases < PLAYBACK_MOST_PHRASES;
    struct phrase phrase = {p->pcm.len / sizeof(float), p->texts.len, strlen(text)};
    ok = ok && buf_append(&p->texts, text, phrase.bytes);
    if (ok)
        p->phrases[p->n_phrases++] = phrase;
    pthread_mutex_unlock(&p->lock);
    return ok;
}

bool playback_add(struct playback *p, unsigned turn, const float *pcm, size_t n)
{
    pthread_mutex_lock(&p->lock);
    bool ok = is_current(p, turn) && !p->finished && buf_append(&p->pcm, pcm, n * sizeof *pcm);
    pthread_mutex_unlock(&p->lock);
    return ok;
}

void playback_finish(struct playback *p, unsigned turn)
{
    pthread_mutex_lock(&p->lock);
    if (is_current(p, turn))
        p->finished = true;
    pthread_mutex_unlock(&p->lock);
}

void playback_gain(struct playback *p, float gain)
{
    pthread_mutex_lock(&p->lock);
    p->wanted_gain = gain;
    pthread_mutex_unlock(&p->lock);
}

void playback_pause(struct playback *p, bool paused)
{
    pthread_mutex_lock(&p->lock);
    if (p->paused && !paused) {
        size_t at = 0, least = p->played > REWIND_FRAMES ? p->played - REWIND_FRAMES : 0;
        for (size_t i = 0; i < p->n_phrases && p->phrases[i].frame <= p->played; i++)
            at = p->phrases[i].frame;
        p->played = at > least ? at : least;
        p->gain = 0;
    }
    p->paused = paused;
    pthread_mutex_unlock(&p->lock);
}

/* Copies n frames, moving the loudness towards what is wanted. */
static void copy(struct playback *p, float *out, size_t n)
{
    const float *pcm = (const float *)(const void *)p->pcm.data + p->played;
    const float step = 1.0f / RAMP_FRAMES;
    for (size_t i = 0; i < n; i++) {
        if (p->gain < p->wanted_gain)
            p->gain = p->gain + step < p->wanted_gain ? p->gain + step : p->wanted_gain;
        else if (p->gain > p->wanted_gain)
            p->gain = p->gain - step > p->wanted_gain ? p->gain - step : p->wanted_gain;
        out[i] = pcm[i] * p->gain;
    }
    p->played += n;
}

struct playback_status playback_pull(struct playback *p, float *out, size_t n)
{
    struct playback_status status = {0};
    pthread_mutex_lock(&p->lock);
    size_t there = p->pcm.len / sizeof(float) - p->played, taken = 0;
    if (p->current && p->released && !p->paused) {
        taken = there < n ? there : n;
        if (taken > 0)
            copy(p, out, taken);
        status.sounding = taken > 0;
        status.starved = taken < n && !p->finished && p->played > 0;
        status.over = taken == there && p->finished && !p->over_told;
        p->over_told = p->over_told || status.over;
    }
    pthread_mutex_unlock(&p->lock);
    memset(out + taken, 0, (n - taken) * sizeof *out);
    return status;
}

double playback_heard_ms(struct playback *p)
{
    pthread_mutex_lock(&p->lock);
    double ms = (double)p->played / FRAMES_PER_MS;
    pthread_mutex_unlock(&p->lock);
    return ms;
}

/* Of `bytes` of text, those up to the end of the last whole word within the given part of it. */
static size_t words_within(const char *text, size_t bytes, double part)
{
    size_t at = (size_t)(part * (double)bytes);
    if (at >= bytes)
        return bytes;
    while (at > 0 && text[at] != ' ')
        at--;
    return at;
}

bool playback_heard(struct playback *p, struct buf *text)
{
    bool ok = true;
    pthread_mutex_lock(&p->lock);
    size_t frames = p->pcm.len / sizeof(float);
    for (size_t i = 0; ok && i < p->n_phrases && p->phrases[i].frame < p->played; i++) {
        const struct phrase *phrase = &p->phrases[i];
        size_t end = i + 1 < p->n_phrases ? p->phrases[i + 1].frame : frames;
        const char *words = p->texts.data + phrase->text;
        double part =
            end <= p->played ? 1 : (double)(p->played - phrase->frame) / (double)(end - phrase->frame);
        size_t n = words_within(words, phrase->bytes, part);
        if (n > 0)
            ok = (text->len == 0 || buf_text(text, " ")) && buf_append(text, words, n);
    }
    pthread_mutex_unlock(&p->lock);
    return ok;
}
