/* sarai forget and sarai store: what was read, looked at from outside; no model is loaded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "cli.h"
#include "know/place.h"
#include "know/shelf.h"

static enum sarai_status open_shelf(struct cli *cli, bool write, struct shelf **out, char place[PLACE_BYTES],
                                    struct sarai_error *err)
{
    const struct shelf_options options = {.place = place, .write = write, .stop = &cli->stop};
    enum sarai_status st =
        place_find(config_text(cli->cfg, "STORE_URL"), config_text(cli->cfg, "STORE_PATH"), place, err);
    if (!st && !place_exists(place))
        st = failed(err, SARAI_EINPUT,
                    tr("todavía no se ha leído nada (%s no existe); para leer: sarai index CARPETA",
                       "nothing was read yet (%s does not exist); to read: sarai index FOLDER"),
                    place);
    return st ? st : shelf_open(&options, out, err);
}

/* ---- forget ---------------------------------------------------------------------------------- */

/* What is gone from the disk can still be forgotten, by the path under which it was read. */
static enum sarai_status forget_one(struct shelf *shelf, const char *path, int64_t *n,
                                    struct sarai_error *err)
{
    char *whole = realpath(path, NULL);
    if (!whole && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        return failed(err, SARAI_EINPUT, "%s: %s", path, reason_of(errno));
    if (!whole && path[0] != '/') {
        char *here = realpath(".", NULL);
        if (!here || asprintf(&whole, "%s/%s", here, path) < 0)
            whole = NULL;
        free(here);
    }
    enum sarai_status st = shelf_forget(shelf, whole ? whole : path, n, err);
    if (!st && *n == 0)
        st = failed(err, SARAI_EINPUT, tr("de %s no se había leído nada", "nothing was read of %s"), path);
    free(whole);
    return st;
}

int command_forget(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sarai_error err = {0};
    struct shelf *shelf = NULL;
    char place[PLACE_BYTES];
    bool all = false;
    int first, code;
    int64_t n = 0, total = 0;
    const struct cli_option own[] = {
        {"all", 'a', NULL, NULL, &all, "todo lo leído", "everything that was read"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (all == (first < argc))
        return cli_usage(tr("hace falta un archivo o carpeta, o --all; ayuda: sarai forget --help",
                            "this takes a file or folder, or --all; help: sarai forget --help"));
    enum sarai_status st = open_shelf(cli, true, &shelf, place, &err);
    if (!st && all)
        st = shelf_forget(shelf, "", &total, &err);
    for (int i = first; !st && i < argc; i++) {
        st = forget_one(shelf, argv[i], &n, &err);
        total += n;
    }
    if (total > 0) { /* also where a later path is wrong: what was forgotten must be gone from the file */
        enum sarai_status tidied = shelf_tidy(shelf, st ? NULL : &err);
        st = st ? st : tidied;
    }
    shelf_close(shelf);
    if (!st || total > 0)
        printf(tr("%lld documentos olvidados\n", "%lld documents forgotten\n"), (long long)total);
    return st ? cli_fail(cli, &err) : cli_flush();
}

/* ---- store ----------------------------------------------------------------------------------- */

static int show_info(struct cli *cli, struct shelf *shelf, const char *place, bool json)
{
    struct sarai_error err = {0};
    struct shelf_info info;
    if (shelf_info(shelf, &info, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    if (json)
        return cli_print_json(json_pack("{s:s,s:I,s:I,s:I,s:I,s:s,s:i}", "place", place, "documents",
                                        (json_int_t)info.documents, "passages", (json_int_t)info.chunks,
                                        "vectors", (json_int_t)info.vectors, "bytes", (json_int_t)info.bytes,
                                        "model", info.model, "dimension", info.dimension));
    printf(tr("%s\n  documentos %lld\n  pasajes    %lld\n  vectores   %lld × %d\n  modelo     %s\n"
              "  ocupa      %.1f MB\n",
              "%s\n  documents  %lld\n  passages   %lld\n  vectors    %lld × %d\n  model      %s\n"
              "  takes      %.1f MB\n"),
           place, (long long)info.documents, (long long)info.chunks, (long long)info.vectors, info.dimension,
           info.model, (double)info.bytes / 1e6);
    return cli_flush();
}

static int show_check(struct cli *cli, struct shelf *shelf, const char *place)
{
    struct sarai_error err = {0};
    if (shelf_check(shelf, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    printf(tr("%s está bien\n", "%s is fine\n"), place);
    return cli_flush();
}

struct exporting {
    struct shelf *shelf;
    json_t *passages;
};

static enum sarai_status add_passage(void *user, const struct shelf_chunk *chunk, struct sarai_error *err)
{
    struct exporting *e = user;
    json_t *one = json_pack("{s:s}", "text", chunk->text);
    if (one && chunk->page > 0)
        json_object_set_new(one, "page", json_integer(chunk->page));
    if (one && chunk->line > 0)
        json_object_set_new(one, "line", json_integer(chunk->line));
    return json_array_append_new(e->passages, one) == 0 ? SARAI_OK : out_of_memory(err, "JSON");
}

static enum sarai_status export_document(void *user, const struct shelf_document *d, struct sarai_error *err)
{
    struct exporting *e = user;
    e->passages = json_array();
    enum sarai_status st = shelf_chunks(e->shelf, d->path, add_passage, e, err);
    if (st) {
        json_decref(e->passages);
        return st;
    }
    int code = cli_print_json(json_pack("{s:s,s:s,s:s,s:I,s:o}", "path", d->path, "kind", d->kind, "sha256",
                                        d->hash, "bytes", (json_int_t)d->bytes, "passages", e->passages));
    return code ? failed(err, (enum sarai_status)code,
                         tr("no se pudo escribir todo", "not everything could be written"))
                : SARAI_OK;
}

int command_store(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sarai_error err = {0};
    struct shelf *shelf = NULL;
    char place[PLACE_BYTES], shown[PLACE_BYTES];
    bool json = false;
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "info como JSON (export siempre lo es)",
         "info as JSON (export always is)"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    const char *verb = first < argc ? argv[first] : "info";
    bool is_check = strcmp(verb, "check") == 0, is_export = strcmp(verb, "export") == 0;
    if (argc - first > 1 || (!is_check && !is_export && strcmp(verb, "info") != 0))
        return cli_usage(tr("hace falta info, check o export; ayuda: sarai store --help",
                            "this takes info, check or export; help: sarai store --help"));
    if (open_shelf(cli, is_check, &shelf, place, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    struct exporting exporting = {.shelf = shelf};
    place_show(place, shown);
    if (is_check)
        code = show_check(cli, shelf, shown);
    else if (!is_export)
        code = show_info(cli, shelf, shown, json);
    else if (shelf_each(shelf, "", export_document, &exporting, &err) != SARAI_OK)
        code = cli_fail(cli, &err);
    shelf_close(shelf);
    return code;
}
