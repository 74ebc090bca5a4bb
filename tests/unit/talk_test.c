/* Whole conversations whose stages are made of straw (straw_talk.h); the loop, its threads, the floor, the
 * playback and the watchdog are real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "straw_talk.h"

static void on_event(void *user, const struct sarai_talk_event *e)
{
    static const char letters[] = "....a.i..";
    size_t n = strlen(script.said);
    (void)user;
    script.entered[e->state] = true;
    if (e->kind == SARAI_TALK_STATE && (int)e->state == script.state_to_interrupt)
        atomic_store(&script.s->quit.raised, true);
    if (e->kind == SARAI_TALK_TURN)
        snprintf(script.said + n, sizeof script.said - n, "turn;");
    if (e->kind == SARAI_TALK_INTERRUPTED)
        snprintf(script.said + n, sizeof script.said - n, "%c;", letters[e->kind]);
    script.n_moods += e->kind == SARAI_TALK_MOOD && e->emo_vec[SARAI_SAD] == script.sad;
    script.n_answered += e->kind == SARAI_TALK_ANSWERED && e->answered->by == SARAI_BY_EXPERT &&
                         strcmp(e->answered->answer, "Son las tres.") == 0;
    script.n_notices += e->kind == SARAI_TALK_NOTICE;
    if (e->kind == SARAI_TALK_NOTICE)
        snprintf(script.said + n, sizeof script.said - n, "%s;", e->text);
}

static void on_hang(void *user, const char *sentence)
{
    (void)user;
    snprintf(script.hang, sizeof script.hang, "%s", sentence);
    atomic_store(&script.let_go, true);
}

static void begin(const char *sound)
{
    memset(&script, 0, sizeof script);
    script.sound = sound;
    script.pieces = 1;
    script.words = "¿qué hora es?";
    script.state_to_interrupt = -1;
}

/* Converses by the script; the watchdog's limit is a second. */
static enum sarai_status converse(struct sarai_error *err)
{
    struct sarai_config *cfg = NULL;
    struct sarai s = {0};
    const struct sarai_talk_options options = {
        .input = "straw", .fast = true, .on_event = on_event, .on_hang = on_hang};
    assert_int_equal(sarai_config_open(&cfg, err), SARAI_OK);
    sarai_config_set(cfg, "SARAI_LANG", "en", err);
    sarai_config_set(cfg, "WATCHDOG_S", "1", err);
    sarai_config_set(cfg, "ECHO_CANCELLER", "none", err);
    sarai_config_set(cfg, "WAKE_PHRASE", script.wake_phrase ? script.wake_phrase : "", err);
    s.cfg = cfg;
    script.s = &s;
    enum sarai_status st = sarai_talk(&s, &options, err);
    assert_int_equal(s.abandoned, st == SARAI_EHANG);
    sarai_config_close(cfg);
    return st;
}

static void expect_said(const char *expected)
{
    struct sarai_error err = {0};
    enum sarai_status st = converse(&err);
    assert_string_equal(err.message, "");
    assert_int_equal(st, SARAI_OK);
    assert_string_equal(script.said, expected);
}

static const char question[] = "..ssssssssss....................................";
static const char two_questions[] =
    "..ssssssssss....................................ssssssssss...........................";
static const char murmur[] = "..ssssssssss................sss........................................";

static void a_question_is_answered(void **state)
{
    (void)state;
    begin(two_questions);
    expect_said("turn;turn;");
    assert_int_equal(script.n_answered, 2); /* who answered is told once a turn */
    assert_true(script.n_prepared > 0);     /* while nobody spoke, openings were prepared */
}

/* However it was spelled, but not where it goes on, or where only who calls is listened to. */
static void who_says_para_over_the_answer_gets_silence(void **state)
{
    (void)state;
    begin(murmur);
    script.said_over = "¡Basta!";
    expect_said("turn;i;");
    assert_int_equal(script.answers, 1);
    begin(murmur);
    script.said_over = "Puedes";
    script.tells_to_stop = true;
    expect_said("turn;i;");
    assert_int_equal(script.answers, 1);
    begin(murmur);
    script.said_over = "¿Para qué?";
    script.tells_to_stop = true;
    expect_said("turn;i;turn;");
    begin(question);
    script.tells_to_stop = true;
    expect_said("turn;"); /* over nothing it is no end of anything */
}

