/* The button that a key makes which only tells when it goes down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../cli/keys.c"

static void a_press_opens_and_another_closes(void **state)
{
    (void)state;
    struct key_button b = {0};
    key_button_press(&b, 1000);
    assert_true(b.down);
    key_button_wait(&b, 9000); /* for as long as the person speaks */
    assert_true(b.down);
    key_button_press(&b, 9500);
    assert_false(b.down);
    key_button_press(&b, 12000);
    assert_true(b.down);
}

static void a_held_key_is_down_until_it_repeats_no_more(void **state)
{
    (void)state;
    struct key_button b = {0};
    double now_ms = 1500; /* the first repeat comes late, the others soon */
    key_button_press(&b, 1000);
    for (; now_ms < 4000; now_ms += 33) {
        key_button_press(&b, now_ms);
        key_button_wait(&b, now_ms + 30);
        assert_true(b.down);
    }
    key_button_wait(&b, now_ms + 100);
    assert_true(b.down);
    key_button_wait(&b, now_ms + 300);
    assert_false(b.down);
    key_button_press(&b, now_ms + 2000); /* the next turn may be made by presses */
    key_button_wait(&b, now_ms + 5000);
    assert_true(b.down);
}

static void nothing_is_restored_that_was_not_taken(void **state)
{
    (void)state;
    struct termios before, after;
    bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    keys_restore();
    assert_true(!is_terminal || (tcgetattr(STDIN_FILENO, &after) == 0 && after.c_lflag == before.c_lflag));
    assert_false(atomic_load(&is_taken));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_opens_and_another_closes),
        cmocka_unit_test(a_held_key_is_down_until_it_repeats_no_more),
        cmocka_unit_test(nothing_is_restored_that_was_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
