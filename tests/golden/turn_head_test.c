/* Whether a person has finished, by the head over the encoder's states: the whole way from sound to
 * probability against Python's (tools/golden/turn_head.py), and files that are no such head. Needs the
 * encoder: SARAI_MODEL_DIR or models/. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "listen/turn_head.h"

#define HEAD      SOURCE_DIR "/models/heads/turn-base.onnx"
#define REFERENCE TEST_DIR "/golden/data/turn_head.json"
#define RECORDING TEST_DIR "/data/pregunta.wav"

#include "listening.h"

/* Both sides run the same graphs; what differs is how many threads share the sums of the encoder's int8. */
#define TOLERANCE 0.02F

static struct listener *open_listener(const char *head)
{
    struct listener *l = listening_open((struct listener_options){.turn_path = head});
    assert_int_equal(listener_begin(l, "es", SEGMENTER_TEXT, NULL), SARAI_OK);
    return l;
}

static void follow(struct listener *l, const float *pcm, size_t n)
{
    struct heard heard = HEARD_INIT;
    assert_int_equal(listener_follow(l, pcm, n, &heard, NULL), SARAI_OK);
    buf_finish(&heard.words);
}

static void it_judges_as_python_does(void **state)
{
    (void)state;
    static float pcm[LISTENING_MAX_FRAMES];
    size_t n = listening_recording(pcm);
    json_t *cases = json_load_file(REFERENCE, 0, NULL), *one;
    size_t i;
    assert_true(json_array_size(cases) >= 2);
    struct listener *l = open_listener(HEAD);
    json_array_foreach(cases, i, one)
    {
        size_t frames = (size_t)json_integer_value(json_object_get(one, "frames"));
        float expected = (float)json_number_value(json_object_get(one, "probability")), found = -1;
        assert_true(frames <= n);
        follow(l, pcm, frames);
        assert_true(listener_finished(l, &found));
        if (fabsf(found - expected) > TOLERANCE)
            fail_msg("of %zu frames: %g, not %g", frames, (double)found, (double)expected);
    }
    listener_close(l);
    json_decref(cases);
}

static void nothing_is_told_without_a_head_or_without_sound(void **state)
{
    (void)state;
    static float pcm[SARAI_SPEECH_HZ];
    float probability = -1;
    struct listener *l = open_listener(NULL);
    follow(l, pcm, SARAI_SPEECH_HZ);
    assert_false(listener_finished(l, &probability));
    listener_close(l);
    l = open_listener(HEAD);
    assert_false(listener_finished(l, &probability)); /* nobody was heard yet */
    listener_close(l);
    assert_true(probability < 0);
}

static void another_file_is_refused(void **state)
{
    (void)state;
    struct turn_head *h = NULL;
    struct sarai_error err = {0};
    const struct onnx_options o = {.threads = 1};
    assert_int_equal(turn_head_open(SOURCE_DIR "/models/heads/affect-base.onnx", &o, &h, &err), SARAI_EMODEL);
    assert_null(h);
    assert_non_null(strstr(err.message, "turn-head"));
}

int main(void)
{
    if (!listening_find_models())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_judges_as_python_does),
        cmocka_unit_test(nothing_is_told_without_a_head_or_without_sound),
        cmocka_unit_test(another_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
