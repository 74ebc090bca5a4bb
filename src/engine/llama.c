#include "engine/llama.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/reason.h"
#include "engine/adapter.h"
#include "engine/gguf.h"
#include "engine/llama_library.h"
#include "engine/steering.h"

/* The state of a model whose memory cannot be cut back (recurrent and hybrid ones), as it was after
 * `n` tokens. */
struct checkpoint {
    size_t n;
    uint8_t *data; /* NULL: none */
    size_t bytes;
};

struct llm {
    struct llama_model *model;
    const struct llama_vocab *vocab;
    struct llama_context *ctx;
    struct llama_sampler *sampler;
    struct llama_sampler *grammar; /* NULL: anything may be said */
    llama_token_data *candidates;  /* room for the whole vocabulary; made with the first grammar */
    const struct stop *stop;
    int batch_tokens;
    char description[128];
    char identity[GGUF_IDENTITY_BYTES + ADAPTER_IDENTITY_BYTES]; /* of the files: sizes and times */
    struct llama_adapter_lora *adapter, *reader;                 /* the model's; NULL: none */
    float adapter_scale, adapter_warmth;
    struct steering *steering; /* NULL: none */
    float steer_scale;

    int32_t *read; /* tokens in the cache, in order; room for the whole window */
    size_t n_read;
    bool has_logits; /* those after read[n_read - 1] */
    bool has_next;   /* `next` was sampled and is not evaluated yet */
    int32_t next;

    bool can_cut; /* the memory can forget its end */
    /* The first prompt is most often the fixed beginning of all later ones; the latest, what the next
     * one continues when the answer is taken back. */
    struct checkpoint first, latest;
};

static bool stop_wanted(void *user)
{
    return stop_raised(user);
}

/* ---- open and close ------------------------------------------------------------------------- */

struct llm_options llm_options_default(void)
{
    return (struct llm_options){
        .context_tokens = 2048, .batch_tokens = 128, .threads = 2, .adapter_scale = 1};
}

static enum sarai_status make_context(struct llm *llm, const struct llm_options *o, struct sarai_error *err)
{
    struct llama_context_params p = llamacpp.llama_context_default_params();
    int trained = llamacpp.llama_model_n_ctx_train(llm->model);
    p.n_ctx = (uint32_t)(trained > 0 && trained < o->context_tokens ? trained : o->context_tokens);
    p.n_batch = p.n_ubatch = (uint32_t)o->batch_tokens;
    p.n_seq_max = 1;
    p.n_outputs_max = 1; /* only the last token's logits: 1 MB each with a vocabulary of 262,144 */
    p.n_threads = p.n_threads_batch = o->threads;
    p.abort_callback = stop_wanted;
    p.abort_callback_data = (void *)o->stop;
    p.swa_full = true; /* layers with a sliding window keep all: else the prefix could not be reused */
    p.offload_kqv = false;
    p.op_offload = false;
    if (!gguf_context(llm->model, &p, &llm->ctx))
        return gguf_damaged(o->path, err);
    if (!llm->ctx)
        return failed(err, SARAI_ENOMEM,
                      tr("el modelo de lenguaje %s no cabe con una ventana de %d tokens: %s",
                         "the language model %s does not fit with a window of %d tokens: %s"),
                      o->path, (int)p.n_ctx, gguf_reason());
    return SARAI_OK;
}

/* An embedder or a translator loads as well as a language model does. */
static bool generates(const struct llama_model *model, const struct llama_vocab *vocab)
{
    char architecture[64] = "", key[96], pooling[16] = ""; /* absent or 0 in a model that generates */
    llamacpp.llama_model_meta_val_str(model, "general.architecture", architecture, sizeof architecture);
    snprintf(key, sizeof key, "%s.pooling_type", architecture);
    llamacpp.llama_model_meta_val_str(model, key, pooling, sizeof pooling);
    return llamacpp.llama_vocab_type(vocab) != LLAMA_VOCAB_TYPE_NONE &&
           !llamacpp.llama_model_has_encoder(model) && llamacpp.llama_model_has_decoder(model) &&
           !llamacpp.llama_model_is_diffusion(model) && (!pooling[0] || strcmp(pooling, "0") == 0);
}

