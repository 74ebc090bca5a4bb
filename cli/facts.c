/* sarai facts: what the person has told, listed and forgotten. */
#include <string.h>
#include <unistd.h>

#include "base/folders.h"
#include "cli.h"
#include "remember/facts.h"

enum { PATH_BYTES = 4096 };

static bool print_fact(void *user, const char *key, const char *text)
{
    const bool *json = user;
    if (*json)
        return cli_print_json(
                   json_pack("{s:o,s:o}", "key", cli_json_text(key), "text", cli_json_text(text))) == 0;
    printf("%s: %s\n", key, text);
    return true;
}

static int forget(struct cli *cli, struct facts *facts, const char *key, bool json)
{
    struct sarai_error err = {0};
    int64_t n = 0;
    if (facts && facts_forget(facts, key, &n, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    if (json)
        return cli_print_json(json_pack("{s:I}", "forgotten", (json_int_t)n));
    printf(tr("Olvidado: %lld\n", "Forgotten: %lld\n"), (long long)n);
    return cli_flush();
}

/* No file: nothing was told yet, and *facts stays NULL. */
static int open_facts(struct cli *cli, bool write, struct facts **facts)
{
    char path[PATH_BYTES];
    struct sarai_error err = {0};
    int n = folders_data(FACTS_FILE, path, sizeof path);
    if (n < 0 || n >= (int)sizeof path || access(path, F_OK) != 0)
        return 0;
    return facts_open(path, config_text(cli->cfg, "SPEAKER"), write, facts, &err) == SARAI_OK
               ? 0
               : cli_fail(cli, &err);
}

int command_facts(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool json = false, all = false;
    struct facts *facts = NULL;
    struct sarai_error err = {0};
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "una línea JSON por recuerdo", "a JSON line for each fact"},
        {"all", 0, NULL, NULL, &all, "forget: todo", "forget: everything"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    const char *what = first < argc ? argv[first] : "list", *key = first + 1 < argc ? argv[first + 1] : NULL;
    bool forgets = strcmp(what, "forget") == 0;
    if (argc - first > 2 || (forgets ? (key != NULL) == all : strcmp(what, "list") != 0 || key || all))
        return cli_usage(tr("list, forget CLAVE o forget --all; ayuda: sarai facts --help",
                            "list, forget KEY or forget --all; help: sarai facts --help"));
    code = open_facts(cli, forgets, &facts);
    if (!code && forgets)
        code = forget(cli, facts, key, json);
    else if (!code && facts && facts_each(facts, print_fact, &json, &err) != SARAI_OK)
        code = cli_fail(cli, &err);
    facts_close(facts);
    return code ? code : cli_flush();
}
