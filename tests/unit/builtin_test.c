/* The built-in tools, with a clock that stands still: what they say, what they refuse, what they keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "act/builtin.h"
#include "act/when.h"

enum { FRIDAY = 1763741100 /* 2025-11-21, a Friday, 17:05 in Madrid */ };

struct house {
    time_t now;
    double steady_ms, dials[2];
    const char *said;
    char folder[64], agenda[96];
    struct builtin *builtin;
    struct toolbox *box;
    struct sarai_error err;
};

static time_t now(void *user)
{
    return ((struct house *)user)->now;
}

static double steady_ms(void *user)
{
    return ((struct house *)user)->steady_ms;
}

static double dial(void *user, enum builtin_dial which)
{
    return ((struct house *)user)->dials[which];
}

static void turn(void *user, enum builtin_dial which, double value)
{
    ((struct house *)user)->dials[which] = value;
}

static const char *last_said(void *user)
{
    return ((struct house *)user)->said;
}

static enum sarai_status keep_fact(void *user, const char *fact, struct tool_result *out,
                                   struct sarai_error *err)
{
    (void)user;
    return tool_givef(out, json_pack("{s:s}", "listo", "guardado"), err, "Lo recordaré: %s.", fact);
}

static void open_house(struct house *h)
{
    const struct builtin_host host = {.user = h,
                                      .now = now,
                                      .steady_ms = steady_ms,
                                      .agenda_path = h->agenda,
                                      .dial = dial,
                                      .turn = turn,
                                      .last_said = last_said,
                                      .remember = keep_fact};
    assert_int_equal(toolbox_open(&h->box, &h->err), SARAI_OK);
    assert_int_equal(builtin_open(&host, &h->builtin, &h->err), SARAI_OK);
    assert_int_equal(builtin_add(h->builtin, BUILTIN_FIRST, h->box, &h->err), SARAI_OK);
    assert_int_equal(builtin_add(h->builtin, BUILTIN_LAST, h->box, &h->err), SARAI_OK);
}

static void close_house(struct house *h)
{
    toolbox_close(h->box);
    builtin_close(h->builtin);
}

static int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    h->now = FRIDAY;
    h->dials[DIAL_VOLUME] = h->dials[DIAL_SPEED] = 1;
    snprintf(h->folder, sizeof h->folder, "/tmp/sarai-builtin-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    snprintf(h->agenda, sizeof h->agenda, "%s/agenda.db", h->folder);
    setenv("TZ", "Europe/Madrid", 1);
    tzset();
    open_house(h);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct house *h = *state;
    char path[128];
    close_house(h);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        snprintf(path, sizeof path, "%s%s", h->agenda, *end);
        unlink(path);
    }
    rmdir(h->folder);
    free(h);
    return 0;
}

/* Runs a call in JSON without its braces: hora "lugar":"Roma". */
static enum sarai_status call(struct house *h, const char *name, const char *arguments,
                              struct tool_result *out)
{
    char json[512];
    struct tool_request request = {0};
    snprintf(json, sizeof json, "{\"name\":\"%s\",\"arguments\":{%s}}", name, arguments);
    enum sarai_status st = toolbox_parse(h->box, json, &request, &h->err);
    if (!st)
        st = toolbox_run(&request, NULL, out, &h->err);
    request_finish(&request);
    return st;
}

struct spoken_case {
    const char *name, *arguments, *said, *data; /* what is said; with no data: why it is refused */
};

static void check_all(struct house *h, const struct spoken_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tool_result result = {0};
        struct buf data = BUF_INIT(TOOL_RESULT_BYTES);
        enum sarai_status st = call(h, cases[i].name, cases[i].arguments, &result);
        if ((st != SARAI_OK) != (cases[i].data == NULL))
            print_error("%s %s: %s\n", cases[i].name, cases[i].arguments,
                        st ? h->err.message : result.sentence);
        assert_int_equal(st != SARAI_OK, cases[i].data == NULL);
        assert_string_equal(st ? h->err.message : result.sentence, cases[i].said);
        if (!st) {
            assert_true(tool_result_text(&result, &data));
            assert_string_equal(buf_string(&data), cases[i].data);
        }
        tool_result_finish(&result);
        buf_finish(&data);
    }
}

