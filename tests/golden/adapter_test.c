/* Sarai's adapter on the embedded model: the frame's tokens and the logits behind them against PyTorch
 * (tools/golden/adapter.py), and adapters that do not fit. SARAI_MODEL_DIR or models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "think/conversation.h"

#define REFERENCE  TEST_DIR "/golden/data/adapter.json"
#define TINY_MODEL TEST_DIR "/golden/data/tiny-lfm2.gguf"
#define ADAPTER    SOURCE_DIR "/models/adapters/gemma-3-270m-sarai.gguf"
#define READER     SOURCE_DIR "/models/adapters/gemma-3-270m-sarai-reader.gguf"

/* llama.cpp rounds activations to 8 bits and keeps keys and values in float16; the logits' standard
 * deviation is some 3. Without the adapter they are off by more than ten. */
#define TOLERANCE 1.0F

enum { MAX_TOKENS = 512, MAX_PASSAGES = 4 };

static char model_path[4096];

static struct llm_options options_of(const char *model, const char *adapter, float scale)
{
    struct llm_options o = llm_options_default();
    o.path = model;
    o.adapter_path = adapter;
    o.adapter_scale = scale;
    o.context_tokens = MAX_TOKENS;
    o.threads = 1; /* two would wait for each other at every step, for long on a busy machine */
    return o;
}

static enum sarai_status open_with(const char *model, const char *adapter, float scale, struct llm **out,
                                   struct sarai_error *err)
{
    const struct llm_options o = options_of(model, adapter, scale);
    return llm_open(&o, out, err);
}

/* The case's tokens as the C code makes them. */
static size_t make_tokens(const struct llm *llm, json_t *c, int32_t *tokens)
{
    struct frame f;
    struct passage passages[MAX_PASSAGES];
    struct buf said = BUF_INIT(FRAME_DATA_BYTES);
    json_t *list = json_object_get(c, "passages");
    struct question q = {.words = json_string_value(json_object_get(c, "words")),
                         .mood = json_string_value(json_object_get(c, "mood")),
                         .passages = passages,
                         .n_passages = json_array_size(list),
                         .is_searched = list != NULL};
    for (size_t i = 0; i < q.n_passages; i++)
        passages[i] = (struct passage){json_string_value(json_array_get(json_array_get(list, i), 0)),
                                       json_string_value(json_array_get(json_array_get(list, i), 1))};
    assert_int_equal(frame_adapter(NULL, json_string_value(json_object_get(c, "tools")), &f, NULL), SARAI_OK);
    assert_int_equal(frame_question(&f, llm, &q, 1000, &said, NULL), SARAI_OK);
    size_t n = 0, part = 0;
    assert_int_equal(llm_tokenise(llm, f.prefix, strlen(f.prefix), LLM_CONTROL | LLM_BEGIN, tokens,
                                  MAX_TOKENS, &part, NULL),
                     SARAI_OK);
    n += part;
    assert_int_equal(
        llm_tokenise(llm, said.data, said.len, LLM_PLAIN, tokens + n, MAX_TOKENS - n, &part, NULL), SARAI_OK);
    n += part;
    assert_int_equal(llm_tokenise(llm, f.answer_cue, strlen(f.answer_cue), LLM_CONTROL, tokens + n,
                                  MAX_TOKENS - n, &part, NULL),
                     SARAI_OK);
    buf_finish(&said);
    frame_finish(&f);
    return n + part;
}

