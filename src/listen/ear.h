/* The ear of a live conversation: sound in as it comes, how likely it is speech out, and the utterance that
 * is being said kept, from a little before its first syllable.
 *
 *     ear_open(vad_path, turn_path, &options, &ear, err);
 *     while (more) {
 *         ear_feed(ear, frame, n, on_window, user, err);      // on_window(user, p) for each 32 ms
 *         ear_begin(ear);                                     // speech began: keep from the pre-roll on
 *         pcm = ear_utterance(ear, &n_frames);                // what was said so far; borrowed until the
 * next feed ear_turn_over(ear, &p, err);                        // has the speaker finished? ear_forget(ear);
 *     }
 *     ear_close(ear);
 *
 * One thread. Memory: 30 s of sound.
 */
#ifndef SARAI_LISTEN_EAR_H
#define SARAI_LISTEN_EAR_H

#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"

struct ear;

enum { EAR_MOST_S = 30 }; /* of an utterance; of a longer one the beginning is dropped */

/* Probability 0..1 that somebody speaks in the last window, and its level in dB of full scale. */
typedef void ear_window_fn(void *user, float speech, float level_db);

enum sarai_status ear_open(const char *vad_path, const char *turn_path, const struct onnx_options *options,
                           struct ear **out, struct sarai_error *err);
void ear_close(struct ear *ear);
/* Forgets everything heard, and the level of the noise. */
void ear_reset(struct ear *ear);

/* Mono float at SARAI_SPEECH_HZ. */
enum sarai_status ear_feed(struct ear *ear, const float *pcm, size_t n, ear_window_fn *on_window, void *user,
                           struct sarai_error *err);

void ear_begin(struct ear *ear);
void ear_forget(struct ear *ear);
/* NULL and 0 when no utterance was begun. */
const float *ear_utterance(const struct ear *ear, size_t *n_frames);
enum sarai_status ear_turn_over(struct ear *ear, float *probability, struct sarai_error *err);

#endif