#define CHECK(h, ...)                                                                                        \
    do {                                                                                                     \
        const struct spoken_case cases_[] = {__VA_ARGS__};                                                   \
        check_all(h, cases_, sizeof cases_ / sizeof *cases_);                                                \
    } while (0)

/* ---- clock and calendar ----------------------------------------------------------------------- */

static void the_clock_knows_places(void **state)
{
    struct house *h = *state;
    CHECK(h, {"hora", "", "Son las 17:05.", "{\"hora\":\"17:05\"}"},
          {"hora", "\"lugar\":\"Nueva York\"", "En Nueva York son las 11:05.",
           "{\"hora\":\"11:05\",\"lugar\":\"Nueva York\"}"},
          {"hora", "\"lugar\":\"buenos aires\"", "En buenos aires son las 13:05.",
           "{\"hora\":\"13:05\",\"lugar\":\"buenos aires\"}"},
          {"hora", "\"lugar\":\"Canarias\"", "En Canarias son las 16:05.",
           "{\"hora\":\"16:05\",\"lugar\":\"Canarias\"}"},
          {"hora", "\"lugar\":\"Mordor\"", "no sé qué hora es en Mordor", NULL},
          {"hora", "\"lugar\":\"../../etc/passwd\"", "no sé qué hora es en ../../etc/passwd", NULL});
    h->now = 1763683500; /* 1:05 */
    CHECK(h, {"hora", "", "Es la 1:05.", "{\"hora\":\"1:05\"}"});
}

static void the_calendar_counts_days(void **state)
{
    struct house *h = *state;
    CHECK(h, {"fecha", "", "Hoy es viernes 21 de noviembre.", "{\"fecha\":\"viernes 21 de noviembre\"}"},
          {"fecha", "\"dia\":\"hoy\"", "Hoy es viernes 21 de noviembre.",
           "{\"fecha\":\"viernes 21 de noviembre\"}"},
          {"fecha", "\"dia\":\"mañana\"", "Es el sábado 22 de noviembre, falta 1 día.",
           "{\"fecha\":\"sábado 22 de noviembre\",\"faltan\":\"1 día\"}"},
          {"fecha", "\"dia\":\"Navidad\"", "Es el jueves 25 de diciembre, faltan 34 días.",
           "{\"fecha\":\"jueves 25 de diciembre\",\"faltan\":\"34 días\"}"},
          {"fecha", "\"dia\":\"Viernes Santo\"", "Es el viernes 3 de abril, faltan 133 días.",
           "{\"fecha\":\"viernes 3 de abril\",\"faltan\":\"133 días\"}"},
          {"fecha", "\"dia\":\"el 3 de mayo\"", "Es el domingo 3 de mayo, faltan 163 días.",
           "{\"fecha\":\"domingo 3 de mayo\",\"faltan\":\"163 días\"}"},
          {"fecha", "\"dia\":\"mi cumpleaños\"", "no sé qué día es mi cumpleaños", NULL});
}

/* One rule for an hour of which nobody said the half of the day: the first to come; a reminder passes over
 * the hours before seven, when nobody is awake to hear it. */
