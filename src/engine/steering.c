#include "engine/steering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/gguf.h"
#include "engine/llama_library.h"

struct steering {
    size_t n_axes, n; /* numbers of one axis: those of layer 1, of layer 2 … */
    int width;
    float *axes, *sum;
    float *weights; /* that are in force */
};

struct loading {
    const char *path;
    struct gguf_context *header;
    struct ggml_context *tensors;
};

static void read_file(void *arg)
{
    struct loading *l = arg;
    l->header = llamacpp.gguf_init_from_file(l->path, (struct gguf_init_params){.ctx = &l->tensors});
}

static enum sarai_status misfit(const char *path, struct sarai_error *err)
{
    return failed(err, SARAI_EMODEL,
                  tr("%s no es un vector de control para este modelo; se hace con tools/train/steer",
                     "%s is no control vector for this model; tools/train/steer makes one"),
                  path);
}

/* The directions of one file to their places in `axis`; layers that it does not name stay as they are. */
static enum sarai_status take_directions(const struct steering *s, const struct loading *l, float *axis,
                                         struct sarai_error *err)
{
    int n_taken = 0;
    for (struct ggml_tensor *t = llamacpp.ggml_get_first_tensor(l->tensors); t;
         t = llamacpp.ggml_get_next_tensor(l->tensors, t)) {
        static const char direction[] = "direction.";
        if (strncmp(t->name, direction, sizeof direction - 1) != 0)
            continue;
        long layer = strtol(t->name + sizeof direction - 1, NULL, 10);
        if (layer < 1 || layer > (long)(s->n / (size_t)s->width) || t->type != GGML_TYPE_F32 ||
            llamacpp.ggml_nelements(t) != s->width || t->ne[0] != s->width)
            return misfit(l->path, err);
        memcpy(axis + (size_t)(layer - 1) * (size_t)s->width, t->data, (size_t)s->width * sizeof *axis);
        n_taken++;
    }
    return n_taken > 0 ? SARAI_OK : misfit(l->path, err);
}

static enum sarai_status read_axis(const struct steering *s, const char *path, float *axis,
                                   struct sarai_error *err)
{
    char identity[GGUF_IDENTITY_BYTES];
    struct loading l = {.path = path};
    gguf_reason_clear();
    enum sarai_status st = gguf_check_file(path, identity, err);
    if (st)
        return st;
    st = gguf_guarded(read_file, &l) && l.header && l.tensors ? take_directions(s, &l, axis, err)
                                                              : gguf_damaged(path, err);
    if (l.header)
        llamacpp.gguf_free(l.header);
    if (l.tensors)
        llamacpp.ggml_free(l.tensors);
    return st;
}

enum sarai_status steering_open(const char *const *paths, size_t n_axes, const struct llama_model *model,
                                struct steering **out, struct sarai_error *err)
{
    struct steering *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "steering");
    int layers = llamacpp.llama_model_n_layer(model);
    s->width = llamacpp.llama_model_n_embd(model);
    s->n_axes = n_axes;
    s->n = (size_t)s->width * (size_t)(layers > 1 ? layers - 1 : 0); /* layer 0 is never steered */
    s->axes = calloc(n_axes * s->n + 1, sizeof *s->axes);
    s->sum = calloc(s->n + 1, sizeof *s->sum);
    s->weights = calloc(n_axes + 1, sizeof *s->weights);
    enum sarai_status st = s->axes && s->sum && s->weights ? SARAI_OK : out_of_memory(err, "steering");
    for (size_t i = 0; !st && i < n_axes; i++)
        if (paths[i])
            st = read_axis(s, paths[i], s->axes + i * s->n, err);
    if (st)
        steering_close(s);
    else
        *out = s;
    return st;
}

void steering_close(struct steering *s)
{
    if (!s)
        return;
    free(s->axes);
    free(s->sum);
    free(s->weights);
    free(s);
}

enum sarai_status steering_apply(struct steering *s, struct llama_context *ctx, const float *weights,
                                 struct sarai_error *err)
{
    bool is_off = true;
    if (memcmp(weights, s->weights, s->n_axes * sizeof *weights) == 0)
        return SARAI_OK;
    memset(s->sum, 0, s->n * sizeof *s->sum);
    for (size_t a = 0; a < s->n_axes; a++) {
        is_off = is_off && !(weights[a] > 0);
        for (size_t i = 0; i < s->n; i++)
            s->sum[i] += weights[a] * s->axes[a * s->n + i];
    }
    if (llamacpp.llama_set_adapter_cvec(ctx, is_off ? NULL : s->sum, s->n, s->width, 1,
                                        (int32_t)(s->n / (size_t)s->width)) != 0)
        return failed(err, SARAI_EINTERNAL,
                      tr("llama.cpp no acepta el vector de control", "llama.cpp refuses the control vector"));
    memcpy(s->weights, weights, s->n_axes * sizeof *weights);
    return SARAI_OK;
}
