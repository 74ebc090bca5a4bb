/* sarai ask: a question in writing, an answer in writing. With "-" each line of stdin is a question. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void show_answer(void *user, const char *piece)
{
    (void)user;
    fputs(piece, stdout);
    fflush(stdout);
}

static int ask(struct cli *cli, const char *question, bool json, bool quiet)
{
    struct sarai_error err = {0};
    struct sarai_turn turn = {0};
    const struct sarai_sink sink = {.on_answer = json ? NULL : show_answer};
    if (sarai_ask(cli->sarai, question, &sink, &turn, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    int code;
    if (json) {
        code = cli_print_json(json_pack("{s:s,s:s,s:o,s:o}", "question", question, "answer", turn.answer,
                                        "stages_ms", cli_stages_json(&turn.stages), "tokens",
                                        cli_tokens_json(&turn.tokens)));
    } else {
        putchar('\n');
        if (!quiet)
            cli_print_stages(&turn);
        code = cli_flush();
    }
    sarai_turn_finish(&turn);
    return code;
}

int command_ask(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool json = false, keep = false, quiet = false;
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_OK;
    int first, code;
    char *line;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "una línea JSON por pregunta", "one JSON line for each question"},
        {"keep", 'k', NULL, NULL, &keep, "todas las líneas son una misma conversación",
         "all lines are one conversation"},
        {"quiet", 'q', NULL, NULL, &quiet, "sin tabla de tiempos", "no table of times"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(tr("hace falta una pregunta (entre comillas) o «-»; ayuda: sarai ask --help",
                            "this takes one question (in quotes) or “-”; help: sarai ask --help"));
    code = cli_open(cli, SARAI_THINK);
    if (!code && strcmp(argv[first], "-") != 0)
        code = ask(cli, argv[first], json, quiet);
    else
        while (!code && (line = cli_read_line(stdin, &st, &err))) {
            if (!keep)
                sarai_new_conversation(cli->sarai);
            code = ask(cli, line, json, true);
            free(line);
        }
    if (!code && st)
        code = cli_fail(cli, &err);
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    cli_close(cli);
    return code;
}
