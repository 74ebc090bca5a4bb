/* What a person tells of themselves: found by rule or left alone; kept, replaced, forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "remember/fact_rules.h"
#include "remember/fact_themes.h"
#include "remember/facts.h"

static void tellings_are_found(void **state)
{
    static const struct {
        const char *words;
        const char *found; /* key=text, joined by '|' */
    } table[] = {
        {"Me llamo Ana.", "nombre=Te llamas Ana.|"},
        {"Hola, me llamo María José", "nombre=Te llamas María José.|"},
        {"No, me llamo Inés.", "nombre=Te llamas Inés.|"},
        {"Hola Sarai, mi nombre es Óscar.", "nombre=Te llamas Óscar.|"},
        {"Me llamo Ana y vivo en Cádiz.", "nombre=Te llamas Ana.|casa=Vives en Cádiz.|"},
        {"Vivo en Las Palmas de Gran Canaria", "casa=Vives en Las Palmas de Gran Canaria.|"},
        {"Ahora vivo en Cuenca.", "casa=Vives en Cuenca.|"},
        {"Soy alérgica al marisco.", "alergia marisco=Eres alérgica al marisco.|"},
        {"Soy alérgico a los cacahuetes y tengo 34 años",
         "alergia los cacahuetes=Eres alérgico a los cacahuetes.|edad=Tienes 34 años.|"},
        {"Tengo treinta y cuatro años.", "edad=Tienes treinta y cuatro años.|"},
        {"Mi hijo se llama Leo.", "hijo=Tu hijo se llama Leo.|"},
        {"Y mi perra se llama Luna, ¿sabes?", "perra=Tu perra se llama Luna.|"},
        {"Trabajo de enfermera.", "trabajo=Trabajas de enfermera.|"},
        {"Mi cumpleaños es el 3 de mayo.", "cumpleanos=Tu cumpleaños es el 3 de mayo.|"},
        {"Llámame Pepe, por favor.", "nombre=Te llamas Pepe.|"},
        {"Me llaman Chema.", "apodo=Te llaman Chema.|"},
        {"Soy de Jaén y me gusta el flamenco.", "origen=Eres de Jaén.|gusto flamenco=Te gusta el flamenco.|"},
        {"No me gustan las aceitunas.", "gusto aceitunas=No te gustan las aceitunas.|"},
        {"Tengo alergia al polen.", "alergia polen=Tienes alergia al polen.|"},
        {"Soy celíaca.", "alergia celiaca=Eres celíaca.|"},
        {"Soy vegetariano y estoy casado con Marta.",
         "dieta=Eres vegetariano.|pareja=Estás casado con Marta.|"},
        {"Nací el 3 de mayo de 1980.", "nacimiento=Naciste el 3 de mayo de 1980.|"},
        {"Me dedico a la carpintería.", "trabajo=Te dedicas a la carpintería.|"},
        {"Estoy jubilada y vivo sola.", "trabajo=Estás jubilada.|compania=Vives sola.|"},
        {"Mi tío se llama Blas.", "tio=Tu tío se llama Blas.|"},
        {"Hola, soy Ana.", "nombre=Te llamas Ana.|"},
        {"Soy Íñigo Arista y vivo en Leyre.", "nombre=Te llamas Íñigo Arista.|casa=Vives en Leyre.|"},
        {"Mi nieta se llama Sol.", "nieta=Tu nieta se llama Sol.|"},
        {"Mi color favorito es el verde.", "color=Tu color favorito es el verde.|"},
        {"No olvides que el lunes viene el fontanero",
         "nota el lunes viene el fontanero=Me dijiste que el lunes viene el fontanero.|"},
        {"Recuerda que el código del garaje es 4411",
         "nota el codigo del garaje es 4411=Me dijiste que el código del garaje es 4411.|"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fact_found found[FACT_RULES_MOST];
        char all[1024] = "";
        size_t n = fact_rules_read(table[i].words, found, FACT_RULES_MOST);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(found[k].act, FACT_TOLD);
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s=%s|", found[k].key, found[k].text);
        }
        if (strcmp(all, table[i].found) != 0)
            fail_msg("“%s” gives %s", table[i].words, all);
    }
}

