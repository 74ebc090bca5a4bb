/* Tools and their box: what may be added, which calls are understood, what a model is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "act/grammar.h"
#include "act/toolbox.h"
#include "base/clock.h"

static const char lamp_schema[] = "{\"type\":\"object\",\"properties\":{\"accion\":{\"type\":\"string\","
                                  "\"enum\":[\"encender\",\"apagar\"]},"
                                  "\"cosa\":{\"type\":\"string\",\"maxLength\":20},\"valor\":{\"type\":"
                                  "\"integer\",\"minimum\":0,\"maximum\":100}},"
                                  "\"required\":[\"accion\"]}";

struct lamp {
    int runs;
    bool waits; /* until its deadline */
};

static enum sarai_status run_lamp(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    struct lamp *lamp = self;
    lamp->runs++;
    while (lamp->waits && !tool_is_over(call))
        ;
    if (tool_is_over(call))
        return tool_late(call, err);
    return tool_givef(out, json_pack("{s:s}", "listo", "la luz"), err, "Hecho: %s.",
                      tool_text(call, "accion"));
}

static enum tool_effect judge_lamp(void *self, const json_t *arguments)
{
    (void)self;
    return json_object_get(arguments, "valor") ? TOOL_RISKS : TOOL_CHANGES;
}

static struct tool lamp_tool(struct lamp *lamp)
{
    return (struct tool){.name = "casa",
                         .about = "enciende y apaga",
                         .schema = lamp_schema,
                         .self = lamp,
                         .run = run_lamp,
                         .judge = judge_lamp};
}

struct fixture {
    struct toolbox *box;
    struct lamp lamp;
    struct sarai_error err;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct tool tool = lamp_tool(&f->lamp);
    assert_int_equal(toolbox_open(&f->box, &f->err), SARAI_OK);
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    toolbox_close(f->box);
    free(f);
    return 0;
}

static void bad_tools_are_refused_by_name(void **state)
{
    struct fixture *f = *state;
    struct tool tool = lamp_tool(&f->lamp);
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_EUSAGE); /* there is one */
    assert_non_null(strstr(f->err.message, "casa"));
    tool.name = "dos palabras";
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_EUSAGE);
    assert_non_null(strstr(f->err.message, "dos palabras"));
    tool.name = "otra";
    for (const char *const *bad =
             (const char *const[]){"[]", "{", "{\"type\":\"string\"}", "{\"properties\":[]}", NULL};
         *bad; bad++) {
        tool.schema = *bad;
        assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_EUSAGE);
        assert_non_null(strstr(f->err.message, "otra"));
    }
    assert_int_equal(toolbox_count(f->box), 1);
}

static void calls_keep_the_schema(void **state)
{
    static const struct {
        const char *call, *complaint; /* NULL: none */
        enum tool_effect effect;
    } cases[] = {
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"apagar\",\"cosa\":\"luz\"}}", NULL, TOOL_CHANGES},
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"apagar\",\"valor\":100}}", NULL, TOOL_RISKS},
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"apagar\",\"valor\":101}}", "valor", 0},
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"apagar\",\"valor\":\"1\"}}", "valor", 0},
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"romper\"}}", "accion", 0},
        {"{\"name\":\"casa\",\"arguments\":{\"cosa\":\"luz\"}}", "accion", 0},
        {"{\"name\":\"casa\",\"arguments\":{\"accion\":\"apagar\",\"lugar\":\"sala\"}}", "lugar", 0},
        {"{\"name\":\"cosa\",\"arguments\":{}}", "cosa", 0},
        {"{\"name\":\"casa\"}", "herramienta", 0},
        {"{\"name\":\"casa\",\"arguments\":", "herramienta", 0},
        {"", "herramienta", 0},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tool_request request = {0};
        enum sarai_status st = toolbox_parse(f->box, cases[i].call, &request, &f->err);
        assert_int_equal(st, cases[i].complaint ? SARAI_EINPUT : SARAI_OK);
        if (cases[i].complaint)
            assert_non_null(strstr(f->err.message, cases[i].complaint));
        else
            assert_int_equal(request.effect, cases[i].effect);
        request_finish(&request);
    }
    assert_int_equal(f->lamp.runs, 0);
}

