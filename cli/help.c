/* sarai help and sarai completion: what --help says, and the same tables as a man page and as scripts for
 * bash and zsh, so that none of them can lag behind the program. */
#include <ctype.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *command, *line;
} examples[] = {
    {"run", "sarai run pregunta.wav -o respuesta.wav"},
    {"run", "sarai run --json *.flac"},
    {"transcribe", "sarai transcribe entrevista.mp3"},
    {"transcribe", "sarai transcribe --lang auto --format srt charla.ogg > charla.srt"},
    {"say", "sarai say \"Buenos días\" -o saludo.wav"},
    {"say", "sarai say - --voice em_alex -o frase-%d.wav < frases.txt"},
    {"ask", "sarai ask \"¿Cuál es la capital de Francia?\""},
    {"ask", "sarai ask --json --keep - < preguntas.txt"},
    {"chat", "sarai chat --llm-model modelo.gguf"},
    {"talk", "sarai talk"},
    {"index", "sarai index ~/Documentos"},
    {"search", "sarai search \"horario de la biblioteca\""},
    {"log", "sarai log verify"},
    {"facts", "sarai facts forget nombre"},
    {"models", "sarai models list"},
    {"models", "sarai models pull embedded"},
    {"doctor", "sarai doctor"},
    {"doctor", "sarai doctor --deep --json"},
    {"config", "sarai config"},
    {"config", "sarai config --env > .env"},
    {"completion", "source <(sarai completion bash)"},
    {"help", "sarai help say"},
};

/* The exit codes that are not the sentence of one command alone. */
static const struct {
    int code;
    const char *es, *en;
} exit_codes[] = {
    {SARAI_OK, "bien", "success"},
    {SARAI_EINTERNAL, "fallo de Sarai o de un motor (falta ONNX Runtime, por ejemplo)",
     "a fault of Sarai or of an engine (ONNX Runtime is missing, say)"},
    {SARAI_EUSAGE, "argumento, opción o ajuste equivocado", "a wrong argument, option or setting"},
    {SARAI_EINPUT, "una entrada falta, no se puede leer, está vacía o no es lo que debe",
     "an input is missing, unreadable, empty or not what it should be"},
    {SARAI_EMODEL, "un modelo falta, está dañado o es de otro papel",
     "a model is missing, damaged or of another role"},
    {SARAI_EOUTPUT, "no se puede escribir la salida: permiso, disco lleno, tubería cerrada",
     "the output cannot be written: permission, disk full, closed pipe"},
    {SARAI_ENOMEM, "no hay memoria, o se pasaría RAM_BUDGET_MB",
     "no memory, or RAM_BUDGET_MB would be passed"},
    {SARAI_ENETWORK, "falló una descarga o un servicio remoto", "a download or a remote service failed"},
    {SARAI_ECANCELLED, "el trabajo se detuvo", "the work was stopped"},
    {CLI_WARNINGS, "sarai doctor --strict: funciona, con avisos",
     "sarai doctor --strict: it works, with warnings"},
    {SARAI_EHANG, "una etapa de la conversación no responde ni se deja interrumpir",
     "a stage of the conversation does not answer and cannot be interrupted"},
    {CLI_INTERRUPTED, "interrumpido con Ctrl-C o SIGTERM", "interrupted by Ctrl-C or SIGTERM"},
};

static const char *arguments_of(const struct command *command)
{
    return tr(command->arguments_es, command->arguments_en);
}

static const char *argument_of(const struct setting *s)
{
    if (s->choices)
        return s->choices;
    return s->type == SETTING_PATH ? tr("RUTA", "PATH") : tr("VALOR", "VALUE");
}

/* A command's own option (say --voice) goes before the setting of that name. */
static bool is_own(const char *flag, const struct cli_option *own, size_t n_own)
{
    for (size_t i = 0; i < n_own; i++)
        if (strcmp(own[i].name, flag) == 0)
            return true;
    return false;
}

void cli_flag_name(const char *key, char *out, size_t n)
{
    size_t i = 0;
    for (; key[i] && i + 1 < n; i++)
        out[i] = key[i] == '_' ? '-' : (char)(key[i] | 0x20);
    out[i] = '\0';
}

