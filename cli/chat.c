/* sarai chat: a conversation in writing, with line editing and a history that outlives the program. */
#include <histedit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum { HISTORY_LINES = 500 };

static char *prompt_text(EditLine *editor)
{
    (void)editor;
    static char prompt[] = "> ";
    return prompt;
}

static void show_answer(void *user, const char *piece)
{
    (void)user;
    fputs(piece, stdout);
    fflush(stdout);
}

static void history_path(char *out, size_t n)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state)
        snprintf(out, n, "%s/sarai_history", state);
    else
        snprintf(out, n, "%s/.sarai_history", home ? home : "");
}

/* One question. Ctrl-C while it is answered stops the answer, not the program. */
static int answer(struct cli *cli, const char *question)
{
    struct sarai_error err = {0};
    struct sarai_turn turn = {0};
    const struct sarai_sink sink = {.on_answer = show_answer, .on_notice = cli_notice};
    enum sarai_status st = sarai_ask(cli->sarai, question, &sink, &turn, &err);
    putchar('\n');
    sarai_turn_finish(&turn);
    if (st == SARAI_ECANCELLED) {
        cli_forget_interrupt(cli);
        return cli->ended ? CLI_INTERRUPTED : SARAI_OK;
    }
    if (st == SARAI_EINPUT) { /* this question cannot be answered; the next one may */
        cli_fail(cli, &err);
        return SARAI_OK;
    }
    return st ? cli_fail(cli, &err) : cli_flush();
}

static bool is_command(const char *line, const char *es, const char *en)
{
    return strcmp(line, es) == 0 || strcmp(line, en) == 0;
}

/* False to leave. */
static bool handle_line(struct cli *cli, char *line, int *code)
{
    line[strcspn(line, "\n")] = '\0';
    if (line[strspn(line, " \t")] == '\0')
        return true;
    if (is_command(line, "/salir", "/quit"))
        return false;
    if (is_command(line, "/nueva", "/new"))
        sarai_new_conversation(cli->sarai);
    else if (line[0] == '/')
        fprintf(
            stderr, "%s\n",
            tr("/nueva: otra conversación; /salir: terminar", "/new: another conversation; /quit: leave"));
    else
        *code = answer(cli, line);
    return *code == SARAI_OK;
}

static void converse(struct cli *cli, EditLine *editor, History *history_of_lines, int *code)
{
    HistEvent event;
    for (;;) {
        int n = 0;
        const char *line = el_gets(editor, &n);
        if (!line && cli_interrupted(cli)) { /* Ctrl-C at the prompt clears the line */
            if (cli->ended)
                return;
            cli_forget_interrupt(cli);
            el_reset(editor);
            putchar('\n');
            continue;
        }
        char *copy = line && n > 0 ? strdup(line) : NULL;
        if (!copy)
            return;
        if (copy[0] != '\n')
            history(history_of_lines, &event, H_ENTER, line);
        bool more = handle_line(cli, copy, code);
        free(copy);
        if (!more)
            return;
    }
}

int command_chat(struct cli *cli, const struct command *command, int argc, char **argv)
{
    HistEvent event;
    char path[4096];
    int first, code;
    if (!cli_parse(cli, command, NULL, 0, argc, argv, &first, &code))
        return code;
    code = cli_open(cli, SARAI_THINK | SARAI_KNOW);
    if (code)
        return code;
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "%s\n",
                tr("Escribe y pulsa Intro. Ctrl-C detiene la respuesta; /nueva, /salir.",
                   "Write and press Enter. Ctrl-C stops the answer; /new, /quit."));
    History *history_of_lines = history_init();
    EditLine *editor = el_init("sarai", stdin, stdout, stderr);
    if (history_of_lines && editor) {
        history_path(path, sizeof path);
        history(history_of_lines, &event, H_SETSIZE, HISTORY_LINES);
        history(history_of_lines, &event, H_SETUNIQUE, 1);
        history(history_of_lines, &event, H_LOAD, path);
        el_set(editor, EL_PROMPT, prompt_text);
        el_set(editor, EL_EDITOR, "emacs");
        el_set(editor, EL_HIST, history, history_of_lines);
        el_set(editor, EL_SIGNAL, 0);
        converse(cli, editor, history_of_lines, &code);
        history(history_of_lines, &event, H_SAVE, path);
    }
    if (editor)
        el_end(editor);
    if (history_of_lines)
        history_end(history_of_lines);
    cli_close(cli);
    return code;
}
