/* Control vectors (GGUF, as llama.cpp's cvector-generator and tools/train/steer write them) for a loaded
 * model: for each mood a direction that is added to what its layers say. Internal to the wrapper of
 * llama.cpp.
 *
 *     steering_open(paths, n, model, &s, err);
 *     steering_apply(s, ctx, weights, err);      // the sum of weight × direction, from the next token on
 *     steering_close(s);
 */
#ifndef SARAI_ENGINE_STEERING_H
#define SARAI_ENGINE_STEERING_H

#include <llama.h>

#include "base/error.h"

struct steering;

/* A path may be NULL: that axis does nothing. EMODEL: missing, damaged, no control vector, made for a model
 * of another width. */
enum sarai_status steering_open(const char *const *paths, size_t n_axes, const struct llama_model *model,
                                struct steering **out, struct sarai_error *err);
void steering_close(struct steering *s);

/* One weight for each axis; all 0: the model alone. Costs nothing when they are as they were. */
enum sarai_status steering_apply(struct steering *s, struct llama_context *ctx, const float *weights,
                                 struct sarai_error *err);

#endif
