#include "engine/embedder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/adapter.h"
#include "engine/gguf.h"
#include "engine/llama_library.h"

enum { MAX_PREFIX_BYTES = 256, IDENTITY_BYTES = 1024 };

struct embedder {
    struct llama_model *model;
    struct llama_context *ctx;
    struct llama_context *adapted[EMBEDDER_KINDS]; /* the same weights with an adapter; NULL: none */
    const struct llama_vocab *vocab;
    const struct stop *stop;
    int dimension, max_tokens, threads;
    char prefixes[EMBEDDER_KINDS][MAX_PREFIX_BYTES];
    char identity[IDENTITY_BYTES];
};

struct embedder_options embedder_options_default(void)
{
    return (struct embedder_options){.query_prefix = "", .passage_prefix = "", .threads = 2};
}

/* `path`: what is named when it fails. */
static enum sarai_status make_context(const struct embedder *e, const char *path, struct llama_context **ctx,
                                      struct sarai_error *err)
{
    const struct gguf_encoder options = {
        .path = path, .max_tokens = e->max_tokens, .threads = e->threads, .stop = e->stop};
    return gguf_encoder_context(e->model, &options, ctx, err);
}

static enum sarai_status check_model(struct embedder *e, const struct embedder_options *o,
                                     struct sarai_error *err)
{
    enum llama_pooling_type pooling = llamacpp.llama_pooling_type(e->ctx);
    e->dimension = llamacpp.llama_model_n_embd_out(e->model);
    if (pooling != LLAMA_POOLING_TYPE_MEAN && pooling != LLAMA_POOLING_TYPE_CLS &&
        pooling != LLAMA_POOLING_TYPE_LAST)
        return failed(err, SARAI_EMODEL,
                      tr("%s no es un modelo de búsqueda: no da un vector por texto",
                         "%s is not an embedding model: it does not give one vector for a text"),
                      o->path);
    if (e->dimension < 1 || e->dimension > EMBEDDER_MAX_DIMENSION ||
        llamacpp.llama_vocab_type(e->vocab) == LLAMA_VOCAB_TYPE_NONE)
        return failed(err, SARAI_EMODEL,
                      tr("%s: vectores de %d números, o sin vocabulario",
                         "%s: vectors of %d numbers, or no vocabulary"),
                      o->path, e->dimension);
    return SARAI_OK;
}

static void describe(struct embedder *e)
{
    char name[256] = "", kind[128] = "";
    llamacpp.llama_model_meta_val_str(e->model, "general.name", name, sizeof name);
    llamacpp.llama_model_desc(e->model, kind, sizeof kind);
    snprintf(e->identity, sizeof e->identity, "%s|%s|%llu|%d|%s|%s", name, kind,
             (unsigned long long)llamacpp.llama_model_size(e->model), e->dimension,
             e->prefixes[EMBEDDER_QUERY], e->prefixes[EMBEDDER_PASSAGE]);
}

enum sarai_status embedder_open(const struct embedder_options *o, struct embedder **out,
                                struct sarai_error *err)
{
    char file[GGUF_IDENTITY_BYTES];
    if (o->threads < 1 || strlen(o->query_prefix) >= MAX_PREFIX_BYTES ||
        strlen(o->passage_prefix) >= MAX_PREFIX_BYTES)
        return failed(err, SARAI_EUSAGE,
                      tr("hilos o prefijos fuera de rango", "threads or prefixes out of range"));
    struct embedder *e = calloc(1, sizeof *e);
    if (!e)
        return out_of_memory(err, "embedder");
    e->stop = o->stop;
    e->threads = o->threads;
    for (int kind = 0; kind < EMBEDDER_KINDS; kind++)
        snprintf(e->prefixes[kind], MAX_PREFIX_BYTES, "%s",
                 kind == EMBEDDER_PASSAGE ? o->passage_prefix : o->query_prefix);
    enum sarai_status st = gguf_load(o->path, false, &e->model, file, err);
    if (!st) {
        int trained = llamacpp.llama_model_n_ctx_train(e->model);
        e->max_tokens = trained > 0 && trained < EMBEDDER_MAX_TOKENS ? trained : EMBEDDER_MAX_TOKENS;
        e->vocab = llamacpp.llama_model_get_vocab(e->model);
        st = make_context(e, o->path, &e->ctx, err);
    }
    if (!st)
        st = check_model(e, o, err);
    if (st) {
        embedder_close(e);
        return st;
    }
    describe(e);
    *out = e;
    return SARAI_OK;
}

/* The setting that names a kind's adapter, for who must be told that it does not fit. */
static const char *const adapter_settings[EMBEDDER_KINDS] = {
    [EMBEDDER_SEARCH] = "SEARCH_MODEL", [EMBEDDER_ROUTE] = "ROUTER_MODEL"};

