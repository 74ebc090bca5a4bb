/* sarai config and sarai version: what is set, and what this program is made of. */
#include <string.h>

#include "cli.h"
#include "engine/espeak.h"
#include "engine/llama.h"
#include "engine/onnx.h"
#include "engine/sndfile.h"
#include "engine/sqlite.h"

static const char *source_name(enum setting_source source)
{
    switch (source) {
    case FROM_FILE:
        return ".env";
    case FROM_ENVIRONMENT:
        return tr("entorno", "environment");
    case FROM_FLAG:
        return tr("opción", "flag");
    case FROM_DEFAULT:
        break;
    }
    return tr("de fábrica", "default");
}

/* The table as a .env file that changes nothing: .env.example is made by it. */
static int print_env(void)
{
    printf("# %s\n\n", tr("Ajustes de Sarai. Copia este archivo como .env y quita el # de lo que cambies.",
                          "Sarai's settings. Copy this file to .env and take the # off what you change."));
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        printf("# %s", tr(s->help_es, s->help_en));
        if (s->choices)
            printf(" (%s)", s->choices);
        else if (s->most > s->least)
            printf(" (%g…%.10g)", s->least, s->most);
        printf("\n#%s=%s\n\n", s->key, s->fallback);
    }
    return cli_flush();
}

static int print_all(const struct cli *cli, bool json)
{
    json_t *object = json_object();
    for (size_t i = 0; i < config_count(); i++) {
        const char *key = config_setting(i)->key, *value = config_shown(cli->cfg, config_setting(i));
        if (json)
            json_object_set_new(object, key, json_string(value));
        else
            printf("%-20s %-28s %s\n", key, value, source_name(config_source(cli->cfg, key)));
    }
    if (json)
        return cli_print_json(object);
    json_decref(object);
    return cli_flush();
}

int command_config(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool json = false, env = false;
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &json, "como objeto JSON", "as a JSON object"},
        {"env", 0, NULL, NULL, &env, "como archivo .env comentado", "as a commented .env file"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (env)
        return print_env();
    if (first == argc)
        return print_all(cli, json);
    const struct setting *s = config_find(argv[first]);
    if (!s)
        return cli_usage(tr("no existe el ajuste «%s»; la lista: sarai config",
                            "there is no setting “%s”; the list: sarai config"),
                         argv[first]);
    puts(config_shown(cli->cfg, s));
    return cli_flush();
}

int command_version(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int first, code;
    if (!cli_parse(cli, command, NULL, 0, argc, argv, &first, &code))
        return code;
    printf("sarai %s\nONNX Runtime %s\nllama.cpp %s\nespeak-ng %s\n%s\njansson %s\nSQLite %s\n",
           sarai_version(), onnx_version() ? onnx_version() : tr("(falta)", "(missing)"),
           llm_version() ? llm_version() : tr("(falta)", "(missing)"), espeak_version(), sndfile_version(),
           JANSSON_VERSION, sqlite_version());
    return cli_flush();
}
