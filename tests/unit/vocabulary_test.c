/* Tokens to text and back to what they control, on a vocabulary of a dozen tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "failing_alloc.h"
#include "listen/vocabulary.h"

/* "Ġ" is a blank in GPT-2's alphabet; "Ã±" the two bytes of ñ; "Ã" alone is half a character. */
#define WORDS "\"Ġhola\", \"Ã±\", \"Ã\", \"±o\", \"!\", \"Ċ\""
#define CONTROL                                                                                              \
    "\"<|endoftext|>\", \"<|startoftranscript|>\", \"<|en|>\", \"<|es|>\", \"<|yue|>\", \"<|translate|>\", " \
    "\"<|transcribe|>\", \"<|nocaptions|>\", \"<|notimestamps|>\", \"<|0.00|>\""
enum { HOLA, N_TILDE, HALF, OTHER_HALF, MARK, NEWLINE, END, START, EN, ES, YUE };

static const char GOOD[] =
    "{\"tokens\": [" WORDS ", " CONTROL "], \"suppress\": [4, -1, 99], \"suppress_first\": [0]}";

static char path[] = "/tmp/sarai-vocabulary-XXXXXX";

static enum sarai_status open_text(const char *json, struct vocabulary **v, struct sarai_error *err)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(json, f) >= 0);
    assert_int_equal(fclose(f), 0);
    return vocabulary_open(path, v, err);
}

static void control_tokens_are_found_by_name(void **state)
{
    (void)state;
    struct vocabulary *v;
    assert_int_equal(open_text(GOOD, &v, NULL), SARAI_OK);
    const struct control_tokens *c = vocabulary_control(v);
    assert_int_equal(c->end, END);
    assert_int_equal(c->start, START);
    assert_int_equal(c->no_speech, YUE + 3);
    assert_int_equal(vocabulary_language(v, "es"), ES);
    assert_int_equal(vocabulary_language(v, "yue"), YUE);
    assert_int_equal(vocabulary_language(v, ""), -1);
    assert_int_equal(vocabulary_language(v, "xx"), -1);
    assert_string_equal(vocabulary_language_code(v, EN), "en");
    assert_null(vocabulary_language_code(v, START));
    assert_null(vocabulary_language_code(v, YUE + 1));
    vocabulary_close(v);
}

static void suppressed_tokens_never_come(void **state)
{
    (void)state;
    struct vocabulary *v;
    assert_int_equal(open_text(GOOD, &v, NULL), SARAI_OK);
    assert_true(vocabulary_suppressed(v, MARK, false));
    assert_true(vocabulary_suppressed(v, HOLA, true));
    assert_false(vocabulary_suppressed(v, HOLA, false));
    assert_false(vocabulary_suppressed(v, END, false));
    for (int i = START; i < (int)vocabulary_count(v); i++)
        assert_true(vocabulary_suppressed(v, i, false));
    vocabulary_close(v);
}

static void bytes_of_several_tokens_make_one_character(void **state)
{
    (void)state;
    struct vocabulary *v;
    struct buf text = BUF_INIT(64);
    assert_int_equal(open_text(GOOD, &v, NULL), SARAI_OK);
    assert_true(vocabulary_text(v, (int[]){HOLA, N_TILDE, HALF, OTHER_HALF}, 4, &text));
    assert_string_equal(buf_string(&text), " holañño");
    buf_reset(&text);
    assert_true(
        vocabulary_text(v, (int[]){HALF, NEWLINE, HOLA, HALF}, 4, &text)); /* no half reaches a text */
    assert_string_equal(buf_string(&text), " hola");
    buf_reset(&text);
    assert_true(vocabulary_text(v, (int[]){-1, 9999}, 2, &text));
    assert_string_equal(buf_string(&text), "");
    buf_finish(&text);
    vocabulary_close(v);
}

/* " abc": of the neighbours "Ġa" (5), "ab" (4) and "bc" (6) the least number is joined, then "Ġab". "ñ" is
 * two bytes. */
static void text_becomes_tokens_as_merges_are_numbered(void **state)
{
    (void)state;
    struct vocabulary *v;
    int tokens[4] = {-1, -1, -1, -1};
    assert_int_equal(
        open_text("{\"tokens\": [\"a\", \"b\", \"c\", \"Ġ\", \"ab\", \"Ġa\", \"bc\", \"Ġab\", \"Ã±\", "
                  "\"Ã\", \"±\", " CONTROL ", \"<|startofprev|>\"], \"suppress\": [], "
                  "\"suppress_first\": []}",
                  &v, NULL),
        SARAI_OK);
    assert_int_equal(vocabulary_control(v)->previous, (int)vocabulary_count(v) - 1);
    assert_int_equal(vocabulary_tokens(v, " abc", tokens, 4), 2);
    assert_int_equal(tokens[0], 7);
    assert_int_equal(tokens[1], 2);
    assert_int_equal(vocabulary_tokens(v, "bcñ", tokens, 4), 2);
    assert_int_equal(tokens[0], 6);
    assert_int_equal(tokens[1], 8);
    assert_int_equal(vocabulary_tokens(v, "", tokens, 4), 0);
    assert_int_equal(vocabulary_tokens(v, "ad", tokens, 4), 0);    /* no token is "d" */
    assert_int_equal(vocabulary_tokens(v, "aaaaa", tokens, 4), 0); /* no room */
    vocabulary_close(v);
}

static void what_is_no_vocabulary_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "{",
                         "[]",
                         "{}",
                         "{\"tokens\": 3}",
                         "{\"tokens\": [" WORDS "]}",
                         "{\"tokens\": [1, null, " WORDS "]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vocabulary *v = NULL;
        struct sarai_error err = {0};
        assert_int_equal(open_text(bad[i], &v, &err), SARAI_EMODEL);
        assert_null(v);
        assert_non_null(strstr(err.message, path));
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct vocabulary *v = NULL;
    bool failed_once = true;
    assert_int_equal(open_text(GOOD, &v, NULL), SARAI_OK);
    vocabulary_close(v);
    for (int n = 0; failed_once; n++) {
        v = NULL;
        fail_allocation(n);
        enum sarai_status st = vocabulary_open(path, &v, NULL);
        failed_once = allocation_failed();
        assert_int_equal(st == SARAI_OK, v != NULL);
        if (!failed_once)
            assert_int_equal(st, SARAI_OK);
        vocabulary_close(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_tokens_are_found_by_name),
        cmocka_unit_test(suppressed_tokens_never_come),
        cmocka_unit_test(bytes_of_several_tokens_make_one_character),
        cmocka_unit_test(text_becomes_tokens_as_merges_are_numbered),
        cmocka_unit_test(what_is_no_vocabulary_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failures;
}
