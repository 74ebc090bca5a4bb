/* The small parts of a live conversation: what a transcript tells, the loudspeaker's time line, the slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/chime.h"
#include "audio/playback.h"
#include "base/slot.h"
#include "listen/clause.h"

static void unfinished_clauses(void **state)
{
    (void)state;
    const char *const unfinished[] = {
        "Quiero que me digas la", "y entonces",     "pon la luz de", "Pues,", "No sé…",
        "¿Qué tiempo hace en",    "Mañana voy con", "Enciende el",   "porque"};
    const char *const finished[] = {"¿Qué hora es?",
                                    "Enciende la luz del salón.",
                                    "Buenos días",
                                    "Sí",
                                    "",
                                    "¿Quién es usted?",
                                    "Gracias.",
                                    "¡No quiero!"};
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++)
        assert_true(clause_is_unfinished(unfinished[i]));
    for (size_t i = 0; i < sizeof finished / sizeof *finished; i++)
        assert_false(clause_is_unfinished(finished[i]));
}

static void backchannels(void **state)
{
    (void)state;
    const char *const yes[] = {"Ajá.", "Sí, sí.", "Vale.", "Mmm", "Claro, claro.", "OK"};
    const char *const no[] = {"No.", "Espera.", "Sí, pero dime la hora", "", "¿Qué?", "Para, por favor."};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(clause_is_backchannel(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(clause_is_backchannel(no[i]));
}

static void what_may_have_been_a_murmur(void **state)
{
    (void)state;
    const char *const yes[] = {"Vale.", "Bale", "clado", "Buenas.", "Buenos", "Bali", "Sí, claru."};
    const char *const no[] = {"",         "No.", "Para.", "Basta.", "¿Vale?", "Calla", "Vale, dime la hora",
                              "Voy a ver"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(clause_may_be_murmur(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(clause_may_be_murmur(no[i]));
}

static void what_was_said_behind_the_question(void **state)
{
    (void)state;
    const char *const cases[][3] = {
        {"¿Qué hora es? Vale.", "¿Qué hora es?", "Vale."},
        {"¿Qué hora es, vale?", "qué hora es", "vale?"},
        {"¿Qué hora es?", "¿Qué hora es?", ""},
        {"¿Qué hora será?", "¿Qué hora es?", ""},
        {"Bula, Sara y me llamo Ana. Claro.", "Bula, ahora me llamo Ana", "Claro."},
        {"Vale.", "¿Qué hora es?", "Vale."},
        {"Vale.", "", "Vale."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(clause_beyond(cases[i][0], cases[i][1]), cases[i][2]);
}

static void what_silences_a_ring(void **state)
{
    (void)state;
    const char *const yes[] = {
        "Para.", "¡Ya voy!", "Vale, gracias.", "Apaga la alarma.", "Para, por favor.", "Ya está."};
    const char *const no[] = {"Para qué hora es", "Apaga la luz.", "",
                              "La alarma",        "¿Qué hora es?", "Pon otra alarma."};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(clause_ends_ring(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(clause_ends_ring(no[i]));
}

static void who_wants_silence_says_nothing_else(void **state)
{
    (void)state;
    const char *const yes[] = {"Para.",         "Para, para.", "¡Basta ya!", "Cállate, por favor",
                               "Sarai, calla.", "Silencio"};
    const char *const no[] = {"¿Para?", "¿Para qué?", "Para mañana.", "Ya.", "Por favor, Sarai.",
                              "",       "Vale.",      "Pasta."};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(clause_wants_silence(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(clause_wants_silence(no[i]));
}

/* How much of the first stroke is the tone of `hz`, by Goertzel's sum. */
static double tone(const float *pcm, size_t n, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < n; i++) {
        re += (double)pcm[i] * cos(2 * 3.14159265358979 * hz * (double)i / SARAI_VOICE_HZ);
        im += (double)pcm[i] * sin(2 * 3.14159265358979 * hz * (double)i / SARAI_VOICE_HZ);
    }
    return sqrt(re * re + im * im) / (double)n;
}

