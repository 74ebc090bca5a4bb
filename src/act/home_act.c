#include "act/home_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/spoken.h"

/* ---- what can be done ------------------------------------------------------------------------ */

static const char *const action_names[HOME_ACTIONS] = {"encender", "apagar", "abrir",
                                                       "cerrar",   "fijar",  "consultar"};

enum home_action home_action(const char *name)
{
    int i = 0;
    while (i < HOME_ACTIONS && (!name || strcmp(action_names[i], name) != 0))
        i++;
    return (enum home_action)i;
}

/* The service of each action; NULL: there is none. */
static const struct {
    const char *domain, *services[HOME_ACTIONS - 1];
} domains[] = {
    {"light", {"turn_on", "turn_off", NULL, NULL, "turn_on"}},
    {"switch", {"turn_on", "turn_off", NULL, NULL, NULL}},
    {"input_boolean", {"turn_on", "turn_off", NULL, NULL, NULL}},
    {"fan", {"turn_on", "turn_off", NULL, NULL, "set_percentage"}},
    {"humidifier", {"turn_on", "turn_off", NULL, NULL, "set_humidity"}},
    {"media_player", {"turn_on", "turn_off", NULL, NULL, "volume_set"}},
    {"climate", {"turn_on", "turn_off", NULL, NULL, "set_temperature"}},
    {"water_heater", {"turn_on", "turn_off", NULL, NULL, "set_temperature"}},
    {"cover", {NULL, NULL, "open_cover", "close_cover", "set_cover_position"}},
    {"valve", {NULL, NULL, "open_valve", "close_valve", NULL}},
    {"lock", {NULL, NULL, "unlock", "lock", NULL}},
    {"alarm_control_panel", {"alarm_arm_away", "alarm_disarm", NULL, NULL, NULL}},
    {"siren", {"turn_on", "turn_off", NULL, NULL, NULL}},
    {"vacuum", {"start", "return_to_base", NULL, NULL, NULL}},
    {"scene", {"turn_on", NULL, NULL, NULL, NULL}},
    {"script", {"turn_on", "turn_off", NULL, NULL, NULL}},
    {"number", {NULL, NULL, NULL, NULL, "set_value"}},
    {"input_number", {NULL, NULL, NULL, NULL, "set_value"}},
    {"sensor", {NULL}},
    {"binary_sensor", {NULL}},
};

static const char *service(const struct home_entity *e, enum home_action action)
{
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (strcmp(domains[i].domain, e->domain) == 0)
            return domains[i].services[action];
    return NULL;
}

/* The bit of `supported_features` without which an action fails (Home Assistant's developer documentation,
 * "Cover entity" and its like). */
static const struct {
    const char *domain;
    enum home_action action;
    int bit;
} needs[] = {
    {"cover", HOME_OPEN, 1},  {"cover", HOME_CLOSE, 2},      {"cover", HOME_SET, 4},
    {"valve", HOME_OPEN, 1},  {"valve", HOME_CLOSE, 2},      {"fan", HOME_SET, 1},
    {"climate", HOME_SET, 1}, {"media_player", HOME_SET, 4},
};

static bool has_feature(const struct home_entity *e, enum home_action action)
{
    const json_t *features = json_object_get(e->attributes, "supported_features");
    for (size_t i = 0; json_is_integer(features) && i < sizeof needs / sizeof *needs; i++)
        if (needs[i].action == action && strcmp(needs[i].domain, e->domain) == 0)
            return json_integer_value(features) & needs[i].bit;
    return true;
}

bool home_can(const struct home_entity *e, enum home_action action)
{
    if (action != HOME_ASK)
        return service(e, action) != NULL && has_feature(e, action);
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (strcmp(domains[i].domain, e->domain) == 0)
            return strcmp(e->domain, "scene") != 0;
    return false;
}

