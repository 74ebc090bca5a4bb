/* sarai bench: how long each stage of a turn takes on this machine. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/writer.h"
#include "cli.h"

enum { MAX_RUNS = 1000 };

static bool write_audio(void *user, const float *pcm, size_t n)
{
    return writer_add(user, pcm, n, NULL) == SARAI_OK;
}

static bool ignore_audio(void *user, const float *pcm, size_t n)
{
    (void)user;
    (void)pcm;
    (void)n;
    return true;
}

/* A question in Sarai's own voice, for who has none at hand. `path` is a template for mkstemps ending in
 * ".wav". */
static enum sarai_status make_question(struct sarai *s, char *path, struct sarai_error *err)
{
    struct writer *writer = NULL;
    struct sarai_turn turn = {0};
    int fd = mkstemps(path, 4);
    if (fd < 0)
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s", "cannot write %s"), path);
    close(fd);
    enum sarai_status st = writer_open(path, SARAI_VOICE_HZ, &writer, err);
    const struct sarai_sink sink = {.user = writer, .on_audio = write_audio};
    if (!st)
        st = sarai_say(s, "¿Cuál es la capital de Francia?", NULL, 0, &sink, &turn, err);
    if (!st)
        st = writer_commit(writer, err);
    writer_close(writer);
    sarai_turn_finish(&turn);
    return st;
}

/* The turns, each in a conversation of its own; the first, not counted, warms up. */
static enum sarai_status take_turns(struct sarai *s, const char *path, long runs, struct sarai_stages *out,
                                    struct sarai_error *err)
{
    const struct sarai_sink sink = {.on_audio = ignore_audio};
    enum sarai_status st = SARAI_OK;
    for (long i = -1; !st && i < runs; i++) {
        struct sarai_turn turn = {0};
        sarai_new_conversation(s);
        st = sarai_run_file(s, path, &sink, &turn, err);
        if (!st && i >= 0)
            out[i] = turn.stages;
        sarai_turn_finish(&turn);
    }
    return st;
}

struct summary {
    double min, median, max;
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of one stage; all negative when it did not run. */
static struct summary summarise(const struct sarai_stages *turns, long runs, size_t stage)
{
    double ms[MAX_RUNS];
    for (long i = 0; i < runs; i++)
        ms[i] = cli_stage_ms(&turns[i], stage);
    qsort(ms, (size_t)runs, sizeof *ms, compare);
    return (struct summary){ms[0], (ms[(runs - 1) / 2] + ms[runs / 2]) / 2, ms[runs - 1]};
}

/* What people wait for: the median time until the first sound. */
static double wait_ms(const struct sarai_stages *turns, long runs)
{
    size_t i = 0;
    while (cli_stages[i].offset != offsetof(struct sarai_stages, first_audio_ms))
        i++;
    return summarise(turns, runs, i).median;
}

static int show_json(const struct cli *cli, const char *path, const struct sarai_stages *turns, long runs)
{
    json_t *stages = json_object();
    long target_ms = config_int(cli->cfg, "LATENCY_TARGET_MS");
    for (size_t i = 0; i < cli_n_stages; i++) {
        struct summary s = summarise(turns, runs, i);
        if (s.min >= 0)
            json_object_set_new(stages, cli_stages[i].name,
                                json_pack("{s:f,s:f,s:f}", "min", s.min, "median", s.median, "max", s.max));
    }
    return cli_print_json(json_pack("{s:s,s:I,s:o,s:I,s:b,s:I}", "file", path, "runs", (json_int_t)runs,
                                    "stages_ms", stages, "target_ms", (json_int_t)target_ms, "above_target",
                                    wait_ms(turns, runs) > (double)target_ms, "rss_bytes",
                                    (json_int_t)cli_resident_bytes()));
}

static int show_table(const struct cli *cli, const struct sarai_stages *turns, long runs)
{
    long target_ms = config_int(cli->cfg, "LATENCY_TARGET_MS");
    printf(tr("%ld turnos, ms %*s mínimo   mediana    máximo\n",
              "%ld turns, ms %*s minimum    median   maximum\n"),
           runs, runs < 10 ? 12 : 11, "");
    for (size_t i = 0; i < cli_n_stages; i++) {
        struct summary s = summarise(turns, runs, i);
        const char *name = tr(cli_stages[i].es, cli_stages[i].en);
        if (s.min >= 0)
            printf("  %s%*s %9.0f %9.0f %9.0f\n", name, 24 - cli_columns(name), "", s.min, s.median, s.max);
    }
    bool above = wait_ms(turns, runs) > (double)target_ms;
    printf(above ? tr("Hasta el primer sonido pasan %.0f ms, más que el objetivo de %ld (LATENCY_TARGET_MS); "
                      "sarai doctor dice qué ayudaría.\n",
                      "%.0f ms until the first sound, above the target of %ld (LATENCY_TARGET_MS); "
                      "sarai doctor says what would help.\n")
                 : tr("Hasta el primer sonido pasan %.0f ms; el objetivo es %ld (LATENCY_TARGET_MS).\n",
                      "%.0f ms until the first sound; the target is %ld (LATENCY_TARGET_MS).\n"),
           wait_ms(turns, runs), target_ms);
    return cli_flush();
}

/* Measures and shows; `path` NULL: with a question of our own. */
static int measure(struct cli *cli, const char *path, long runs, bool json)
{
    static struct sarai_stages turns[MAX_RUNS];
    struct sarai_error err = {0};
    char made[] = "/tmp/sarai-bench-XXXXXX.wav";
    enum sarai_status st = path ? SARAI_OK : make_question(cli->sarai, made, &err);
    if (!st)
        st = take_turns(cli->sarai, path ? path : made, runs, turns, &err);
    if (!path)
        unlink(made);
    if (st)
        return cli_fail(cli, &err);
    return json ? show_json(cli, path ? path : "", turns, runs) : show_table(cli, turns, runs);
}

int command_bench(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *count = "10";
    char *end;
    bool json = false;
    int first, code;
    const struct cli_option own[] = {
        {"runs", 'n', "1…1000", &count, NULL, "turnos que se miden (10)", "turns to measure (10)"},
        {"json", 'j', NULL, NULL, &json, "un objeto JSON", "one JSON object"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    long runs = strtol(count, &end, 10);
    if (*end || runs < 1 || runs > MAX_RUNS || argc - first > 1)
        return cli_usage(tr("va como mucho una pregunta, y entre 1 y %d turnos; ayuda: sarai bench --help",
                            "this takes one question at most, and 1 to %d turns; help: sarai bench --help"),
                         MAX_RUNS);
    code = cli_open(cli, SARAI_ALL);
    if (!code)
        code = measure(cli, first < argc ? argv[first] : NULL, runs, json);
    cli_close(cli);
    return code;
}
