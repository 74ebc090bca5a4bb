/* sarai models: which there are, getting them, checking them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "models/pull.h"
#include "models/store.h"

struct request {
    struct cli *cli;
    struct store *store;
    bool json, deep;
};

static const char *finding_name(enum store_finding finding)
{
    switch (finding) {
    case STORE_FINE:
        return tr("bien", "fine");
    case STORE_MISSING:
        return tr("falta", "missing");
    case STORE_DAMAGED:
        return tr("dañado", "damaged");
    case STORE_UNKNOWN:
        break;
    }
    return tr("está, sin suma con que comprobarlo", "there, no sum to check it by");
}

/* The worst finding over the files of a model. */
static enum sarai_status check_model(const struct request *r, const struct model *model,
                                     enum store_finding *out, struct sarai_error *err)
{
    *out = STORE_FINE;
    for (size_t i = 0; i < model->n_files; i++) {
        enum store_finding finding;
        enum sarai_status st = store_check(r->store, &model->files[i], r->deep, &r->cli->stop, &finding, err);
        if (st)
            return st;
        if (finding == STORE_DAMAGED || (finding == STORE_MISSING && *out != STORE_DAMAGED) ||
            (finding == STORE_UNKNOWN && *out == STORE_FINE))
            *out = finding;
    }
    return SARAI_OK;
}

static double megabytes(const struct model *model)
{
    double bytes = 0;
    for (size_t i = 0; i < model->n_files; i++)
        bytes += (double)model->files[i].bytes;
    return bytes / 1e6;
}

static json_t *model_json(const struct model *m, enum store_finding finding)
{
    static const char *const names[] = {"fine", "missing", "damaged", "unknown"};
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:f,s:s}", "id", m->id, "role", m->role, "profile",
                     m->profile, "licence", m->licence, "origin", m->origin, "terms", m->terms, "megabytes",
                     megabytes(m), "state", names[finding]);
}

static bool is_wanted(const struct model *m, const char *name)
{
    return !name || strcmp(m->id, name) == 0 || strcmp(m->profile, name) == 0;
}

/* Lists, or with `verify` also fails when one of the wanted is not fine. */
static int list(const struct request *r, const char *name, bool verify)
{
    const struct manifest *manifest = store_manifest(r->store);
    json_t *all = json_array();
    int code = SARAI_OK, seen = 0;
    for (size_t i = 0; i < manifest_count(manifest); i++) {
        const struct model *m = manifest_at(manifest, i);
        struct sarai_error err = {0};
        enum store_finding finding;
        if (!is_wanted(m, name))
            continue;
        seen++;
        if (check_model(r, m, &finding, &err) != SARAI_OK) {
            json_decref(all);
            return cli_fail(r->cli, &err);
        }
        if (verify && (finding == STORE_MISSING || finding == STORE_DAMAGED))
            code = SARAI_EMODEL;
        if (r->json)
            json_array_append_new(all, model_json(m, finding));
        else
            printf("%-16s %-9s %6.0f MB  %-12s %s; %s. %s: %s\n", m->id, m->profile, megabytes(m),
                   finding_name(finding), tr(m->about_es, m->about_en), m->origin, tr("Licencia", "Licence"),
                   m->licence);
    }
    if (!seen) {
        json_decref(all);
        return cli_usage(tr("no existe el modelo o perfil «%s»", "there is no model or profile “%s”"), name);
    }
    int printed = r->json ? cli_print_json(all) : (json_decref(all), cli_flush());
    if (code && !r->json)
        fprintf(stderr, "%s\n", tr("para arreglarlo: sarai models pull", "to mend it: sarai models pull"));
    return printed ? printed : code;
}

/* ---- pull ------------------------------------------------------------------------------------ */

struct showing {
    const char *id;
    int place, of; /* "[3/9]" */
    bool terminal;
    int percent;
    char what[160];
};

/* On a terminal one line that changes; elsewhere a line for each step. */
static void show_progress(void *user, const char *what, double done, double total)
{
    struct showing *s = user;
    int percent = total > 0 ? (int)(100 * done / total) : -1;
    bool new_step = strcmp(what, s->what) != 0;
    if (!new_step && (percent == s->percent || !s->terminal))
        return;
    s->percent = percent;
    snprintf(s->what, sizeof s->what, "%s", what);
    fprintf(stderr, s->terminal ? "\r\033[K  [%d/%d] %s: %s" : "  [%d/%d] %s: %s", s->place, s->of, s->id,
            what);
    if (percent >= 0)
        fprintf(stderr, " %d %% (%.0f / %.0f MB)", percent, done / 1e6, total / 1e6);
    if (!s->terminal)
        fputc('\n', stderr);
}

