/* sarai route: what questions take, one line for each. With "-" each line of stdin is a question. */
#include "cli.h"

static int route(struct cli *cli, const char *text, void *user)
{
    const bool *json = user;
    struct sarai_error err = {0};
    struct sarai_route r;
    if (sarai_route(cli->sarai, text, NULL, &r, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    if (*json)
        return cli_print_json(json_pack("{s:o, s:f, s:f, s:f, s:f, s:f}", "text", cli_json_text(text), "hard",
                                        (double)r.hard, "soft", (double)r.soft, "web", (double)r.web, "alpha",
                                        (double)r.alpha, "beta", (double)r.beta));
    printf("%s %.2f  %s %.2f  %s %.2f  α %.2f  β %.2f  %s\n", tr("saber", "hard"), (double)r.hard,
           tr("consuelo", "soft"), (double)r.soft, tr("actualidad", "web"), (double)r.web, (double)r.alpha,
           (double)r.beta, text);
    return cli_flush();
}

int command_route(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool json = false;
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "una línea JSON por pregunta", "one JSON line for each question"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(tr("hace falta una pregunta (entre comillas) o «-»; ayuda: sarai route --help",
                            "this takes one question (in quotes) or “-”; help: sarai route --help"));
    code = cli_open(cli, SARAI_EMBED | SARAI_ROUTE);
    if (!code)
        code = cli_each_line(cli, argv[first], route, &json);
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    cli_close(cli);
    return code;
}
