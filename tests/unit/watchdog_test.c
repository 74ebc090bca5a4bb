/* Which stage hangs, by the watchdog's own ticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watchdog.h"

enum { LIMIT_MS = 10 * WATCHDOG_TICK_MS, FAR = 1000 };

/* Ticks until something is said; `FAR` when nothing is. */
static int ticks_until(struct watchdog *w, enum watch_call wanted, enum watch_stage stage)
{
    for (int n = 1; n < FAR; n++) {
        enum watch_stage which = WATCH_STAGES;
        enum watch_call call = watchdog_tick(w, WATCHDOG_TICK_MS, &which);
        if (call == WATCH_WELL)
            continue;
        assert_int_equal(call, wanted);
        assert_int_equal(which, stage);
        return n;
    }
    return FAR;
}

static void a_stage_is_overdue_and_then_hangs(void **state)
{
    (void)state;
    struct watchdog w;
    watchdog_init(&w, LIMIT_MS);
    watchdog_enter(&w, WATCH_HEAR);
    assert_int_equal(ticks_until(&w, WATCH_OVERDUE, WATCH_HEAR), 11); /* in the first it was seen to begin */
    assert_int_equal(ticks_until(&w, WATCH_HUNG, WATCH_HEAR), 10);
    assert_int_equal(watchdog_at_work(&w), WATCH_HEAR);
    assert_int_equal(ticks_until(&w, WATCH_WELL, WATCH_HEAR), FAR); /* told once */
}

static void who_gives_signs_does_not_hang(void **state)
{
    (void)state;
    struct watchdog w;
    enum watch_stage stage;
    watchdog_init(&w, LIMIT_MS);
    watchdog_enter(&w, WATCH_THINK);
    for (int i = 0; i < FAR; i++) {
        if (i % 9 == 0)
            watchdog_beat(&w, WATCH_THINK);
        assert_int_equal(watchdog_tick(&w, WATCHDOG_TICK_MS, &stage), WATCH_WELL);
    }
    watchdog_leave(&w, WATCH_THINK);
    assert_int_equal(ticks_until(&w, WATCH_WELL, WATCH_THINK), FAR);
}

static void an_interrupted_stage_is_watched_anew(void **state)
{
    (void)state;
    struct watchdog w;
    watchdog_init(&w, LIMIT_MS);
    watchdog_enter(&w, WATCH_HEAR);
    ticks_until(&w, WATCH_OVERDUE, WATCH_HEAR);
    watchdog_leave(&w, WATCH_HEAR);
    assert_int_equal(ticks_until(&w, WATCH_WELL, WATCH_HEAR), FAR);
    watchdog_enter(&w, WATCH_HEAR);
    assert_int_equal(ticks_until(&w, WATCH_OVERDUE, WATCH_HEAR), 11);
}

static void who_waits_for_the_mouth_is_not_to_blame(void **state)
{
    (void)state;
    struct watchdog w;
    watchdog_init(&w, LIMIT_MS);
    watchdog_enter(&w, WATCH_THINK);
    watchdog_enter(&w, WATCH_MOUTH);
    assert_int_equal(ticks_until(&w, WATCH_OVERDUE, WATCH_MOUTH), 11);
    watchdog_leave(&w, WATCH_MOUTH);
    assert_int_equal(ticks_until(&w, WATCH_OVERDUE, WATCH_THINK), 10);
}

static void who_is_given_no_processor_does_not_hang(void **state)
{
    (void)state;
    struct watchdog w;
    enum watch_stage stage = WATCH_STAGES;
    watchdog_init(&w, LIMIT_MS);
    watchdog_enter(&w, WATCH_MOUTH);
    for (int i = 0; i < FAR; i++)
        assert_int_equal(watchdog_tick(&w, 0, &stage), WATCH_WELL);
    int n = 1; /* … and what it is given counts, however little */
    while (watchdog_tick(&w, WATCHDOG_TICK_MS / 10, &stage) == WATCH_WELL)
        n++;
    assert_int_equal(stage, WATCH_MOUTH);
    assert_int_equal(n, 100);
    while (watchdog_tick(&w, WATCHDOG_TICK_MS / 10, &stage) == WATCH_WELL)
        n++;
    assert_int_equal(n, 199); /* told once, and then that it hangs */
}

static void nobody_is_watched_without_a_limit(void **state)
{
    (void)state;
    struct watchdog w;
    watchdog_init(&w, 0);
    watchdog_enter(&w, WATCH_DEVICE);
    assert_int_equal(ticks_until(&w, WATCH_WELL, WATCH_DEVICE), FAR);
    watchdog_enter(NULL, WATCH_DEVICE);
    watchdog_beat(NULL, WATCH_DEVICE);
    watchdog_leave(NULL, WATCH_DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stage_is_overdue_and_then_hangs),
        cmocka_unit_test(who_gives_signs_does_not_hang),
        cmocka_unit_test(an_interrupted_stage_is_watched_anew),
        cmocka_unit_test(who_waits_for_the_mouth_is_not_to_blame),
        cmocka_unit_test(who_is_given_no_processor_does_not_hang),
        cmocka_unit_test(nobody_is_watched_without_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
