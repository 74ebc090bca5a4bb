/* Whole conversations whose stages are made of straw: the microphone, the ear, hearing, thinking and speaking
 * are written here, so the linker never takes the real ones; the loop, its threads, the floor, the playback
 * and the watchdog are real. Each stage can be told to fail or to hang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "acting.h"
#include "mouth.h"
#include "talk.h"

enum misbehaviour { GOOD, FAILS, HANGS /* until it is interrupted; hearing does so once */, HANGS_FOR_GOOD };

/* What a test scripts, and what it finds out. */
static struct {
    const char *sound; /* a character for each 100 ms: 's' speech, '.' silence, '-' the device is lost */
    const char *words; /* of the person */
    enum misbehaviour hear, judge, think, mouth, device;
    int answers, amended;                            /* how often */
    long pieces;                                     /* of an answer */
    atomic_bool stop_hearing, stop_speaking, let_go; /* let_go: a device that hangs */
    int state_to_interrupt;                          /* -1: none */
    struct sarai *s;
    bool entered[6];
    char said[4096]; /* a letter for each event that lasts, and the notices */
    char hang[512];
    float sad;         /* how the voice sounds; 0: moods are not heard */
    float thought_sad; /* what went with the question; -1: nothing */
    int n_moods;
    bool rings;
    int n_heard, n_notices, n_prepared, n_answered;
} script;

/* Waits as a stage that hangs. */
static enum sarai_status misbehave(enum misbehaviour how, atomic_bool *interrupted, struct sarai_error *err)
{
    const struct timespec pause = {0, 2000000};
    if (how == FAILS)
        return failed(err, SARAI_EMODEL, "straw breaks");
    while (how == HANGS && !atomic_load(interrupted))
        nanosleep(&pause, NULL);
    while (how == HANGS_FOR_GOOD) /* to the end of the program: what such a thread uses stays in use */
        nanosleep(&pause, NULL);
    return how == GOOD ? SARAI_OK : failed(err, SARAI_ECANCELLED, "cancelled");
}

/* ---- the microphone --------------------------------------------------------------------------- */

struct duplex {
    const struct stop *stop;
    long step;
    bool lost;
};

enum sarai_status duplex_open(const struct duplex_options *options, struct duplex **out,
                              struct sarai_error *err)
{
    (void)err;
    *out = calloc(1, sizeof **out);
    (*out)->stop = options->stop;
    return SARAI_OK;
}

void duplex_close(struct duplex *d)
{
    free(d);
}

enum sarai_status duplex_read(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err)
{
    size_t at = (size_t)d->step++ / 10;
    char now = at < strlen(script.sound) ? script.sound[at] : '.';
    *step = (struct duplex_step){.over = at >= strlen(script.sound), .late = now == '-'};
    step->lost = now == '-' && !d->lost;
    step->found = now != '-' && d->lost;
    d->lost = now == '-';
    for (size_t i = 0; i < DUPLEX_MIC_FRAMES; i++)
        mic[i] = now == 's' ? 0.5f : 0;
    memset(played, 0, DUPLEX_MIC_FRAMES * sizeof *played);
    if (stop_raised(d->stop))
        return failed(err, SARAI_ECANCELLED, "interrupted");
    return misbehave(script.device, &script.let_go, err);
}

enum sarai_status duplex_write(struct duplex *d, const float *voice, struct sarai_error *err)
{
    (void)d, (void)voice, (void)err;
    return SARAI_OK;
}

enum sarai_status duplex_commit(struct duplex *d, struct sarai_error *err)
{
    (void)d, (void)err;
    return SARAI_OK;
}

/* ---- the ear: what is loud is speech ------------------------------------------------------------ */

struct ear {
    int filled;
    float window[512], sound[16000];
};

enum sarai_status ear_open(const char *vad_path, const char *turn_path, const struct onnx_options *options,
                           struct ear **out, struct sarai_error *err)
{
    (void)vad_path, (void)turn_path, (void)options, (void)err;
    *out = calloc(1, sizeof **out);
    return SARAI_OK;
}