static void an_hour_without_its_half_is_the_next_that_fits(void **state)
{
    enum { HOUR = 3600, MORNING = FRIDAY - 6 * HOUR, NIGHT = FRIDAY + 5 * HOUR, LATE = FRIDAY + 7 * HOUR };
    static const struct {
        time_t now; /* 11:05, 17:05, 22:05, and 0:05 of Saturday */
        const char *said, *alarm, *reminder;
    } rows[] = {
        {MORNING, "a las cinco", "hoy a las 17:00", "hoy a las 17:00"},
        {FRIDAY, "a las cinco", "mañana a las 5:00", "mañana a las 17:00"},
        {FRIDAY, "a las siete", "hoy a las 19:00", "hoy a las 19:00"},
        {NIGHT, "a las siete", "mañana a las 7:00", "mañana a las 7:00"},
        {NIGHT, "a las seis y media", "mañana a las 6:30", "mañana a las 18:30"},
        {NIGHT, "a la una menos cuarto", "mañana a las 0:45", "mañana a las 12:45"},
        {LATE, "a las cinco", "hoy a las 5:00", "hoy a las 17:00"},
        /* a day changes nothing */
        {MORNING, "hoy a las cinco", "hoy a las 17:00", "hoy a las 17:00"},
        {FRIDAY, "hoy a las ocho", "hoy a las 20:00", "hoy a las 20:00"},
        {FRIDAY, "mañana a las cinco", "mañana a las 5:00", "mañana a las 17:00"},
        {FRIDAY, "mañana a las ocho", "mañana a las 8:00", "mañana a las 8:00"},
        {FRIDAY, "el lunes a las tres", "el lunes 24 de noviembre a las 3:00",
         "el lunes 24 de noviembre a las 15:00"},
        /* twelve is noon, then midnight, at which nobody is reminded */
        {MORNING, "a las doce", "hoy a las 12:00", "hoy a las 12:00"},
        {FRIDAY, "a las doce", "mañana a las 0:00", "mañana a las 12:00"},
        {LATE, "a las doce y media", "hoy a las 0:30", "hoy a las 12:30"},
        {FRIDAY, "mañana a las doce", "mañana a las 12:00", "mañana a las 12:00"},
        /* what was said counts */
        {NIGHT, "a las cinco de la madrugada", "mañana a las 5:00", "mañana a las 5:00"},
        {NIGHT, "a las 05:00", "mañana a las 5:00", "mañana a las 5:00"},
        {FRIDAY, "a las nueve de la mañana", "mañana a las 9:00", "mañana a las 9:00"},
        {FRIDAY, "hoy a las cinco", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int use = WHEN_ANY; use <= WHEN_AWAKE; use++) {
            const char *expected = use == WHEN_AWAKE ? rows[i].reminder : rows[i].alarm;
            char told[WHEN_BYTES] = "";
            time_t at;
            if (when_moment(rows[i].said, rows[i].now, (enum when_use)use, &at, NULL) == SARAI_OK)
                when_tell_moment(at, rows[i].now, told);
            if (strcmp(told, expected ? expected : "") != 0)
                fail_msg("%s (row %zu, use %d): %s", rows[i].said, i, use, told);
        }
}

static void times_are_understood(void **state)
{
    static const struct {
        const char *said, *told; /* NULL: refused */
    } moments[] = {
        {"las siete", "hoy a las 19:00"},
        {"las seis menos cuarto", "hoy a las 17:45"},
        {"cinco y cuarto", "hoy a las 17:15"},
        {"las 7:15", "hoy a las 19:15"},
        {"a las 18:30", "hoy a las 18:30"},
        {"las nueve de la mañana", "mañana a las 9:00"},
        {"mañana a las siete", "mañana a las 7:00"},
        {"el lunes a las ocho y media", "el lunes 24 de noviembre a las 8:30"},
        {"pasado mañana por la tarde", "el domingo 23 de noviembre a las 17:00"},
        {"esta noche", "hoy a las 21:00"},
        {"a las doce de la noche", "mañana a las 0:00"},
        {"el viernes a mediodía", "el viernes 28 de noviembre a las 12:00"},
        {"dentro de una hora y media", "hoy a las 18:35"},
        {"el día quince", "el lunes 15 de diciembre a las 9:00"},
        {"hoy a las tres de la tarde", NULL},
        {"dentro de un rato", NULL},
        {"las veintisiete", NULL},
        {"", NULL},
    };
    static const struct {
        const char *said;
        long seconds; /* 0: refused */
    } durations[] = {{"cinco minutos", 300},
                     {"un cuarto de hora", 900},
                     {"tres cuartos de hora", 2700},
                     {"media hora", 1800},
                     {"hora y media", 5400},
                     {"una hora y diez minutos", 4200},
                     {"dos horas y cuarto", 8100},
                     {"1,5 horas", 5400},
                     {"noventa segundos", 90},
                     {"un minuto y medio", 90},
                     {"2 días", 172800},
                     {"cero minutos", 0},
                     {"mil semanas", 0},
                     {"cinco", 0},
                     {"un ratito", 0}};
    struct sarai_error err;
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        char told[WHEN_BYTES] = "";
        time_t at;
        enum sarai_status st = when_moment(moments[i].said, FRIDAY, WHEN_ANY, &at, &err);
        if (!st)
            when_tell_moment(at, FRIDAY, told);
        if (moments[i].told)
            assert_string_equal(told, moments[i].told);
        else
            assert_int_equal(st, SARAI_EINPUT);
    }
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        long seconds = 0;
        when_duration(durations[i].said, &seconds, &err);
        if (seconds != durations[i].seconds)
            print_error("%s\n", durations[i].said);
        assert_int_equal(seconds, durations[i].seconds);
    }
}

