/* Arguments of a model's call, held to what the person said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "act/mending.h"

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"accion\":{\"type\":\"string\",\"enum\":[\"abrir\"]},"
    "\"que\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\"}}}";

static const char *const louder[] = {"sub", "alt|no oi", "baj", "floj", NULL};

static void expect(const char *said, const char *given, const char *expected, bool rests)
{
    json_t *arguments = json_loads(given, 0, NULL), *wanted = json_loads(expected, 0, NULL);
    assert_non_null(arguments);
    assert_non_null(wanted);
    assert_int_equal(mending_mend(arguments, schema, said, louder), rests);
    char *told = json_dumps(arguments, JSON_COMPACT);
    if (!json_equal(arguments, wanted))
        fail_msg("“%s”: %s", said, told);
    free(told);
    json_decref(arguments);
    json_decref(wanted);
}

static void what_is_misspelt_is_put_right(void **state)
{
    (void)state;
    expect("Pon cuatro minutos.", "{\"que\":\"quatre minutos\"}", "{\"que\":\"cuatro minutos\"}", true);
    expect("¿Hay luz en el Taller?", "{\"que\":\"tallier\"}", "{\"que\":\"Taller\"}", true);
    expect("Compra champiñones y pan", "{\"que\":\"pan y champiñines\"}", "{\"que\":\"pan y champiñones\"}",
           true);
}

static void what_was_said_stays(void **state)
{
    static const char *const same[] = {"{\"que\":\"llamar a Pilar\"}",
                                       "{\"que\":\"leche\"}",
                                       "{\"que\":\"\"}",
                                       "{\"n\":7}",
                                       "{\"accion\":\"abrir\",\"que\":\"el ala\"}",
                                       "{\"que\":\"sesenta\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        expect("Recuérdame que llame a Pilar, y la LECHE.", same[i], same[i], true);
}

static void what_rests_on_nothing_is_told(void **state)
{
    (void)state;
    expect("Suvel volumen.", "{\"que\":\"baja\"}", "{\"que\":\"baja\"}", false);
    expect("", "{\"que\":\"queso\"}", "{\"que\":\"queso\"}", false);
    expect("Pon pan.", "{\"que\":\"queso y pan\"}", "{\"que\":\"queso y pan\"}", false);
}

static void a_direction_may_be_said_otherwise(void **state)
{
    (void)state;
    expect("Más alto, por favor.", "{\"que\":\"subir\"}", "{\"que\":\"subir\"}", true);
    expect("Que no oigo.", "{\"que\":\"súbelo\"}", "{\"que\":\"súbelo\"}", true);
    expect("Más alto, por favor.", "{\"que\":\"bajar\"}", "{\"que\":\"bajar\"}", false);
}

static void words_are_found_by_their_beginnings(void **state)
{
    (void)state;
    assert_true(mending_begins("¿Te acordarás?", "recuerd|acord"));
    assert_true(mending_begins("Un CORDÓN", "cord"));
    assert_false(mending_begins("¿Te acordarás?", "recuerd|cord"));
    assert_false(mending_begins("Hola.", NULL));
    assert_false(mending_begins("", "hola"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_misspelt_is_put_right),
        cmocka_unit_test(what_was_said_stays),
        cmocka_unit_test(what_rests_on_nothing_is_told),
        cmocka_unit_test(a_direction_may_be_said_otherwise),
        cmocka_unit_test(words_are_found_by_their_beginnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
