#include "know/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "know/place.h"
#include "know/shelf_engine.h"

struct shelf {
    const struct shelf_engine *engine;
    void *self;
    const char *model; /* of self */
    int dimension;
};

static const struct shelf_engine *engine_of(const char *place, struct sarai_error *err)
{
    if (strncmp(place, "postgres://", 11) == 0 || strncmp(place, "postgresql://", 13) == 0)
        return &shelf_postgres;
    if (!strstr(place, "://"))
        return &shelf_sqlite;
    failed(
        err, SARAI_EUSAGE,
        tr("STORE_URL: «%s» no empieza por postgres://", "STORE_URL: “%s” does not begin with postgres://"),
        place);
    return NULL;
}

enum sarai_status shelf_fits(const struct shelf_options *options, long version, const char *model,
                             int dimension, struct sarai_error *err)
{
    char place[PLACE_BYTES];
    place_show(options->place, place);
    if (version != SHELF_VERSION)
        return failed(err, SARAI_EINPUT,
                      tr("el almacén %s es de otra versión de Sarai (%ld; esta usa la %d)",
                         "the store %s is of another version of Sarai (%ld; this one uses %d)"),
                      place, version, SHELF_VERSION);
    return shelf_suits(options, model, dimension, err);
}

enum sarai_status shelf_suits(const struct shelf_options *options, const char *model, int dimension,
                              struct sarai_error *err)
{
    char place[PLACE_BYTES];
    place_show(options->place, place);
    if (!options->model || (strcmp(options->model, model) == 0 && options->dimension == dimension))
        return SARAI_OK;
    return failed(err, SARAI_EINPUT,
                  tr("el almacén %s se hizo con «%s» (%d números) y ahora está puesto «%s» (%d): sus "
                     "vectores no se pueden mezclar; vuelve al modelo de antes o usa otro STORE_PATH",
                     "the store %s was made with “%s” (%d numbers) and now “%s” (%d) is set: their vectors "
                     "cannot be mixed; go back to the former model or use another STORE_PATH"),
                  place, model, dimension, options->model, options->dimension);
}

enum sarai_status shelf_open(const struct shelf_options *options, struct shelf **out, struct sarai_error *err)
{
    const struct shelf_engine *engine = engine_of(options->place, err);
    if (!engine)
        return SARAI_EUSAGE;
    if (options->dimension < 0 || options->dimension > VECTOR_MAX_DIMENSION)
        return failed(err, SARAI_EMODEL,
                      tr("vectores de %d números; el máximo es %d", "vectors of %d numbers; the most is %d"),
                      options->dimension, VECTOR_MAX_DIMENSION);
    struct shelf *shelf = calloc(1, sizeof *shelf);
    if (!shelf)
        return out_of_memory(err, options->place);
    shelf->engine = engine;
    enum sarai_status st = engine->open(options, &shelf->self, err);
    if (!st)
        shelf->model = engine->model(shelf->self, &shelf->dimension);
    if (st)
        shelf_close(shelf);
    else
        *out = shelf;
    return st;
}

void shelf_close(struct shelf *shelf)
{
    if (!shelf)
        return;
    if (shelf->self)
        shelf->engine->close(shelf->self);
    free(shelf);
}

int shelf_dimension(const struct shelf *shelf)
{
    return shelf->dimension;
}

const char *shelf_model(const struct shelf *shelf)
{
    return shelf->model;
}

enum sarai_status shelf_holds(struct shelf *shelf, const char *path, const char *hash, bool *out,
                              struct sarai_error *err)
{
    return shelf->engine->holds(shelf->self, path, hash, out, err);
}

enum sarai_status shelf_put(struct shelf *shelf, const struct shelf_document *document,
                            const struct shelf_chunk *chunks, size_t n, struct sarai_error *err)
{
    if (n > SHELF_MAX_CHUNKS)
        return failed(err, SARAI_EINPUT, tr("%s da más de %d trozos", "%s gives more than %d chunks"),
                      document->path, SHELF_MAX_CHUNKS);
    return shelf->engine->put(shelf->self, document, chunks, n, err);
}

enum sarai_status shelf_forget(struct shelf *shelf, const char *path, int64_t *n, struct sarai_error *err)
{
    return shelf->engine->forget(shelf->self, path, n, err);
}

enum sarai_status shelf_tidy(struct shelf *shelf, struct sarai_error *err)
{
    return shelf->engine->tidy(shelf->self, err);
}

enum sarai_status shelf_words(struct shelf *shelf, const char *question, size_t k, struct nearest_hit *hits,
                              size_t *n, struct sarai_error *err)
{
    struct words words;
    enum sarai_status st = words_of(question, &words, err);
    if (st)
        return st;
    *n = 0;
    if (words.n > 0)
        st = shelf->engine->words(shelf->self, &words, k < NEAREST_MAX ? k : NEAREST_MAX, hits, n, err);
    words_finish(&words);
    return st;
}

enum sarai_status shelf_near(struct shelf *shelf, const int8_t *query, float scale, size_t k,
                             struct nearest_hit *hits, size_t *n, struct sarai_error *err)
{
    return shelf->engine->near(shelf->self, query, scale, k < NEAREST_MAX ? k : NEAREST_MAX, hits, n, err);
}

enum sarai_status shelf_take(struct shelf *shelf, int64_t id, struct shelf_found *out,
                             struct sarai_error *err)
{
    return shelf->engine->take(shelf->self, id, out, err);
}

void shelf_found_finish(struct shelf_found *found)
{
    free(found->path);
    free(found->text);
    free(found->vector);
    *found = (struct shelf_found){0};
}

enum sarai_status shelf_each(struct shelf *shelf, const char *path, shelf_document_fn *on_document,
                             void *user, struct sarai_error *err)
{
    return shelf->engine->each(shelf->self, path, on_document, user, err);
}

enum sarai_status shelf_chunks(struct shelf *shelf, const char *path, shelf_chunk_fn *on_chunk, void *user,
                               struct sarai_error *err)
{
    return shelf->engine->chunks(shelf->self, path, on_chunk, user, err);
}

enum sarai_status shelf_info(struct shelf *shelf, struct shelf_info *out, struct sarai_error *err)
{
    return shelf->engine->info(shelf->self, out, err);
}

enum sarai_status shelf_check(struct shelf *shelf, struct sarai_error *err)
{
    return shelf->engine->check(shelf->self, err);
}
