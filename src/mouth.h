/* The mouth of one answer: cuts what is still being thought into phrases and speaks them, on a thread of its
 * own.
 *
 *     mouth_open(&m, s, sink, err);
 *     while (thinking) mouth_feed(&m, piece);
 *     status = mouth_close(&m, status_of_thinking, err);    // says the rest, waits for the last sound
 *
 * Embedded value. One thread feeds it; sink->on_audio is called on the mouth's own.
 */
#ifndef SARAI_MOUTH_H
#define SARAI_MOUTH_H

#include <pthread.h>
#include <stddef.h>

#include "assistant.h"
#include "base/queue.h"

struct mouth {
    struct sarai *s;
    const struct sarai_sink *sink;
    struct queue *phrases; /* of char *, ours to free */
    pthread_t thread;
    bool running;
    bool pauses_at_end; /* the silence that the last mark asks for comes too: set it after mouth_open() */
    double first_phrase_ms, first_audio_ms; /* instants on the clock; 0 until they come */
    double speaking_ms;
    size_t frames;
    enum sarai_status status;
    struct sarai_error err;
};

enum sarai_status mouth_open(struct mouth *m, struct sarai *s, const struct sarai_sink *sink,
                             struct sarai_error *err);
/* How the phrases to come are spoken; before the first piece. */
void mouth_deliver(struct mouth *m, struct delivery delivery);
/* A piece of the answer. */
void mouth_feed(struct mouth *m, const char *piece);
/* Says what is left unless the answer failed, and waits for the last sound. Returns the status of the turn.
 */
enum sarai_status mouth_close(struct mouth *m, enum sarai_status answered, struct sarai_error *err);

/* Speaks one phrase on the caller's thread, for a mouth without a thread of its own. */
enum sarai_status mouth_speak(struct mouth *m, const char *phrase);
/* Makes the sound of a short phrase before it is wanted; nothing where it is there, or cannot be kept. */
enum sarai_status mouth_prepare(struct sarai *s, const char *phrase, struct sarai_error *err);
/* … and the silence after the last one. */
enum sarai_status mouth_end(struct mouth *m);

#endif