static void a_chime_rings_and_makes_no_click(void **state)
{
    (void)state;
    static float pcm[CHIME_FRAMES];
    const size_t stroke = (size_t)CHIME_STROKE_MS * SARAI_VOICE_HZ / 1000;
    double most = 0, energy = 0;
    chime_make(pcm);
    assert_true(pcm[0] == 0 && pcm[CHIME_FRAMES - 1] == 0);
    for (size_t i = 0; i < CHIME_FRAMES; i++) {
        most = fmax(most, fabs((double)pcm[i]));
        energy += (double)pcm[i] * (double)pcm[i];
    }
    assert_true(most > 0.2 && most <= 0.5);
    assert_true(10 * log10(energy / CHIME_FRAMES) > -26); /* loud enough to be noticed beside speech of -19 */
    assert_true(tone(pcm, stroke, 1046.5) > 10 * tone(pcm, stroke, 700));
    assert_true(tone(pcm + stroke, stroke, 1318.5) > 3 * tone(pcm + stroke, stroke, 700));
}

/* From it a room's echo is learnt: no band of a voice may be missing. */
static void the_ready_sound_has_all_frequencies_and_no_click(void **state)
{
    (void)state;
    static float pcm[CHIME_READY_FRAMES];
    double most = 0;
    chime_ready(pcm);
    assert_true(fabs((double)pcm[0]) < 1e-3 && fabs((double)pcm[CHIME_READY_FRAMES - 1]) < 0.02);
    for (size_t i = 0; i < CHIME_READY_FRAMES; i++)
        most = fmax(most, fabs((double)pcm[i]));
    assert_true(most > 0.05 && most < 0.3);
    for (double hz = 250; hz < 7500; hz += 500) {
        double band = 0;
        for (int k = 0; k < 50; k++)
            band += tone(pcm, CHIME_READY_FRAMES, hz + 10 * k) / 50;
        assert_true(band > 1e-5 && band < 3e-3);
    }
}

static void wake_phrases(void **state)
{
    (void)state;
    const char *const phrases = "sarai,oye sarai";
    assert_string_equal(clause_after_wake("Sarai, ¿qué hora es?", phrases), "¿qué hora es?");
    assert_string_equal(clause_after_wake("¡Oye, Saray! Pon música.", phrases), "Pon música.");
    assert_string_equal(clause_after_wake("Sarai.", phrases), "");
    assert_null(clause_after_wake("¿Qué hora es, Sarai?", phrases));
    assert_null(clause_after_wake("Sara dice que no", "oye sarai"));
    assert_null(clause_after_wake("", phrases));
}

enum { MS = SARAI_VOICE_HZ / 1000 };

/* An answer of two phrases, a second each, of constant sound. */
static struct playback *two_phrases(void)
{
    static float second[1000 * MS];
    struct playback *p;
    for (size_t i = 0; i < 1000 * MS; i++)
        second[i] = 0.5f;
    assert_int_equal(playback_open(&p, NULL), SARAI_OK);
    playback_begin(p, 7);
    assert_true(playback_phrase(p, 7, "Uno dos tres cuatro."));
    assert_true(playback_add(p, 7, second, 1000 * MS));
    assert_true(playback_phrase(p, 7, "Cinco seis siete ocho."));
    assert_true(playback_add(p, 7, second, 1000 * MS));
    return p;
}

static struct playback_status pull(struct playback *p, int ms)
{
    float out[10 * MS];
    struct playback_status status = {0};
    for (; ms > 0; ms -= 10)
        status = playback_pull(p, out, 10 * MS);
    return status;
}

static void nothing_is_heard_before_it_is_released(void **state)
{
    (void)state;
    struct playback *p = two_phrases();
    float out[10 * MS];
    assert_false(playback_pull(p, out, 10 * MS).sounding);
    assert_true(out[0] == 0);
    playback_release(p, 6); /* another turn */
    assert_false(pull(p, 10).sounding);
    playback_release(p, 7);
    assert_true(playback_pull(p, out, 10 * MS).sounding);
    assert_true(out[0] == 0.5f);
    playback_close(p);
}

