/* The base: UTF-8, buffers, errors, queues. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fold.h"
#include "base/numerals.h"
#include "base/queue.h"
#include "base/reason.h"
#include "base/spool.h"
#include "base/sse.h"
#include "base/threads.h"
#include "base/utf8.h"

static void utf8_decodes_and_encodes(void **state)
{
    (void)state;
    const char text[] = "añ€😀";
    const uint32_t expected[] = {'a', 0xF1, 0x20AC, 0x1F600};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t before = at;
        char bytes[4];
        assert_int_equal(utf8_next(text, sizeof text - 1, &at), expected[i]);
        assert_int_equal(utf8_put(expected[i], bytes), at - before);
        assert_memory_equal(bytes, text + before, at - before);
    }
    assert_int_equal(at, sizeof text - 1);
}

static void utf8_refuses_what_rfc3629_refuses(void **state)
{
    (void)state;
    /* overlong slash, lone continuation, surrogate, past U+10FFFF, cut short */
    const char *bad[] = {"\xC0\xAF", "\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t at = 0;
        assert_int_equal(utf8_next(bad[i], strlen(bad[i]), &at), UTF8_INVALID);
        assert_int_equal(at, 1);
    }
}

static void utf8_complete_cuts_between_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_complete("a€", 4), 4);
    assert_int_equal(utf8_complete("a€", 3), 1);
    assert_int_equal(utf8_complete("a€", 2), 1);
    assert_int_equal(utf8_complete("", 0), 0);
}

static void buf_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(5);
    assert_true(buf_text(&b, "hola"));
    assert_false(buf_text(&b, "ab"));
    assert_string_equal(buf_string(&b), "hola");
    assert_true(buf_printf(&b, "%d", 7));
    assert_string_equal(buf_string(&b), "hola7");
    buf_drop(&b, 2);
    char *taken = buf_take(&b);
    assert_string_equal(taken, "la7");
    assert_int_equal(b.len, 0);
    free(taken);
    buf_finish(&b);
}

static void reasons_are_told_in_the_language_of_messages(void **state)
{
    (void)state;
    assert_string_equal(reason_of(ENOSPC), "no queda sitio en el disco");
    assert_string_equal(reason_of(EISDIR), "es una carpeta");
    assert_string_equal(reason_of(ENOTUNIQ), strerror(ENOTUNIQ)); /* nobody meets it */
    lang_set(LANG_EN);
    assert_string_equal(reason_of(ENOSPC), strerror(ENOSPC));
    lang_set(LANG_ES);
}

/* The reading end of a pipe that brings `text`. */
static int pipe_with(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    return ends[0];
}

static void spool_makes_a_pipe_seekable(void **state)
{
    (void)state;
    char got[8] = "";
    struct stat st;
    int fd = pipe_with("abcdef");
    assert_int_equal(spool_pipe(&fd, 6, "a pipe", NULL), SARAI_OK);
    assert_int_equal(read(fd, got, sizeof got), 6);
    assert_string_equal(got, "abcdef");
    assert_int_equal(pread(fd, got, 2, 3), 2);
    assert_memory_equal(got, "de", 2);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0); /* nothing is left of it */
    int same = fd;
    assert_int_equal(spool_pipe(&fd, 1, "a file", NULL), SARAI_OK); /* is one already */
    assert_int_equal(fd, same);
    close(fd);
}

static void spool_says_what_it_cannot_keep(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    int fd = pipe_with("abcdef"), same = fd;
    assert_int_equal(spool_pipe(&fd, 5, "music", &err), SARAI_EINPUT);
    assert_non_null(strstr(err.message, "music"));
    assert_int_equal(fd, same); /* still the caller's */
    close(fd);
    const char *before = getenv("TMPDIR");
    char *kept = before ? strdup(before) : NULL;
    setenv("TMPDIR", "/nowhere", 1);
    fd = pipe_with("a");
    assert_int_equal(spool_pipe(&fd, 5, "music", &err), SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "/nowhere"));
    close(fd);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    free(kept);
}

