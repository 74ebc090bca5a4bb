/* Voice activity against Silero's model for single windows (tools/golden/vad.py), however many windows are
 * given at once. SARAI_MODEL_DIR or models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/sndfile.h"
#include "listen/vad.h"

enum { MOST = 400 }; /* windows of the clip */
static const float TOLERANCE = 1e-4F;

static char model[4096];
static json_t *reference, *speech;
static float pcm[(MOST + 2) * VAD_WINDOW];

static int set_up(void **state)
{
    (void)state;
    struct sndfile *file = NULL;
    reference = json_load_file(TEST_DIR "/golden/data/vad.json", 0, NULL);
    speech = json_object_get(reference, "speech");
    if (!speech || sndfile_open(SOURCE_DIR "/tests/data/pregunta.wav", &file, NULL) != SARAI_OK)
        return -1;
    long n = sndfile_read(file, pcm, sizeof pcm / sizeof *pcm);
    sndfile_close(file);
    return n > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(reference);
    return 0;
}

/* Hears the clip `batch` windows at a time. */
static void expect_reference(struct vad *vad, size_t batch)
{
    float heard[VAD_MOST_WINDOWS];
    const size_t n = json_array_size(speech);
    vad_reset(vad);
    for (size_t at = 0; at < n; at += batch) {
        size_t taken = n - at < batch ? n - at : batch;
        assert_int_equal(vad_feed(vad, pcm + at * VAD_WINDOW, taken, heard, NULL), SARAI_OK);
        for (size_t i = 0; i < taken; i++)
            assert_float_equal(heard[i], json_real_value(json_array_get(speech, at + i)), TOLERANCE);
    }
}

static void windows_are_heard_as_one_by_one(void **state)
{
    (void)state;
    struct vad *vad = NULL;
    assert_true(json_array_size(speech) > VAD_MOST_WINDOWS && json_array_size(speech) <= MOST);
    assert_int_equal(vad_open(model, &(struct onnx_options){.threads = 1}, &vad, NULL), SARAI_OK);
    expect_reference(vad, 1);
    expect_reference(vad, 7);
    expect_reference(vad, VAD_MOST_WINDOWS);
    vad_close(vad);
}

int main(void)
{
    const char *models = getenv("SARAI_MODEL_DIR");
    snprintf(model, sizeof model, "%s/onnx/silero-vad-sequence.onnx", models ? models : SOURCE_DIR "/models");
    if (access(model, R_OK) != 0) {
        printf("SKIP: no %s (sarai models pull)\n", model);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(windows_are_heard_as_one_by_one)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
