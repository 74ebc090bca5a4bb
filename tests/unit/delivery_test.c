/* How tones are spoken, as a table: what people do when they comfort, calm or share a joy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "speak/delivery.h"

static void tones_are_spoken_as_the_table_says(void **state)
{
    static const struct {
        enum sarai_tone tone;
        float strength;
        struct delivery delivery;
    } table[] = {
        {SARAI_TONE_PLAIN, 1, {1, 1, 0, 0}},
        {SARAI_TONE_SOOTHING, 0, {1, 1, 0, 0}},
        {SARAI_TONE_SOOTHING, 1, {0.90, 1.35, 0.20F, -2}},
        {SARAI_TONE_SOOTHING, 0.5F, {0.95, 1.175, 0.10F, -1}},
        {SARAI_TONE_TENDER, 1, {0.92, 1.25, 0.15F, -2}},
        {SARAI_TONE_EVEN, 1, {0.95, 1.15, 0.10F, -1}},
        {SARAI_TONE_BRIGHT, 1, {1.03, 0.90, -0.05F, 1}},
        {SARAI_TONE_BRIGHT, 9, {1.03, 0.90, -0.05F, 1}},
        {SARAI_TONE_BRIGHT, -1, {1, 1, 0, 0}},
        {SARAI_TONE_BRIGHT, NAN, {1, 1, 0, 0}},
        {SARAI_N_TONES, 1, {1, 1, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct delivery d = delivery_of(table[i].tone, table[i].strength), e = table[i].delivery;
        if (fabs(d.speed - e.speed) > 1e-4 || fabs(d.pause - e.pause) > 1e-4 ||
            fabsf(d.blend - e.blend) > 1e-4F || fabsf(d.gain_db - e.gain_db) > 1e-4F)
            fail_msg("row %zu: speed %g pause %g blend %g gain %g", i, d.speed, d.pause, (double)d.blend,
                     (double)d.gain_db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tones_are_spoken_as_the_table_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
