/* Tools in the turn, with a model of straw: what never reaches it, what its calls come to, what is asked
 * first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "straw_llm.h"

#include "acting.h"

/* Of the rest of the house. */
void assistant_begin_call(struct sarai *s)
{
    (void)s;
}

enum sarai_status assistant_needs(const struct sarai *s, unsigned wanted, struct sarai_error *err)
{
    (void)err;
    return (s->parts & wanted) == wanted ? SARAI_OK : SARAI_EUSAGE;
}

enum sarai_status assistant_search(struct sarai *s, const char *question, const float *vector, size_t k,
                                   struct sarai_hits *out, struct sarai_error *err)
{
    (void)vector;
    (void)s, (void)question, (void)k, (void)err;
    *out = (struct sarai_hits){0};
    return SARAI_OK;
}

void assistant_name_source(const struct sarai_hit *hit, char out[SOURCE_BYTES])
{
    snprintf(out, SOURCE_BYTES, "%s", hit->path);
}

void sarai_hits_finish(struct sarai_hits *h)
{
    *h = (struct sarai_hits){0};
}

static char remembered[200];

enum sarai_status assistant_remember_fact(const struct sarai *s, const char *fact, struct sarai_error *err)
{
    (void)s;
    if (strcmp(fact, "nada") == 0)
        return failed(err, SARAI_EINPUT, "no entiendo qué hay que recordar");
    snprintf(remembered, sizeof remembered, "%s", fact);
    return SARAI_OK;
}

struct house {
    struct sarai s;
    struct sarai_config *cfg;
    struct llm llm;
    char folder[64];
    struct sarai_error err;
};

static void open_house(struct house *h, const char *key, const char *value)
{
    assert_int_equal(sarai_config_open(&h->cfg, &h->err), SARAI_OK);
    if (key)
        assert_int_equal(sarai_config_set(h->cfg, key, value, &h->err), SARAI_OK);
    h->s = (struct sarai){.cfg = h->cfg, .parts = SARAI_THINK | SARAI_ACT};
    h->llm = (struct llm){.has_adapter = true, .say = "No sé."};
    assert_int_equal(acting_open(&h->s, &h->s.acting, &h->err), SARAI_OK);
    struct conversation_options options = conversation_options_default();
    options.tools = acting_signatures(h->s.acting);
    options.grammar = acting_grammar(h->s.acting);
    assert_int_equal(conversation_open(&options, &h->llm, &h->s.conversation, &h->err), SARAI_OK);
}

static void close_house(struct house *h)
{
    conversation_close(h->s.conversation);
    acting_close(h->s.acting);
    sarai_config_close(h->cfg);
}

static int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    snprintf(h->folder, sizeof h->folder, "/tmp/sarai-acting-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    setenv("XDG_DATA_HOME", h->folder, 1);
    setenv("SARAI_ENV_FILE", "/dev/null", 1);
    open_house(h, NULL, NULL);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct house *h = *state;
    char path[128];
    close_house(h);
    for (const char *const *name =
             (const char *const[]){"agenda.db", "agenda.db-wal", "agenda.db-shm", "mcp.json", "", NULL};
         *name; name++) {
        snprintf(path, sizeof path, "%s/sarai/%s", h->folder, *name);
        remove(path);
    }
    rmdir(h->folder);
    free(h);
    return 0;
}

/* What is said without the model; "" when it is to think. */
static void assert_said(struct house *h, const char *question, const char *expected)
{
    struct answer answer = {0};
    const struct sarai_question q = {.text = question};
    assert_int_equal(acting_shortcut(&h->s, &q, &answer, &h->err), SARAI_OK);
    assert_string_equal(answer.text ? answer.text : "", expected);
    answer_finish(&answer);
}

static void commands_never_reach_the_model(void **state)
{
    struct house *h = *state;
    assert_said(h, "Oye, ¿cuánto es doce por ocho?", "Da 96.");
    assert_said(h, "¿Cuánto es siete entre cero?", "No se puede dividir entre cero.");
    assert_said(h, "¿Qué opinas de los volcanes?", "");
    assert_int_equal(h->llm.prompts, 0);
    assert_int_equal(conversation_turns(h->s.conversation), 2); /* and yet the conversation knows of them */
}

