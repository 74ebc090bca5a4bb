/* Every transition of who has the floor, with probabilities that the test makes up; then random orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

static struct floor begin(void)
{
    struct floor f;
    struct floor_options options = floor_options_default();
    floor_init(&f, &options);
    return f;
}

/* Feeds `ms` of one probability; returns all actions on the way. */
static unsigned feed(struct floor *f, int ms, float speech)
{
    unsigned actions = 0;
    for (; ms > 0; ms -= FLOOR_WINDOW_MS)
        actions |= floor_window(f, speech);
    return actions;
}

static unsigned speak(struct floor *f, int ms)
{
    return feed(f, ms, 0.95f);
}

/* What the models say of a sentence that is whole, by its sound and by its words. */
static unsigned finished(struct floor *f)
{
    return floor_turn(f, 0.95f) | floor_ending(f, 0.9f);
}

static unsigned pause(struct floor *f, int ms)
{
    return feed(f, ms, 0.02f);
}

/* A question, a pause that is surely the end, and the first sound of the answer. */
static struct floor answering(void)
{
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 160);
    finished(&f);
    floor_heard(&f, FLOOR_FINISHED);
    pause(&f, 320);
    assert_int_equal(f.state, FLOOR_THINKING);
    assert_int_equal(floor_sounding(&f), 0);
    assert_int_equal(f.state, FLOOR_SPEAKING);
    assert_int_equal(pause(&f, 1600), FLOOR_FORGET); /* what comes now is another utterance */
    return f;
}

