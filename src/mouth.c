#include "mouth.h"

#include <stdlib.h>
#include <string.h>

#include "acting.h"
#include "base/buf.h"
#include "base/clock.h"

enum {
    MAX_PHRASES_WAITING = 64, /* between thinking and speaking */
    VOLUME_BLOCK_FRAMES = 1024,
    MAX_PHRASE_BYTES = MAX_TEXT_BYTES,
};

/* Hands it on at the volume that the person wants, block by block. */
static bool pass_scaled(const struct mouth *m, double volume, const float *pcm, size_t n_frames)
{
    float block[VOLUME_BLOCK_FRAMES];
    bool goes_on = true;
    for (size_t done = 0; goes_on && done < n_frames; done += VOLUME_BLOCK_FRAMES) {
        size_t n = n_frames - done < VOLUME_BLOCK_FRAMES ? n_frames - done : VOLUME_BLOCK_FRAMES;
        for (size_t i = 0; i < n; i++)
            block[i] = pcm[done + i] * (float)volume;
        goes_on = m->sink->on_audio(m->sink->user, block, n);
    }
    return goes_on;
}

static bool pass_audio(void *user, const float *pcm, size_t n_frames)
{
    struct mouth *m = user;
    double volume = acting_volume(m->s->acting);
    if (m->first_audio_ms <= 0)
        m->first_audio_ms = clock_ms();
    m->frames += n_frames;
    watchdog_beat(m->s->watchdog, WATCH_MOUTH);
    if (m->sink->on_audio && volume < 1)
        return pass_scaled(m, volume, pcm, n_frames);
    return !m->sink->on_audio || m->sink->on_audio(m->sink->user, pcm, n_frames);
}

enum sarai_status mouth_speak(struct mouth *m, const char *phrase)
{
    double start_ms = clock_ms();
    if (m->first_phrase_ms <= 0)
        m->first_phrase_ms = start_ms;
    if (m->sink->on_phrase)
        m->sink->on_phrase(m->sink->user, phrase);
    watchdog_enter(m->s->watchdog, WATCH_MOUTH);
    enum sarai_status st = speaker_say(m->s->speaker, phrase, pass_audio, m, &m->err);
    watchdog_leave(m->s->watchdog, WATCH_MOUTH);
    m->speaking_ms += clock_ms() - start_ms;
    return st;
}

enum sarai_status mouth_end(struct mouth *m)
{
    return speaker_end(m->s->speaker, pass_audio, m, &m->err);
}

static void *speak_phrases(void *arg)
{
    struct mouth *m = arg;
    char *phrase;
    while ((phrase = queue_pop(m->phrases))) {
        if (!m->status && stop_raised(&m->s->stop))
            m->status = failed(&m->err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (!m->status && (m->status = mouth_speak(m, phrase)) != SARAI_OK)
            atomic_store(&m->s->stop.raised, true); /* what cannot be spoken need not be thought to its end */
        free(phrase);
    }
    return NULL;
}

static enum sarai_status begin_speaking(struct sarai *s, struct sarai_error *err)
{
    struct speaker_style style = {config_text(s->cfg, "VOICE"),
                                  config_real(s->cfg, "SPEED") * acting_speed(s->acting),
                                  assistant_companion(s), .is_waited_for = true};
    style.speed = style.speed < 0.5 ? 0.5 : style.speed > 2 ? 2 : style.speed; /* as far as voices go */
    return speaker_begin(s->speaker, &style, err);
}

enum sarai_status mouth_prepare(struct sarai *s, const char *phrase, struct sarai_error *err)
{
    enum sarai_status st = begin_speaking(s, err);
    return st ? st : speaker_prepare(s->speaker, phrase, err);
}

enum sarai_status mouth_open(struct mouth *m, struct sarai *s, const struct sarai_sink *sink,
                             struct sarai_error *err)
{
    *m = (struct mouth){.s = s, .sink = sink};
    enum sarai_status st = begin_speaking(s, err);
    if (!st)
        st = queue_open(MAX_PHRASES_WAITING, &m->phrases, err);
    if (st)
        return st;
    phrases_reset(s->phrases);
    m->running = pthread_create(&m->thread, NULL, speak_phrases, m) == 0;
    return m->running ? SARAI_OK : out_of_memory(err, tr("un hilo", "a thread"));
}

/* The mouth's thread waits for its first phrase: nobody speaks. */
void mouth_deliver(struct mouth *m, struct delivery delivery)
{
    speaker_deliver(m->s->speaker, delivery);
}

static void mouth_say(struct mouth *m, const struct buf *phrase)
{
    char *copy = strdup(buf_string(phrase));
    if (!copy || !queue_push(m->phrases, copy))
        free(copy);
}

void mouth_feed(struct mouth *m, const char *piece)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    if (phrases_feed(m->s->phrases, piece, NULL) == SARAI_OK)
        while (phrases_next(m->s->phrases, &phrase))
            mouth_say(m, &phrase);
    buf_finish(&phrase);
}

enum sarai_status mouth_close(struct mouth *m, enum sarai_status answered, struct sarai_error *err)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    if (!answered && m->running)
        while (phrases_flush(m->s->phrases, &phrase))
            mouth_say(m, &phrase);
    buf_finish(&phrase);
    if (m->phrases)
        queue_end(m->phrases);
    if (m->running)
        pthread_join(m->thread, NULL);
    queue_close(m->phrases);
    if (m->running && !answered && !m->status && m->pauses_at_end)
        m->status = mouth_end(m);
    if (m->status && (!answered || answered == SARAI_ECANCELLED))
        return failed(err, m->status, "%s", m->err.message);
    return answered;
}
