/* What Sarai has read: opening it, searching it, reading more. Connects the shelf with the embedder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assistant.h"
#include "base/clock.h"
#include "base/folders.h"
#include "know/indexer.h"
#include "know/place.h"
#include "know/retrieval.h"
#include "know/words.h"
#include "remember/fact_rules.h"

enum { PATH_BYTES = 4096 };

/* ---- the embedder, as know/ wants it ---------------------------------------------------------- */

static enum embedder_kind question_kind(const struct embedder *e)
{
    return embedder_is_adapted(e, EMBEDDER_SEARCH) ? EMBEDDER_SEARCH : EMBEDDER_QUERY;
}

static enum sarai_status encode(void *self, const char *text, enum encoder_kind kind, float *out,
                                struct sarai_error *err)
{
    return embedder_encode(self, text, kind == ENCODER_PASSAGE ? EMBEDDER_PASSAGE : question_kind(self), out,
                           err);
}

static struct encoder encoder_of(const struct sarai *s)
{
    return (struct encoder){.self = s->embedder,
                            .identity = embedder_identity(s->embedder),
                            .dimension = embedder_dimension(s->embedder),
                            .encode = encode};
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum sarai_status find_place(const struct sarai *s, char out[PLACE_BYTES], struct sarai_error *err)
{
    return place_find(config_text(s->cfg, "STORE_URL"), config_text(s->cfg, "STORE_PATH"), out, err);
}

/* Without the embedder's file what was read is still found, by its words; that is told. */
static void want_embedder(struct sarai *s)
{
    char model[PATH_BYTES];
    struct sarai_error why = {0};
    const char *by = config_text(s->cfg, "SEARCH_BY");
    if (shelf_dimension(s->shelf) == 0 || strcmp(by, "words") == 0)
        return;
    if (store_path(s->store, config_text(s->cfg, "EMBED_MODEL"), ".gguf", model, sizeof model, &why) ==
        SARAI_OK)
        s->parts |= SARAI_EMBED;
    else
        failed(&s->search_missing, why.status,
               strcmp(by, "meaning") == 0
                   ? tr("lo leído no se puede buscar por su sentido: %s",
                        "what was read cannot be searched by its meaning: %s")
                   : tr("lo leído se busca solo por sus palabras, no por su sentido: %s",
                        "what was read is searched by its words alone, not by its meaning: %s"),
               why.message);
}

enum sarai_status assistant_open_shelf(struct sarai *s, struct sarai_error *err)
{
    char place[PLACE_BYTES];
    const struct shelf_options options = {.place = place, .stop = &s->stop};
    enum sarai_status st = find_place(s, place, err);
    if (st || !place_exists(place))
        return st;
    st = shelf_open(&options, &s->shelf, err);
    if (!st)
        want_embedder(s);
    return st;
}

enum sarai_status assistant_open_search(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    enum sarai_status st = assistant_beside(s, "SEARCH_MODEL", config_text(s->cfg, "EMBED_MODEL"), "search",
                                            path, sizeof path, err);
    return st || !path[0] ? st : embedder_adapt(s->embedder, EMBEDDER_SEARCH, path, err);
}

enum sarai_status assistant_check_shelf(const struct sarai *s, struct sarai_error *err)
{
    char place[PLACE_BYTES];
    if (!s->shelf || !s->embedder)
        return SARAI_OK;
    enum sarai_status st = find_place(s, place, err);
    if (st)
        return st;
    const struct shelf_options wanted = {.place = place,
                                         .model = embedder_identity(s->embedder),
                                         .dimension = embedder_dimension(s->embedder)};
    return shelf_suits(&wanted, shelf_model(s->shelf), shelf_dimension(s->shelf), err);
}

/* ---- searching ------------------------------------------------------------------------------- */

void sarai_hits_finish(struct sarai_hits *h)
{
    for (size_t i = 0; i < h->n; i++) {
        free(h->hits[i].path);
        free(h->hits[i].text);
    }
    free(h->hits);
    *h = (struct sarai_hits){0};
}

static enum retrieval_by search_by(const struct sarai *s)
{
    const char *by = config_text(s->cfg, "SEARCH_BY");
    return strcmp(by, "words") == 0 ? BY_WORDS : strcmp(by, "meaning") == 0 ? BY_MEANING : BY_BOTH;
}

/* Takes the texts over. */
static enum sarai_status give_hits(struct retrieved *found, struct sarai_hits *out, struct sarai_error *err)
{
    struct sarai_hit *hits = calloc(found->n + 1, sizeof *hits);
    if (!hits)
        return out_of_memory(err, tr("la búsqueda", "the search"));
    for (size_t i = 0; i < found->n; i++) {
        struct retrieved_hit *hit = &found->hits[i];
        hits[i] = (struct sarai_hit){hit->path, hit->page, hit->line, hit->text, hit->score};
        hit->path = hit->text = NULL;
    }
    *out = (struct sarai_hits){hits, found->n};
    return SARAI_OK;
}

enum sarai_status assistant_search(struct sarai *s, const char *question, const float *vector, size_t k,
                                   struct sarai_hits *out, struct sarai_error *err)
{
    const struct encoder encoder = s->embedder ? encoder_of(s) : (struct encoder){0};
    const struct retrieval_options options = {s->shelf, s->embedder ? &encoder : NULL, search_by(s)};
    struct retrieved found = {0};
    enum sarai_status st = retrieval_search(&options, question, vector, k, &found, err);
    if (!st)
        st = give_hits(&found, out, err);
    retrieved_finish(&found);
    return st;
}

enum sarai_status sarai_search(struct sarai *s, const char *question, size_t k, struct sarai_hits *out,
                               struct sarai_error *err)
{
    struct sarai_hits none = {0};
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_KNOW, err);
    if (!st && strnlen(question, MAX_TEXT_BYTES + 1) > MAX_TEXT_BYTES)
        st = failed(err, SARAI_EINPUT, tr("el texto pasa de %d bytes", "the text is over %d bytes"),
                    MAX_TEXT_BYTES);
    if (!st && !s->shelf)
        *out = none;
    else if (!st)
        st = assistant_search(s, question, NULL, k, out, err);
    return st;
}