static void clock_changes_are_the_librarys_business(void **state)
{
    struct house *h = *state;
    h->now = 1774706400; /* 2026-03-28 15:00 in Madrid; that night 2:00 becomes 3:00 */
    CHECK(h,
          {"alarma", "\"cuando\":\"mañana a las siete\"", "Hecho, alarma para mañana a las 7:00.",
           "{\"listo\":\"mañana a las 7:00\"}"},
          {"alarma", "\"cuando\":\"mañana a las dos y media de la madrugada\"",
           "Hecho, alarma para mañana a las 3:30.", "{\"listo\":\"mañana a las 3:30\"}"},
          {"temporizador", "\"tiempo\":\"dos horas\"", "Listo, te aviso en dos horas.",
           "{\"listo\":\"dos horas\"}"});
    struct agenda_entry entries[3];
    size_t n;
    assert_int_equal(agenda_waiting(h->builtin->agenda, AGENDA_ANY, entries, 3, &n, &h->err), SARAI_OK);
    assert_int_equal(n, 3);
    assert_int_equal(entries[0].due - h->now, 2 * 3600);
    assert_int_equal(entries[2].due - h->now, 15 * 3600); /* an hour less than on other nights */
}

/* ---- sums ------------------------------------------------------------------------------------- */

static void sums_and_units(void **state)
{
    struct house *h = *state;
    CHECK(
        h, {"calcula", "\"cuenta\":\"347 más 518\"", "Da 865.", "{\"resultado\":\"865\"}"},
        {"calcula", "\"cuenta\":\"mil doscientos entre siete\"", "Da aproximadamente 171,4286.",
         "{\"resultado\":\"171,4286\"}"},
        {"calcula", "\"cuenta\":\"cien más el veintiuno por ciento\"", "Da 121.", "{\"resultado\":\"121\"}"},
        {"calcula", "\"cuenta\":\"raíz cuadrada de 144\"", "Da 12.", "{\"resultado\":\"12\"}"},
        {"calcula", "\"cuenta\":\"dos elevado a treinta\"", "Da 1073741824.",
         "{\"resultado\":\"1073741824\"}"},
        {"calcula", "\"cuenta\":\"la mitad de treinta y uno\"", "Da 15,5.", "{\"resultado\":\"15,5\"}"},
        {"calcula", "\"cuenta\":\"siete entre cero\"", "no se puede dividir entre cero", NULL},
        {"calcula", "\"cuenta\":\"nueve elevado a novecientos\"", "esa cuenta se me sale de la pizarra",
         NULL},
        {"calcula", "\"cuenta\":\"((((((((((((((((((((1\"", "no entiendo la cuenta", NULL},
        {"calcula", "\"cuenta\":\"dos más\"", "no entiendo la cuenta", NULL},
        {"calcula", "\"cuenta\":\"\"", "no entiendo la cuenta", NULL},
        {"convierte", "\"cantidad\":\"26 millas\",\"a\":\"kilómetros\"", "Son unos 41,84 kilómetros.",
         "{\"resultado\":\"41,84 kilómetros\"}"},
        {"convierte", "\"cantidad\":\"5 pulgadas\",\"a\":\"centímetros\"", "Son 12,7 centímetros.",
         "{\"resultado\":\"12,7 centímetros\"}"},
        {"convierte", "\"cantidad\":\"menos cuarenta grados fahrenheit\",\"a\":\"grados celsius\"",
         "Son -40 grados Celsius.", "{\"resultado\":\"-40 grados Celsius\"}"},
        {"convierte", "\"cantidad\":\"dos kilos y medio\",\"a\":\"gramos\"", "Son 2500 gramos.",
         "{\"resultado\":\"2500 gramos\"}"},
        {"convierte", "\"cantidad\":\"un metro\",\"a\":\"kilos\"", "no se pueden pasar metros a kilos", NULL},
        {"convierte", "\"cantidad\":\"tres patatas\",\"a\":\"kilos\"", "no entiendo la cantidad", NULL},
        {"convierte", "\"cantidad\":\"tres kilos\",\"a\":\"patatas\"", "no conozco esa unidad", NULL});
}

