/* sarai hear: what sound files say and how: text, language, mood. */
#include "cli.h"

static json_t *latent_json(const struct sarai_transcript *t)
{
    if (!t->latent_z)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < t->n_latent; i++)
        json_array_append_new(list, json_real((double)t->latent_z[i]));
    return list;
}

static int print_object(const char *path, const struct sarai_transcript *t)
{
    return cli_print_json(json_pack("{s:o, s:s, s:s, s:o, s:o, s:f, s:f}", "file", cli_json_text(path),
                                    "text", t->text, "language", t->language, "emo_vec",
                                    cli_mood_json(t->felt, t->emo_vec), "latent_z", latent_json(t), "audio_s",
                                    t->audio_s, "listen_ms", t->listen_ms));
}

static int print_text(const struct sarai_transcript *t)
{
    char mood[64];
    cli_mood_text(t->felt, t->emo_vec, mood, sizeof mood);
    printf("%s\t%s\n", mood, t->text);
    return cli_flush();
}

int command_hear(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sarai_error err = {0};
    bool json = false;
    const char *language = NULL;
    int first, code;
    const struct cli_option own[] = {
        {"lang", 'l', tr("IDIOMA", "LANGUAGE"), &language, NULL, "es, en, … o auto", "es, en, … or auto"},
        {"json", 'j', NULL, NULL, &json, "una línea JSON por archivo", "one JSON line for each file"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first == argc)
        return cli_usage(tr("falta el archivo de audio; ayuda: sarai hear --help",
                            "the audio file is missing; help: sarai hear --help"));
    code = cli_open(cli, SARAI_LISTEN);
    for (int i = first; !code && i < argc; i++) {
        struct sarai_transcript t = {0};
        if (sarai_transcribe_file(cli->sarai, argv[i], language, false, &t, &err) != SARAI_OK)
            code = cli_fail(cli, &err);
        cli_tell_cut(argv[i], &t);
        if (!code)
            code = json ? print_object(argv[i], &t) : print_text(&t);
        sarai_transcript_finish(&t);
    }
    cli_close(cli);
    return code;
}
