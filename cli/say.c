/* sarai say: text to a WAV file, or PCM to a pipe. With "-" each line of stdin is a request. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/writer.h"
#include "cli.h"

struct saying {
    struct cli *cli;
    const char *voice;
    double speed;
    bool json;
    struct writer *writer;
    struct sarai_error write_error;
};

static bool write_audio(void *user, const float *pcm, size_t n)
{
    struct saying *s = user;
    return writer_add(s->writer, pcm, n, &s->write_error) == SARAI_OK;
}

static int say_text(struct saying *s, const char *text)
{
    struct sarai_error err = {0};
    struct sarai_turn turn = {0};
    struct sarai_sink sink = {.user = s, .on_audio = write_audio};
    if (sarai_say(s->cli->sarai, text, s->voice, s->speed, &sink, &turn, &err) != SARAI_OK)
        return cli_fail(s->cli, s->write_error.status ? &s->write_error : &err);
    int code = SARAI_OK;
    if (s->json)
        code = cli_print_json(json_pack("{s:o,s:o,s:f,s:I}", "text", cli_json_text(text), "stages_ms",
                                        cli_stages_json(&turn.stages), "audio_s", turn.answer_audio_s,
                                        "rss_bytes", (json_int_t)cli_resident_bytes()));
    sarai_turn_finish(&turn);
    return code;
}

/* One file for one text. `number` > 0: the place of %d in the name is taken by it. */
static int say_to(struct saying *s, const char *text, const char *out, int number)
{
    struct sarai_error err = {0};
    char path[4096];
    const char *place = number > 0 ? strstr(out, "%d") : NULL;
    if (place)
        snprintf(path, sizeof path, "%.*s%d%s", (int)(place - out), out, number, place + 2);
    else
        snprintf(path, sizeof path, "%s", out);
    if (writer_open_speech(path, SARAI_VOICE_HZ, &s->writer, &err) != SARAI_OK)
        return cli_fail(s->cli, &err);
    int code = say_text(s, text);
    if (!code && writer_commit(s->writer, &err) != SARAI_OK)
        code = cli_fail(s->cli, &err);
    writer_close(s->writer);
    return code;
}

/* Every line of stdin; all into one file unless its name holds %d. */
static int say_lines(struct saying *s, const char *out)
{
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_OK;
    bool one_file = strstr(out, "%d") == NULL;
    int code = SARAI_OK, number = 0;
    char *line;
    if (one_file && writer_open_speech(out, SARAI_VOICE_HZ, &s->writer, &err) != SARAI_OK)
        return cli_fail(s->cli, &err);
    while (!code && (line = cli_read_line(stdin, &st, &err))) {
        code = one_file ? say_text(s, line) : say_to(s, line, out, ++number);
        free(line);
    }
    if (!code && st)
        code = cli_fail(s->cli, &err);
    if (!code && cli_interrupted(s->cli))
        code = CLI_INTERRUPTED;
    if (!code && one_file && writer_commit(s->writer, &err) != SARAI_OK)
        code = cli_fail(s->cli, &err);
    if (one_file)
        writer_close(s->writer);
    return code;
}

int command_say(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct saying s = {.cli = cli};
    const char *out = NULL, *speed = NULL;
    int first, code;
    const struct cli_option own[] = {
        {"output", 'o', tr("ARCHIVO", "FILE"), &out, NULL,
         "WAV («-»: PCM de 16 bits a la salida); con %d, un archivo por línea",
         "WAV (“-”: 16-bit PCM to stdout); with %d, one file for each line"},
        {"voice", 'v', tr("VOZ", "VOICE"), &s.voice, NULL, "ef_dora, em_alex o em_santa",
         "ef_dora, em_alex or em_santa"},
        {"speed", 's', "0.5…2", &speed, NULL, "velocidad", "speed"},
        {"json", 'j', NULL, NULL, &s.json, "una línea JSON por texto", "one JSON line for each text"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !out)
        return cli_usage(tr("hacen falta un texto y -o ARCHIVO; ayuda: sarai say --help",
                            "this takes a text and -o FILE; help: sarai say --help"));
    if (speed && sarai_config_set(cli->cfg, "SPEED", speed, &(struct sarai_error){0}) != SARAI_OK)
        return cli_usage(
            tr("la velocidad «%s» no está entre 0.5 y 2", "the speed “%s” is not between 0.5 and 2"), speed);
    if (strcmp(out, "-") == 0 && s.json)
        return cli_usage(tr("--json y -o - quieren la misma salida", "--json and -o - want the same output"));
    code = cli_open(cli, SARAI_SPEAK);
    if (!code)
        code = strcmp(argv[first], "-") == 0 ? say_lines(&s, out) : say_to(&s, argv[first], out, 0);
    cli_close(cli);
    return code;
}
