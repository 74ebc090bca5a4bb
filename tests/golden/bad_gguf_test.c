/* Language models that are missing, cut short, damaged or of another role: refused in one sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/llama.h"

#define MODEL     TEST_DIR "/golden/data/tiny-lfm2.gguf"
#define EMBEDDER  TEST_DIR "/golden/data/tiny-embedder.gguf"
#define REFERENCE TEST_DIR "/golden/data/tiny-lfm2.json"

static char bytes[200000];
static size_t whole;

static int read_model(void **state)
{
    (void)state;
    FILE *f = fopen(MODEL, "rb");
    if (!f)
        return -1;
    whole = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return whole > 150000 && whole < sizeof bytes ? 0 : -1;
}

/* llama.cpp aborts on some of these files; what it had allocated is lost then. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libllama.so\nleak:libggml-base.so\n";
}

static void a_damaged_header_is_survived(void **state)
{
    (void)state;
    char path[] = "/tmp/sarai-test-XXXXXX";
    struct llm_options o = llm_options_default();
    int fd = mkstemp(path), n_refused = 0, n = 0;
    o.path = path;
    for (size_t at = 700; at < 1300; at += 5, n++) { /* sizes and types of the vocabulary */
        struct llm *llm = NULL;
        struct sarai_error err = {0};
        char good = bytes[at];
        bytes[at] = (char)(bytes[at] ^ 1);
        assert_int_equal(pwrite(fd, bytes, whole, 0), whole);
        bytes[at] = good;
        enum sarai_status st = llm_open(&o, &llm, &err);
        if (st) {
            n_refused++;
            assert_int_equal(st, SARAI_EMODEL);
            assert_non_null(strstr(err.message, path));
        }
        llm_close(llm);
    }
    assert_in_range(n_refused, n / 4, n);
    close(fd);
    unlink(path);
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    const long sizes[] = {0, 3, 100, 5000, 150000}; /* cut short at these bytes */
    char path[] = "/tmp/sarai-test-XXXXXX";
    struct llm_options o = llm_options_default();
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    close(mkstemp(path));
    o.path = path;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        FILE *f = fopen(path, "wb");
        fwrite(bytes, 1, (size_t)sizes[i], f);
        fclose(f);
        assert_int_equal(llm_open(&o, &llm, &err), SARAI_EMODEL);
        assert_non_null(strstr(err.message, path));
    }
    unlink(path);
    assert_int_equal(llm_open(&o, &llm, &err), SARAI_EMODEL); /* missing */
    o.path = REFERENCE;
    assert_int_equal(llm_open(&o, &llm, &err), SARAI_EMODEL); /* not a GGUF */
    o.path = EMBEDDER;
    assert_int_equal(llm_open(&o, &llm, &err), SARAI_EMODEL); /* of another role */
    assert_null(llm);
    llm_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_header_is_survived),
        cmocka_unit_test(bad_files_are_refused),
    };
    return cmocka_run_group_tests(tests, read_model, NULL);
}
