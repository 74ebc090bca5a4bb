/* By what an utterance is called, and what follows: a recording that begins with "cuál es" and with nothing
 * else. Needs the transcriber: SARAI_MODEL_DIR or models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RECORDING TEST_DIR "/data/pregunta.wav"

#include "listening.h"

static bool called(struct listener *l, const char *phrases, struct buf *question)
{
    assert_int_equal(listener_wake(l, phrases, NULL), SARAI_OK);
    return listener_called(l, "es", question);
}

static void the_phrase_at_the_beginning_counts(void **state)
{
    (void)state;
    static float pcm[LISTENING_MAX_FRAMES];
    size_t n = listening_recording(pcm);
    struct listener *l = listening_open((struct listener_options){0});
    struct heard heard = HEARD_INIT;
    struct buf question = BUF_INIT(TRANSCRIBER_MAX_TEXT_BYTES);
    assert_int_equal(listener_begin(l, "es", SEGMENTER_TEXT, NULL), SARAI_OK);
    assert_false(called(l, "cuál es", &question)); /* nothing was heard yet */
    assert_int_equal(listener_follow(l, pcm, n, &heard, NULL), SARAI_OK);
    assert_true(called(l, "oye sarai, cuál es", &question));
    assert_non_null(strstr(buf_string(&question), "de Francia?"));
    assert_null(strstr(buf_string(&question), "uál es"));
    assert_true(called(l, "kual es", &question)); /* however it is spelled */
    assert_false(called(l, "oye sarai,sarai,hola casa", &question));
    assert_false(called(l, "", &question));
    assert_true(called(l, "cuál es", &question));
    assert_false(listener_called(l, "xx", &question)); /* no language */
    buf_finish(&question);
    buf_finish(&heard.words);
    listener_close(l);
}

static void what_is_certain_wants_more(void **state)
{
    (void)state;
    static float pcm[LISTENING_MAX_FRAMES];
    size_t n = listening_recording(pcm);
    struct listener *l = listening_open((struct listener_options){0});
    struct heard heard = HEARD_INIT;
    assert_int_equal(listener_begin(l, "es", SEGMENTER_TEXT, NULL), SARAI_OK);
    assert_int_equal(listener_wake(l, "", NULL), SARAI_OK);
    assert_false(listener_told_to_stop(l, "es")); /* nothing was heard yet */
    assert_int_equal(listener_follow(l, pcm, n, &heard, NULL), SARAI_OK);
    assert_false(listener_told_to_stop(l, "es")); /* a question */
    buf_finish(&heard.words);
    listener_close(l);
}

int main(void)
{
    if (!listening_find_models())
        return 77;
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_phrase_at_the_beginning_counts),
                                       cmocka_unit_test(what_is_certain_wants_more)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
