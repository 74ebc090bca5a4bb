/* The log of turns: chained, only added to, forgetful without breaking, and whole after a kill. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/sqlite.h"
#include "remember/turn_log.h"

static char folder[64], path[96];

static int begin_test(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sarai-log-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/new/registro.db", folder);
    return 0;
}

static int end_test(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct turn_log *open_log(void)
{
    struct turn_log *log = NULL;
    assert_int_equal(turn_log_open(path, true, &log, NULL), SARAI_OK);
    return log;
}

static void add(struct turn_log *log, const char *question, const char *answer, bool keeps_texts)
{
    const struct turn_log_entry entry = {
        .kind = "turn", .question = question, .answer = answer, .keeps_texts = keeps_texts};
    assert_int_equal(turn_log_add(log, &entry, NULL), SARAI_OK);
}

static struct turn_log_check verify(struct turn_log *log)
{
    struct turn_log_check check;
    assert_int_equal(turn_log_verify(log, &check, NULL), SARAI_OK);
    return check;
}

/* Changes the file behind the log's back, with what guards it taken away. */
static void tamper(const char *sql)
{
    struct sqlite *db = NULL;
    assert_int_equal(sqlite_open(path, &(struct sqlite_options){.create = true}, &db, NULL), SARAI_OK);
    assert_int_equal(sqlite_run(db, "DROP TRIGGER stays; DROP TRIGGER keeps", NULL), SARAI_OK);
    assert_int_equal(sqlite_run(db, sql, NULL), SARAI_OK);
    sqlite_close(db);
}

/* Whether any file of the log holds these words. */
static bool on_disk(const char *words)
{
    char command[256];
    snprintf(command, sizeof command, "grep -rqaF -- '%s' %s", words, folder);
    return system(command) == 0;
}

static bool show(void *user, const struct turn_log_row *row)
{
    char *out = user;
    sprintf(out + strlen(out), "%d %s %s %s|", (int)row->id, row->kind, row->question ? row->question : "-",
            row->answer ? row->answer : "-");
    return true;
}

static void rows_are_chained(void **state)
{
    char shown[512] = "";
    bool has = false;
    (void)state;
    struct turn_log *log = open_log();
    assert_string_equal(verify(log).head, "");
    add(log, "¿Qué hora es?", "Las tres.", true);
    add(log, "Un secreto", "Vale.", false);
    struct turn_log_check before = verify(log);
    turn_log_close(log);
    log = open_log();
    assert_int_equal(
        turn_log_add(
            log, &(struct turn_log_entry){.kind = "expert", .question = "¿Y tú?", .note = "http://a"}, NULL),
        SARAI_OK);
    struct turn_log_check check = verify(log);
    assert_int_equal(check.rows, 3);
    assert_int_equal(check.broken, 0);
    assert_int_equal(check.erased, 0);
    assert_int_equal(strlen(check.head), 64);
    assert_int_equal(turn_log_has(log, before.head, &has, NULL), SARAI_OK);
    assert_true(has);
    assert_int_equal(turn_log_has(log, "otro", &has, NULL), SARAI_OK);
    assert_false(has);
    assert_int_equal(turn_log_each(log, 0, show, shown, NULL), SARAI_OK);
    assert_string_equal(shown, "1 turn ¿Qué hora es? Las tres.|2 turn - -|3 expert - -|");
    shown[0] = '\0';
    assert_int_equal(turn_log_each(log, 1, show, shown, NULL), SARAI_OK);
    assert_string_equal(shown, "3 expert - -|");
    turn_log_close(log);
    assert_false(on_disk("Un secreto"));
    assert_true(on_disk("Las tres"));
}

static void the_same_words_leave_different_hashes(void **state)
{
    int64_t kinds = 0;
    struct sqlite *db = NULL;
    (void)state;
    struct turn_log *log = open_log();
    add(log, "Hola", NULL, false);
    add(log, "Hola", NULL, false);
    turn_log_close(log);
    assert_int_equal(sqlite_open(path, &(struct sqlite_options){0}, &db, NULL), SARAI_OK);
    assert_int_equal(
        sqlite_query_int(db, "SELECT count(DISTINCT question_hash) FROM entry", NULL, 0, 0, &kinds, NULL),
        SARAI_OK);
    assert_int_equal(kinds, 2);
    sqlite_close(db);
}

