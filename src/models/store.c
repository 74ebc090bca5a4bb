#include "models/store.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folders.h"
#include "engine/digest.h"

struct store {
    struct manifest *manifest;
    char own[STORE_PATH_BYTES];     /* SARAI_MODEL_DIR, may be empty */
    char project[STORE_PATH_BYTES]; /* models/ of a clone, or the shared data of an installation */
    char cache[STORE_PATH_BYTES];   /* models/ in the user's cache */
    char graphs[STORE_PATH_BYTES];  /* optimised graphs, empty when they cannot be kept */
    char tools[STORE_PATH_BYTES];
    bool in_clone; /* the program was built here, not installed */
};

/* ---- files ----------------------------------------------------------------------------------- */

static long long file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (long long)st.st_size : -1;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* The file that this code runs from: the program, or the library it uses. False when that cannot be told. */
static bool own_file(char *out)
{
    static const char here = 0;
    Dl_info info;
    struct link_map *map = NULL;
    bool known = dladdr1(&here, &info, (void **)&map, RTLD_DL_LINKMAP) && map;
    return known && realpath(map->l_name[0] ? map->l_name : "/proc/self/exe", out);
}

static bool has_manifest(const char *folder)
{
    char path[STORE_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/models/manifest.json", folder);
    return access(path, R_OK) == 0;
}

/* Where models/manifest.json and tools/ are: a clone serves what is built in it, share/sarai what is
 * installed, wherever the whole prefix was moved to. True for a clone. */
static bool find_home(char *out, size_t n)
{
    char file[PATH_MAX], source[PATH_MAX];
    size_t source_length = realpath(SARAI_SOURCE_DIR, source) ? strlen(source) : 0;
    bool known = own_file(file);
    bool in_clone =
        known && source_length > 0 && strncmp(file, source, source_length) == 0 && file[source_length] == '/';
    if (known && !in_clone) {
        *strrchr(file, '/') = '\0';
        snprintf(out, n, "%.4000s/../share/sarai", file);
        if (has_manifest(out))
            return false;
    }
    in_clone = in_clone || !has_manifest(SARAI_DATA_DIR);
    snprintf(out, n, "%s", in_clone ? SARAI_SOURCE_DIR : SARAI_DATA_DIR);
    return in_clone;
}

static void choose_folders(struct store *s, const char *model_dir)
{
    const char *home = getenv("HOME"), *xdg = getenv("XDG_CACHE_HOME");
    s->in_clone = find_home(s->tools, sizeof s->tools);
    snprintf(s->own, sizeof s->own, "%s", model_dir);
    snprintf(s->project, sizeof s->project, "%.4000s/models", s->tools);
    if (xdg && *xdg)
        snprintf(s->cache, sizeof s->cache, "%s/sarai/models", xdg);
    else
        snprintf(s->cache, sizeof s->cache, "%s/.cache/sarai/models", home ? home : "");
    snprintf(s->graphs, sizeof s->graphs, "%.*s/graphs", (int)(strlen(s->cache) - strlen("/models")),
             s->cache);
    if (folders_make(s->graphs, 0777, NULL) != SARAI_OK || access(s->graphs, W_OK) != 0)
        s->graphs[0] = '\0';
}

enum sarai_status store_open(const char *model_dir, struct store **out, struct sarai_error *err)
{
    char path[STORE_PATH_BYTES + 32];
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "models/manifest.json");
    choose_folders(s, model_dir);
    snprintf(path, sizeof path, "%s/manifest.json", s->project);
    enum sarai_status st = manifest_open(path, &s->manifest, err);
    if (st) {
        store_close(s);
        return st;
    }
    *out = s;
    return SARAI_OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    manifest_close(s->manifest);
    free(s);
}

const struct manifest *store_manifest(const struct store *s)
{
    return s->manifest;
}

const char *store_folder(const struct store *s)
{
    if (s->own[0])
        return s->own;
    return s->in_clone ? s->project : s->cache; /* an installed models/ is for everybody, and not ours */
}

const char *store_cache_folder(const struct store *s)
{
    return s->cache;
}

bool store_cache_beside(const struct store *s, const char *name, unsigned mode, char *out, size_t n)
{
    const char *slash = strrchr(s->cache, '/');
    int length = slash ? snprintf(out, n, "%.*s/%s", (int)(slash - s->cache), s->cache, name) : -1;
    return length >= 0 && length < (int)n && folders_make(out, (mode_t)mode, NULL) == SARAI_OK;
}

const char *store_tools_folder(const struct store *s)
{
    return s->tools;
}

const char *store_cache_dir(const struct store *s)
{
    return s->graphs[0] ? s->graphs : NULL;
}

/* ---- finding --------------------------------------------------------------------------------- */

void store_kept_path(const struct store *s, const struct model_file *file, char *out, size_t n)
{
    const char *name = strrchr(file->path, '/');
    if (file->sha256)
        snprintf(out, n, "%.3800s/files/%s/%s", s->cache, file->sha256, name ? name + 1 : file->path);
    else
        snprintf(out, n, "%.3800s/%s", s->cache, file->path);
}

