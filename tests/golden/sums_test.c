/* The calculator against Python's fractions and decimal (tools/golden/sums.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "act/calculator.h"

static void sums_are_those_of_python(void **state)
{
    json_t *cases = json_load_file(TEST_DIR "/golden/data/sums.json", 0, NULL), *one;
    size_t i;
    int wrong = 0;
    (void)state;
    assert_true(json_array_size(cases) > 300);
    json_array_foreach(cases, i, one)
    {
        struct calculated c = {.value = ""};
        struct sarai_error err = {0};
        const char *sum = json_string_value(json_array_get(one, 0)),
                   *right = json_string_value(json_array_get(one, 1));
        if (calculator_sum(sum, &c, &err) != SARAI_OK || strcmp(c.value, right) != 0) {
            print_error("%s: %s%s, not %s\n", sum, c.value, err.message, right);
            wrong++;
        }
    }
    json_decref(cases);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_are_those_of_python)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