static void reasons_of_libraries_are_told_too(void **state)
{
    (void)state;
    const char *sentence = "connection to server at \"x\" failed: Connection refused";
    char why[REASON_BYTES];
    assert_string_equal(reason_at_end(sentence, strlen(sentence)), "nadie atiende ahí");
    assert_null(reason_at_end(sentence, strlen(sentence) - 1));
    assert_null(dlopen("libnowhere.so.9", RTLD_NOW));
    reason_of_loader(why, sizeof why);
    assert_string_equal(why, "libnowhere.so.9: no existe esa ruta");
    assert_null(dlopen("/etc/passwd", RTLD_NOW));
    reason_of_loader(why, sizeof why);
    assert_string_equal(why, "/etc/passwd: está dañada o no es de este sistema");
}

static void error_is_cut_between_characters(void **state)
{
    (void)state;
    char longer[600];
    struct sarai_error err = {0};
    memset(longer, 'x', sizeof longer);
    memcpy(longer + 510, "€", 3); /* straddles the end of the message */
    longer[599] = '\0';
    assert_int_equal(failed(&err, SARAI_EINPUT, "%s", longer), SARAI_EINPUT);
    assert_int_equal(strlen(err.message), 510);
    assert_int_equal(err.status, SARAI_EINPUT);
}

static void error_is_one_line(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    failed(&err, SARAI_EMODEL, "no carga:\n%s\r\n", "\tdañado");
    assert_string_equal(err.message, "no carga:  dañado");
}

static void *produce(void *arg)
{
    static int items[1000];
    struct queue *q = arg;
    for (int i = 0; i < 1000; i++) {
        items[i] = i;
        if (!queue_push(q, &items[i]))
            break;
    }
    queue_end(q);
    return NULL;
}

static void queue_keeps_order_across_threads(void **state)
{
    (void)state;
    struct queue *q;
    pthread_t thread;
    assert_int_equal(queue_open(3, &q, NULL), SARAI_OK);
    assert_int_equal(pthread_create(&thread, NULL, produce, q), 0);
    int *item, expected = 0;
    while ((item = queue_pop(q)))
        assert_int_equal(*item, expected++);
    assert_int_equal(expected, 1000);
    pthread_join(thread, NULL);
    assert_false(queue_push(q, &expected));
    queue_close(q);
}

/* Notes each event in brackets; ends the reading at "fin". */
static bool note_event(void *user, const char *data, size_t n)
{
    struct buf *seen = user;
    assert_true(buf_printf(seen, "[%.*s]", (int)n, data));
    return strcmp(buf_string(seen), "[fin]") != 0;
}

static atomic_bool works = true;

static void *work(void *arg)
{
    while (atomic_load(&works))
        continue;
    return read(*(int *)arg, &(char){0}, 1) == 1 ? arg : NULL;
}

static void a_thread_works_until_it_waits(void **state)
{
    (void)state;
    int ends[2];
    void *back;
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, work, &ends[0]), 0);
    assert_true(threads_work()); /* whether it has been given a processor or not */
    double had_ms = threads_cpu_ms();
    while (threads_cpu_ms() == had_ms)
        continue;
    atomic_store(&works, false);
    while (threads_work())
        continue;
    assert_int_equal(write(ends[1], "", 1), 1);
    assert_int_equal(pthread_join(thread, &back), 0);
    assert_ptr_equal(back, &ends[0]);
    close(ends[0]);
    close(ends[1]);
}

static void sse_gives_whole_events(void **state)
{
    (void)state;
    const char stream[] = "\xEF\xBB\xBF"
                          ": hello\nevent: x\nid: 7\ndata: uno\n\ndata:dos\r\ndata\rdata:  tres\r\n\r\n"
                          "\n\ndatax: no\n\nretry: 5\ndata: cut off\n";
    for (size_t step = 1; step <= sizeof stream; step++) { /* cut anywhere */
        struct sse s = SSE_INIT(64);
        struct buf seen = BUF_INIT(256);
        for (size_t at = 0; at < sizeof stream - 1; at += step) {
            size_t left = sizeof stream - 1 - at;
            assert_true(sse_feed(&s, stream + at, step < left ? step : left, note_event, &seen));
        }
        assert_string_equal(buf_string(&seen), "[uno][dos\n\n tres]");
        buf_finish(&seen);
        sse_finish(&s);
    }
}

