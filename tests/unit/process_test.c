/* A program that is talked with line by line: also one that dies, floods, sleeps, or does not want to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/process.h"

enum { LONG_MS = 60000 };

static struct process *start(const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    const char *const environment[] = {"PATH=/usr/bin:/bin", "WORD=hola", NULL};
    struct process *p = NULL;
    assert_int_equal(process_open(argv, environment, &p, NULL), SARAI_OK);
    return p;
}

static enum sarai_status line_of(struct process *p, struct buf *line, double wait_ms, struct sarai_error *err)
{
    return process_line(p, line, clock_ms() + wait_ms, NULL, err);
}

static void expect_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void lines_go_both_ways(void **state)
{
    struct process *p = start("echo ruido >&2; echo $WORD; while read -r x; do echo \"<$x>\"; done");
    struct buf line = BUF_INIT(1024);
    (void)state;
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    assert_string_equal(buf_string(&line), "hola");
    assert_int_equal(process_write(p, "uno\ndos\n", 8, clock_ms() + LONG_MS, NULL, NULL), SARAI_OK);
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    assert_string_equal(buf_string(&line), "<uno>");
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    assert_string_equal(buf_string(&line), "<dos>");
    process_close(p);
    buf_finish(&line);
    expect_no_children();
}

static void the_end_is_told_with_its_last_message(void **state)
{
    struct process *p = start("echo uno; echo malo >&2; echo 'no hay módulo' >&2; exit 3");
    struct sarai_error err = {0};
    struct buf line = BUF_INIT(1024);
    (void)state;
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    assert_int_equal(line_of(p, &line, LONG_MS, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "no hay módulo"));
    assert_null(strstr(err.message, "malo"));
    for (int i = 0; i < 1000 && process_write(p, "x\n", 2, clock_ms() + LONG_MS, NULL, &err) == SARAI_OK; i++)
        usleep(1000);
    assert_int_equal(err.status, SARAI_ENETWORK); /* and no SIGPIPE */
    process_close(p);
    buf_finish(&line);
    expect_no_children();
}

static void nobody_waits_for_ever(void **state)
{
    const struct stop stop = {.raised = true};
    struct process *p = start("sleep 1000");
    struct sarai_error err = {0};
    struct buf line = BUF_INIT(1024);
    char *much = calloc(1, 4 << 20); /* more than it takes without reading */
    (void)state;
    assert_int_equal(line_of(p, &line, 20, &err), SARAI_ECANCELLED);
    assert_non_null(strstr(err.message, "tarda"));
    assert_int_equal(process_line(p, &line, clock_ms() + LONG_MS, &stop, &err), SARAI_ECANCELLED);
    assert_int_equal(process_write(p, much, 4 << 20, clock_ms() + 20, NULL, &err), SARAI_ECANCELLED);
    process_close(p);
    buf_finish(&line);
    free(much);
    expect_no_children();
}

static void a_flood_has_a_limit(void **state)
{
    struct process *p = start("echo ok; yes mucho | tr -d '\\n' & while :; do echo ruido >&2; done");
    struct sarai_error err = {0};
    struct buf line = BUF_INIT(1 << 20);
    (void)state;
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    assert_int_equal(line_of(p, &line, LONG_MS, &err), SARAI_EINPUT);
    assert_true(line.cap <= 1 << 20);
    process_close(p);
    buf_finish(&line);
    expect_no_children();
}

/* It ignores both its input's end and SIGTERM, and has a child of its own. */
static void the_stubborn_is_ended_with_its_children(void **state)
{
    struct process *p = start("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done");
    struct buf line = BUF_INIT(64);
    char path[64];
    (void)state;
    assert_int_equal(line_of(p, &line, LONG_MS, NULL), SARAI_OK);
    snprintf(path, sizeof path, "/proc/%ld/fd/0", strtol(buf_string(&line), NULL, 10));
    process_close(p);
    while (readlink(path, (char[2]){0}, 1) > 0) /* until init has buried it */
        usleep(1000);
    buf_finish(&line);
    expect_no_children();
}

static void what_cannot_be_run_is_named(void **state)
{
    const char *const argv[] = {"/no/hay/tal", NULL};
    struct process *p = NULL;
    struct sarai_error err = {0};
    (void)state;
    assert_int_equal(process_open(argv, (const char *const[]){NULL}, &p, &err), SARAI_EUSAGE);
    assert_non_null(strstr(err.message, "/no/hay/tal"));
    process_close(NULL);
    expect_no_children();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_both_ways),
        cmocka_unit_test(the_end_is_told_with_its_last_message),
        cmocka_unit_test(nobody_waits_for_ever),
        cmocka_unit_test(a_flood_has_a_limit),
        cmocka_unit_test(the_stubborn_is_ended_with_its_children),
        cmocka_unit_test(what_cannot_be_run_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
