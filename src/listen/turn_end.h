/* Has the speaker finished? The end-of-turn model of docs/CONTRACTS.md on the sound up to now.
 *
 *     turn_end_open(path, &options, &t, err);
 *     turn_end_ask(t, pcm, n, &probability, err);    // the utterance and the pause behind it
 *     turn_end_close(t);
 *
 * One thread at a time.
 */
#ifndef SARAI_LISTEN_TURN_END_H
#define SARAI_LISTEN_TURN_END_H

#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"

struct turn_end;

enum sarai_status turn_end_open(const char *path, const struct onnx_options *options, struct turn_end **out,
                                struct sarai_error *err);
void turn_end_close(struct turn_end *t);

/* pcm: mono float at SARAI_SPEECH_HZ; of more than the model's length the last part counts. 0..1. */
enum sarai_status turn_end_ask(struct turn_end *t, const float *pcm, size_t n, float *probability,
                               struct sarai_error *err);

#endif