static void what_is_forgotten_is_gone_and_the_chain_good(void **state)
{
    char shown[512] = "";
    int64_t erased = 0;
    (void)state;
    struct turn_log *log = open_log();
    add(log, "Me llamo Anacleta", "Hola, Anacleta.", true);
    add(log, "Vivo en Cuenca", "Qué bien.", true);
    add(log, "Adiós", "Hasta luego.", true);
    assert_int_equal(turn_log_forget(log, 99, NULL, &erased, NULL), SARAI_EINPUT); /* there is no such row */
    assert_int_equal(turn_log_forget(log, 1, NULL, &erased, NULL), SARAI_OK);
    assert_int_equal(erased, 1);
    assert_int_equal(turn_log_each(log, 0, show, shown, NULL), SARAI_OK);
    assert_string_equal(shown, "1 turn - -|2 turn Vivo en Cuenca Qué bien.|3 turn Adiós Hasta luego.|");
    assert_false(on_disk("Anacleta"));
    assert_int_equal(verify(log).broken, 0);
    assert_int_equal(verify(log).erased, 1);
    assert_int_equal(turn_log_forget(log, 0, "2000-01-01", &erased, NULL), SARAI_OK);
    assert_int_equal(erased, 0);
    assert_int_equal(turn_log_forget(log, 0, "9000-01-01", &erased, NULL), SARAI_OK);
    assert_int_equal(erased, 2);
    assert_int_equal(turn_log_forget(log, 0, NULL, &erased, NULL), SARAI_OK);
    assert_int_equal(erased, 0);
    add(log, "Otra vez", NULL, true);
    assert_int_equal(verify(log).broken, 0);
    assert_int_equal(verify(log).rows, 4);
    turn_log_close(log);
    assert_false(on_disk("Cuenca"));
}

/* Rows with a second of sound each, of a sample that tells them apart. */
static void add_sound(struct turn_log *log, int16_t sample, int64_t most_bytes)
{
    static int16_t pcm[SARAI_SPEECH_HZ];
    for (size_t i = 0; i < SARAI_SPEECH_HZ; i++)
        pcm[i] = sample;
    const struct turn_log_entry entry = {.kind = "turn",
                                         .question = "Hola",
                                         .answer = "Hola.",
                                         .keeps_texts = true,
                                         .sound = {pcm, SARAI_SPEECH_HZ, most_bytes}};
    assert_int_equal(turn_log_add(log, &entry, NULL), SARAI_OK);
}

static bool show_sound(void *user, const struct turn_log_row *row)
{
    char *out = user;
    sprintf(out + strlen(out), "%.1f ", row->sound_s);
    return true;
}

static void sounds_go_with_their_rows(void **state)
{
    const int64_t second = SARAI_SPEECH_HZ * sizeof(int16_t);
    char shown[64] = "";
    int64_t erased = 0;
    struct stat st;
    struct buf pcm = BUF_INIT(1 << 20);
    struct sarai_error err = {0};
    (void)state;
    struct turn_log *log = open_log();
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    for (int16_t i = 1; i <= 3; i++)
        add_sound(log, (int16_t)(0x4141 + i), 2 * second);
    add(log, "Sin sonido", NULL, true);
    assert_int_equal(turn_log_each(log, 0, show_sound, shown, NULL), SARAI_OK);
    assert_string_equal(shown, "0.0 1.0 1.0 0.0 "); /* the oldest went */
    assert_int_equal(verify(log).broken, 0);
    assert_int_equal(turn_log_sound(log, 2, &pcm, &err), SARAI_OK);
    assert_int_equal(pcm.len, second);
    assert_int_equal(((const int16_t *)(const void *)pcm.data)[99], 0x4143);
    assert_int_equal(turn_log_sound(log, 1, &pcm, &err), SARAI_EINPUT);
    assert_true(on_disk("DADADADADADA"));
    assert_int_equal(turn_log_forget(log, 3, NULL, &erased, NULL), SARAI_OK);
    assert_int_equal(turn_log_sound(log, 3, &pcm, &err), SARAI_EINPUT);
    assert_int_equal(verify(log).broken, 0);
    turn_log_close(log);
    assert_false(on_disk("DADADADADADA"));
    assert_true(on_disk("CACACACACACA"));
    tamper("UPDATE sound SET pcm = x'00010001' WHERE id = 2");
    log = open_log();
    assert_int_equal(verify(log).broken, 2);
    turn_log_close(log);
    buf_finish(&pcm);
}

static void a_log_from_before_there_were_sounds_is_read(void **state)
{
    char shown[64] = "";
    struct buf pcm = BUF_INIT(100);
    struct turn_log *log = open_log();
    (void)state;
    add(log, "a", "b", true);
    turn_log_close(log);
    tamper("DROP TABLE sound");
    assert_int_equal(turn_log_open(path, false, &log, NULL), SARAI_OK);
    assert_int_equal(turn_log_each(log, 0, show, shown, NULL), SARAI_OK);
    assert_string_equal(shown, "1 turn a b|");
    assert_int_equal(verify(log).broken, 0);
    assert_int_equal(turn_log_sound(log, 1, &pcm, NULL), SARAI_EINPUT);
    turn_log_close(log);
}

