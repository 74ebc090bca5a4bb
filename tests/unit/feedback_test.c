/* What a person makes of an answer: by their words, by a file of thumbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "think/feedback.h"

static void words_are_judged(void **state)
{
    static const struct {
        const char *words;
        int feedback;
    } table[] = {
        {"No era eso.", -1},
        {"No, no era eso", -1},
        {"Eso no era lo que preguntaba.", -1},
        {"Eso no es lo que te he preguntado", -1},
        {"Perdona, pero no te he preguntado eso.", -1},
        {"No me has entendido.", -1},
        {"Te equivocas, es el martes", -1},
        {"Muy bien contestado", 1},
        {"Eso era.", 1},
        {"¿No era eso lo que querías?", 0},
        {"No era esotérico", 0},
        {"Mi hermano dice que no era eso", 0},
        {"¿Qué hora es?", 0},
        {"No.", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if ((int)feedback_of(table[i].words) != table[i].feedback)
            fail_msg("“%s” gives %g", table[i].words, (double)feedback_of(table[i].words));
}

static void the_last_thumb_counts_once(void **state)
{
    static const struct {
        const char *text;
        int feedback;
    } table[] = {{"+\n", 1},  {"-", -1},  {"+\n-\n", -1}, {"👍", 1},
                 {"👎\n", -1}, {"- 👍", 1}, {"", 0},        {"hola\xF0\x9F", 0}};
    char path[] = "/tmp/sarai-thumbs-XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fputs(table[i].text, f);
        fclose(f);
        assert_int_equal((int)feedback_thumb(path), table[i].feedback);
        assert_int_not_equal(access(path, F_OK), 0);
        assert_int_equal((int)feedback_thumb(path), 0);
    }
    assert_int_equal((int)feedback_thumb(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_judged),
        cmocka_unit_test(the_last_thumb_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
