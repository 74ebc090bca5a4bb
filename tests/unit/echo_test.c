/* The echo canceller on made-up sound: bursts of noise as speech has them, an echo of known delay and level.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/drift.h"
#include "audio/echo.h"
#include "engine/kissfft.h"

enum { STEPS_PER_S = 100, MOST_DELAY_STEPS = 40 };

static float noise(void)
{
    return 2 * (float)rand() / (float)RAND_MAX - 1;
}

/* Syllables: 0.12 to 0.3 s of noise of changing loudness, and pauses. */
static void syllables(float *pcm, float level)
{
    static int left;
    static float loud;
    if (left-- <= 0) {
        left = 12 + rand() % 18;
        loud = rand() % 3 ? level * (0.3f + 0.7f * (float)rand() / (float)RAND_MAX) : 0;
    }
    for (int i = 0; i < ECHO_FRAMES; i++)
        pcm[i] = loud * noise();
}

static double energy(const float *pcm)
{
    double sum = 1e-12;
    for (int i = 0; i < ECHO_FRAMES; i++)
        sum += (double)pcm[i] * (double)pcm[i];
    return sum;
}

struct outcome {
    double echo_db, left_db; /* level of the echo, and of what is left of it, over the last 5 s */
    int delay_ms;
    bool over_residual; /* what was left stood out of what the canceller announced, for 160 ms on end */
    bool deaf;          /* after the first second nobody could have stood out */
};

static struct outcome run(int delay_steps, enum echo_behind behind)
{
    static float past[MOST_DELAY_STEPS + 1][ECHO_FRAMES];
    const struct echo_options options = {.behind = behind};
    struct outcome o = {0};
    struct echo *e;
    double echo = 0, left = 0;
    int above = 0;
    srand(3);
    memset(past, 0, sizeof past);
    assert_int_equal(echo_open(&options, &e, NULL), SARAI_OK);
    for (int step = 0; step < 15 * STEPS_PER_S; step++) {
        float *played = past[step % (MOST_DELAY_STEPS + 1)], mic[ECHO_FRAMES], clean[ECHO_FRAMES];
        syllables(played, 0.5f);
        const float *heard = past[(step + MOST_DELAY_STEPS + 1 - delay_steps) % (MOST_DELAY_STEPS + 1)];
        for (int i = 0; i < ECHO_FRAMES; i++)
            mic[i] = 0.5f * heard[i] + 0.0005f * noise();
        echo_cancel(e, mic, played, clean);
        float db = (float)(10 * log10(energy(clean) / ECHO_FRAMES));
        above = db > -60 && db > echo_residual_db(e) + 6 ? above + 1 : 0;
        o.over_residual = o.over_residual || above >= 16;
        o.deaf = o.deaf || (step >= STEPS_PER_S && echo_residual_db(e) >= 0);
        if (step >= 10 * STEPS_PER_S) {
            echo += energy(mic);
            left += energy(clean);
        }
    }
    o.echo_db = 10 * log10(echo);
    o.left_db = 10 * log10(left);
    o.delay_ms = echo_delay_ms(e);
    echo_close(e);
    return o;
}

static void an_echo_is_taken_out_whatever_its_delay(void **state)
{
    (void)state;
    const int delays[] = {0, 4, 12, 20, 35};
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        struct outcome o = run(delays[i], ECHO_ALONE);
        assert_true(o.echo_db - o.left_db > 20);
        assert_false(o.over_residual);
        assert_false(o.deaf); /* finding the delay takes nobody's word */
        assert_int_equal(o.delay_ms, 10 * delays[i]);
    }
}

static bool is_built_in(enum echo_behind behind)
{
    const struct echo_options options = {.behind = behind};
    struct sarai_error err = {0};
    struct echo *e = NULL;
    enum sarai_status st = echo_open(&options, &e, &err);
    if (st) { /* one sentence that names the setting and what is missing */
        assert_int_equal(st, SARAI_EUSAGE);
        assert_non_null(strstr(err.message, "ECHO_CANCELLER=webrtc"));
        assert_non_null(strstr(err.message, "libwebrtc-audio-processing-dev"));
    }
    echo_close(e);
    return st == SARAI_OK;
}

static void a_library_behind_the_filter_leaves_no_more_than_it(void **state)
{
    (void)state;
    assert_true(is_built_in(ECHO_SPEEX));
    struct outcome alone = run(12, ECHO_ALONE), speex = run(12, ECHO_SPEEX);
    assert_true(speex.left_db < alone.left_db + 1);
    if (is_built_in(ECHO_WEBRTC))
        assert_true(run(12, ECHO_WEBRTC).left_db < alone.left_db + 1);
}

