/* The router that is in the repository against Python's ONNX Runtime (tools/golden/adapted.py), over vectors
 * of the adapted embedder as PyTorch has them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include "think/router.h"

#define MODEL     SOURCE_DIR "/models/heads/router-e5.onnx"
#define OTHER     SOURCE_DIR "/models/heads/affect-base.onnx"
#define REFERENCE TEST_DIR "/golden/data/adapted.json"
#define TOLERANCE 1e-3F

enum { DIMENSION = 384 };

static const struct onnx_options one_thread = {.threads = 1};

static void expect(float value, const json_t *row, size_t i)
{
    assert_float_equal(value, (float)json_number_value(json_array_get(row, i)), TOLERANCE);
}

static void scores_agree_with_python(void **state)
{
    (void)state;
    json_t *reference = json_load_file(REFERENCE, 0, NULL);
    struct router *r = NULL;
    const json_t *entry;
    size_t i;
    assert_int_equal(router_open(MODEL, &one_thread, DIMENSION, &r, NULL), SARAI_OK);
    assert_true(router_is_adapted(r));
    assert_true(json_array_size(reference) >= 6);
    json_array_foreach(reference, i, entry)
    {
        const json_t *numbers = json_object_get(entry, "router"), *row = json_object_get(entry, "scores");
        float vector[DIMENSION];
        struct router_scores s;
        for (size_t k = 0; k < DIMENSION; k++)
            vector[k] = (float)json_number_value(json_array_get(numbers, k));
        assert_int_equal(router_score(r, vector, &s, NULL), SARAI_OK);
        expect(s.hard, row, 0);
        expect(s.soft, row, 1);
        expect(s.web, row, 2);
    }
    router_close(r);
    json_decref(reference);
}

static void other_models_are_refused(void **state)
{
    (void)state;
    struct router *r = NULL;
    struct sarai_error err = {0};
    assert_int_equal(router_open(MODEL, &one_thread, 768, &r, &err), SARAI_EMODEL);
    assert_int_equal(router_open(OTHER, &one_thread, DIMENSION, &r, &err), SARAI_EMODEL);
    assert_int_equal(router_open("/nowhere", &one_thread, DIMENSION, &r, &err), SARAI_EMODEL);
    assert_null(r);
    router_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_agree_with_python),
        cmocka_unit_test(other_models_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
