#include "know/indexer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/digest.h"
#include "know/chunks.h"
#include "know/document.h"
#include "know/files.h"

struct work {
    const struct indexer_options *options;
    struct indexer_report *report;
    struct files files;
    size_t at;
    const char *path; /* in work */
};

static void show(const struct work *w, double within)
{
    const struct indexer_options *o = w->options;
    if (o->on_progress)
        o->on_progress(o->user, w->path, w->at, w->files.n,
                       w->files.n > 0 ? ((double)w->at + within) / (double)w->files.n : 1);
}

/* What concerns one document; all else ends the work. */
static bool is_problem(enum sarai_status st)
{
    return st == SARAI_EINPUT || st == SARAI_EUSAGE;
}

/* ---- one document ---------------------------------------------------------------------------- */

static enum sarai_status encode(struct work *w, const struct shelf_chunk *chunk, int8_t *packed, float *scale,
                                struct sarai_error *err)
{
    const struct indexer_options *o = w->options;
    float vector[VECTOR_MAX_DIMENSION];
    if (vector_cache_get(o->cache, chunk->text, packed, scale))
        return SARAI_OK;
    enum sarai_status st = o->encoder->encode(o->encoder->self, chunk->text, ENCODER_PASSAGE, vector, err);
    if (st)
        return st;
    *scale = vector_pack(vector, o->encoder->dimension, packed);
    vector_cache_put(o->cache, chunk->text, packed, *scale);
    return SARAI_OK;
}

/* All vectors of a document, one behind the other; the chunks point into them. */
static enum sarai_status encode_all(struct work *w, struct chunks *c, int8_t **out, struct sarai_error *err)
{
    const struct encoder *encoder = w->options->encoder;
    if (!encoder || c->n == 0)
        return SARAI_OK;
    size_t dimension = (size_t)encoder->dimension;
    int8_t *vectors = calloc(c->n, dimension);
    enum sarai_status st = vectors ? SARAI_OK : out_of_memory(err, w->path);
    for (size_t i = 0; !st && i < c->n; i++) {
        c->chunk[i].vector = vectors + i * dimension;
        st = encode(w, &c->chunk[i], vectors + i * dimension, &c->chunk[i].scale, err);
        show(w, (double)(i + 1) / (double)c->n);
        if (!st && stop_raised(w->options->stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    *out = vectors;
    return st;
}

static enum sarai_status put(struct work *w, const char *hash, const struct document *d, struct chunks *c,
                             struct sarai_error *err)
{
    struct stat file;
    int8_t *vectors = NULL;
    const struct shelf_document document = {.path = w->path,
                                            .kind = d->kind,
                                            .hash = hash,
                                            .bytes = stat(w->path, &file) == 0 ? (int64_t)file.st_size : 0};
    enum sarai_status st = encode_all(w, c, &vectors, err);
    if (!st)
        st = shelf_put(w->options->shelf, &document, c->chunk, c->n, err);
    free(vectors);
    if (!st) {
        w->report->added++;
        w->report->chunks += c->n;
        w->report->without_text += c->n == 0;
    }
    return st;
}

static enum sarai_status read_and_put(struct work *w, const char *hash, struct sarai_error *err)
{
    struct document document = {0};
    struct chunks chunks = {0};
    enum sarai_status st = document_read(w->path, w->options->stop, &document, err);
    if (!st)
        st = chunks_of(&document, &chunks, err);
    if (!st)
        st = put(w, hash, &document, &chunks, err);
    chunks_finish(&chunks);
    document_finish(&document);
    return st;
}

/* A file that is too big to be read is not worth its hash. */
static enum sarai_status index_one(struct work *w, struct sarai_error *err)
{
    char hash[DIGEST_TEXT_BYTES] = "";
    struct stat file;
    bool is_held = false;
    enum sarai_status st = SARAI_OK;
    bool is_big = stat(w->path, &file) == 0 && file.st_size > DOCUMENT_FILE_BYTES;
    if (!is_big && document_is_known(w->path)) {
        st = digest_file(w->path, w->options->stop, hash, err);
        if (!st)
            st = shelf_holds(w->options->shelf, w->path, hash, &is_held, err);
    }
    w->report->unchanged += is_held;
    return st || is_held ? st : read_and_put(w, hash, err);
}

static enum sarai_status index_all(struct work *w, struct sarai_error *err)
{
    const struct indexer_options *o = w->options;
    enum sarai_status st = SARAI_OK;
    for (w->at = 0; !st && w->at < w->files.n; w->at++) {
        struct sarai_error problem = {0};
        w->path = w->files.path[w->at];
        show(w, 0);
        st = index_one(w, &problem);
        if (is_problem(st)) {
            w->report->failed++;
            if (o->on_problem)
                o->on_problem(o->user, w->path, &problem);
            st = SARAI_OK;
        } else if (st) {
            return failed(err, st, "%s", problem.message);
        }
        if (!st && stop_raised(o->stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    return st;
}

/* ---- documents that are gone ----------------------------------------------------------------- */

struct gone {
    char **path;
    size_t n, room;
};

static enum sarai_status note_gone(void *user, const struct shelf_document *document, struct sarai_error *err)
{
    struct gone *g = user;
    if (access(document->path, F_OK) == 0 || errno != ENOENT)
        return SARAI_OK;
    if (g->n == g->room) {
        size_t room = g->room ? 2 * g->room : 16;
        char **grown = realloc(g->path, room * sizeof *grown);
        if (!grown)
            return out_of_memory(err, document->path);
        g->path = grown;
        g->room = room;
    }
    g->path[g->n] = strdup(document->path);
    return g->path[g->n] && ++g->n ? SARAI_OK : out_of_memory(err, document->path);
}

static enum sarai_status forget_gone(struct work *w, struct sarai_error *err)
{
    struct gone gone = {0};
    int64_t n = 0;
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < w->files.n_roots; i++)
        st = shelf_each(w->options->shelf, w->files.root[i], note_gone, &gone, err);
    for (size_t i = 0; i < gone.n; i++) {
        if (!st)
            st = shelf_forget(w->options->shelf, gone.path[i], &n, err);
        w->report->removed += st ? 0 : (size_t)n;
        free(gone.path[i]);
    }
    free(gone.path);
    return st || w->report->removed == 0 ? st : shelf_tidy(w->options->shelf, err);
}

enum sarai_status indexer_run(const struct indexer_options *options, const char *const *paths, size_t n,
                              struct indexer_report *report, struct sarai_error *err)
{
    struct work w = {.options = options, .report = report};
    *report = (struct indexer_report){0};
    enum sarai_status st = files_find(paths, n, options->stop, &w.files, err);
    if (!st)
        st = index_all(&w, err);
    if (!st)
        st = forget_gone(&w, err);
    w.path = NULL;
    show(&w, 0);
    files_finish(&w.files);
    return st;
}
