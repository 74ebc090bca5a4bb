#include "engine/adapter.h"

#include <stdio.h>
#include <string.h>

#include "engine/gguf.h"
#include "engine/llama_library.h"

struct loading {
    const char *path, *setting;
    struct llama_model *model;
    struct gguf_context *header;
    struct llama_adapter_lora *adapter;
};

static void load_adapter(void *arg)
{
    struct loading *l = arg;
    l->adapter = llamacpp.llama_adapter_lora_init(l->model, l->path);
}

/* A text of the header, "" when absent. Borrowed from it. */
static const char *header_text(const struct gguf_context *header, const char *key)
{
    int64_t at = llamacpp.gguf_find_key(header, key);
    return at >= 0 && llamacpp.gguf_get_kv_type(header, at) == GGUF_TYPE_STRING
               ? llamacpp.gguf_get_val_str(header, at)
               : "";
}

/* One that says nothing of its model's name is judged by the architecture, and by llama.cpp, which compares
 * the shapes. */
static enum sarai_status check_base(const struct loading *l, struct sarai_error *err)
{
    char architecture[64] = "", name[128] = "";
    const char *base = header_text(l->header, "general.base_model.0.name"),
               *kind = header_text(l->header, "general.architecture");
    llamacpp.llama_model_meta_val_str(l->model, "general.architecture", architecture, sizeof architecture);
    llamacpp.llama_model_meta_val_str(l->model, "general.name", name, sizeof name);
    if (strcmp(header_text(l->header, "general.type"), "adapter") != 0 ||
        strcmp(header_text(l->header, "adapter.type"), "lora") != 0)
        return failed(err, SARAI_EMODEL, tr("%s no es un adaptador LoRA", "%s is not a LoRA adapter"),
                      l->path);
    if (strcmp(kind, architecture) == 0 && (!base[0] || !name[0] || strcmp(base, name) == 0))
        return SARAI_OK;
    return failed(err, SARAI_EMODEL,
                  tr("el adaptador %s es para %s (%s) y el modelo es %s (%s); elige otro con %s",
                     "the adapter %s is for %s (%s) and the model is %s (%s); choose another: %s"),
                  l->path, base[0] ? base : "?", kind, name[0] ? name : "?", architecture, l->setting);
}

enum sarai_status adapter_add(struct llama_model *model, struct llama_context *ctx, const char *path,
                              float scale, const char *setting, char identity[ADAPTER_IDENTITY_BYTES],
                              struct llama_adapter_lora **out, struct sarai_error *err)
{
    char file[GGUF_IDENTITY_BYTES] = "";
    struct loading l = {.path = path, .setting = setting, .model = model};
    enum sarai_status st = gguf_header(path, file, &l.header, err);
    if (st)
        return st;
    st = check_base(&l, err);
    llamacpp.gguf_free(l.header);
    if (st)
        return st;
    if (!gguf_guarded(load_adapter, &l) || !l.adapter ||
        llamacpp.llama_set_adapters_lora(ctx, &l.adapter, 1, &scale) != 0)
        return gguf_damaged(path, err);
    snprintf(identity, ADAPTER_IDENTITY_BYTES, "+%s@%g", file, (double)scale);
    *out = l.adapter;
    return SARAI_OK;
}

void adapter_use(struct llama_context *ctx, struct llama_adapter_lora *adapter, float scale)
{
    llamacpp.llama_set_adapters_lora(ctx, &adapter, 1, &scale);
}
