/* sarai ask: a question in writing, an answer in writing. With "-" each line of stdin is a question, and
 * with --json it may be an object that brings a mood, passages and turns had before. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static void show_answer(void *user, const char *piece)
{
    (void)user;
    fputs(piece, stdout);
    fflush(stdout);
}

struct asking {
    struct cli *cli;
    bool json, quiet;
    bool attended; /* somebody answers when Sarai asks back */
    bool again;    /* Sarai has asked back */
};

static int print_turn(const struct sarai_turn *turn, bool json, bool quiet)
{
    if (json)
        return cli_print_json(
            json_pack("{s:o,s:s,s:b,s:s,s:o,s:o,s:o,s:o}", "question", cli_json_text(turn->text), "answer",
                      turn->answer, "call", turn->is_call, "by", cli_by_name(turn->by), "route",
                      cli_route_json(turn), "sources", cli_hits_json(&turn->sources), "stages_ms",
                      cli_stages_json(&turn->stages), "tokens", cli_tokens_json(&turn->tokens)));
    if (turn->is_call)
        fputs(turn->answer, stdout);
    putchar('\n');
    fflush(stdout); /* before the table, which goes to another stream */
    if (!quiet)
        cli_print_stages(turn);
    return cli_flush();
}

static int consult(struct asking *a, struct sarai_question *question)
{
    struct sarai_error err = {0};
    struct sarai_turn turn = {0};
    const struct sarai_sink sink = {.on_answer = a->json ? NULL : show_answer, .on_notice = cli_notice};
    question->unattended = !a->attended;
    if (sarai_consult(a->cli->sarai, question, &sink, &turn, &err) != SARAI_OK)
        return cli_fail(a->cli, &err);
    int code = print_turn(&turn, a->json, a->quiet);
    a->again = turn.by == SARAI_BY_NOBODY;
    sarai_turn_finish(&turn);
    return code;
}

/* ---- a question as JSON ------------------------------------------------------------------------ */

enum { MAX_PASSAGES = 64, MAX_TURNS = 64 };

/* What a question brings; its strings stay the object's. */
struct brought {
    struct sarai_question question;
    struct sarai_passage passages[MAX_PASSAGES];
    float emo_vec[SARAI_EMO_DIMENSION];
};

static bool read_emo_vec(const json_t *list, float emo_vec[SARAI_EMO_DIMENSION])
{
    for (size_t i = 0; i < SARAI_EMO_DIMENSION; i++) {
        if (!json_is_number(json_array_get(list, i)))
            return false;
        emo_vec[i] = (float)json_number_value(json_array_get(list, i));
    }
    return json_array_size(list) == SARAI_EMO_DIMENSION;
}

/* {"text": …, "mood": …, "emo_vec": […], "passages": [{"source": …, "text": …}, …], "result": true}.
 * "passages": [] says that a search found nothing. False when it is none. */
static bool read_question(json_t *object, struct brought *brought)
{
    json_t *found = NULL, *heard = NULL;
    int is_result = 0;
    struct sarai_question *out = &brought->question;
    struct sarai_passage *passages = brought->passages;
    *out = (struct sarai_question){.passages = passages};
    if (json_unpack(object, "{s:s,s?s,s?o,s?o,s?b}", "text", &out->text, "mood", &out->mood, "emo_vec",
                    &heard, "passages", &found, "result", &is_result) != 0 ||
        (found && !json_is_array(found)) || json_array_size(found) > MAX_PASSAGES ||
        (heard && !read_emo_vec(heard, brought->emo_vec)))
        return false;
    out->emo_vec = heard ? brought->emo_vec : NULL;
    out->searched = found != NULL;
    out->is_result = is_result != 0;
    out->n_passages = json_array_size(found);
    for (size_t i = 0; i < out->n_passages; i++)
        if (json_unpack(json_array_get(found, i), "{s:s,s:s}", "source", &passages[i].source, "text",
                        &passages[i].text) != 0)
            return false;
    return true;
}

