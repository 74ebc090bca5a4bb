#include "watchdog.h"

#include <stddef.h>

#include "base/lang.h"

void watchdog_init(struct watchdog *w, int limit_ms)
{
    *w = (struct watchdog){.limit_ms = limit_ms,
                           .grace_ms = limit_ms < WATCHDOG_GRACE_MS ? limit_ms : WATCHDOG_GRACE_MS};
}

void watchdog_beat(struct watchdog *w, enum watch_stage stage)
{
    if (w)
        atomic_fetch_add(&w->stages[stage].signs, 1);
}

void watchdog_enter(struct watchdog *w, enum watch_stage stage)
{
    watchdog_beat(w, stage);
    if (w)
        atomic_store(&w->stages[stage].works, true);
}

void watchdog_leave(struct watchdog *w, enum watch_stage stage)
{
    if (w)
        atomic_store(&w->stages[stage].works, false);
}

/* Whether the age passes the instant in this tick. */
static bool reaches(int before_ms, int age_ms, int instant_ms)
{
    return age_ms >= instant_ms && before_ms < instant_ms;
}

enum watch_call watchdog_tick(struct watchdog *w, int chance_ms, enum watch_stage *stage)
{
    enum watch_call call = WATCH_WELL;
    for (size_t i = 0; w->limit_ms > 0 && i < WATCH_STAGES; i++) {
        unsigned signs = atomic_load(&w->stages[i].signs);
        bool works = atomic_load(&w->stages[i].works);
        bool waits = i == WATCH_THINK && atomic_load(&w->stages[WATCH_MOUTH].works);
        bool gets_on = signs != w->stages[i].seen;
        int before_ms = w->stages[i].age_ms, age_ms = works && !waits && !gets_on ? before_ms + chance_ms : 0;
        w->stages[i].seen = signs;
        w->stages[i].age_ms = age_ms;
        bool hangs = reaches(before_ms, age_ms, w->limit_ms + w->grace_ms);
        if (call != WATCH_WELL || !(hangs || reaches(before_ms, age_ms, w->limit_ms)))
            continue;
        call = hangs ? WATCH_HUNG : WATCH_OVERDUE;
        *stage = (enum watch_stage)i;
    }
    return call;
}

enum watch_stage watchdog_at_work(struct watchdog *w)
{
    size_t i = 0;
    while (i + 1 < WATCH_STAGES && !atomic_load(&w->stages[i].works))
        i++;
    return (enum watch_stage)i;
}

const char *watchdog_name(enum watch_stage stage)
{
    static const char *const names[WATCH_STAGES][2] = {
        {"sonido", "device"}, {"oído", "ear"}, {"oír", "hear"}, {"hablar", "mouth"}, {"pensar", "think"}};
    return tr(names[stage][0], names[stage][1]);
}
