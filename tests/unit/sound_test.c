/* What happens to the voice's sound before it is heard: trimming and loudness. The meter that judges is
 * libebur128 over the whole, apart from the one inside. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ebur128.h>

#include "failing_alloc.h"
#include "speak/loudness.h"
#include "speak/trimming.h"

enum { MS = SARAI_VOICE_HZ / 1000, SECOND = SARAI_VOICE_HZ };

/* A vowel of a kind: harmonics of 150 Hz, swelling over rise_ms, with its highest peak at `peak`. */
static void put_vowel(float *pcm, size_t n, size_t rise_ms, float peak)
{
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / SECOND, sum = 0;
        for (int h = 1; h <= 6; h++)
            sum += sin(2 * M_PI * 150 * h * t) / h;
        double swell = rise_ms && i < rise_ms * MS ? (double)i / (double)(rise_ms * MS) : 1;
        pcm[i] = (float)(peak * swell * sum / 1.9);
    }
}

static void a_soft_first_vowel_is_kept_whole(void **state)
{
    (void)state;
    float *pcm = calloc(SECOND, sizeof *pcm), *whole = calloc(SECOND, sizeof *whole);
    size_t at = 200 * MS, length = 500 * MS, n = SECOND;
    assert_true(pcm && whole);
    put_vowel(pcm + at, length, 80, 0.3f);
    memcpy(whole, pcm, SECOND * sizeof *pcm);
    float *sound = trim_silence(pcm, &n);
    size_t begin = (size_t)(sound - pcm);
    /* Nothing audible lies before the cut, and the cut comes well before the sound. */
    size_t audible = 0;
    while (fabsf(whole[audible]) < TRIM_AUDIBLE)
        audible++;
    assert_int_equal(audible - begin, TRIM_LEAD_MS * MS);
    assert_true(begin + n >= at + length);
    assert_true(begin + n <= at + length + TRIM_TAIL_MS * MS);
    /* Past the fade of the silence before it the sound is untouched. */
    assert_memory_equal(pcm + audible, whole + audible, length / 2 * sizeof *pcm);
    free(pcm);
    free(whole);
}

static void silence_leaves_nothing(void **state)
{
    (void)state;
    float pcm[1000] = {0};
    size_t n = 1000;
    pcm[500] = TRIM_AUDIBLE / 2;
    trim_silence(pcm, &n);
    assert_int_equal(n, 0);
    trim_silence(pcm, &n);
    assert_int_equal(n, 0);
}

static void sound_to_the_edge_is_not_shortened(void **state)
{
    (void)state;
    float pcm[100 * MS];
    size_t n = 100 * MS;
    put_vowel(pcm, n, 0, 0.5f);
    pcm[0] = 0.5f;
    pcm[n - 1] = 0.5f;
    assert_ptr_equal(trim_silence(pcm, &n), pcm);
    assert_int_equal(n, 100 * MS);
}

static double loudness_of(const float *pcm, size_t n)
{
    ebur128_state *meter = ebur128_init(1, SARAI_VOICE_HZ, EBUR128_MODE_I);
    double lufs = 0;
    assert_non_null(meter);
    assert_int_equal(ebur128_add_frames_float(meter, pcm, n), EBUR128_SUCCESS);
    assert_int_equal(ebur128_loudness_global(meter, &lufs), EBUR128_SUCCESS);
    ebur128_destroy(&meter);
    return lufs;
}

static float peak_of(const float *pcm, size_t n)
{
    float top = 0;
    for (size_t i = 0; i < n; i++)
        top = fmaxf(top, fabsf(pcm[i]));
    return top;
}

/* Quiet or loud, phrases come out at the target. */
static void phrases_reach_the_target(void **state)
{
    (void)state;
    static const float levels[] = {0.06f, 0.2f, 0.8f};
    float *pcm = malloc(2 * SECOND * sizeof *pcm);
    assert_non_null(pcm);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct loudness *l = NULL;
        assert_int_equal(loudness_open(SARAI_VOICE_HZ, &l, NULL), SARAI_OK);
        for (int phrase = 0; phrase < 3; phrase++) {
            put_vowel(pcm, 2 * SECOND, 5, levels[i]);
            loudness_apply(l, 0, pcm, 2 * SECOND);
            assert_float_equal(loudness_of(pcm, 2 * SECOND), LOUDNESS_TARGET_LUFS, 0.5);
        }
        loudness_close(l);
    }
    free(pcm);
}

/* A click towers over a quiet phrase: the gain gives way, no sample passes the peak. */
static void nothing_is_clipped(void **state)
{
    (void)state;
    float *pcm = malloc(SECOND * sizeof *pcm);
    struct loudness *l = NULL;
    assert_non_null(pcm);
    assert_int_equal(loudness_open(SARAI_VOICE_HZ, &l, NULL), SARAI_OK);
    for (int phrase = 0; phrase < 4; phrase++) {
        put_vowel(pcm, SECOND, 5, 0.05f);
        if (phrase % 2 == 1)
            pcm[(size_t)phrase * 20] = -0.95f;
        loudness_apply(l, 0, pcm, SECOND);
        assert_true(peak_of(pcm, SECOND) <= LOUDNESS_PEAK + 1e-6f);
    }
    loudness_close(l);
    free(pcm);
}

/* Between two phrases of one voice the level does not jump, even after one that was too short to measure. */
static void the_level_does_not_jump(void **state)
{
    (void)state;
    float pcm[SECOND];
    struct loudness *l = NULL;
    assert_int_equal(loudness_open(SARAI_VOICE_HZ, &l, NULL), SARAI_OK);
    put_vowel(pcm, SECOND, 5, 0.1f);
    loudness_apply(l, 0, pcm, SECOND);
    float gain = pcm[SECOND / 2] / 0.1f;
    put_vowel(pcm, 200 * MS, 0, 0.1f);
    float before = pcm[10 * MS + 7];
    loudness_apply(l, 0, pcm, 200 * MS);
    float jump = pcm[10 * MS + 7] / before;
    put_vowel(pcm, SECOND, 5, 0.1f);
    assert_float_equal(jump, gain * 0.1f / pcm[SECOND / 2], 0.1 * fabsf(jump));
    loudness_apply(l, 0, NULL, 0);
    loudness_close(l);
    loudness_close(NULL);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (int n = 0;; n++) {
        struct loudness *l = NULL;
        fail_allocation(n);
        enum sarai_status st = loudness_open(SARAI_VOICE_HZ, &l, NULL);
        if (!allocation_failed()) {
            assert_int_equal(st, SARAI_OK);
            loudness_close(l);
            return;
        }
        assert_int_equal(st, SARAI_ENOMEM);
        assert_null(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_soft_first_vowel_is_kept_whole),
        cmocka_unit_test(silence_leaves_nothing),
        cmocka_unit_test(sound_to_the_edge_is_not_shortened),
        cmocka_unit_test(phrases_reach_the_target),
        cmocka_unit_test(nothing_is_clipped),
        cmocka_unit_test(the_level_does_not_jump),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
