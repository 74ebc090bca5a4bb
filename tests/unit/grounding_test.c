/* Answers out of passages, over a model of straw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_alloc.h"
#include "straw_llm.h"
#include "think/answer_kind.h"
#include "think/denial.h"

static const struct passage rent[] = {
    {"contrato.pdf, página 3",
     "El alquiler es de 1.200 euros. Lo cobra Begoña Arrizabalaga, en tres plazos, a las 09:05."},
    {"contrato", "El agua la paga Íñigo."}};

static struct conversation *begin(struct llm *llm, float doubt, bool is_grounded)
{
    struct conversation_options o = conversation_options_default();
    struct conversation *c = NULL;
    llm->has_adapter = true;
    llm->expected = 'S';
    o.persona = "P.";
    o.doubt = doubt;
    o.is_grounded = is_grounded;
    assert_int_equal(conversation_open(&o, llm, &c, NULL), SARAI_OK);
    return c;
}

/* What is heard of it, and that it is what the history keeps. */
static void expect(struct conversation *c, struct llm *llm, const char *say, size_t n, const char *expected)
{
    const struct question q = {
        .words = "¿Cuánto pago?", .passages = rent, .n_passages = n, .is_searched = true};
    struct listened h = {.all_whole = true};
    struct answer a = {0};
    llm->say = say;
    assert_int_equal(conversation_ask(c, &q, hear, &h, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, expected);
    assert_string_equal(h.text, expected);
    assert_true(h.all_whole);
    answer_finish(&a);
}

static void only_sources_at_hand_are_named(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    expect(c, &llm, "Según contrato, la paga Íñigo.", 2, "Según contrato, la paga Íñigo.");
    assert_string_equal(
        llm.grammar, "root ::= \"Según \" (\"contrato.pdf, página 3\" | \"contrato\") \", \" [^\\n\\r]+\n");
    const struct passage odd[] = {{"a \"b\"\\\nc", "Sí."}, {"", "No."}};
    struct answer a = {0};
    llm.say = "Según a, sí.";
    assert_int_equal(conversation_ask(c, &(struct question){.words = "¿Y?", .passages = odd, .n_passages = 2},
                                      NULL, NULL, &a, NULL),
                     SARAI_OK);
    assert_string_equal(llm.grammar, "root ::= \"Según \" (\"a \\\"b\\\"\\\\ c\") \", \" [^\\n\\r]+\n");
    answer_finish(&a);
    conversation_close(c);
}

#define SOURCE "Según contrato.pdf, página 3,"

/* What is said of the source; expected NULL: it is heard as it was said. */
static void expect_each(struct conversation *c, struct llm *llm, const char *const *said, size_t n,
                        const char *expected)
{
    for (size_t i = 0; i < n; i++) {
        char text[200];
        snprintf(text, sizeof text, SOURCE "%s", said[i]);
        expect(c, llm, text, 2, expected ? expected : text);
    }
}

static void what_stands_in_no_passage_is_not_said(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    static const char *const rest[] = {" son 1200 euros.",          " son 1.200 euros",
                                       " lo cobra Begoña.",         " son 3 plazos.",
                                       " es a las 9:05.",           " lo cobra Begona Arrizabalaga.",
                                       " en tres plazos. Es todo.", " es un ciento de una vez."};
    expect_each(c, &llm, rest, sizeof rest / sizeof *rest, NULL);
    static const char *const invented[] = {
        " son 1.300 euros.", " son 200 euros.",        " lo cobra Marta.",
        " son 4 plazos.",    " en cuatro plazos.",     " lo paga Íñiga Zabala y nadie más",
        " es a las 9:15.",   " son dieciséis plazos.", " son setecientas."};
    expect_each(c, &llm, invented, sizeof invented / sizeof *invented, SOURCE " eso no consta.");
    expect(c, &llm, SOURCE " son tres plazos. El primero es de 77 euros. Ya está.", 2,
           SOURCE " son tres plazos.");
    assert_ends(llm.read, "¿Cuánto pago?<end_of_turn>\n<start_of_turn>model\n");
    conversation_close(c);
}

/* Whatever stands in the passage: 3 and Begoña are no length. */
static void what_is_of_another_kind_is_not_said(void **state)
{
    static const struct {
        const char *question, *claim;
        bool fits;
    } cases[] = {
        {"¿Cuánto mide la piscina?", "la piscina mide 120 personas", false},
        {"¿Cuánto mide la piscina?", "mide 25 metros", true},
        {"¿Cuántos años tiene Olalla?", "Olalla tiene dos gemelos", false},
        {"¿Cuántos años tiene Olalla?", "tiene doce años", true},
        {"¿Cuánto pesa?", "sale a las 9", false},
        {"¿Cuánto pesa?", "unos dos kilos", true},
        {"¿Cuánto cuesta el abono?", "hay que llevar toalla", false},
        {"¿Cuánto cuesta el abono?", "39 euros", true},
        {"¿Cuánto vale la torre?", "vale 5 puntos", true},
        {"¿A qué hora sale?", "sale de Cádiz", false},
        {"¿A qué hora sale?", "a las ocho", true},
        {"¿Cuántas plazas hay?", "en Burgos", false},
        {"¿Cuántas plazas hay?", "hay una", true},
        {"¿En qué año murió?", "en Burgos", false},
        {"¿En qué año murió?", "en 1953", true},
        {"¿Cuántas plazas hay?", "se pagan 6.400 euros", false},
        {"¿Cuántas plazas hay?", "hay treinta y dos libres", true},
        {"¿Cuántos euros son?", "son 6.400 euros", true},
        {"¿Cuánto tiempo tengo?", "hay 30 por ciento de descuento", false},
        {"¿Hasta cuándo se puede pedir?", "se paga en dos plazos", false},
        {"¿Hasta cuándo se puede pedir?", "se puede hasta el 30", true},
        {"¿Desde qué día hay descuento?", "es del 20 por ciento", false},
        {"¿Cuándo abre?", "abre los lunes", true},
        {"¿Qué pasa cuando llueve?", "se cierra", true},
        {"Cuando llueve, ¿qué se hace?", "se cierra", true},
        {"¿En qué ciudad vive?", "vive Óscar", true},
        {"¿En qué ciudad vive?", "vive bien", false},
        {"¿En qué sala habla?", "habla sobre volcanes", false},
        {"¿En qué sala habla?", "es la sala azul", true},
        {"¿En qué sala habla?", "en la de arriba", true},
        {"¿Quién lo paga?", "Íñigo", true},
        {"", "", true},
    };
    bool no_memory = false;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (answer_kind_fits(cases[i].question, cases[i].claim, strlen(cases[i].claim), &no_memory) !=
            cases[i].fits)
            fail_msg("“%s” %s", cases[i].question, cases[i].claim);
    struct llm llm = {.say = SOURCE " son tres plazos."};
    struct conversation *c = begin(&llm, 0, true);
    struct answer a = {0};
    const struct question q = {.words = "¿Cuánto mide?", .passages = rent, .n_passages = 1};
    assert_int_equal(conversation_ask(c, &q, NULL, NULL, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, SOURCE " eso no consta.");
    answer_finish(&a);
    conversation_close(c);
}

static void a_no_that_was_lost_is_put_back(void **state)
{
    static const char passage[] =
        "Cubre lunas y robo. No cubre daños por granizo. ¿Perros? No. Los gatos entran "
        "gratis. El martes no hay clase, el jueves hay clase.";
    static const struct {
        const char *claim;
        int at; /* -1: nothing was lost */
    } cases[] = {
        {" cubre daños por granizo.", 1},
        {" la póliza cubre daños por granizo", 12},
        {" no cubre daños por granizo.", -1},
        {" cubre lunas y robo.", -1},
        {" los gatos entran gratis.", -1},
        {" hay clase.", -1},
        {" granizo.", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 0;
        bool no_memory = false;
        const char *claim = cases[i].claim;
        assert_int_equal(denial_is_lost(passage, claim, strlen(claim), &at, &no_memory), cases[i].at >= 0);
        assert_false(no_memory);
        if (cases[i].at >= 0)
            assert_int_equal(at, cases[i].at);
    }
}

static void a_name_that_lacks_a_letter_is_mended(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    expect(c, &llm, SOURCE " lo cobra Begoña Arizabalga.", 2, SOURCE " lo cobra Begoña Arrizabalaga.");
    expect(c, &llm, SOURCE " la paga Iñigo, y Bega no.", 2, SOURCE " eso no consta."); /* too short to tell */
    conversation_close(c);
}

/* The source can be spoken while the rest is still made; of the rest nothing comes before it is whole. */
static void the_source_is_not_kept_waiting(void **state)
{
    (void)state;
    struct llm llm = {.say = SOURCE " son 1.200 euros.", .stop_after = (int)strlen(SOURCE " son 1.200")};
    struct conversation *c = begin(&llm, 0, true);
    struct listened h = {.all_whole = true};
    struct answer a = {0};
    const struct question q = {.words = "¿Cuánto?", .passages = rent, .n_passages = 1};
    assert_int_equal(conversation_ask(c, &q, hear, &h, &a, NULL), SARAI_ECANCELLED);
    assert_string_equal(h.text, SOURCE);
    conversation_close(c);
}

static void a_doubtful_model_says_that_it_is_not_there(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 21, true); /* straw is sure by 20 */
    expect(c, &llm, SOURCE " son 1.200 euros.", 1, "Eso no aparece en contrato.pdf, página 3.");
    expect(c, &llm, SOURCE " son 1.200 euros.", 2, "Eso no aparece en lo que tengo.");
    conversation_close(c);
    c = begin(&llm, -30, true);
    llm.expected = 'N'; /* by 20 as well, and begins so, but may not */
    expect(c, &llm, "No aparece.", 1, "No aparece.");
    assert_non_null(strstr(llm.grammar, "root ::= \"Según \""));
    conversation_close(c);
}

static void where_nothing_was_found_all_may_be_said(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 30, true);
    expect(c, &llm, "Según dicen, son 77 euros.", 0, "Según dicen, son 77 euros.");
    expect(c, &llm, "Hola, Marta, son 77.", 2, "Hola, Marta, son 77."); /* small talk */
    conversation_close(c);
    c = begin(&llm, 30, false);
    expect(c, &llm, "Según nadie, son 77 euros.", 2, "Según nadie, son 77 euros.");
    assert_string_equal(llm.grammar, "");
    conversation_close(c);
}

/* What is heard of a question without passages, whose answer the model gives the first time and, where it is
 * asked again, the second time. */
static void expect_bare(struct conversation *c, struct llm *llm, const char *words, const char *first,
                        const char *second, const char *expected)
{
    const char *const plan[] = {first, second, NULL};
    struct listened h = {.all_whole = true};
    struct answer a = {0};
    llm->plan = plan;
    assert_int_equal(conversation_answer(c, words, hear, &h, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, expected);
    assert_string_equal(h.text, expected);
    assert_int_equal(a.generated, strlen(expected) + 1); /* of what was given alone */
    llm->plan = NULL;
    answer_finish(&a);
}

static void what_only_passages_could_bear_is_taken_back(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    static const char *const openings[] = {"No aparece en lo que tengo.", "No lo sé, no aparece en nada.",
                                           "Eso no aparece en contrato.", "Según contrato, es Íñigo."};
    expect_bare(c, &llm, "Hola.", openings[0], "Nunca.", openings[0]); /* nothing was there before it */
    expect(c, &llm, "Según contrato, la paga Íñigo.", 2, "Según contrato, la paga Íñigo.");
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        expect_bare(c, &llm, "¿Capital de Chile?", openings[i], "Es Santiago.", "Es Santiago.");
        assert_null(strstr(llm.read, "Contexto")); /* it was asked alone … */
        assert_int_equal(conversation_warm(c, NULL), SARAI_OK);
        assert_non_null(strstr(llm.read, "Íñigo")); /* … and nothing is forgotten */
        assert_non_null(strstr(llm.read, "Es Santiago."));
    }
    expect_bare(c, &llm, "¿Y la luna?", openings[0], openings[1], openings[0]); /* means nothing alone */
    expect_bare(c, &llm, "¿Y?", openings[0], openings[1], openings[1]);         /* no third time */
    conversation_close(c);
}

static void a_refusal_out_of_what_was_told_is_taken_back(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    const struct passage told = {"lo que me has contado", "Te llamas Ana."};
    const struct question q = {
        .words = "¿Cuánto puedo tomar?", .passages = &told, .n_passages = 1, .is_unsure = true};
    static const char *const plan[] = {"No aparece en lo que tengo.", "Pregunta en la farmacia.", NULL};
    for (int turn = 0; turn < 2; turn++) { /* behind nothing, and behind itself */
        struct listened h = {.all_whole = true};
        struct answer a = {0};
        llm.plan = plan;
        llm.expected = 'N';
        assert_int_equal(conversation_ask(c, &q, hear, &h, &a, NULL), SARAI_OK);
        assert_string_equal(a.text, plan[1]);
        assert_string_equal(h.text, plan[1]);
        assert_null(strstr(llm.read, "Te llamas Ana."));
        assert_int_equal(conversation_turns(c), turn + 1);
        answer_finish(&a);
    }
    assert_int_equal(conversation_warm(c, NULL), SARAI_OK);
    assert_non_null(strstr(llm.read, plan[1]));
    assert_null(strstr(llm.read, "Contexto"));
    struct answer a = {0};
    llm.plan = NULL;
    llm.expected = 'S';
    llm.say = "Según lo que me has contado, te llamas Ana.";
    assert_int_equal(conversation_ask(c, &q, NULL, NULL, &a, NULL), SARAI_OK);
    assert_string_equal(a.text, llm.say);
    answer_finish(&a);
    conversation_close(c);
}

static void what_opens_nearly_so_is_said(void **state)
{
    (void)state;
    struct llm llm = {0};
    struct conversation *c = begin(&llm, 0, true);
    static const char *const said[] = {"No",        "No lo sé.",     "No lo sé, no tengo reloj.",
                                       "Eso no",    "Eso no puedo.", "Segúnda no.",
                                       "Santiago.", "Nada"};
    expect(c, &llm, "Según contrato, la paga Íñigo.", 2, "Según contrato, la paga Íñigo.");
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        expect_bare(c, &llm, "¿Capital de Chile?", said[i], "Otra cosa.", said[i]);
    expect(c, &llm, "No aparece en lo que tengo.", 0,
           "No aparece en lo que tengo."); /* it was searched for */
    conversation_close(c);
    c = begin(&llm, 0, false);
    expect_bare(c, &llm, "Hola.", "Hola.", "No.", "Hola.");
    expect_bare(c, &llm, "¿Capital?", "No aparece.", "Otra cosa.", "No aparece.");
    conversation_close(c);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    int n = 0;
    static const char *const plan[] = {"No aparece.", "Sí.", NULL};
    for (bool is_last = false; !is_last; n++) {
        struct llm llm = {.say = SOURCE " lo cobra Begoña Arizabalga. Son 7."};
        struct conversation *c = begin(&llm, 0, true);
        const struct question q = {.words = "¿Quién?", .passages = rent, .n_passages = 2};
        struct sarai_error err = {0};
        struct answer a = {0};
        fail_allocation(n);
        enum sarai_status st = conversation_ask(c, &q, NULL, NULL, &a, &err);
        llm.plan = plan;
        answer_finish(&a);
        if (!st) /* one that is taken back */
            st = conversation_answer(c, "¿Quién?", NULL, NULL, &a, &err);
        const struct question told = {
            .words = "¿Quién?", .passages = rent, .n_passages = 1, .is_unsure = true};
        llm.plan = plan;
        llm.expected = 'N';
        if (!st) { /* and out of what was told */
            answer_finish(&a);
            st = conversation_ask(c, &told, NULL, NULL, &a, &err);
        }
        is_last = !allocation_failed();
        assert_int_equal(err.status, st);
        assert_int_equal(st, is_last ? SARAI_OK : SARAI_ENOMEM);
        answer_finish(&a);
        conversation_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_sources_at_hand_are_named),
        cmocka_unit_test(what_stands_in_no_passage_is_not_said),
        cmocka_unit_test(what_is_of_another_kind_is_not_said),
        cmocka_unit_test(a_no_that_was_lost_is_put_back),
        cmocka_unit_test(a_name_that_lacks_a_letter_is_mended),
        cmocka_unit_test(the_source_is_not_kept_waiting),
        cmocka_unit_test(a_doubtful_model_says_that_it_is_not_there),
        cmocka_unit_test(where_nothing_was_found_all_may_be_said),
        cmocka_unit_test(what_only_passages_could_bear_is_taken_back),
        cmocka_unit_test(what_opens_nearly_so_is_said),
        cmocka_unit_test(a_refusal_out_of_what_was_told_is_taken_back),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