/* "history": the same kind of objects, each with its "answer"; they are remembered, not asked. */
static int recall(struct cli *cli, json_t *history)
{
    struct sarai_error err = {0};
    struct brought brought;
    for (size_t i = 0; i < json_array_size(history); i++) {
        json_t *turn = json_array_get(history, i);
        const char *answer = json_string_value(json_object_get(turn, "answer"));
        if (!answer || !read_question(turn, &brought))
            return cli_usage(tr("«history» no es una lista de turnos con «text» y «answer»",
                                "“history” is not a list of turns with “text” and “answer”"));
        if (sarai_recall(cli->sarai, &brought.question, answer, &err) != SARAI_OK)
            return cli_fail(cli, &err);
    }
    return 0;
}

static int ask_json(struct asking *a, const char *line)
{
    json_error_t cause;
    struct brought brought;
    json_t *object = json_loads(line, 0, &cause);
    json_t *history = json_object_get(object, "history");
    int code;
    if (!object)
        code = cli_usage(tr("la línea no es JSON: %s", "the line is not JSON: %s"), cause.text);
    else if (json_array_size(history) > MAX_TURNS || !read_question(object, &brought))
        code = cli_usage(tr("hace falta un objeto con «text»; ayuda: sarai ask --help",
                            "this takes an object with “text”; help: sarai ask --help"));
    else
        code = recall(a->cli, history);
    if (object && !code)
        code = consult(a, &brought.question);
    json_decref(object);
    return code;
}

static int ask(struct asking *a, const char *line)
{
    if (a->json && line[0] == '{')
        return ask_json(a, line);
    return consult(a, &(struct sarai_question){.text = line});
}

/* One question, and what is replied on the terminal when Sarai asks back. */
static int ask_once(struct asking *a, const char *text, enum sarai_status *st, struct sarai_error *err)
{
    int code = ask(a, text);
    char *reply = !code && a->again ? cli_read_line(stdin, st, err) : NULL;
    if (reply)
        code = ask(a, reply);
    free(reply);
    return code;
}

static int ask_lines(struct asking *a, bool keep, enum sarai_status *st, struct sarai_error *err)
{
    int code = 0;
    char *line;
    a->quiet = true;
    while (!code && (line = cli_read_line(stdin, st, err))) {
        if (!keep)
            sarai_new_conversation(a->cli->sarai);
        code = ask(a, line);
        free(line);
    }
    return code;
}

int command_ask(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct asking a = {.cli = cli};
    bool keep = false;
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_OK;
    int first, code;
    const struct cli_option own[] = {
        {"json", 'j', NULL, NULL, &a.json,
         "una línea JSON por pregunta, que puede serlo también: {\"text\", \"mood\", \"emo_vec\", "
         "\"passages\", "
         "\"history\"}",
         "a JSON line for each question, which may be one too: {\"text\", \"mood\", \"emo_vec\", "
         "\"passages\", \"history\"}"},
        {"keep", 'k', NULL, NULL, &keep, "todas las líneas son una misma conversación",
         "all lines are one conversation"},
        {"quiet", 'q', NULL, NULL, &a.quiet, "sin tabla de tiempos", "no table of times"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(tr("hace falta una pregunta (entre comillas) o «-»; ayuda: sarai ask --help",
                            "this takes one question (in quotes) or “-”; help: sarai ask --help"));
    code = cli_open(cli, SARAI_THINK | SARAI_KNOW);
    bool lines = strcmp(argv[first], "-") == 0;
    a.attended = lines ? keep : isatty(STDIN_FILENO);
    if (!code)
        code = lines ? ask_lines(&a, keep, &st, &err) : ask_once(&a, argv[first], &st, &err);
    if (!code && st)
        code = cli_fail(cli, &err);
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    cli_close(cli);
    return code;
}