/* ---- timers ----------------------------------------------------------------------------------- */

static void ring(struct house *h, const char *expected)
{
    struct buf said = BUF_INIT(4096);
    assert_int_equal(builtin_due(h->builtin, &said, &h->err), SARAI_OK);
    assert_string_equal(buf_string(&said), expected);
    buf_finish(&said);
}

static void two_timers_survive_a_restart_and_ring(void **state)
{
    struct house *h = *state;
    CHECK(h,
          {"temporizador", "\"tiempo\":\"diez minutos\",\"nombre\":\"la pasta\"",
           "Listo, diez minutos para la pasta.", "{\"listo\":\"diez minutos\",\"nombre\":\"la pasta\"}"},
          {"temporizador", "\"tiempo\":\"5 minutos\"", "Listo, te aviso en 5 minutos.",
           "{\"listo\":\"5 minutos\"}"},
          {"recordatorio", "\"texto\":\"llamar al médico\",\"cuando\":\"a las cinco y cuarto\"",
           "Apuntado: llamar al médico, hoy a las 17:15.",
           "{\"listo\":\"hoy a las 17:15\",\"texto\":\"llamar al médico\"}"});
    close_house(h);
    open_house(h);
    ring(h, "");
    h->now += 299;
    h->steady_ms += 299e3;
    ring(h, "");
    h->now += 1;
    h->steady_ms += 1e3;
    ring(h, "Ha terminado el temporizador de 5 minutos.");
    ring(h, "");
    h->now += 300;
    h->steady_ms += 300e3;
    ring(h, "Ha terminado el temporizador de la pasta. Te recuerdo esto: llamar al médico.");
    ring(h, "");
}

static void what_was_missed_is_told_late(void **state)
{
    struct house *h = *state;
    CHECK(h, {"recordatorio", "\"texto\":\"sacar la basura\",\"cuando\":\"esta noche\"",
              "Apuntado: sacar la basura, hoy a las 21:00.",
              "{\"listo\":\"hoy a las 21:00\",\"texto\":\"sacar la basura\"}"});
    close_house(h);
    h->now += 6 * 3600;
    open_house(h);
    ring(h, "Esto era para hoy a las 21:00. Te recuerdo esto: sacar la basura.");
}

static void a_clock_that_is_set_does_not_shift_timers(void **state)
{
    struct house *h = *state;
    CHECK(h,
          {"temporizador", "\"tiempo\":\"diez minutos\"", "Listo, te aviso en diez minutos.",
           "{\"listo\":\"diez minutos\"}"},
          {"alarma", "\"cuando\":\"las seis\"", "Hecho, alarma para hoy a las 18:00.",
           "{\"listo\":\"hoy a las 18:00\"}"});
    ring(h, "");
    h->now += 3600; /* somebody puts the clock forward */
    h->steady_ms += 1e3;
    ring(h, "Esto era para hoy a las 18:00. Era una alarma."); /* an alarm is about the clock */
    h->now += 599;
    h->steady_ms += 599e3;
    ring(h, "Ha terminado el temporizador de 10 minutos.");
}