static void a_call_runs_until_its_deadline(void **state)
{
    struct fixture *f = *state;
    struct tool slow = lamp_tool(&f->lamp);
    struct stop stop = {true};
    struct tool_request request = {0};
    struct tool_result result = {0};
    json_t *arguments = json_pack("{s:s}", "accion", "apagar");
    slow.name = "lenta";
    slow.deadline_ms = 1;
    assert_int_equal(toolbox_add(f->box, &slow, &f->err), SARAI_OK);
    assert_int_equal(toolbox_request(f->box, "casa", arguments, &request, &f->err), SARAI_OK);
    assert_int_equal(toolbox_run(&request, &stop, &result, &f->err), SARAI_ECANCELLED);
    assert_int_equal(f->lamp.runs, 0);
    assert_int_equal(toolbox_run(&request, NULL, &result, &f->err), SARAI_OK);
    assert_string_equal(result.sentence, "Hecho: apagar.");
    tool_result_finish(&result);
    request_finish(&request);
    f->lamp.waits = true;
    assert_int_equal(toolbox_request(f->box, "lenta", arguments, &request, &f->err), SARAI_OK);
    assert_int_equal(toolbox_run(&request, NULL, &result, &f->err), SARAI_ECANCELLED);
    assert_non_null(strstr(f->err.message, "tarda"));
    request_finish(&request);
    json_decref(arguments);
}

static void the_model_is_shown_names_and_grammar(void **state)
{
    struct fixture *f = *state;
    struct buf text = BUF_INIT(64 * 1024), small = BUF_INIT(30);
    struct tool tool = lamp_tool(&f->lamp);
    tool.name = "una_con_un_nombre_muy_largo";
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_OK);
    tool = (struct tool){.name = "x", .about = "nada", .schema = "{\"type\":\"object\"}", .run = run_lamp};
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_OK);
    tool.name = "y";
    tool.is_hidden = true;
    assert_int_equal(toolbox_add(f->box, &tool, &f->err), SARAI_OK);
    assert_true(toolbox_signatures(f->box, &text));
    assert_string_equal(buf_string(&text),
                        "casa(accion, cosa, valor), una_con_un_nombre_muy_largo(accion, cosa, valor), x()");
    assert_true(toolbox_signatures(f->box, &small)); /* what does not fit is left out whole */
    assert_string_equal(buf_string(&small), "casa(accion, cosa, valor), x()");
    buf_reset(&text);
    assert_true(toolbox_grammar(f->box, &text));
    assert_non_null(strstr(buf_string(&text), "a0 ::= \"{\" (m0-0 (\",\" m0-1)? (\",\" m0-2)?) \"}\"\n"));
    assert_non_null(
        strstr(buf_string(&text),
               "m0-0 ::= \"\\\"accion\\\"\" \":\" (\"\\\"encender\\\"\" | \"\\\"apagar\\\"\")\n"));
    assert_non_null(strstr(buf_string(&text), "m0-2 ::= \"\\\"valor\\\"\" \":\" integer\n"));
    buf_finish(&text);
    buf_finish(&small);
}

