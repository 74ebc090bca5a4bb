/* Loading GGUF files: what the wrappers of llama.cpp share. Internal to them: it includes llama.h.
 *
 *     gguf_load(path, false, &model, identity, err);
 *     if (!gguf_context(model, &params, &ctx)) return gguf_damaged(path, err);
 *     if (!ctx) ...                                  // no memory; gguf_reason() tells more
 *     llama_free(ctx); llama_model_free(model);
 *
 * A damaged file makes llama.cpp abort(); here it becomes EMODEL. Reasons are kept per thread.
 */
#ifndef SARAI_ENGINE_GGUF_H
#define SARAI_ENGINE_GGUF_H

#include <gguf.h>
#include <llama.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stop.h"

enum { GGUF_IDENTITY_BYTES = 64 };

/* Maps the weights, on the CPU. `check` reads them all and refuses values that are not numbers. `identity`
 * tells this file from another version of it. EMODEL: missing, cut short, not a GGUF. */
enum sarai_status gguf_load(const char *path, bool check, struct llama_model **model,
                            char identity[GGUF_IDENTITY_BYTES], struct sarai_error *err);
/* False when llama.cpp gave up; *ctx is NULL when there was no memory. */
bool gguf_context(struct llama_model *model, const struct llama_context_params *params,
                  struct llama_context **ctx);

struct gguf_encoder {
    const char *path; /* what is named when it fails */
    int max_tokens, threads;
    bool each_token;         /* a vector for each token instead of one for the text */
    const struct stop *stop; /* or NULL; must outlive the context */
};
/* A context in which a model reads whole texts for their vectors. EMODEL, ENOMEM. */
enum sarai_status gguf_encoder_context(struct llama_model *model, const struct gguf_encoder *options,
                                       struct llama_context **ctx, struct sarai_error *err);
/* Lets a model read a whole text for its vectors; what it read before is forgotten. ECANCELLED: `stop` (or
 * NULL) was raised meanwhile. EINTERNAL. */
enum sarai_status gguf_encode(struct llama_context *ctx, int32_t *tokens, size_t n, const struct stop *stop,
                              struct sarai_error *err);

/* Whether there is a GGUF file; fills `identity`. */
enum sarai_status gguf_check_file(const char *path, char identity[GGUF_IDENTITY_BYTES],
                                  struct sarai_error *err);
/* What stands in a file before its weights; fills `identity`. Freed with gguf_free(). EMODEL as above. */
enum sarai_status gguf_header(const char *path, char identity[GGUF_IDENTITY_BYTES], struct gguf_context **out,
                              struct sarai_error *err);
/* Does work that may make llama.cpp abort(). False when it did; what it had allocated then leaks. */
bool gguf_guarded(void (*work)(void *), void *arg);

/* EMODEL with the last reason. */
enum sarai_status gguf_damaged(const char *path, struct sarai_error *err);
/* The first error that llama.cpp logged on this thread since the last clear, else its name. */
const char *gguf_reason(void);
void gguf_reason_clear(void);

#endif
