/* The mood of a voice: the whole way from sound to emo_vec against Python's (tools/golden/affect.py), and the
 * profiles of speakers. Needs the encoder: SARAI_MODEL_DIR or models/. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "listen/emotion.h"

#define HEAD      SOURCE_DIR "/models/heads/affect-base.onnx"
#define REFERENCE TEST_DIR "/golden/data/emotion.json"
#define RECORDING TEST_DIR "/data/pregunta.wav"

#include "listening.h"

/* Both sides run the same graphs; what differs is how many threads share the sums. */
#define TOLERANCE 0.01F

static char profiles[] = "/tmp/sarai-voices-XXXXXX";

static struct listener *open_listener(void)
{
    return listening_open((struct listener_options){.mood_path = HEAD, .profile_dir = profiles});
}

static enum sarai_status keep(void *user, const struct listener_segment *segment, struct sarai_error *err)
{
    (void)err;
    assert_non_null(segment->emo_vec);
    memcpy(user, segment->emo_vec, SARAI_EMO_DIMENSION * sizeof(float));
    return SARAI_OK;
}

static void hear(struct listener *l, const float *pcm, size_t n, float *emo_vec)
{
    emo_vec[0] = -1;
    assert_int_equal(listener_begin(l, "es", SEGMENTER_TEXT, NULL), SARAI_OK);
    assert_int_equal(listener_feed(l, pcm, n, keep, emo_vec, NULL), SARAI_OK);
    assert_int_equal(listener_flush(l, keep, emo_vec, NULL), SARAI_OK);
    assert_true(emo_vec[0] >= 0); /* somebody was heard */
}

static void expect_near(const float *emo_vec, const json_t *expected)
{
    float sum = 0;
    assert_int_equal(json_array_size(expected), SARAI_EMO_DIMENSION);
    for (size_t i = 0; i < SARAI_EMO_DIMENSION; i++) {
        float value = (float)json_number_value(json_array_get(expected, i));
        if (fabsf(emo_vec[i] - value) > TOLERANCE)
            fail_msg("%s: %g, not %g", sarai_emo_name((int)i), (double)emo_vec[i], (double)value);
        sum += i < SARAI_N_MOODS ? emo_vec[i] : 0;
    }
    assert_float_equal(sum, 1, 1e-4F);
}

static void it_hears_what_python_hears(void **state)
{
    (void)state;
    static float pcm[LISTENING_MAX_FRAMES];
    float emo_vec[SARAI_EMO_DIMENSION];
    size_t n = listening_recording(pcm);
    json_t *reference = json_load_file(REFERENCE, 0, NULL);
    struct listener *l = open_listener();
    assert_int_equal(listener_speaker(l, "ana", NULL), SARAI_OK);
    hear(l, pcm, n, emo_vec);
    expect_near(emo_vec, json_object_get(reference, "unknown"));
    assert_int_equal(listener_remember(l, NULL), SARAI_OK);
    listener_close(l);
    l = open_listener(); /* the profile comes back from its file */
    assert_int_equal(listener_speaker(l, "ana", NULL), SARAI_OK);
    hear(l, pcm, n, emo_vec);
    expect_near(emo_vec, json_object_get(reference, "known"));
    assert_int_equal(listener_speaker(l, "berta", NULL), SARAI_OK);
    hear(l, pcm, n, emo_vec);
    expect_near(emo_vec, json_object_get(reference, "unknown"));
    listener_close(l);
    json_decref(reference);
}

static struct emotion *open_head(void)
{
    const struct emotion_options o = {HEAD, {.threads = 1}, profiles};
    struct emotion *e = NULL;
    struct sarai_error err = {0};
    if (emotion_open(&o, &e, &err))
        fail_msg("%s", err.message);
    return e;
}

static void read_silence(struct emotion *e)
{
    static const float pcm[8000], stats[7 * 2 * 512];
    float emo_vec[SARAI_EMO_DIMENSION];
    struct onnx_tensor *tensor = onnx_f32((int64_t[]){1, 7, 2, 512}, 4, stats);
    assert_int_equal(emotion_read(e, pcm, 8000, tensor, emo_vec, NULL), SARAI_OK);
    for (size_t i = 0; i < SARAI_EMO_DIMENSION; i++)
        assert_true(isfinite(emo_vec[i]));
    onnx_release(tensor);
}

