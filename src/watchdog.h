/* Which stage hangs? Each tells when it begins and ends a piece of work and, where that may take long, that
 * it gets on; who is at work for longer than the limit without a sign is overdue, and hangs when being
 * interrupted does not help either.
 *
 *     watchdog_init(&w, 30000);
 *     stage:   watchdog_enter(&w, WATCH_HEAR); … watchdog_beat(&w, WATCH_HEAR); … watchdog_leave(&w,
 * WATCH_HEAR); one thread, every WATCHDOG_TICK_MS: call = watchdog_tick(&w, chance_ms, &stage);
 *
 * It reads no clock: time is counted in its own ticks, and of each only what the stages had the chance to
 * use. So a program that was stopped, a machine that slept or one that is busy with other things is not taken
 * for a stage that hangs. Embedded value. A stage belongs to one thread at a time.
 */
#ifndef SARAI_WATCHDOG_H
#define SARAI_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>

enum { WATCHDOG_TICK_MS = 250, WATCHDOG_GRACE_MS = 5000 };

/* Who may wait for whom comes after it: of two that hang, the earlier is the cause. */
enum watch_stage {
    WATCH_DEVICE, /* microphone and loudspeaker */
    WATCH_EAR,    /* speech or not, turn over or not: on the loop's thread too */
    WATCH_HEAR,
    WATCH_MOUTH,
    WATCH_THINK, /* may wait for the mouth */
    WATCH_STAGES,
};

enum watch_call {
    WATCH_WELL,
    WATCH_OVERDUE, /* told once: interrupt the stage */
    WATCH_HUNG,    /* told once, WATCHDOG_GRACE_MS (or the limit, when that is less) later */
};

struct watchdog {
    int limit_ms, grace_ms; /* limit 0: nobody is watched */
    struct {
        atomic_bool works;
        atomic_uint signs;
        /* Of the ticking thread only. */
        unsigned seen;
        int age_ms;
    } stages[WATCH_STAGES];
};

void watchdog_init(struct watchdog *w, int limit_ms);

/* All three accept NULL: nobody watches. */
void watchdog_enter(struct watchdog *w, enum watch_stage stage);
void watchdog_beat(struct watchdog *w, enum watch_stage stage);
void watchdog_leave(struct watchdog *w, enum watch_stage stage);

/* WATCHDOG_TICK_MS have passed, of which a stage at work could have used chance_ms. Gives the first stage
 * that something is to be said of. */
enum watch_call watchdog_tick(struct watchdog *w, int chance_ms, enum watch_stage *stage);

/* The first stage that is at work now, the last one where none is. */
enum watch_stage watchdog_at_work(struct watchdog *w);

/* "hear", in the user's language. */
const char *watchdog_name(enum watch_stage stage);

#endif
