/* One utterance → its text. An encoder from PCM and a text decoder with a cache, as docs/CONTRACTS.md
 * has them; Whisper is what they hold today.
 *
 *     transcriber_open(&options, &t, err);
 *     transcriber_run(t, pcm, n, "es", &text, err);     // text.words is empty when nobody speaks
 *     transcriber_close(t);
 *
 * One thread at a time, except transcriber_interrupt().
 */
#ifndef SARAI_LISTEN_TRANSCRIBER_H
#define SARAI_LISTEN_TRANSCRIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stop.h"
#include "engine/onnx.h"
#include "listen/vocabulary.h"

struct transcriber;

struct transcriber_options {
    const char *encoder_path, *decoder_path, *vocab_path;
    struct onnx_options onnx;
    const struct stop *stop; /* or NULL; must outlive the transcriber */
};

enum { TRANSCRIBER_MAX_TEXT_BYTES = 16 * 1024 };

/* What was heard. */
struct heard {
    struct buf words; /* UTF-8, without blanks at its ends; init with HEARD_INIT, finish with buf_finish */
    const char *language; /* ISO 639-1; borrowed from the transcriber */
    float confidence;     /* mean log-probability of the tokens, 0 is certain */
};
#define HEARD_INIT                                                                                           \
    {                                                                                                        \
        BUF_INIT(TRANSCRIBER_MAX_TEXT_BYTES), "", 0                                                          \
    }

enum sarai_status transcriber_open(const struct transcriber_options *options, struct transcriber **out,
                                   struct sarai_error *err);
void transcriber_close(struct transcriber *t);

/* Whether the model knows the language ("es"; "auto" always). */
bool transcriber_knows(const struct transcriber *t, const char *language);

/* pcm: mono at SARAI_SPEECH_HZ, at most 30 s (the rest is cut). ECANCELLED when stop was raised. */
enum sarai_status transcriber_run(struct transcriber *t, const float *pcm, size_t n_frames,
                                  const char *language, struct heard *heard, struct sarai_error *err);

/* The same for an utterance that is still being said: what the last call of this function heard is taken as a
 * draft, verified in one pass and only then continued, which is quicker when it still holds. */
enum sarai_status transcriber_follow(struct transcriber *t, const float *pcm, size_t n_frames,
                                     const char *language, struct heard *heard, struct sarai_error *err);
/* Another utterance begins. */
void transcriber_forget(struct transcriber *t);

/* For called.h: rows of tokens about what was heard last, of at least n_scored + 1 and fewer than
 * `max_tokens`. The natural logarithm of how likely the last n_scored are, each behind those before it; and
 * the text behind all of them. EINPUT: nothing was heard. */
const struct vocabulary *transcriber_vocabulary(const struct transcriber *t);
enum sarai_status transcriber_score(struct transcriber *t, const int64_t *tokens, size_t n, size_t n_scored,
                                    float *log_probability, struct sarai_error *err);
enum sarai_status transcriber_go_on(struct transcriber *t, const int64_t *tokens, size_t n, struct buf *words,
                                    struct sarai_error *err);

/* Mean and deviation over time of each layer of the encoder for what was heard last, as docs/CONTRACTS.md has
 * `layer_stats`; NULL when the encoder does not give them. Borrowed until the next utterance. */
struct onnx_tensor *transcriber_stats(const struct transcriber *t);

/* What the decoder's first layer attends to of what was heard last (`cross_value_0`), and how many of its
 * states are sound, not the silence behind it; NULL where nothing was. Borrowed until the next utterance. */
struct onnx_tensor *transcriber_states(const struct transcriber *t, size_t *n_sound);

/* Ends the work in progress and all later work until transcriber_resume(). Any thread. */
void transcriber_interrupt(struct transcriber *t);
void transcriber_resume(struct transcriber *t);

#endif
