/* Commands that need no model, and words that no model may see: what is said so, what is said otherwise, and
 * what only sounds like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "act/crisis.h"
#include "act/intents.h"

/* "tool {arguments}", or "" where a model is to think. */
static const struct {
    const char *said, *command;
} cases[] = {
    {"¿Qué hora es?", "hora {}"},
    {"Oye Sarai, ¿qué hora es ahora mismo, por favor?", "hora {}"},
    {"dime la hora", "hora {}"},
    {"¿Me dices la hora que es en Caracas?", "hora {\"lugar\":\"Caracas\"}"},
    {"¿Me dices qué hora es en Nueva York?", "hora {\"lugar\":\"Nueva York\"}"},
    {"¿Me puedes decir la hora que es en Lima?", "hora {\"lugar\":\"Lima\"}"},
    {"Dime la hora que es.", "hora {}"},
    {"¿Me das la hora?", "hora {}"},
    {"La hora que es para cenar.", ""},
    {"¿Qué hora es en Nueva York?", "hora {\"lugar\":\"Nueva York\"}"},
    {"¿Qué día es hoy?", "fecha {\"dia\":\"hoy\"}"},
    {"¿Cuántos días faltan para Navidad?", "fecha {\"dia\":\"Navidad\"}"},
    {"¿Qué día cae el 3 de mayo?", "fecha {\"dia\":\"el 3 de mayo\"}"},
    {"¿Cuánto es doce por ocho?", "calcula {\"cuenta\":\"doce por ocho\"}"},
    {"¿Cuánto es 3,5 más 2?", "calcula {\"cuenta\":\"3,5 más 2\"}"},
    {"Doscientos treinta y uno entre siete.",
     "calcula {\"cuenta\":\"Doscientos treinta y uno entre siete\"}"},
    {"¿Cuánto es el 21 por ciento de 80?", "calcula {\"cuenta\":\"el 21 por ciento de 80\"}"},
    {"¿Cuántos kilómetros son 10 millas?", "convierte {\"cantidad\":\"10 millas\",\"a\":\"kilómetros\"}"},
    {"Pasa dos kilos y medio a gramos.", "convierte {\"cantidad\":\"dos kilos y medio\",\"a\":\"gramos\"}"},
    {"Pon un temporizador de cinco minutos.", "temporizador {\"tiempo\":\"cinco minutos\"}"},
    {"¿Puedes ponerme un temporizador de media hora?", "temporizador {\"tiempo\":\"media hora\"}"},
    {"Venga, ponme un temporizador de hora y media, anda.", "temporizador {\"tiempo\":\"hora y media\"}"},
    {"Temporizador de 10 minutos para la pasta.",
     "temporizador {\"tiempo\":\"10 minutos\",\"nombre\":\"la pasta\"}"},
    {"Avísame dentro de un cuarto de hora.", "temporizador {\"tiempo\":\"un cuarto de hora\"}"},
    {"¿Cuánto le queda a la pasta?",
     "agenda {\"accion\":\"consultar\",\"que\":\"temporizador\",\"nombre\":\"la pasta\"}"},
    {"¿Cuánto queda para el temporizador?", "agenda {\"accion\":\"consultar\",\"que\":\"temporizador\"}"},
    {"Cancela el temporizador de la pasta.",
     "agenda {\"accion\":\"cancelar\",\"que\":\"temporizador\",\"nombre\":\"la pasta\"}"},
    {"Despiértame mañana a las siete y media.", "alarma {\"cuando\":\"mañana a las siete y media\"}"},
    {"Pon una alarma para las 6:45.", "alarma {\"cuando\":\"las 6:45\"}"},
    {"Recuérdame llamar al médico mañana a las diez.",
     "recordatorio {\"texto\":\"llamar al médico\",\"cuando\":\"mañana a las diez\"}"},
    {"Recuérdame el lunes que saque la basura.",
     "recordatorio {\"texto\":\"saque la basura\",\"cuando\":\"el lunes\"}"},
    {"Apunta champú y espinacas en la lista de la compra.",
     "lista {\"accion\":\"añadir\",\"cosa\":\"champú y espinacas\",\"lista\":\"compra\"}"},
    {"Quita la leche de la compra.",
     "lista {\"accion\":\"quitar\",\"cosa\":\"la leche\",\"lista\":\"compra\"}"},
    {"¿Qué hay en la lista de la compra?", "lista {\"accion\":\"leer\",\"lista\":\"compra\"}"},
    {"Toma nota de que el gas lo revisan el miércoles.",
     "nota {\"texto\":\"el gas lo revisan el miércoles\"}"},
    {"Sube el volumen.", "volumen {\"valor\":\"subir\"}"},
    {"Pon el volumen al treinta por ciento.", "volumen {\"valor\":\"treinta\"}"},
    {"Habla más despacio.", "velocidad {\"valor\":\"despacio\"}"},
    {"Repite.", "repite {}"},
    {"¿Me lo puedes repetir?", "repite {}"},
    {"Apaga la luz del salón.", "casa {\"accion\":\"apagar\",\"cosa\":\"la luz\",\"lugar\":\"salón\"}"},
    {"¿Puedes encender la lámpara de la cocina?",
     "casa {\"accion\":\"encender\",\"cosa\":\"la lámpara\",\"lugar\":\"cocina\"}"},
    {"Apaga todas las luces.", "casa {\"accion\":\"apagar\",\"cosa\":\"todas las luces\"}"},
    {"Sube la persiana del dormitorio.",
     "casa {\"accion\":\"abrir\",\"cosa\":\"la persiana\",\"lugar\":\"dormitorio\"}"},
    {"Pon la calefacción a veinte grados.",
     "casa {\"accion\":\"fijar\",\"cosa\":\"la calefacción\",\"valor\":\"veinte grados\"}"},
    {"Apaga todo abajo.", "casa {\"accion\":\"apagar\",\"cosa\":\"todo\",\"lugar\":\"abajo\"}"},
    {"Apaga todo lo de la planta baja.",
     "casa {\"accion\":\"apagar\",\"cosa\":\"todo\",\"lugar\":\"planta baja\"}"},
    {"Apágalo todo.", "casa {\"accion\":\"apagar\",\"cosa\":\"todo\"}"},
    {"Apaga las luces de arriba.",
     "casa {\"accion\":\"apagar\",\"cosa\":\"las luces\",\"lugar\":\"arriba\"}"},
    {"Apaga todo lo que puedas y descansa.", ""},
    {"¿Qué tiempo hace en Burgos?", "tiempo {\"lugar\":\"Burgos\"}"},
    {"Dime las noticias.", "noticias {}"},
    /* what only sounds like it */
    {"¿Qué hora es la mejor para llamar a Japón?", ""},
    {"No sé qué hora es buena para cenar.", ""},
    {"¿Cuánto es un buen sueldo?", ""},
    {"¿Cuánto es mucho tiempo sin dormir?", ""},
    {"Pon un ejemplo de temporizador.", ""},
    {"¿Qué es un temporizador de cinco minutos?", ""},
    {"Mi hermana puso un temporizador de cinco minutos y se olvidó.", ""},
    {"¿Qué pasa si apaga la luz del salón?", ""},
    {"Me gusta la luz del salón.", ""},
    {"Apaga esa tristeza que tengo.", ""},
    {"Sube el ánimo.", ""},
    {"Recuérdame por qué te quiero.", ""},
    {"Despiértame la curiosidad.", ""},
    {"Abre tu corazón.", ""},
    {"Baja de las nubes.", ""},
    {"Baja la mesilla al 10 por ciento.",
     "casa {\"accion\":\"fijar\",\"cosa\":\"la mesilla\",\"valor\":\"10 por ciento\"}"},
    {"Pon la luz del salón al 50 %",
     "casa {\"accion\":\"fijar\",\"cosa\":\"la luz del salón\",\"valor\":\"50 %\"}"},
    {"Deja la persiana del salón a la mitad.",
     "casa {\"accion\":\"fijar\",\"cosa\":\"la persiana del salón\",\"valor\":\"la mitad\"}"},
    {"¿A qué temperatura está la calefacción?",
     "casa {\"accion\":\"consultar\",\"cosa\":\"la calefacción\"}"},
    {"¿Qué luces están encendidas?", "casa {\"accion\":\"consultar\",\"cosa\":\"las luces\"}"},
    {"Baja el precio al 10 por ciento de antes", ""},
    {"La compra de la casa fue en mayo.", ""},
    {"Repite conmigo: soy valiente.", ""},
    {"Treinta y dos.", ""},
    {"Hola.", ""},
    {"¿?", ""},
    {"", ""},
};