static void a_crisis_is_answered_by_rule_and_leaves_no_trace(void **state)
{
    struct house *h = *state;
    struct answer answer = {0};
    const struct sarai_question q = {.text = "No quiero seguir viviendo."};
    for (int round = 0; round < 2; round++) {
        assert_int_equal(acting_shortcut(&h->s, &q, &answer, &h->err), SARAI_OK);
        assert_non_null(strstr(answer.text, "024"));
        answer_finish(&answer);
        assert_int_equal(h->llm.prompts, 0);
        assert_int_equal(conversation_turns(h->s.conversation), 0);
        close_house(h);
        open_house(h, "TOOLS", "off"); /* the rule holds without tools, too */
    }
    assert_false(acting_may_be_read(q.text));
    assert_true(acting_may_be_read("¿Qué hora es?"));
}

static void what_cannot_be_undone_is_asked_first(void **state)
{
    struct house *h = *state;
    assert_said(h, "Añade pan y leche a la lista de la compra.", "Apuntado: pan y leche.");
    assert_said(h, "Vacía la lista de la compra.", "¿Confirmas vaciar la lista de la compra?");
    assert_said(h, "No, mejor no.", "Vale, no lo hago.");
    assert_said(h, "Sí.", ""); /* to nothing */
    assert_said(h, "Vacía la lista de la compra.", "¿Confirmas vaciar la lista de la compra?");
    assert_said(h, "¿Qué hay en la lista de la compra?", "En la lista de la compra hay pan y leche.");
    assert_said(h, "Sí.", ""); /* the person went on to something else */
    assert_said(h, "Vacía la lista de la compra.", "¿Confirmas vaciar la lista de la compra?");
    assert_said(h, "Sí, claro.", "He vaciado la lista de la compra.");
    assert_said(h, "¿Qué hay en la lista de la compra?", "La lista de la compra está vacía.");
}

static void all_changes_may_be_asked_about(void **state)
{
    struct house *h = *state;
    close_house(h);
    open_house(h, "CONFIRM_CHANGES", "all");
    assert_said(h, "Pon un temporizador de cinco minutos.",
                "¿Confirmas usar temporizador, tiempo cinco minutos?");
    assert_said(h, "Vale.", "Listo, te aviso en cinco minutos.");
    assert_said(h, "¿Cuánto es dos más dos?", "Da 4."); /* changes nothing */
}

static bool never_sure(void *user)
{
    ++*(int *)user;
    return false;
}

static void a_turn_that_goes_on_changes_nothing(void **state)
{
    struct house *h = *state;
    struct answer answer = {0};
    int asked = 0;
    h->s.wait_until_sure = never_sure;
    h->s.sure_user = &asked;
    const struct sarai_question timer = {.text = "Pon un temporizador de cinco minutos."};
    assert_int_equal(acting_shortcut(&h->s, &timer, &answer, &h->err), SARAI_ECANCELLED);
    assert_int_equal(asked, 1);
    assert_said(h, "¿Cuánto es dos más dos?", "Da 4."); /* need not wait */
    assert_int_equal(asked, 1);
    h->s.wait_until_sure = NULL;
    assert_said(h, "¿Qué temporizadores hay?", "No hay nada pendiente.");
}

/* ---- the model calls ---------------------------------------------------------------------------- */

/* What is said in the end to a question for which the model answers by plan. */
static void assert_thought(struct house *h, const char *const *plan, const char *expected)
{
    struct answer answer = {0};
    h->llm.plan = plan;
    assert_int_equal(conversation_answer(h->s.conversation, "¿cuánto será?", NULL, NULL, &answer, &h->err),
                     SARAI_OK);
    assert_true(answer.is_call);
    assert_int_equal(acting_resolve(&h->s, &answer, &h->err), SARAI_OK);
    assert_false(answer.is_call);
    assert_string_equal(answer.text, expected);
    answer_finish(&answer);
}

#define CALL(arguments) "{\"name\":\"calcula\",\"arguments\":" arguments "}"
#define PLAN(...)       ((const char *const[]){__VA_ARGS__, NULL})

