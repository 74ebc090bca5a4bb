/* The control plane as a table: what comes in, who answers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "think/control.h"

/* Moods of enum sarai_emo, the rest 0. */
static const float FLAT[SARAI_EMO_DIMENSION] = {0.3F, 0.12F, 0.12F, 0.12F, 0.12F, 0.11F, 0.11F};
static const float CALM[SARAI_EMO_DIMENSION] = {
    [SARAI_NEUTRAL] = 0.5F, [SARAI_CALM] = 0.4F, [SARAI_SAD] = 0.1F};
static const float SAD[SARAI_EMO_DIMENSION] = {[SARAI_SAD] = 0.9F, [SARAI_NEUTRAL] = 0.1F};
static const float AFRAID[SARAI_EMO_DIMENSION] = {
    [SARAI_FEARFUL] = 0.6F, [SARAI_ANGRY] = 0.3F, [SARAI_SURPRISED] = 0.1F};
static const float CROSS[SARAI_EMO_DIMENSION] = {
    [SARAI_ANGRY] = 0.8F, [SARAI_SAD] = 0.1F, [SARAI_NEUTRAL] = 0.1F};
static const float BROKEN[SARAI_EMO_DIMENSION] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
static const float UNEASY[SARAI_EMO_DIMENSION] = {[SARAI_SAD] = 0.68F, [SARAI_NEUTRAL] = 0.32F};
static const float HAPPY[SARAI_EMO_DIMENSION] = {[SARAI_HAPPY] = 0.8F, [SARAI_EXCITED] = 0.2F};