static void timers_are_told_and_cancelled(void **state)
{
    struct house *h = *state;
    char arguments[64];
    CHECK(h,
          {"agenda", "\"accion\":\"consultar\",\"que\":\"temporizador\"", "No hay temporizadores.",
           "{\"pendiente\":\"No hay temporizadores.\"}"},
          {"agenda", "\"accion\":\"cancelar\"", "no hay nada que cancelar", NULL},
          {"temporizador", "\"tiempo\":\"diez minutos\",\"nombre\":\"la pasta\"",
           "Listo, diez minutos para la pasta.", "{\"listo\":\"diez minutos\",\"nombre\":\"la pasta\"}"},
          {"temporizador", "\"tiempo\":\"una hora\"", "Listo, te aviso en una hora.",
           "{\"listo\":\"una hora\"}"});
    h->now += 90;
    CHECK(h,
          {"agenda", "\"accion\":\"consultar\",\"que\":\"temporizador\"",
           "Al temporizador de la pasta le quedan 8 minutos y 30 segundos. Al temporizador de 1 hora le "
           "quedan 58 "
           "minutos y 30 segundos.",
           "{\"pendiente\":\"Al temporizador de la pasta le quedan 8 minutos y 30 segundos. Al temporizador "
           "de 1 hora le "
           "quedan 58 minutos y 30 segundos.\"}"},
          {"agenda", "\"accion\":\"cancelar\",\"que\":\"temporizador\"", "hay 2, dime cuál", NULL},
          {"agenda", "\"accion\":\"cancelar\",\"que\":\"temporizador\",\"nombre\":\"el arroz\"",
           "no encuentro ese temporizador", NULL},
          {"agenda", "\"accion\":\"cancelar\",\"que\":\"temporizador\",\"nombre\":\"La pasta\"",
           "Hecho, cancelado.", "{\"listo\":\"cancelado\"}"},
          {"agenda", "\"accion\":\"cancelar\",\"nombre\":\"todo\"", "Hecho, cancelado.",
           "{\"listo\":\"cancelado\"}"});
    for (int i = 0; i < AGENDA_ENTRIES; i++) {
        struct tool_result result = {0};
        snprintf(arguments, sizeof arguments, "\"tiempo\":\"%d minutos\"", i + 1);
        assert_int_equal(call(h, "temporizador", arguments, &result), SARAI_OK);
        tool_result_finish(&result);
    }
    CHECK(h, {"temporizador", "\"tiempo\":\"un minuto\"", "hay demasiados temporizadores", NULL});
}

#define TELLS(action, tail, sentence)                                                                        \
    {                                                                                                        \
        "agenda", "\"accion\":\"" action "\"" tail, sentence, "{\"listo\":\"" sentence "\"}"                 \
    }

