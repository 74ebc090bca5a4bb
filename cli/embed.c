/* sarai embed: texts to vectors, one JSON array for each text. With "-" each line of stdin is a text. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int embed(struct cli *cli, const char *text, enum sarai_embed_kind kind, float *vector)
{
    struct sarai_error err = {0};
    if (sarai_embed(cli->sarai, text, kind, vector, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    json_t *numbers = json_array();
    for (size_t i = 0; i < sarai_embed_dimension(cli->sarai); i++)
        json_array_append_new(numbers, json_real((double)vector[i]));
    return cli_print_json(numbers);
}

static int embed_lines(struct cli *cli, enum sarai_embed_kind kind, float *vector)
{
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_OK;
    int code = 0;
    char *line;
    while (!code && (line = cli_read_line(stdin, &st, &err))) {
        code = embed(cli, line, kind, vector);
        free(line);
    }
    return !code && st ? cli_fail(cli, &err) : code;
}

int command_embed(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool passage = false;
    int first, code;
    const struct cli_option own[] = {
        {"passage", 'p', NULL, NULL, &passage, "los textos son pasajes, no preguntas",
         "the texts are passages, not queries"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(tr("hace falta un texto (entre comillas) o «-»; ayuda: sarai embed --help",
                            "this takes one text (in quotes) or “-”; help: sarai embed --help"));
    enum sarai_embed_kind kind = passage ? SARAI_EMBED_PASSAGE : SARAI_EMBED_QUERY;
    code = cli_open(cli, SARAI_EMBED);
    float *vector = code ? NULL : malloc(sarai_embed_dimension(cli->sarai) * sizeof *vector);
    if (vector && strcmp(argv[first], "-") != 0)
        code = embed(cli, argv[first], kind, vector);
    else if (vector)
        code = embed_lines(cli, kind, vector);
    else if (!code)
        code = SARAI_ENOMEM;
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    free(vector);
    cli_close(cli);
    return code;
}
