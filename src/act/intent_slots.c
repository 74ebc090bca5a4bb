#include "act/intent_slots.h"

#include <string.h>

#include "act/calculator.h"
#include "act/when.h"

static const char things[] =
    "luz|luces|lampara|lamparas|foco|focos|bombilla|tele|television|televisor|ventilador|cafetera|radio|"
    "enchufe|horno|estufa|calefaccion|aire|musica|ordenador|humidificador|deshumidificador|plancha|"
    "freidora|lavadora|lavavajillas|secadora|equipo|altavoz|caldera|toldo";
static const char covers[] =
    "persiana|persianas|cortina|cortinas|puerta|puertas|ventana|ventanas|toldo|toldos|garaje|estor|"
    "estores|verja|cancela|cerradura";
static const char heaters[] = "calefaccion|aire|estufa|temperatura|termostato|caldera";
static const char articles[] = "el|la|los|las|mi|mis|un|una|todas|todos";

/* "la luz", "las luces de arriba", "todas las luces", "el aire acondicionado" */
static bool is_noun(const struct spoken *s, size_t from, size_t to, const char *nouns)
{
    size_t at = from + spoken_match(s, from, articles);
    at += at > from ? spoken_match(s, at, articles) : 0;
    if (at == from || at >= to || !spoken_match(s, at, nouns))
        return false;
    at++;
    at += at < to ? spoken_match(s, at, "acondicionado|grande|pequena|pequeña") : 0;
    if (at < to && spoken_match(s, at, "de arriba|abajo|musica|aire|noche|pie|mesa|techo"))
        at += 2;
    return at == to;
}

static bool is_degrees(const struct spoken *s, size_t from, size_t to)
{
    struct number number;
    size_t n = spoken_number(s, from, &number);
    return n > 0 && (from + n == to || (from + n + 1 == to && spoken_is(s, from + n, "grados")));
}

static bool is_number(const struct spoken *s, size_t from, size_t to)
{
    unsigned value;
    size_t n = spoken_whole(s, from, 100, &value);
    return n > 0 && from + n == to;
}

/* "treinta por ciento", "la mitad" */
static bool is_share(const struct spoken *s, size_t from, size_t to)
{
    unsigned value;
    size_t n = spoken_whole(s, from, 100, &value);
    if (n > 0 && from + n + 1 == to)
        return spoken_is(s, from + n, "%");
    return n > 0 ? from + n + 2 == to && spoken_match(s, from + n, "por ciento") == 2
                 : from + 2 == to && spoken_match(s, from, "la mitad") == 2;
}

/* Some words that are not a command of their own. */
static bool is_text(const struct spoken *s, size_t from, size_t to, size_t most)
{
    return to > from && to - from <= most && s->to[to - 1] - s->from[from] < 300;
}

static bool is_name(const struct spoken *s, size_t from, size_t to, size_t most)
{
    for (size_t i = from; i < to; i++)
        if (spoken_match(s, i,
                         "y|que|cuando|si|pero|porque|no|luego|despues|manana|mañana|hoy|ayer|ahora|para"))
            return false;
    return is_text(s, from, to, most);
}

static bool is_duration(const struct spoken *s, size_t from, size_t to)
{
    return when_is_duration(s, from) == to - from;
}

static bool is_place(const struct spoken *s, size_t from, size_t to)
{
    return is_name(s, from, to, 4);
}

static bool is_short_text(const struct spoken *s, size_t from, size_t to)
{
    return is_text(s, from, to, 30);
}

static bool is_items(const struct spoken *s, size_t from, size_t to)
{
    return is_text(s, from, to, 20);
}

static bool is_thing(const struct spoken *s, size_t from, size_t to)
{
    return is_noun(s, from, to, things);
}

static bool is_cover(const struct spoken *s, size_t from, size_t to)
{
    return is_noun(s, from, to, covers);
}

static bool is_heat(const struct spoken *s, size_t from, size_t to)
{
    return is_noun(s, from, to, heaters);
}

static bool is_device(const struct spoken *s, size_t from, size_t to)
{
    return spoken_match(s, from, articles) > 0 && is_name(s, from, to, 6);
}

static const struct {
    const char *name;
    bool (*fits)(const struct spoken *s, size_t from, size_t to);
} slots[] = {
    {"duration", is_duration},    {"moment", when_is_moment},
    {"sum", calculator_is_sum},   {"quantity", calculator_is_quantity},
    {"unit", calculator_is_unit}, {"date", when_is_date},
    {"place", is_place},          {"text", is_short_text},
    {"items", is_items},          {"thing", is_thing},
    {"cover", is_cover},          {"heat", is_heat},
    {"room", is_place},           {"degrees", is_degrees},
    {"device", is_device},        {"share", is_share},
    {"number", is_number},
};

bool intent_slot_fits(const struct spoken *s, const char *name, size_t n, size_t from, size_t to)
{
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strncmp(slots[i].name, name, n) == 0 && !slots[i].name[n])
            return slots[i].fits(s, from, to);
    return false;
}
