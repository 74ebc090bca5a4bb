/* The picture of a conversation's time line: what became of each span. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "../../cli/trace.c"

static void add_span(struct trace *t, unsigned turn, double start_ms, double end_ms, const char *text)
{
    trace_add(t, &(struct sarai_talk_event){.kind = SARAI_TALK_SPAN,
                                            .turn = turn,
                                            .lane = SARAI_LANE_THINK,
                                            .start_ms = start_ms,
                                            .at_ms = end_ms,
                                            .text = text});
}

/* Turn 1 was thrown away; of turn 2 the speech ended at 1000 ms, it counted as over at 1400 and sounded at
 * 1500. */
static struct trace *two_turns(void)
{
    struct trace *t;
    assert_int_equal(trace_open(&t, NULL), SARAI_OK);
    add_span(t, 1, 100, 400, "a < b");
    add_span(t, 2, 1130, 1300, "before");
    add_span(t, 2, 1450, 1600, "after");
    trace_add(t, &(struct sarai_talk_event){.kind = SARAI_TALK_TURN,
                                            .turn = 2,
                                            .at_ms = 1500,
                                            .turn_times = {.confirmed_ms = 400, .sounding_ms = 500}});
    return t;
}

static void chrome_reads_what_became_of_each_span(void **state)
{
    char path[] = "/tmp/sarai-trace-XXXXXX";
    struct trace *t = two_turns();
    (void)state;
    close(mkstemp(path));
    assert_int_equal(trace_write(t, path, NULL), SARAI_OK);
    json_t *all = json_load_file(path, 0, NULL);
    assert_int_equal(json_array_size(all), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *span = json_array_get(all, i);
        const char *fate = json_string_value(json_object_get(json_object_get(span, "args"), "fate"));
        assert_string_equal(json_string_value(json_object_get(span, "ph")), "X");
        assert_string_equal(fate, fates[i]);
    }
    assert_true(json_number_value(json_object_get(json_array_get(all, 1), "dur")) == 170000); /* µs */
    json_decref(all);
    unlink(path);
    trace_close(t);
}

static void the_picture_shows_it_too(void **state)
{
    char path[] = "/tmp/sarai-trace-XXXXXX.svg", text[8192] = "";
    struct trace *t = two_turns();
    (void)state;
    close(mkstemps(path, 4));
    assert_int_equal(trace_write(t, path, NULL), SARAI_OK);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(text, fates[i]));
    assert_non_null(strstr(text, "a &lt; b"));
    assert_non_null(strstr(text, "</svg>"));
    unlink(path);
    trace_close(t);
}

static void a_place_that_cannot_be_written_is_told(void **state)
{
    struct trace *t = two_turns();
    struct sarai_error err = {0};
    (void)state;
    assert_int_equal(trace_write(t, "/nowhere/x.svg", &err), SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "/nowhere/x.svg"));
    trace_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chrome_reads_what_became_of_each_span),
        cmocka_unit_test(the_picture_shows_it_too),
        cmocka_unit_test(a_place_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
