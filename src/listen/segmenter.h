/* Cuts a stream of windows into utterances at its pauses. Pure bookkeeping: the probabilities come from
 * outside.
 *
 *     segmenter_open(&s, err); segmenter_begin(s, SEGMENTER_TEXT);
 *     for each window: segmenter_feed(s, window, probability);
 *                      if ((u = segmenter_next(s))) use(u);      // borrowed until the next feed
 *     segmenter_flush(s); if ((u = segmenter_next(s))) use(u);
 *     segmenter_close(s);
 *
 * Memory is SEGMENTER_MAX_S of sound, however long the recording. One thread.
 */
#ifndef SARAI_LISTEN_SEGMENTER_H
#define SARAI_LISTEN_SEGMENTER_H

#include <stddef.h>

#include "base/error.h"

struct segmenter;

enum { SEGMENTER_MAX_S = 28 }; /* an encoder hears 30 s, and wants room for silence */

/* How eagerly to cut. */
enum segmenter_grain {
    SEGMENTER_TEXT, /* long utterances: a model transcribes them better */
    SEGMENTER_CUES, /* some seconds at most, as subtitles are read */
};

struct utterance {
    const float *pcm; /* mono at SARAI_SPEECH_HZ */
    size_t n_frames;
    double start_s, end_s; /* of the speech in it, from the beginning of the recording */
};

enum sarai_status segmenter_open(struct segmenter **out, struct sarai_error *err);
void segmenter_close(struct segmenter *s);
/* Forgets all and starts at second 0. */
void segmenter_begin(struct segmenter *s, enum segmenter_grain grain);

/* VAD_WINDOW samples and how likely they are speech. */
void segmenter_feed(struct segmenter *s, const float *window, float probability);
/* The recording is over: what is left becomes an utterance. */
void segmenter_flush(struct segmenter *s);
/* The utterance that the last feed or flush ended; NULL when it ended none. */
const struct utterance *segmenter_next(struct segmenter *s);

#endif