static bool has_file(const char *folder, const struct model_file *file, char *out, size_t n)
{
    return folder[0] && snprintf(out, n, "%s/%s", folder, file->path) < (int)n && file_bytes(out) >= 0;
}

static bool leads_to_sum(const char *link, const char *sha256)
{
    char target[STORE_PATH_BYTES];
    ssize_t n = readlink(link, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    return sha256 && strstr(target, sha256);
}

bool store_locate(const struct store *s, const struct model_file *file, char *out, size_t n)
{
    if (has_file(s->own, file, out, n) || has_file(s->project, file, out, n))
        return true;
    if (has_file(s->cache, file, out, n) && leads_to_sum(out, file->sha256))
        return true;
    store_kept_path(s, file, out, n);
    return file_bytes(out) >= 0 || has_file(s->cache, file, out, n);
}

static bool ends_in(const char *text, const char *suffix)
{
    size_t n = strlen(text), k = strlen(suffix);
    return n >= k && strcmp(text + n - k, suffix) == 0;
}

/* The first file of a folder, by name, that ends in suffix. */
static bool find_in_folder(const char *folder, const char *suffix, char *out, size_t n)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    bool found = false;
    for (int i = 0; i < count; i++) {
        if (!found && ends_in(names[i]->d_name, suffix))
            found = snprintf(out, n, "%s/%s", folder, names[i]->d_name) < (int)n;
        free(names[i]);
    }
    free(names);
    return found;
}

/* A model given as a path: the file itself, its sibling with another suffix
 * or one more, or a file of the folder. */
static enum sarai_status path_of_path(const char *model, const char *suffix, char *out, size_t n,
                                      struct sarai_error *err)
{
    if (is_folder(model) && find_in_folder(model, suffix, out, n))
        return SARAI_OK;
    if (ends_in(model, suffix) && file_bytes(model) >= 0 && snprintf(out, n, "%s", model) < (int)n)
        return SARAI_OK;
    if (!is_folder(model) && snprintf(out, n, "%s%s", model, suffix) < (int)n && file_bytes(out) >= 0)
        return SARAI_OK; /* voz.onnx and voz.onnx.json, as Piper has it */
    const char *dot = strrchr(model, '.');
    if (dot && !is_folder(model) && snprintf(out, n, "%.*s%s", (int)(dot - model), model, suffix) < (int)n &&
        file_bytes(out) >= 0)
        return SARAI_OK;
    return failed(err, SARAI_EMODEL, tr("%s no lleva a ningún archivo …%s", "%s leads to no file …%s"), model,
                  suffix);
}

static enum sarai_status path_of_model(const struct store *s, const struct model *model, const char *suffix,
                                       char *out, size_t n, struct sarai_error *err)
{
    for (size_t i = 0; i < model->n_files; i++) {
        if (!ends_in(model->files[i].path, suffix))
            continue;
        if (store_locate(s, &model->files[i], out, n))
            return SARAI_OK;
        return failed(err, SARAI_EMODEL,
                      tr("falta el modelo %s; ejecuta: sarai models pull %s",
                         "the model %s is missing; run: sarai models pull %s"),
                      model->files[i].path, model->id);
    }
    return failed(err, SARAI_EMODEL,
                  tr("el modelo %s no tiene un archivo …%s", "the model %s has no file …%s"), model->id,
                  suffix);
}

enum sarai_status store_path(const struct store *s, const char *model, const char *suffix, char *out,
                             size_t n, struct sarai_error *err)
{
    const struct model *known = manifest_find(s->manifest, model);
    if (known)
        return path_of_model(s, known, suffix, out, n, err);
    if (access(model, F_OK) == 0)
        return path_of_path(model, suffix, out, n, err);
    return failed(err, SARAI_EMODEL,
                  tr("no existe el modelo «%s»; los que hay: sarai models list",
                     "there is no model “%s”; those there are: sarai models list"),
                  model);
}

enum sarai_status store_check(const struct store *s, const struct model_file *file, bool deep,
                              const struct stop *stop, enum store_finding *out, struct sarai_error *err)
{
    char path[STORE_PATH_BYTES], sum[65];
    *out = STORE_MISSING;
    if (!store_locate(s, file, path, sizeof path))
        return SARAI_OK;
    *out = file->sha256 ? STORE_FINE : STORE_UNKNOWN;
    if (!file->sha256)
        return SARAI_OK;
    if (file_bytes(path) != file->bytes)
        *out = STORE_DAMAGED;
    else if (deep) {
        enum sarai_status st = digest_file(path, stop, sum, err);
        if (st)
            return st;
        *out = strcmp(sum, file->sha256) == 0 ? STORE_FINE : STORE_DAMAGED;
    }
    return SARAI_OK;
}

const char *store_setting(const struct store *s, const char *model, const char *key)
{
    const struct model *known = manifest_find(s->manifest, model);
    return known ? manifest_setting(known, key) : NULL;
}

long store_resident_mb(const struct store *s, const char *model)
{
    const struct model *known = manifest_find(s->manifest, model);
    long long bytes = known ? 0 : file_bytes(model);
    return known ? known->resident_mb : bytes > 0 ? (long)(bytes >> 20) : 0;
}