static void tools_that_are_only_listed_have_a_grammar(void **state)
{
    static const char *const bad[] = {
        "",           "hora",       "hora(",  "hora(lugar", "hora)lugar(",
        "hora(a(b))", "mi casa(a)", "a(b,,c", "(a)",        "hora(lugar) y más"};
    struct buf text = BUF_INIT(64 * 1024);
    (void)state;
    assert_true(grammar_of_list("hora(), casa(cosa, día)", &text));
    assert_non_null(strstr(text.data, "\"hora\" \"\\\",\\\"arguments\\\":\" a0"));
    assert_non_null(strstr(text.data, "a0 ::= \"{\" (\"\")? \"}\"\n"));
    assert_non_null(strstr(text.data, "m1-1 ::= \"\\\"día\\\"\" \":\" any\n"));
    assert_non_null(strstr(text.data, "a1 ::= \"{\" (m1-0 (\",\" m1-1)? | m1-1)? \"}\"\n"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (grammar_of_list(bad[i], &text))
            fail_msg("“%s” is no list", bad[i]);
    buf_finish(&text);
}

static void results_are_data_of_limited_length(void **state)
{
    struct fixture *f = *state;
    struct tool_result result = {0};
    struct buf text = BUF_INIT(TOOL_RESULT_BYTES);
    const size_t n = 5 * 1024 * 1024;
    char *long_text = malloc(n + 1);
    for (size_t i = 0; i < n; i += 2)
        memcpy(long_text + i, "ñ", 2);
    long_text[n] = '\0';
    assert_int_equal(tool_give(&result, json_pack("{s:s}", "texto", long_text), long_text, &f->err),
                     SARAI_OK);
    assert_in_range(strlen(result.sentence), TOOL_SENTENCE_BYTES - 1, TOOL_SENTENCE_BYTES);
    assert_true(tool_result_text(&result, &text));
    assert_in_range(text.len, TOOL_RESULT_BYTES - 1, TOOL_RESULT_BYTES);
    assert_memory_equal(text.data + text.len - 2, "ñ", 2); /* not cut inside a character */
    tool_result_finish(&result);
    buf_reset(&text);
    failed(&f->err, SARAI_ENETWORK, "la casa no responde");
    assert_int_equal(tool_give_failure(&result, &f->err, NULL), SARAI_OK);
    assert_string_equal(result.sentence, "La casa no responde.");
    assert_true(tool_result_text(&result, &text));
    assert_string_equal(buf_string(&text), "{\"error\":\"la casa no responde\"}");
    tool_result_finish(&result);
    assert_int_equal(tool_give(&result, NULL, NULL, &f->err), SARAI_ENOMEM);
    free(long_text);
    buf_finish(&text);
}

/* ---- providers -------------------------------------------------------------------------------- */

struct server {
    const char *const *names;
    bool is_down, was_closed;
};

static enum sarai_status list_server(void *self, struct toolbox *box, double deadline_ms,
                                     const struct stop *stop, struct sarai_error *err)
{
    struct server *server = self;
    enum sarai_status st = SARAI_OK;
    (void)stop;
    assert_true(deadline_ms > clock_ms());
    for (const char *const *name = server->names; !st && *name; name++) {
        const struct tool tool = {.name = *name, .about = "algo", .schema = "{}", .run = run_lamp};
        st = toolbox_add(box, &tool, err);
    }
    return server->is_down ? failed(err, SARAI_ENETWORK, "no responde") : st;
}

static void close_server(void *self)
{
    ((struct server *)self)->was_closed = true;
}

static void providers_list_their_tools_at_run_time(void **state)
{
    struct fixture *f = *state;
    struct server up = {.names = (const char *const[]){"leer", "escribir", NULL}},
                  down = {.names = (const char *const[]){NULL}, .is_down = true};
    const struct tool_provider
        archive = {.name = "mcp archivo", .self = &up, .list = list_server, .close = close_server},
        home = {.name = "mcp casa", .self = &down, .list = list_server, .close = close_server};
    assert_int_equal(toolbox_provide(f->box, &archive, NULL, &f->err), SARAI_OK);
    assert_int_equal(toolbox_provide(f->box, &home, NULL, &f->err), SARAI_ENETWORK);
    assert_string_equal(f->err.message, "mcp casa: no responde");
    assert_int_equal(toolbox_count(f->box), 3);
    assert_string_equal(toolbox_provider(f->box, 0), "");
    assert_string_equal(toolbox_provider(f->box, 2), "mcp archivo");
    up.names = (const char *const[]){"buscar", NULL};
    down.is_down = false;
    assert_int_equal(toolbox_refresh(f->box, NULL, &f->err), SARAI_OK);
    assert_int_equal(toolbox_count(f->box), 2);
    assert_null(toolbox_find(f->box, "leer"));
    assert_non_null(toolbox_find(f->box, "buscar"));
    toolbox_close(f->box);
    f->box = NULL;
    assert_true(up.was_closed && down.was_closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bad_tools_are_refused_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_keep_the_schema, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_runs_until_its_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_model_is_shown_names_and_grammar, set_up, tear_down),
        cmocka_unit_test(tools_that_are_only_listed_have_a_grammar),
        cmocka_unit_test_setup_teardown(results_are_data_of_limited_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(providers_list_their_tools_at_run_time, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
