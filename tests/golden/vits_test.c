/* The voice wrapper on a tiny file with the shape of Piper's VITS voices, against ONNX Runtime's Python and
 * scipy's resampling (tools/golden/tiny_vits.py). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "speak/speaker.h"
#include "speak/voice.h"

#define DATA TEST_DIR "/golden/data/"

enum { RATE_HZ = 16000 };
/* Two resamplers differ in their filters; the sound ends at 4 kHz, and its peak is 0.1. */
static const float TOLERANCE = 0.004f;

static struct phonemes *phonemes;
static struct voice *voice;
static json_t *expected;

static int open_voice(void **state)
{
    (void)state;
    const struct voice_options options = {DATA "tiny-vits.onnx", NULL, {.threads = 1}};
    expected = json_load_file(DATA "tiny-vits.expected.json", 0, NULL);
    return !expected || phonemes_open(DATA "tiny-vits.json", "es", &phonemes, NULL) ||
           voice_open(&options, phonemes, &voice, NULL);
}

static int close_voice(void **state)
{
    (void)state;
    voice_close(voice);
    phonemes_close(phonemes);
    json_decref(expected);
    return 0;
}

static float *speak(double speed, size_t *n)
{
    const char *ipa = json_string_value(json_object_get(expected, "ipa"));
    const struct voice_request request = {ipa, strlen(ipa), .speed = speed, .share = 0.3f};
    struct voice_sound sound;
    assert_int_equal(voice_speak(voice, &request, &sound, NULL), SARAI_OK);
    assert_false(sound.is_part); /* such a model gives all at once */
    *n = sound.n_frames;
    return sound.pcm;
}

static void another_rate_is_resampled(void **state)
{
    (void)state;
    const json_t *samples = json_object_get(expected, "samples_24k");
    size_t n = 0, count = json_array_size(samples);
    float *pcm = speak(1, &n);
    assert_true(llabs((long long)n - (long long)count) <= 2);
    float loudest = 0;
    for (size_t i = 0; i < n && i < count; i++) {
        float wanted = (float)json_number_value(json_array_get(samples, i));
        loudest = fmaxf(loudest, fabsf(wanted));
        assert_float_equal(pcm[i], wanted, TOLERANCE);
    }
    assert_true(loudest > 20 * TOLERANCE);
    free(pcm);
}

static void half_speed_is_twice_as_long(void **state)
{
    (void)state;
    double samples = json_number_value(json_object_get(expected, "slow_samples"));
    size_t n = 0;
    float *pcm = speak(0.5, &n);
    assert_float_equal(n, samples * SARAI_VOICE_HZ / RATE_HZ, 2);
    free(pcm);
}

static void a_model_with_one_speaker_takes_any_name(void **state)
{
    (void)state;
    assert_int_equal(voice_style(voice, "ef_dora", NULL), SARAI_OK);
}

static void an_interrupted_voice_is_silent_until_it_is_resumed(void **state)
{
    (void)state;
    struct voice_sound sound;
    size_t n = 0;
    voice_interrupt(voice);
    assert_int_equal(voice_speak(voice, &(struct voice_request){"ola", 3, .speed = 1}, &sound, NULL),
                     SARAI_ECANCELLED);
    assert_null(sound.pcm);
    voice_resume(voice);
    free(speak(1, &n));
}

static void what_is_no_voice_is_refused(void **state)
{
    (void)state;
    struct voice *other = NULL;
    const struct voice_options options = {DATA "tiny-vits.json", NULL, {.threads = 1}};
    assert_int_equal(voice_open(&options, phonemes, &other, NULL), SARAI_EMODEL);
    assert_null(other);
}

struct taken {
    size_t frames, silent_at_end;
};

static bool take(void *user, const float *pcm, size_t n)
{
    struct taken *t = user;
    t->frames += n;
    for (size_t i = 0; i < n; i++)
        t->silent_at_end = fabsf(pcm[i]) > 0 ? 0 : t->silent_at_end + 1;
    return true;
}

static bool refuse(void *user, const float *pcm, size_t n)
{
    (void)user;
    (void)pcm;
    (void)n;
    return false;
}

/* The pause of a mark comes once: before what follows, or at the end. */
static void speech_ends_with_the_pause_of_its_mark(void **state)
{
    const struct speaker_options options = {
        DATA "tiny-vits.onnx", DATA "tiny-vits.json", NULL, "es-ES", 1, NULL, NULL, false};
    const size_t pause = SARAI_VOICE_HZ * 32 / 100, spare = SARAI_VOICE_HZ / 100;
    struct speaker *s = NULL;
    struct taken once = {0}, twice = {0};
    (void)state;
    assert_int_equal(speaker_open(&options, &s, NULL), SARAI_OK);
    assert_int_equal(speaker_begin(s, &(struct speaker_style){.voice = "any", .speed = 1}, NULL), SARAI_OK);
    assert_int_equal(speaker_say(s, "Hola.", take, &once, NULL), SARAI_OK);
    assert_true(once.frames > 0 && once.silent_at_end < spare);
    size_t sound = once.frames;
    assert_int_equal(speaker_end(s, refuse, NULL, NULL), SARAI_EOUTPUT);
    assert_int_equal(speaker_end(s, take, &once, NULL), SARAI_OK);
    assert_int_equal(once.frames, sound + pause);
    assert_true(once.silent_at_end >= pause && once.silent_at_end < pause + spare);
    assert_int_equal(speaker_end(s, take, &once, NULL), SARAI_OK); /* nothing is owed any more */
    assert_int_equal(once.frames, sound + pause);
    assert_int_equal(speaker_say(s, "Hola.", take, &twice, NULL), SARAI_OK);
    assert_int_equal(speaker_say(s, "Hola.", take, &twice, NULL), SARAI_OK);
    assert_int_equal(twice.frames, 2 * sound + pause);
    speaker_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_rate_is_resampled),
        cmocka_unit_test(half_speed_is_twice_as_long),
        cmocka_unit_test(a_model_with_one_speaker_takes_any_name),
        cmocka_unit_test(an_interrupted_voice_is_silent_until_it_is_resumed),
        cmocka_unit_test(what_is_no_voice_is_refused),
    };
    const struct CMUnitTest speakers[] = {cmocka_unit_test(speech_ends_with_the_pause_of_its_mark)};
    return cmocka_run_group_tests(tests, open_voice, close_voice) +
           cmocka_run_group_tests(speakers, NULL, NULL);
}