void ear_close(struct ear *ear)
{
    free(ear);
}

enum sarai_status ear_feed(struct ear *ear, const float *pcm, size_t n, ear_window_fn *on_window, void *user,
                           struct sarai_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) {
        ear->window[ear->filled++] = pcm[i];
        if (ear->filled < 512)
            continue;
        ear->filled = 0;
        on_window(user, ear->window[511] > 0 ? 0.95f : 0.01f, -20);
    }
    return SARAI_OK;
}

void ear_begin(struct ear *ear)
{
    (void)ear;
}

void ear_forget(struct ear *ear)
{
    (void)ear;
}

const float *ear_utterance(const struct ear *ear, size_t *n_frames)
{
    *n_frames = sizeof ear->sound / sizeof *ear->sound;
    return ear->sound;
}

enum sarai_status ear_turn_over(struct ear *ear, float *probability, struct sarai_error *err)
{
    (void)ear, (void)err;
    *probability = 0.95f;
    return SARAI_OK;
}

/* ---- hearing ----------------------------------------------------------------------------------- */

enum sarai_status listener_begin(struct listener *l, const char *language, enum segmenter_grain grain,
                                 struct sarai_error *err)
{
    (void)l, (void)language, (void)grain, (void)err;
    return SARAI_OK;
}

enum sarai_status listener_follow(struct listener *l, const float *pcm, size_t n, struct heard *heard,
                                  struct sarai_error *err)
{
    (void)l, (void)pcm, (void)n;
    bool over_answer = script.entered[FLOOR_INTERRUPTED];
    bool once = script.hear == HANGS;
    enum sarai_status st = misbehave(over_answer ? script.judge : script.hear, &script.stop_hearing, err);
    script.n_heard++;
    if (once)
        script.hear = GOOD;
    if (!st)
        buf_text(&heard->words, over_answer ? "ajá" : script.words);
    return st;
}

void listener_forget(struct listener *l)
{
    (void)l;
}

bool listener_feel(struct listener *l, const float *pcm, size_t n, float emo_vec[SARAI_EMO_DIMENSION])
{
    (void)l, (void)pcm, (void)n;
    memset(emo_vec, 0, SARAI_EMO_DIMENSION * sizeof *emo_vec);
    emo_vec[SARAI_SAD] = script.sad;
    emo_vec[SARAI_NEUTRAL] = 1 - script.sad;
    return script.sad > 0;
}

enum sarai_status listener_remember(struct listener *l, struct sarai_error *err)
{
    (void)l, (void)err;
    return SARAI_OK;
}

void listener_resume(struct listener *l)
{
    (void)l;
    atomic_store(&script.stop_hearing, false);
}

void listener_interrupt(struct listener *l)
{
    (void)l;
    atomic_store(&script.stop_hearing, true);
}

/* ---- thinking and speaking ---------------------------------------------------------------------- */

const struct sarai_stages assistant_nothing_ran;

void assistant_begin_call(struct sarai *s)
{
    atomic_store(&s->quit.raised, false);
    atomic_store(&s->stop.raised, false);
}

enum sarai_status assistant_needs(const struct sarai *s, unsigned wanted, struct sarai_error *err)
{
    (void)s, (void)wanted, (void)err;
    return SARAI_OK;
}

static enum sarai_status speak(struct sarai *s, const struct sarai_sink *sink, struct sarai_error *err)
{
    float sound[2400];
    for (size_t i = 0; i < 2400; i++)
        sound[i] = 0.5f;
    watchdog_enter(s->watchdog, WATCH_MOUTH);
    sink->on_phrase(sink->user, "Son las tres.");
    enum sarai_status st = misbehave(script.mouth, &script.stop_speaking, err);
    for (int i = 0; !st && i < 20; i++) /* two seconds */
        st = sink->on_audio(sink->user, sound, 2400) ? SARAI_OK : failed(err, SARAI_EOUTPUT, "refused");
    watchdog_leave(s->watchdog, WATCH_MOUTH);
    return st;
}

