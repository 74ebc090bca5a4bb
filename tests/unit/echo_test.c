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

static struct outcome run(int delay_steps)
{
    static float past[MOST_DELAY_STEPS + 1][ECHO_FRAMES];
    const struct echo_options options = {0};
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
        struct outcome o = run(delays[i]);
        assert_true(o.echo_db - o.left_db > 20);
        assert_false(o.over_residual);
        assert_false(o.deaf); /* finding the delay takes nobody's word */
        assert_true(o.delay_ms <=
                    10 * delays[i]); /* never later than the echo: the filter could not look ahead */
    }
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
        cmocka_unit_test(clocks_that_drift_apart_are_followed),
        cmocka_unit_test(only_a_steady_drift_is_believed),
        cmocka_unit_test(sound_is_read_between_its_frames),
        cmocka_unit_test(without_an_echo_the_sound_passes_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