static void sse_stops_at_its_maximum_and_when_told(void **state)
{
    (void)state;
    struct sse s = SSE_INIT(8), told = SSE_INIT(8);
    struct buf seen = BUF_INIT(64);
    assert_false(sse_feed(&s, "data: 123456789\n\n", 17, note_event, &seen));
    assert_false(sse_refused(&s));
    assert_false(sse_feed(&told, "data: fin\n\ndata: no\n\n", 21, note_event, &seen));
    assert_true(sse_refused(&told));
    assert_string_equal(buf_string(&seen), "[fin]");
    buf_finish(&seen);
    sse_finish(&s);
    sse_finish(&told);
}

/* The pairs are those of any text on it. */
static void distance_counts_letters(void **state)
{
    (void)state;
    assert_int_equal(fold_distance("kitten", "sitting"), 3);
    assert_int_equal(fold_distance("saturday", "sunday"), 3);
    assert_int_equal(fold_distance("vale", "vale"), 0);
    assert_int_equal(fold_distance("", "vale"), 4);
    assert_int_equal(fold_distance("vale", ""), 4);
    assert_int_equal(fold_slack("pan", 4), 0);
    assert_int_equal(fold_slack("salón", 3), 2);
    assert_int_equal(fold_slack("desoxirribonucleico", 4), 2);
}

static void what_sounds_alike_is_alike(void **state)
{
    static const char *const table[][2] = {
        {" don de bibo ", "dondebibo"},
        {" donde vivo ", "dondebibo"},
        {" saves ", "sabes"},
        {" llave ", "yabe"},
        {" hola ", "ola"},
        {" chocolate ", "cokolate"},
        {" queso ", "keso"},
        {" guisante ", "gisante"},
        {" gente jirafa ", "jentejirafa"},
        {" cero zapato ", "serosapato"},
        {" perro ", "pero"},
        {" leche ", "lece"},
        {" accion ", "asion"},
        {" ", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf sound = BUF_INIT(64);
        assert_true(fold_sound(table[i][0], &sound));
        assert_string_equal(buf_string(&sound), table[i][1]);
        buf_finish(&sound);
    }
}

static void number_words_have_values(void **state)
{
    (void)state;
    unsigned value = 0;
    assert_true(numeral_value("cero", &value) && value == 0);
    assert_true(numeral_value("veintidos", &value) && value == 22);
    assert_true(numeral_value("quinientas", &value) && value == 500);
    assert_false(numeral_value("veintidosena", &value));
    assert_false(numeral_value("", &value));
    assert_true(numeral_stands(" dura doce meses ", "12"));
    assert_true(numeral_stands(" diecisiete o siete ", "7"));
    assert_false(numeral_stands(" diecisiete por ciento ", "7"));
    assert_false(numeral_stands(" diez por ciento ", "100"));
    assert_false(numeral_stands(" un mes ", "1"));
    for (size_t i = 0; numeral_at(i); i++) { /* folded, ascending, each found again */
        struct buf folded = BUF_INIT(100);
        assert_true(fold(numeral_at(i)->word, strlen(numeral_at(i)->word), &folded));
        assert_string_equal(buf_string(&folded), numeral_at(i)->word);
        buf_finish(&folded);
        assert_true(numeral_value(numeral_at(i)->word, &value) && value == numeral_at(i)->value);
        assert_true(i == 0 || numeral_at(i - 1)->value <= value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_decodes_and_encodes),
        cmocka_unit_test(utf8_refuses_what_rfc3629_refuses),
        cmocka_unit_test(utf8_complete_cuts_between_characters),
        cmocka_unit_test(buf_stops_at_its_maximum),
        cmocka_unit_test(reasons_are_told_in_the_language_of_messages),
        cmocka_unit_test(reasons_of_libraries_are_told_too),
        cmocka_unit_test(spool_makes_a_pipe_seekable),
        cmocka_unit_test(spool_says_what_it_cannot_keep),
        cmocka_unit_test(error_is_cut_between_characters),
        cmocka_unit_test(error_is_one_line),
        cmocka_unit_test(sse_gives_whole_events),
        cmocka_unit_test(sse_stops_at_its_maximum_and_when_told),
        cmocka_unit_test(queue_keeps_order_across_threads),
        cmocka_unit_test(a_thread_works_until_it_waits),
        cmocka_unit_test(distance_counts_letters),
        cmocka_unit_test(number_words_have_values),
        cmocka_unit_test(what_sounds_alike_is_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