enum sarai_status embedder_adapt(struct embedder *e, enum embedder_kind kind, const char *path,
                                 struct sarai_error *err)
{
    char file[ADAPTER_IDENTITY_BYTES];
    struct llama_adapter_lora *adapter = NULL;
    struct llama_context *made = NULL;
    enum sarai_status st = make_context(e, path, &made, err);
    if (!st)
        st = adapter_add(e->model, made, path, 1, adapter_settings[kind], file, &adapter, err);
    if (st) {
        if (made)
            llamacpp.llama_free(made);
        return st;
    }
    if (e->adapted[kind])
        llamacpp.llama_free(e->adapted[kind]);
    e->adapted[kind] = made;
    return SARAI_OK;
}

bool embedder_is_adapted(const struct embedder *e, enum embedder_kind kind)
{
    return e->adapted[kind] != NULL;
}

void embedder_close(struct embedder *e)
{
    if (!e)
        return;
    for (int kind = 0; kind < EMBEDDER_KINDS; kind++)
        if (e->adapted[kind])
            llamacpp.llama_free(e->adapted[kind]);
    if (e->ctx)
        llamacpp.llama_free(e->ctx);
    if (e->model)
        llamacpp.llama_model_free(e->model);
    free(e);
}

struct llama_model *embedder_model(const struct embedder *e)
{
    return e->model;
}

int embedder_dimension(const struct embedder *e)
{
    return e->dimension;
}

int embedder_max_tokens(const struct embedder *e)
{
    return e->max_tokens;
}

const char *embedder_identity(const struct embedder *e)
{
    return e->identity;
}

/* Prefix and text as tokens; caller frees. Control tokens inside the text stay text. */
static enum sarai_status tokenise(const struct embedder *e, const char *text, size_t n_bytes,
                                  enum embedder_kind kind, int32_t **tokens, size_t *n,
                                  struct sarai_error *err)
{
    const char *prefix = e->prefixes[kind];
    size_t n_prefix = strlen(prefix), n_all = n_prefix + n_bytes;
    if (n_bytes > EMBEDDER_MAX_TEXT_BYTES)
        return failed(err, SARAI_EINPUT, tr("texto demasiado largo: %zu bytes", "text too long: %zu bytes"),
                      n_bytes);
    size_t room = n_all + 8; /* a token has at least a byte, but for those at the ends */
    char *all = malloc(n_all + 1);
    int32_t *made = malloc(room * sizeof *made);
    int32_t got = -1;
    if (all && made) {
        memcpy(all, prefix, n_prefix + 1);
        memcpy(all + n_prefix, text, n_bytes);
        all[n_all] = '\0';
        got = llamacpp.llama_tokenize(e->vocab, all, (int32_t)n_all, made, (int32_t)room, true, false);
    }
    free(all);
    if (got < 0) {
        free(made);
        return out_of_memory(err, "embedder");
    }
    *tokens = made;
    *n = (size_t)got;
    return SARAI_OK;
}

enum sarai_status embedder_count(const struct embedder *e, const char *text, size_t n_bytes, size_t *n_tokens,
                                 struct sarai_error *err)
{
    int32_t *tokens = NULL;
    enum sarai_status st = tokenise(e, text, n_bytes, EMBEDDER_PASSAGE, &tokens, n_tokens, err);
    free(tokens);
    return st;
}

bool embedder_unit(float *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    if (!(sum > 0 && isfinite(sum)))
        return false;
    double scale = 1 / sqrt(sum);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)(v[i] * scale);
    return true;
}

static enum sarai_status take_vector(const struct embedder *e, struct llama_context *ctx, float *out,
                                     struct sarai_error *err)
{
    const float *v = llamacpp.llama_get_embeddings_seq(ctx, 0);
    if (v)
        memcpy(out, v, (size_t)e->dimension * sizeof *out);
    if (!v || !embedder_unit(out, (size_t)e->dimension))
        return failed(err, SARAI_EINTERNAL,
                      tr("el modelo de búsqueda no dio un vector", "the embedding model gave no vector"));
    return SARAI_OK;
}

enum sarai_status embedder_encode(struct embedder *e, const char *text, enum embedder_kind kind, float *out,
                                  struct sarai_error *err)
{
    int32_t *tokens = NULL;
    size_t n = 0, most = (size_t)e->max_tokens;
    struct llama_context *ctx = adapter_settings[kind] ? e->adapted[kind] : e->ctx;
    if (!ctx)
        return failed(
            err, SARAI_EUSAGE,
            tr("el modelo de búsqueda no lleva el adaptador", "the embedding model has no such adapter"));
    if (stop_raised(e->stop))
        return failed(err, SARAI_ECANCELLED, tr("cancelado", "cancelled"));
    enum sarai_status st = tokenise(e, text, strlen(text), kind, &tokens, &n, err);
    if (!st && n > most) {
        tokens[most - 1] = tokens[n - 1]; /* the end token, where the model has one */
        n = most;
    }
    if (!st && n == 0)
        st = failed(err, SARAI_EINPUT, tr("un texto vacío", "an empty text"));
    if (!st)
        st = gguf_encode(ctx, tokens, n, e->stop, err);
    free(tokens);
    return st ? st : take_vector(e, ctx, out, err);
}
