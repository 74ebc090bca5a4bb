/* The tool "casa" against a small server with Home Assistant's API: what is found, what is done and asked
 * about, and what is said when the home is down or the words are not clear. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "act/home.h"
#include "act/home_link.h"
#include "base/clock.h"
#include "server.h"

static struct server house;
static struct toolbox *box;
static char url[128];

static int start(void **state)
{
    (void)state;
    return server_start(&house, TEST_DIR "/unit/home_server.py") ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    server_stop(&house);
    return 0;
}

static void open_home(const char *path, const char *token, const struct home_encoder *encoder)
{
    snprintf(url, sizeof url, "%s%s", house.url, path);
    struct home_options options = {.url = url, .token = token};
    if (encoder)
        options.encoder = *encoder;
    assert_int_equal(toolbox_open(&box, NULL), SARAI_OK);
    assert_int_equal(home_provide(box, &options, NULL), SARAI_OK);
}

static json_t *arguments_of(const char *action, const char *thing, const char *place, const char *value)
{
    json_t *arguments = json_pack("{s:s, s:s}", "accion", action, "cosa", thing);
    if (*place)
        json_object_set_new(arguments, "lugar", json_string(place));
    if (*value)
        json_object_set_new(arguments, "valor", json_string(value));
    return arguments;
}

/* Runs a command as the flow does; the data as text, or the error's sentence; both static. */
static enum sarai_status run(const char *action, const char *thing, const char *place, const char *value,
                             enum tool_effect *effect, const char **said)
{
    static char text[600];
    struct sarai_error err = {0};
    struct tool_request request = {0};
    struct tool_result result = {0};
    json_t *arguments = arguments_of(action, thing, place, value);
    assert_int_equal(toolbox_request(box, "casa", arguments, &request, &err), SARAI_OK);
    *effect = request.effect;
    enum sarai_status st = toolbox_run(&request, NULL, &result, &err);
    char *dumped = json_dumps(result.data, JSON_COMPACT);
    snprintf(text, sizeof text, "%s", dumped ? dumped : err.message);
    *said = text;
    assert_true(st != SARAI_OK || result.sentence);
    free(dumped);
    tool_result_finish(&result);
    request_finish(&request);
    json_decref(arguments);
    return st;
}

static void expect_calls(const char *calls)
{
    char line[512];
    while (*calls) {
        size_t n = strcspn(calls, "|");
        assert_true(server_line(&house, line, sizeof line));
        if (strlen(line) != n || strncmp(line, calls, n) != 0)
            fail_msg("%s in place of %s", line, calls);
        calls += n + (calls[n] == '|');
    }
}

struct done {
    const char *action, *thing, *place, *value, *calls, *says;
};

static void expect_done(const struct done *d)
{
    enum tool_effect effect;
    const char *said;
    if (run(d->action, d->thing, d->place, d->value, &effect, &said) != SARAI_OK)
        fail_msg("%s %s %s: %s", d->action, d->thing, d->place, said);
    expect_calls(d->calls);
    assert_string_equal(said, d->says);
    assert_int_equal(effect, strcmp(d->action, "consultar") == 0 ? TOOL_READS : TOOL_CHANGES);
}

static void expect_refused(const char *action, const char *thing, const char *place, const char *value,
                           enum sarai_status status, const char *sentence)
{
    enum tool_effect effect;
    const char *said;
    assert_int_equal(run(action, thing, place, value, &effect, &said), status);
    assert_string_equal(said, sentence);
}