const char *sarai_search_missing(const struct sarai *s)
{
    return s->search_missing.message;
}

/* ---- what goes with a question --------------------------------------------------------------- */

static const double LEAST_SHARED_WORDS = 0.6; /* what a score is worth where there are no vectors */

/* "contrato.pdf, página 3" */
void assistant_name_source(const struct sarai_hit *hit, char out[SOURCE_BYTES])
{
    const char *slash = strrchr(hit->path, '/');
    const char *name = slash ? slash + 1 : hit->path;
    if (hit->page > 0)
        snprintf(out, SOURCE_BYTES, "%s, página %d", name, hit->page);
    else
        snprintf(out, SOURCE_BYTES, "%s", name);
}

/* Without the adapter all vectors lie nearer together: 0.855 is there what 0.79 is with it. */
static const double PLAIN_NEARER = 0.065;

/* The score that the setting asks for. */
static double wanted_score(const struct sarai *s, const char *setting)
{
    if (!s->embedder)
        return LEAST_SHARED_WORDS;
    return config_real(s->cfg, setting) +
           (embedder_is_adapted(s->embedder, EMBEDDER_SEARCH) ? 0 : PLAIN_NEARER);
}

/* Hits are ordered by rank; those that do not fit well enough are dropped wherever they stand. */
static void keep_fitting(const struct sarai *s, struct sarai_hits *hits)
{
    double least = wanted_score(s, "SEARCH_LEAST");
    size_t n = 0;
    for (size_t i = 0; i < hits->n; i++) {
        if (hits->hits[i].score >= least) {
            hits->hits[n++] = hits->hits[i];
        } else {
            free(hits->hits[i].path);
            free(hits->hits[i].text);
        }
    }
    hits->n = n;
}

/* The vector of a spoken question, where SEARCH_VECTOR asks for its sound and the projector is for this
 * embedder; NULL: that of its words, which the search makes itself. */
static enum sarai_status find_vector(struct sarai *s, const struct sarai_question *q, float *room,
                                     const float **out, struct sarai_error *err)
{
    const char *from = config_text(s->cfg, "SEARCH_VECTOR");
    const char *embedder = s->listener ? listener_latent_embedder(s->listener) : NULL;
    size_t n = s->embedder ? (size_t)embedder_dimension(s->embedder) : 0;
    *out = NULL;
    if (strcmp(from, "text") == 0 || !q->latent_z || !embedder || n == 0 || q->n_latent != n ||
        strcmp(embedder, config_text(s->cfg, "EMBED_MODEL")) != 0)
        return SARAI_OK;
    if (strcmp(from, "latent") == 0) {
        *out = q->latent_z;
        return SARAI_OK;
    }
    enum sarai_status st = embedder_encode(s->embedder, q->text, question_kind(s->embedder), room, err);
    for (size_t i = 0; !st && i < n; i++)
        room[i] += q->latent_z[i];
    if (!st)
        embedder_unit(room, n);
    *out = st ? NULL : room;
    return st;
}

static void tell_missing(struct sarai *s, const struct sarai_sink *sink)
{
    if (!*s->search_missing.message || s->search_missing_is_told || !sink->on_notice)
        return;
    sink->on_notice(sink->user, s->search_missing.message);
    s->search_missing_is_told = true;
}

