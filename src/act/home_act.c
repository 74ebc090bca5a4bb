#include "act/home_act.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/spoken.h"

/* ---- what can be done ------------------------------------------------------------------------ */

static const char *const action_names[HOME_ACTIONS] = {"encender", "apagar",   "abrir",  "cerrar",
                                                       "fijar",    "pausar",   "seguir", "siguiente",
                                                       "anterior", "consultar"};

enum home_action home_action(const char *name)
{
    int i = 0;
    while (i < HOME_ACTIONS && (!name || strcmp(action_names[i], name) != 0))
        i++;
    return (enum home_action)i;
}

/* The service of each action, and the bit of `supported_features` without which it fails (Home Assistant's
 * developer documentation, "Cover entity" and its like); 0: none is needed. */
static const struct service {
    const char *domain, *name;
    enum home_action action;
    int bit;
} services[] = {
    {"light", "turn_on", HOME_ON, 0},
    {"light", "turn_off", HOME_OFF, 0},
    {"light", "turn_on", HOME_SET, 0},
    {"switch", "turn_on", HOME_ON, 0},
    {"switch", "turn_off", HOME_OFF, 0},
    {"input_boolean", "turn_on", HOME_ON, 0},
    {"input_boolean", "turn_off", HOME_OFF, 0},
    {"fan", "turn_on", HOME_ON, 0},
    {"fan", "turn_off", HOME_OFF, 0},
    {"fan", "set_percentage", HOME_SET, 1},
    {"humidifier", "turn_on", HOME_ON, 0},
    {"humidifier", "turn_off", HOME_OFF, 0},
    {"humidifier", "set_humidity", HOME_SET, 0},
    {"media_player", "turn_on", HOME_ON, 0},
    {"media_player", "turn_off", HOME_OFF, 0},
    {"media_player", "volume_set", HOME_SET, 4},
    {"media_player", "media_pause", HOME_PAUSE, 1},
    {"media_player", "media_play", HOME_RESUME, 16384},
    {"media_player", "media_next_track", HOME_NEXT, 32},
    {"media_player", "media_previous_track", HOME_BACK, 16},
    {"climate", "turn_on", HOME_ON, 0},
    {"climate", "turn_off", HOME_OFF, 0},
    {"climate", "set_temperature", HOME_SET, 1},
    {"water_heater", "turn_on", HOME_ON, 0},
    {"water_heater", "turn_off", HOME_OFF, 0},
    {"water_heater", "set_temperature", HOME_SET, 0},
    {"cover", "open_cover", HOME_OPEN, 1},
    {"cover", "close_cover", HOME_CLOSE, 2},
    {"cover", "set_cover_position", HOME_SET, 4},
    {"cover", "stop_cover", HOME_PAUSE, 8},
    {"valve", "open_valve", HOME_OPEN, 1},
    {"valve", "close_valve", HOME_CLOSE, 2},
    {"lock", "unlock", HOME_OPEN, 0},
    {"lock", "lock", HOME_CLOSE, 0},
    {"alarm_control_panel", "alarm_arm_away", HOME_ON, 0},
    {"alarm_control_panel", "alarm_disarm", HOME_OFF, 0},
    {"siren", "turn_on", HOME_ON, 0},
    {"siren", "turn_off", HOME_OFF, 0},
    {"vacuum", "start", HOME_ON, 0},
    {"vacuum", "return_to_base", HOME_OFF, 0},
    {"vacuum", "pause", HOME_PAUSE, 4},
    {"vacuum", "start", HOME_RESUME, 0},
    {"scene", "turn_on", HOME_ON, 0},
    {"script", "turn_on", HOME_ON, 0},
    {"script", "turn_off", HOME_OFF, 0},
    {"number", "set_value", HOME_SET, 0},
    {"input_number", "set_value", HOME_SET, 0},
};

static const struct service *service(const struct home_entity *e, enum home_action action)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (services[i].action == action && strcmp(services[i].domain, e->domain) == 0)
            return &services[i];
    return NULL;
}

static bool can_be_asked(const char *domain)
{
    bool found = strcmp(domain, "sensor") == 0 || strcmp(domain, "binary_sensor") == 0;
    for (size_t i = 0; !found && i < sizeof services / sizeof *services; i++)
        found = strcmp(services[i].domain, domain) == 0;
    return found && strcmp(domain, "scene") != 0;
}

