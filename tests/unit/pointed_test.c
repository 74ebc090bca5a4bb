/* What a finder pointed at, and what becomes of the answer of a model of straw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/finder.h"
#include "straw_llm.h"
#include "think/pointed.h"

static void words_count_as_told(void **state)
{
    static const struct {
        const char *question, *words, *claim;
        bool told;
    } cases[] = {
        {"¿A qué hora sale?", "22:45", " sale a las 22:45.", true},
        {"¿A qué hora sale?", "22:45", " sale del muelle 4.", false},
        {"¿Cuánto dura?", "12 meses", " dura doce meses.", true},
        {"¿Cuánto dura?", "12 meses", " dura 36 meses.", false},
        {"¿Cuánto dura?", "treinta y cinco minutos", " dura 35 minutos.", true},
        {"¿De qué habla Aurora Tejada?", "acuíferos", " habla español.", false},
        {"¿De qué habla Aurora Tejada?", "Aurora Tejada, de acuíferos", " Aurora Tejada habla.", false},
        {"¿De qué habla Aurora Tejada?", "acuíferos", " habla de acuiferos.", true},
        {"¿Habla Aurora?", "Aurora", " sí, habla.", true}, /* nothing that could be missed */
        {"¿Quién?", "la", " es Ana.", true},
        {"", "", "", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool no_memory = false;
        if (pointed_is_told(cases[i].question, cases[i].words, strlen(cases[i].words), cases[i].claim,
                            strlen(cases[i].claim), &no_memory) != cases[i].told)
            fail_msg("“%s” “%s” %s", cases[i].question, cases[i].words, cases[i].claim);
        assert_false(no_memory);
    }
}

static void expect_sentence(const char *passage, const char *words, const char *expected)
{
    struct buf out = BUF_INIT(4096);
    assert_true(pointed_sentence(passage, (size_t)(strstr(passage, words) - passage), strlen(words), &out));
    assert_string_equal(out.data, expected);
    buf_finish(&out);
}

static void the_sentence_around_the_words_is_told(void **state)
{
    (void)state;
    static const char ferry[] = "Hola.  El ferry sale a las 22:45 del muelle 4. Begoña lo lleva\ny ya está";
    static char listing[1000];
    expect_sentence(ferry, "22:45", "el ferry sale a las 22:45 del muelle 4.");
    expect_sentence(ferry, "Begoña", "Begoña lo lleva.");
    expect_sentence(ferry, "está", "y ya está.");
    expect_sentence("Llegó tarde. El perito, Sr. Ordás, viene el 23. Fin.", "Ordás",
                    "el perito, Sr. Ordás, viene el 23.");
    expect_sentence("Trae 1 kg.\nDan tres.", "1 kg", "Trae 1 kg.");
    expect_sentence(ferry, "Hola", "Hola.");
    expect_sentence("Mide 1.200 metros; pesa 3,5 kilos.", "1.200", "Mide 1.200 metros.");
    memset(listing, 'a', sizeof listing - 1);
    memcpy(listing + 500, " 77 euros ", 10);
    expect_sentence(listing, "77 euros", "77 euros.");
}

#define FERRY "Según ferry.pdf,"

static const struct passage passages[] = {{"contrato", "El alquiler es de 1.200 euros."},
                                          {"ferry.pdf", "El ferry sale a las 22:45. Cuesta 40 euros."}};

/* What is heard of a question about the ferry, where the finder saw the hour so surely. */
static void expect(float odds, const char *say, const char *expected)
{
    const struct finding findings[] = {{-9, 15, 11}, {odds, 20, 5}};
    const struct question q = {
        .words = "¿A qué hora sale?", .passages = passages, .n_passages = 2, .findings = findings};
    struct llm llm = {.has_adapter = true, .expected = 'S', .say = say}; /* sure by 20 */
    struct conversation_options o = conversation_options_default();
    struct conversation *c = NULL;
    struct answer a = {0};
    o.persona = "P.";
    o.doubt = 16;
    assert_int_equal(conversation_open(&o, &llm, &c, NULL), SARAI_OK);
    assert_int_equal(conversation_ask(c, &q, NULL, NULL, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, expected);
    if (strncmp(expected, "Eso", 3) != 0)
        assert_string_equal(llm.grammar, "root ::= \"Según \" (\"ferry.pdf\") \", \" [^\\n\\r]+\n");
    answer_finish(&a);
    conversation_close(c);
}

static void an_answer_beside_it_gives_way(void **state)
{
    (void)state;
    expect(5, FERRY " sale a las 22:45.", FERRY " sale a las 22:45.");
    expect(5, FERRY " cuesta 40 euros.", FERRY " el ferry sale a las 22:45.");
    expect(5, FERRY " sale a las 23:15.", FERRY " el ferry sale a las 22:45."); /* rests on nothing */
    expect(5, FERRY " es el Marta. Y más.", FERRY " el ferry sale a las 22:45.");
}

static void its_opinion_counts_in_what_is_found(void **state)
{
    (void)state;
    expect(-3, FERRY " sale a las 22:45.", FERRY " sale a las 22:45."); /* 20 − 3 is over the doubt of 16 */
    expect(-5, FERRY " sale a las 22:45.", "Eso no aparece en lo que tengo.");
}

/* "Cuesta 40 euros." is no hour, so it is not told for one. */
static void what_is_of_another_kind_is_not_told(void **state)
{
    (void)state;
    const struct finding findings[] = {{-9, 0, 0}, {5, 34, 8}};
    const struct question q = {
        .words = "¿Cuánto mide?", .passages = passages, .n_passages = 2, .findings = findings};
    struct llm llm = {.has_adapter = true, .expected = 'S', .say = FERRY " sale a las 22:45."};
    struct conversation_options o = conversation_options_default();
    struct conversation *c = NULL;
    struct answer a = {0};
    o.persona = "P.";
    assert_int_equal(conversation_open(&o, &llm, &c, NULL), SARAI_OK);
    assert_int_equal(conversation_ask(c, &q, NULL, NULL, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, FERRY " eso no consta.");
    answer_finish(&a);
    conversation_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_count_as_told),
        cmocka_unit_test(the_sentence_around_the_words_is_told),
        cmocka_unit_test(an_answer_beside_it_gives_way),
        cmocka_unit_test(its_opinion_counts_in_what_is_found),
        cmocka_unit_test(what_is_of_another_kind_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