static void a_mood_is_told_and_goes_with_the_question(void **state)
{
    (void)state;
    begin(question);
    expect_said("turn;");
    assert_int_equal(script.n_moods, 0);
    assert_true(script.thought_sad < 0);
    begin(question);
    script.sad = 0.55f;
    expect_said("turn;");
    assert_int_equal(script.n_moods, 1);
    assert_true(script.thought_sad > 0.5F && script.thought_sad < 0.6F);
}

static void where_a_question_lies_goes_with_it(void **state)
{
    (void)state;
    begin(question);
    expect_said("turn;");
    assert_int_equal(script.n_placed, 0);
    begin(two_questions);
    script.places = true;
    expect_said("turn;turn;");
    assert_true(script.n_placed >= 2);
}

/* However the phrase was spelled; and who only calls may ask for a while without calling again. */
static void who_calls_is_answered(void **state)
{
    (void)state;
    begin(question);
    script.wake_phrase = "oye sarai";
    expect_said("");
    assert_int_equal(script.answers, 0);
    begin(question);
    script.wake_phrase = "oye sarai";
    script.called_for = "¿qué hora es?";
    expect_said("turn;");
    begin(two_questions);
    script.wake_phrase = "oye sarai";
    script.called_for = "";
    expect_said("turn;");
    begin(two_questions);
    script.wake_phrase = "oye sarai";
    script.called_for = "Oye, Sarai.";
    expect_said("turn;");
}

static void a_stage_that_fails_is_told_and_the_next_turn_works(void **state)
{
    (void)state;
    begin(question);
    script.hear = FAILS;
    expect_said("straw breaks;");
    begin(question);
    script.think = FAILS;
    expect_said("straw breaks;");
    begin(question);
    script.mouth = FAILS;
    expect_said("straw breaks;");
    begin(two_questions);
    expect_said("turn;turn;");
}

static void an_interruption_that_cannot_be_judged_lets_the_answer_go_on(void **state)
{
    (void)state;
    begin(murmur);
    script.judge = FAILS;
    expect_said("turn;straw breaks;");
    assert_true(script.entered[FLOOR_INTERRUPTED]);
    begin(murmur);
    expect_said("turn;"); /* a murmur */
}

#define OVERDUE(stage) "the stage “" stage "” has given no sign for 1 s; it is interrupted;"

static void a_stage_that_hangs_is_named_and_interrupted(void **state)
{
    (void)state;
    begin(question);
    script.hear = HANGS;
    expect_said(OVERDUE("hear") "turn;"); /* with the first partial text; the person goes on */
    begin(question);
    script.think = HANGS;
    expect_said(OVERDUE("think"));
    begin(question);
    script.mouth = HANGS;
    expect_said(OVERDUE("mouth"));
}

#define HUNG(stage)                                                                                          \
    "the stage “" stage "” has given no sign for more than 1 s and will not be interrupted; the "          \
    "conversation ends"

static void a_stage_that_hangs_for_good_ends_the_conversation(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    begin(question);
    script.think = HANGS_FOR_GOOD;
    assert_int_equal(converse(&err), SARAI_EHANG);
    assert_string_equal(err.message, HUNG("think"));
}

static void a_device_that_hangs_is_told_to_the_program(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    begin(question);
    script.device = HANGS;
    converse(&err);
    assert_string_equal(script.hang, HUNG("device"));
}

static void a_device_that_is_lost_comes_back(void **state)
{
    (void)state;
    begin("..sss---...ssssssssss........................................");
    struct sarai_error err = {0};
    assert_int_equal(converse(&err), SARAI_OK);
    assert_non_null(strstr(script.said, "gone"));
    assert_non_null(strstr(script.said, "back"));
    assert_non_null(strstr(script.said, "turn;"));
}

static void what_rings_is_said_when_nobody_speaks(void **state)
{
    (void)state;
    begin("........................................ssssssssss...................................");
    script.rings = true;
    struct sarai_error err = {0};
    assert_int_equal(converse(&err), SARAI_OK);
    assert_false(script.rings);
    assert_int_equal(script.answers, 1);            /* the ringing is no answer … */
    assert_string_equal(script.said, "turn;turn;"); /* … but sounds like one */
}

#define MINUTE                                                                                               \
    "................................................................................................"       \
    "................................................................................................"       \
    "................................................................................................"       \
    "................................................................................................"       \
    "................................................................................................"       \
    "................................................................................................"

