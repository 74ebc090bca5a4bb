/* sarai run: recorded questions in, spoken answers out. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/writer.h"
#include "cli.h"

struct job {
    struct cli *cli;
    struct writer *writer; /* NULL: the answer is only written */
    FILE *words;           /* where question and answer are shown: stdout, unless the sound goes there */
    bool json, quiet;
    bool in_line; /* of words; nothing has ended it */
    struct sarai_error write_error;
};

static void show_transcript(void *user, const char *text)
{
    struct job *job = user;
    if (!job->json)
        fprintf(job->words, "%s %s\n%s ", tr("Pregunta:", "Question:"), text, tr("Respuesta:", "Answer:"));
    job->in_line = !job->json;
    fflush(job->words);
}

static void show_answer(void *user, const char *piece)
{
    struct job *job = user;
    if (!job->json)
        fputs(piece, job->words);
    fflush(job->words);
}

static bool write_audio(void *user, const float *pcm, size_t n)
{
    struct job *job = user;
    return writer_add(job->writer, pcm, n, &job->write_error) == SARAI_OK;
}

/* Before what goes to another stream: the table, or why the answer is not whole. */
static void end_line(struct job *job)
{
    if (job->in_line)
        fputc('\n', job->words);
    fflush(job->words);
    job->in_line = false;
}

static int show_turn(const struct job *job, const char *path, const struct sarai_turn *turn)
{
    if (job->json)
        return cli_print_json(json_pack(
            "{s:o,s:s,s:o,s:o,s:s,s:s,s:o,s:o,s:o,s:f,s:I}", "file", cli_json_text(path), "text", turn->text,
            "emo_vec", cli_mood_json(turn->felt, turn->emo_vec), "route", cli_route_json(turn), "answer",
            turn->answer, "by", cli_by_name(turn->by), "sources", cli_hits_json(&turn->sources), "stages_ms",
            cli_stages_json(&turn->stages), "tokens", cli_tokens_json(&turn->tokens), "answer_audio_s",
            turn->answer_audio_s, "rss_bytes", (json_int_t)cli_resident_bytes()));
    if (!job->quiet)
        cli_print_stages(turn);
    if (!job->quiet && turn->felt) {
        char mood[64];
        cli_mood_text(turn->felt, turn->emo_vec, mood, sizeof mood);
        fprintf(stderr, "  %s %s\n", tr("ánimo de la pregunta:", "mood of the question:"), mood);
    }
    return cli_flush();
}

static int run_one(struct job *job, const char *path, const char *out_path)
{
    struct sarai_error err = {0};
    struct sarai_turn turn = {0};
    struct sarai_sink sink = {.user = job,
                              .on_transcript = show_transcript,
                              .on_answer = show_answer,
                              .on_notice = cli_notice,
                              .on_audio = out_path ? write_audio : NULL};
    enum sarai_status st = SARAI_OK;
    job->write_error.status = SARAI_OK;
    if (out_path)
        st = writer_open_speech(out_path, SARAI_VOICE_HZ, &job->writer, &err);
    if (!st)
        st = sarai_run_file(job->cli->sarai, path, &sink, &turn, &err);
    if (!st && job->writer)
        st = writer_commit(job->writer, &err);
    writer_close(job->writer);
    job->writer = NULL;
    end_line(job);
    int code;
    if (st)
        code = cli_fail(job->cli, job->write_error.status ? &job->write_error : &err);
    else
        code = show_turn(job, path, &turn);
    sarai_turn_finish(&turn);
    return code;
}

/* "respuesta.wav" for one file; for several, a folder that gets NAME.wav of each. */
static const char *output_of(const char *out, const char *path, bool several, char *room, size_t n)
{
    char name[1024];
    if (!out || !several)
        return out;
    snprintf(name, sizeof name, "%s", path);
    const char *base = basename(name);
    const char *dot = strrchr(base, '.');
    int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
    snprintf(room, n, "%s/%.*s.wav", out, length, base);
    return room;
}

/* Whether two questions would have their answers in the same file; tells which. */
static bool answers_collide(const char *out, char **paths, int n)
{
    char one[4096], other[4096];
    for (int i = 1; i < n; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(output_of(out, paths[i], true, one, sizeof one),
                       output_of(out, paths[k], true, other, sizeof other)) == 0) {
                cli_usage(tr("%s y %s darían el mismo archivo, %s", "%s and %s would give the same file, %s"),
                          paths[k], paths[i], one);
                return true;
            }
    return false;
}

int command_run(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct job job = {.cli = cli, .words = stdout};
    const char *out = NULL;
    char room[4096];
    int first, code;
    const struct cli_option own[] = {
        {"output", 'o', tr("ARCHIVO", "FILE"), &out, NULL,
         "WAV de la respuesta («-»: PCM a la salida); con varias preguntas, una carpeta",
         "WAV of the answer (“-”: PCM to stdout); with several questions, a folder"},
        {"json", 'j', NULL, NULL, &job.json, "un objeto JSON por pregunta",
         "one JSON object for each question"},
        {"quiet", 'q', NULL, NULL, &job.quiet, "sin tabla de tiempos", "no table of times"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first == argc)
        return cli_usage(tr("falta el archivo de la pregunta; ayuda: sarai run --help",
                            "the file of the question is missing; help: sarai run --help"));
    if (out && strcmp(out, "-") == 0) {
        if (job.json || argc - first > 1)
            return cli_usage(
                tr("con -o - va una sola pregunta, sin --json", "-o - goes with one question and no --json"));
        job.words = stderr;
    }
    if (out && argc - first > 1 && answers_collide(out, argv + first, argc - first))
        return SARAI_EUSAGE;
    code = cli_open(cli, out ? SARAI_ALL : SARAI_LISTEN | SARAI_THINK | SARAI_KNOW);
    for (int i = first; !code && !cli_interrupted(cli) && i < argc; i++) {
        sarai_new_conversation(cli->sarai);
        code = run_one(&job, argv[i], output_of(out, argv[i], argc - first > 1, room, sizeof room));
    }
    cli_close(cli);
    return code;
}