static void commands_become_services(void **state)
{
    static const struct done all[] = {
        {"encender", "la luz", "salón", "", "light.turn_on {\"entity_id\": [\"light.techo\"]}",
         "{\"listo\":\"la luz del salón\"}"},
        {"apagar", "la lámpara de pie", "", "", "light.turn_off {\"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"la lámpara de pie\"}"},
        {"encender", "las luces", "el dormitorio", "",
         "light.turn_on {\"entity_id\": [\"light.dormitorio_1\", \"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces del dormitorio\"}"},
        {"encender", "las luces", "la habitación", "",
         "light.turn_on {\"entity_id\": [\"light.dormitorio_1\", \"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces de la habitación\"}"},
        {"apagar", "la luz", "cocina", "", "light.turn_off {\"entity_id\": [\"light.cocina\"]}",
         "{\"listo\":\"la luz de la cocina\"}"},
        {"encender", "la luz", "pasillo", "", "light.turn_on {\"entity_id\": [\"light.pasillo\"]}",
         "{\"listo\":\"la luz del pasillo\"}"}, /* the group of three */
        {"fijar", "la luz", "salón", "cincuenta por ciento",
         "light.turn_on {\"brightness_pct\": 50, \"entity_id\": [\"light.techo\"]}",
         "{\"listo\":\"la luz del salón al cincuenta por ciento\"}"},
        {"encender", "la luz", "salón", "30 por ciento",
         "light.turn_on {\"brightness_pct\": 30, \"entity_id\": [\"light.techo\"]}",
         "{\"listo\":\"la luz del salón al 30 por ciento\"}"},
        {"fijar", "lámpara de pie", "", "rojo",
         "light.turn_on {\"entity_id\": [\"light.pie\"], \"rgb_color\": [255, 0, 0]}",
         "{\"listo\":\"lámpara de pie a rojo\"}"},
        {"fijar", "lámpara de pie", "", "blanco cálido",
         "light.turn_on {\"color_temp_kelvin\": 2700, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"lámpara de pie a blanco cálido\"}"},
        {"abrir", "la persiana", "salón", "", "cover.open_cover {\"entity_id\": [\"cover.salon\"]}",
         "{\"listo\":\"la persiana del salón\"}"},
        {"cerrar", "las persianas", "", "",
         "cover.close_cover {\"entity_id\": [\"cover.dormitorio\", \"cover.salon\"]}",
         "{\"listo\":\"las persianas\"}"},
        {"fijar", "persiana", "dormitorio", "40",
         "cover.set_cover_position {\"entity_id\": [\"cover.dormitorio\"], \"position\": 40.0}",
         "{\"listo\":\"persiana del dormitorio a 40\"}"},
        {"fijar", "la persiana", "dormitorio", "la mitad",
         "cover.set_cover_position {\"entity_id\": [\"cover.dormitorio\"], \"position\": 50.0}",
         "{\"listo\":\"la persiana del dormitorio a la mitad\"}"},
        {"fijar", "la calefacción", "", "21,5 grados",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 21.5}",
         "{\"listo\":\"la calefacción a 21,5 grados\"}"},
        {"fijar", "la calefacción", "", "veintidós grados",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 22.0}",
         "{\"listo\":\"la calefacción a veintidós grados\"}"},
        {"encender", "la cafetera", "", "", "switch.turn_on {\"entity_id\": [\"switch.cafetera\"]}",
         "{\"listo\":\"la cafetera\"}"},
        {"encender", "la escena noche de cine", "", "", "scene.turn_on {\"entity_id\": [\"scene.cine\"]}",
         "{\"listo\":\"la escena noche de cine\"}"},
        {"fijar", "la tele", "", "20 por ciento",
         "media_player.volume_set {\"entity_id\": [\"media_player.tele\"], \"volume_level\": 0.2}",
         "{\"listo\":\"la tele al 20 por ciento\"}"},
    };
    (void)state;
    open_home("", "llave", NULL);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_done(&all[i]);
    toolbox_close(box);
}

/* "2 grados más": of what the thing itself says that it has now, within its range, told as what it comes to.
 */
