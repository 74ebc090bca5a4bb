/* What a kind of shelf must be able to do; the calls are those of shelf.h. For shelf.c and the kinds only. */
#ifndef SARAI_KNOW_SHELF_ENGINE_H
#define SARAI_KNOW_SHELF_ENGINE_H

#include "know/shelf.h"
#include "know/words.h"

enum { SHELF_VERSION = 1 /* of the tables; a newer one is refused */ };

struct shelf_engine {
    enum sarai_status (*open)(const struct shelf_options *options, void **out, struct sarai_error *err);
    void (*close)(void *self);
    /* The model that made the vectors ("" without), and how long they are. */
    const char *(*model)(const void *self, int *dimension);
    enum sarai_status (*holds)(void *self, const char *path, const char *hash, bool *out,
                               struct sarai_error *err);
    enum sarai_status (*put)(void *self, const struct shelf_document *document,
                             const struct shelf_chunk *chunks, size_t n, struct sarai_error *err);
    enum sarai_status (*forget)(void *self, const char *path, int64_t *n, struct sarai_error *err);
    enum sarai_status (*tidy)(void *self, struct sarai_error *err);
    enum sarai_status (*words)(void *self, const struct words *words, size_t k, struct nearest_hit *hits,
                               size_t *n, struct sarai_error *err);
    enum sarai_status (*near)(void *self, const int8_t *query, float scale, size_t k,
                              struct nearest_hit *hits, size_t *n, struct sarai_error *err);
    enum sarai_status (*take)(void *self, int64_t id, struct shelf_found *out, struct sarai_error *err);
    enum sarai_status (*each)(void *self, const char *path, shelf_document_fn *on_document, void *user,
                              struct sarai_error *err);
    enum sarai_status (*chunks)(void *self, const char *path, shelf_chunk_fn *on_chunk, void *user,
                                struct sarai_error *err);
    enum sarai_status (*info)(void *self, struct shelf_info *out, struct sarai_error *err);
    enum sarai_status (*check)(void *self, struct sarai_error *err);
};

extern const struct shelf_engine shelf_sqlite;
extern const struct shelf_engine shelf_postgres;

/* What a place says of itself, against what is asked of it: its version, then shelf_suits(). */
enum sarai_status shelf_fits(const struct shelf_options *options, long version, const char *model,
                             int dimension, struct sarai_error *err);

#endif