bool home_is_risky(const struct home_entity *e)
{
    static const char *const names[] = {"lock", "alarm_control_panel", "valve", "siren"};
    static const char *const classes[] = {"garage", "gate", "door"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], e->domain) == 0)
            return true;
    for (size_t i = 0; strcmp(e->domain, "cover") == 0 && i < sizeof classes / sizeof *classes; i++)
        if (strcmp(classes[i], e->device_class) == 0)
            return true;
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const struct {
    const char *names; /* alternatives of spoken_match() */
    int rgb[3];
} colours[] = {
    {"rojo|roja", {255, 0, 0}},
    {"verde", {0, 160, 0}},
    {"azul", {0, 0, 255}},
    {"amarillo|amarilla", {255, 220, 0}},
    {"naranja", {255, 120, 0}},
    {"rosa|rosado", {255, 105, 180}},
    {"morado|morada|violeta|lila", {140, 0, 200}},
    {"turquesa|cian", {0, 200, 200}},
    {"blanco|blanca", {255, 255, 255}},
    {"magenta|fucsia", {255, 0, 255}},
    {"dorado|oro", {255, 190, 60}},
};

/* "calida", "fria": of white, in kelvin. */
enum { WARM_K = 2700, COLD_K = 6000 };

static bool number_in(const char *value, double *out)
{
    struct spoken s;
    struct number number;
    char text[64];
    if (!spoken_split(value, &s))
        return false;
    if (spoken_match(&s, 0, "la mitad") > 0) {
        *out = 50;
        return true;
    }
    bool minus = false;
    for (size_t i = 0; i < s.n; i++) {
        if (spoken_number(&s, i, &number) > 0) {
            snprintf(text, sizeof text, "%llu.%s", (unsigned long long)number.whole, number.decimals);
            *out = strtod(text, NULL) * (minus ? -1 : 1);
            return true;
        }
        minus = spoken_match(&s, i, "menos") > 0;
    }
    return false;
}

static double limit(const struct home_entity *e, const char *name, double fallback)
{
    const json_t *given = json_object_get(e->attributes, name);
    return json_is_number(given) ? json_number_value(given) : fallback;
}

static enum sarai_status number_between(const char *value, double least, double most, const char *unit,
                                        double *out, struct sarai_error *err)
{
    if (!number_in(value, out))
        return failed(err, SARAI_EINPUT,
                      tr("dime un número entre %g y %g %s", "say a number from %g to %g %s"), least, most,
                      unit);
    if (!(*out >= least && *out <= most))
        return failed(err, SARAI_EINPUT,
                      tr("%g no puede ser: va de %g a %g %s", "%g cannot be: it goes from %g to %g %s"), *out,
                      least, most, unit);
    return SARAI_OK;
}

/* Whether the light has one of these modes ("hs xy rgb"). */
static bool has_mode(const struct home_entity *e, const char *modes)
{
    size_t i;
    json_t *mode;
    json_array_foreach(json_object_get(e->attributes, "supported_color_modes"), i,
                       mode) if (json_is_string(mode) && strstr(modes, json_string_value(mode))) return true;
    return false;
}

/* Where one of the words stands, whatever comes before it. */
static bool mentions(const struct spoken *s, const char *words)
{
    for (size_t at = 0; at < s->n; at++)
        if (spoken_match(s, at, words) > 0)
            return true;
    return false;
}

static enum sarai_status colour_order(const struct home_entity *e, const struct spoken *s, json_t **data,
                                      struct sarai_error *err)
{
    bool warm = mentions(s, "calida|calido");
    if (warm || mentions(s, "fria|frio")) {
        if (!has_mode(e, "color_temp hs xy rgb rgbw rgbww"))
            return failed(err, SARAI_EINPUT,
                          tr("esa luz no cambia de tono", "that light does not change its tone"));
        *data = json_pack("{s:i}", "color_temp_kelvin", warm ? WARM_K : COLD_K);
        return SARAI_OK;
    }
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (!mentions(s, colours[i].names))
            continue;
        if (!has_mode(e, "hs xy rgb rgbw rgbww"))
            return failed(err, SARAI_EINPUT,
                          tr("esa luz no cambia de color", "that light does not change its colour"));
        *data =
            json_pack("{s:[i,i,i]}", "rgb_color", colours[i].rgb[0], colours[i].rgb[1], colours[i].rgb[2]);
        return SARAI_OK;
    }
    return failed(err, SARAI_EINPUT,
                  tr("dime un color, o un número entre 0 y 100 por ciento",
                     "say a colour, or a number from 0 to 100 percent"));
}

