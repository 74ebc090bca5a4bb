/* sarai embed: texts to vectors, one JSON array for each text. With "-" each line of stdin is a text. */
#include <stdlib.h>

#include "cli.h"

struct embedding {
    enum sarai_embed_kind kind;
    float *vector;
};

static int embed(struct cli *cli, const char *text, void *user)
{
    const struct embedding *e = user;
    struct sarai_error err = {0};
    if (sarai_embed(cli->sarai, text, e->kind, e->vector, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    json_t *numbers = json_array();
    for (size_t i = 0; i < sarai_embed_dimension(cli->sarai); i++)
        json_array_append_new(numbers, json_real((double)e->vector[i]));
    return cli_print_json(numbers);
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
    struct embedding e = {.kind = passage ? SARAI_EMBED_PASSAGE : SARAI_EMBED_QUERY};
    code = cli_open(cli, SARAI_EMBED);
    if (!code)
        e.vector = malloc(sarai_embed_dimension(cli->sarai) * sizeof *e.vector);
    if (e.vector)
        code = cli_each_line(cli, argv[first], embed, &e);
    else if (!code)
        code = SARAI_ENOMEM;
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    free(e.vector);
    cli_close(cli);
    return code;
}