static void tampering_shows(void **state)
{
    static const struct {
        const char *sql;
        int broken;
    } table[] = {
        {"UPDATE entry SET answer = 'Las cuatro.' WHERE id = 2", 2},
        {"UPDATE entry SET at = '2000-01-01T00:00:00Z' WHERE id = 2", 2},
        {"UPDATE entry SET note = 'x' WHERE id = 3", 3},
        {"DELETE FROM entry WHERE id = 1", 2},
        {"DELETE FROM entry WHERE id = 2; UPDATE entry SET id = 2 WHERE id = 3", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct turn_log *log = open_log();
        for (int n = 0; n < 3; n++)
            add(log, "¿Qué hora es?", "Las tres.", true);
        assert_int_equal(verify(log).broken, 0);
        turn_log_close(log);
        tamper(table[i].sql);
        log = open_log();
        if (verify(log).broken != table[i].broken)
            fail_msg("“%s” shows at %d", table[i].sql, (int)verify(log).broken);
        turn_log_close(log);
        end_test(NULL);
        begin_test(NULL);
    }
}

static void a_cut_end_shows_to_who_kept_the_head(void **state)
{
    bool has = true;
    (void)state;
    struct turn_log *log = open_log();
    add(log, "a", "b", false);
    add(log, "c", "d", false);
    struct turn_log_check check = verify(log);
    turn_log_close(log);
    tamper("DELETE FROM entry WHERE id = 2");
    log = open_log();
    assert_int_equal(verify(log).broken, 0);
    assert_int_equal(turn_log_has(log, check.head, &has, NULL), SARAI_OK);
    assert_false(has);
    turn_log_close(log);
}

static void rows_stay_as_they_are(void **state)
{
    static const char *const slips[] = {"DELETE FROM entry", "UPDATE entry SET at = 'x'",
                                        "UPDATE entry SET question = 'x'", "UPDATE entry SET salt = 'x'"};
    struct sqlite *db = NULL;
    (void)state;
    struct turn_log *log = open_log();
    add(log, "a", "b", true);
    assert_int_equal(sqlite_open(path, &(struct sqlite_options){.create = true}, &db, NULL), SARAI_OK);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        assert_int_not_equal(sqlite_run(db, slips[i], NULL), SARAI_OK);
    sqlite_close(db);
    assert_int_equal(verify(log).broken, 0);
    turn_log_close(log);
}

/* Two processes add as fast as they can and are killed anywhere. */
static void two_killed_writers_leave_a_good_chain(void **state)
{
    int ends[2];
    char byte;
    pid_t writers[2];
    (void)state;
    turn_log_close(open_log());
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 2; i++) {
        writers[i] = fork();
        if (writers[i] == 0) {
            struct turn_log *log = NULL;
            const struct turn_log_entry entry = {
                .kind = "turn", .question = "a", .answer = "b", .keeps_texts = true};
            if (turn_log_open(path, true, &log, NULL) != SARAI_OK)
                _exit(1);
            while (turn_log_add(log, &entry, NULL) == SARAI_OK && write(ends[1], "x", 1) == 1)
                ;
            _exit(1);
        }
    }
    for (int i = 0; i < 40; i++)
        assert_int_equal(read(ends[0], &byte, 1), 1);
    for (int i = 0; i < 2; i++) {
        int status;
        kill(writers[i], SIGKILL);
        waitpid(writers[i], &status, 0);
        assert_true(WIFSIGNALED(status)); /* no add of theirs had failed */
    }
    close(ends[0]);
    close(ends[1]);
    struct turn_log *log = open_log();
    assert_true(verify(log).rows >= 40);
    assert_int_equal(verify(log).broken, 0);
    turn_log_close(log);
}

static void other_files_are_refused(void **state)
{
    struct turn_log *log = NULL;
    struct sqlite *db = NULL;
    (void)state;
    assert_int_equal(turn_log_open(path, false, &log, NULL), SARAI_EINPUT); /* missing */
    turn_log_close(open_log());
    assert_int_equal(sqlite_open(path, &(struct sqlite_options){.create = true}, &db, NULL), SARAI_OK);
    assert_int_equal(sqlite_run(db, "PRAGMA user_version=7", NULL), SARAI_OK);
    sqlite_close(db);
    assert_int_equal(turn_log_open(path, false, &log, NULL), SARAI_EINPUT);
    assert_int_equal(turn_log_open("/proc/nowhere/registro.db", true, &log, NULL), SARAI_EOUTPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_chained, begin_test, end_test),
        cmocka_unit_test_setup_teardown(the_same_words_leave_different_hashes, begin_test, end_test),
        cmocka_unit_test_setup_teardown(what_is_forgotten_is_gone_and_the_chain_good, begin_test, end_test),
        cmocka_unit_test_setup_teardown(sounds_go_with_their_rows, begin_test, end_test),
        cmocka_unit_test_setup_teardown(a_log_from_before_there_were_sounds_is_read, begin_test, end_test),
        cmocka_unit_test_setup_teardown(tampering_shows, begin_test, end_test),
        cmocka_unit_test_setup_teardown(a_cut_end_shows_to_who_kept_the_head, begin_test, end_test),
        cmocka_unit_test_setup_teardown(rows_stay_as_they_are, begin_test, end_test),
        cmocka_unit_test_setup_teardown(two_killed_writers_leave_a_good_chain, begin_test, end_test),
        cmocka_unit_test_setup_teardown(other_files_are_refused, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
