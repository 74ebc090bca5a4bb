/* The finder that is in the repository against PyTorch (tools/golden/finder.py). */
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
#include "engine/finder.h"

#define ADAPTER   SOURCE_DIR "/models/adapters/finder-e5.gguf"
#define OTHER     SOURCE_DIR "/models/adapters/gemma-3-270m-sarai.gguf"
#define REFERENCE TEST_DIR "/golden/data/finder.json"
#define TOLERANCE 1.0F /* of odds that go from -15 to 15: llama.cpp rounds the states to 8 bits */

static struct embedder *open_embedder(void)
{
    struct embedder_options o = embedder_options_default();
    struct embedder *e = NULL;
    struct sarai_error err = {0};
    o.path = model_path;
    o.threads = 1;
    if (embedder_open(&o, &e, &err))
        fail_msg("%s", err.message);
    return e;
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static void words_and_odds_agree_with_pytorch(void **state)
{
    (void)state;
    struct embedder *e = open_embedder();
    struct finder *f = NULL;
    json_t *rows = json_load_file(REFERENCE, 0, NULL);
    const json_t *row;
    size_t i;
    assert_int_equal(finder_open(e, ADAPTER, 1, NULL, &f, NULL), SARAI_OK);
    assert_true(json_array_size(rows) > 5);
    json_array_foreach(rows, i, row)
    {
        const char *text = text_of(row, "text"), *words = text_of(row, "words");
        const json_t *odds = json_object_get(row, "odds");
        struct finding found;
        assert_int_equal(finder_find(f, text_of(row, "question"), text_of(row, "source"), text, &found, NULL),
                         SARAI_OK);
        assert_int_equal(found.n, strlen(words));
        assert_memory_equal(text + found.from, words, found.n);
        if (json_is_real(odds))
            assert_float_equal(found.odds, json_real_value(odds), TOLERANCE);
    }
    finder_close(f);
    embedder_close(e);
    json_decref(rows);
}

static void an_embedder_is_not_changed_by_its_finder(void **state)
{
    (void)state;
    struct embedder *e = open_embedder();
    struct finder *f = NULL;
    struct finding found;
    float before[EMBEDDER_MAX_DIMENSION] = {0}, after[EMBEDDER_MAX_DIMENSION] = {0};
    assert_int_equal(embedder_encode(e, "¿qué hora es?", EMBEDDER_QUERY, before, NULL), SARAI_OK);
    assert_int_equal(finder_open(e, ADAPTER, 1, NULL, &f, NULL), SARAI_OK);
    assert_int_equal(finder_find(f, "¿Qué?", "a", "b", &found, NULL), SARAI_OK);
    assert_int_equal(embedder_encode(e, "¿qué hora es?", EMBEDDER_QUERY, after, NULL), SARAI_OK);
    assert_memory_equal(before, after, sizeof before);
    finder_close(f);
    embedder_close(e);
}

static void long_texts_and_raised_stops_end_well(void **state)
{
    (void)state;
    struct embedder *e = open_embedder();
    struct finder *f = NULL;
    struct finding found;
    struct stop stop = {false};
    static char text[100001];
    assert_int_equal(finder_open(e, ADAPTER, 1, &stop, &f, NULL), SARAI_OK);
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "ñ", 2);
    assert_int_equal(finder_find(f, text, text, text, &found, NULL), SARAI_OK);
    atomic_store(&stop.raised, true);
    assert_int_equal(finder_find(f, "¿Qué?", "a", "b", &found, NULL), SARAI_ECANCELLED);
    atomic_store(&stop.raised, false);
    assert_int_equal(finder_find(f, "¿Qué?", "a", "b", &found, NULL), SARAI_OK);
    finder_close(f);
    embedder_close(e);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    struct embedder *e = open_embedder();
    struct finder *f = NULL;
    struct sarai_error err = {0};
    assert_int_equal(finder_open(e, OTHER, 1, NULL, &f, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "sarai.finder.begin"));
    assert_int_equal(finder_open(e, "/nowhere", 1, NULL, &f, NULL), SARAI_EMODEL);
    assert_int_equal(finder_open(e, REFERENCE, 1, NULL, &f, NULL), SARAI_EMODEL);
    assert_null(f);
    finder_close(NULL);
    embedder_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_odds_agree_with_pytorch),
        cmocka_unit_test(an_embedder_is_not_changed_by_its_finder),
        cmocka_unit_test(long_texts_and_raised_stops_end_well),
        cmocka_unit_test(other_files_are_refused),
    };
    return find_model() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