static void a_timer_is_made_longer_and_shorter(void **state)
{
    struct house *h = *state;
    CHECK(h,
          {"agenda", "\"accion\":\"alargar\",\"tiempo\":\"un minuto\"", "no hay ningún temporizador", NULL},
          {"alarma", "\"cuando\":\"las seis\"", "Hecho, alarma para hoy a las 18:00.",
           "{\"listo\":\"hoy a las 18:00\"}"},
          {"agenda", "\"accion\":\"pausar\"", "no hay ningún temporizador", NULL},
          {"temporizador", "\"tiempo\":\"diez minutos\"", "Listo, te aviso en diez minutos.",
           "{\"listo\":\"diez minutos\"}"});
    h->now += 30;
    CHECK(h,
          TELLS("alargar", ",\"tiempo\":\"cinco minutos\"",
                "Hecho. Al temporizador de 10 minutos le quedan 14 minutos y 30 segundos."),
          TELLS("acortar", ",\"tiempo\":\"13 minutos y 30 segundos\"",
                "Hecho. Al temporizador de 10 minutos le queda 1 minuto."),
          {"agenda", "\"accion\":\"acortar\",\"tiempo\":\"un minuto\"",
           "a ese temporizador no le queda tanto", NULL},
          {"agenda", "\"accion\":\"alargar\",\"tiempo\":\"un rato\"", "no entiendo cuánto tiempo es", NULL},
          {"agenda", "\"accion\":\"alargar\"", "no entiendo cuánto tiempo es", NULL},
          {"temporizador", "\"tiempo\":\"una hora\",\"nombre\":\"el arroz\"",
           "Listo, una hora para el arroz.", "{\"listo\":\"una hora\",\"nombre\":\"el arroz\"}"},
          {"agenda", "\"accion\":\"alargar\",\"tiempo\":\"un minuto\"", "hay 2, dime cuál", NULL},
          {"agenda", "\"accion\":\"alargar\",\"tiempo\":\"un minuto\",\"nombre\":\"la pasta\"",
           "no encuentro ese temporizador", NULL},
          TELLS("alargar", ",\"tiempo\":\"media hora\",\"nombre\":\"arroz\"",
                "Hecho. Al temporizador del arroz le queda 1 hora y 30 minutos."),
          TELLS("alargar", ",\"tiempo\":\"un minuto\",\"nombre\":\"diez minutos\"",
                "Hecho. Al temporizador de 10 minutos le quedan 2 minutos."));
    close_house(h);
    open_house(h);
    h->now += 119;
    ring(h, "");
    h->now += 1;
    h->steady_ms += 1e3;
    ring(h, "Ha terminado el temporizador de 10 minutos.");
}

static void a_timer_that_is_held_goes_on_where_it_was(void **state)
{
    struct house *h = *state;
    CHECK(h, {"temporizador", "\"tiempo\":\"diez minutos\"", "Listo, te aviso en diez minutos.",
              "{\"listo\":\"diez minutos\"}"});
    h->now += 60;
    CHECK(h,
          TELLS("pausar", "", "Hecho. Al temporizador de 10 minutos le quedan 9 minutos, y está en pausa."));
    close_house(h);
    h->now += 24 * 3600;
    h->steady_ms = 0; /* the machine was off */
    open_house(h);
    ring(h, "");
    h->now += 3600; /* somebody puts the clock forward */
    h->steady_ms += 1e3;
    ring(h, "");
    CHECK(h,
          {"agenda", "\"accion\":\"consultar\",\"nombre\":\"10 minutos\"",
           "Al temporizador de 10 minutos le quedan 9 minutos, y está en pausa.",
           "{\"pendiente\":\"Al temporizador de 10 minutos le quedan 9 minutos, y está en pausa.\"}"},
          TELLS("acortar", ",\"tiempo\":\"dos minutos\"",
                "Hecho. Al temporizador de 10 minutos le quedan 7 minutos, y está en pausa."),
          TELLS("seguir", "", "Hecho. Al temporizador de 10 minutos le quedan 7 minutos."));
    h->now += 7 * 60 - 1;
    h->steady_ms += (7 * 60 - 1) * 1e3;
    ring(h, "");
    h->now += 1;
    h->steady_ms += 1e3;
    ring(h, "Ha terminado el temporizador de 10 minutos.");
    CHECK(h, {"agenda", "\"accion\":\"seguir\"", "no hay ningún temporizador", NULL});
}

static void a_place_that_cannot_be_written_is_told(void **state)
{
    struct house *h = *state;
    close_house(h);
    snprintf(h->agenda, sizeof h->agenda, "/proc/no/agenda.db");
    open_house(h);
    struct tool_result result = {0};
    assert_int_equal(call(h, "temporizador", "\"tiempo\":\"un minuto\"", &result), SARAI_EOUTPUT);
    assert_true(strlen(h->err.message) > 10);
}

/* ---- lists, notes, voice ---------------------------------------------------------------------- */