static enum sarai_status open_model(struct llm *llm, const struct llm_options *o, struct sarai_error *err)
{
    char reader[ADAPTER_IDENTITY_BYTES]; /* it reads nothing that is kept in a file */
    enum sarai_status st = gguf_load(o->path, o->check, &llm->model, llm->identity, err);
    if (st)
        return st;
    llm->vocab = llamacpp.llama_model_get_vocab(llm->model);
    llamacpp.llama_model_desc(llm->model, llm->description, sizeof llm->description);
    if (!generates(llm->model, llm->vocab))
        st = failed(err, SARAI_EMODEL,
                    tr("%s (%s) no es un modelo de lenguaje que genere texto",
                       "%s (%s) is not a language model that writes text"),
                    o->path, llm->description);
    if (!st)
        st = make_context(llm, o, err);
    if (!st && !llamacpp.llama_get_memory(llm->ctx))
        st = failed(err, SARAI_EMODEL,
                    tr("%s (%s) no es un modelo de lenguaje que genere texto",
                       "%s (%s) is not a language model that writes text"),
                    o->path, llm->description);
    if (!st && o->adapter_path && o->reader_path)
        st = adapter_add(llm->model, llm->ctx, o->reader_path, o->adapter_scale, "LLM_READER", reader,
                         &llm->reader, err);
    if (!st && o->adapter_path) /* the last one is what it begins with */
        st = adapter_add(llm->model, llm->ctx, o->adapter_path, o->adapter_scale, "LLM_ADAPTER",
                         llm->identity + strlen(llm->identity), &llm->adapter, err);
    llm->adapter_scale = o->adapter_scale;
    llm->adapter_warmth = o->adapter_warmth;
    llm->steer_scale = o->steer_scale;
    if (!st && o->steer_scale > 0)
        st = steering_open(o->steer_paths, LLM_AXES, llm->model, &llm->steering, err);
    return st;
}

enum sarai_status llm_open(const struct llm_options *o, struct llm **out, struct sarai_error *err)
{
    if (o->context_tokens < 16 || o->context_tokens > LLM_MAX_CONTEXT || o->batch_tokens < 1 ||
        o->batch_tokens > o->context_tokens || o->threads < 1)
        return failed(err, SARAI_EUSAGE,
                      tr("ventana, lote o hilos fuera de rango: %d, %d, %d",
                         "window, batch or threads out of range: %d, %d, %d"),
                      o->context_tokens, o->batch_tokens, o->threads);
    struct llm *llm = calloc(1, sizeof *llm);
    if (!llm)
        return out_of_memory(err, "llm");
    llm->stop = o->stop;
    llm->batch_tokens = o->batch_tokens;
    enum sarai_status st = open_model(llm, o, err);
    if (!st) {
        llm->can_cut =
            !llamacpp.llama_model_is_recurrent(llm->model) && !llamacpp.llama_model_is_hybrid(llm->model);
        llm->read = calloc(llamacpp.llama_n_ctx(llm->ctx), sizeof *llm->read);
        if (!llm->read)
            st = out_of_memory(err, "llm");
    }
    if (st)
        llm_close(llm);
    else
        *out = llm;
    return st;
}

void llm_close(struct llm *llm)
{
    if (!llm)
        return;
    if (llm->sampler)
        llamacpp.llama_sampler_free(llm->sampler);
    if (llm->grammar)
        llamacpp.llama_sampler_free(llm->grammar);
    free(llm->candidates);
    steering_close(llm->steering);
    if (llm->ctx)
        llamacpp.llama_free(llm->ctx);
    if (llm->model)
        llamacpp.llama_model_free(llm->model);
    free(llm->first.data);
    free(llm->latest.data);
    free(llm->read);
    free(llm);
}

const char *llm_description(const struct llm *llm)
{
    return llm->description;
}

const char *llm_identity(const struct llm *llm)
{
    return llm->identity;
}

bool llm_has_adapter(const struct llm *llm)
{
    return llm->adapter != NULL;
}

int llm_context_tokens(const struct llm *llm)
{
    return (int)llamacpp.llama_n_ctx(llm->ctx);
}

