/* Transcripts that repeat themselves, and such as only share words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "listen/repetition.h"

static bool repeats(const char *phrase, int times)
{
    struct buf text = BUF_INIT(4096);
    for (int i = 0; i < times; i++)
        assert_true(buf_text(&text, phrase));
    bool answer = repeats_itself(&text);
    buf_finish(&text);
    return answer;
}

static void a_loop_is_told_from_a_sentence(void **state)
{
    (void)state;
    assert_true(repeats(" y me voy a ir", 12));
    assert_false(repeats(" y me voy a ir", 2)); /* too short to tell */
    assert_false(repeats("", 1));
    assert_false(repeats(
        " Marque el número uno para grabar su mensaje, o el dos para escuchar los que han llegado.", 1));
}

static void an_echo_may_be_joined_by_other_tokens(void **state)
{
    (void)state;
    const int twice[] = {7, 1, 2, 3, 4, 5, 6, 8, 9, 10, 99, 1, 2, 3, 4, 5, 6, 8, 9, 10, 98};
    const int once[] = {7, 1, 2, 3, 4, 5, 6, 8, 9, 10, 99, 11, 12, 13, 14, 15, 16, 18, 19, 20, 98};
    assert_true(ends_in_an_echo(twice, sizeof twice / sizeof *twice));
    assert_false(ends_in_an_echo(once, sizeof once / sizeof *once));
    assert_false(ends_in_an_echo(twice, 11));
    assert_false(ends_in_an_echo(twice, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_is_told_from_a_sentence),
        cmocka_unit_test(an_echo_may_be_joined_by_other_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