static void lists_and_notes(void **state)
{
    struct house *h = *state;
    CHECK(h, {"lista", "\"accion\":\"leer\"", "La lista de la compra está vacía.", "{\"cosas\":\"\"}"},
          {"lista", "\"accion\":\"añadir\",\"cosa\":\"champú, pan y espinacas\",\"lista\":\"compra\"",
           "Apuntado: champú, pan y espinacas.", "{\"listo\":\"champú, pan y espinacas\"}"},
          {"lista", "\"accion\":\"añadir\",\"cosa\":\"Pan\"", "Ya estaba apuntado: Pan.",
           "{\"listo\":\"Pan\"}"},
          {"lista", "\"accion\":\"quitar\",\"cosa\":\"el champú\"", "Quitado de la lista: el champú.",
           "{\"listo\":\"el champú\"}"},
          {"lista", "\"accion\":\"quitar\",\"cosa\":\"lejía\"", "lejía no está en la lista", NULL},
          {"lista", "\"accion\":\"leer\"", "En la lista de la compra hay pan y espinacas.",
           "{\"cosas\":\"pan y espinacas\"}"},
          {"lista", "\"accion\":\"añadir\"", "no entiendo qué hay que apuntar", NULL},
          {"lista", "\"accion\":\"romper\"", "«accion» no es ninguno de los valores posibles", NULL},
          {"notas", "", "No hay notas.", "{\"notas\":\"\"}"},
          {"nota", "\"texto\":\"el gas lo revisan el miércoles\"", "Nota guardada.",
           "{\"listo\":\"nota guardada\"}"},
          {"notas", "", "Lo último que apunté: el gas lo revisan el miércoles.",
           "{\"notas\":\"el gas lo revisan el miércoles\"}"});
    struct tool_request request = {0};
    char question[128];
    assert_int_equal(toolbox_parse(h->box, "{\"name\":\"lista\",\"arguments\":{\"accion\":\"vaciar\"}}",
                                   &request, &h->err),
                     SARAI_OK);
    assert_int_equal(request.effect, TOOL_RISKS); /* is asked about first */
    request_describe(&request, question, sizeof question);
    assert_string_equal(question, "vaciar la lista de la compra");
    request_finish(&request);
}

static void voice_and_memory(void **state)
{
    struct house *h = *state;
    CHECK(
        h, {"volumen", "\"valor\":\"subir\"", "Ya está al máximo.", "{\"listo\":\"ya está al máximo\"}"},
        {"volumen", "\"valor\":\"bajar\"", "Volumen al 80 por ciento.", "{\"listo\":\"80\"}"},
        {"volumen", "\"valor\":\"treinta por ciento\"", "Volumen al 30 por ciento.", "{\"listo\":\"30\"}"},
        {"volumen", "\"valor\":\"400\"", "el volumen va de cero a cien", NULL},
        {"volumen", "\"valor\":\"azul\"", "no entiendo qué volumen quieres", NULL},
        {"velocidad", "\"valor\":\"despacio\"", "Vale, hablaré más despacio.", "{\"listo\":\"velocidad\"}"},
        {"repite", "", "todavía no he dicho nada", NULL},
        {"recuerda", "\"dato\":\"no como carne\"", "Lo recordaré: no como carne.",
         "{\"listo\":\"guardado\"}"},
        {"busca", "\"consulta\":\"algo\"", "no tengo la herramienta «busca»", NULL}); /* no store, no tool */
    assert_true(h->dials[DIAL_VOLUME] > 0.29 && h->dials[DIAL_VOLUME] < 0.31 && h->dials[DIAL_SPEED] < 1);
    h->said = "Mañana a las diez.";
    CHECK(h, {"repite", "", "Mañana a las diez.", "{\"texto\":\"Mañana a las diez.\"}"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_clock_knows_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_calendar_counts_days, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times_are_understood, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_hour_without_its_half_is_the_next_that_fits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clock_changes_are_the_librarys_business, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sums_and_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_timers_survive_a_restart_and_ring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_missed_is_told_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_is_set_does_not_shift_timers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timers_are_told_and_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_is_made_longer_and_shorter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_that_is_held_goes_on_where_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_written_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_and_notes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(voice_and_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