static void expect_tokens(json_t *expected, const int32_t *tokens, size_t n)
{
    assert_int_equal(json_array_size(expected), n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(tokens[i], json_integer_value(json_array_get(expected, i)));
}

static void frame_and_logits_are_those_of_training(void **state)
{
    (void)state;
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    int32_t tokens[MAX_TOKENS];
    json_t *reference = json_load_file(REFERENCE, 0, NULL), *c;
    size_t i;
    if (open_with(model_path, ADAPTER, 1, &llm, &err))
        fail_msg("%s", err.message);
    assert_true(json_array_size(json_object_get(reference, "cases")) > 0);
    json_array_foreach(json_object_get(reference, "cases"), i, c)
    {
        size_t n = make_tokens(llm, c, tokens), k;
        struct llm_usage usage;
        json_t *pair;
        expect_tokens(json_object_get(c, "tokens"), tokens, n);
        assert_int_equal(llm_prompt(llm, tokens, n, &usage, NULL), SARAI_OK);
        json_array_foreach(json_object_get(c, "top"), k, pair)
            assert_float_equal(llm_logits(llm)[json_integer_value(json_array_get(pair, 0))],
                               (float)json_number_value(json_array_get(pair, 1)), TOLERANCE);
    }
    json_decref(reference);
    llm_close(llm);
}

/* The model, greeted. */
static struct llm *greeted(const char *adapter, float scale, const char *reader, bool reads)
{
    struct llm *llm = NULL;
    struct llm_usage usage;
    struct llm_options o = options_of(model_path, adapter, scale);
    int32_t tokens[MAX_TOKENS];
    size_t n = 0;
    o.reader_path = reader;
    assert_int_equal(llm_open(&o, &llm, NULL), SARAI_OK);
    assert_int_equal(llm_lean(llm, &(struct llm_lean){.reads = reads}, NULL), SARAI_OK);
    assert_int_equal(llm_tokenise(llm, "Hola, Sarai", 11, LLM_BEGIN, tokens, MAX_TOKENS, &n, NULL), SARAI_OK);
    assert_int_equal(llm_prompt(llm, tokens, n, &usage, NULL), SARAI_OK);
    return llm;
}

/* The greatest difference between their logits; closes both. */
static float apart(struct llm *a, struct llm *b)
{
    float greatest = 0;
    for (int t = 0; t < llm_vocabulary(a); t++) {
        float d = llm_logits(b)[t] - llm_logits(a)[t];
        greatest = d > greatest ? d : -d > greatest ? -d : greatest;
    }
    llm_close(a);
    llm_close(b);
    return greatest;
}

static void scale_is_how_much_of_it(void **state)
{
    (void)state;
    struct llm *alone = greeted(NULL, 1, NULL, false), *with = greeted(ADAPTER, 0, NULL, false);
    assert_string_not_equal(llm_identity(alone), llm_identity(with));
    assert_true(apart(alone, with) < 1e-3F);
    assert_true(apart(greeted(NULL, 1, NULL, false), greeted(ADAPTER, 1, NULL, false)) > 2);
}

static void the_reader_is_in_its_place_only_where_passages_are_read(void **state)
{
    (void)state;
    assert_true(apart(greeted(READER, 1, NULL, false), greeted(ADAPTER, 1, READER, true)) < 1e-3F);
    assert_true(apart(greeted(ADAPTER, 1, NULL, false), greeted(ADAPTER, 1, READER, false)) < 1e-3F);
    assert_true(apart(greeted(ADAPTER, 1, NULL, false), greeted(ADAPTER, 1, READER, true)) > 0.1F);
}

static void it_answers_as_sarai(void **state)
{
    (void)state;
    const char *known[][2] = {{"¿Cuál es la capital de Francia?", "París"},
                              {"¿Cómo te llamas?", "Sarai"},
                              {"Se ha muerto mi perro.", "siento"}};
    struct llm *llm = NULL;
    struct conversation *c = NULL;
    struct conversation_options o = conversation_options_default();
    o.sampling.repeat_penalty = 1;
    assert_int_equal(open_with(model_path, ADAPTER, 1, &llm, NULL), SARAI_OK);
    assert_int_equal(conversation_open(&o, llm, &c, NULL), SARAI_OK); /* AUTO takes the adapter's frame */
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct answer a = {0};
        conversation_reset(c);
        assert_int_equal(conversation_answer(c, known[i][0], NULL, NULL, &a, NULL), SARAI_OK);
        if (!strstr(a.text, known[i][1]))
            fail_msg("%s → %s", known[i][0], a.text);
        answer_finish(&a);
    }
    conversation_close(c);
    llm_close(llm);
}

static void an_adapter_of_another_model_is_refused_by_name(void **state)
{
    (void)state;
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    assert_int_equal(open_with(TINY_MODEL, ADAPTER, 1, &llm, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "Gemma 3 270m"));
    assert_non_null(strstr(err.message, "lfm2"));
    assert_null(llm);
}

static void what_is_no_adapter_is_refused(void **state)
{
    (void)state;
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    assert_int_equal(open_with(TINY_MODEL, TINY_MODEL, 1, &llm, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "LoRA"));
    assert_int_equal(open_with(TINY_MODEL, REFERENCE, 1, &llm, &err), SARAI_EMODEL);
    assert_int_equal(open_with(TINY_MODEL, "/no/adapter.gguf", 1, &llm, &err), SARAI_EMODEL);
    assert_null(llm);
}

int main(void)
{
    const char *folder = getenv("SARAI_MODEL_DIR");
    snprintf(model_path, sizeof model_path, "%s/gguf/gemma-3-270m-es-q4_k_m.gguf",
             folder ? folder : SOURCE_DIR "/models");
    if (access(model_path, R_OK) != 0) {
        printf("SKIP: no %s (sarai models pull)\n", model_path);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_and_logits_are_those_of_training),
        cmocka_unit_test(scale_is_how_much_of_it),
        cmocka_unit_test(the_reader_is_in_its_place_only_where_passages_are_read),
        cmocka_unit_test(it_answers_as_sarai),
        cmocka_unit_test(an_adapter_of_another_model_is_refused_by_name),
        cmocka_unit_test(what_is_no_adapter_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