static void the_model_tells_what_a_call_gave(void **state)
{
    struct house *h = *state;
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"2 más 2\"}"), "Son 4."), "Son 4.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"resultado\":\"4\"}"));
    assert_non_null(strstr(h->llm.read, "Herramientas: hora(lugar), fecha(dia), calcula(cuenta)"));
    assert_true(h->llm.grammar[0]); /* its calls are held to the grammar */
    assert_non_null(strstr(h->llm.grammar, "cuenta"));
}

static void another_figure_is_not_told(void **state)
{
    struct house *h = *state;
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"3 más 2\"}"), "Son cuatro."), "Da 5.");
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"2 más 2\"}"), "Son 5."), "Da 4.");
    struct answer next = {0};
    h->llm.plan = NULL;
    assert_int_equal(conversation_answer(h->s.conversation, "¿seguro?", NULL, NULL, &next, &h->err),
                     SARAI_OK);
    assert_non_null(strstr(h->llm.read, "Da 4.")); /* the history has what was said */
    assert_null(strstr(h->llm.read, "Son 5."));
    answer_finish(&next);
}

static void two_calls_at_most(void **state)
{
    struct house *h = *state;
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"2 más 2\"}"), CALL("{\"cuenta\":\"4 por 3\"}"), "Son 12."),
                   "Son 12.");
    int prompts = h->llm.prompts;
    assert_thought(h,
                   PLAN(CALL("{\"cuenta\":\"2 más 2\"}"), CALL("{\"cuenta\":\"4 por 3\"}"),
                        CALL("{\"cuenta\":\"1 más 1\"}")),
                   "Da 12.");
    assert_int_equal(h->llm.prompts - prompts, 3);
}

static void a_call_that_goes_wrong_is_told(void **state)
{
    struct house *h = *state;
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"1 entre 0\"}"), "No llego a tanto."),
                   "No se puede dividir entre cero.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"error\":\"no se puede dividir entre cero\"}"));
    assert_thought(h, PLAN("{\"name\":\"vuela\",\"arguments\":{}}", "No puedo."), "No puedo.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"error\":\"no tengo la herramienta «vuela»\"}"));
    assert_thought(h, PLAN(CALL("{\"cuenta\":7}"), "No lo entiendo."), "No lo entiendo.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"error\":\"«cuenta» no es de la clase pedida\"}"));
    assert_thought(h, PLAN("{\"name\":\"calc", "No lo entiendo."), "No lo entiendo.");
}

static void a_turn_knows_what_went_wrong_in_it(void **state)
{
    struct house *h = *state;
    size_t n;
    assert_null(acting_failures(NULL, &n));
    assert_int_equal(n, 0);
    assert_said(h, "¿Cuánto es siete entre cero?", "No se puede dividir entre cero.");
    const struct acting_failure *failures = acting_failures(h->s.acting, &n);
    assert_int_equal(n, 1);
    assert_string_equal(failures[0].tool, "calcula");
    assert_string_equal(failures[0].why.message, "no se puede dividir entre cero");
    assert_int_equal(failures[0].why.status, SARAI_EINPUT);
    assert_said(h, "¿Qué opinas de los volcanes?", ""); /* the next turn */
    acting_failures(h->s.acting, &n);
    assert_int_equal(n, 0);
    assert_thought(h,
                   PLAN("{\"name\":\"vuela\",\"arguments\":{}}", CALL("{\"cuenta\":\"1 entre 0\"}"), "No."),
                   "No se puede dividir entre cero.");
    acting_failures(h->s.acting, &n);
    assert_int_equal(n, 2);
    assert_string_equal(failures[0].tool, "");
    assert_string_equal(failures[1].tool, "calcula");
}