const struct command *cli_find_command(const char *name)
{
    if (strcmp(name, "--version") == 0)
        name = "version";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* ---- for people ------------------------------------------------------------------------------ */

void cli_print_overview(FILE *to)
{
    fprintf(to, "%s\n\n",
            tr("Sarai, asistente de voz privado: oye, piensa y responde en esta máquina.",
               "Sarai, a private voice assistant: it hears, thinks and answers on this machine."));
    fprintf(to, "%s\n\n", tr("Uso: sarai ORDEN [opciones] …", "Usage: sarai COMMAND [options] …"));
    for (size_t i = 0; i < n_commands; i++)
        fprintf(to, "  %-12s %s\n", commands[i].name, tr(commands[i].about_es, commands[i].about_en));
    fprintf(to,
            "\n%s\n  sarai run pregunta.wav -o respuesta.wav\n  sarai transcribe entrevista.mp3\n"
            "  sarai say \"Buenos días\" -o saludo.wav\n",
            tr("Ejemplos:", "Examples:"));
    fprintf(to, "\n%s\n",
            tr("Ayuda de cada orden: sarai ORDEN --help. Si algo no va: sarai doctor",
               "Help of each command: sarai COMMAND --help. If something is amiss: sarai doctor"));
}

static void print_option(const char *name, char letter, const char *argument, const char *help)
{
    char left[80];
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
             letter ? ", " : "  ", name, argument ? " " : "", argument ? argument : "");
    int width = cli_columns(left);
    printf("  %s%*s %s\n", left, width < 32 ? 32 - width : 0, "", help);
}

static void print_settings(void)
{
    puts(tr("\nAjustes, como opción de cualquier orden o, en mayúsculas, en .env y en el entorno:",
            "\nSettings, as an option of any command or, in capitals, in .env and the environment:"));
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        char name[64];
        cli_flag_name(s->key, name, sizeof name);
        print_option(name, 0, argument_of(s), tr(s->help_es, s->help_en));
    }
}

static void print_text(const struct command *command, const struct cli_option *own, size_t n_own)
{
    printf(tr("Uso: sarai %s [opciones] %s\n\n%s.\n\nOpciones:\n",
              "Usage: sarai %s [options] %s\n\n%s.\n\nOptions:\n"),
           command->name, arguments_of(command), tr(command->about_es, command->about_en));
    for (size_t i = 0; i < n_own; i++)
        print_option(own[i].name, own[i].letter, own[i].argument, tr(own[i].help_es, own[i].help_en));
    print_option("help", 'h', NULL, tr("esta ayuda", "this help"));
    if (strcmp(command->name, "config") == 0)
        print_settings();
    else
        puts(tr("Los ajustes son opciones también (--llama-threads 4); la lista: sarai config --help",
                "Settings are options too (--llama-threads 4); the list: sarai config --help"));
    bool first = true;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        if (strcmp(examples[i].command, command->name) != 0)
            continue;
        printf("%s  %s\n", first ? tr("\nEjemplos:\n", "\nExamples:\n") : "", examples[i].line);
        first = false;
    }
}

/* ---- man ------------------------------------------------------------------------------------- */

/* Text for roff: a hyphen is a minus, and neither a backslash nor a leading dot is a command. */
static void put_roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '-' || *text == '\\')
            putchar('\\');
        fputs(*text == '\\' ? "e" : (char[2]){*text, '\0'}, stdout);
    }
}

static void man_option(const char *name, char letter, const char *argument, const char *help)
{
    fputs(".TP\n", stdout);
    if (letter)
        printf("\\fB\\-%c\\fR, ", letter);
    fputs("\\fB\\-\\-", stdout);
    put_roff(name);
    fputs("\\fR", stdout);
    if (argument) {
        fputs(" \\fI", stdout);
        put_roff(argument);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_roff(help);
    putchar('\n');
}

static void man_command(const struct command *command, const struct cli_option *own, size_t n_own)
{
    printf(".SS \"sarai %s ", command->name);
    put_roff(n_own > 0 ? tr("[opciones] ", "[options] ") : "");
    put_roff(arguments_of(command));
    fputs("\"\n", stdout);
    put_roff(tr(command->about_es, command->about_en));
    puts(".");
    for (size_t i = 0; i < n_own; i++)
        man_option(own[i].name, own[i].letter, own[i].argument, tr(own[i].help_es, own[i].help_en));
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        if (strcmp(examples[i].command, command->name) != 0)
            continue;
        fputs(".PP\n.EX\n    ", stdout);
        put_roff(examples[i].line);
        puts("\n.EE");
    }
}

static void man_settings(void)
{
    printf(".SH %s\n", tr("AJUSTES", "SETTINGS"));
    puts(tr("En el archivo .env, en el entorno o como opción de cualquier orden.",
            "In the file .env, in the environment or as an option of any command."));
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        char name[64];
        cli_flag_name(s->key, name, sizeof name);
        printf(".TP\n\\fB%s\\fR, \\fB\\-\\-", s->key);
        put_roff(name);
        fputs("\\fR \\fI", stdout);
        put_roff(argument_of(s));
        puts("\\fR");
        put_roff(tr(s->help_es, s->help_en));
        if (s->most > s->least)
            printf(" (%g…%.10g)", s->least, s->most);
        printf(". %s: ", tr("De fábrica", "Default"));
        put_roff(*s->fallback ? s->fallback : tr("vacío", "empty"));
        putchar('\n');
    }
}

