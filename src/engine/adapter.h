/* A LoRA adapter (GGUF) on top of a loaded model. Internal to the wrapper of llama.cpp.
 *
 *     adapter_add(model, ctx, "sarai.gguf", 1.0F, "LLM_ADAPTER", identity, &adapter, err);
 *     // the model frees it with itself
 *
 * The header of the file says for which model it was made; another model is refused by name.
 */
#ifndef SARAI_ENGINE_ADAPTER_H
#define SARAI_ENGINE_ADAPTER_H

#include <llama.h>

#include "base/error.h"

enum { ADAPTER_IDENTITY_BYTES = 96 };

/* `scale`: 1 is as it was trained. `setting`: the one that names the file, for the message that refuses it.
 * `identity` gets what tells file and scale from others.
 * EMODEL: missing, damaged, not a LoRA adapter, made for another model. */
enum sarai_status adapter_add(struct llama_model *model, struct llama_context *ctx, const char *path,
                              float scale, const char *setting, char identity[ADAPTER_IDENTITY_BYTES],
                              struct llama_adapter_lora **out, struct sarai_error *err);
/* This one alone, so strong, from the next token on; costs nothing where nothing changes. */
void adapter_use(struct llama_context *ctx, struct llama_adapter_lora *adapter, float scale);

#endif