static const struct row {
    const char *name;
    struct control_input in; /* hard, soft, web, emo_vec, feedback, permission, is there,
                                private, unattended */
    float alpha, beta;
    enum control_route route;
    bool ask, empathy, fresh;
} table[] = {
    {"a greeting", {0.1F, 0.1F, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.1F, 0.1F, CONTROL_LOCAL, 0, 0, 0},
    {"easy knowledge", {0.9F, 0, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.9F, 0, CONTROL_LOCAL, 0, 0, 0},
    {"hard", {0.95F, 0, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.95F, 0, CONTROL_EXPERT, 0, 0, 0},
    {"hard, to be asked", {0.95F, 0, 0, NULL, 0, CONTROL_ASK, true, 0, 0}, 0.95F, 0, CONTROL_EXPERT, 1, 0, 0},
    {"hard, not allowed",
     {0.95F, 0, 0, NULL, 0, CONTROL_NEVER, true, 0, 0},
     0.95F,
     0,
     CONTROL_LOCAL_LONG,
     0,
     0,
     0},
    {"hard, no expert",
     {0.95F, 0, 0, NULL, 0, CONTROL_ASK, false, 0, 0},
     0.95F,
     0,
     CONTROL_LOCAL_LONG,
     0,
     0,
     0},
    {"hard, with passages",
     {0.95F, 0, 0, NULL, 0, CONTROL_ALWAYS, true, 1, 0},
     0.95F,
     0,
     CONTROL_LOCAL_LONG,
     0,
     0,
     0},
    {"nobody to ask", {0.95F, 0, 0, NULL, 0, CONTROL_ASK, true, 0, 1}, 0.95F, 0, CONTROL_LOCAL_LONG, 0, 0, 0},
    {"nobody need be asked",
     {0.95F, 0, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 1},
     0.95F,
     0,
     CONTROL_EXPERT,
     0,
     0,
     0},
    {"hard, given up for now",
     {0.95F, 0, 0, NULL, 0, CONTROL_ALWAYS, false, 0, 0},
     0.95F,
     0,
     CONTROL_LOCAL_LONG,
     0,
     0,
     0},
    {"easy, to be asked", {0.5F, 0, 0, NULL, 0, CONTROL_ASK, true, 0, 0}, 0.5F, 0, CONTROL_LOCAL, 0, 0, 0},
    {"sad words", {0.1F, 0.8F, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.1F, 0.8F, CONTROL_LOCAL, 0, 1, 0},
    {"sad words, just not enough",
     {0, 0.7F, 0, NULL, 0, CONTROL_NEVER, false, 0, 0},
     0,
     0.7F,
     CONTROL_LOCAL,
     0,
     0,
     0},
    {"a sad voice", {0.1F, 0, 0, SAD, 0, CONTROL_NEVER, false, 0, 0}, 0.1F, 0.818F, CONTROL_LOCAL, 0, 1, 0},
    {"an afraid and angry voice",
     {0, 0, 0, AFRAID, 0, CONTROL_NEVER, false, 0, 0},
     0,
     0.818F,
     CONTROL_LOCAL,
     0,
     1,
     0},
    {"words and voice together",
     {0, 0.5F, 0, AFRAID, 0, CONTROL_NEVER, false, 0, 0},
     0,
     0.909F,
     CONTROL_LOCAL,
     0,
     1,
     0},
    {"an uncertain voice",
     {0, 0.2F, 0, FLAT, 0, CONTROL_NEVER, false, 0, 0},
     0,
     0.2F,
     CONTROL_LOCAL,
     0,
     0,
     0},
    {"a calm voice", {0, 0.2F, 0, CALM, 0, CONTROL_NEVER, false, 0, 0}, 0, 0.2F, CONTROL_LOCAL, 0, 0, 0},
    {"a happy voice", {0, 0, 0, HAPPY, 0, CONTROL_NEVER, false, 0, 0}, 0, 0, CONTROL_LOCAL, 0, 0, 0},
    {"hybrid", {0.95F, 0.9F, 0, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.95F, 0.9F, CONTROL_EXPERT, 0, 1, 0},
    {"hybrid at home",
     {0.95F, 0.9F, 0, NULL, 0, CONTROL_NEVER, false, 0, 0},
     0.95F,
     0.9F,
     CONTROL_LOCAL_LONG,
     0,
     1,
     0},
    {"news", {0.2F, 0, 0.9F, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0.2F, 0, CONTROL_LOCAL, 0, 0, 1},
    {"web undecided", {0, 0, 0.5F, NULL, 0, CONTROL_ALWAYS, true, 0, 0}, 0, 0, CONTROL_LOCAL, 0, 0, 0},
    {"after «no era eso»",
     {0.7F, 0, 0, NULL, -1, CONTROL_ALWAYS, true, 0, 0},
     1,
     0.3F,
     CONTROL_EXPERT,
     0,
     0,
     0},
    {"after «no era eso», half soft",
     {0.2F, 0.6F, 0, NULL, -1, CONTROL_NEVER, false, 0, 0},
     0.5F,
     0.72F,
     CONTROL_LOCAL,
     0,
     1,
     0},
    {"after «no era eso», a thumb as loud",
     {0.7F, 0, 0, NULL, -1, CONTROL_NEVER, false, 0, 0},
     1,
     0.3F,
     CONTROL_LOCAL_LONG,
     0,
     0,
     0},
    {"after praise, just warm",
     {0, 0.6F, 0, UNEASY, 1, CONTROL_NEVER, false, 0, 0},
     0,
     0.667F,
     CONTROL_LOCAL,
     0,
     0,
     0},
    {"after half a complaint",
     {0.7F, 0, 0, NULL, -0.5F, CONTROL_ALWAYS, true, 0, 0},
     0.85F,
     0.15F,
     CONTROL_LOCAL,
     0,
     0,
     0},
    {"after praise", {0.95F, 0, 0, NULL, 1, CONTROL_ALWAYS, true, 0, 0}, 0.85F, 0, CONTROL_LOCAL, 0, 0, 0},
    {"out of range", {7, -3, 2, NULL, -9, CONTROL_ALWAYS, true, 0, 0}, 1, 0.3F, CONTROL_EXPERT, 0, 0, 1},
    {"not numbers", {NAN, NAN, NAN, NULL, NAN, CONTROL_ALWAYS, true, 0, 0}, 0, 0, CONTROL_LOCAL, 0, 0, 0},
};

static void it_decides_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *row = &table[i];
        struct control c = control_decide(&row->in);
        if (fabsf(c.alpha - row->alpha) > 0.001F || fabsf(c.beta - row->beta) > 0.001F ||
            c.route != row->route || c.ask != row->ask || c.empathy != row->empathy || c.fresh != row->fresh)
            fail_msg("%s: alpha %g beta %g route %d ask %d empathy %d fresh %d", row->name, (double)c.alpha,
                     (double)c.beta, c.route, c.ask, c.empathy, c.fresh);
    }
}

/* Moods of enum sarai_emo → how the answer is meant to sound. */
static const struct tone_row {
    const char *name;
    float soft;
    const float *emo_vec;
    enum sarai_tone tone;
    float strength;
    enum sarai_emo mood;
    float axes[CONTROL_AXES]; /* sad, fearful, angry, happy */
    bool words_are_soft;
} tones[] = {
    {"nothing heard", 0, NULL, SARAI_TONE_PLAIN, 0, SARAI_NEUTRAL, {0}, 0},
    {"sad words", 0.8F, NULL, SARAI_TONE_TENDER, 0.8F, SARAI_NEUTRAL, {0}, 1},
    {"an uncertain voice", 0.2F, FLAT, SARAI_TONE_PLAIN, 0, SARAI_NEUTRAL, {0}, 0},
    {"a calm voice", 0, CALM, SARAI_TONE_PLAIN, 0, SARAI_NEUTRAL, {0}, 0},
    {"a sad voice", 0, SAD, SARAI_TONE_TENDER, 0.818F, SARAI_SAD, {0.736F, 0, 0, 0}, 0},
    {"a frightened voice is calmed",
     0,
     AFRAID,
     SARAI_TONE_SOOTHING,
     0.818F,
     SARAI_FEARFUL,
     {0, 0.491F, 0.245F, 0},
     0},
    {"an angry voice is met evenly",
     0,
     CROSS,
     SARAI_TONE_EVEN,
     0.818F,
     SARAI_ANGRY,
     {0.082F, 0, 0.655F, 0},
     0},
    {"a glad voice", 0, HAPPY, SARAI_TONE_BRIGHT, 1, SARAI_HAPPY, {0, 0, 0, 1}, 0},
    {"sad words in a glad voice", 0.8F, HAPPY, SARAI_TONE_TENDER, 0.8F, SARAI_HAPPY, {0}, 1},
    {"not numbers", 0, BROKEN, SARAI_TONE_PLAIN, 0, SARAI_NEUTRAL, {0}, 0},
};

static void tone_and_axes_follow_the_mood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        const struct tone_row *row = &tones[i];
        struct control c =
            control_decide(&(struct control_input){.soft = row->soft, .emo_vec = row->emo_vec});
        bool same = c.tone == row->tone && fabsf(c.strength - row->strength) < 0.001F &&
                    c.mood == row->mood && c.words_are_soft == row->words_are_soft;
        for (int a = 0; same && a < CONTROL_AXES; a++)
            same = fabsf(c.axes[a] - row->axes[a]) < 0.001F;
        if (!same)
            fail_msg("%s: tone %d strength %g mood %d axes %g %g %g %g", row->name, c.tone,
                     (double)c.strength, c.mood, (double)c.axes[0], (double)c.axes[1], (double)c.axes[2],
                     (double)c.axes[3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_decides_as_the_table_says),
                                       cmocka_unit_test(tone_and_axes_follow_the_mood)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