/* `place` of the `of` models that were asked for. */
static int pull_one(const struct request *r, const struct model *m, int place, int of)
{
    struct sarai_error err = {0};
    struct showing showing = {
        .id = m->id, .place = place, .of = of, .terminal = isatty(STDERR_FILENO) && !getenv("NO_COLOR")};
    struct pull_options options = {config_text(r->cli->cfg, "SARAI_HUB"), &r->cli->stop, &showing,
                                   show_progress};
    enum sarai_status st = pull_model(r->store, m, &options, &err);
    if (showing.terminal && showing.what[0])
        fprintf(stderr, "\r\033[K");
    if (st)
        return cli_fail(r->cli, &err);
    fprintf(stderr, tr("  [%d/%d] %s: en su sitio (%.0f MB)\n", "  [%d/%d] %s: in place (%.0f MB)\n"), place,
            of, m->id, megabytes(m));
    return SARAI_OK;
}

static int pull(const struct request *r, const char *name)
{
    const struct manifest *manifest = store_manifest(r->store);
    double total = 0;
    int code = SARAI_OK, seen = 0, place = 0;
    for (size_t i = 0; i < manifest_count(manifest); i++)
        if (is_wanted(manifest_at(manifest, i), name))
            total += megabytes(manifest_at(manifest, i)), seen++;
    if (!seen)
        return cli_usage(tr("no existe el modelo o perfil «%s»; los que hay: sarai models list",
                            "there is no model or profile “%s”; those there are: sarai models list"),
                         name);
    fprintf(stderr, tr("Modelos «%s»: %.0f MB\n", "Models “%s”: %.0f MB\n"), name, total);
    for (size_t i = 0; !code && i < manifest_count(manifest); i++)
        if (is_wanted(manifest_at(manifest, i), name))
            code = pull_one(r, manifest_at(manifest, i), ++place, seen);
    return code;
}

/* ---- remove, path ---------------------------------------------------------------------------- */

static const struct model *find(const struct request *r, const char *id)
{
    const struct model *m = id ? manifest_find(store_manifest(r->store), id) : NULL;
    if (!id)
        cli_usage(tr("di qué modelo; los que hay: sarai models list",
                     "say which model; those there are: sarai models list"));
    else if (!m)
        cli_usage(tr("no existe el modelo «%s»; los que hay: sarai models list",
                     "there is no model “%s”; those there are: sarai models list"),
                  id);
    return m;
}

static int each_path(const struct request *r, const char *id, bool delete)
{
    const struct model *m = find(r, id);
    char path[STORE_PATH_BYTES];
    if (!m)
        return SARAI_EUSAGE;
    for (size_t i = 0; i < m->n_files; i++) {
        bool found = store_locate(r->store, &m->files[i], path, sizeof path);
        if (!found && !delete)
            return cli_usage(tr("falta %s; ejecuta: sarai models pull %s",
                                "%s is missing; run: sarai models pull %s"),
                             m->files[i].path, m->id),
                   SARAI_EMODEL;
        for (; found; found = delete &&store_locate(r->store, &m->files[i], path, sizeof path)) {
            if (delete &&unlink(path) != 0) {
                perror(path);
                return SARAI_EOUTPUT;
            }
            puts(path);
        }
    }
    return cli_flush();
}

int command_models(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct request r = {.cli = cli};
    struct sarai_error err = {0};
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &r.json, "lista como JSON", "list as JSON"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    const char *verb = first < argc ? argv[first] : "list", *name = first + 1 < argc ? argv[first + 1] : NULL;
    if (argc - first > 2)
        return cli_usage(tr("sobran argumentos; ayuda: sarai models --help",
                            "too many arguments; help: sarai models --help"));
    if (store_open(config_text(cli->cfg, "SARAI_MODEL_DIR"), &r.store, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    r.deep = strcmp(verb, "verify") == 0;
    if (strcmp(verb, "list") == 0)
        code = list(&r, name, false);
    else if (r.deep)
        code = list(&r, name ? name : "embedded", true);
    else if (strcmp(verb, "pull") == 0)
        code = pull(&r, name ? name : "embedded");
    else if (strcmp(verb, "remove") == 0)
        code = each_path(&r, name, true);
    else if (strcmp(verb, "path") == 0 && !name)
        code = puts(store_folder(r.store)) < 0 ? SARAI_EOUTPUT : cli_flush();
    else if (strcmp(verb, "path") == 0)
        code = each_path(&r, name, false);
    else
        code = cli_usage(tr("no se conoce «%s»: list, pull, verify, remove o path",
                            "unknown “%s”: list, pull, verify, remove or path"),
                         verb);
    store_close(r.store);
    return code;
}