static void other_sentences_are_left_alone(void **state)
{
    static const char *const table[] = {
        "No me llamo Ana.",
        "¿Me llamo Ana?",
        "Si me llamo Ana, ¿qué inicial tengo?",
        "Mi vecina dice que vivo en las nubes",
        "No vivo en Cádiz.",
        "¿Vivo en Cádiz?",
        "Él se llama Leo.",
        "Tu hijo se llama Leo.",
        "Tengo hambre.",
        "Tengo dos coches",
        "No soy alérgica al marisco.",
        "Soy alegre.",
        "Soy de los que madrugan.",
        "Me gusta cómo hablas.",
        "¿Me gusta el café?",
        "No soy celíaca.",
        "Soy vegetariano los lunes y los martes nada más",
        "No vivo sola.",
        "Me llamo",
        "Vivo en una casa que está en la calle que lleva al puerto viejo de la ciudad",
        "¿Qué significa recuerda que vas a morir?",
        "Quería que me llamaras",
        "",
        "Lo hice porque me gusta.",
        "...",
    };
    struct fact_found found[FACT_RULES_MOST];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (fact_rules_read(table[i], found, FACT_RULES_MOST) != 0)
            fail_msg("“%s” gives %d %s", table[i], found[0].act, found[0].text);
    char longest[5000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(fact_rules_read(longest, found, FACT_RULES_MOST), 0);
}

static void wishes_and_questions_are_found(void **state)
{
    static const struct {
        const char *words;
        enum fact_act act;
        const char *key;
    } table[] = {
        {"¿Cómo me llamo?", FACT_ASKED, "nombre"},
        {"Oye, ¿sabes cómo me llamo?", FACT_ASKED, "nombre"},
        {"¿Dónde vivo?", FACT_ASKED, "casa"},
        {"Don de bibo", FACT_ASKED, "casa"},
        {"Saves mi nombre.", FACT_ASKED, "nombre"},
        {"¿A qué soy alérgica?", FACT_ASKED, "alergia"},
        {"¿Cómo se llama mi hijo?", FACT_ASKED, "hijo"},
        {"¿Qué te he contado de mí?", FACT_ASKED_ALL, ""},
        {"Olvida mis gustos.", FACT_UNWANTED, "gusto"},
        {"¿Qué sabes de mí?", FACT_ASKED_ALL, ""},
        {"Olvida mi nombre.", FACT_UNWANTED, "nombre"},
        {"Por favor, olvida dónde vivo", FACT_UNWANTED, "casa"},
        {"Olvídate de mi alergia.", FACT_UNWANTED, "alergia"},
        {"Olvida todo lo que sabes de mí.", FACT_UNWANTED_ALL, ""},
    };
    struct fact_found found[FACT_RULES_MOST];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (fact_rules_read(table[i].words, found, FACT_RULES_MOST) != 1 || found[0].act != table[i].act ||
            strcmp(found[0].key, table[i].key) != 0)
            fail_msg("“%s” gives %d %s", table[i].words, found[0].act, found[0].key);
    assert_int_equal(fact_rules_read("No olvides mi nombre", found, FACT_RULES_MOST), 0);
    assert_int_equal(fact_rules_read("No, no olvida mi nombre", found, FACT_RULES_MOST), 0);
    assert_true(fact_rules_concern("¿Puedo comer gambas?"));
    assert_true(fact_rules_concern("¿Dónde vivo?"));
    assert_true(fact_rules_concern("¿Cómo se llama mi hijo?"));
    assert_true(fact_rules_concern("dónde está mi casa"));
    assert_false(fact_rules_concern("Se ha muerto mi abuela."));
    assert_false(fact_rules_concern("¿Cuál es la capital de Francia?"));
}

/* Sentences that only tell, up to NULL, and others. */
static void what_only_tells_is_known(void **state)
{
    static const char *const said[] = {"Me llamo Ana.",
                                       "Hola, Sarai, me llamo Ana y vivo en Cádiz.",
                                       "Mi hijo se llama Leo",
                                       "Soy celíaca. Me gusta el té.",
                                       "Recuerda que el garaje es el 44.",
                                       "Buenas tardes. Trabajo como enfermera.",
                                       "Mi coche es rojo.",
                                       "Oye, mi hermana pequeña vive en Soria",
                                       "Mis padres han vendido la casa.",
                                       NULL,
                                       "Mi contrato cuándo vence",
                                       "Mi coche.",
                                       "¿Mi coche es rojo?",
                                       "Me llamo Ana, ¿cuándo vence el contrato?",
                                       "Dime cuándo vence el contrato.",
                                       "Vivo en Cádiz cuándo vence el contrato",
                                       "Me llamo Ana. Busca el contrato.",
                                       "Me llamo Ana. Se ha muerto mi abuela.",
                                       "¿Me llamo Ana?",
                                       "Hola, Sarai.",
                                       "No me llamo Ana.",
                                       "",
                                       "."};
    bool tells = true;
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (said[i] && fact_rules_only_tell(said[i]) != tells)
            fail_msg("“%s” asks %s", said[i], tells ? "something" : "nothing");
        tells = tells && said[i];
    }
}