static void man_exit_codes(void)
{
    printf(".SH \"%s\"\n", tr("ESTADO DE SALIDA", "EXIT STATUS"));
    for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++) {
        printf(".TP\n\\fB%d\\fR\n", exit_codes[i].code);
        put_roff(tr(exit_codes[i].es, exit_codes[i].en));
        putchar('\n');
    }
}

/* ---- bash ------------------------------------------------------------------------------------ */

/* Words joined by '|' that are to be typed as they are: "list|pull [MODEL]" has two. 0: it is a name for
 * something else ("FILE", "TEXT|-"). */
static size_t literal_length(const char *argument)
{
    size_t n = strcspn(argument, " ");
    bool joined = false;
    for (size_t i = 0; i < n; i++) {
        if (argument[i] == '|')
            joined = true;
        else if (!isalpha((unsigned char)argument[i]) && argument[i] != '-')
            return 0;
    }
    return joined && islower((unsigned char)*argument) ? n : 0;
}

static void put_words(const char *joined, size_t n)
{
    for (size_t i = 0; i < n; i++)
        putchar(joined[i] == '|' ? ' ' : joined[i]);
}

/* What may follow an option that takes a value: its words; files otherwise. */
static void bash_value(const char *name, char letter, const char *argument)
{
    printf("        --%s", name);
    if (letter)
        printf("|-%c", letter);
    fputs(") words='", stdout);
    put_words(argument, literal_length(argument));
    puts("'; return ;;");
}

static void bash_command(const struct command *command, const struct cli_option *own, size_t n_own)
{
    printf("    %s)\n        options='--help", command->name);
    for (size_t i = 0; i < n_own; i++)
        printf(" --%s", own[i].name);
    printf("'\n        words='");
    put_words(command->arguments_en, literal_length(command->arguments_en));
    fputs("'\n        case $before in\n", stdout);
    for (size_t i = 0; i < n_own; i++)
        if (own[i].argument)
            bash_value(own[i].name, own[i].letter, own[i].argument);
    puts("        esac ;;");
}

static void bash_settings(void)
{
    fputs("_sarai_settings='", stdout);
    for (size_t i = 0; i < config_count(); i++) {
        char name[64];
        cli_flag_name(config_setting(i)->key, name, sizeof name);
        printf("%s--%s", i ? " " : "", name);
    }
    puts("'\n\n# Sets words to what may follow option $before of any command; fails when it takes nothing.\n"
         "_sarai_setting() {\n    case $before in");
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        char name[64];
        cli_flag_name(s->key, name, sizeof name);
        printf("    --%s) words='", name);
        if (s->choices)
            put_words(s->choices, strlen(s->choices));
        puts("' ;;");
    }
    puts("    *) return 1 ;;\n    esac\n}\n");
}

static void bash_end(void)
{
    fputs("    esac\n"
          "    _sarai_setting && return\n"
          "    [[ $before == \"$command\" ]] || words=''\n"
          "    [[ $command/$before == models/pull || $command/$before == models/verify ||\n"
          "        $command/$before == models/remove || $command/$before == models/path ]] &&\n"
          "        words=$(sarai models list 2>/dev/null | cut -d' ' -f1)\n"
          "    [[ $word == -* ]] && words=\"$options $_sarai_settings\"\n"
          "}\n\n"
          "_sarai() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]} options='' words=''\n"
          "    if ((COMP_CWORD == 1)); then words='--help --version",
          stdout);
    for (size_t i = 0; i < n_commands; i++)
        printf(" %s", commands[i].name);
    puts("'; else _sarai_words; fi\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "}\n"
         "complete -o default -F _sarai sarai");
}

/* ---- zsh ------------------------------------------------------------------------------------- */