static void changes_start_from_what_is_now(void **state)
{
    static const struct done all[] = {
        {"fijar", "la calefacción", "", "20,5 grados",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 20.5}",
         "{\"listo\":\"la calefacción a 20,5 grados\"}"},
        {"fijar", "la calefacción", "", "dos grados más",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 22.5}",
         "{\"listo\":\"la calefacción a 22,5 grados\"}"},
        {"fijar", "la calefacción", "", "un poco menos",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 21.5}",
         "{\"listo\":\"la calefacción a 21,5 grados\"}"},
        {"fijar", "la calefacción", "", "20 grados más",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 30.0}",
         "{\"listo\":\"la calefacción a 30 grados\"}"},
        {"fijar", "la temperatura", "el baño", "1 grado más",
         "climate.set_temperature {\"entity_id\": [\"climate.bano\"], \"temperature\": 22.0}",
         "{\"listo\":\"la temperatura del baño a 22 grados\"}"},
        {"fijar", "la calefacción", "", "mínimo",
         "climate.set_temperature {\"entity_id\": [\"climate.casa\"], \"temperature\": 7.0}",
         "{\"listo\":\"la calefacción a 7 grados\"}"},
        {"fijar", "la lámpara de pie", "", "50 por ciento",
         "light.turn_on {\"brightness_pct\": 50, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"la lámpara de pie al 50 por ciento\"}"},
        {"fijar", "el brillo de la lámpara de pie", "", "un 20 por ciento menos",
         "light.turn_on {\"brightness_pct\": 30, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"el brillo de la lámpara de pie al 30 por ciento\"}"},
        {"fijar", "la lámpara de pie", "", "menos",
         "light.turn_on {\"brightness_pct\": 10, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"la lámpara de pie al 10 por ciento\"}"},
        {"fijar", "la lámpara de pie", "", "menos", /* less light is not none */
         "light.turn_on {\"brightness_pct\": 1, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"la lámpara de pie al 1 por ciento\"}"},
        {"fijar", "la lámpara de pie", "", "máximo",
         "light.turn_on {\"brightness_pct\": 100, \"entity_id\": [\"light.pie\"]}",
         "{\"listo\":\"la lámpara de pie al 100 por ciento\"}"},
        {"fijar", "la persiana", "salón", "30 por ciento más",
         "cover.set_cover_position {\"entity_id\": [\"cover.salon\"], \"position\": 30.0}",
         "{\"listo\":\"la persiana del salón al 30 por ciento\"}"},
        {"fijar", "la tele", "", "un poco más",
         "media_player.volume_set {\"entity_id\": [\"media_player.tele\"], \"volume_level\": 0.35}",
         "{\"listo\":\"la tele al 35 por ciento\"}"},
        {"fijar", "el ventilador", "", "menos",
         "fan.set_percentage {\"entity_id\": [\"fan.techo\"], \"percentage\": 20.0}",
         "{\"listo\":\"el ventilador al 20 por ciento\"}"},
        {"fijar", "la mesilla izquierda", "", "60 por ciento",
         "light.turn_on {\"brightness_pct\": 60, \"entity_id\": [\"light.dormitorio_1\"]}",
         "{\"listo\":\"la mesilla izquierda al 60 por ciento\"}"},
        {"fijar", "las luces", "dormitorio", "más", /* each from its own */
         "light.turn_on {\"brightness_pct\": 80, \"entity_id\": [\"light.dormitorio_1\"]}|"
         "light.turn_on {\"brightness_pct\": 20, \"entity_id\": [\"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces del dormitorio\"}"},
        {"fijar", "la mesilla izquierda", "", "máximo",
         "light.turn_on {\"brightness_pct\": 100, \"entity_id\": [\"light.dormitorio_1\"]}",
         "{\"listo\":\"la mesilla izquierda al 100 por ciento\"}"},
        {"fijar", "las luces", "dormitorio", "más", /* one of them can be no brighter */
         "light.turn_on {\"brightness_pct\": 40, \"entity_id\": [\"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces del dormitorio al 40 por ciento\"}"},
    };
    (void)state;
    open_home("", "llave", NULL);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_done(&all[i]);
    expect_refused("fijar", "la calefacción", "", "menos", SARAI_EINPUT, "Calefacción ya está al mínimo");
    expect_refused("fijar", "la mesilla izquierda", "", "más", SARAI_EINPUT,
                   "Mesilla izquierda ya está al máximo");
    expect_refused("fijar", "Lámpara de pie", "", "2 grados más", SARAI_EINPUT,
                   "eso no se puede hacer con Lámpara de pie");
    expect_refused("fijar", "la persiana", "dormitorio", "más", SARAI_EINPUT,
                   "no se sabe a cuánto está Persiana"); /* it does not say so */
    toolbox_close(box);
}

static void floors_are_places(void **state)
{
    static const struct done all[] = {
        {"apagar", "todo", "abajo", "",
         "light.turn_off {\"entity_id\": [\"light.techo\", \"light.pie\", \"light.cocina\"]}|"
         "media_player.turn_off {\"entity_id\": [\"media_player.tele\", \"media_player.antigua\"]}|"
         "fan.turn_off {\"entity_id\": [\"fan.techo\"]}",
         "{\"listo\":\"todo abajo\"}"},
        {"encender", "las luces", "la planta baja", "",
         "light.turn_on {\"entity_id\": [\"light.techo\", \"light.pie\", \"light.cocina\"]}",
         "{\"listo\":\"las luces de la planta baja\"}"},
        {"apagar", "las luces", "arriba", "",
         "light.turn_off {\"entity_id\": [\"light.dormitorio_1\", \"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces arriba\"}"},
        {"abrir", "la persiana", "primera planta", "",
         "cover.open_cover {\"entity_id\": [\"cover.dormitorio\"]}",
         "{\"listo\":\"la persiana de la primera planta\"}"},
    };
    (void)state;
    open_home("", "llave", NULL);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_done(&all[i]);
    expect_refused("encender", "las luces", "segunda planta", "", SARAI_EINPUT,
                   "no encuentro las luces de la segunda planta");
    toolbox_close(box);
}

