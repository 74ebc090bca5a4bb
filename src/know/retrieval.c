#include "know/retrieval.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"

enum { RRF_K = 60, MAX_FUSED = 2 * RETRIEVAL_DEPTH };

/* A chunk in one of the lists or in both. */
struct candidate {
    int64_t id;
    double rank;
};

struct search {
    const struct retrieval_options *options;
    const char *question;
    struct words words; /* of the question */
    int8_t query[VECTOR_MAX_DIMENSION];
    float scale;
    bool has_query;
    struct candidate candidates[MAX_FUSED];
    size_t n;
};

/* ---- the lists ------------------------------------------------------------------------------- */

static void fuse(struct search *s, const struct nearest_hit *hits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < s->n && s->candidates[k].id != hits[i].id)
            k++;
        if (k == s->n) {
            if (s->n == MAX_FUSED)
                return;
            s->candidates[s->n++] = (struct candidate){.id = hits[i].id};
        }
        s->candidates[k].rank += 1.0 / (RRF_K + 1 + (double)i);
    }
}

static int by_rank(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The question's vector as bytes; without an encoder there is none. */
static enum sarai_status make_query(struct search *s, const float *given, struct sarai_error *err)
{
    float made[VECTOR_MAX_DIMENSION];
    const struct encoder *encoder = s->options->encoder;
    int dimension = shelf_dimension(s->options->shelf);
    if (!encoder || dimension == 0)
        return SARAI_OK;
    if (encoder->dimension != dimension)
        return failed(err, SARAI_EINPUT,
                      tr("el almacén tiene vectores de %d números y el modelo da %d",
                         "the store has vectors of %d numbers and the model gives %d"),
                      dimension, encoder->dimension);
    enum sarai_status st =
        given ? SARAI_OK : encoder->encode(encoder->self, s->question, ENCODER_QUESTION, made, err);
    if (st)
        return st;
    s->scale = vector_pack(given ? given : made, dimension, s->query);
    s->has_query = true;
    return SARAI_OK;
}

static enum sarai_status collect(struct search *s, struct sarai_error *err)
{
    struct nearest_hit hits[RETRIEVAL_DEPTH];
    size_t n = 0;
    enum sarai_status st = SARAI_OK;
    if (s->has_query && s->options->by != BY_WORDS) {
        st = shelf_near(s->options->shelf, s->query, s->scale, RETRIEVAL_DEPTH, hits, &n, err);
        if (!st)
            fuse(s, hits, n);
    }
    if (!st && s->options->by != BY_MEANING) {
        st = shelf_words(s->options->shelf, s->question, RETRIEVAL_DEPTH, hits, &n, err);
        if (!st)
            fuse(s, hits, n);
    }
    qsort(s->candidates, s->n, sizeof *s->candidates, by_rank);
    return st;
}

/* ---- how well a hit fits --------------------------------------------------------------------- */

static const double SHARED_WEIGHT = 0.04;

enum sarai_status retrieval_shared(const struct words *wanted, const char *text, double *out,
                                   struct sarai_error *err)
{
    struct buf folded = BUF_INIT(4 * strlen(text) + 16);
    size_t shared = 0;
    bool ok = buf_text(&folded, " ") && fold(text, strlen(text), &folded) && buf_text(&folded, " ");
    for (size_t i = 0; ok && i < wanted->n; i++) {
        size_t n = strlen(wanted->word[i]);
        for (const char *at = folded.data; (at = strstr(at, wanted->word[i])); at++)
            if (at[-1] == ' ' && at[n] == ' ') {
                shared++;
                break;
            }
    }
    *out = ok && wanted->n > 0 ? (double)shared / (double)wanted->n : 0;
    buf_finish(&folded);
    return ok ? SARAI_OK : out_of_memory(err, tr("la búsqueda", "the search"));
}

/* The words tell what the cosine of a small embedder does not: a quarter fewer of the questions that a store
 * answers are missed with them (docs/BENCHMARKS.md). */
static enum sarai_status score(const struct search *s, const struct shelf_found *found, double *out,
                               struct sarai_error *err)
{
    enum sarai_status st = retrieval_shared(&s->words, found->text, out, err);
    if (st || !s->has_query || !found->vector)
        return st;
    double cosine = (double)s->scale * (double)found->scale *
                    vector_dot(s->query, found->vector, shelf_dimension(s->options->shelf));
    double sum = cosine + SHARED_WEIGHT * *out;
    *out = sum < 0 ? 0 : sum > 1 ? 1 : sum;
    return SARAI_OK;
}

/* A chunk may go while we look: another process indexes. It is left out then. */
static enum sarai_status take_hits(const struct search *s, size_t k, struct retrieved *r,
                                   struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && r->n < k && i < s->n; i++) {
        struct shelf_found found;
        st = shelf_take(s->options->shelf, s->candidates[i].id, &found, err);
        if (st == SARAI_EINPUT) {
            st = SARAI_OK;
            continue;
        }
        if (st)
            break;
        struct retrieved_hit *hit = &r->hits[r->n];
        *hit = (struct retrieved_hit){.page = found.page, .line = found.line, .rank = s->candidates[i].rank};
        st = score(s, &found, &hit->score, err);
        if (!st) {
            hit->path = found.path; /* taken over */
            hit->text = found.text;
            found.path = found.text = NULL;
            r->n++;
        }
        shelf_found_finish(&found);
    }
    return st;
}

enum sarai_status retrieval_search(const struct retrieval_options *options, const char *question,
                                   const float *vector, size_t k, struct retrieved *out,
                                   struct sarai_error *err)
{
    struct search s = {.options = options, .question = question};
    struct retrieved r = {0};
    if (k < 1 || k > RETRIEVAL_MAX)
        return failed(
            err, SARAI_EUSAGE,
            tr("se pueden pedir de 1 a %d pasajes, no %zu", "1 to %d passages can be asked for, not %zu"),
            RETRIEVAL_MAX, k);
    enum sarai_status st = make_query(&s, vector, err);
    if (!st)
        st = collect(&s, err);
    if (!st)
        st = words_of(question, &s.words, err);
    if (!st && !(r.hits = calloc(k, sizeof *r.hits)))
        st = out_of_memory(err, tr("la búsqueda", "the search"));
    if (!st)
        st = take_hits(&s, k, &r, err);
    words_finish(&s.words);
    if (st)
        retrieved_finish(&r);
    else
        *out = r;
    return st;
}

void retrieved_finish(struct retrieved *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->hits[i].path);
        free(r->hits[i].text);
    }
    free(r->hits);
    *r = (struct retrieved){0};
}
