/* Cutting at pauses, with probabilities that the test makes up. Each window's samples hold its number, so
 * that what comes out can be traced to what went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "listen/segmenter.h"
#include "listen/vad.h"

#define WINDOW_S ((double)VAD_WINDOW / SARAI_SPEECH_HZ)

struct run {
    struct segmenter *segmenter;
    int fed; /* windows */
    int utterances;
    double start_s, end_s;     /* of the last */
    int first, last;           /* windows that it holds */
    double longest_s, heard_s; /* of all */
};

static void collect(struct run *r)
{
    const struct utterance *u = segmenter_next(r->segmenter);
    if (!u)
        return;
    double seconds = (double)u->n_frames / SARAI_SPEECH_HZ;
    r->utterances++;
    r->start_s = u->start_s;
    r->end_s = u->end_s;
    r->first = (int)u->pcm[0];
    r->last = (int)u->pcm[u->n_frames - 1];
    assert_int_equal(r->last - r->first + 1, u->n_frames / VAD_WINDOW);
    r->longest_s = seconds > r->longest_s ? seconds : r->longest_s;
    r->heard_s += seconds;
    assert_null(segmenter_next(r->segmenter));
}

static void feed(struct run *r, double seconds, float probability)
{
    float window[VAD_WINDOW];
    for (int n = (int)(seconds / WINDOW_S + 0.5); n > 0; n--) {
        for (int i = 0; i < VAD_WINDOW; i++)
            window[i] = (float)r->fed;
        r->fed++;
        segmenter_feed(r->segmenter, window, probability);
        collect(r);
    }
}

static void flush(struct run *r)
{
    segmenter_flush(r->segmenter);
    collect(r);
}

static struct run begin(enum segmenter_grain grain)
{
    struct run r = {0};
    assert_int_equal(segmenter_open(&r.segmenter, NULL), SARAI_OK);
    segmenter_begin(r.segmenter, grain);
    return r;
}

static void silence_and_clicks_give_nothing(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    feed(&r, 60, 0.1f);
    feed(&r, 2 * WINDOW_S, 0.9f); /* a click */
    feed(&r, 60, 0.1f);
    flush(&r);
    assert_int_equal(r.utterances, 0);
    segmenter_close(r.segmenter);
}

static void a_question_keeps_its_soft_ends(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    feed(&r, 3.2, 0.1f);
    feed(&r, 1.6, 0.9f);
    feed(&r, 1.6, 0.1f);
    flush(&r);
    assert_int_equal(r.utterances, 1);
    assert_float_equal(r.start_s, 3.2, 1e-3);
    assert_float_equal(r.end_s, 4.8, 1e-3);
    assert_in_range(100 - r.first, 5, 12); /* windows before window 100, where the speech begins */
    assert_in_range(r.last - 149, 5, 12);  /* and after window 149, its last */
    segmenter_close(r.segmenter);
}

static void speech_from_the_first_sample_to_the_last_is_whole(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    feed(&r, 2, 0.9f);
    flush(&r);
    assert_int_equal(r.utterances, 1);
    assert_int_equal(r.first, 0);
    assert_int_equal(r.last, r.fed - 1);
    segmenter_close(r.segmenter);
}

static void grain_decides_which_pauses_cut(void **state)
{
    (void)state;
    const struct {
        enum segmenter_grain grain;
        int utterances;
    } expected[] = {{SEGMENTER_TEXT, 1}, {SEGMENTER_CUES, 2}};
    for (int i = 0; i < 2; i++) {
        struct run r = begin(expected[i].grain);
        feed(&r, 3, 0.9f);
        feed(&r, 1, 0.1f);
        feed(&r, 3, 0.9f);
        flush(&r);
        assert_int_equal(r.utterances, expected[i].utterances);
        segmenter_close(r.segmenter);
    }
}

/* A speaker who never pauses: cut where the speech is least likely, and no sample lost or heard twice. */
static void speech_without_pause_is_cut_at_its_weakest(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    feed(&r, 25, 0.9f);
    int weakest = r.fed;
    feed(&r, WINDOW_S, 0.6f);
    while (r.utterances == 0)
        feed(&r, WINDOW_S, 0.9f);
    assert_int_equal(r.last, weakest);
    feed(&r, 1, 0.9f);
    flush(&r);
    assert_int_equal(r.utterances, 2);
    assert_int_equal(r.first, weakest + 1);
    assert_int_equal(r.last, r.fed - 1);
    segmenter_close(r.segmenter);
}

static void an_hour_stays_within_bounds(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    double spoken_s = 0;
    for (int i = 0; spoken_s < 3600; i++) {
        double seconds = 1 + (i * 7) % 37;
        feed(&r, seconds, 0.9f);
        feed(&r, 0.3 + (i % 5) * 0.4, 0.1f);
        spoken_s += seconds;
    }
    flush(&r);
    assert_true(r.longest_s <= SEGMENTER_MAX_S);
    assert_true(r.heard_s >= spoken_s);
    assert_true(r.end_s <= r.fed * WINDOW_S);
    segmenter_close(r.segmenter);
}

static void begin_forgets(void **state)
{
    (void)state;
    struct run r = begin(SEGMENTER_TEXT);
    feed(&r, 5, 0.9f);
    segmenter_begin(r.segmenter, SEGMENTER_TEXT);
    flush(&r);
    assert_int_equal(r.utterances, 0);
    feed(&r, 1, 0.9f);
    flush(&r);
    assert_float_equal(r.start_s, 0, 1e-6);
    segmenter_close(r.segmenter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_and_clicks_give_nothing),
        cmocka_unit_test(a_question_keeps_its_soft_ends),
        cmocka_unit_test(speech_from_the_first_sample_to_the_last_is_whole),
        cmocka_unit_test(grain_decides_which_pauses_cut),
        cmocka_unit_test(speech_without_pause_is_cut_at_its_weakest),
        cmocka_unit_test(an_hour_stays_within_bounds),
        cmocka_unit_test(begin_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
