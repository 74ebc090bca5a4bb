/* sarai log: what was asked and answered, and what left this machine; checked, and forgotten. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audio/writer.h"
#include "base/folders.h"
#include "cli.h"
#include "remember/turn_log.h"

enum { PATH_BYTES = 4096, BLOCK = 4096 };

struct log_call {
    bool json, all;
    const char *last, *before;
    int printed; /* exit code of printing */
};

static json_t *text_or_null(const char *text)
{
    return text ? cli_json_text(text) : json_null();
}

static const char *kind_name(const char *kind)
{
    return strcmp(kind, "expert") == 0 ? tr("al experto", "to the expert")
           : strcmp(kind, "tool") == 0 ? tr("falla una herramienta", "a tool failed")
                                       : tr("turno", "turn");
}

static bool show_row(void *user, const struct turn_log_row *row)
{
    struct log_call *call = user;
    if (call->json) {
        call->printed = cli_print_json(
            json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:f,s:s}", "id", (json_int_t)row->id, "at", row->at,
                      "kind", row->kind, "note", row->note, "question", text_or_null(row->question), "answer",
                      text_or_null(row->answer), "question_hash", row->question_hash, "answer_hash",
                      row->answer_hash, "sound_s", row->sound_s, "hash", row->own));
        return !call->printed;
    }
    printf("%lld  %s  %s%s%s\n", (long long)row->id, row->at, kind_name(row->kind), *row->note ? "  " : "",
           row->note);
    if (row->question)
        printf("    > %s\n", row->question);
    if (row->answer)
        printf("    %s\n", row->answer);
    if (row->sound_s > 0)
        printf(tr("    sonido: %.1f s\n", "    sound: %.1f s\n"), row->sound_s);
    return true;
}

/* A whole number from 1 on; 0 for what is none. */
static int64_t read_number(const char *text)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    return *text && !*end && n > 0 ? n : 0;
}