static void profiles_are_kept_by_name(void **state)
{
    (void)state;
    struct emotion *e = open_head();
    assert_int_equal(emotion_speaker(e, "luis", NULL), SARAI_OK);
    assert_int_equal(emotion_utterances(e), 0);
    read_silence(e);
    read_silence(e);
    assert_int_equal(emotion_utterances(e), 2);
    assert_int_equal(emotion_save(e, NULL), SARAI_OK);
    assert_int_equal(emotion_speaker(e, NULL, NULL), SARAI_OK);
    assert_int_equal(emotion_utterances(e), 0);
    read_silence(e);
    assert_int_equal(emotion_save(e, NULL), SARAI_OK); /* nobody in particular: nothing is kept */
    assert_int_equal(emotion_speaker(e, "luis", NULL), SARAI_OK);
    assert_int_equal(emotion_utterances(e), 2);
    emotion_close(e);
}

static void only_names_become_files(void **state)
{
    (void)state;
    struct emotion *e = open_head();
    const char *bad[] = {"",
                         "../ana",
                         ".oculta",
                         "-x",
                         "a/b",
                         "a b",
                         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(emotion_speaker(e, bad[i], NULL), SARAI_EUSAGE);
    assert_int_equal(emotion_speaker(e, "Begoña", NULL), SARAI_OK);
    emotion_close(e);
}

static void write_file(const char *name, const char *text)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.json", profiles, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void damaged_profiles_are_told_and_foreign_ones_begun_anew(void **state)
{
    (void)state;
    struct emotion *e = open_head();
    struct sarai_error err = {0};
    const char *bad[] = {"",
                         "{",
                         "[]",
                         "{\"version\": 3}",
                         "{\"version\": \"x\", \"utterances\": 0}",
                         "{\"version\": \"x\", \"utterances\": 1000000}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file("roto", bad[i]);
        assert_int_equal(emotion_speaker(e, "roto", &err), SARAI_EINPUT);
        assert_non_null(strstr(err.message, "roto.json"));
        assert_int_equal(emotion_utterances(e), 0);
    }
    write_file("viejo",
               "{\"version\": \"of another head\", \"utterances\": 9, \"mean\": [1], \"squares\": [1]}");
    assert_int_equal(emotion_speaker(e, "viejo", NULL), SARAI_OK);
    assert_int_equal(emotion_utterances(e), 0);
    emotion_close(e);
}

static void other_shapes_and_other_models_are_refused(void **state)
{
    (void)state;
    static const float stats[3 * 2 * 8];
    char encoder[5000];
    struct emotion *e = open_head(), *none = NULL;
    struct onnx_tensor *small = onnx_f32((int64_t[]){1, 3, 2, 8}, 4, stats);
    assert_false(emotion_fits(e, small));
    assert_false(emotion_fits(e, NULL));
    onnx_release(small);
    emotion_close(e);
    snprintf(encoder, sizeof encoder, "%s/onnx/silero-vad-sequence.onnx", models);
    const struct emotion_options o = {encoder, {.threads = 1}, NULL};
    assert_int_equal(emotion_open(&o, &none, NULL), SARAI_EMODEL);
}

static int make_profiles(void **state)
{
    (void)state;
    return mkdtemp(profiles) ? 0 : -1;
}

static int remove_profiles(void **state)
{
    (void)state;
    char path[4200];
    const char *names[] = {"ana", "berta", "luis", "roto", "viejo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s.json", profiles, names[i]);
        unlink(path);
    }
    return rmdir(profiles);
}

int main(void)
{
    if (!listening_find_models())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_hears_what_python_hears),
        cmocka_unit_test(profiles_are_kept_by_name),
        cmocka_unit_test(only_names_become_files),
        cmocka_unit_test(damaged_profiles_are_told_and_foreign_ones_begun_anew),
        cmocka_unit_test(other_shapes_and_other_models_are_refused),
    };
    return cmocka_run_group_tests(tests, make_profiles, remove_profiles);
}
