/* The cache of spoken phrases: what comes out is what went in, and whatever is damaged is made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/sqlite.h"
#include "speak/openings.h"
#include "speak/phrase_cache.h"
#include "speak/phrases.h"

enum { FRAMES = 24000 };

static char folder[64], model[80], file[96];

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sarai-phrases-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(model, sizeof model, "%s/voice.onnx", folder);
    snprintf(file, sizeof file, "%s/phrases.db", folder);
    write_file(model, "a voice");
    return 0;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void put_sine(struct phrase_cache *cache, const char *key, size_t n)
{
    float *pcm = malloc(n * sizeof *pcm);
    assert_non_null(pcm);
    for (size_t i = 0; i < n; i++)
        pcm[i] = 0.9f * sinf((float)i * 0.05f);
    phrase_cache_put(cache, key, pcm, n);
    free(pcm);
}

static bool is_there(struct phrase_cache *cache, const char *key)
{
    float *pcm;
    size_t n;
    if (!phrase_cache_get(cache, key, &pcm, &n))
        return false;
    free(pcm);
    return true;
}

static void a_phrase_comes_back_as_it_was(void **state)
{
    (void)state;
    float *pcm = NULL;
    size_t n = 0;
    struct phrase_cache *cache = phrase_cache_open(folder, model);
    assert_non_null(cache);
    assert_false(is_there(cache, "dora 1 etʃo"));
    put_sine(cache, "dora 1 etʃo", FRAMES);
    phrase_cache_close(cache);
    cache = phrase_cache_open(folder, model);
    assert_true(phrase_cache_has(cache, "dora 1 etʃo"));
    assert_false(phrase_cache_has(cache, "dora 2 etʃo"));
    assert_true(phrase_cache_get(cache, "dora 1 etʃo", &pcm, &n));
    assert_int_equal(n, FRAMES);
    for (size_t i = 0; i < n; i++)
        assert_true(fabsf(pcm[i] - 0.9f * sinf((float)i * 0.05f)) < 1e-4f);
    free(pcm);
    phrase_cache_close(cache);
}

static void another_model_has_other_sounds(void **state)
{
    (void)state;
    struct phrase_cache *cache = phrase_cache_open(folder, model);
    put_sine(cache, "key", FRAMES);
    phrase_cache_close(cache);
    write_file(model, "another voice");
    cache = phrase_cache_open(folder, model);
    assert_false(is_there(cache, "key"));
    phrase_cache_close(cache);
}

static void a_damaged_entry_is_dropped(void **state)
{
    (void)state;
    struct sqlite *db = NULL;
    int64_t n = -1;
    struct phrase_cache *cache = phrase_cache_open(folder, model);
    put_sine(cache, "good", FRAMES);
    put_sine(cache, "bad", FRAMES);
    assert_int_equal(sqlite_open(file, &(struct sqlite_options){.create = true}, &db, NULL), SARAI_OK);
    assert_int_equal(sqlite_run(db, "UPDATE phrases SET pcm = zeroblob(48000) WHERE id = 2; ", NULL),
                     SARAI_OK);
    assert_false(is_there(cache, "bad"));
    assert_true(is_there(cache, "good"));
    assert_int_equal(sqlite_query_int(db, "SELECT count(*) FROM phrases", NULL, 0, -1, &n, NULL), SARAI_OK);
    assert_int_equal(n, 1);
    sqlite_close(db);
    put_sine(cache, "bad", FRAMES);
    assert_true(is_there(cache, "bad"));
    phrase_cache_close(cache);
}

static void a_damaged_file_is_begun_anew(void **state)
{
    (void)state;
    write_file(file, "this is no database, however long one looks at it, and it never was one at all ......");
    struct phrase_cache *cache = phrase_cache_open(folder, model);
    assert_non_null(cache);
    put_sine(cache, "key", FRAMES);
    assert_true(is_there(cache, "key"));
    phrase_cache_close(cache);
    /* … also when only its inside is: the header stays, the pages behind it are garbage. */
    FILE *f = fopen(file, "r+");
    assert_non_null(f);
    fseek(f, 200, SEEK_SET);
    for (int i = 0; i < 40000; i++)
        fputc('x', f);
    fclose(f);
    cache = phrase_cache_open(folder, model);
    assert_false(is_there(cache, "key"));
    phrase_cache_close(cache);
    cache = phrase_cache_open(folder, model);
    put_sine(cache, "key", FRAMES);
    assert_true(is_there(cache, "key"));
    phrase_cache_close(cache);
}

static void the_oldest_go_first(void **state)
{
    (void)state;
    char key[16];
    struct stat st;
    struct phrase_cache *cache = phrase_cache_open(folder, model);
    for (int i = 0; i < 40; i++) { /* 1 MB each */
        snprintf(key, sizeof key, "key %d", i);
        put_sine(cache, key, 512 * 1024);
    }
    assert_true(is_there(cache, "key 39"));
    assert_true(is_there(cache, "key 30"));
    assert_false(is_there(cache, "key 0"));
    phrase_cache_close(cache);
    assert_int_equal(stat(file, &st), 0);
    assert_true(st.st_size < 2 * PHRASE_CACHE_MOST_BYTES);
}

static void without_a_place_nothing_is_kept(void **state)
{
    (void)state;
    float *pcm;
    size_t n;
    assert_null(phrase_cache_open(NULL, model));
    assert_null(phrase_cache_open("/proc/none", model));
    assert_null(phrase_cache_open(folder, "/none.onnx"));
    assert_false(phrase_cache_has(NULL, "key"));
    assert_false(phrase_cache_get(NULL, "key", &pcm, &n));
    phrase_cache_put(NULL, "key", (float[]){0}, 1);
    phrase_cache_close(NULL);
}

/* An opening that `phrases` would not cut off as it is written here would be kept in vain. */
static void openings_are_first_phrases(void **state)
{
    (void)state;
    struct phrases *phrases = NULL;
    struct buf phrase = BUF_INIT(1000);
    assert_int_equal(phrases_open(&phrases, NULL), SARAI_OK);
    for (size_t i = 0; opening_at(i); i++) {
        phrases_reset(phrases);
        phrases_feed(phrases, opening_at(i), NULL);
        phrases_feed(phrases, " alarma para las siete y media de la tarde.", NULL);
        assert_true(phrases_next(phrases, &phrase));
        assert_string_equal(buf_string(&phrase), opening_at(i));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(opening_at(j), opening_at(i));
    }
    buf_finish(&phrase);
    phrases_close(phrases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_phrase_comes_back_as_it_was, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(another_model_has_other_sounds, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_damaged_entry_is_dropped, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_begun_anew, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_oldest_go_first, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(without_a_place_nothing_is_kept, make_folder, remove_folder),
        cmocka_unit_test(openings_are_first_phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
