/* An encoder and its text decoder, run without the transcriber: for tests that look at states and logits.
 * To be included by one file of a test program. Every failure fails the test. */
#ifndef SARAI_TESTS_HEARING_H
#define SARAI_TESTS_HEARING_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/onnx.h"

enum { HEARING_MAX_LAYERS = 8, HEARING_MAX_TOKENS = 128 };

struct hearing {
    struct onnx *encoder, *decoder;
    int layers;
    struct onnx_value context[2 * HEARING_MAX_LAYERS]; /* what the decoder attends to */
    char names[4 * HEARING_MAX_LAYERS][32];
};

static inline void hearing_open(struct hearing *h, const char *encoder, const char *decoder)
{
    static const char *const kinds[] = {"cross_key", "cross_value", "past_key", "past_value"};
    struct sarai_error err = {0};
    const struct onnx_options options = {.threads = 2};
    *h = (struct hearing){0};
    if (onnx_open(encoder, &options, &h->encoder, &err) || onnx_open(decoder, &options, &h->decoder, &err))
        fail_msg("%s", err.message);
    h->layers = (int)onnx_metadata_int(h->decoder, "sarai.layers", 0);
    assert_in_range(h->layers, 1, HEARING_MAX_LAYERS);
    for (int i = 0; i < 4 * h->layers; i++)
        snprintf(h->names[i], sizeof h->names[i], "%s_%d", kinds[i / h->layers], i % h->layers);
}

static inline void hearing_forget(struct hearing *h)
{
    for (int i = 0; i < 2 * h->layers; i++) {
        onnx_release(h->context[i].tensor);
        h->context[i].tensor = NULL;
    }
}

static inline void hearing_close(struct hearing *h)
{
    hearing_forget(h);
    onnx_close(h->encoder);
    onnx_close(h->decoder);
}

/* Runs the encoder over n samples; `extra` (name given, tensor NULL) is one more output, or NULL. */
static inline void hearing_encode(struct hearing *h, const float *pcm, size_t n, struct onnx_value *extra)
{
    struct sarai_error err = {0};
    struct onnx_value in = {"pcm", onnx_f32((int64_t[]){1, (int64_t)n}, 2, pcm)};
    struct onnx_value out[2 * HEARING_MAX_LAYERS + 1];
    size_t n_out = 2 * (size_t)h->layers;
    hearing_forget(h);
    for (size_t i = 0; i < n_out; i++)
        out[i] = (struct onnx_value){h->names[i], NULL};
    if (extra)
        out[n_out++] = *extra;
    if (onnx_run(h->encoder, &in, 1, out, n_out, &err))
        fail_msg("%s", err.message);
    onnx_release(in.tensor);
    memcpy(h->context, out, 2 * (size_t)h->layers * sizeof *out);
    if (extra)
        *extra = out[n_out - 1];
}

/* Logits [n − from, vocabulary] of the tokens, read in one pass. Caller releases. */
static inline struct onnx_tensor *hearing_logits(struct hearing *h, const int64_t *tokens, size_t n,
                                                 int64_t from)
{
    struct sarai_error err = {0};
    struct onnx_value in[3 + 4 * HEARING_MAX_LAYERS], out = {"logits", NULL};
    int64_t places[HEARING_MAX_TOKENS], count = (int64_t)n;
    const int64_t nothing[] = {1, onnx_metadata_int(h->decoder, "sarai.heads", 0), 0,
                               onnx_metadata_int(h->decoder, "sarai.head_size", 0)};
    assert_in_range(n, 1, HEARING_MAX_TOKENS);
    for (int64_t i = 0; i < count; i++)
        places[i] = i;
    in[0] = (struct onnx_value){"tokens", onnx_i64((int64_t[]){1, count}, 2, tokens)};
    in[1] = (struct onnx_value){"positions_at", onnx_i64(&count, 1, places)};
    in[2] = (struct onnx_value){"from", onnx_i64((int64_t[]){1}, 1, &from)};
    for (int i = 0; i < 2 * h->layers; i++) {
        in[3 + i] = h->context[i];
        in[3 + 2 * h->layers + i] =
            (struct onnx_value){h->names[2 * h->layers + i], onnx_f32(nothing, 4, NULL)};
    }
    if (onnx_run(h->decoder, in, 3 + 4 * (size_t)h->layers, &out, 1, &err))
        fail_msg("%s", err.message);
    for (int i = 0; i < 3; i++)
        onnx_release(in[i].tensor);
    for (int i = 0; i < 2 * h->layers; i++)
        onnx_release(in[3 + 2 * h->layers + i].tensor);
    return out.tensor;
}

#endif