/* Text inside a single-quoted specification of _arguments. */
static void put_zsh(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_option(const char *name, char letter, const char *argument, const char *help)
{
    if (letter)
        printf(" \\\n            '(-%c --%s)'{-%c,--%s}'[", letter, name, letter, name);
    else
        printf(" \\\n            '--%s[", name);
    put_zsh(help);
    putchar(']');
    size_t n = argument ? literal_length(argument) : 0;
    if (argument) {
        putchar(':');
        put_zsh(argument);
        fputs(n ? ":(" : ":_files", stdout);
        put_words(argument, n);
        fputs(n ? ")" : "", stdout);
    }
    putchar('\'');
}

static void zsh_command(const struct command *command, const struct cli_option *own, size_t n_own)
{
    const char *arguments = arguments_of(command);
    size_t n = literal_length(arguments);
    printf("    %s)\n        _arguments", command->name);
    for (size_t i = 0; i < n_own; i++)
        zsh_option(own[i].name, own[i].letter, own[i].argument, tr(own[i].help_es, own[i].help_en));
    zsh_option("help", 'h', NULL, tr("esta ayuda", "this help"));
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        char name[64];
        cli_flag_name(s->key, name, sizeof name);
        if (!is_own(name, own, n_own))
            zsh_option(name, 0, argument_of(s), tr(s->help_es, s->help_en));
    }
    if (n) {
        printf(" \\\n            '1:%s:(", command->name);
        put_words(arguments, n);
        fputs(")'", stdout);
    }
    if (strcmp(command->name, "models") == 0)
        fputs(" \\\n            '2:model:($(sarai models list 2>/dev/null | cut -d\" \" -f1))'", stdout);
    else if (!n && *arguments)
        fputs(" \\\n            '*:file:_files'", stdout);
    puts(" ;;");
}

static void zsh_begin(void)
{
    puts("#compdef sarai\n\n_sarai() {\n    local command=$words[2]\n    local -a commands=(");
    for (size_t i = 0; i < n_commands; i++) {
        printf("        '%s:", commands[i].name);
        put_zsh(tr(commands[i].about_es, commands[i].about_en));
        puts("'");
    }
    puts("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n        return\n    fi\n"
         "    shift words\n    ((CURRENT--))\n    case $command in");
}

/* ---- commands -------------------------------------------------------------------------------- */

void cli_print_help(const struct cli *cli, const struct command *command, const struct cli_option *own,
                    size_t n_own)
{
    switch (cli->help_as) {
    case CLI_HELP_TEXT:
        print_text(command, own, n_own);
        break;
    case CLI_HELP_MAN:
        man_command(command, own, n_own);
        break;
    case CLI_HELP_BASH:
        bash_command(command, own, n_own);
        break;
    case CLI_HELP_ZSH:
        zsh_command(command, own, n_own);
        break;
    }
}

/* Has a command show its help: only it knows its options. */
static int ask_command(struct cli *cli, const struct command *command, enum cli_help as)
{
    char name[64], flag[] = "--help", *argv[] = {name, flag, NULL};
    snprintf(name, sizeof name, "%s", command->name);
    cli->help_as = as;
    int code = command->run(cli, command, 2, argv);
    cli->help_as = CLI_HELP_TEXT;
    return code;
}

static int ask_all(struct cli *cli, enum cli_help as)
{
    int code = SARAI_OK;
    for (size_t i = 0; !code && i < n_commands; i++)
        code = ask_command(cli, &commands[i], as);
    return code;
}

static int print_man(struct cli *cli)
{
    printf(".SH %s\n%s\n", tr("ÓRDENES", "COMMANDS"),
           tr("Cada orden muestra su ayuda con \\fB\\-\\-help\\fR.",
              "Each command shows its help with \\fB\\-\\-help\\fR."));
    int code = ask_all(cli, CLI_HELP_MAN);
    man_settings();
    man_exit_codes();
    return code ? code : cli_flush();
}

int command_help(struct cli *cli, const struct command *command, int argc, char **argv)
{
    bool man = false;
    int first, code;
    const struct cli_option own[] = {
        {"man", 0, NULL, NULL, &man, "las secciones de la página de manual que salen de las tablas",
         "the sections of the man page that come from the tables"},
    };
    if (strcmp(argv[0], "help") != 0) { /* sarai --help */
        cli_print_overview(stdout);
        return cli_flush();
    }
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (man)
        return print_man(cli);
    if (first == argc) {
        cli_print_overview(stdout);
        return cli_flush();
    }
    const struct command *about = cli_find_command(argv[first]);
    if (!about)
        return cli_usage(tr("no existe la orden «%s»", "there is no command “%s”"), argv[first]);
    return ask_command(cli, about, CLI_HELP_TEXT);
}

int command_completion(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int first, code;
    if (!cli_parse(cli, command, NULL, 0, argc, argv, &first, &code))
        return code;
    const char *shell = argc - first == 1 ? argv[first] : "";
    if (strcmp(shell, "bash") == 0) {
        bash_settings();
        puts("_sarai_words() {\n    case $command in");
        code = ask_all(cli, CLI_HELP_BASH);
        bash_end();
    } else if (strcmp(shell, "zsh") == 0) {
        zsh_begin();
        code = ask_all(cli, CLI_HELP_ZSH);
        puts("    esac\n}\n\n_sarai \"$@\"");
    } else {
        return cli_usage(tr("bash o zsh: sarai completion bash", "bash or zsh: sarai completion bash"));
    }
    return code ? code : cli_flush();
}