/* Whether what is found in it is the command, as "tool {arguments}", or "" for none. */
static bool is_command(const char *said, const char *command)
{
    struct intent intent = {0};
    char found[400] = "";
    if (intents_find(said, &intent)) {
        char *arguments = json_dumps(intent.arguments, JSON_COMPACT);
        snprintf(found, sizeof found, "%s %s", intent.tool, arguments);
        free(arguments);
    }
    intent_finish(&intent);
    bool same = strcmp(found, command) == 0;
    if (!same)
        print_error("%s: [%s], not [%s]\n", said, found, command);
    return same;
}

static void commands_are_told_from_talk(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        wrong += !is_command(cases[i].said, cases[i].command);
    assert_int_equal(wrong, 0);
}

/* What people say for a command, with the command behind a tab. */
static void commands_have_many_wordings(void **state)
{
    char line[400];
    int wrong = 0, n = 0;
    FILE *file = fopen(TEST_DIR "/data/ordenes.tsv", "r");
    (void)state;
    for (; file && fgets(line, sizeof line, file); n++) {
        line[strcspn(line, "\n")] = '\0';
        char *command = strchr(line, '\t');
        assert_non_null(command);
        *command++ = '\0';
        wrong += !is_command(line, command);
    }
    fclose(file);
    assert_true(n > 100);
    assert_int_equal(wrong, 0);
}

