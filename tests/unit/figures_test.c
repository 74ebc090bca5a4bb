/* What a model tells of a result is held to its numbers, in figures and in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "act/figures.h"

static const struct {
    const char *result, *told;
    bool kept;
} cases[] = {
    {"{\"hora\":\"17:05\"}", "Son las 17:05.", true},
    {"{\"hora\":\"17:05\"}", "Son las 17:06.", false},
    {"{\"hora\":\"17:05\"}", "Son las cinco y cinco de la tarde.", true},
    {"{\"hora\":\"17:05\"}", "Son las cinco y seis de la tarde.", false},
    {"{\"hora\":\"17:05\"}", "Son las diecisiete cero cinco.", true},
    {"{\"hora\":\"17:30\"}", "Son las cinco y media.", true},
    {"{\"resultado\":\"45\"}", "Son cuarenta y cinco.", true},
    {"{\"resultado\":\"45\"}", "Son cuarenta y seis.", false},
    {"{\"resultado\":\"1.248\"}", "Da mil doscientos cuarenta y ocho.", true},
    {"{\"resultado\":\"1248\"}", "Da mil doscientos cuarenta y ocho.", true},
    {"{\"resultado\":\"1248\"}", "Da mil doscientos cuarenta.", false},
    {"{\"resultado\":\"3,5\"}", "Da tres coma cinco.", true},
    {"{\"resultado\":\"3,5\"}", "Da tres coma seis.", false},
    {"{\"fecha\":\"jueves 9 de julio\",\"faltan\":\"22 días\"}",
     "Es el nueve de julio, faltan veintidós días.", true},
    {"{\"fecha\":\"jueves 9 de julio\",\"faltan\":\"22 días\"}", "Es el nueve de julio, faltan veinte días.",
     false},
    {"{\"listo\":\"cuatro minutos\"}", "Hecho, cuatro minutos.", true},
    {"{\"listo\":\"cuatro minutos\"}", "Hecho, cinco minutos.", false},
    {"{\"cosas\":\"acelgas y vinagre\"}", "Te falta una cosa: acelgas, y un poco de vinagre.", true},
    {"{\"cosas\":\"acelgas y vinagre\"}", "Tienes tres cosas: acelgas y vinagre.", false},
    {"{}", "Hecho.", true},
};

static void numbers_are_those_of_the_result(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (figures_are_kept(cases[i].told, cases[i].result) != cases[i].kept) {
            print_error("%s: %s\n", cases[i].result, cases[i].told);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_those_of_the_result)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