static void what_plays_or_moves_is_stopped(void **state)
{
    static const struct done all[] = {
        {"pausar", "la tele", "", "", "media_player.media_pause {\"entity_id\": [\"media_player.tele\"]}",
         "{\"listo\":\"la tele\"}"},
        {"seguir", "la tele", "", "", "media_player.media_play {\"entity_id\": [\"media_player.tele\"]}",
         "{\"listo\":\"la tele\"}"},
        {"siguiente", "la música", "", "",
         "media_player.media_next_track {\"entity_id\": [\"media_player.tele\"]}",
         "{\"listo\":\"la música\"}"},
        {"anterior", "la canción", "salón", "",
         "media_player.media_previous_track {\"entity_id\": [\"media_player.tele\"]}",
         "{\"listo\":\"la canción del salón\"}"},
        {"pausar", "la persiana", "salón", "", "cover.stop_cover {\"entity_id\": [\"cover.salon\"]}",
         "{\"listo\":\"la persiana del salón\"}"},
        {"encender", "la aspiradora", "", "", "vacuum.start {\"entity_id\": [\"vacuum.robot\"]}",
         "{\"listo\":\"la aspiradora\"}"},
        {"apagar", "el robot", "", "", "vacuum.return_to_base {\"entity_id\": [\"vacuum.robot\"]}",
         "{\"listo\":\"el robot\"}"},
    };
    (void)state;
    open_home("", "llave", NULL);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_done(&all[i]);
    expect_refused("pausar", "el altavoz viejo", "", "", SARAI_EINPUT,
                   "eso no se puede hacer con el altavoz viejo");
    toolbox_close(box);
}

static void states_are_told(void **state)
{
    static const struct done all[] = {
        {"consultar", "la luz", "cocina", "", "", "{\"estado\":\"apagada\"}"},
        {"consultar", "la puerta", "patio", "", "", "{\"estado\":\"abierta\"}"},
        {"consultar", "la puerta", "garaje", "", "", "{\"estado\":\"cerrada\"}"},
        {"consultar", "la cerradura", "entrada", "", "", "{\"estado\":\"cerrada con llave\"}"},
        {"consultar", "la temperatura", "baño", "", "", "{\"estado\":\"20,4 grados\"}"},
        {"consultar", "las luces", "pasillo", "",
         "light.turn_off {\"entity_id\": [\"light.pasillo_1\", "
         "\"light.pasillo_2\", \"light.pasillo\"]}",
         "{\"estado\":\"apagadas\"}"},
        {"consultar", "la cafetera", "", "", "", "{\"estado\":\"encendida\"}"},
        {"apagar", "las luces", "dormitorio", "",
         "light.turn_off {\"entity_id\": [\"light.dormitorio_1\", \"light.dormitorio_2\"]}",
         "{\"listo\":\"las luces del dormitorio\"}"},
        {"encender", "la mesilla derecha", "", "", "light.turn_on {\"entity_id\": [\"light.dormitorio_2\"]}",
         "{\"listo\":\"la mesilla derecha\"}"},
        {"consultar", "las luces", "dormitorio", "", "",
         "{\"estado\":\"Encendidas\",\"cosas\":\"Mesilla derecha\"}"},
        {"consultar", "el riego", "", "", "", ""},
    };
    enum tool_effect effect;
    const char *said;
    (void)state;
    open_home("", "llave", NULL);
    assert_int_equal(run("apagar", "las luces", "pasillo", "", &effect, &said), SARAI_OK);
    for (size_t i = 0; i + 1 < sizeof all / sizeof *all; i++)
        expect_done(&all[i]);
    expect_refused("consultar", "el riego", "", "", SARAI_EINPUT,
                   "no encuentro el riego"); /* an automation */
    expect_refused("consultar", "el aire", "despacho", "", SARAI_EINPUT, "no se sabe cómo está Split");
    toolbox_close(box);
}

