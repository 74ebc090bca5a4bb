#include "act/intent_slots.h"

#include <string.h>

#include "act/calculator.h"
#include "act/places.h"
#include "act/when.h"

#define LAMPS   "luz|luces|lampara|lamparas|foco|focos|bombilla"
#define HEATERS "calefaccion|aire|estufa|temperatura|termostato|caldera"
#define PLAYERS "tele|tv|television|televisor|radio|musica|equipo|altavoz"
static const char things[] =
    LAMPS "|" PLAYERS "|ventilador|cafetera|enchufe|horno|estufa|calefaccion|aire|ordenador|humidificador|"
          "deshumidificador|plancha|freidora|lavadora|lavavajillas|secadora|caldera|toldo|"
          "aspiradora|robot";
static const char covers[] =
    "persiana|persianas|cortina|cortinas|puerta|puertas|ventana|ventanas|toldo|toldos|garaje|estor|"
    "estores|verja|cancela|cerradura|cerrojo";
static const char blinds[] =
    "persiana|persianas|cortina|cortinas|toldo|toldos|estor|estores|ventana|ventanas";
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

/* "Toma nota, camarero": one word behind a comma is who is spoken to. */
static bool is_spoken_to(const struct spoken *s, size_t from, size_t to)
{
    return from > 0 && to == from + 1 &&
           memchr(s->original + s->to[from - 1], ',', s->from[from] - s->to[from - 1]);
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

/* A room, a town: nothing of the person who is spoken to, and no list. */
static bool is_place(const struct spoken *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (spoken_any(s, i, "tu|tus|lista|este|esta|todos|todas"))
            return false;
    return is_name(s, from, to, 4);
}

/* Such a thing, and perhaps where: "la luz del salón". */
static bool is_noun_somewhere(const struct spoken *s, size_t from, size_t to, const char *nouns)
{
    size_t at = from + 1;
    while (at < to && !spoken_any(s, at, "del|de|en"))
        at++;
    return is_noun(s, from, to, nouns) ||
           (at + 1 < to && is_noun(s, from, at, nouns) && is_place(s, at + 1, to));
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

/* "treinta por ciento", "la mitad", "máximo" */
static bool is_share(const struct spoken *s, size_t from, size_t to)
{
    unsigned value;
    size_t n = spoken_whole(s, from, 100, &value);
    if (from + 1 == to)
        return spoken_any(s, from, "maximo|minimo|tope");
    if (n > 0 && from + n + 1 == to)
        return spoken_is(s, from + n, "%");
    return n > 0 ? from + n + 2 == to && spoken_match(s, from + n, "por ciento") == 2
                 : from + 2 == to && spoken_match(s, from, "la mitad") == 2;
}

static bool is_duration(const struct spoken *s, size_t from, size_t to)
{
    return when_is_duration(s, from) == to - from;
}

static bool is_short_text(const struct spoken *s, size_t from, size_t to)
{
    return !is_spoken_to(s, from, to) && is_text(s, from, to, 30);
}

/* "de la otra" are no things of a list. */
static bool is_items(const struct spoken *s, size_t from, size_t to)
{
    return !spoken_any(s, from, "de|del") && is_text(s, from, to, 20);
}

static bool is_note(const struct spoken *s, size_t from, size_t to)
{
    return !spoken_any(s, from, "de|del|para|a") && is_text(s, from, to, 30);
}

static bool is_city(const struct spoken *s, size_t from, size_t to)
{
    char place[80], zone[ZONE_BYTES];
    return is_place(s, from, to) && spoken_slice(s, from, to, place, sizeof place) &&
           places_zone(place, zone);
}

/* "dos grados", "un 20 por ciento", "un poco" */
static bool is_warmth(const struct spoken *s, size_t from, size_t to)
{
    return to > from + 1 && spoken_any(s, to - 1, "grado|grados") && is_degrees(s, from, to);
}

static bool is_amount(const struct spoken *s, size_t from, size_t to)
{
    if (spoken_match(s, from, "un poco|poquito") == to - from ||
        (from + 1 == to && spoken_any(s, from, "algo")))
        return true;
    size_t number = from + (spoken_any(s, from, "un") && to > from + 2);
    return is_warmth(s, from, to) ||
           (to > number + 1 && !spoken_any(s, number, "la") && is_share(s, number, to));
}

static bool is_colour(const struct spoken *s, size_t from, size_t to)
{
    return from + 1 == to
               ? spoken_any(s, from, "rojo|verde|azul|amarillo|naranja|rosa|morado|violeta|turquesa|blanco")
               : spoken_match(s, from, "blanco calido|frio") == to - from;
}

static bool is_state(const struct spoken *s, size_t from, size_t to)
{
    return from + 1 == to &&
           spoken_any(s, from,
                      "encendida|encendido|encendidas|encendidos|apagada|apagado|apagadas|apagados|"
                      "abierta|abierto|abiertas|abiertos|cerrada|cerrado|cerradas|cerrados|subida|"
                      "subidas|bajada|bajadas");
}

static bool is_player(const struct spoken *s, size_t from, size_t to)
{
    return is_noun_somewhere(s, from, to, PLAYERS "|cancion|pelicula") ||
           (from + 1 == to && spoken_any(s, from, "televisor|altavoz|equipo"));
}

/* What can be turned up and down, and "sube" could mean nothing else. */
static bool is_knob(const struct spoken *s, size_t from, size_t to)
{
    return is_noun_somewhere(s, from, to, LAMPS "|" HEATERS "|ventilador");
}

static bool is_blind(const struct spoken *s, size_t from, size_t to)
{
    return is_noun_somewhere(s, from, to, blinds);
}

static bool is_dial(const struct spoken *s, size_t from, size_t to)
{
    return is_knob(s, from, to) || is_blind(s, from, to) || is_noun_somewhere(s, from, to, PLAYERS);
}

static bool is_plenty(const struct spoken *s, size_t from, size_t to)
{
    return from + 1 == to && spoken_any(s, from, "luz|calefaccion");
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
    return is_noun_somewhere(s, from, to, HEATERS);
}

static bool is_device(const struct spoken *s, size_t from, size_t to)
{
    return spoken_match(s, from, articles) > 0 && is_name(s, from, to, 6);
}

static const struct {
    const char *name;
    bool (*fits)(const struct spoken *s, size_t from, size_t to);
} slots[] = {
    {"duration", is_duration},
    {"moment", when_is_moment},
    {"sum", calculator_is_sum},
    {"quantity", calculator_is_quantity},
    {"unit", calculator_is_unit},
    {"date", when_is_date},
    {"place", is_place},
    {"city", is_city},
    {"name", is_place},
    {"text", is_short_text},
    {"timer", is_short_text}, /* which of them wait the flow knows (intents.h) */
    {"note", is_note},
    {"items", is_items},
    {"thing", is_thing},
    {"cover", is_cover},
    {"heat", is_heat},
    {"room", is_place},
    {"degrees", is_degrees},
    {"warmth", is_warmth},
    {"device", is_device},
    {"share", is_share},
    {"amount", is_amount},
    {"number", is_number},
    {"colour", is_colour},
    {"state", is_state},
    {"player", is_player},
    {"knob", is_knob},
    {"blind", is_blind},
    {"dial", is_dial},
    {"plenty", is_plenty},
};

bool intent_slot_fits(const struct spoken *s, const char *name, size_t n, size_t from, size_t to)
{
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strncmp(slots[i].name, name, n) == 0 && !slots[i].name[n])
            return slots[i].fits(s, from, to);
    return false;
}