static void a_question_is_speculated_on_confirmed_and_answered(void **state)
{
    (void)state;
    struct floor f = begin();
    assert_int_equal(pause(&f, 2000), 0);
    assert_int_equal(speak(&f, 1000), FLOOR_BEGIN);
    assert_int_equal(f.state, FLOOR_LISTENING);
    assert_int_equal(pause(&f, 128), FLOOR_SPECULATE | FLOOR_ASK_TURN);
    assert_int_equal(f.state, FLOOR_SPECULATING);
    assert_int_equal(finished(&f), 0); /* sure, but 128 ms are too early for anybody */
    assert_int_equal(pause(&f, 160), 0);
    assert_int_equal(pause(&f, 64), FLOOR_CONFIRM);
    assert_int_equal(f.state, FLOOR_THINKING);
    floor_sounding(&f);
    assert_int_equal(floor_silent(&f), FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
}

static void a_finished_sound_is_not_enough_while_the_words_want_more(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    floor_turn(&f, 0.99f);
    int unknown_ms = floor_wait_ms(&f);
    floor_ending(&f, 0.02f);
    assert_true(floor_wait_ms(&f) >= 850);
    floor_ending(&f, 0.9f);
    assert_true(floor_wait_ms(&f) < unknown_ms);
    pause(&f, 320);
    assert_int_equal(f.state, FLOOR_THINKING);
}

static void the_voice_says_what_words_and_the_old_model_cannot(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    floor_turn(&f, 0.99f); /* whole words, and smart-turn is sure, as in "voy a llamar a mi madre" … */
    floor_ending(&f, 0.8f);
    assert_int_equal(floor_wait_ms(&f), f.options.shortest_ms);
    floor_voice(&f, 0.1f); /* … but it was said as one that goes on */
    assert_true(floor_wait_ms(&f) >= 850);
    pause(&f, 640);
    assert_int_equal(f.state, FLOOR_SPECULATING);
    speak(&f, 96);
    assert_true(f.voice < 0); /* the next pause is judged anew */
    pause(&f, 128);
    floor_ending(&f, 0.5f);
    floor_voice(&f, 0.97f);
    assert_int_equal(pause(&f, 192), FLOOR_CONFIRM); /* nobody has to wait for smart-turn */
}

static void smart_turn_is_asked_only_where_the_head_is_late(void **state)
{
    (void)state;
    struct floor f = begin();
    f.options.has_head = true;
    speak(&f, 1000);
    assert_int_equal(pause(&f, 128), FLOOR_SPECULATE);
    assert_int_equal(pause(&f, 320), FLOOR_ASK_TURN);
    floor_voice(&f, 0.1f);
    assert_int_equal(pause(&f, 320), 0);
    assert_int_equal(pause(&f, 160), FLOOR_CONFIRM);
}

static void an_inner_pause_cancels_what_was_prepared(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    floor_turn(&f, 0.1f);
    floor_heard(&f, FLOOR_UNFINISHED);
    assert_true(floor_wait_ms(&f) >= 1500);
    assert_int_equal(pause(&f, 640) & FLOOR_CONFIRM, 0);
    assert_int_equal(speak(&f, 96), FLOOR_CANCEL);
    assert_int_equal(f.state, FLOOR_LISTENING);
    assert_true(f.turn < 0); /* the next pause is judged anew */
}

static void the_model_is_asked_again_in_a_long_pause(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    floor_turn(&f, 0.1f);
    floor_ending(&f, 0.8f);
    assert_int_equal(pause(&f, 320), FLOOR_ASK_TURN);
    assert_int_equal(floor_turn(&f, 0.95f), FLOOR_CONFIRM);
}

static void without_an_answer_of_the_model_the_longest_wait_decides(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    assert_int_equal(pause(&f, 1900) & FLOOR_CONFIRM, 0);
    assert_int_equal(pause(&f, 128) & FLOOR_CONFIRM, FLOOR_CONFIRM);
}

static void eagerness_divides_the_waiting(void **state)
{
    (void)state;
    struct floor f = begin();
    f.turn = 0.6f;
    int patient = floor_wait_ms(&f);
    f.options.eagerness = 2;
    assert_int_equal(floor_wait_ms(&f), patient / 2);
}

static void what_holds_no_words_is_dropped(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 300);
    pause(&f, 128);
    assert_int_equal(floor_heard(&f, FLOOR_NOTHING), 0);
    assert_int_equal(pause(&f, 320), FLOOR_CANCEL | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
    assert_int_equal(speak(&f, 32), FLOOR_BEGIN); /* a click */
    assert_int_equal(pause(&f, 160), FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
}

static void words_that_come_late_and_are_none_end_the_turn(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    finished(&f);
    pause(&f, 320);
    assert_int_equal(f.state, FLOOR_THINKING);
    assert_int_equal(floor_heard(&f, FLOOR_NOTHING), FLOOR_CANCEL | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
}

static void going_on_before_the_answer_sounds_belongs_to_the_turn(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 128);
    finished(&f);
    pause(&f, 320);
    assert_int_equal(speak(&f, 96), FLOOR_CANCEL);
    assert_int_equal(f.state, FLOOR_LISTENING);
    assert_true(f.utterance_ms > 1400); /* the same utterance */
}

static void who_goes_on_as_the_answer_begins_is_heard_as_a_whole(void **state)
{
    (void)state;
    struct floor f = begin();
    speak(&f, 1000);
    pause(&f, 160);
    finished(&f);
    pause(&f, 320);
    assert_int_equal(floor_sounding(&f), 0);
    assert_int_equal(pause(&f, 320), 0);
    assert_int_equal(speak(&f, 960) & FLOOR_FORGET, 0);
    assert_int_equal(f.state, FLOOR_LISTENING);
}

static void a_cough_only_ducks_the_answer(void **state)
{
    (void)state;
    struct floor f = answering();
    assert_int_equal(speak(&f, 128), FLOOR_BEGIN | FLOOR_DUCK);
    assert_int_equal(f.state, FLOOR_INTERRUPTED);
    assert_int_equal(pause(&f, 320), FLOOR_UNDUCK | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_SPEAKING);
}

static void speech_over_the_answer_pauses_it_within_200_ms(void **state)
{
    (void)state;
    struct floor f = answering();
    int ms = 0;
    for (unsigned actions = 0; !(actions & FLOOR_PAUSE); ms += FLOOR_WINDOW_MS)
        actions = floor_window(&f, 0.95f);
    assert_true(ms <= 200);
}

static void a_backchannel_lets_the_answer_go_on(void **state)
{
    (void)state;
    struct floor f = answering();
    assert_int_equal(speak(&f, 300), FLOOR_BEGIN | FLOOR_DUCK | FLOOR_PAUSE);
    assert_int_equal(pause(&f, 640), FLOOR_JUDGE); /* once */
    assert_int_equal(floor_heard(&f, FLOOR_BACKCHANNEL), FLOOR_UNDUCK | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_SPEAKING);
}

static void who_has_heard_enough_gets_silence(void **state)
{
    (void)state;
    struct floor f = answering();
    speak(&f, 500);
    pause(&f, 320);
    assert_int_equal(floor_heard(&f, FLOOR_ENOUGH), FLOOR_STOP | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
    assert_int_equal(speak(&f, 300), FLOOR_BEGIN); /* the next turn is one like any other */
    assert_int_equal(pause(&f, 128), FLOOR_SPECULATE | FLOOR_ASK_TURN);
}

static void what_is_like_a_backchannel_is_one_where_it_was_short(void **state)
{
    (void)state;
    struct floor f = answering();
    speak(&f, 500);
    pause(&f, 320);
    assert_int_equal(floor_heard(&f, FLOOR_MURMUR), FLOOR_UNDUCK | FLOOR_FORGET);
    speak(&f, 800);
    pause(&f, 320);
    assert_int_equal(floor_heard(&f, FLOOR_MURMUR), FLOOR_STOP | FLOOR_SPECULATE | FLOOR_ASK_TURN);
}

static void a_short_interruption_becomes_a_turn(void **state)
{
    (void)state;
    struct floor f = answering();
    speak(&f, 500);
    pause(&f, 320);
    assert_int_equal(floor_heard(&f, FLOOR_FINISHED), FLOOR_STOP | FLOOR_SPECULATE | FLOOR_ASK_TURN);
    assert_int_equal(f.state, FLOOR_SPECULATING);
}

static void a_long_interruption_needs_no_judge(void **state)
{
    (void)state;
    struct floor f = answering();
    assert_int_equal(speak(&f, 960), FLOOR_BEGIN | FLOOR_DUCK | FLOOR_PAUSE | FLOOR_STOP);
    assert_int_equal(f.state, FLOOR_LISTENING);
}

static void an_answer_that_ends_while_somebody_begins_leaves_him_the_floor(void **state)
{
    (void)state;
    struct floor f = answering();
    speak(&f, 96);
    assert_int_equal(floor_silent(&f), FLOOR_STOP);
    assert_int_equal(f.state, FLOOR_LISTENING);
}

static void an_echo_just_above_the_usual_threshold_does_not_interrupt(void **state)
{
    (void)state;
    struct floor f = answering();
    assert_int_equal(feed(&f, 2000, 0.6f), 0);
    assert_int_equal(f.state, FLOOR_SPEAKING);
}

static void an_utterance_without_end_is_answered_once(void **state)
{
    (void)state;
    struct floor f = begin();
    unsigned actions = speak(&f, 28000);
    assert_int_equal(actions, FLOOR_BEGIN | FLOOR_SPECULATE | FLOOR_CONFIRM);
    assert_int_equal(f.state, FLOOR_THINKING);
    assert_int_equal(speak(&f, 1000), 0);
}

static void a_turn_that_failed_is_void_wherever_it_was(void **state)
{
    (void)state;
    struct floor f = begin();
    assert_int_equal(floor_failed(&f), 0);
    speak(&f, 1000);
    assert_int_equal(floor_failed(&f), 0); /* who speaks goes on */
    pause(&f, 128);
    assert_int_equal(floor_failed(&f), FLOOR_CANCEL | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
    f = answering();
    assert_int_equal(floor_failed(&f), FLOOR_STOP | FLOOR_FORGET);
    assert_int_equal(f.state, FLOOR_IDLE);
}

static void a_button_begins_and_ends_the_turn(void **state)
{
    (void)state;
    struct floor f = begin();
    f.options.push_to_talk = true;
    assert_int_equal(speak(&f, 1000), 0);
    assert_int_equal(floor_button(&f, true), FLOOR_BEGIN);
    assert_int_equal(speak(&f, 1000), 0);
    assert_int_equal(pause(&f, 3000), 0);
    assert_int_equal(floor_button(&f, false), FLOOR_SPECULATE | FLOOR_CONFIRM);
    floor_sounding(&f);
    assert_int_equal(floor_button(&f, true), FLOOR_STOP | FLOOR_BEGIN);
}

static unsigned random_event(struct floor *f, int most_windows)
{
    switch (rand() % 15) {
    case 0:
        return floor_turn(f, (float)(rand() % 100) / 100);
    case 1:
        return floor_heard(f, (enum floor_words)(rand() % (FLOOR_FINISHED + 1)));
    case 2:
        return floor_sounding(f);
    case 3:
        return floor_silent(f);
    case 4:
        return floor_ending(f, (float)(rand() % 100) / 100);
    case 5:
        return floor_failed(f);
    case 6:
        return floor_voice(f, (float)(rand() % 100) / 100);
    default:
        return feed(f, 32 * (1 + rand() % most_windows), (float)(rand() % 2));
    }
}

/* Whatever the order of events: an answer is released only after it was speculated on, stopped or cancelled
 * only while there is one, and silence always leads back to idle. */
static void random_orders_keep_the_rules(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 300; round++) {
        struct floor f = begin();
        bool prepared = false, utterance = false;
        for (int i = 0; i < 400; i++) {
            unsigned a = random_event(&f, 8);
            if (a & FLOOR_BEGIN)
                utterance = true;
            if (a & FLOOR_SPECULATE)
                assert_true(utterance);
            prepared = prepared || (a & FLOOR_SPECULATE);
            if (a & (FLOOR_CONFIRM | FLOOR_CANCEL | FLOOR_STOP))
                assert_true(prepared);
        }
        for (int i = 0; i < 10 && f.state != FLOOR_IDLE; i++) {
            pause(&f, 3000);
            floor_heard(&f, FLOOR_FINISHED);
            floor_sounding(&f);
            floor_silent(&f);
        }
        assert_int_equal(f.state, FLOOR_IDLE);
    }
}

/* ---- the table of docs/talk.md ---------------------------------------------------------------- */

enum { STATES = FLOOR_INTERRUPTED + 1 };
static const char *const state_names[STATES] = {"idle",     "listening", "speculating",
                                                "thinking", "speaking",  "interrupted"};

static int state_at(const char *text)
{
    for (int i = 0; i < STATES; i++)
        if (strncmp(text, state_names[i], strlen(state_names[i])) == 0)
            return i;
    return -1;
}

/* A row "| state | … | what happens → state; … |": those that the state goes over to. A row of "any but …" is
 * one of all the others. */
static void read_row(const char *row, bool to[STATES][STATES])
{
    bool from[STATES] = {false};
    const char *end_of_name = strchr(row, '|');
    bool all_but = strncmp(row, "any but ", 8) == 0;
    for (int i = 0; i < STATES && end_of_name; i++) {
        const char *name = strstr(row, state_names[i]);
        from[i] = (name && name < end_of_name) != all_but;
    }
    for (const char *arrow = strstr(row, "→ "); arrow; arrow = strstr(arrow + 1, "→ "))
        for (int i = 0, target = state_at(arrow + strlen("→ ")); i < STATES && target >= 0; i++)
            to[i][target] = to[i][target] || from[i];
}

static void read_table(bool to[STATES][STATES])
{
    char line[2048];
    FILE *f = fopen(SOURCE_DIR "/docs/talk.md", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (line[0] == '|' && (state_at(line + 2) >= 0 || strncmp(line + 2, "any but ", 8) == 0))
            read_row(line + 2, to);
    fclose(f);
}

static void walk(bool to[STATES][STATES])
{
    srand(11);
    for (int round = 0; round < 400; round++) {
        struct floor f = begin();
        float speech = 0;
        for (int i = 0; i < 3000; i++) {
            enum floor_state before = f.state;
            if (rand() % 8 == 0) /* a run of speech or silence; now and then one without end */
                speech = round % 10 == 0 ? 1 : (float)(rand() % 2);
            if (rand() % 50 == 0)
                floor_announce(&f);
            else if (rand() % 20 == 0)
                random_event(&f, 1);
            else
                floor_window(&f, speech);
            to[before][f.state] = true;
        }
    }
}

static void the_documented_transitions_are_those_that_happen(void **state)
{
    (void)state;
    bool documented[STATES][STATES] = {{false}}, seen[STATES][STATES] = {{false}};
    int wrong = 0;
    read_table(documented);
    walk(seen);
    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < STATES; j++)
            if (i != j && documented[i][j] != seen[i][j]) {
                print_error("%s → %s: %s\n", state_names[i], state_names[j],
                            seen[i][j] ? "not in docs/talk.md" : "never happens");
                wrong++;
            }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_speculated_on_confirmed_and_answered),
        cmocka_unit_test(a_finished_sound_is_not_enough_while_the_words_want_more),
        cmocka_unit_test(the_voice_says_what_words_and_the_old_model_cannot),
        cmocka_unit_test(smart_turn_is_asked_only_where_the_head_is_late),
        cmocka_unit_test(an_inner_pause_cancels_what_was_prepared),
        cmocka_unit_test(the_model_is_asked_again_in_a_long_pause),
        cmocka_unit_test(without_an_answer_of_the_model_the_longest_wait_decides),
        cmocka_unit_test(eagerness_divides_the_waiting),
        cmocka_unit_test(what_holds_no_words_is_dropped),
        cmocka_unit_test(words_that_come_late_and_are_none_end_the_turn),
        cmocka_unit_test(going_on_before_the_answer_sounds_belongs_to_the_turn),
        cmocka_unit_test(who_goes_on_as_the_answer_begins_is_heard_as_a_whole),
        cmocka_unit_test(a_cough_only_ducks_the_answer),
        cmocka_unit_test(speech_over_the_answer_pauses_it_within_200_ms),
        cmocka_unit_test(a_backchannel_lets_the_answer_go_on),
        cmocka_unit_test(who_has_heard_enough_gets_silence),
        cmocka_unit_test(what_is_like_a_backchannel_is_one_where_it_was_short),
        cmocka_unit_test(a_short_interruption_becomes_a_turn),
        cmocka_unit_test(a_long_interruption_needs_no_judge),
        cmocka_unit_test(an_answer_that_ends_while_somebody_begins_leaves_him_the_floor),
        cmocka_unit_test(an_echo_just_above_the_usual_threshold_does_not_interrupt),
        cmocka_unit_test(an_utterance_without_end_is_answered_once),
        cmocka_unit_test(a_turn_that_failed_is_void_wherever_it_was),
        cmocka_unit_test(a_button_begins_and_ends_the_turn),
        cmocka_unit_test(random_orders_keep_the_rules),
        cmocka_unit_test(the_documented_transitions_are_those_that_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