enum sarai_status assistant_consult(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, double start_ms, struct sarai_turn *turn,
                                    struct sarai_error *err)
{
    (void)start_ms;
    script.thought_sad = question->emo_vec ? question->emo_vec[SARAI_SAD] : -1;
    atomic_store(&script.stop_speaking, false);
    script.answers++;
    enum sarai_status st = misbehave(script.think, &s->stop.raised, err);
    for (long i = 0; !st && i < script.pieces; i++)
        sink->on_answer(sink->user, "tres ");
    if (!st)
        st = speak(s, sink, err);
    if (!st)
        turn->answer = strdup("Son las tres.");
    turn->by = SARAI_BY_EXPERT;
    return st;
}

void speaker_interrupt(struct speaker *s)
{
    (void)s;
    atomic_store(&script.stop_speaking, true);
}

enum sarai_status mouth_open(struct mouth *m, struct sarai *s, const struct sarai_sink *sink,
                             struct sarai_error *err)
{
    (void)err;
    *m = (struct mouth){.s = s, .sink = sink};
    return SARAI_OK;
}

void mouth_feed(struct mouth *m, const char *piece)
{
    (void)m, (void)piece;
}

enum sarai_status mouth_close(struct mouth *m, enum sarai_status answered, struct sarai_error *err)
{
    return answered ? answered : speak(m->s, m->sink, err);
}

enum sarai_status mouth_prepare(struct sarai *s, const char *phrase, struct sarai_error *err)
{
    (void)s, (void)phrase, (void)err;
    script.n_prepared++;
    return SARAI_OK;
}

/* A timer rings once, when the test wants it. */
enum sarai_status acting_due(struct acting *a, struct buf *sentence, struct sarai_error *err)
{
    (void)a, (void)err;
    if (script.rings)
        buf_text(sentence, "Ha sonado.");
    script.rings = false;
    return SARAI_OK;
}

double acting_volume(struct acting *a)
{
    (void)a;
    return 1;
}

bool acting_may_be_read(const char *text)
{
    (void)text;
    return true;
}

void sarai_turn_finish(struct sarai_turn *t)
{
    free(t->text);
    free(t->answer);
    *t = (struct sarai_turn){0};
}

void sarai_new_conversation(struct sarai *s)
{
    (void)s;
}

enum sarai_status conversation_warm(struct conversation *c, struct sarai_error *err)
{
    (void)c, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_amend(struct conversation *c, const char *heard, struct sarai_error *err)
{
    (void)c, (void)heard, (void)err;
    script.amended++;
    return SARAI_OK;
}

enum sarai_status conversation_expect(struct conversation *c, const char *beginning, struct sarai_error *err)
{
    (void)c, (void)beginning, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_ending(struct conversation *c, const char *words, float *probability,
                                      struct sarai_error *err)
{
    (void)c, (void)words, (void)probability;
    return failed(err, SARAI_EINPUT, "straw does not know");
}

enum sarai_status conversation_recall(struct conversation *c, const struct question *question, bool is_result,
                                      const char *answer, struct sarai_error *err)
{
    (void)c, (void)question, (void)is_result, (void)answer, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_note(struct conversation *c, const char *words, struct sarai_error *err)
{
    (void)c, (void)words, (void)err;
    return SARAI_OK;
}

enum sarai_status store_path(const struct store *s, const char *model, const char *suffix, char *out,
                             size_t n, struct sarai_error *err)
{
    (void)s, (void)model, (void)suffix, (void)n, (void)err;
    out[0] = '\0';
    return SARAI_OK;
}

const char *store_cache_dir(const struct store *s)
{
    (void)s;
    return NULL;
}

/* ---- the tests' own ------------------------------------------------------------------------------ */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered),
        cmocka_unit_test(a_mood_is_told_and_goes_with_the_question),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
