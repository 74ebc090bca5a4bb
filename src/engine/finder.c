#include "engine/finder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "engine/adapter.h"
#include "engine/embedder.h"
#include "engine/gguf.h"
#include "engine/llama_library.h"

enum {
    WINDOW = 512,
    QUESTION_TOKENS = 60,
    SOURCE_TOKENS = 24,
    ROW_TOKENS = 502, /* but for the mark at the end */
    TEXT_BYTES = 500, /* of one text that is made into tokens at once: each has at least a byte */
    MOST_TOKENS = 17, /* of an answer */
    MAX_WIDTH = 4096,
    ENDS = 2, /* where an answer begins, where it ends */
};

static const char query[] = "query: ";
static const char *const weight_keys[ENDS] = {"sarai.finder.begin", "sarai.finder.end"};

struct finder {
    struct llama_context *ctx;
    const struct llama_vocab *vocab;
    const struct stop *stop;
    size_t width;
    float *weights[ENDS]; /* [width], then the offset */

    /* the row in work */
    int32_t tokens[WINDOW];
    struct span {
        size_t from, to; /* the word that a token belongs to, in bytes of the passage */
    } words[WINDOW];
    size_t n, passage_at;
};

/* ---- open and close -------------------------------------------------------------------------- */

static enum sarai_status take_weights(struct finder *f, const char *path, const struct gguf_context *header,
                                      struct sarai_error *err)
{
    for (int i = 0; i < ENDS; i++) {
        int64_t at = llamacpp.gguf_find_key(header, weight_keys[i]);
        if (at < 0 || llamacpp.gguf_get_kv_type(header, at) != GGUF_TYPE_ARRAY ||
            llamacpp.gguf_get_arr_type(header, at) != GGUF_TYPE_FLOAT32 ||
            llamacpp.gguf_get_arr_n(header, at) != f->width + 1)
            return failed(err, SARAI_EMODEL,
                          tr("%s no es un buscador de respuestas para este modelo de búsqueda: le falta %s",
                             "%s is no finder for this embedding model: it lacks %s"),
                          path, weight_keys[i]);
        size_t bytes = (f->width + 1) * sizeof(float);
        f->weights[i] = malloc(bytes);
        if (!f->weights[i])
            return out_of_memory(err, "finder");
        memcpy(f->weights[i], llamacpp.gguf_get_arr_data(header, at), bytes);
    }
    return SARAI_OK;
}

static enum sarai_status load_weights(struct finder *f, const char *path, struct sarai_error *err)
{
    struct gguf_context *header;
    char identity[GGUF_IDENTITY_BYTES];
    enum sarai_status st = gguf_header(path, identity, &header, err);
    if (st)
        return st;
    st = take_weights(f, path, header, err);
    llamacpp.gguf_free(header);
    return st;
}

static enum sarai_status make_context(struct finder *f, struct llama_model *model, const char *path,
                                      int threads, struct sarai_error *err)
{
    char identity[ADAPTER_IDENTITY_BYTES];
    struct llama_adapter_lora *adapter; /* the model frees it with itself */
    const struct gguf_encoder options = {
        .path = path, .max_tokens = WINDOW, .threads = threads, .each_token = true, .stop = f->stop};
    enum sarai_status st = gguf_encoder_context(model, &options, &f->ctx, err);
    return st ? st : adapter_add(model, f->ctx, path, 1, "FINDER_MODEL", identity, &adapter, err);
}

enum sarai_status finder_open(const struct embedder *embedder, const char *path, int threads,
                              const struct stop *stop, struct finder **out, struct sarai_error *err)
{
    struct llama_model *model = embedder_model(embedder);
    struct finder *f = calloc(1, sizeof *f);
    if (!f)
        return out_of_memory(err, "finder");
    f->stop = stop;
    f->vocab = llamacpp.llama_model_get_vocab(model);
    f->width = (size_t)llamacpp.llama_model_n_embd(model);
    enum sarai_status st = load_weights(f, path, err);
    if (!st)
        st = make_context(f, model, path, threads, err);
    if (st)
        finder_close(f);
    else
        *out = f;
    return st;
}

void finder_close(struct finder *f)
{
    if (!f)
        return;
    if (f->ctx)
        llamacpp.llama_free(f->ctx);
    for (int i = 0; i < ENDS; i++)
        free(f->weights[i]);
    free(f);
}

/* ---- the row --------------------------------------------------------------------------------- */

