/* The embedding engine on tiny files that are in the repository: what it takes and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/embedder.h"

#define EMBEDDER TEST_DIR "/golden/data/tiny-embedder.gguf"
#define LANGUAGE TEST_DIR "/golden/data/tiny-lfm2.gguf"
#define NO_GGUF  TEST_DIR "/golden/data/tiny-lfm2.json"
#define ADAPTER  SOURCE_DIR "/models/adapters/router-e5.gguf"

enum { DIMENSION = 32 };

static enum sarai_status open_path(const char *path, const char *prefix, struct embedder **e)
{
    struct embedder_options o = embedder_options_default();
    struct sarai_error err = {0};
    o.path = path;
    o.query_prefix = prefix;
    o.threads = 1;
    enum sarai_status st = embedder_open(&o, e, &err);
    assert_int_equal(st, err.status);
    assert_int_equal(st == SARAI_OK, err.message[0] == '\0');
    return st;
}

static void other_files_are_refused(void **state)
{
    (void)state;
    struct embedder *e = NULL;
    char prefix[1000];
    memset(prefix, 'x', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    assert_int_equal(open_path(LANGUAGE, "", &e), SARAI_EMODEL);
    assert_int_equal(open_path(NO_GGUF, "", &e), SARAI_EMODEL);
    assert_int_equal(open_path("/nowhere", "", &e), SARAI_EMODEL);
    assert_int_equal(open_path(EMBEDDER, prefix, &e), SARAI_EUSAGE);
    assert_null(e);
    embedder_close(NULL);
}

static void adapters_of_other_models_are_refused(void **state)
{
    (void)state;
    struct embedder *e = NULL;
    struct sarai_error err = {0};
    float v[DIMENSION];
    assert_int_equal(open_path(EMBEDDER, "", &e), SARAI_OK);
    assert_int_equal(embedder_adapt(e, EMBEDDER_ROUTE, ADAPTER, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "multilingual-e5-small"));
    assert_non_null(strstr(err.message, "ROUTER_MODEL"));
    assert_int_equal(embedder_adapt(e, EMBEDDER_SEARCH, ADAPTER, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "SEARCH_MODEL"));
    assert_int_equal(embedder_adapt(e, EMBEDDER_ROUTE, NO_GGUF, NULL), SARAI_EMODEL);
    assert_int_equal(embedder_adapt(e, EMBEDDER_ROUTE, "/nowhere", NULL), SARAI_EMODEL);
    assert_int_equal(embedder_encode(e, "la", EMBEDDER_ROUTE, v, NULL), SARAI_EUSAGE);
    assert_int_equal(embedder_encode(e, "la", EMBEDDER_SEARCH, v, NULL), SARAI_EUSAGE);
    assert_int_equal(embedder_encode(e, "la", EMBEDDER_QUERY, v, NULL), SARAI_OK);
    embedder_close(e);
}

static void a_model_with_memory_forgets_the_text_before(void **state)
{
    (void)state;
    struct embedder *e = NULL;
    float first[DIMENSION], other[DIMENSION], again[DIMENSION];
    assert_int_equal(open_path(EMBEDDER, "", &e), SARAI_OK);
    assert_int_equal(embedder_dimension(e), DIMENSION);
    assert_int_equal(embedder_encode(e, "dos casas", EMBEDDER_QUERY, first, NULL), SARAI_OK);
    assert_int_equal(embedder_encode(e, "tres lobos", EMBEDDER_QUERY, other, NULL), SARAI_OK);
    assert_int_equal(embedder_encode(e, "dos casas", EMBEDDER_QUERY, again, NULL), SARAI_OK);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    embedder_close(e);
}

static void the_prefix_counts_and_tells_models_apart(void **state)
{
    (void)state;
    struct embedder *plain = NULL, *prefixed = NULL;
    float a[DIMENSION], b[DIMENSION];
    assert_int_equal(open_path(EMBEDDER, "", &plain), SARAI_OK);
    assert_int_equal(open_path(EMBEDDER, "query: ", &prefixed), SARAI_OK);
    assert_string_not_equal(embedder_identity(plain), embedder_identity(prefixed));
    assert_int_equal(embedder_encode(plain, "query: la", EMBEDDER_QUERY, a, NULL), SARAI_OK);
    assert_int_equal(embedder_encode(prefixed, "la", EMBEDDER_QUERY, b, NULL), SARAI_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(embedder_encode(prefixed, "la", EMBEDDER_PASSAGE, b, NULL), SARAI_OK);
    assert_memory_not_equal(a, b, sizeof a);
    embedder_close(plain);
    embedder_close(prefixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(adapters_of_other_models_are_refused),
        cmocka_unit_test(a_model_with_memory_forgets_the_text_before),
        cmocka_unit_test(the_prefix_counts_and_tells_models_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
