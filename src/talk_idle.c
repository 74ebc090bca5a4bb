/* What a live conversation does of itself while nobody has the floor: what rings is said, and the openings of
 * answers are spoken into the cache. Part of the loop. */
#include "base/clock.h"
#include "speak/openings.h"
#include "talk.h"

#include <string.h>

enum { AGENDA_EVERY_MS = 500, PREPARE_EVERY_MS = 1000, RING_EVERY_MS = 12000 };

/* While nobody speaks the openings of answers are spoken into the cache, one at a time. */
static void prepare_opening(struct talk *t)
{
    double now_ms = clock_ms();
    const char *opening = opening_at(t->n_prepared);
    if (!opening || now_ms - t->last_prepared_ms < PREPARE_EVERY_MS || !slot_is_idle(t->to_think))
        return;
    t->n_prepared++;
    t->last_prepared_ms = now_ms;
    talk_put_think(t, atomic_load(&t->turn), THINK_PREPARE, opening, strlen(opening));
}

void talk_hush(struct talk *t)
{
    buf_reset(&t->ringing);
    t->rings_left = 0;
    atomic_store(&t->rings_on, false);
}

/* What has come due joins what rings already, and all of it rings from now on. */
static void take_rings(struct talk *t)
{
    if (t->rings.len == 0)
        return;
    buf_printf(&t->ringing, "%s%s", t->ringing.len > 0 ? " " : "", buf_string(&t->rings));
    buf_reset(&t->rings);
    t->rings_left = (int)config_int(t->s->cfg, "RINGS");
    t->next_ring_ms = 0;
    atomic_store(&t->rings_on, true);
}

/* Timers and the like: now and then it is looked what rings. It is said when nobody has the floor, again and
 * again until somebody speaks. */
static void ring(struct talk *t)
{
    double now_ms = clock_ms(), sound_ms = talk_sound_ms(t);
    if (now_ms - t->last_agenda_ms >= AGENDA_EVERY_MS && t->rings.len == 0 && slot_is_idle(t->to_think)) {
        t->last_agenda_ms = now_ms;
        talk_put_think(t, atomic_load(&t->turn), THINK_AGENDA, "", 0);
    }
    take_rings(t);
    if (t->rings_left == 0 || sound_ms < t->next_ring_ms || !floor_announce(&t->floor))
        return;
    unsigned turn = atomic_fetch_add(&t->turn, 1) + 1;
    t->rings_left--;
    t->next_ring_ms = sound_ms + RING_EVERY_MS;
    t->speech_end_ms = now_ms;
    t->times = (struct sarai_turn_times){.speculated_ms = now_ms};
    buf_reset(&t->question);
    buf_reset(&t->answer);
    playback_begin(t->playback, turn);
    talk_put_think(t, turn, THINK_RING, buf_string(&t->ringing), t->ringing.len);
    talk_confirm(t);
    talk_show_state(t);
}

void talk_stay_awake(struct talk *t)
{
    t->awake_until_ms = talk_sound_ms(t) + 1000.0 * (double)config_int(t->s->cfg, "WAKE_WINDOW_S");
}

void talk_idle(struct talk *t)
{
    if (t->floor.state == FLOOR_IDLE)
        ring(t);
    if (t->floor.state == FLOOR_IDLE)
        prepare_opening(t);
}