static void it_rings_until_somebody_speaks(void **state)
{
    (void)state;
    begin(MINUTE MINUTE);
    script.rings = true;
    expect_said("turn;turn;turn;turn;turn;"); /* RINGS */
    begin("........................................ssssssssss.........................." MINUTE);
    script.rings = true;
    expect_said("turn;turn;"); /* who asks something else has noticed it, too */
    assert_int_equal(script.answers, 1);
    begin("........................................ssssssssss.........................." MINUTE);
    script.rings = true;
    script.words = "Para, por favor.";
    expect_said("turn;turn;");
    assert_int_equal(script.answers, 0); /* no model has to think about that */
    begin("................sss......................................................" MINUTE);
    script.rings = true;
    expect_said("turn;"); /* "ajá" over the ringing */
    assert_true(script.entered[FLOOR_INTERRUPTED]);
}

static void an_interrupt_ends_it_in_any_state(void **state)
{
    (void)state;
    for (int in = FLOOR_IDLE; in <= FLOOR_INTERRUPTED; in++) {
        struct sarai_error err = {0};
        begin(murmur);
        script.state_to_interrupt = in;
        assert_int_equal(converse(&err), SARAI_OK);
        assert_true(script.entered[in]);
    }
}

/* More news than the queue holds: who brings them waits, and none is lost. */
static void a_full_queue_holds_the_thinking_back(void **state)
{
    (void)state;
    begin(question);
    script.pieces = 5L * TALK_MOST_NEWS;
    expect_said("turn;");
    assert_int_equal(script.answers, 1);
}

static void heard_spans(void *user, const struct sarai_talk_event *e)
{
    char *said = user;
    assert_int_equal(e->turn, 7);
    if (e->kind == SARAI_TALK_SPAN)
        assert_int_equal(e->lane, SARAI_LANE_PLAY);
    strcat(strcat(said, e->text), ";");
}

/* A silence counts once sound comes behind it, and is told at the end of the answer. */
static void an_answer_that_starves_is_counted(void **state)
{
    (void)state;
    char said[256] = "";
    const struct sarai_talk_options options = {.on_event = heard_spans, .user = said};
    const struct playback_status sounding = {.sounding = true}, starved = {.starved = true},
                                 starts_to = {.sounding = true, .starved = true}, over = {.over = true};
    struct talk t = {.options = &options};
    const struct playback_status *const steps[] = {&sounding, &starts_to, &starved, &starved, &sounding,
                                                   &starved,  &sounding,  &starved, &over};
    atomic_store(&t.turn, 7);
    talk_follow_gaps(&t, &sounding, true); /* between answers nobody hears it */
    t.playing = true;
    talk_follow_gaps(&t, &sounding, true);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        talk_follow_gaps(&t, steps[i], false);
    assert_string_equal(said, "starved;starved;");
    assert_int_equal(t.gaps.n, 2);
    assert_true(t.gaps.ms == 4 * DUPLEX_STEP_MS);
    lang_set(LANG_EN);
    talk_tell_gaps(&t);
    assert_non_null(strstr(said, "silences inside the answer: 2 (40 ms);"));
    assert_non_null(strstr(said, "dry in the answer; times: 1;"));
    said[0] = '\0';
    talk_tell_gaps(&t); /* of the next answer */
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered),
        cmocka_unit_test(who_says_para_over_the_answer_gets_silence),
        cmocka_unit_test(a_mood_is_told_and_goes_with_the_question),
        cmocka_unit_test(where_a_question_lies_goes_with_it),
        cmocka_unit_test(who_calls_is_answered),
        cmocka_unit_test(a_stage_that_fails_is_told_and_the_next_turn_works),
        cmocka_unit_test(an_interruption_that_cannot_be_judged_lets_the_answer_go_on),
        cmocka_unit_test(a_stage_that_hangs_is_named_and_interrupted),
        cmocka_unit_test(a_stage_that_hangs_for_good_ends_the_conversation),
        cmocka_unit_test(a_device_that_hangs_is_told_to_the_program),
        cmocka_unit_test(a_device_that_is_lost_comes_back),
        cmocka_unit_test(what_rings_is_said_when_nobody_speaks),
        cmocka_unit_test(it_rings_until_somebody_speaks),
        cmocka_unit_test(an_interrupt_ends_it_in_any_state),
        cmocka_unit_test(a_full_queue_holds_the_thinking_back),
        cmocka_unit_test(an_answer_that_starves_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
