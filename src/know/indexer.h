/* Reading documents into the shelf: files and whole folders, only what is new or has changed, one document
 * after the other and each whole or not at all.
 *
 *     struct indexer_options options = {.shelf = shelf, .encoder = &encoder, .on_progress = show};
 *     indexer_run(&options, paths, n_paths, &report, err);
 *
 * A document that cannot be read is told to on_problem and the others go on; one that was in a folder and is
 * gone is forgotten. One thread.
 */
#ifndef SARAI_KNOW_INDEXER_H
#define SARAI_KNOW_INDEXER_H

#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"
#include "know/encoder.h"
#include "know/shelf.h"
#include "know/vector_cache.h"

enum { INDEXER_MAX_FILES = 1000000 };

struct indexer_options {
    struct shelf *shelf;           /* opened for writing */
    const struct encoder *encoder; /* NULL: words only */
    struct vector_cache *cache;    /* or NULL */
    const struct stop *stop;
    void *user;
    /* Before each document, and once at the end with NULL; may be NULL. `fraction` is of the whole work,
     * 0..1. */
    void (*on_progress)(void *user, const char *path, size_t done, size_t total, double fraction);
    void (*on_problem)(void *user, const char *path, const struct sarai_error *problem);
};

struct indexer_report {
    size_t added;     /* documents read now */
    size_t unchanged; /* documents that were there with the same content */
    size_t removed;   /* that are gone from their folder */
    size_t without_text, failed;
    size_t chunks; /* of the documents added */
};

/* EINPUT: a path does not exist. Documents with problems are no error. The report counts up to where the work
 * ended, also on an error: EOUTPUT (disk full, another process writes), ENOMEM, ECANCELLED. */
enum sarai_status indexer_run(const struct indexer_options *options, const char *const *paths, size_t n,
                              struct indexer_report *report, struct sarai_error *err);

#endif