static enum sarai_status light_order(const struct home_entity *e, const char *value, json_t **data,
                                     struct sarai_error *err)
{
    struct spoken s;
    double percent;
    if (!number_in(value, &percent))
        return spoken_split(value, &s)
                   ? colour_order(e, &s, data, err)
                   : failed(err, SARAI_EINPUT, tr("no entiendo el valor", "the value is not clear"));
    if (json_is_array(json_object_get(e->attributes, "supported_color_modes")) &&
        !has_mode(e, "brightness color_temp hs xy rgb rgbw rgbww white"))
        return failed(err, SARAI_EINPUT, tr("esa luz no se puede regular", "that light cannot be dimmed"));
    enum sarai_status st = number_between(value, 0, 100, tr("por ciento", "percent"), &percent, err);
    if (!st)
        *data = json_pack("{s:i}", "brightness_pct", (int)(percent + 0.5));
    return st;
}

/* Of everything else that takes a number: which range, and under which name. */
static enum sarai_status number_order(const struct home_entity *e, const char *value, json_t **data,
                                      struct sarai_error *err)
{
    struct {
        const char *domain, *key;
        double least, most, scale;
        const char *unit;
    } const takes[] = {
        {"climate", "temperature", limit(e, "min_temp", 7), limit(e, "max_temp", 35), 1,
         tr("grados", "degrees")},
        {"water_heater", "temperature", limit(e, "min_temp", 30), limit(e, "max_temp", 70), 1,
         tr("grados", "degrees")},
        {"humidifier", "humidity", limit(e, "min_humidity", 0), limit(e, "max_humidity", 100), 1,
         tr("por ciento", "percent")},
        {"cover", "position", 0, 100, 1, tr("por ciento", "percent")},
        {"fan", "percentage", 0, 100, 1, tr("por ciento", "percent")},
        {"media_player", "volume_level", 0, 100, 0.01, tr("por ciento", "percent")},
        {"number", "value", limit(e, "min", 0), limit(e, "max", 100), 1, ""},
        {"input_number", "value", limit(e, "min", 0), limit(e, "max", 100), 1, ""},
    };
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < sizeof takes / sizeof *takes; i++) {
        double number;
        if (strcmp(takes[i].domain, e->domain) != 0)
            continue;
        st = number_between(value, takes[i].least, takes[i].most, takes[i].unit, &number, err);
        if (!st)
            *data = json_pack("{s:f}", takes[i].key, number * takes[i].scale);
    }
    return st;
}

enum sarai_status home_order(const struct home_entity *e, enum home_action action, const char *value,
                             struct home_order *out, struct sarai_error *err)
{
    *out = (struct home_order){.service = service(e, action)};
    if (strcmp(e->state, "unavailable") == 0)
        return failed(err, SARAI_EINPUT, tr("%s no está disponible", "%s is not available"), e->name);
    if (action != HOME_SET)
        return SARAI_OK;
    if (!*value)
        return failed(err, SARAI_EINPUT, tr("no me has dicho a cuánto", "you have not said to how much"));
    enum sarai_status st = strcmp(e->domain, "light") == 0 ? light_order(e, value, &out->data, err)
                                                           : number_order(e, value, &out->data, err);
    return !st && !out->data ? out_of_memory(err, e->name) : st;
}

/* ---- states ---------------------------------------------------------------------------------- */

/* The ending that agrees with the thing: "las luces" → "as". */
static const char *ending(const char *thing, const struct home_entity *e)
{
    struct spoken s;
    bool known = spoken_split(thing, &s) && s.n > 0;
    if (known && spoken_match(&s, 0, "la|una|mi"))
        return "a";
    if (known && spoken_match(&s, 0, "las|unas"))
        return "as";
    if (known && spoken_match(&s, 0, "los|unos"))
        return "os";
    if (known && spoken_match(&s, 0, "el|un"))
        return "o";
    static const char *const feminine[] = {"light", "cover", "lock", "alarm_control_panel"};
    for (size_t i = 0; i < sizeof feminine / sizeof *feminine; i++)
        if (strcmp(feminine[i], e->domain) == 0)
            return "a";
    return "o";
}

