#include "know/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "know/document.h"
#include "know/indexer.h"

static enum sarai_status keep(struct files *f, char *path, struct sarai_error *err)
{
    if (path && f->n == INDEXER_MAX_FILES) {
        free(path);
        return failed(err, SARAI_EINPUT, tr("son más de %d archivos", "there are more than %d files"),
                      INDEXER_MAX_FILES);
    }
    if (path && f->n == f->room) {
        size_t room = f->room ? 2 * f->room : 64;
        char **grown = realloc(f->path, room * sizeof *grown);
        if (grown) {
            f->path = grown;
            f->room = room;
        }
    }
    if (!path || f->n == f->room) {
        free(path);
        return out_of_memory(err, tr("la lista de archivos", "the list of files"));
    }
    f->path[f->n++] = path;
    return SARAI_OK;
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name) < 0 ? NULL : path;
}

static enum sarai_status walk(struct files *f, const char *folder, int depth, const struct stop *stop,
                              struct sarai_error *err);

static enum sarai_status take_entry(struct files *f, const char *folder, const char *name, int depth,
                                    const struct stop *stop, struct sarai_error *err)
{
    struct stat entry;
    char *path = join(folder, name);
    if (!path)
        return out_of_memory(err, folder);
    enum sarai_status st = SARAI_OK;
    bool is_there = lstat(path, &entry) == 0;
    if (is_there && S_ISDIR(entry.st_mode)) {
        st = walk(f, path, depth + 1, stop, err);
    } else if (is_there && document_is_known(path) && stat(path, &entry) == 0 && S_ISREG(entry.st_mode)) {
        return keep(f, path, err);
    }
    free(path);
    return st;
}

/* A folder below that cannot be opened is passed over. */
static enum sarai_status walk(struct files *f, const char *folder, int depth, const struct stop *stop,
                              struct sarai_error *err)
{
    DIR *dir = depth < INDEXER_MAX_DEPTH ? opendir(folder) : NULL;
    struct dirent *entry;
    enum sarai_status st = SARAI_OK;
    if (!dir)
        return depth > 0 ? SARAI_OK
                         : failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"),
                                  folder, strerror(errno));
    while (!st && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            st = stop_raised(stop) ? failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"))
                                   : take_entry(f, folder, entry->d_name, depth, stop, err);
    closedir(dir);
    return st;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct files *f)
{
    size_t n = 0;
    if (f->n > 0)
        qsort(f->path, f->n, sizeof *f->path, by_name);
    for (size_t i = 0; i < f->n; i++)
        if (n > 0 && strcmp(f->path[n - 1], f->path[i]) == 0)
            free(f->path[i]);
        else
            f->path[n++] = f->path[i];
    f->n = n;
}

static enum sarai_status find_one(struct files *f, const char *path, const struct stop *stop,
                                  struct sarai_error *err)
{
    struct stat file;
    char *whole = realpath(path, NULL);
    if (!whole || stat(whole, &file) != 0) {
        free(whole);
        return failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      strerror(errno));
    }
    f->root[f->n_roots++] = whole;
    if (S_ISDIR(file.st_mode))
        return walk(f, whole, 0, stop, err);
    return keep(f, strdup(whole), err);
}

enum sarai_status files_find(const char *const *paths, size_t n, const struct stop *stop, struct files *out,
                             struct sarai_error *err)
{
    struct files f = {.root = calloc(n + 1, sizeof *f.root)};
    enum sarai_status st =
        f.root ? SARAI_OK : out_of_memory(err, tr("la lista de archivos", "the list of files"));
    for (size_t i = 0; !st && i < n; i++)
        st = find_one(&f, paths[i], stop, err);
    sort_unique(&f);
    if (st)
        files_finish(&f);
    else
        *out = f;
    return st;
}

void files_finish(struct files *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->path[i]);
    for (size_t i = 0; i < f->n_roots; i++)
        free(f->root[i]);
    free(f->path);
    free(f->root);
    *f = (struct files){0};
}