int llm_vocabulary(const struct llm *llm)
{
    return llamacpp.llama_vocab_n_tokens(llm->vocab);
}

bool llm_has_chat_template(const struct llm *llm)
{
    return llamacpp.llama_model_chat_template(llm->model, NULL) != NULL;
}

/* ---- text and tokens ------------------------------------------------------------------------ */

enum sarai_status llm_tokenise(const struct llm *llm, const char *text, size_t n_bytes, unsigned flags,
                               int32_t *tokens, size_t max, size_t *n, struct sarai_error *err)
{
    int32_t got = 0;
    if (n_bytes > LLM_MAX_TEXT_BYTES)
        return failed(err, SARAI_EINPUT, tr("texto demasiado largo: %zu bytes", "text too long: %zu bytes"),
                      n_bytes);
    if (max > LLM_MAX_CONTEXT)
        max = LLM_MAX_CONTEXT;
    got = llamacpp.llama_tokenize(llm->vocab, text, (int32_t)n_bytes, tokens, (int32_t)max, flags & LLM_BEGIN,
                                  flags & LLM_CONTROL);
    if (got < 0)
        return failed(err, SARAI_EINPUT,
                      tr("texto demasiado largo: no cabe en %zu tokens",
                         "text too long: it does not fit in %zu tokens"),
                      max);
    *n = (size_t)got;
    return SARAI_OK;
}

size_t llm_piece(const struct llm *llm, int32_t token, char bytes[LLM_MAX_PIECE_BYTES])
{
    int32_t n = llamacpp.llama_token_to_piece(llm->vocab, token, bytes, LLM_MAX_PIECE_BYTES, 0, false);
    return n > 0 ? (size_t)n : 0;
}

bool llm_is_end(const struct llm *llm, int32_t token)
{
    return llamacpp.llama_vocab_is_eog(llm->vocab, token);
}

enum { MAX_MESSAGES = 64 };

enum sarai_status llm_chat(const struct llm *llm, const struct llm_message *messages, size_t n,
                           bool answer_next, struct buf *out, struct sarai_error *err)
{
    struct llama_chat_message chat[MAX_MESSAGES];
    const char *template = llamacpp.llama_model_chat_template(llm->model, NULL);
    char *text = NULL;
    if (n > MAX_MESSAGES)
        return failed(err, SARAI_EINPUT, tr("demasiados mensajes: %zu", "too many messages: %zu"), n);
    for (size_t i = 0; i < n; i++)
        chat[i] = (struct llama_chat_message){messages[i].role, messages[i].content};
    int32_t bytes =
        template ? llamacpp.llama_chat_apply_template(template, chat, n, answer_next, NULL, 0) : -1;
    if (bytes < 0 || bytes > LLM_MAX_TEXT_BYTES)
        return failed(err, SARAI_EMODEL,
                      tr("el modelo %s no trae una plantilla de conversación conocida",
                         "the model %s has no chat template that is known"),
                      llm->description);
    text = malloc((size_t)bytes + 1);
    if (!text)
        return out_of_memory(err, "llm_chat");
    llamacpp.llama_chat_apply_template(template, chat, n, answer_next, text, bytes + 1);
    bool fits = buf_append(out, text, (size_t)bytes);
    free(text);
    return fits ? SARAI_OK : out_of_memory(err, "llm_chat");
}

/* ---- what the model has read ---------------------------------------------------------------- */

static void forget_all(struct llm *llm)
{
    llamacpp.llama_memory_clear(llamacpp.llama_get_memory(llm->ctx), false);
    llm->n_read = 0;
    llm->has_logits = false;
}