static void the_end_is_told_once(void **state)
{
    (void)state;
    struct playback *p = two_phrases();
    playback_release(p, 7);
    assert_false(pull(p, 2000).over);
    assert_true(pull(p, 10).starved);
    playback_finish(p, 7);
    assert_true(pull(p, 10).over);
    assert_false(pull(p, 10).over);
    playback_close(p);
}

static void stale_sound_is_refused(void **state)
{
    (void)state;
    struct playback *p = two_phrases();
    float sound[MS] = {0};
    assert_false(playback_add(p, 6, sound, MS));
    playback_drop(p);
    assert_false(playback_add(p, 7, sound, MS));
    playback_close(p);
}

static void what_was_heard_ends_with_a_whole_word(void **state)
{
    (void)state;
    struct buf heard = BUF_INIT(1000);
    struct playback *p = two_phrases();
    playback_release(p, 7);
    pull(p, 1500);
    assert_true(playback_heard(p, &heard));
    assert_string_equal(buf_string(&heard), "Uno dos tres cuatro. Cinco seis");
    buf_finish(&heard);
    playback_close(p);
}

static void a_resumed_answer_repeats_its_phrase(void **state)
{
    (void)state;
    struct playback *p = two_phrases();
    playback_release(p, 7);
    pull(p, 1200);
    playback_pause(p, true);
    assert_false(pull(p, 500).sounding);
    playback_pause(p, false);
    assert_true(playback_heard_ms(p) == 1000);
    assert_true(pull(p, 10).sounding);
    playback_close(p);
}

static void ducking_makes_no_click(void **state)
{
    (void)state;
    float out[40 * MS];
    struct playback *p = two_phrases();
    playback_release(p, 7);
    pull(p, 100);
    playback_gain(p, 0.2f);
    playback_pull(p, out, 40 * MS);
    for (size_t i = 1; i < 40 * MS; i++)
        assert_true(out[i - 1] - out[i] < 0.005f && out[i] <= out[i - 1]);
    assert_true(out[40 * MS - 1] < 0.11f);
    playback_close(p);
}

static void a_newer_job_takes_the_place_of_an_older(void **state)
{
    (void)state;
    struct slot *slot;
    assert_int_equal(slot_open(free, &slot, NULL), SARAI_OK);
    assert_true(slot_is_idle(slot));
    slot_put(slot, strdup("old"));
    slot_put(slot, strdup("new"));
    char *job = slot_take(slot);
    assert_string_equal(job, "new");
    assert_false(slot_is_idle(slot));
    slot_done(slot, job);
    assert_true(slot_is_idle(slot));
    slot_put(slot, strdup("never"));
    slot_end(slot);
    assert_null(slot_take(slot));
    slot_put(slot, strdup("too late"));
    slot_close(slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unfinished_clauses),
        cmocka_unit_test(backchannels),
        cmocka_unit_test(what_may_have_been_a_murmur),
        cmocka_unit_test(what_was_said_behind_the_question),
        cmocka_unit_test(what_silences_a_ring),
        cmocka_unit_test(who_wants_silence_says_nothing_else),
        cmocka_unit_test(a_chime_rings_and_makes_no_click),
        cmocka_unit_test(the_ready_sound_has_all_frequencies_and_no_click),
        cmocka_unit_test(wake_phrases),
        cmocka_unit_test(nothing_is_heard_before_it_is_released),
        cmocka_unit_test(the_end_is_told_once),
        cmocka_unit_test(stale_sound_is_refused),
        cmocka_unit_test(what_was_heard_ends_with_a_whole_word),
        cmocka_unit_test(a_resumed_answer_repeats_its_phrase),
        cmocka_unit_test(ducking_makes_no_click),
        cmocka_unit_test(a_newer_job_takes_the_place_of_an_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