static void what_it_is_to_remember_is_kept(void **state)
{
    struct house *h = *state;
    assert_said(h, "Que sepas que mi hijo se llama Leo.", "");
    assert_thought(h,
                   PLAN("{\"name\":\"recuerda\",\"arguments\":{\"dato\":\"mi hijo se llama Leo\"}}", "Vale."),
                   "Vale.");
    assert_string_equal(remembered, "mi hijo se llama Leo");
    assert_said(h, "Que no se te olvide nada.", "");
    assert_thought(h, PLAN("{\"name\":\"recuerda\",\"arguments\":{\"dato\":\"nada\"}}", "No lo entiendo."),
                   "No entiendo qué hay que recordar.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"error\":\"no entiendo qué hay que recordar\"}"));
    close_house(h);
    open_house(h, "REMEMBER", "off");
    assert_null(strstr(acting_signatures(h->s.acting), "recuerda"));
}

/* ---- MCP servers -------------------------------------------------------------------------------- */

static void write_servers(const struct house *h, const char *json)
{
    char path[200];
    snprintf(path, sizeof path, "%s/sarai", h->folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/sarai/mcp.json", h->folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(json, f);
    fclose(f);
    setenv("XDG_CONFIG_HOME", h->folder, 1);
}

static char noticed[1000];

static void take_notice(void *user, const char *text)
{
    (void)user;
    snprintf(noticed + strlen(noticed), sizeof noticed - strlen(noticed), "[%s]", text);
}

static void servers_that_cannot_be_used_are_told_once(void **state)
{
    struct house *h = *state;
    const struct sarai_sink sink = {.on_notice = take_notice};
    assert_string_equal(sarai_tools_missing(&h->s), "");
    close_house(h);
    write_servers(
        h, "{\"mcpServers\":{\"archivos\":{\"command\":\"/no/hay\"},\"otro\":{\"command\":\"/tampoco\"}}}");
    open_house(h, NULL, NULL);
    const char *missing = sarai_tools_missing(&h->s);
    assert_non_null(strstr(missing, "«archivos»"));
    assert_non_null(strstr(missing, "\n")); /* a line for each */
    assert_non_null(strstr(missing, "«otro»"));
    assert_true(sarai_tool_count(&h->s) >= 12); /* the others are there */
    acting_tell_missing(h->s.acting, &sink);
    acting_tell_missing(h->s.acting, &sink);
    assert_non_null(strstr(noticed, "«otro»"));
    assert_null(strstr(noticed, "]["));
    assert_said(h, "¿Cuánto es dos más dos?", "Da 4.");
    unsetenv("XDG_CONFIG_HOME");
}

static void what_changes_between_turns_is_offered(void **state)
{
    struct house *h = *state;
    close_house(h);
    write_servers(h, "{\"mcpServers\":{\"p\":{\"command\":\"python3\",\"args\":[\"" TEST_DIR
                     "/unit/mcp_server.py\",\"good\",\"/dev/null\"]}}}");
    open_house(h, NULL, NULL);
    for (int i = 0; i < 3000 && !strstr(acting_signatures(h->s.acting), "p.cambia("); i++) {
        usleep(10000); /* a busy machine starts it late: that is news, too */
        acting_refresh(&h->s);
    }
    assert_null(strstr(acting_signatures(h->s.acting), "p.nueva("));
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"2 más 2\"}"), "Son 4."), "Son 4.");
    char *said = NULL, *data = NULL;
    assert_int_equal(sarai_tool_call(&h->s, "p.cambia", "", &said, &data, &h->err), SARAI_OK);
    free(said);
    free(data);
    for (int i = 0; i < 3000 && !strstr(acting_signatures(h->s.acting), "p.nueva("); i++) {
        usleep(10000);
        acting_refresh(&h->s);
    }
    assert_non_null(strstr(h->llm.read, "p.nueva(")); /* read ahead, with what was said before */
    assert_non_null(strstr(h->llm.read, "Son 4."));
    assert_thought(h, PLAN(CALL("{\"cuenta\":\"3 más 3\"}"), "Son 6."), "Son 6.");
    unsetenv("XDG_CONFIG_HOME");
}

static void what_a_model_would_delete_is_asked_first(void **state)
{
    struct house *h = *state;
    assert_said(h, "Añade pan a la lista de la compra.", "Apuntado: pan.");
    assert_thought(
        h, PLAN("{\"name\":\"lista\",\"arguments\":{\"accion\":\"vaciar\"}}", "Hecho, la he vaciado."),
        "¿Confirmas vaciar la lista de la compra?");
    assert_said(h, "No.", "Vale, no lo hago.");
    assert_said(h, "¿Qué hay en la lista de la compra?", "En la lista de la compra hay pan.");
}