/* Only the recurrent part of a hybrid memory is copied; its attention cache can be cut as it is. */
static void checkpoint_save(struct llm *llm, struct checkpoint *c)
{
    size_t bytes = llamacpp.llama_state_seq_get_size_ext(llm->ctx, 0, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
    uint8_t *data = realloc(c->data, bytes);
    if (data) {
        c->data = data;
        c->bytes = llamacpp.llama_state_seq_get_data_ext(llm->ctx, data, bytes, 0,
                                                         LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
    }
    c->n =
        data && c->bytes ? llm->n_read : 0; /* without it the next prompt is evaluated whole: slower, right */
}

static bool checkpoint_restore(struct llm *llm, const struct checkpoint *c)
{
    return llamacpp.llama_state_seq_set_data_ext(llm->ctx, c->data, c->bytes, 0,
                                                 LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY) > 0 &&
           llamacpp.llama_memory_seq_rm(llamacpp.llama_get_memory(llm->ctx), 0, (llama_pos)c->n, -1);
}

/* Forgets all but the first n tokens, or more where the memory cannot be cut there. */
static void cut_back(struct llm *llm, size_t n)
{
    if (n == llm->n_read)
        return;
    llm->has_logits = false;
    if (llm->can_cut && n > 0 &&
        llamacpp.llama_memory_seq_rm(llamacpp.llama_get_memory(llm->ctx), 0, (llama_pos)n, -1)) {
        llm->n_read = n;
        return;
    }
    const struct checkpoint *c = llm->latest.n > 0 && llm->latest.n <= n ? &llm->latest : &llm->first;
    if (!llm->can_cut && c->n > 0 && c->n <= n && checkpoint_restore(llm, c))
        llm->n_read = c->n;
    else
        forget_all(llm);
    if (llm->latest.n > llm->n_read)
        llm->latest.n = 0;
    if (llm->first.n > llm->n_read)
        llm->first.n = 0;
}

/* Evaluates n tokens after those read; only the last gets logits. When it fails the handle is as if it
 * had read nothing of the batch in progress. */
static enum sarai_status evaluate(struct llm *llm, const int32_t *tokens, size_t n, struct sarai_error *err)
{
    do {
        size_t part = n < (size_t)llm->batch_tokens ? n : (size_t)llm->batch_tokens;
        if (stop_raised(llm->stop))
            return failed(err, SARAI_ECANCELLED, tr("cancelado", "cancelled"));
        memcpy(llm->read + llm->n_read, tokens, part * sizeof *tokens);
        llm->has_logits = false;
        gguf_reason_clear();
        int rc = llamacpp.llama_decode(llm->ctx,
                                       llamacpp.llama_batch_get_one(llm->read + llm->n_read, (int32_t)part));
        if (rc != 0 && !llm->can_cut)
            forget_all(llm); /* its recurrent state may hold half a batch */
        if (rc == 2)
            return failed(err, SARAI_ECANCELLED, tr("cancelado", "cancelled"));
        if (rc != 0)
            return failed(err, SARAI_EINTERNAL, tr("llama.cpp falla (%d): %s", "llama.cpp fails (%d): %s"),
                          rc, gguf_reason());
        llm->n_read += part;
        tokens += part;
        n -= part;
    } while (n > 0);
    llm->has_logits = true;
    return SARAI_OK;
}

enum sarai_status llm_prompt(struct llm *llm, const int32_t *tokens, size_t n, struct llm_usage *usage,
                             struct sarai_error *err)
{
    size_t same = 0;
    if (n < 1 || n >= llamacpp.llama_n_ctx(llm->ctx))
        return failed(err, SARAI_EINPUT,
                      tr("%zu tokens no caben en la ventana", "%zu tokens do not fit the window"), n);
    while (same < n && same < llm->n_read && tokens[same] == llm->read[same])
        same++;
    llm->has_next = false;
    bool is_ready = same == n && n == llm->n_read && llm->has_logits;
    if (!is_ready)
        cut_back(llm, same == n ? n - 1 : same); /* the last one again, for its logits */
    size_t reused = llm->n_read;
    if (!is_ready) {
        enum sarai_status st = evaluate(llm, tokens + reused, n - reused, err);
        if (st)
            return st;
        if (!llm->can_cut)
            checkpoint_save(llm, reused == 0 ? &llm->first : &llm->latest);
    }
    usage->reused = (int)reused;
    usage->evaluated = (int)(n - reused);
    return SARAI_OK;
}

enum sarai_status llm_lean(struct llm *llm, const struct llm_lean *lean, struct sarai_error *err)
{
    float weights[LLM_AXES];
    if (llm->adapter)
        adapter_use(llm->ctx, lean->reads && llm->reader ? llm->reader : llm->adapter,
                    llm->adapter_scale + llm->adapter_warmth * lean->warmth);
    for (size_t i = 0; i < LLM_AXES; i++)
        weights[i] = llm->steer_scale * lean->axes[i];
    return llm->steering ? steering_apply(llm->steering, llm->ctx, weights, err) : SARAI_OK;
}

bool llm_restore(struct llm *llm, const char *path, const int32_t *tokens, size_t n)
{
    size_t got = 0;
    forget_all(llm);
    llm->first.n = llm->latest.n = 0;
    if (access(path, R_OK) != 0 ||
        !llamacpp.llama_state_seq_load_file(llm->ctx, path, 0, llm->read, llamacpp.llama_n_ctx(llm->ctx),
                                            &got) ||
        got != n || memcmp(llm->read, tokens, n * sizeof *tokens) != 0) {
        forget_all(llm);
        return false;
    }
    llm->n_read = n;
    if (!llm->can_cut)
        checkpoint_save(llm, &llm->first);
    return true;
}

enum sarai_status llm_save(struct llm *llm, const char *path, struct sarai_error *err)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s.%ld", path, (long)getpid()) >= (int)sizeof part)
        return failed(err, SARAI_EOUTPUT, tr("ruta demasiado larga: %s", "path too long: %s"), path);
    bool is_saved = llamacpp.llama_state_seq_save_file(llm->ctx, part, 0, llm->read, llm->n_read) > 0;
    if (is_saved && rename(part, path) == 0)
        return SARAI_OK;
    int reason = errno;
    unlink(part);
    return failed(err, SARAI_EOUTPUT, tr("no se puede guardar %s: %s", "cannot save %s: %s"), path,
                  is_saved ? reason_of(reason) : gguf_reason());
}

/* ---- choosing tokens ------------------------------------------------------------------------ */

enum { REPEAT_WINDOW_TOKENS = 128, GREEDY_CANDIDATES = 40 };

/* The candidates are cut to a few before they are penalised: a vocabulary has 262,144. */
static bool fill_chain(struct llama_sampler *chain, const struct llm_sampling *s, int n_vocab)
{
    struct llama_sampler *steps[] = {
        llamacpp.llama_sampler_init_top_k(s->temperature > 0 && s->top_k > 0 ? s->top_k : GREEDY_CANDIDATES),
        llamacpp.llama_sampler_init_penalties(n_vocab, REPEAT_WINDOW_TOKENS, s->repeat_penalty, 0, 0),
        llamacpp.llama_sampler_init_top_p(s->top_p, 1),
        llamacpp.llama_sampler_init_min_p(s->min_p, 1),
        llamacpp.llama_sampler_init_temp(s->temperature),
        s->temperature > 0 ? llamacpp.llama_sampler_init_dist(s->seed) : llamacpp.llama_sampler_init_greedy(),
    };
    bool is_complete = true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i])
            llamacpp.llama_sampler_chain_add(chain, steps[i]);
        else
            is_complete = false;
    }
    return is_complete;
}

