/* sarai transcribe: sound files to text, JSON or subtitles; "-" is standard input. */
#include <string.h>

#include "cli.h"

enum format { TEXT, JSON, SRT, VTT };

static void print_time(double seconds, char comma)
{
    long ms = (long)(seconds * 1000 + 0.5);
    printf("%02ld:%02ld:%02ld%c%03ld", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, comma, ms % 1000);
}

/* One file's words on their way to stdout. */
struct printing {
    enum format format;
    size_t n_segments;
    int code; /* of the output */
};

static void print_cue(const struct printing *p, const struct sarai_segment *s)
{
    if (p->format == SRT)
        printf("%zu\n", p->n_segments + 1);
    print_time(s->start_s, p->format == SRT ? ',' : '.');
    fputs(" --> ", stdout);
    print_time(s->end_s, p->format == SRT ? ',' : '.');
    printf("\n%s\n\n", s->text);
}

static void print_head(const struct printing *p)
{
    if (p->format == VTT && p->n_segments == 0)
        puts("WEBVTT\n");
}

/* At once, for who waits for the text of hours; the head only now, as the file was not worth one before. */
static bool print_segment(void *user, const struct sarai_segment *s)
{
    struct printing *p = user;
    print_head(p);
    if (p->format == TEXT)
        printf("%s%s", p->n_segments ? " " : "", s->text);
    else
        print_cue(p, s);
    p->n_segments++;
    p->code = cli_flush();
    return p->code == 0;
}

static int print_object(const char *path, const struct sarai_transcript *t)
{
    json_t *segments = json_array();
    for (size_t i = 0; i < t->n_segments; i++)
        json_array_append_new(segments, json_pack("{s:f,s:f,s:s}", "start", t->segments[i].start_s, "end",
                                                  t->segments[i].end_s, "text", t->segments[i].text));
    return cli_print_json(json_pack("{s:o,s:s,s:s,s:f,s:b,s:f,s:o}", "file", cli_json_text(path), "text",
                                    t->text, "language", t->language, "audio_s", t->audio_s, "cut_short",
                                    t->cut_short, "listen_ms", t->listen_ms, "segments", segments));
}

static int transcribe_one(struct cli *cli, const char *path, const char *language, enum format format)
{
    struct sarai_error err = {0};
    struct sarai_transcript t = {0};
    struct printing p = {.format = format};
    enum sarai_status st = sarai_transcribe_each(cli->sarai, path, language, format == SRT || format == VTT,
                                                 format == JSON ? NULL : print_segment, &p, &t, &err);
    if (!st && format != JSON)
        print_head(&p);
    if (format == TEXT && (!st || p.n_segments > 0))
        putchar('\n');
    if (st)
        return p.code ? p.code : cli_fail(cli, &err);
    cli_tell_cut(path, &t);
    int code = format == JSON ? print_object(path, &t) : cli_flush();
    sarai_transcript_finish(&t);
    return code;
}

int command_transcribe(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *language = NULL, *name = "text";
    static const char *const formats[] = {"text", "json", "srt", "vtt"};
    bool json = false;
    int first, code, format = 0;
    const struct cli_option own[] = {
        {"lang", 'l', tr("IDIOMA", "LANGUAGE"), &language, NULL, "es, en, … o auto", "es, en, … or auto"},
        {"format", 'f', "text|json|srt|vtt", &name, NULL, "forma del resultado", "shape of the result"},
        {"json", 'j', NULL, NULL, &json, "una línea JSON por archivo", "one JSON line for each file"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (json)
        name = "json";
    while (format < 4 && strcmp(formats[format], name) != 0)
        format++;
    if (format == 4)
        return cli_usage(tr("no se conoce el formato «%s»: text, json, srt o vtt",
                            "unknown format “%s”: text, json, srt or vtt"),
                         name);
    if (first == argc)
        return cli_usage(tr("falta el archivo de audio; ayuda: sarai transcribe --help",
                            "the audio file is missing; help: sarai transcribe --help"));
    code = cli_open(cli, SARAI_LISTEN);
    for (int i = first; !code && !cli_interrupted(cli) && i < argc; i++)
        code = transcribe_one(cli, argv[i], language, (enum format)format);
    cli_close(cli);
    return code;
}
