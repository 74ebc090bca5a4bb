/* sarai index: reads files and folders, so that they are found and answered from. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli.h"

enum { BAR_COLUMNS = 24, NAME_COLUMNS = 40, REDRAW_MS = 100 };

struct showing {
    bool bar, json;
    double drawn_ms;
};

static void clear_bar(const struct showing *s)
{
    if (s->bar)
        fprintf(stderr, "\r\033[K");
}

/* The last characters of a name that is too long for its place. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    while (cli_columns(name) > NAME_COLUMNS)
        name++;
    while (((unsigned char)*name & 0xC0) == 0x80)
        name++;
    return name;
}

static void on_progress(void *user, const char *path, size_t done, size_t total, double fraction)
{
    struct showing *s = user;
    char bar[BAR_COLUMNS + 1];
    double now_ms = clock_ms();
    if (!s->bar || !path) {
        clear_bar(s);
        return;
    }
    if (now_ms - s->drawn_ms < REDRAW_MS)
        return;
    s->drawn_ms = now_ms;
    int filled = (int)(fraction * BAR_COLUMNS);
    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', (size_t)(filled < 0 ? 0 : filled > BAR_COLUMNS ? BAR_COLUMNS : filled));
    bar[BAR_COLUMNS] = '\0';
    fprintf(stderr, "\r[%s] %3.0f %% %zu/%zu %s\033[K", bar, 100 * fraction, done + 1, total, name_of(path));
}

static void on_problem(void *user, const char *path, const struct sarai_error *problem)
{
    struct showing *s = user;
    clear_bar(s);
    if (s->json)
        cli_print_json(json_pack("{s:s,s:s}", "path", path, "problem", problem->message));
    else
        fprintf(stderr, "sarai: %s\n", problem->message);
}

static int show_report(const struct showing *s, const struct sarai_index_report *r)
{
    if (s->json)
        return cli_print_json(json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "added", (json_int_t)r->added,
                                        "unchanged", (json_int_t)r->unchanged, "removed",
                                        (json_int_t)r->removed, "without_text", (json_int_t)r->without_text,
                                        "failed", (json_int_t)r->failed, "passages", (json_int_t)r->passages,
                                        "total_ms", r->total_ms));
    printf(tr("documentos leídos: %zu (pasajes: %zu), en %.1f s; sin cambios: %zu; olvidados, porque ya no "
              "están: %zu\n",
              "documents read: %zu (passages: %zu), in %.1f s; unchanged: %zu; forgotten because they are "
              "gone: %zu\n"),
           r->added, r->passages, r->total_ms / 1000, r->unchanged, r->removed);
    if (r->without_text > 0)
        printf(
            tr("sin texto (quizá páginas escaneadas): %zu\n", "without text (scanned pages, perhaps): %zu\n"),
            r->without_text);
    if (r->failed > 0)
        printf(tr("no se han podido leer: %zu\n", "could not be read: %zu\n"), r->failed);
    return cli_flush();
}

int command_index(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sarai_error err = {0};
    struct sarai_index_report report;
    struct showing showing = {.bar = isatty(STDERR_FILENO) && !getenv("NO_COLOR")};
    const struct sarai_index_sink sink = {&showing, on_progress, on_problem};
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &showing.json, "problemas y resultado como líneas JSON",
         "problems and result as lines of JSON"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first == argc)
        return cli_usage(tr("hace falta un archivo o una carpeta; ayuda: sarai index --help",
                            "this takes a file or a folder; help: sarai index --help"));
    code = cli_open(cli, SARAI_EMBED);
    if (code)
        return code;
    enum sarai_status st = sarai_index(cli->sarai, (const char *const *)argv + first, (size_t)(argc - first),
                                       &sink, &report, &err);
    cli_close(cli);
    clear_bar(&showing);
    if (!st || report.added > 0)
        code = show_report(&showing, &report);
    if (st)
        return cli_fail(cli, &err);
    return !code && report.failed > 0 ? SARAI_EINPUT : code;
}
