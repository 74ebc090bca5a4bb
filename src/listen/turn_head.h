/* Whether a person has finished, by what the transcriber's encoder heard last: states that are there anyway,
 * so that the answer costs a fraction of a millisecond.
 *
 *     turn_head_open(path, &onnx, &h, err);
 *     turn_head_ask(h, states, end, &probability, err);
 *     turn_head_close(h);
 *
 * How it was trained is in tools/train/floor, how often it errs in docs/BENCHMARKS.md, section A
 * conversation. One thread at a time.
 */
#ifndef SARAI_LISTEN_TURN_HEAD_H
#define SARAI_LISTEN_TURN_HEAD_H

#include "base/error.h"
#include "engine/onnx.h"

struct turn_head;

/* EMODEL: the file does not keep the contract "turn-head" (docs/CONTRACTS.md). */
enum sarai_status turn_head_open(const char *path, const struct onnx_options *options, struct turn_head **out,
                                 struct sarai_error *err);
void turn_head_close(struct turn_head *h);

/* states: cross_value_0 of the utterance up to now, of which the first `end` are sound. EINPUT: there are
 * none, or they are of another encoder. */
enum sarai_status turn_head_ask(struct turn_head *h, struct onnx_tensor *states, size_t end,
                                float *probability, struct sarai_error *err);

#endif