static int show(struct cli *cli, struct turn_log *log, struct log_call *call)
{
    struct sarai_error err = {0};
    int64_t most = call->last ? read_number(call->last) : 0;
    if (call->last && most == 0)
        return cli_usage(tr("--last: «%s» no es un número de filas", "--last: “%s” is no number of rows"),
                         call->last);
    if (turn_log_each(log, most, show_row, call, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    return call->printed ? call->printed : cli_flush();
}

/* EINPUT where the chain is broken, or does not hold the hash that it once ended with. */
static int verify(struct cli *cli, struct turn_log *log, const struct log_call *call, const char *head)
{
    struct sarai_error err = {0};
    struct turn_log_check check;
    bool has = true;
    enum sarai_status st = turn_log_verify(log, &check, &err);
    if (!st && head)
        st = turn_log_has(log, head, &has, &err);
    if (st)
        return cli_fail(cli, &err);
    bool good = check.broken == 0 && has;
    int code = 0;
    if (call->json)
        code = cli_print_json(json_pack("{s:b,s:I,s:I,s:I,s:s}", "good", good, "rows", (json_int_t)check.rows,
                                        "erased", (json_int_t)check.erased, "broken",
                                        (json_int_t)check.broken, "head", check.head));
    else if (good)
        printf(tr("La cadena está entera: %lld filas, %lld sin su texto. Última: %s\n",
                  "The chain is whole: %lld rows, %lld without their text. Last: %s\n"),
               (long long)check.rows, (long long)check.erased, check.head);
    if (code || good)
        return code ? code : cli_flush();
    if (check.broken)
        failed(&err, SARAI_EINPUT,
               tr("la fila %lld no es la que se escribió", "row %lld is not what was written"),
               (long long)check.broken);
    else
        failed(&err, SARAI_EINPUT,
               tr("ninguna fila tiene ese resumen: falta el final de la cadena",
                  "no row has that hash: the chain's end is missing"));
    return cli_fail(cli, &err);
}

/* A day that there is: 2026-31-01 would be behind all days of its year, and all of them forgotten. */
static bool is_date(const char *text)
{
    struct tm day = {0};
    char again[16];
    const char *end = strptime(text, "%Y-%m-%d", &day);
    return end && timegm(&day) != -1 && strftime(again, sizeof again, "%Y-%m-%d", &day) > 0 &&
           strcmp(again, text) == 0; /* the 30th of February has become the 2nd of March */
}

static int forget(struct cli *cli, struct turn_log *log, const struct log_call *call, const char *row)
{
    struct sarai_error err = {0};
    int64_t erased = 0, id = row ? read_number(row) : 0;
    if (call->before && !is_date(call->before))
        return cli_usage(
            tr("--before: «%s» no es una fecha como 2026-01-31", "--before: “%s” is no date like 2026-01-31"),
            call->before);
    if (row && id == 0)
        return cli_usage(tr("«%s» no es el número de una fila", "“%s” is not the number of a row"), row);
    if ((row != NULL) + (call->before != NULL) + call->all != 1)
        return cli_usage(tr("qué se olvida: una fila, --before FECHA o --all",
                            "what to forget: a row, --before DATE or --all"));
    if (turn_log_forget(log, id, call->before, &erased, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    if (call->json)
        return cli_print_json(json_pack("{s:I}", "erased", (json_int_t)erased));
    printf(tr("Se ha borrado el texto de %lld filas; sus resúmenes quedan.\n",
              "The texts of %lld rows are erased; their hashes stay.\n"),
           (long long)erased);
    return cli_flush();
}

static int write_sound(struct cli *cli, struct turn_log *log, const char *row, const char *path)
{
    struct sarai_error err = {0};
    struct writer *writer = NULL;
    float block[BLOCK];
    struct buf pcm = BUF_INIT(TURN_LOG_SOUND_S * SARAI_SPEECH_HZ * sizeof(int16_t));
    if (!row || !path || read_number(row) == 0)
        return cli_usage(tr("falta la fila o el archivo: sarai log sound 17 turno.wav",
                            "the row or the file is missing: sarai log sound 17 turn.wav"));
    enum sarai_status st = turn_log_sound(log, read_number(row), &pcm, &err);
    if (!st)
        st = writer_open(path, SARAI_SPEECH_HZ, &writer, &err);
    const int16_t *samples = (const int16_t *)(const void *)pcm.data;
    for (size_t at = 0, n = pcm.len / sizeof *samples, taken; !st && at < n; at += taken) {
        taken = n - at < BLOCK ? n - at : BLOCK;
        for (size_t i = 0; i < taken; i++)
            block[i] = (float)samples[at + i] / INT16_MAX;
        st = writer_add(writer, block, taken, &err);
    }
    if (!st)
        st = writer_commit(writer, &err);
    writer_close(writer);
    buf_finish(&pcm);
    return st ? cli_fail(cli, &err) : 0;
}

static int open_log(struct cli *cli, bool write, struct turn_log **log)
{
    char path[PATH_BYTES];
    struct sarai_error err = {0};
    int n = folders_data(TURN_LOG_FILE, path, sizeof path);
    if (n < 0 || n >= (int)sizeof path)
        return cli_usage(tr("no hay registro: falta HOME", "there is no log: no HOME"));
    if (access(path, F_OK) != 0 && errno == ENOENT) { /* to forget must not begin one */
        failed(&err, SARAI_EINPUT,
               tr("todavía no hay registro (%s no existe); lo llevan TURN_LOG=hashes y TURN_LOG=texts",
                  "there is no log yet (%s does not exist); TURN_LOG=hashes and TURN_LOG=texts keep one"),
               path);
        return cli_fail(cli, &err);
    }
    return turn_log_open(path, write, log, &err) == SARAI_OK ? 0 : cli_fail(cli, &err);
}

enum act { ACT_SHOW, ACT_VERIFY, ACT_FORGET, ACT_SOUND };
static const struct {
    const char *name;
    int most_arguments;
} acts[] = {{"show", 0}, {"verify", 1}, {"forget", 1}, {"sound", 2}};

static int do_act(struct cli *cli, struct log_call *call, enum act act, const char *argument,
                  const char *second)
{
    struct turn_log *log = NULL;
    int code = open_log(cli, act == ACT_FORGET, &log);
    if (!code)
        code = act == ACT_SHOW     ? show(cli, log, call)
               : act == ACT_VERIFY ? verify(cli, log, call, argument)
               : act == ACT_FORGET ? forget(cli, log, call, argument)
                                   : write_sound(cli, log, argument, second);
    turn_log_close(log);
    return code;
}

int command_log(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct log_call call = {0};
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &call.json, "una línea JSON por fila", "a JSON line for each row"},
        {"last", 'n', "N", &call.last, NULL, "solo las N últimas filas", "only the last N rows"},
        {"before", 0, "FECHA", &call.before, NULL, "forget: lo anterior a ese día (UTC)",
         "forget: what is older than that day (UTC)"},
        {"all", 0, NULL, NULL, &call.all, "forget: todo", "forget: everything"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first == argc)
        return do_act(cli, &call, ACT_SHOW, NULL, NULL);
    const char *first_argument = first + 1 < argc ? argv[first + 1] : NULL;
    const char *second_argument = first + 2 < argc ? argv[first + 2] : NULL;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(argv[first], acts[i].name) == 0 && argc - first - 1 <= acts[i].most_arguments)
            return do_act(cli, &call, (enum act)i, first_argument, second_argument);
    return cli_usage(
        tr("show, verify [RESUMEN], sound FILA ARCHIVO o forget FILA|--before FECHA|--all; ayuda: "
           "sarai log --help",
           "show, verify [HASH], sound ROW FILE or forget ROW|--before DATE|--all; help: sarai "
           "log --help"));
}
