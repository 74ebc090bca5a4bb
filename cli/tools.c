/* sarai tools: what Sarai can do exactly, and doing it without a question. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int list(struct cli *cli, bool json)
{
    struct sarai_tool tool;
    json_t *all = json_array();
    for (size_t i = 0; sarai_tool(cli->sarai, i, &tool); i++) {
        if (json)
            json_array_append_new(all, json_pack("{s:s, s:s, s:o, s:s, s:b}", "name", tool.name, "about",
                                                 tool.about, "schema", json_loads(tool.schema, 0, NULL),
                                                 "provider", tool.provider, "changes", tool.changes));
        else
            printf("%-14s %s%s%s%s\n", tool.name, tool.about, *tool.provider ? " (" : "", tool.provider,
                   *tool.provider ? ")" : "");
    }
    if (json)
        return cli_print_json(all);
    json_decref(all);
    return cli_flush();
}

static int call(struct cli *cli, const char *name, const char *arguments, bool json)
{
    struct sarai_error err = {0};
    char *sentence = NULL, *data = NULL;
    if (sarai_tool_call(cli->sarai, name, arguments, &sentence, &data, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    int code = SARAI_OK;
    if (json)
        code = cli_print_json(json_pack("{s:o, s:o}", "said", cli_json_text(sentence ? sentence : ""), "data",
                                        json_loads(data ? data : "null", JSON_DECODE_ANY, NULL)));
    else
        puts(sentence && *sentence ? sentence : data ? data : "");
    free(sentence);
    free(data);
    return code ? code : cli_flush();
}

int command_tools(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool json = false;
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "escribe JSON", "writes JSON"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    int words = argc - first;
    bool calls = words >= 2 && words <= 3 && strcmp(argv[first], "call") == 0;
    if (!calls && !(words == 0 || (words == 1 && strcmp(argv[first], "list") == 0)))
        return cli_usage(tr("así: sarai tools list, o sarai tools call NOMBRE '{\"argumento\": …}'",
                            "like this: sarai tools list, or sarai tools call NAME '{\"argument\": …}'"));
    code = cli_open(cli, SARAI_ACT);
    if (!code && *sarai_tools_missing(cli->sarai))
        fprintf(stderr, "%s\n", sarai_tools_missing(cli->sarai));
    if (!code)
        code = calls ? call(cli, argv[first + 1], words == 3 ? argv[first + 2] : "", json) : list(cli, json);
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    cli_close(cli);
    return code;
}
