/* Calls held to a grammar by llama.cpp itself: whatever a model of chance would say, what comes out is a call
 * that can be read, of a tool that there is, with arguments that its schema allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "act/toolbox.h"
#include "engine/llama.h"

enum { SEEDS = 12, MOST_TOKENS = 400 };

static enum sarai_status run(void *self, const struct tool_call *call, struct tool_result *out,
                             struct sarai_error *err)
{
    (void)self;
    (void)call;
    return tool_give(out, NULL, "Hecho.", err);
}

static struct toolbox *open_box(void)
{
    static const struct tool tools[] = {
        {.name = "casa",
         .about = "la casa",
         .schema = "{\"type\":\"object\",\"properties\":{\"accion\":{\"type\":\"string\",\"enum\":["
                   "\"encender\",\"añadir\"]},"
                   "\"seguro\":{\"type\":\"boolean\"}},\"required\":[\"accion\"]}",
         .run = run},
        {.name = "hora.de-aqui_2", .about = "la hora", .schema = "{\"type\":\"object\"}", .run = run},
        {.name = "nota",
         .about = "una nota",
         .schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,\"dos\",null]},\"b\":{\"enum\":["
                   "\"\\\"\\\\\"]}}}",
         .run = run}};
    struct toolbox *box = NULL;
    struct sarai_error err = {0};
    assert_int_equal(toolbox_open(&box, &err), SARAI_OK);
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        assert_int_equal(toolbox_add(box, &tools[i], &err), SARAI_OK);
    return box;
}

static struct llm *open_model(void)
{
    struct llm_options options = llm_options_default();
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    options.path = TEST_DIR "/golden/data/tiny-lfm2.gguf";
    options.context_tokens = 512;
    options.threads = 1;
    if (llm_open(&options, &llm, &err) != SARAI_OK)
        fail_msg("%s", err.message);
    return llm;
}

/* Lets the model write one call; its text in `out`. */
static void write_call(struct llm *llm, const char *grammar, unsigned seed, struct buf *out)
{
    const struct llm_sampling sampling = {
        .temperature = 20, .top_k = 0, .top_p = 1, .repeat_penalty = 1, .seed = seed};
    char bytes[LLM_MAX_PIECE_BYTES];
    int32_t tokens[64], token;
    struct llm_usage usage;
    struct sarai_error err = {0};
    size_t n;
    assert_int_equal(llm_tokenise(llm, "hola", 4, LLM_BEGIN, tokens, 64, &n, &err), SARAI_OK);
    assert_int_equal(llm_prompt(llm, tokens, n, &usage, &err), SARAI_OK);
    assert_int_equal(llm_sampling_set(llm, &sampling, &err), SARAI_OK);
    assert_int_equal(llm_next(llm, &token, &err), SARAI_OK);
    assert_int_equal(llm_constrain(llm, grammar, &token, &err), SARAI_OK);
    for (int i = 0; !llm_is_end(llm, token); i++) {
        assert_true(i < MOST_TOKENS);
        assert_true(buf_append(out, bytes, llm_piece(llm, token, bytes)));
        if (llm_next(llm, &token, &err) != SARAI_OK)
            fail_msg("%s after %s", err.message, buf_string(out));
    }
}

static void calls_can_always_be_read(void **state)
{
    struct toolbox *box = open_box();
    struct llm *llm = open_model();
    struct buf grammar = BUF_INIT(64 * 1024), text = BUF_INIT(4096);
    struct sarai_error err = {0};
    bool seen[3] = {false};
    (void)state;
    assert_true(toolbox_grammar(box, &grammar));
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        struct tool_request request = {0};
        buf_reset(&text);
        write_call(llm, buf_string(&grammar), seed, &text);
        if (toolbox_parse(box, buf_string(&text), &request, &err) != SARAI_OK)
            fail_msg("%s: %s", buf_string(&text), err.message);
        for (size_t i = 0; i < 3; i++)
            seen[i] = seen[i] || request.tool == toolbox_at(box, i);
        request_finish(&request);
    }
    assert_true(seen[0] + seen[1] + seen[2] >= 2); /* it was chance that chose */
    buf_finish(&grammar);
    buf_finish(&text);
    llm_close(llm);
    toolbox_close(box);
}

static void a_grammar_that_is_none_is_refused(void **state)
{
    struct llm *llm = open_model();
    struct buf text = BUF_INIT(4096);
    const struct llm_sampling sampling = {.top_p = 1, .repeat_penalty = 1};
    int32_t tokens[8], token;
    struct llm_usage usage;
    struct sarai_error err = {0};
    size_t n;
    (void)state;
    assert_int_equal(llm_tokenise(llm, "hola", 4, LLM_BEGIN, tokens, 8, &n, &err), SARAI_OK);
    assert_int_equal(llm_prompt(llm, tokens, n, &usage, &err), SARAI_OK);
    assert_int_equal(llm_sampling_set(llm, &sampling, &err), SARAI_OK);
    assert_int_equal(llm_constrain(llm, "root ::= \"a\"", &token, &err),
                     SARAI_EINTERNAL); /* nothing was said yet */
    assert_int_equal(llm_next(llm, &token, &err), SARAI_OK);
    assert_int_equal(llm_constrain(llm, "root ::= nada", &token, &err), SARAI_EINTERNAL);
    write_call(llm, "root ::= \"sí\" | \"no\"", 1, &text); /* the handle is usable */
    assert_true(strcmp(buf_string(&text), "sí") == 0 || strcmp(buf_string(&text), "no") == 0);
    buf_finish(&text);
    llm_close(llm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_can_always_be_read),
                                       cmocka_unit_test(a_grammar_that_is_none_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