enum sarai_status llm_sampling_set(struct llm *llm, const struct llm_sampling *s, struct sarai_error *err)
{
    if (!(s->temperature >= 0 && s->top_p > 0 && s->min_p >= 0 && s->min_p <= 1 && s->repeat_penalty > 0))
        return failed(err, SARAI_EUSAGE,
                      tr("opciones de muestreo fuera de rango", "sampling options out of range"));
    struct llama_sampler *chain =
        llamacpp.llama_sampler_chain_init(llamacpp.llama_sampler_chain_default_params());
    if (!chain || !fill_chain(chain, s, llamacpp.llama_vocab_n_tokens(llm->vocab))) {
        if (chain)
            llamacpp.llama_sampler_free(chain);
        return out_of_memory(err, "llm_sampling_set");
    }
    if (llm->sampler)
        llamacpp.llama_sampler_free(llm->sampler);
    llm->sampler = chain;
    if (llm->grammar)
        llamacpp.llama_sampler_free(llm->grammar);
    llm->grammar = NULL;
    return SARAI_OK;
}

enum {
    LIKELY_CANDIDATES = 400 /* most often one of them fits; looking at all takes a hundred times as long */
};

/* The candidates that the grammar allows, of the `most` likeliest ones (0: of all). */
static llama_token_data_array fitting(struct llm *llm, int32_t most)
{
    const float *logits = llamacpp.llama_get_logits_ith(llm->ctx, -1);
    int n = llamacpp.llama_vocab_n_tokens(llm->vocab);
    for (int i = 0; i < n; i++)
        llm->candidates[i] = (llama_token_data){i, logits[i], 0};
    llama_token_data_array all = {llm->candidates, (size_t)n, -1, false};
    struct llama_sampler *likely = most > 0 ? llamacpp.llama_sampler_init_top_k(most) : NULL;
    if (likely) {
        llamacpp.llama_sampler_apply(likely, &all);
        llamacpp.llama_sampler_free(likely);
    }
    llamacpp.llama_sampler_apply(llm->grammar, &all);
    size_t kept = 0;
    for (size_t i = 0; i < all.size; i++)
        if (isfinite(all.data[i].logit))
            all.data[kept++] = all.data[i];
    all.size = kept;
    return all;
}