/* Spanish words of states, "%s" stands for the ending. */
static const struct {
    const char *state, *words;
} words[] = {
    {"on", "encendid%s"},
    {"off", "apagad%s"},
    {"open", "abiert%s"},
    {"closed", "cerrad%s"},
    {"opening", "abriéndose"},
    {"closing", "cerrándose"},
    {"locked", "cerrad%s con llave"},
    {"unlocked", "sin llave"},
    {"jammed", "atascad%s"},
    {"disarmed", "desconectad%s"},
    {"armed_away", "conectad%s"},
    {"armed_home", "conectad%s"},
    {"armed_night", "conectad%s"},
    {"arming", "conectándose"},
    {"triggered", "sonando"},
    {"playing", "en marcha"},
    {"paused", "en pausa"},
    {"idle", "sin hacer nada"},
    {"standby", "en espera"},
    {"cleaning", "limpiando"},
    {"docked", "en su base"},
    {"heat", "calentando"},
    {"cool", "enfriando"},
    {"auto", "en automático"},
    {"dry", "secando"},
    {"fan_only", "ventilando"},
    {"heat_cool", "en automático"},
};

static const struct {
    const char *unit, *words;
} units[] = {{"°C", "grados"}, {"°F", "grados Fahrenheit"}, {"%", "por ciento"},
             {"W", "vatios"},  {"kW", "kilovatios"},        {"kWh", "kilovatios hora"},
             {"lx", "lux"},    {"hPa", "hectopascales"}};

/* A number as it is spoken, with a comma and its unit. */
static void say_number(const char *number, const char *unit, char *out, size_t n)
{
    for (size_t i = 0; unit && i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].unit, unit) == 0) {
            unit = units[i].words;
            break;
        }
    snprintf(out, n, "%s%s%s", number, unit && *unit ? " " : "", unit ? unit : "");
    char *point = strchr(out, '.');
    if (point && point < out + strlen(number))
        *point = ',';
}

/* Sensors of doors and windows say on for open; those of movement and the like for there being some. */
static const char *sensed(const struct home_entity *e)
{
    static const char *const openings[] = {"door", "window", "garage_door", "opening"};
    bool on = strcmp(e->state, "on") == 0;
    if (strcmp(e->domain, "binary_sensor") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (strcmp(openings[i], e->device_class) == 0)
            return on ? "open" : "closed";
    if (strcmp(e->device_class, "lock") == 0)
        return on ? "unlocked" : "locked";
    return NULL;
}

/* "calentando, a 21 grados" */
static void add_wanted_degrees(const struct home_entity *e, char *out, size_t n)
{
    const json_t *degrees = json_object_get(e->attributes, "temperature");
    char number[32], wanted[64];
    if (strcmp(e->domain, "climate") != 0 || strcmp(e->state, "off") == 0 || !json_is_number(degrees))
        return;
    snprintf(number, sizeof number, "%.3g", json_number_value(degrees));
    say_number(number, "°C", wanted, sizeof wanted);
    size_t used = strlen(out);
    snprintf(out + used, n - used, ", a %s", wanted);
}

enum sarai_status home_state(const struct home_entity *e, const char *thing, char *out, size_t n,
                             struct sarai_error *err)
{
    const json_t *degrees = json_object_get(e->attributes, "current_temperature");
    const char *unit = json_string_value(json_object_get(e->attributes, "unit_of_measurement"));
    const char *state = sensed(e) ? sensed(e) : e->state;
    struct home_words asked;
    char number[32];
    home_split(thing, &asked);
    if (strcmp(state, "unavailable") == 0 || strcmp(state, "unknown") == 0 || !*state)
        return failed(err, SARAI_EINPUT, tr("no se sabe cómo está %s", "nobody knows how %s is"), e->name);
    if (json_is_number(degrees) && (strcmp(e->domain, "climate") == 0) && asked.n > 0 &&
        strcmp(asked.word[0], "temperatura") == 0) {
        snprintf(number, sizeof number, "%.3g", json_number_value(degrees));
        say_number(number, "°C", out, n);
        return SARAI_OK;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].state, state) == 0) {
            const char *cut = strstr(words[i].words, "%s");
            snprintf(out, n, "%.*s%s%s", cut ? (int)(cut - words[i].words) : (int)strlen(words[i].words),
                     words[i].words, cut ? ending(thing, e) : "", cut ? cut + 2 : "");
            add_wanted_degrees(e, out, n);
            return SARAI_OK;
        }
    say_number(state, unit, out, n);
    return SARAI_OK;
}