static void what_nobody_asked_to_keep_is_asked_first(void **state)
{
    static const char add[] =
        "{\"name\":\"lista\",\"arguments\":{\"accion\":\"añadir\",\"cosa\":\"huevos\"}}";
    struct house *h = *state;
    assert_said(h, "Dime algo que cocinar con huevos.", "");
    assert_thought(h, PLAN(add, "Hecho."), "¿Confirmas añadir huevos a la lista de la compra?");
    assert_int_equal(h->llm.prompts, 1); /* it is not asked how to ask … */
    assert_said(h, "No.", "Vale, no lo hago.");
    assert_said(h, "Que no se me olvide meter huevos en eso de ayer.", "");
    assert_thought(h, PLAN(add, "Hecho."), "Hecho.");
    assert_non_null(
        strstr(h->llm.read, "Resultado: {\"confirmar\":\"añadir huevos a la lista de la compra\"}"));
    assert_non_null(strstr(h->llm.read, "¿Confirmas añadir huevos")); /* … and knows afterwards that it was */
}

static void what_a_model_misspells_is_put_right(void **state)
{
    static const char add[] =
        "{\"name\":\"lista\",\"arguments\":{\"accion\":\"añadir\",\"cosa\":\"champiñines y leche\"}}";
    struct house *h = *state;
    assert_said(h, "No quiero quedarme sin champiñones, mételos con la leche.", "");
    assert_thought(h, PLAN(add, "Hecho."), "Hecho.");
    assert_said(h, "¿Qué hay en la lista de la compra?", "En la lista de la compra hay champiñones y leche.");
}

/* "Sube el volumen", misheard: what the model makes of it was not said. */
static void what_rests_on_no_word_is_asked_first(void **state)
{
    static const char lower[] = "{\"name\":\"volumen\",\"arguments\":{\"valor\":\"baja\"}}";
    struct house *h = *state;
    assert_said(h, "Suvel volumen a ver.", "");
    assert_thought(h, PLAN(lower, "Hecho."), "¿Confirmas bajar el volumen?");
    assert_said(h, "No.", "Vale, no lo hago.");
    assert_said(h, "Habla algo más alto, que no oigo bien.", "");
    assert_thought(h, PLAN(lower, "Hecho."), "¿Confirmas bajar el volumen?");
    assert_said(h, "No.", "Vale, no lo hago.");
    assert_said(h, "Habla algo más flojo, que duermen.", "");
    assert_thought(h, PLAN(lower, "Hecho, más alto."),
                   "Volumen al 80 por ciento."); /* the tool's own words */
}

static void what_nobody_asked_to_look_up_is_no_answer(void **state)
{
    static const char news[] = "{\"name\":\"noticias\",\"arguments\":{\"tema\":\"música\"}}";
    struct house *h = *state;
    assert_said(h, "Pon música.", "");
    assert_thought(h, PLAN(news, "Ahora no puedo."), "Eso no sé hacerlo.");
    assert_said(h, "Léeme algo del periódico.", "");
    assert_thought(h, PLAN(news, "Ahora no puedo."), "No hay servicio de noticias.");
}

/* Messages, calls, music, translations: a model makes a note of them. */
static void what_no_tool_does_is_not_offered_as_a_note(void **state)
{
    static const char note[] = "{\"name\":\"nota\",\"arguments\":{\"texto\":\"eso\"}}",
                      search[] = "{\"name\":\"busca\",\"arguments\":{\"consulta\":\"eso\"}}";
    struct house *h = *state;
    char line[400];
    int n = 0;
    FILE *file = fopen(TEST_DIR "/data/sin_herramienta.txt", "r");
    for (; file && fgets(line, sizeof line, file); n++) {
        line[strcspn(line, "\n")] = '\0';
        assert_said(h, line, "");
        assert_thought(h, PLAN(n % 2 ? note : search, "Hecho."), "Eso no sé hacerlo.");
    }
    fclose(file);
    assert_true(n > 20);
    assert_said(h, "Que quede anotado eso de llamar a Pedro.", "");
    assert_thought(h, PLAN(note, "Hecho."), "Hecho.");
}