/* EINTERNAL where the grammar allows nothing: it is then not one that has an end. */
static enum sarai_status choose_fitting(struct llm *llm, struct sarai_error *err)
{
    llama_token_data_array left = fitting(llm, LIKELY_CANDIDATES);
    if (left.size == 0)
        left = fitting(llm, 0);
    if (left.size > 0)
        llamacpp.llama_sampler_apply(llm->sampler, &left);
    if (left.size == 0 || left.selected < 0)
        return failed(err, SARAI_EINTERNAL,
                      tr("la gramática no deja seguir", "the grammar allows nothing more"));
    llm->next = left.data[left.selected].id;
    llamacpp.llama_sampler_accept(llm->grammar, llm->next);
    llamacpp.llama_sampler_accept(llm->sampler, llm->next);
    return SARAI_OK;
}

enum sarai_status llm_constrain(struct llm *llm, const char *grammar, int32_t *token, struct sarai_error *err)
{
    if (!llm->has_next || !llm->has_logits || llm->grammar)
        return failed(err, SARAI_EINTERNAL, "llm_constrain() without llm_next()");
    if (!llm->candidates)
        llm->candidates = calloc((size_t)llamacpp.llama_vocab_n_tokens(llm->vocab), sizeof *llm->candidates);
    if (!llm->candidates)
        return out_of_memory(err, "llm_constrain");
    llm->grammar = llamacpp.llama_sampler_init_grammar(llm->vocab, grammar, "root");
    if (!llm->grammar)
        return failed(err, SARAI_EINTERNAL,
                      tr("llama.cpp no entiende la gramática: %s", "llama.cpp cannot read the grammar: %s"),
                      gguf_reason());
    llamacpp.llama_sampler_reset(llm->sampler);
    enum sarai_status st = choose_fitting(llm, err);
    if (!st)
        *token = llm->next;
    return st;
}

enum sarai_status llm_next(struct llm *llm, int32_t *token, struct sarai_error *err)
{
    if (llm->has_next) {
        if (llm->n_read + 1 >= llamacpp.llama_n_ctx(llm->ctx))
            return failed(err, SARAI_EINPUT,
                          tr("la ventana del modelo está llena", "the model's window is full"));
        enum sarai_status st = evaluate(llm, &llm->next, 1, err);
        if (st)
            return st;
    }
    if (!llm->sampler || !llm->has_logits)
        return failed(err, SARAI_EINTERNAL, "llm_next() before llm_prompt() or llm_sampling_set()");
    enum sarai_status st = SARAI_OK;
    if (llm->grammar)
        st = choose_fitting(llm, err);
    else
        llm->next = llamacpp.llama_sampler_sample(llm->sampler, llm->ctx, -1);
    llm->has_next = !st;
    *token = llm->next;
    return st;
}

const float *llm_logits(struct llm *llm)
{
    return llm->has_logits ? llamacpp.llama_get_logits_ith(llm->ctx, -1) : NULL;
}

enum sarai_status llm_load_library(struct sarai_error *err)
{
    return llama_library_load(err);
}

const char *llm_version(void)
{
    return llama_library_load(NULL) == SARAI_OK ? llamacpp.ggml_version() : NULL;
}
