/* Numbers in Spanish words against ICU's spell-out rules (tools/golden/spelling.py). Needs no model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "speak/reading/numbers.h"

#define REFERENCE TEST_DIR "/golden/data/numbers.json"

static const struct {
    enum number_form form;
    const char *name;
} forms[] = {{NUMBER_ALONE, "alone"}, {NUMBER_MASCULINE, "masculine"}, {NUMBER_FEMININE, "feminine"}};

/* The forms of one number that the reference has; returns how many differ. */
static int compare(const json_t *row)
{
    const char *digits = json_string_value(json_object_get(row, "n"));
    bool is_ordinal = strcmp(json_string_value(json_object_get(row, "kind")), "ordinal") == 0;
    uint64_t n = strtoull(digits, NULL, 10);
    int different = 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char out[NUMBER_BYTES];
        const char *expected = json_string_value(json_object_get(row, forms[i].name));
        if (!expected)
            continue;
        if (is_ordinal)
            number_ordinal((unsigned)n, forms[i].form, out);
        else
            number_cardinal(n, forms[i].form, out);
        if (strcmp(out, expected) == 0)
            continue;
        print_error("%s, %s: “%s”, ICU says “%s”\n", digits, forms[i].name, out, expected);
        different++;
    }
    return different;
}

static void numbers_agree_with_icu(void **state)
{
    json_t *reference = json_load_file(REFERENCE, 0, NULL);
    int different = 0;
    size_t i;
    json_t *row;
    (void)state;
    assert_true(json_array_size(reference) > 1000);
    json_array_foreach(reference, i, row) different += compare(row);
    json_decref(reference);
    assert_int_equal(different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_agree_with_icu)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