static void who_has_no_home_is_told(void **state)
{
    struct house *h = *state;
    assert_said(h, "Enciende la luz del salón.", "No tengo ninguna casa conectada.");
    assert_thought(h,
                   PLAN("{\"name\":\"casa\",\"arguments\":{\"accion\":\"abrir\",\"cosa\":\"puerta\"}}",
                        "Hecho, abierta."),
                   "No tengo ninguna casa conectada.");
    assert_said(h, "Telefonea a la oficina.", "");
    assert_thought(
        h,
        PLAN("{\"name\":\"casa\",\"arguments\":{\"accion\":\"consultar\",\"cosa\":\"oficina\"}}", "No está."),
        "Eso no sé hacerlo.");
}

/* What the pasta has to go is a timer's business only while there is one of that name. */
static void a_timer_is_asked_for_by_its_name_alone(void **state)
{
    static const struct sarai_question left = {.text = "¿Cuánto le queda a la pasta?"};
    struct house *h = *state;
    struct answer answer = {0};
    assert_said(h, left.text, "");
    assert_said(h, "Pon un temporizador de dos horas para la pasta.", "Listo, dos horas para la pasta.");
    assert_int_equal(acting_shortcut(&h->s, &left, &answer, &h->err), SARAI_OK);
    assert_non_null(answer.text);
    assert_non_null(strstr(answer.text, "Al temporizador de la pasta le queda"));
    answer_finish(&answer);
    assert_said(h, "¿Cuánto falta para las vacaciones?", "");
}

static void who_asks_when_something_is_wants_no_clock(void **state)
{
    static const char clock[] = "{\"name\":\"hora\",\"arguments\":{}}";
    struct house *h = *state;
    assert_said(h, "¿A qué hora sale mi avión?", "");
    assert_thought(h, PLAN(clock, "Son las nueve."), "No sé a qué hora es eso.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"error\":\"no sé a qué hora es eso\"}"));
    assert_said(h, "¿Qué hora se nos ha hecho?", "");
    assert_thought(h, PLAN(clock, "Hecho."), "Hecho.");
    assert_non_null(strstr(h->llm.read, "Resultado: {\"hora\""));
}

static void programs_may_call(void **state)
{
    struct house *h = *state;
    struct sarai_tool tool;
    char *said = NULL, *data = NULL;
    size_t n = 0;
    while (sarai_tool(&h->s, n, &tool))
        n++;
    assert_int_equal(n, sarai_tool_count(&h->s));
    assert_true(n >= 12);
    assert_int_equal(sarai_tool_call(&h->s, "calcula", "{\"cuenta\":\"2 más 2\"}", &said, &data, &h->err),
                     SARAI_OK);
    assert_string_equal(said, "Da 4.");
    assert_string_equal(data, "{\"resultado\":\"4\"}");
    free(said);
    free(data);
    assert_int_equal(sarai_tool_call(&h->s, "calcula", "nada", &said, &data, &h->err), SARAI_EUSAGE);
    assert_int_equal(sarai_tool_call(&h->s, "vuela", "", &said, &data, &h->err), SARAI_EINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_never_reach_the_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_crisis_is_answered_by_rule_and_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_undone_is_asked_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_changes_may_be_asked_about, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_turn_that_goes_on_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_model_tells_what_a_call_gave, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_figure_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_calls_at_most, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_that_goes_wrong_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_turn_knows_what_went_wrong_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_it_is_to_remember_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(servers_that_cannot_be_used_are_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_changes_between_turns_is_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_model_would_delete_is_asked_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_asked_to_keep_is_asked_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_model_misspells_is_put_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_rests_on_no_word_is_asked_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_asked_to_look_up_is_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_no_tool_does_is_not_offered_as_a_note, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_no_home_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_is_asked_for_by_its_name_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_when_something_is_wants_no_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programs_may_call, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