static void what_is_risky_is_asked_about(void **state)
{
    static const char *const risky[][4] = {
        {"abrir", "la puerta", "garaje", "cover.open_cover {\"entity_id\": [\"cover.garaje\"]}"},
        {"abrir", "la cerradura", "entrada", "lock.unlock {\"entity_id\": [\"lock.entrada\"]}"},
        {"cerrar", "cerradura", "", "lock.lock {\"entity_id\": [\"lock.entrada\"]}"}};
    char asked[128];
    (void)state;
    open_home("", "llave", NULL);
    for (size_t i = 0; i < sizeof risky / sizeof *risky; i++) {
        struct tool_request request = {0};
        struct tool_result result = {0};
        json_t *arguments = arguments_of(risky[i][0], risky[i][1], risky[i][2], "");
        assert_int_equal(toolbox_request(box, "casa", arguments, &request, NULL), SARAI_OK);
        assert_int_equal(request.effect, TOOL_RISKS);
        request_describe(&request, asked, sizeof asked);
        if (i == 0)
            assert_string_equal(asked, "abrir la puerta del garaje");
        assert_int_equal(toolbox_run(&request, NULL, &result, NULL), SARAI_OK); /* yes was said */
        expect_calls(risky[i][3]);
        /* Once: the same request again would have to be judged again. */
        tool_result_finish(&result);
        assert_int_equal(toolbox_run(&request, NULL, &result, NULL), SARAI_EINPUT);
        request_finish(&request);
        json_decref(arguments);
    }
    toolbox_close(box);
}

static void what_is_not_clear_is_told(void **state)
{
    (void)state;
    open_home("", "llave", NULL);
    expect_refused("encender", "la luz", "dormitorio", "", SARAI_EINPUT,
                   "¿Cuál: Mesilla izquierda o Mesilla derecha?");
    expect_refused("abrir", "la persiana", "", "", SARAI_EINPUT, "¿Cuál: Persiana o Persiana grande?");
    expect_refused("encender", "la luz", "sótano", "", SARAI_EINPUT, "no encuentro la luz del sótano");
    expect_refused("encender", "el dragón", "", "", SARAI_EINPUT, "no encuentro el dragón");
    expect_refused("abrir", "la luz", "cocina", "", SARAI_EINPUT,
                   "eso no se puede hacer con la luz de la cocina");
    expect_refused("fijar", "la calefacción", "", "80 grados", SARAI_EINPUT,
                   "80 no puede ser: va de 7 a 30 grados");
    expect_refused("fijar", "la calefacción", "", "menos cinco grados", SARAI_EINPUT,
                   "-5 no puede ser: va de 7 a 30 grados");
    expect_refused("fijar", "la calefacción", "", "algo", SARAI_EINPUT, "dime un número entre 7 y 30 grados");
    expect_refused("fijar", "la calefacción", "", "", SARAI_EINPUT, "no me has dicho a cuánto");
    expect_refused("fijar", "la luz", "salón", "120 por ciento", SARAI_EINPUT,
                   "120 no puede ser: va de 0 a 100 por ciento");
    expect_refused("fijar", "la luz", "salón", "ruidosa", SARAI_EINPUT,
                   "dime un color, o un número entre 0 y 100 por ciento");
    expect_refused("fijar", "la luz", "cocina", "50", SARAI_EINPUT, "esa luz no se puede regular");
    expect_refused("fijar", "mesilla izquierda", "", "azul", SARAI_EINPUT, "esa luz no cambia de color");
    expect_refused("encender", "el aire", "despacho", "", SARAI_EINPUT, "Split no está disponible");
    expect_refused("apagar", "la casa", "", "", SARAI_EINPUT, "no encuentro la casa");
    toolbox_close(box);
}