/* A conversation: a sound of 0.8 s, 3 s of quiet, then an answer, at second `person_s` of which somebody
 * speaks at the loudness of the echo. What is left of the echo in the first half second of the answer,
 * against it; and whether the person stands out within 200 ms. */
static double first_answer(bool with_sound, bool person, bool *stands_out)
{
    enum { DELAY = 12, STEPS = 6 * STEPS_PER_S, ANSWER = 4 * STEPS_PER_S, PERSON = ANSWER + 50 };
    const struct echo_options options = {0};
    static float played[STEPS][ECHO_FRAMES];
    double echo = 0, left = 0;
    struct echo *e;
    int above = 0;
    srand(11);
    *stands_out = false;
    assert_int_equal(echo_open(&options, &e, NULL), SARAI_OK);
    for (int step = 0; step < STEPS; step++) {
        float mic[ECHO_FRAMES], clean[ECHO_FRAMES], level = step < 80 && with_sound ? 0.2f : 0;
        for (int i = 0; i < ECHO_FRAMES; i++)
            played[step][i] = level * noise();
        if (step >= ANSWER)
            syllables(played[step], 0.5f);
        for (int i = 0; i < ECHO_FRAMES; i++) {
            double heard = step >= DELAY ? 0.5 * (double)played[step - DELAY][i] : 0;
            mic[i] = (float)heard + 0.0005f * noise() + (person && step >= PERSON ? 0.15f * noise() : 0);
        }
        echo_cancel(e, mic, played[step], clean);
        float db = (float)(10 * log10(energy(clean) / ECHO_FRAMES));
        above = db > -60 && db > echo_residual_db(e) + 6 ? above + 1 : 0;
        *stands_out = *stands_out || (step >= ANSWER && step < PERSON + 20 && above >= 10);
        if (step >= ANSWER && step < ANSWER + 50) {
            echo += energy(mic);
            left += energy(clean);
        }
    }
    echo_close(e);
    return 10 * log10(echo / left);
}

static void a_sound_at_the_beginning_teaches_the_echo(void **state)
{
    (void)state;
    bool person, nobody;
    assert_true(first_answer(true, false, &nobody) > 15); /* some 5 without it */
    assert_true(first_answer(false, false, &nobody) < 15);
    assert_false(nobody);
    first_answer(true, false, &nobody);
    assert_false(nobody);
    first_answer(true, true, &person);
    assert_true(person);
}

/* The microphone's clock and the loudspeaker's differ by 100 ppm: in 30 s the echo wanders by 48 samples.
 * What is left of it, against the echo, over the last 5 s. */
static double drifting(double ppm, bool *over_residual)
{
    enum { SECONDS = 30, FRAMES = SECONDS * SARAI_SPEECH_HZ, DELAY = 640 };
    const struct echo_options options = {0};
    float *played = calloc(FRAMES, sizeof *played);
    double echo = 0, left = 0;
    struct echo *e;
    int above = 0;
    *over_residual = false;
    srand(5);
    assert_non_null(played);
    assert_int_equal(echo_open(&options, &e, NULL), SARAI_OK);
    for (size_t step = 0; step < SECONDS * STEPS_PER_S; step++) {
        float mic[ECHO_FRAMES], clean[ECHO_FRAMES], *now = played + step * ECHO_FRAMES;
        syllables(now, 0.5f);
        for (size_t i = 0; i < ECHO_FRAMES; i++) {
            size_t n = step * ECHO_FRAMES + i;
            played[n] = 0.3f * played[n] + (n > 0 ? 0.7f * played[n - 1] : 0);
            double at = (double)n * (1 - ppm * 1e-6) - DELAY, after = ceil(at);
            mic[i] = 0;
            if (at > DRIFT_REACH_FRAMES)
                drift_read(played + (size_t)after, (float)(after - at), &mic[i], 1);
            mic[i] = 0.5f * mic[i] + 0.0005f * noise();
        }
        echo_cancel(e, mic, now, clean);
        float db = (float)(10 * log10(energy(clean) / ECHO_FRAMES));
        above = db > -60 && db > echo_residual_db(e) + 6 ? above + 1 : 0;
        *over_residual = *over_residual || above >= 16;
        if (step >= (SECONDS - 5) * STEPS_PER_S) {
            echo += energy(mic);
            left += energy(clean);
        }
    }
    echo_close(e);
    free(played);
    return 10 * log10(echo / left);
}