bool home_can(const struct home_entity *e, enum home_action action)
{
    if (action == HOME_ASK)
        return can_be_asked(e->domain);
    const struct service *found = service(e, action);
    const json_t *features = json_object_get(e->attributes, "supported_features");
    return found && (!found->bit || !json_is_integer(features) || json_integer_value(features) & found->bit);
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
enum { WARM_K = 2700, COLD_K = 6000, PERCENT_STEP = 20 /* what "un poco" is of a lamp, a blind, a fan */ };

/* "22,5 grados" */
static void say_number(double number, const char *unit, char *out, size_t n)
{
    snprintf(out, n, "%.4g%s%s", number, *unit ? " " : "", unit);
    char *point = strchr(out, '.');
    if (point)
        *point = ',';
}

/* What a value says: a number, and whether it is that much more or less than now. */
struct value {
    struct spoken s;
    bool has_number, is_most, is_least;
    double number;
    int direction; /* 1 more, -1 less, 0: the number itself */
};

/* "21,5 grados", "menos cinco", "la mitad", "2 grados más", "un poco menos", "máximo". False: too long. */
static bool read_value(const char *text, struct value *v)
{
    struct number number;
    char figures[64];
    *v = (struct value){0};
    if (!spoken_split(text, &v->s))
        return false;
    for (size_t i = 0, n; i < v->s.n; i += n ? n : 1) {
        bool is_minus = i > 0 && spoken_is(&v->s, i - 1, "menos");
        bool is_article = spoken_is(&v->s, i, "un") && spoken_number(&v->s, i + 1, &number) > 0;
        if ((n = is_article ? 1 : spoken_match(&v->s, i, "un poco|poquito")))
            continue;
        if ((n = spoken_number(&v->s, i, &number)) && !v->has_number) {
            snprintf(figures, sizeof figures, "%llu.%s", (unsigned long long)number.whole, number.decimals);
            v->number = strtod(figures, NULL) * (is_minus ? -1 : 1);
            v->direction = is_minus ? 0 : v->direction;
            v->has_number = true;
        } else if (spoken_any(&v->s, i, "mitad") && !v->has_number) {
            v->number = 50;
            v->has_number = true;
        }
        v->direction = spoken_any(&v->s, i, "mas|sube|subir|aumenta") ? 1 : v->direction;
        v->direction = spoken_any(&v->s, i, "menos|baja|bajar|reduce") ? -1 : v->direction;
        v->is_most = v->is_most || spoken_any(&v->s, i, "maximo|maxima|tope");
        v->is_least = v->is_least || spoken_any(&v->s, i, "minimo|minima");
    }
    return true;
}

bool home_is_change(const char *value)
{
    struct value v;
    return read_value(value, &v) && v.direction != 0;
}

static double limit(const struct home_entity *e, const char *name, double fallback)
{
    const json_t *given = json_object_get(e->attributes, name);
    return json_is_number(given) ? json_number_value(given) : fallback;
}

/* What something takes: numbers of which range, how much "un poco" is, and which it has now (NAN: nobody
 * knows). */
struct range {
    double least, most, step, now;
    const char *unit;
};

/* The number that it is to have; `told` is what is said of it where the value did not name it. */
static enum sarai_status aim(const struct home_entity *e, const struct value *v, const struct range *r,
                             double *out, char told[HOME_TOLD_BYTES], struct sarai_error *err)
{
    double wanted = v->is_most ? r->most : v->is_least ? r->least : v->number;
    if (v->direction) {
        wanted = r->now + v->direction * (v->has_number ? v->number : r->step);
        wanted = wanted > r->most ? r->most : wanted < r->least ? r->least : wanted;
    }
    if (!v->has_number && !v->direction && !v->is_most && !v->is_least)
        return failed(err, SARAI_EINPUT,
                      tr("dime un número entre %g y %g %s", "say a number from %g to %g %s"), r->least,
                      r->most, r->unit);
    if (v->direction && isnan(r->now))
        return failed(err, SARAI_EINPUT,
                      tr("no se sabe a cuánto está %s", "nobody knows how much %s has now"), e->name);
    if (v->direction && wanted == r->now)
        return failed(err, SARAI_EINPUT,
                      v->direction > 0 ? tr("%s ya está al máximo", "%s is at its maximum")
                                       : tr("%s ya está al mínimo", "%s is at its minimum"),
                      e->name);
    if (!(wanted >= r->least && wanted <= r->most))
        return failed(err, SARAI_EINPUT,
                      tr("%g no puede ser: va de %g a %g %s", "%g cannot be: it goes from %g to %g %s"),
                      wanted, r->least, r->most, r->unit);
    if (v->direction || v->is_most || v->is_least)
        say_number(wanted, r->unit, told, HOME_TOLD_BYTES);
    *out = wanted;
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

static enum sarai_status light_order(const struct home_entity *e, const struct value *v,
                                     struct home_order *out, struct sarai_error *err)
{
    bool is_number = v->has_number || v->direction || v->is_most || v->is_least;
    if (!is_number || mentions(&v->s, "calida|calido|fria|frio"))
        return colour_order(e, &v->s, &out->data, err);
    if (json_is_array(json_object_get(e->attributes, "supported_color_modes")) &&
        !has_mode(e, "brightness color_temp hs xy rgb rgbw rgbww white"))
        return failed(err, SARAI_EINPUT, tr("esa luz no se puede regular", "that light cannot be dimmed"));
    double percent = 0, now = limit(e, "brightness", strcmp(e->state, "off") == 0 ? 0 : NAN);
    struct range r = {0, 100, PERCENT_STEP, round(now * 100 / 255), tr("por ciento", "percent")};
    if (v->direction || v->is_least)
        r.least = r.now < 1 ? 0 : 1; /* less light is not none */
    enum sarai_status st = aim(e, v, &r, &percent, out->told, err);
    if (!st)
        out->data = json_pack("{s:i}", "brightness_pct", (int)(percent + 0.5));
    return st;
}

/* Of everything else that takes a number: which range, where it is now, and under which name it is set. */
static enum sarai_status number_order(const struct home_entity *e, const struct value *v,
                                      struct home_order *out, struct sarai_error *err)
{
    const char *degrees = tr("grados", "degrees"), *percent = tr("por ciento", "percent");
    char *end;
    double state = strtod(e->state, &end);
    state = end == e->state ? NAN : state;
    struct {
        const char *domain, *key;
        double parts; /* of one */
        struct range range;
    } const takes[] = {
        {"climate",
         "temperature",
         1,
         {limit(e, "min_temp", 7), limit(e, "max_temp", 35), 1, limit(e, "temperature", NAN), degrees}},
        {"water_heater",
         "temperature",
         1,
         {limit(e, "min_temp", 30), limit(e, "max_temp", 70), 1, limit(e, "temperature", NAN), degrees}},
        {"humidifier",
         "humidity",
         1,
         {limit(e, "min_humidity", 0), limit(e, "max_humidity", 100), 5, limit(e, "humidity", NAN), percent}},
        {"cover", "position", 1, {0, 100, PERCENT_STEP, limit(e, "current_position", NAN), percent}},
        {"fan", "percentage", 1, {0, 100, PERCENT_STEP, limit(e, "percentage", NAN), percent}},
        {"media_player",
         "volume_level",
         100,
         {0, 100, 10, round(100 * limit(e, "volume_level", NAN)), percent}},
        {"number", "value", 1, {limit(e, "min", 0), limit(e, "max", 100), limit(e, "step", 1), state, ""}},
        {"input_number",
         "value",
         1,
         {limit(e, "min", 0), limit(e, "max", 100), limit(e, "step", 1), state, ""}},
    };
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < sizeof takes / sizeof *takes; i++) {
        double number = 0;
        if (strcmp(takes[i].domain, e->domain) != 0)
            continue;
        st = aim(e, v, &takes[i].range, &number, out->told, err);
        if (!st)
            out->data = json_pack("{s:f}", takes[i].key, number / takes[i].parts);
    }
    return st;
}

bool home_takes(const struct home_entity *e, const char *value)
{
    struct spoken s;
    bool known = spoken_split(value, &s);
    bool has_degrees = strcmp(e->domain, "climate") == 0 || strcmp(e->domain, "water_heater") == 0;
    return !known || strstr(e->domain, "number") ||
           (has_degrees ? !mentions(&s, "ciento|%") : !mentions(&s, "grado|grados"));
}

enum sarai_status home_order(const struct home_entity *e, enum home_action action, const char *value,
                             struct home_order *out, struct sarai_error *err)
{
    struct value v;
    *out = (struct home_order){.service = service(e, action)->name};
    if (strcmp(e->state, "unavailable") == 0)
        return failed(err, SARAI_EINPUT, tr("%s no está disponible", "%s is not available"), e->name);
    if (action != HOME_SET)
        return SARAI_OK;
    if (!*value)
        return failed(err, SARAI_EINPUT, tr("no me has dicho a cuánto", "you have not said to how much"));
    if (!read_value(value, &v))
        return failed(err, SARAI_EINPUT, tr("no entiendo el valor", "the value is not clear"));
    enum sarai_status st =
        strcmp(e->domain, "light") == 0 ? light_order(e, &v, out, err) : number_order(e, &v, out, err);
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

/* A number of a state as it is spoken, with a comma and its unit. */
static void say_state(const char *number, const char *unit, char *out, size_t n)
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
    say_state(number, "°C", wanted, sizeof wanted);
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
        say_state(number, "°C", out, n);
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
    say_state(state, unit, out, n);
    return SARAI_OK;
}
