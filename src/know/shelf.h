/* The shelf: what was read of the owner's documents, kept to be found again. Each document is cut into
 * chunks, each chunk has its words in a full-text index and its vector beside it.
 *
 *     struct shelf_options options = {.place = "/home/ana/.local/share/sarai/saber.db", .write = true,
 *                                     .model = embedder_identity(e), .dimension = embedder_dimension(e)};
 *     shelf_open(&options, &shelf, err);
 *     shelf_put(shelf, &document, chunks, n, err);                    // whole or not at all
 *     shelf_words(shelf, "¿Cuánto es la fianza?", 50, hits, &n, err);
 *     shelf_near(shelf, vector, scale, 50, hits, &n, err);
 *     shelf_take(shelf, hits[0].id, &found, err); puts(found.text); shelf_found_finish(&found);
 *     shelf_close(shelf);
 *
 * A place is a file of SQLite, or "postgres://…" for a server with pgvector; what is above sees no
 * difference. Several processes may read and write one place. A shelf belongs to one thread.
 */
#ifndef SARAI_KNOW_SHELF_H
#define SARAI_KNOW_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stop.h"
#include "know/vectors.h"

struct shelf;

enum { SHELF_MAX_CHUNKS = 200000 /* of one document */ };

struct shelf_options {
    const char *place;
    bool write;        /* makes the place where it is missing; else it is only read */
    const char *model; /* that makes the vectors; NULL: whichever, only words are looked for */
    int dimension;     /* of them; 0 with NULL */
    const struct stop *stop;
};

struct shelf_document {
    const char *path; /* whole, and unique */
    const char *kind; /* "pdf", "markdown", … */
    const char *hash; /* of the file's content */
    int64_t bytes;    /* of the file */
    int64_t n_chunks; /* given by shelf_each(), ignored by shelf_put() */
};

struct shelf_chunk {
    int page, line; /* from 1; 0 where there is none */
    const char *text;
    const int8_t *vector; /* NULL in a shelf without vectors */
    float scale;
};

struct shelf_found {
    char *path, *text; /* ours to free: shelf_found_finish() */
    int page, line;
    int8_t *vector; /* or NULL */
    float scale;
};

struct shelf_info {
    int64_t documents, chunks, vectors, bytes; /* bytes: on disk */
    char model[128];                           /* "" without vectors */
    int dimension;
};

/* EINPUT: missing, damaged, no shelf, of a newer version, or made with another model. EUSAGE: a place of a
 * kind that does not exist. ENETWORK: the server does not answer. */
enum sarai_status shelf_open(const struct shelf_options *options, struct shelf **out,
                             struct sarai_error *err);
void shelf_close(struct shelf *shelf);
/* Whether vectors of options->model can be compared with those of a shelf that says so of itself. EINPUT
 * tells what to do; a NULL model suits every shelf. shelf_open() asks it too. */
enum sarai_status shelf_suits(const struct shelf_options *options, const char *model, int dimension,
                              struct sarai_error *err);
/* Length and maker of the vectors; 0 and "" in a shelf without. Borrowed. */
int shelf_dimension(const struct shelf *shelf);
const char *shelf_model(const struct shelf *shelf);

/* Whether the document is here with this content. */
enum sarai_status shelf_holds(struct shelf *shelf, const char *path, const char *hash, bool *out,
                              struct sarai_error *err);
/* Puts a document in the place of the one with the same path. One transaction: after a crash at any moment
 * there is the old one or the new one. EOUTPUT: full disk, no permission, another process keeps writing. */
enum sarai_status shelf_put(struct shelf *shelf, const struct shelf_document *document,
                            const struct shelf_chunk *chunks, size_t n, struct sarai_error *err);
/* Forgets the document, or all those in the folder, of this path; *n is how many. The empty path is all. */
enum sarai_status shelf_forget(struct shelf *shelf, const char *path, int64_t *n, struct sarai_error *err);
/* Leaves nothing of what was forgotten in the files of the shelf; takes seconds on a large one. */
enum sarai_status shelf_tidy(struct shelf *shelf, struct sarai_error *err);

/* Chunks with words of the question, best first, at most k (up to NEAREST_MAX). */
enum sarai_status shelf_words(struct shelf *shelf, const char *question, size_t k, struct nearest_hit *hits,
                              size_t *n, struct sarai_error *err);
/* Chunks whose vectors are nearest. The first call reads all vectors into memory, where they stay. */
enum sarai_status shelf_near(struct shelf *shelf, const int8_t *query, float scale, size_t k,
                             struct nearest_hit *hits, size_t *n, struct sarai_error *err);
/* EINPUT when it is not there (any more). */
enum sarai_status shelf_take(struct shelf *shelf, int64_t id, struct shelf_found *out,
                             struct sarai_error *err);
void shelf_found_finish(struct shelf_found *found);

/* Calls back for each document in or below `path`, by path; for each chunk of a document, in order. What is
 * given is borrowed for the call. Ends early, with what it gave, when a call gives no OK. The callback must
 * not change the shelf. */
typedef enum sarai_status shelf_document_fn(void *user, const struct shelf_document *document,
                                            struct sarai_error *err);
typedef enum sarai_status shelf_chunk_fn(void *user, const struct shelf_chunk *chunk,
                                         struct sarai_error *err);
enum sarai_status shelf_each(struct shelf *shelf, const char *path, shelf_document_fn *on_document,
                             void *user, struct sarai_error *err);
enum sarai_status shelf_chunks(struct shelf *shelf, const char *path, shelf_chunk_fn *on_chunk, void *user,
                               struct sarai_error *err);

enum sarai_status shelf_info(struct shelf *shelf, struct shelf_info *out, struct sarai_error *err);
/* Looks at everything, in a shelf opened for writing. EINPUT names the first fault. */
enum sarai_status shelf_check(struct shelf *shelf, struct sarai_error *err);

#endif