/* What shares its words with a command and is none. "! " before those that only the sense would tell: a
 * window of a browser is found nowhere in the home, and that is what is said. */
static void what_only_sounds_like_a_command_is_none(void **state)
{
    char line[400];
    int wrong = 0, n = 0;
    FILE *file = fopen(TEST_DIR "/data/casi_ordenes.txt", "r");
    (void)state;
    for (; file && fgets(line, sizeof line, file); n++) {
        struct intent intent = {0};
        line[strcspn(line, "\n")] = '\0';
        bool is_taken = strncmp(line, "! ", 2) == 0;
        bool found = intents_find(is_taken ? line + 2 : line, &intent) && !intent.timer;
        if (is_taken != found) {
            print_error("%s: %s\n", line, intent.tool ? intent.tool : "none");
            wrong++;
        }
        intent_finish(&intent);
    }
    fclose(file);
    assert_true(n > 150);
    assert_int_equal(wrong, 0);
}

static void long_and_strange_texts_are_no_commands(void **state)
{
    struct intent intent = {0};
    char text[5000];
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(intents_find(text, &intent));
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "1 ", 2);
    text[900] = '\0';
    assert_false(intents_find(text, &intent));
    assert_false(intents_find("\xff\xfe qu\xe9 hora", &intent));
}

static void consent_is_understood(void **state)
{
    (void)state;
    for (const char *const *yes =
             (const char *const[]){"Sí.", "sí, claro", "Vale", "Adelante, hazlo", "De acuerdo.", NULL};
         *yes; yes++)
        assert_int_equal(intents_consent(*yes), 1);
    for (const char *const *no =
             (const char *const[]){"No.", "no, gracias", "Mejor no", "Cancela", "Déjalo", NULL};
         *no; no++)
        assert_int_equal(intents_consent(*no), -1);
    for (const char *const *other =
             (const char *const[]){"¿Qué hora es?", "Quizá", "", "si mañana llueve me quedo en casa", NULL};
         *other; other++)
        assert_int_equal(intents_consent(*other), 0);
}

/* ---- crisis ----------------------------------------------------------------------------------- */

