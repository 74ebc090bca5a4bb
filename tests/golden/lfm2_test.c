/* The engine over the LFM2 architecture: logits against those of `transformers` (tools/golden/lfm2.py) on a
 * tiny model with random weights (tools/models/tiny_lfm2.py). It proves the path, never quality. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "engine/llama.h"
#include "think/conversation.h"

#define MODEL     TEST_DIR "/golden/data/tiny-lfm2.gguf"
#define REFERENCE TEST_DIR "/golden/data/tiny-lfm2.json"

/* The logits have a standard deviation of 4. Both sides compute in float32; llama.cpp keeps keys and
 * values in float16. */
#define TOLERANCE       0.02F
#define REUSE_TOLERANCE 1e-3F

enum { N_TOKENS = 24 };

static int32_t reference_tokens[N_TOKENS];
static json_t *reference;

static int read_reference(void **state)
{
    (void)state;
    reference = json_load_file(REFERENCE, 0, NULL);
    json_t *tokens = json_object_get(reference, "tokens");
    for (size_t i = 0; i < N_TOKENS; i++)
        reference_tokens[i] = (int32_t)json_integer_value(json_array_get(tokens, i));
    return json_array_size(tokens) == N_TOKENS ? 0 : -1;
}

static int drop_reference(void **state)
{
    (void)state;
    json_decref(reference);
    return 0;
}

static struct llm *open_model(int batch_tokens, const struct stop *stop)
{
    struct llm_options o = llm_options_default();
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    o.path = MODEL;
    o.context_tokens = 256;
    o.batch_tokens = batch_tokens;
    o.threads = 1; /* two would wait for each other at every step, for long on a busy machine */
    o.stop = stop;
    if (llm_open(&o, &llm, &err))
        fail_msg("%s", err.message);
    return llm;
}

static struct llm_usage prompt(struct llm *llm, const int32_t *tokens, size_t n)
{
    struct llm_usage usage = {0};
    assert_int_equal(llm_prompt(llm, tokens, n, &usage, NULL), SARAI_OK);
    assert_int_equal(usage.evaluated + usage.reused, n);
    return usage;
}

static void assert_near(const float *logits, const float *expected, int n, float tolerance)
{
    assert_non_null(logits);
    for (int i = 0; i < n; i++)
        assert_float_equal(logits[i], expected[i], tolerance);
}

/* The logits of a handle that never read anything else. Caller frees. */
static float *fresh_logits(const int32_t *tokens, size_t n)
{
    struct llm *llm = open_model(64, NULL);
    size_t bytes = (size_t)llm_vocabulary(llm) * sizeof(float);
    float *copy = malloc(bytes);
    assert_non_null(copy);
    prompt(llm, tokens, n);
    memcpy(copy, llm_logits(llm), bytes);
    llm_close(llm);
    return copy;
}

static void assert_as_fresh(struct llm *llm, const int32_t *tokens, size_t n)
{
    float *expected = fresh_logits(tokens, n);
    assert_near(llm_logits(llm), expected, llm_vocabulary(llm), REUSE_TOLERANCE);
    free(expected);
}

static void logits_agree_with_transformers(void **state)
{
    (void)state;
    struct llm *llm = open_model(64, NULL);
    float expected[512];
    for (size_t n = 1; n <= N_TOKENS; n++) {
        json_t *row = json_array_get(json_object_get(reference, "logits"), n - 1);
        assert_int_equal(json_array_size(row), llm_vocabulary(llm));
        for (size_t i = 0; i < json_array_size(row); i++)
            expected[i] = (float)json_number_value(json_array_get(row, i));
        struct llm_usage usage = prompt(llm, reference_tokens, n);
        assert_int_equal(usage.evaluated, 1); /* each prompt goes on where the last ended */
        assert_near(llm_logits(llm), expected, llm_vocabulary(llm), TOLERANCE);
    }
    llm_close(llm);
}

static void small_batches_change_nothing(void **state)
{
    (void)state;
    struct llm *llm = open_model(5, NULL);
    prompt(llm, reference_tokens, N_TOKENS);
    assert_as_fresh(llm, reference_tokens, N_TOKENS);
    llm_close(llm);
}

static void prefix_is_reused(void **state)
{
    (void)state;
    int32_t other[N_TOKENS];
    struct llm *llm = open_model(64, NULL);
    struct llm_sampling greedy = {.top_p = 1, .repeat_penalty = 1};
    int32_t token;
    prompt(llm, reference_tokens, 8);
    assert_int_equal(prompt(llm, reference_tokens, 12).reused, 8);
    assert_int_equal(llm_sampling_set(llm, &greedy, NULL), SARAI_OK);
    for (int i = 0; i < 5; i++) /* an answer, of which the next prompt knows nothing */
        assert_int_equal(llm_next(llm, &token, NULL), SARAI_OK);
    assert_int_equal(prompt(llm, reference_tokens, 16).reused, 12);
    assert_as_fresh(llm, reference_tokens, 16);
    memcpy(other, reference_tokens, sizeof other);
    other[9] = other[10];
    assert_int_equal(prompt(llm, other, 14).reused, 8); /* back to the first prompt */
    assert_as_fresh(llm, other, 14);
    other[2] = other[3];
    assert_int_equal(prompt(llm, other, 10).reused, 0);
    assert_as_fresh(llm, other, 10);
    assert_int_equal(prompt(llm, other, 10).evaluated, 0); /* the very same */
    llm_close(llm);
}

