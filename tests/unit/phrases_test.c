/* Phrases: where a growing text may be cut, and where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_alloc.h"
#include "speak/phrases.h"

enum { LONGEST_BYTES = 440 };

/* The phrases of a text that comes `step` bytes at a time, with | between. */
static char *cut(const char *text, size_t step)
{
    struct phrases *p = NULL;
    struct buf phrase = BUF_INIT(1 << 20), all = BUF_INIT(4 << 20);
    size_t n = strlen(text);
    assert_int_equal(phrases_open(&p, NULL), SARAI_OK);
    for (size_t at = 0; at < n; at += step) {
        char piece[64] = "";
        memcpy(piece, text + at, n - at < step ? n - at : step);
        assert_int_equal(phrases_feed(p, piece, NULL), SARAI_OK);
        while (phrases_next(p, &phrase))
            assert_true(buf_printf(&all, "%s%s", all.len ? "|" : "", buf_string(&phrase)));
    }
    while (phrases_flush(p, &phrase))
        assert_true(buf_printf(&all, "%s%s", all.len ? "|" : "", buf_string(&phrase)));
    phrases_close(p);
    buf_finish(&phrase);
    return buf_take(&all);
}

static void cuts_stand_where_a_reader_breathes(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "Hola.|¿Qué tal?|¡Bien!",
        "Sí, claro que sí.",
        "Primero lávalas,|luego córtalas en trozos pequeños y,|por último, ponlas a hervir.",
        "Uno:|pan, leche y huevos; dos.",
        "Hola, Marta.|¿Qué tal?",
        /* numbers, hours, dates, money */
        "Son las 10:30,|creo que es tarde.",
        "Vale 3,50 €.|Adiós.",
        "Son 1.250.000,75 en total.",
        "El 3.5.2025 a las 8:05.|Bien.",
        "Llama al 612 345 678,|por favor, y pregunta.",
        /* abbreviations and initials */
        "El Sr. López y la Dra. Ruiz.|Fin.",
        "Vive en EE. UU. con J. R. Pérez.|Ya.",
        "P. ej. pan,|vino, aceite, etc. y sal.",
        "Murió el 44 a. C. en Roma.|Fin.",
        "Vive en la Avda. de la Paz, n.º 3.",
        /* addresses */
        "Mira www.sarai.org/ayuda?x=1,2 ahora.|Ya.",
        "Escribe a ana.perez@correo.es.|Vale.",
        /* closing marks stay with their sentence */
        "Dijo «hola».|Y se fue.",
        "¿De verdad?!|Bueno...|Vale (sí).",
        /* "No." is a sentence, not a number's abbreviation */
        "No.|Mañana.",
        /* lines */
        "Lista|- Uno|- Dos",
        "Una línea partida\nque sigue.|Otra.",
        "Una línea\n\nOtra.",
    };
    for (size_t i = 0; i + 1 < sizeof expected / sizeof *expected; i++) {
        char text[256];
        size_t n = 0;
        bool lines = strncmp(expected[i], "Lista", 5) == 0;
        for (const char *s = expected[i]; *s; s++)
            text[n++] = *s == '|' ? (lines ? '\n' : ' ') : *s;
        text[n] = '\0';
        for (size_t step = 1; step < 64; step += 7) {
            char *phrases = cut(text, step);
            assert_string_equal(phrases, expected[i]);
            free(phrases);
        }
    }
    char *phrases = cut("Una línea\n\nOtra.", 4);
    assert_string_equal(phrases, "Una línea|Otra.");
    free(phrases);
}

/* The voice starts before the first sentence is whole, behind a word that does not lean on the next. */
static void the_first_phrase_is_short(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first;
    } rows[] = {
        {"Claro, ahora mismo te lo digo todo seguido y sin parar ni un momento.", "Claro,"},
        {"Cervantes publicó la primera parte del Quijote en mil seiscientos cinco en Madrid.",
         "Cervantes publicó la primera"},
        {"La biblioteca de la universidad abre todos los días del año sin excepción alguna.",
         "La biblioteca de la universidad"},
        {"Nos vemos en la puerta de la estación de trenes mañana por la mañana muy temprano.",
         "Nos vemos en la puerta de la estación"},
        {"Madrid está a unos cuantos 620 km de la costa más cercana que hay en todo el ancho y viejo país.",
         "Madrid está a unos cuantos 620 km de la costa"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *phrases = cut(rows[i].text, 3);
        phrases[strcspn(phrases, "|")] = '\0';
        assert_string_equal(phrases, rows[i].first);
        free(phrases);
    }
}

static void no_phrase_grows_without_end(void **state)
{
    (void)state;
    static const char *const patterns[] = {"a", "palabra ", "ñ", "1 ", "\n", "a. ", "«"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct buf text = BUF_INIT(1 << 20);
        size_t longest = 0, length = 0;
        while (text.len < 5000)
            assert_true(buf_text(&text, patterns[i]));
        char *phrases = cut(text.data, 50);
        for (const char *s = phrases; *s; s++) {
            length = *s == '|' ? 0 : length + 1;
            longest = length > longest ? length : longest;
        }
        assert_true(longest <= LONGEST_BYTES);
        free(phrases);
        buf_finish(&text);
    }
}

static void a_number_is_never_parted(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(4096);
    for (int i = 0; i < 40; i++)
        assert_true(buf_text(&text, "suma 10 000 000 pesos "));
    char *phrases = cut(text.data, 11);
    assert_non_null(strchr(phrases, '|'));
    for (const char *s = strchr(phrases, '|'); s; s = strchr(s + 1, '|'))
        assert_false(s[-1] >= '0' && s[-1] <= '9' && s[1] == '0');
    free(phrases);
    buf_finish(&text);
}

static void a_reset_makes_the_next_phrase_a_first(void **state)
{
    (void)state;
    struct phrases *p = NULL;
    struct buf phrase = BUF_INIT(4096);
    assert_int_equal(phrases_open(&p, NULL), SARAI_OK);
    assert_int_equal(phrases_feed(p, "Hola. Lo que queda", NULL), SARAI_OK);
    assert_true(phrases_next(p, &phrase));
    phrases_reset(p);
    assert_int_equal(phrases_feed(p, "Sí, mañana voy contigo a verla", NULL), SARAI_OK);
    assert_true(phrases_next(p, &phrase));
    assert_string_equal(buf_string(&phrase), "Sí,");
    assert_true(phrases_flush(p, &phrase));
    assert_string_equal(buf_string(&phrase), "mañana voy contigo a verla");
    assert_false(phrases_flush(p, &phrase));
    phrases_close(p);
    buf_finish(&phrase);
}

static void memory_may_be_short(void **state)
{
    (void)state;
    struct phrases *p = NULL;
    fail_allocation(0);
    enum sarai_status st = phrases_open(&p, NULL);
    if (allocation_failed())
        assert_int_equal(st, SARAI_ENOMEM);
    else
        phrases_close(p);
    phrases_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_stand_where_a_reader_breathes),    cmocka_unit_test(the_first_phrase_is_short),
        cmocka_unit_test(no_phrase_grows_without_end),           cmocka_unit_test(a_number_is_never_parted),
        cmocka_unit_test(a_reset_makes_the_next_phrase_a_first), cmocka_unit_test(memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