/* What of the person goes with a question: what shares a word or a theme with it. */
static void what_was_told_goes_with_what_it_may_help(void **state)
{
    static const struct {
        const char *question, *key, *text;
        bool bears;
    } cases[] = {
        {"¿Puedo comer pan?", "alergia celiaca", "Eres celíaca.", true},
        {"¿Cuánto ibuprofeno puedo tomar?", "alergia ibuprofeno", "Eres alérgica al ibuprofeno.", true},
        {"¿En qué ciudad vivo?", "casa", "Vives en Cádiz.", true},
        {"¿De qué trabajo?", "trabajo", "Trabajas de contable.", true},
        {"¿Cómo es el colegio de mi hijo?", "hijo", "Tu hijo se llama Leo.", true},
        {"¿Dónde tengo el coche?", "nota el coche esta en", "Me dijiste que el coche está en la planta 2.",
         true},
        {"¿Cuánto ibuprofeno puedo tomar?", "nombre", "Te llamas Ana.", false},
        {"¿Cuánto ibuprofeno puedo tomar?", "casa", "Vives en Cádiz.", false},
        {"¿Puedo comer pan?", "casa", "Vives en Cádiz.", false},
        {"¿Puedo comer pan?", "perro", "Tu perro se llama Pancho.", false},
        {"¿Cuándo tengo que pagar mi multa?", "edad", "Tienes 40 años.", false},
        {"¿Cómo tengo que podar mi rosal?", "nombre", "Te llamas Ana.", false},
        {"", "nombre", "Te llamas Ana.", false},
        {"¿Puedo?", "", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fact_bears_on(cases[i].question, cases[i].key, cases[i].text) != cases[i].bears)
            fail_msg("“%s” and “%s”", cases[i].question, cases[i].text);
}

/* A question is one from a word on, not from within a word. */
static void questions_begin_with_a_word(void **state)
{
    struct fact_found found;
    (void)state;
    assert_int_equal(fact_rules_read("Oye, ¿don de bibo?", &found, 1), 1);
    assert_string_equal(found.key, "casa");
    assert_int_equal(fact_rules_read("Lo hago porque me gusta", &found, 1), 0);
}

static void facts_are_kept_replaced_and_forgotten(void **state)
{
    char folder[] = "/tmp/sarai-facts-XXXXXX", path[64], command[128];
    struct facts *f = NULL;
    struct buf text = BUF_INIT(FACTS_TEXT_BYTES);
    int64_t n = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/recuerdos.db", folder);
    assert_int_equal(facts_open(path, "", false, &f, NULL), SARAI_EINPUT);
    assert_int_equal(facts_open(path, "", true, &f, NULL), SARAI_OK);
    assert_int_equal(facts_put(f, "nombre", "Te llamas Anacleta.", NULL), SARAI_OK);
    assert_int_equal(facts_put(f, "alergia pan", "Eres alérgica al pan.", NULL), SARAI_OK);
    assert_int_equal(facts_put(f, "nombre", "Te llamas Eva.", NULL), SARAI_OK);
    facts_close(f);
    assert_int_equal(facts_open(path, "", true, &f, NULL), SARAI_OK);
    assert_int_equal(facts_text(f, NULL, &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), "Eres alérgica al pan. Te llamas Eva.");
    buf_reset(&text);
    assert_int_equal(facts_text(f, "nombre", &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), "Te llamas Eva.");
    assert_int_equal(facts_forget(f, "alergia", &n, NULL), SARAI_OK);
    assert_int_equal(n, 1);
    assert_int_equal(facts_forget(f, "alergia", &n, NULL), SARAI_OK);
    assert_int_equal(n, 0);
    for (int i = 0; i < FACTS_MOST + 5; i++) {
        char key[16];
        snprintf(key, sizeof key, "nota %d", i);
        assert_int_equal(facts_put(f, key, "x", NULL), SARAI_OK);
    }
    buf_reset(&text);
    assert_int_equal(facts_text(f, "nombre", &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), ""); /* the oldest went */
    assert_int_equal(facts_forget(f, NULL, &n, NULL), SARAI_OK);
    assert_int_equal(n, FACTS_MOST);
    facts_close(f);
    snprintf(command, sizeof command, "! grep -rqaE 'Anacleta|Eva|pan' %s", folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    buf_finish(&text);
}

static void each_speaker_has_their_own(void **state)
{
    char folder[] = "/tmp/sarai-facts-XXXXXX", path[64], command[128];
    struct facts *ana = NULL, *nobody = NULL, *an = NULL;
    struct buf text = BUF_INIT(FACTS_TEXT_BYTES);
    int64_t n = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/recuerdos.db", folder);
    assert_int_equal(facts_open(path, "ana", true, &ana, NULL), SARAI_OK);
    assert_int_equal(facts_open(path, "an", true, &an, NULL), SARAI_OK);
    assert_int_equal(facts_open(path, "", true, &nobody, NULL), SARAI_OK);
    assert_int_equal(facts_open(path, "a/b", true, &nobody, NULL), SARAI_EUSAGE);
    assert_int_equal(facts_put(ana, "nombre", "Te llamas Ana.", NULL), SARAI_OK);
    assert_int_equal(facts_put(an, "nombre", "Te llamas An.", NULL), SARAI_OK);
    assert_int_equal(facts_put(nobody, "nombre", "Te llamas Eva.", NULL), SARAI_OK);
    for (int i = 0; i < FACTS_MOST; i++) {
        char key[16];
        snprintf(key, sizeof key, "nota %d", i);
        assert_int_equal(facts_put(an, key, "x", NULL), SARAI_OK);
    }
    assert_int_equal(facts_text(ana, NULL, &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), "Te llamas Ana.");
    assert_int_equal(facts_forget(ana, NULL, &n, NULL), SARAI_OK);
    assert_int_equal(n, 1);
    assert_int_equal(facts_forget(an, "nota", &n, NULL), SARAI_OK);
    assert_int_equal(n, FACTS_MOST);
    buf_reset(&text);
    assert_int_equal(facts_text(nobody, NULL, &text, NULL), SARAI_OK);
    assert_string_equal(buf_string(&text), "Te llamas Eva.");
    facts_close(ana);
    facts_close(an);
    facts_close(nobody);
    buf_finish(&text);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tellings_are_found),
        cmocka_unit_test(other_sentences_are_left_alone),
        cmocka_unit_test(wishes_and_questions_are_found),
        cmocka_unit_test(what_only_tells_is_known),
        cmocka_unit_test(what_was_told_goes_with_what_it_may_help),
        cmocka_unit_test(questions_begin_with_a_word),
        cmocka_unit_test(facts_are_kept_replaced_and_forgotten),
        cmocka_unit_test(each_speaker_has_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