static void what_was_read_goes_through_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/sarai-test-XXXXXX";
    struct llm *llm = open_model(64, NULL);
    close(mkstemp(path));
    prompt(llm, reference_tokens, 9);
    assert_int_equal(llm_save(llm, path, NULL), SARAI_OK);
    assert_int_equal(llm_save(llm, "/nowhere/file", NULL), SARAI_EOUTPUT);
    llm_close(llm);
    llm = open_model(64, NULL);
    assert_false(llm_restore(llm, path, reference_tokens, 8));
    assert_false(llm_restore(llm, "/nowhere/file", reference_tokens, 9));
    assert_true(llm_restore(llm, path, reference_tokens, 9));
    assert_int_equal(prompt(llm, reference_tokens, 15).reused, 9);
    assert_as_fresh(llm, reference_tokens, 15);
    assert_int_equal(prompt(llm, reference_tokens, 12).reused, 9);
    assert_as_fresh(llm, reference_tokens, 12);
    assert_int_equal(truncate(path, 1000), 0);
    assert_false(llm_restore(llm, path, reference_tokens, 9));
    prompt(llm, reference_tokens, 5);
    assert_as_fresh(llm, reference_tokens, 5);
    llm_close(llm);
    unlink(path);
}

static void a_stop_leaves_it_usable(void **state)
{
    (void)state;
    struct stop stop = {false};
    struct llm *llm = open_model(4, &stop);
    struct llm_usage usage;
    struct sarai_error err = {0};
    prompt(llm, reference_tokens, 6);
    atomic_store(&stop.raised, true);
    assert_int_equal(llm_prompt(llm, reference_tokens, 20, &usage, &err), SARAI_ECANCELLED);
    assert_int_equal(err.status, SARAI_ECANCELLED);
    atomic_store(&stop.raised, false);
    prompt(llm, reference_tokens, 20);
    assert_as_fresh(llm, reference_tokens, 20);
    llm_close(llm);
}

static void same_seed_same_tokens(void **state)
{
    (void)state;
    struct llm_sampling sampling = {.temperature = 1, .top_k = 40, .top_p = 0.95F, .repeat_penalty = 1.1F};
    int32_t tokens[4][20];
    struct llm *llm = open_model(64, NULL);
    for (int run = 0; run < 4; run++) {
        sampling.seed = run == 3 ? 2 : 1;
        prompt(llm, reference_tokens, (size_t)(run == 1 ? 8 : 9)); /* another cache beneath the same prompt */
        prompt(llm, reference_tokens, 10);
        assert_int_equal(llm_sampling_set(llm, &sampling, NULL), SARAI_OK);
        for (int i = 0; i < 20; i++)
            assert_int_equal(llm_next(llm, &tokens[run][i], NULL), SARAI_OK);
    }
    assert_memory_equal(tokens[0], tokens[1], sizeof tokens[0]);
    assert_memory_equal(tokens[0], tokens[2], sizeof tokens[0]);
    assert_memory_not_equal(tokens[0], tokens[3], sizeof tokens[0]);
    llm_close(llm);
}

static void control_tokens_only_where_asked(void **state)
{
    (void)state;
    int32_t tokens[64];
    size_t plain, control, begun;
    struct llm *llm = open_model(64, NULL);
    const char *text = "<|im_end|>ñ";
    assert_int_equal(llm_tokenise(llm, text, strlen(text), LLM_PLAIN, tokens, 64, &plain, NULL), SARAI_OK);
    assert_int_equal(llm_tokenise(llm, text, strlen(text), LLM_CONTROL, tokens, 64, &control, NULL),
                     SARAI_OK);
    assert_int_equal(control, 3); /* the token and two bytes */
    assert_true(llm_is_end(llm, tokens[0]));
    assert_int_equal(plain, 12);
    assert_int_equal(llm_tokenise(llm, "a", 1, LLM_BEGIN, tokens, 64, &begun, NULL), SARAI_OK);
    assert_int_equal(begun, 2);
    assert_int_equal(llm_tokenise(llm, text, strlen(text), LLM_PLAIN, tokens, 5, &plain, NULL), SARAI_EINPUT);
    llm_close(llm);
}

static void it_talks_through_its_chat_template(void **state)
{
    (void)state;
    struct llm *llm = open_model(64, NULL);
    struct conversation_options o = conversation_options_default();
    struct conversation *c = NULL;
    struct answer a = {0};
    struct buf text = BUF_INIT(4096);
    const struct llm_message messages[] = {{"user", "Hola"}};
    assert_int_equal(llm_chat(llm, messages, 1, true, &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), "<|im_start|>user\nHola<|im_end|>\n<|im_start|>assistant\n");
    buf_finish(&text);
    o.persona = "Eres Sarai.";
    o.max_tokens = 10;
    assert_int_equal(conversation_open(&o, llm, &c, NULL), SARAI_OK);
    for (int i = 0; i < 12; i++) { /* past the window */
        assert_int_equal(conversation_answer(c, "Hola <|im_end|>", NULL, NULL, &a, NULL), SARAI_OK);
        assert_true(strlen(a.text) > 0);
        answer_finish(&a);
    }
    conversation_close(c);
    llm_close(llm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_agree_with_transformers),
        cmocka_unit_test(small_batches_change_nothing),
        cmocka_unit_test(prefix_is_reused),
        cmocka_unit_test(what_was_read_goes_through_a_file),
        cmocka_unit_test(a_stop_leaves_it_usable),
        cmocka_unit_test(same_seed_same_tokens),
        cmocka_unit_test(control_tokens_only_where_asked),
        cmocka_unit_test(it_talks_through_its_chat_template),
    };
    return cmocka_run_group_tests(tests, read_reference, drop_reference);
}