enum sarai_status assistant_look_up(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, struct findings *out,
                                    struct sarai_error *err)
{
    long most = config_int(s->cfg, "SEARCH_PASSAGES");
    out->question = *question;
    if (!s->shelf || most == 0 || question->n_passages > 0 || question->searched || question->is_result ||
        fact_rules_only_tell(question->text))
        return SARAI_OK;
    float room[EMBEDDER_MAX_DIMENSION];
    const float *vector = NULL;
    tell_missing(s, sink);
    enum sarai_status st = find_vector(s, question, room, &vector, err);
    if (!st)
        st = assistant_search(s, question->text, vector, (size_t)most, &out->hits, err);
    if (st)
        return st;
    keep_fitting(s, &out->hits);
    for (size_t i = 0; i < out->hits.n && i < FINDINGS_MAX; i++) {
        assistant_name_source(&out->hits.hits[i], out->sources[i]);
        out->passages[i] = (struct sarai_passage){out->sources[i], out->hits.hits[i].text};
        out->question.n_passages = i + 1;
    }
    out->question.passages = out->passages;
    /* That nothing fits, or what does not tell, is worth saying only to who asked for it: most questions are
     * about other things. */
    const double sure = wanted_score(s, "SEARCH_SURE");
    bool is_sure = false;
    for (size_t i = 0; i < out->hits.n; i++)
        is_sure = is_sure || out->hits.hits[i].score >= sure;
    st = is_sure ? SARAI_OK : words_name_documents(question->text, &is_sure, err);
    out->question.searched = is_sure || out->question.n_passages > 0;
    out->is_unsure = !is_sure;
    return st;
}

void findings_finish(struct findings *f)
{
    sarai_hits_finish(&f->hits);
}

/* Most of an answer's words stand in the passage that it is from. */
static const double LEAST_RESTING = 0.5;

/* Whether the answer names the file, with or without its ending. */
static bool is_named(const char *answer, const char *path)
{
    char name[SOURCE_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    return strcasestr(answer, name) != NULL;
}

enum sarai_status assistant_cite(const struct findings *f, const char *answer, char out[2 * SOURCE_BYTES],
                                 struct sarai_error *err)
{
    double best = 0;
    size_t from = 0;
    bool named = false;
    struct words words;
    out[0] = '\0';
    enum sarai_status st = words_of(answer, &words, err);
    if (st)
        return st;
    for (size_t i = 0; !st && !named && i < f->hits.n; i++) {
        double shared = 0;
        named = is_named(answer, f->hits.hits[i].path);
        st = retrieval_shared(&words, f->hits.hits[i].text, &shared, err);
        if (shared > best) {
            best = shared;
            from = i;
        }
    }
    words_finish(&words);
    if (!st && !named && best >= LEAST_RESTING)
        snprintf(out, 2 * SOURCE_BYTES, " Lo dice %s.", f->sources[from]);
    return st;
}

/* ---- indexing -------------------------------------------------------------------------------- */

/* Vectors that were computed before; beside the cache of models. NULL where it cannot be kept. */
static struct vector_cache *open_cache(const struct sarai *s, const struct encoder *encoder)
{
    char folder[PATH_BYTES];
    if (!store_cache_beside(s->store, "embeddings", 0777, folder, sizeof folder))
        return NULL;
    return vector_cache_open(folder, encoder->identity, encoder->dimension);
}

static enum sarai_status index_into(struct sarai *s, struct shelf *shelf, const struct encoder *encoder,
                                    const char *const *paths, size_t n_paths,
                                    const struct sarai_index_sink *sink, struct sarai_index_report *out,
                                    struct sarai_error *err)
{
    struct indexer_report report;
    struct vector_cache *cache = open_cache(s, encoder);
    const struct indexer_options options = {.shelf = shelf,
                                            .encoder = encoder,
                                            .cache = cache,
                                            .stop = &s->stop,
                                            .user = sink->user,
                                            .on_progress = sink->on_progress,
                                            .on_problem = sink->on_problem};
    enum sarai_status st = indexer_run(&options, paths, n_paths, &report, err);
    vector_cache_close(cache);
    *out = (struct sarai_index_report){.added = report.added,
                                       .unchanged = report.unchanged,
                                       .removed = report.removed,
                                       .without_text = report.without_text,
                                       .failed = report.failed,
                                       .passages = report.chunks};
    return st;
}

enum sarai_status sarai_index(struct sarai *s, const char *const *paths, size_t n_paths,
                              const struct sarai_index_sink *sink, struct sarai_index_report *out,
                              struct sarai_error *err)
{
    char place[PLACE_BYTES];
    struct shelf *shelf = NULL;
    const struct sarai_index_sink nobody = {0};
    double start_ms = clock_ms();
    assistant_begin_call(s);
    *out = (struct sarai_index_report){0};
    enum sarai_status st = assistant_needs(s, SARAI_EMBED, err);
    if (!st)
        st = find_place(s, place, err);
    if (!st)
        st = place_prepare(place, err);
    if (st)
        return st;
    const struct encoder encoder = encoder_of(s);
    const struct shelf_options options = {.place = place,
                                          .write = true,
                                          .model = encoder.identity,
                                          .dimension = encoder.dimension,
                                          .stop = &s->stop};
    st = shelf_open(&options, &shelf, err);
    if (!st)
        st = index_into(s, shelf, &encoder, paths, n_paths, sink ? sink : &nobody, out, err);
    shelf_close(shelf);
    out->total_ms = clock_ms() - start_ms;
    return st;
}
