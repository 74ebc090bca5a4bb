#include <stdio.h>

#include "base/clock.h"
#include "talk.h"

void talk_emit(struct talk *t, struct sarai_talk_event event)
{
    event.at_ms = (event.at_ms > 0 ? event.at_ms : clock_ms()) - t->start_ms;
    event.sound_ms = talk_sound_ms(t);
    event.state = (enum sarai_talk_state)t->floor.state;
    if (t->options->on_event)
        t->options->on_event(t->options->user, &event);
}

void talk_show_state(struct talk *t)
{
    if (t->floor.state == t->shown_state)
        return;
    t->shown_state = t->floor.state;
    talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_STATE, .turn = atomic_load(&t->turn)});
}

void talk_show_text(struct talk *t, enum sarai_talk_kind kind, const char *text)
{
    talk_emit(t, (struct sarai_talk_event){.kind = kind, .turn = atomic_load(&t->turn), .text = text});
}

/* What was thought of a turn is shown once the turn is confirmed: before, it may be void. */
void talk_show_answer(struct talk *t)
{
    if (!t->confirmed || t->answer.len == 0)
        return;
    talk_show_text(t, SARAI_TALK_ANSWER, buf_string(&t->answer));
    buf_reset(&t->answer);
}

/* The same for who gave the answer, and from which sources, once it is whole. */
void talk_show_answered(struct talk *t)
{
    if (!t->confirmed || !t->answered.text)
        return;
    talk_emit(t, (struct sarai_talk_event){
                     .kind = SARAI_TALK_ANSWERED, .turn = atomic_load(&t->turn), .answered = &t->answered});
    sarai_turn_finish(&t->answered);
}

static double since(double instant_ms, double end_ms)
{
    return instant_ms > 0 ? instant_ms - end_ms : -1;
}

void talk_show_turn(struct talk *t)
{
    const struct sarai_turn_times *at = &t->times;
    struct sarai_turn_times times = {
        .speculated_ms = since(at->speculated_ms, t->speech_end_ms),
        .transcribed_ms = since(at->transcribed_ms, t->speech_end_ms),
        .first_token_ms = since(at->first_token_ms, t->speech_end_ms),
        .first_audio_ms = since(at->first_audio_ms, t->speech_end_ms),
        .confirmed_ms = since(at->confirmed_ms, t->speech_end_ms),
        .sounding_ms = since(at->sounding_ms, t->speech_end_ms),
        .wasted_ms = at->wasted_ms,
        .wasted = at->wasted,
        .tokens = at->tokens,
    };
    talk_emit(t, (struct sarai_talk_event){
                     .kind = SARAI_TALK_TURN, .turn = atomic_load(&t->turn), .turn_times = times});
    t->times.wasted_ms = 0;
    t->times.wasted = 0;
}

/* What a model thinks of whether the person has finished. */
void talk_show_judgement(struct talk *t, const char *what, enum sarai_talk_lane lane, float probability,
                         double start_ms)
{
    talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_SPAN,
                                           .turn = atomic_load(&t->turn),
                                           .text = what,
                                           .speech = probability,
                                           .lane = lane,
                                           .start_ms = start_ms - t->start_ms});
}

/* Only what sound comes behind is a gap: what starves to its end has simply ended. */
void talk_follow_gaps(struct talk *t, const struct playback_status *status, bool dry)
{
    struct talk_gaps *gaps = &t->gaps;
    gaps->dry += dry && t->playing;
    if (status->starved) {
        if (gaps->now_ms <= 0)
            gaps->start_ms = clock_ms();
        gaps->now_ms += DUPLEX_STEP_MS;
    } else if (status->sounding && gaps->now_ms > 0) {
        gaps->n++;
        gaps->ms += gaps->now_ms;
        gaps->now_ms = 0;
        talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_SPAN,
                                               .turn = atomic_load(&t->turn),
                                               .text = "starved",
                                               .lane = SARAI_LANE_PLAY,
                                               .start_ms = gaps->start_ms - t->start_ms});
    }
}

void talk_tell_gaps(struct talk *t)
{
    char sentence[128];
    if (t->gaps.n > 0) {
        snprintf(sentence, sizeof sentence,
                 tr("la voz no ha dado abasto; silencios dentro de la respuesta: %d (%.0f ms)",
                    "the voice was too slow; silences inside the answer: %d (%.0f ms)"),
                 t->gaps.n, t->gaps.ms);
        talk_show_text(t, SARAI_TALK_NOTICE, sentence);
    }
    if (t->gaps.dry > 0) {
        snprintf(sentence, sizeof sentence,
                 tr("el altavoz se ha quedado sin sonido en la respuesta; veces: %d",
                    "the loudspeaker has run dry in the answer; times: %d"),
                 t->gaps.dry);
        talk_show_text(t, SARAI_TALK_NOTICE, sentence);
    }
    t->gaps = (struct talk_gaps){0};
}