static size_t cut(const char *text, size_t n)
{
    if (n <= TEXT_BYTES)
        return n;
    for (n = TEXT_BYTES; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
        n--; /* not within a letter */
    return n;
}

/* Appends the tokens of a text, `most` of them. */
static void append(struct finder *f, const char *text, size_t n_bytes, size_t most)
{
    int32_t made[WINDOW];
    int32_t n =
        llamacpp.llama_tokenize(f->vocab, text, (int32_t)cut(text, n_bytes), made, WINDOW, false, false);
    for (int32_t i = 0; i < n && (size_t)i < most; i++)
        f->tokens[f->n++] = made[i];
}

/* Two texts as one. False: no memory. */
static bool append_both(struct finder *f, const char *a, const char *b, size_t most)
{
    struct buf both = BUF_INIT(strlen(a) + strlen(b) + 1);
    bool ok = buf_text(&both, a) && buf_text(&both, b);
    if (ok)
        append(f, buf_string(&both), both.len, most);
    buf_finish(&both);
    return ok;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Word by word, as no token goes beyond one: so it is known where each stands. */
static void append_passage(struct finder *f, const char *text)
{
    for (size_t at = 0; text[at] && f->n < ROW_TOKENS;) {
        size_t from = at, first = f->n;
        while (text[at] && !is_blank(text[at]))
            at++;
        if (at > from)
            append(f, text + from, at - from, ROW_TOKENS - f->n);
        for (size_t i = first; i < f->n; i++)
            f->words[i] = (struct span){from, at};
        while (is_blank(text[at]))
            at++;
    }
}

/* <s> query: QUESTION </s> SOURCE: PASSAGE </s> */
static bool write_row(struct finder *f, const char *question, const char *source, const char *text)
{
    f->n = 0;
    f->tokens[f->n++] = llamacpp.llama_vocab_bos(f->vocab);
    if (!append_both(f, query, question, QUESTION_TOKENS))
        return false;
    f->tokens[f->n++] = llamacpp.llama_vocab_eos(f->vocab);
    if (!append_both(f, source, ":", SOURCE_TOKENS))
        return false;
    f->passage_at = f->n;
    append_passage(f, text);
    f->tokens[f->n++] = llamacpp.llama_vocab_eos(f->vocab);
    return true;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static bool score(const struct finder *f, float scores[ENDS][WINDOW])
{
    for (size_t t = 0; t < f->n; t++) {
        const float *state = llamacpp.llama_get_embeddings_ith(f->ctx, (int32_t)t);
        for (int e = 0; state && e < ENDS; e++) {
            float sum = f->weights[e][f->width];
            for (size_t i = 0; i < f->width; i++)
                sum += f->weights[e][i] * state[i];
            scores[e][t] = sum;
        }
        if (!state)
            return false;
    }
    return true;
}

static bool is_mark(const char *text, size_t at)
{
    return strchr(".,;:!?()\"'", text[at]) != NULL;
}

/* The words between two tokens, without the marks around them. */
static void name_words(const struct finder *f, const char *text, size_t first, size_t last,
                       struct finding *out)
{
    size_t from = f->words[first].from, to = f->words[last].to;
    while (from < to && is_mark(text, from))
        from++;
    while (to > from && is_mark(text, to - 1))
        to--;
    out->from = from;
    out->n = to - from;
}

/* The likeliest pair of ends, against the first token's, which stands for no answer. */
static void choose(const struct finder *f, const char *text, float scores[ENDS][WINDOW], struct finding *out)
{
    float best = -INFINITY;
    size_t first = 0, last = 0, end = f->n - 1;
    for (size_t i = f->passage_at; i < end; i++)
        for (size_t j = i; j < end && j < i + MOST_TOKENS; j++)
            if (scores[0][i] + scores[1][j] > best) {
                best = scores[0][i] + scores[1][j];
                first = i;
                last = j;
            }
    out->odds = best - scores[0][0] - scores[1][0];
    if (first > 0)
        name_words(f, text, first, last, out);
}

enum sarai_status finder_find(struct finder *f, const char *question, const char *source, const char *text,
                              struct finding *out, struct sarai_error *err)
{
    float scores[ENDS][WINDOW] = {{0}};
    struct finding found = {0};
    if (stop_raised(f->stop))
        return failed(err, SARAI_ECANCELLED, tr("cancelado", "cancelled"));
    if (!write_row(f, question, source, text))
        return out_of_memory(err, "finder");
    enum sarai_status st = gguf_encode(f->ctx, f->tokens, f->n, f->stop, err);
    if (st)
        return st;
    if (!score(f, scores))
        return failed(err, SARAI_EINTERNAL,
                      tr("el modelo de búsqueda no dio un vector", "the embedding model gave no vector"));
    choose(f, text, scores, &found);
    *out = found;
    return SARAI_OK;
}
