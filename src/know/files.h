/* The documents in files and folders, as a sorted list of whole paths.
 *
 *     struct files f;
 *     files_find(paths, n, stop, &f, err);
 *     for (size_t i = 0; i < f.n; i++) puts(f.path[i]);
 *     files_finish(&f);
 */
#ifndef SARAI_KNOW_FILES_H
#define SARAI_KNOW_FILES_H

#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

struct files {
    char **path;
    size_t n;
    char **root; /* the paths that were given, made whole */
    size_t n_roots;
};

/* A path that is a file is taken whatever it is; in folders only kinds that can be read, nothing hidden, and
 * no link to a folder is followed. EINPUT: a path does not exist, or more than INDEXER_MAX_FILES. */
enum sarai_status files_find(const char *const *paths, size_t n, const struct stop *stop, struct files *out,
                             struct sarai_error *err);
void files_finish(struct files *f);

#endif
