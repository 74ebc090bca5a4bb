#include "speak/delivery.h"

static const struct delivery plain = {1, 1, 0, 0};

/* At full strength. What people still hear as the same speaker; the figures are in docs/BENCHMARKS.md. */
static const struct delivery whole[SARAI_N_TONES] = {
    [SARAI_TONE_PLAIN] = {1, 1, 0, 0},
    [SARAI_TONE_TENDER] = {0.92, 1.25, 0.15F, -2},
    [SARAI_TONE_SOOTHING] = {0.90, 1.35, 0.20F, -2},
    [SARAI_TONE_EVEN] = {0.95, 1.15, 0.10F, -1},
    [SARAI_TONE_BRIGHT] = {1.03, 0.90, -0.05F, 1},
};

struct delivery delivery_of(enum sarai_tone tone, float strength)
{
    float share = strength > 0 ? strength < 1 ? strength : 1 : 0; /* a NaN counts as nothing */
    if (tone < 0 || tone >= SARAI_N_TONES)
        return plain;
    const struct delivery *to = &whole[tone];
    return (struct delivery){1 + (double)share * (to->speed - 1), 1 + (double)share * (to->pause - 1),
                             share * to->blend, share * to->gain_db};
}