static void who_is_in_danger_gets_the_help_line(void **state)
{
    static const char *const harm[] = {"Quiero morirme.",
                                       "ya no quiero vivir más",
                                       "Estoy pensando en suicidarme.",
                                       "Me quiero matar",
                                       "He pensado en quitarme la vida.",
                                       "no le encuentro sentido a la vida",
                                       "Todos estarían mejor sin mí.",
                                       "Ojalá no despertara mañana.",
                                       "Tengo ganas de hacerme daño.",
                                       "Me corto los brazos cuando estoy mal",
                                       "Voy a tirarme por el balcón",
                                       "Me he tomado un bote de pastillas.",
                                       "Me muero de risa, pero por dentro quiero morirme.",
                                       "Hola Sarai, hoy ha sido un mal día y no quiero seguir viviendo",
                                       "No merece la pena seguir.",
                                       NULL},
                             *const danger[] = {"Hay un incendio en mi casa.",
                                                "Mi marido me está pegando.",
                                                "Mi padre no respira.",
                                                "Llama a una ambulancia, por favor.",
                                                "Creo que le está dando un infarto.",
                                                NULL};
    char reply[400];
    (void)state;
    for (const char *const *text = harm; *text; text++) {
        if (crisis_find(*text) != CRISIS_SELF_HARM)
            print_error("missed: %s\n", *text);
        assert_int_equal(crisis_find(*text), CRISIS_SELF_HARM);
        assert_true(crisis_reply(*text, "ES", reply, sizeof reply));
        assert_non_null(strstr(reply, "024"));
        assert_non_null(strstr(reply, "112"));
    }
    for (const char *const *text = danger; *text; text++) {
        assert_int_equal(crisis_find(*text), CRISIS_EMERGENCY);
        assert_true(crisis_reply(*text, "ES", reply, sizeof reply));
        assert_non_null(strstr(reply, "112"));
    }
    assert_true(crisis_reply(harm[0], "MX", reply, sizeof reply));
    assert_non_null(strstr(reply, "9 1 1"));
    assert_true(crisis_reply(harm[0], "FR", reply, sizeof reply)); /* no line is known: the European number */
    assert_non_null(strstr(reply, "112"));
}

static void manners_of_speaking_are_no_crisis(void **state)
{
    static const char *const fine[] = {"Me muero de risa.",
                                       "Me muero de hambre, ¿qué hay de cena?",
                                       "Casi me muero de vergüenza.",
                                       "¿Quién mató a Kennedy?",
                                       "¿De qué murió Cervantes?",
                                       "Estoy triste porque ha muerto mi abuela.",
                                       "Voy a matarme a estudiar este mes.",
                                       "¿Cómo se mata una cucaracha?",
                                       "Quiero acabar con todo esto que tengo pendiente.",
                                       "¿Qué es el suicidio asistido?",
                                       "¿Cuál es el sentido de la vida?",
                                       "Estoy agotado y no puedo más con este trabajo.",
                                       "Enciende el fuego de la cocina.",
                                       "¿Cuál es el teléfono de la policía local?",
                                       "",
                                       NULL};
    char reply[400];
    (void)state;
    for (const char *const *text = fine; *text; text++) {
        if (crisis_find(*text) != CRISIS_NONE)
            print_error("alarm: %s\n", *text);
        assert_false(crisis_reply(*text, "ES", reply, sizeof reply));
    }
}

static void a_crisis_is_found_in_a_long_text(void **state)
{
    char text[6000];
    (void)state;
    for (size_t i = 0; i + 5 < sizeof text; i += 5)
        memcpy(text + i, "bla, ", 6);
    assert_int_equal(crisis_find(text), CRISIS_NONE);
    memcpy(text + 3990, " quiero morirme. ", 17);
    assert_int_equal(crisis_find(text), CRISIS_SELF_HARM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_told_from_talk),
        cmocka_unit_test(commands_have_many_wordings),
        cmocka_unit_test(what_only_sounds_like_a_command_is_none),
        cmocka_unit_test(long_and_strange_texts_are_no_commands),
        cmocka_unit_test(consent_is_understood),
        cmocka_unit_test(who_is_in_danger_gets_the_help_line),
        cmocka_unit_test(manners_of_speaking_are_no_crisis),
        cmocka_unit_test(a_crisis_is_found_in_a_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
