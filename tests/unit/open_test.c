/* What opens without an engine, with every allocation failing in turn: an error that says so, nothing lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/reader.h"
#include "audio/writer.h"
#include "base/config.h"
#include "base/queue.h"
#include "failing_alloc.h"
#include "listen/segmenter.h"
#include "models/store.h"
#include "speak/phrases.h"

static const char manifest_json[] =
    "{\"models\": [{\"id\": \"a\", \"role\": \"r\", \"profile\": \"p\", \"licence\": \"MIT\", \"origin\": "
    "\"o\","
    "\"about_es\": \"e\", \"about_en\": \"n\", \"files\": [{\"path\": \"a/b\", \"hub\": \"o/a\"}]}]}";

static enum sarai_status try_config(struct sarai_error *err)
{
    struct sarai_config *cfg = NULL;
    enum sarai_status st = sarai_config_open(&cfg, err);
    if (!st)
        st = sarai_config_set(cfg, "VOICE", "em_alex", err);
    sarai_config_close(cfg);
    return st;
}

static enum sarai_status try_manifest(struct sarai_error *err)
{
    struct manifest *m = NULL;
    enum sarai_status st = manifest_parse("m.json", manifest_json, sizeof manifest_json - 1, &m, err);
    manifest_close(m);
    return st;
}

static enum sarai_status try_queue(struct sarai_error *err)
{
    struct queue *q = NULL;
    enum sarai_status st = queue_open(4, &q, err);
    queue_close(q);
    return st;
}

static enum sarai_status try_segmenter(struct sarai_error *err)
{
    struct segmenter *s = NULL;
    enum sarai_status st = segmenter_open(&s, err);
    segmenter_close(s);
    return st;
}

static enum sarai_status try_phrases(struct sarai_error *err)
{
    struct phrases *p = NULL;
    enum sarai_status st = phrases_open(&p, err);
    phrases_close(p);
    return st;
}

static enum sarai_status try_reader(struct sarai_error *err)
{
    struct reader *r = NULL;
    const float *pcm;
    size_t n;
    enum sarai_status st = reader_open(TEST_DIR "/data/pregunta.wav", 1, &r, err);
    if (!st)
        st = reader_next(r, &pcm, &n, err);
    reader_close(r);
    return st;
}

static enum sarai_status try_writer(struct sarai_error *err)
{
    static const float silence[100];
    struct writer *w = NULL;
    enum sarai_status st = writer_open("/tmp/sarai-open-test.wav", SARAI_VOICE_HZ, &w, err);
    if (!st)
        st = writer_add(w, silence, 100, err);
    if (!st)
        st = writer_commit(w, err);
    writer_close(w);
    return st;
}

static const struct attempt {
    const char *name;
    enum sarai_status (*run)(struct sarai_error *err);
    /* libsndfile and jansson tell of no memory in words of their own, or manage without. */
    bool is_ours;
} attempts[] = {
    {"config", try_config, true},   {"manifest", try_manifest, false},  {"queue", try_queue, true},
    {"phrases", try_phrases, true}, {"segmenter", try_segmenter, true}, {"reader", try_reader, false},
    {"writer", try_writer, false},
};

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        enum { MOST = 10000 };
        int n = 0;
        for (; n < MOST; n++) {
            struct sarai_error err = {0};
            fail_allocation(n);
            enum sarai_status st = attempts[i].run(&err);
            if (!allocation_failed()) {
                assert_int_equal(st, SARAI_OK);
                break;
            }
            if (attempts[i].is_ours)
                assert_int_equal(st, SARAI_ENOMEM);
            if (st)
                assert_true(err.message[0] && err.status == st);
        }
        assert_in_range(n, 0, MOST - 1);
    }
    assert_int_equal(unlink("/tmp/sarai-open-test.wav"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};
    setenv("SARAI_ENV_FILE", "/dev/null", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