static void clocks_that_drift_apart_are_followed(void **state)
{
    (void)state;
    const double drifts[] = {0, 30, 100, -100};
    for (size_t i = 0; i < sizeof drifts / sizeof *drifts; i++) {
        bool over_residual;
        assert_true(drifting(drifts[i], &over_residual) > 20); /* 7 at 100 ppm, were it not followed */
        assert_false(over_residual);
    }
}

/* The peak's way in frames, with as much trembling. */
static struct drift looked(double rate, double trembling, double jump)
{
    struct drift d = {0};
    srand(7);
    for (int i = 0; i < DRIFT_LOOKS; i++) {
        double now = 8000.0 * i;
        drift_look(&d, now, 700 + rate * now + trembling * (double)noise() + (i == 4 ? jump : 0));
    }
    return d;
}

static void only_a_steady_drift_is_believed(void **state)
{
    (void)state;
    assert_float_equal(looked(100e-6, 0, 0).rate, 100e-6, 1e-9);
    assert_float_equal(looked(-100e-6, 0.3, 0).rate, -100e-6, 10e-6);
    assert_true(looked(0, 0.1, 0).rate == 0);       /* chance */
    assert_true(looked(100e-6, 0, 20).rate == 0);   /* another reflection was the strongest for once */
    assert_true(looked(0, 300, 0).rate == 0);       /* no echo at all */
    assert_true(looked(2000e-6, 0.3, 0).rate == 0); /* no clock is as bad */
}

static void sound_is_read_between_its_frames(void **state)
{
    (void)state;
    float sine[200], read[100];
    for (int i = 0; i < 200; i++)
        sine[i] = sinf(0.9f * (float)i);
    for (int quarter = 0; quarter < 4; quarter++) {
        float part = 0.25f * (float)quarter;
        drift_read(sine + 50, part, read, 100);
        for (int i = 0; i < 100; i++)
            assert_float_equal(read[i], sinf(0.9f * (50 + (float)i - part)), 0.002);
    }
}

static void a_spectrum_is_that_of_its_sines(void **state)
{
    (void)state;
    const double turn = 2 * acos(-1) / FFT_FRAMES;
    struct fft *fft;
    struct spectrum s;
    float pcm[FFT_FRAMES], again[FFT_FRAMES];
    assert_int_equal(fft_open(&fft, NULL), SARAI_OK);
    for (int i = 0; i < FFT_FRAMES; i++)
        pcm[i] = (float)(0.25 + cos(turn * 5 * i) + 0.5 * sin(turn * 100 * i) + 2 * cos(turn * FFT_HALF * i));
    fft_forward(fft, pcm, &s);
    fft_backward(fft, &s, again);
    fft_close(fft);
    for (int i = 0; i < FFT_FRAMES; i++)
        assert_float_equal(again[i], pcm[i], 1e-5);
    for (int k = 0; k < FFT_BINS; k++) {
        double re = k == 0 ? 0.25 * FFT_FRAMES : k == 5 ? FFT_HALF : k == FFT_HALF ? 2 * FFT_FRAMES : 0;
        assert_float_equal(s.re[k], re, 1e-3);
        assert_float_equal(s.im[k], k == 100 ? -0.5 * FFT_HALF : 0, 1e-3);
    }
}

static void without_an_echo_the_sound_passes_untouched(void **state)
{
    (void)state;
    const struct echo_options options = {0};
    const float silence[ECHO_FRAMES] = {0};
    float mic[ECHO_FRAMES], clean[ECHO_FRAMES];
    struct echo *e;
    assert_int_equal(echo_open(&options, &e, NULL), SARAI_OK);
    for (int step = 0; step < 300; step++) {
        syllables(mic, 0.3f);
        echo_cancel(e, mic, silence, clean);
        assert_memory_equal(mic, clean, sizeof mic);
        assert_true(echo_residual_db(e) < -100);
    }
    echo_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_is_taken_out_whatever_its_delay),
        cmocka_unit_test(a_library_behind_the_filter_leaves_no_more_than_it),
        cmocka_unit_test(a_sound_at_the_beginning_teaches_the_echo),
        cmocka_unit_test(clocks_that_drift_apart_are_followed),
        cmocka_unit_test(only_a_steady_drift_is_believed),
        cmocka_unit_test(sound_is_read_between_its_frames),
        cmocka_unit_test(a_spectrum_is_that_of_its_sines),
        cmocka_unit_test(without_an_echo_the_sound_passes_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