static void a_home_that_is_down_is_told(void **state)
{
    static const char *const cases[][3] = {
        {"/page", "llave", "en HOME_ASSISTANT_URL no responde Home Assistant"},
        {"", "secreto", "la casa no acepta la llave de HOME_ASSISTANT_TOKEN"},
    };
    enum tool_effect effect;
    const char *said;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_home(cases[i][0], cases[i][1], NULL);
        expect_refused("encender", "la luz", "salón", "", SARAI_ENETWORK, cases[i][2]);
        toolbox_close(box);
    }
    open_home("/silent", "llave", NULL);
    expect_refused("encender", "la luz", "salón", "", SARAI_ENETWORK, "la casa no responde");
    double before_ms = clock_ms();
    for (int i = 0; i < 50; i++) /* known to be down: nobody waits again */
        assert_int_equal(run("encender", "la luz", "salón", "", &effect, &said), SARAI_ENETWORK);
    assert_true(clock_ms() - before_ms < 50 * 1000);
    toolbox_close(box);
    assert_int_equal(toolbox_open(&box, NULL), SARAI_OK);
    const struct home_options nobody = {.url = "http://127.0.0.1:1", .token = "llave"};
    assert_int_equal(home_provide(box, &nobody, NULL), SARAI_OK);
    expect_refused("apagar", "la luz", "salón", "", SARAI_ENETWORK, "la casa no responde");
    toolbox_close(box);
}

static void without_areas_names_must_do(void **state)
{
    (void)state;
    open_home("/user", "llave", NULL);
    expect_done(&(struct done){"apagar", "la luz", "salón", "",
                               "light.turn_off {\"entity_id\": [\"light.techo\"]}",
                               "{\"listo\":\"la luz del salón\"}"});
    expect_refused("apagar", "la luz", "cocina", "", SARAI_EINPUT, "no encuentro la luz de la cocina");
    toolbox_close(box);
    open_home("/big", "llave", NULL);
    expect_done(&(struct done){"apagar", "la luz", "cocina", "",
                               "light.turn_off {\"entity_id\": [\"light.cocina\"]}",
                               "{\"listo\":\"la luz de la cocina\"}"});
    toolbox_close(box);
}

/* Vectors of letters in pairs: near where words share their letters, which is enough to be found by. */
static enum sarai_status encode(void *self, const char *text, float *out, struct sarai_error *err)
{
    float length = 0;
    (void)self;
    (void)err;
    memset(out, 0, 256 * sizeof *out);
    for (const unsigned char *c = (const unsigned char *)text; c[0] && c[1]; c++)
        out[(c[0] * 31U + c[1]) % 256]++;
    for (int i = 0; i < 256; i++)
        length += out[i] * out[i];
    for (int i = 0; i < 256; i++)
        out[i] /= sqrtf(length);
    return SARAI_OK;
}

static int dimension(void *self)
{
    (void)self;
    return 256;
}

static void meaning_finds_what_words_do_not(void **state)
{
    const struct home_encoder encoder = {.dimension = dimension, .encode = encode};
    (void)state;
    open_home("", "llave", &encoder);
    expect_done(&(struct done){"encender", "Cafetera Cocin", "", "",
                               "switch.turn_on {\"entity_id\": [\"switch.cafetera\"]}",
                               "{\"listo\":\"Cafetera Cocin\"}"});
    expect_refused("encender", "el dragón", "", "", SARAI_EINPUT, "no encuentro el dragón");
    expect_refused("encender", "Cafetera Cocin", "garaje", "", SARAI_EINPUT,
                   "no encuentro Cafetera Cocin del garaje"); /* it is not there */
    expect_done(&(struct done){"apagar", "la luz", "Cocinaa", "",
                               "light.turn_off {\"entity_id\": [\"light.cocina\"]}",
                               "{\"listo\":\"la luz de la Cocinaa\"}"});
    toolbox_close(box);
}

static void the_version_is_asked(void **state)
{
    char version[64] = "";
    const struct home_link link = {house.url, "llave"}, wrong = {house.url, "otra"};
    (void)state;
    assert_int_equal(home_version(&link, clock_ms() + 60000, NULL, version, NULL), SARAI_OK);
    assert_string_equal(version, "Home Assistant 2026.4.0");
    assert_int_equal(home_version(&wrong, clock_ms() + 60000, NULL, version, NULL), SARAI_ENETWORK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floors_are_places),
        cmocka_unit_test(changes_start_from_what_is_now),
        cmocka_unit_test(what_plays_or_moves_is_stopped),
        cmocka_unit_test(commands_become_services),
        cmocka_unit_test(states_are_told),
        cmocka_unit_test(what_is_risky_is_asked_about),
        cmocka_unit_test(what_is_not_clear_is_told),
        cmocka_unit_test(a_home_that_is_down_is_told),
        cmocka_unit_test(without_areas_names_must_do),
        cmocka_unit_test(meaning_finds_what_words_do_not),
        cmocka_unit_test(the_version_is_asked),
    };
    return cmocka_run_group_tests(tests, start, end);
}
