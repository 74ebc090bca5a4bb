/* Phonemes of words, and their ids in a table of Piper's kind. espeak-ng is real; it is part of the program.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "speak/phonemes.h"

#define TABLE TEST_DIR "/golden/data/tiny-vits.json"

static struct phonemes *open_table(const char *language)
{
    struct phonemes *p = NULL;
    assert_int_equal(phonemes_open(TABLE, language, &p, NULL), SARAI_OK);
    return p;
}

static void check(struct phonemes *p, const char *text, const char *expected)
{
    struct buf ipa = BUF_INIT(1 << 16);
    assert_true(phonemes_write(p, text, &ipa));
    assert_string_equal(buf_string(&ipa), expected);
    buf_finish(&ipa);
}

static void marks_stay_where_they_were(void **state)
{
    (void)state;
    struct phonemes *p = open_table("es");
    check(p, "Hola.", "ˈola.");
    check(p, "Hola, ¿qué tal?", "ˈola, ¿kˈe tˈal?");
    check(p, "Sí… no — ya!", "sˈi… nˈo— ʝˈa!");
    check(p, "", "");
    struct buf ipa = BUF_INIT(64); /* behind a blank, or an opening mark, comes no other blank */
    assert_true(buf_text(&ipa, " ") && phonemes_write(p, "¿Qué?", &ipa));
    assert_string_equal(buf_string(&ipa), " ¿kˈe?");
    buf_finish(&ipa);
    phonemes_close(p);
}

static void both_shores_have_their_sounds(void **state)
{
    (void)state;
    struct phonemes *p = open_table("es");
    check(p, "cena", "θˈena");
    phonemes_close(p);
    p = open_table("es-419");
    check(p, "cena", "sˈena");
    phonemes_close(p);
}

static void what_kokoro_writes_as_one_sign_is_one(void **state)
{
    char path[] = "/tmp/sarai-table-XXXXXX";
    int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    FILE *f = fdopen(file, "w");
    assert_non_null(f);
    fputs("{\"vocab\": {\"a\": 1, \"ʧ\": 2, \"I\": 3}}", f);
    fclose(f);
    struct phonemes *p = NULL;
    assert_int_equal(phonemes_open(path, "es", &p, NULL), SARAI_OK);
    check(p, "coche", "kˈoʧe");
    check(p, "¡Hay noche!", "¡ˈI nˈoʧe!");
    check(p, "seis, ahí", "sˈeɪs, aˈi"); /* a sign that the table lacks, and vowels of two syllables */
    phonemes_close(p);
    unlink(path);
    p = open_table("es");
    check(p, "Hay noche.", "ˈaɪ nˈotʃe.");
    phonemes_close(p);
}

static void ids_are_the_tables(void **state)
{
    (void)state;
    struct phonemes *p = open_table("es");
    int64_t ids[8];
    const char ipa[] = "ˈol☃a";
    /* The table lists _ ^ $ blank . , ˈ a b d e f i k l m n o … from 0; the snowman it lacks. */
    assert_int_equal(phonemes_ids(p, ipa, strlen(ipa), ids, 8), 4);
    assert_int_equal(ids[0], 6);
    assert_int_equal(ids[1], 17);
    assert_int_equal(ids[2], 14);
    assert_int_equal(ids[3], 7);
    assert_int_equal(phonemes_ids(p, ipa, strlen(ipa), ids, 2), 2);
    assert_int_equal(phonemes_id(p, "^"), 1);
    assert_int_equal(phonemes_id(p, "☃"), -1);
    assert_int_equal(phonemes_number(p, "audio", "sample_rate", 5), 16000);
    assert_int_equal(phonemes_number(p, "audio", "nothing", 5), 5);
    phonemes_close(p);
}

static void other_files_and_languages_are_refused(void **state)
{
    (void)state;
    struct phonemes *p = NULL;
    assert_int_equal(phonemes_open("/nowhere.json", "es", &p, NULL), SARAI_EMODEL);
    assert_int_equal(phonemes_open(TEST_DIR "/golden/data/tiny-lfm2.json", "es", &p, NULL), SARAI_EMODEL);
    assert_int_equal(phonemes_open(TABLE, "no-such-language", &p, NULL), SARAI_EMODEL);
    assert_null(p);
    /* One handle a process; a failed open leaves it free. */
    p = open_table("es");
    struct phonemes *second = NULL;
    assert_int_equal(phonemes_open(TABLE, "es", &second, NULL), SARAI_EUSAGE);
    assert_null(second);
    phonemes_close(p);
    phonemes_close(NULL);
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    struct phonemes *p = open_table("es");
    struct buf ipa = BUF_INIT(8);
    assert_false(phonemes_write(p, "Esto no cabe de ninguna manera.", &ipa));
    assert_true(ipa.len <= 8);
    buf_finish(&ipa);
    phonemes_close(p);
}

/* A thread whose stack holds no blank anywhere: espeak-ng looks for one behind the last word of a clause. */
static void *write_minutes(void *arg)
{
    struct buf ipa = BUF_INIT(1 << 16);
    bool ok = phonemes_write(arg, "te aviso en diez minutos.", &ipa);
    buf_finish(&ipa);
    return ok ? arg : NULL;
}

static void the_end_of_a_clause_is_the_end_in_any_thread(void **state)
{
    (void)state;
    enum { STACK_BYTES = 1 << 20 };
    struct phonemes *p = open_table("es");
    for (int i = 0; i < 20; i++) {
        pthread_attr_t attributes;
        pthread_t thread;
        void *result = NULL;
        char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(stack, MAP_FAILED);
        memset(stack, 1, STACK_BYTES);
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, stack, STACK_BYTES);
        assert_int_equal(pthread_create(&thread, &attributes, write_minutes, p), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_ptr_equal(result, p);
        pthread_attr_destroy(&attributes);
        munmap(stack, STACK_BYTES);
    }
    phonemes_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_stay_where_they_were),
        cmocka_unit_test(both_shores_have_their_sounds),
        cmocka_unit_test(what_kokoro_writes_as_one_sign_is_one),
        cmocka_unit_test(ids_are_the_tables),
        cmocka_unit_test(other_files_and_languages_are_refused),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(the_end_of_a_clause_is_the_end_in_any_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
