#include "know/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/reason.h"
#include "know/document.h"
#include "know/indexer.h"

/* Paths that are ours to free. */
struct list {
    char **path;
    size_t n, room;
};

/* Takes the path over, also on failure; NULL is one that there was no memory for. */
static enum sarai_status keep(struct list *list, char *path, struct sarai_error *err)
{
    if (path && list->n == INDEXER_MAX_FILES) {
        free(path);
        return failed(err, SARAI_EINPUT, tr("son más de %d archivos", "there are more than %d files"),
                      INDEXER_MAX_FILES);
    }
    if (path && list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        char **grown = realloc(list->path, room * sizeof *grown);
        if (grown) {
            list->path = grown;
            list->room = room;
        }
    }
    if (!path || list->n == list->room) {
        free(path);
        return out_of_memory(err, tr("la lista de archivos", "the list of files"));
    }
    list->path[list->n++] = path;
    return SARAI_OK;
}

static void finish_list(struct list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->path[i]);
    free(list->path);
    *list = (struct list){0};
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name) < 0 ? NULL : path;
}

struct walk {
    struct list files;
    struct list folders; /* that are still to be looked into */
    const struct stop *stop;
};

static enum sarai_status take_entry(struct walk *w, const char *folder, const char *name,
                                    struct sarai_error *err)
{
    struct stat entry;
    char *path = join(folder, name);
    if (!path)
        return out_of_memory(err, folder);
    bool is_there = lstat(path, &entry) == 0;
    if (is_there && S_ISDIR(entry.st_mode))
        return keep(&w->folders, path, err);
    if (is_there && document_is_known(path) && stat(path, &entry) == 0 && S_ISREG(entry.st_mode))
        return keep(&w->files, path, err);
    free(path);
    return SARAI_OK;
}

static enum sarai_status look_into(struct walk *w, const char *folder, bool is_root, struct sarai_error *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    enum sarai_status st = SARAI_OK;
    if (!dir) /* one further down that may not be read is passed over */
        return is_root ? failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"),
                                folder, reason_of(errno))
                       : SARAI_OK;
    while (!st && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            st = stop_raised(w->stop) ? failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"))
                                      : take_entry(w, folder, entry->d_name, err);
    closedir(dir);
    return st;
}

static enum sarai_status walk(struct walk *w, const char *root, struct sarai_error *err)
{
    enum sarai_status st = look_into(w, root, true, err);
    while (!st && w->folders.n > 0) {
        char *folder = w->folders.path[--w->folders.n];
        st = look_into(w, folder, false, err);
        free(folder);
    }
    return st;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct list *list)
{
    size_t n = 0;
    if (list->n > 0)
        qsort(list->path, list->n, sizeof *list->path, by_name);
    for (size_t i = 0; i < list->n; i++)
        if (n > 0 && strcmp(list->path[n - 1], list->path[i]) == 0)
            free(list->path[i]);
        else
            list->path[n++] = list->path[i];
    list->n = n;
}

static enum sarai_status find_one(struct walk *w, struct list *roots, const char *path,
                                  struct sarai_error *err)
{
    struct stat file;
    char *whole = realpath(path, NULL);
    if (!whole || stat(whole, &file) != 0) {
        free(whole);
        return failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    }
    enum sarai_status st = keep(roots, whole, err);
    if (!st)
        st = S_ISDIR(file.st_mode) ? walk(w, whole, err) : keep(&w->files, strdup(whole), err);
    return st;
}

enum sarai_status files_find(const char *const *paths, size_t n, const struct stop *stop, struct files *out,
                             struct sarai_error *err)
{
    struct walk w = {.stop = stop};
    struct list roots = {0};
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < n; i++)
        st = find_one(&w, &roots, paths[i], err);
    finish_list(&w.folders);
    if (st) {
        finish_list(&w.files);
        finish_list(&roots);
        return st;
    }
    sort_unique(&w.files);
    *out = (struct files){w.files.path, w.files.n, roots.path, roots.n};
    return SARAI_OK;
}

void files_finish(struct files *f)
{
    finish_list(&(struct list){f->path, f->n, f->n});
    finish_list(&(struct list){f->root, f->n_roots, f->n_roots});
    *f = (struct files){0};
}
