#include "act/home_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/spoken.h"
#include "base/buf.h"

/* How near a name must be to what was said (cosine of multilingual-e5-small, both as queries), and how much
 * nearer than the next. Chosen on thirty phrases of a home of twenty things: ten of the eighteen that were
 * there are found, none of the twelve that were not. Of places such vectors know little ("cochera" is nearest
 * to "cocina"). */
static const float LEAST_COSINE = 0.87F, LEAST_PLACE_COSINE = 0.90F, LEAST_LEAD = 0.018F;

enum { EMBEDDED = 96 /* most names that vectors are made of for one command */, NAMED_IN_QUESTION = 4 };

/* ---- words ----------------------------------------------------------------------------------- */

/* Articles and the like; and what of a thing is to be changed. */
static bool is_small_word(const char *word)
{
    static const char *const words[] = {
        "el",   "la",     "los",        "las",       "lo",       "un",    "una",    "de",
        "del",  "al",     "a",          "en",        "mi",       "mis",   "tu",     "y",
        "que",  "da",     "por",        "favor",     "todo",     "toda",  "todos",  "todas",
        "casa", "brillo", "intensidad", "velocidad", "posicion", "color", "volumen"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void to_singular(char *word)
{
    size_t n = strlen(word);
    if (n < 4 || word[n - 1] != 's')
        return;
    word[--n] = '\0';
    if (n > 3 && word[n - 1] == 'e' && strchr("dlnrc", word[n - 2]))
        word[--n] = '\0'; /* radiadores, altavoces */
    if (word[n - 1] == 'c')
        word[n - 1] = 'z';
}

void home_split(const char *text, struct home_words *out)
{
    struct spoken s;
    size_t used = 0;
    *out = (struct home_words){0};
    if (!spoken_split(text, &s))
        return;
    for (size_t i = 0; i < s.n && out->n < HOME_WORDS; i++) {
        size_t n = strlen(s.word[i]);
        if (is_small_word(s.word[i]) || used + n + 1 > sizeof out->text)
            continue;
        memcpy(out->text + used, s.word[i], n + 1);
        to_singular(out->text + used);
        out->word[out->n++] = out->text + used;
        used += n + 1;
    }
}

static bool has_word(const struct home_words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

/* Whether all words of the one are among those of the other. */
static bool within(const struct home_words *few, const struct home_words *many)
{
    for (size_t i = 0; i < few->n; i++)
        if (!has_word(many, few->word[i]))
            return false;
    return true;
}

/* ---- kinds ----------------------------------------------------------------------------------- */

/* What people call things, and what those are in Home Assistant: domains, or domain:class. */
static const struct {
    const char *nouns, *domains;
    bool many; /* a home has several: the noun alone names none, even where one is called just so */
} kinds[] = {
    {"luz lampara foco bombilla flexo iluminacion", "light", true},
    {"persiana cortina toldo estor contraventana",
     "cover: cover:shutter cover:blind cover:curtain cover:shade cover:awning", true},
    {"calefaccion termostato caldera radiador aire clima estufa", "climate", false},
    {"puerta",
     "cover:door cover:garage cover:gate lock binary_sensor:door binary_sensor:garage_door "
     "binary_sensor:opening",
     false},
    {"porton garaje verja cancela", "cover:garage cover:gate binary_sensor:garage_door", false},
    {"ventana", "cover:window binary_sensor:window binary_sensor:opening", false},
    {"cerradura cerrojo", "lock", false},
    {"alarma", "alarm_control_panel", false},
    {"enchufe regleta", "switch", false},
    {"ventilador", "fan", false},
    {"tele tv television televisor altavoz musica radio equipo cancion pelicula", "media_player", false},
    {"aspiradora robot roomba", "vacuum", false},
    {"escena ambiente modo", "scene", false},
    {"temperatura grado", "sensor:temperature climate", false},
    {"humedad", "sensor:humidity", false},
    {"consumo potencia", "sensor:power sensor:energy", false},
    {"movimiento", "binary_sensor:motion binary_sensor:occupancy", false},
};

/* Whether the list of words, separated by blanks, has this one. */
static bool lists(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    return false;
}

enum kind { NO_KIND, KIND, KIND_OF_MANY };

static enum kind kind_of(const char *noun, const struct home_entity *e)
{
    char precise[96];
    snprintf(precise, sizeof precise, "%s:%s", e->domain, e->device_class);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (lists(kinds[i].nouns, noun) &&
            (lists(kinds[i].domains, e->domain) || lists(kinds[i].domains, precise)))
            return kinds[i].many ? KIND_OF_MANY : KIND;
    return NO_KIND;
}

/* ---- what there is --------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool read_entity(const json_t *state, const json_t *areas, struct home_entity *e)
{
    e->id = text_of(state, "entity_id");
    e->state = text_of(state, "state");
    e->attributes = json_object_get(state, "attributes");
    e->name = text_of(e->attributes, "friendly_name");
    e->device_class = text_of(e->attributes, "device_class");
    const json_t *where = json_object_get(areas, e->id);
    const char *area = json_string_value(json_array_get(where, 0));
    const char *floor = json_string_value(json_array_get(where, 1));
    e->area = area ? area : "";
    e->floor = floor ? floor : "";
    const char *dot = strchr(e->id, '.');
    if (!dot || (size_t)(dot - e->id) >= sizeof e->domain)
        return false;
    memcpy(e->domain, e->id, (size_t)(dot - e->id));
    if (!*e->name)
        e->name = dot + 1;
    home_split(e->name, &e->name_words);
    home_split(e->area, &e->area_words);
    home_split(e->floor, &e->floor_words);
    return true;
}

enum sarai_status home_read(json_t *states, json_t *areas, struct home_list *out, struct sarai_error *err)
{
    size_t i, n = json_array_size(states) < HOME_ENTITIES ? json_array_size(states) : HOME_ENTITIES;
    struct home_entity *entities = calloc(n + 1, sizeof *entities);
    if (!entities)
        return out_of_memory(err, tr("la casa", "the home"));
    *out = (struct home_list){json_incref(states), json_incref(areas), entities, 0};
    for (i = 0; i < n; i++)
        out->n += read_entity(json_array_get(states, i), areas, &entities[out->n]);
    return SARAI_OK;
}

void home_list_finish(struct home_list *list)
{
    json_decref(list->states);
    json_decref(list->areas);
    free(list->entities);
    *list = (struct home_list){0};
}

/* ---- finding --------------------------------------------------------------------------------- */

/* A query in words. */
struct wanted {
    struct home_words thing, place, both;
    bool many; /* "las luces": all that fit */
    bool all;  /* "todo", whatever it is */
};

static bool is_plural(const char *thing)
{
    struct spoken s;
    return spoken_split(thing, &s) && s.n > 0 &&
           (spoken_match(&s, 0, "las|los|todas|todos|todo") > 0 ||
            (s.n == 1 && strlen(s.word[0]) > 3 && s.word[0][strlen(s.word[0]) - 1] == 's'));
}

/* What a floor may be called where somebody says the first word. */
static const char *const storeys[][2] = {
    {"abajo", "bajo baja inferior"},  {"baja", "bajo abajo"},
    {"bajo", "baja abajo"},           {"arriba", "alto alta superior primero primera segundo segunda"},
    {"alta", "alto arriba superior"},
};

/* "abajo", "la planta baja", "el piso de arriba" */
static bool is_on_floor(const struct home_entity *e, const char *word)
{
    if (has_word(&e->floor_words, word))
        return true;
    for (size_t i = 0; i < sizeof storeys / sizeof *storeys; i++)
        for (size_t k = 0; strcmp(storeys[i][0], word) == 0 && k < e->floor_words.n; k++)
            if (lists(storeys[i][1], e->floor_words.word[k]))
                return true;
    return false;
}

static bool are_on_floor(const struct home_entity *e, const struct home_words *place)
{
    size_t said = 0;
    for (size_t i = 0; i < place->n; i++) {
        if (lists("planta piso", place->word[i]))
            continue;
        said++;
        if (!is_on_floor(e, place->word[i]))
            return false;
    }
    return said > 0;
}

static bool in_place(const struct home_entity *e, const struct home_words *place)
{
    return place->n == 0 || (e->area_words.n > 0 && within(place, &e->area_words)) ||
           within(place, &e->name_words) || are_on_floor(e, place);
}

/* "todo": what is switched off by whoever leaves a room. */
static bool is_everyday(const struct home_entity *e)
{
    return lists("light fan media_player", e->domain);
}

/* The words that are no kind of this entity are in its name. */
static bool is_of_kind(const struct home_entity *e, const struct home_words *thing)
{
    size_t nouns = 0;
    for (size_t i = 0; i < thing->n; i++) {
        bool noun = kind_of(thing->word[i], e) != NO_KIND;
        nouns += noun;
        if (!noun && !has_word(&e->name_words, thing->word[i]) && !has_word(&e->area_words, thing->word[i]) &&
            !is_on_floor(e, thing->word[i]))
            return false;
    }
    return nouns > 0;
}

/* How well it fits: 3 is called exactly so, 2 has the words in its name, 1 is of the kind and in the place, 0
 * not. */
static int rank(const struct home_entity *e, const struct wanted *w)
{
    if (w->thing.n == 0)
        return w->all && is_everyday(e) && in_place(e, &w->place) ? 1 : 0;
    bool named = within(&w->thing, &e->name_words), placed = in_place(e, &w->place);
    if (w->place.n == 0 && w->thing.n == 1 && kind_of(w->thing.word[0], e) == KIND_OF_MANY)
        return 1;
    if (within(&w->both, &e->name_words) && within(&e->name_words, &w->both))
        return 3;
    if (placed && named && within(&e->name_words, &w->thing))
        return 3;
    if (placed && named)
        return 2;
    return placed && is_of_kind(e, &w->thing) ? 1 : 0;
}

static void find_by_words(const struct home_list *list, const struct home_query *q, const struct wanted *w,
                          struct home_found *out)
{
    int best = 1;
    out->n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct home_entity *e = &list->entities[i];
        int r = q->fits(e, q->user) ? rank(e, w) : 0;
        /* All of a kind are meant, also those that have it in their name. */
        if (w->many && r > 1 && !(w->thing.n > 1))
            r = 1;
        if (r < best)
            continue;
        if (r > best)
            out->n = 0;
        best = r;
        if (out->n < HOME_FOUND)
            out->entity[out->n++] = e;
    }
}

static float cosine(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The nearest of the names; *best is n where none is near enough and clearly ahead. */
static enum sarai_status nearest(const struct home_encoder *encoder, const char *said,
                                 const char *const *names, size_t n, float least, size_t *best,
                                 struct sarai_error *err)
{
    float wanted[HOME_DIMENSION], named[HOME_DIMENSION], first = -1, second = -1;
    enum sarai_status st = encoder->encode(encoder->self, said, wanted, err);
    *best = n;
    for (size_t i = 0; !st && i < n; i++) {
        st = encoder->encode(encoder->self, names[i], named, err);
        float near = st ? -1 : cosine(wanted, named, encoder->dimension(encoder->self));
        if (near > first) {
            second = first;
            first = near;
            *best = i;
        } else if (near > second) {
            second = near;
        }
    }
    if (first < least || first - second < LEAST_LEAD)
        *best = n;
    return st;
}

static enum sarai_status find_by_meaning(const struct home_list *list, const struct home_query *q,
                                         const struct wanted *w, struct home_found *out,
                                         struct sarai_error *err)
{
    char said[256], room[EMBEDDED][256];
    const char *names[EMBEDDED] = {NULL};
    const struct home_entity *tried[EMBEDDED];
    size_t n = 0, best;
    for (size_t i = 0; i < list->n && n < EMBEDDED; i++) {
        const struct home_entity *e = &list->entities[i];
        if (!q->fits(e, q->user) || !in_place(e, &w->place))
            continue;
        snprintf(room[n], sizeof room[n], "%.120s %.120s", e->name, e->area);
        names[n] = room[n];
        tried[n++] = e;
    }
    home_phrase(q->thing, q->place, said, sizeof said);
    enum sarai_status st = nearest(q->encoder, said, names, n, LEAST_COSINE, &best, err);
    if (!st && best < n)
        *out = (struct home_found){{tried[best]}, 1};
    return st;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* Rooms that have several names. */
static const char *const rooms[] = {"salon sala living estar",
                                    "dormitorio habitacion alcoba cuarto",
                                    "bano aseo lavabo",
                                    "despacho oficina estudio",
                                    "garaje cochera",
                                    "terraza balcon",
                                    "jardin patio",
                                    "pasillo corredor",
                                    "sotano bodega"};

static bool are_one_room(const struct home_words *a, const struct home_words *b)
{
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        if (a->n > 0 && b->n > 0 && lists(rooms[i], a->word[0]) && lists(rooms[i], b->word[0]))
            return true;
    return false;
}

/* Where nothing is in a place of that name, the area that it is another name of. False: there is none. */
static enum sarai_status find_place(const struct home_list *list, const struct home_query *q,
                                    struct home_words *place, bool *known, struct sarai_error *err)
{
    const char *areas[EMBEDDED] = {NULL};
    size_t n = 0, best;
    *known = true;
    for (size_t i = 0; i < list->n; i++)
        if (in_place(&list->entities[i], place))
            return SARAI_OK;
    for (size_t i = 0; i < list->n; i++)
        if (are_one_room(place, &list->entities[i].area_words)) {
            home_split(list->entities[i].area, place);
            return SARAI_OK;
        }
    for (size_t i = 0; i < list->n && n < EMBEDDED; i++) {
        bool is_new = *list->entities[i].area != '\0';
        for (size_t k = 0; k < n; k++)
            is_new = is_new && strcmp(areas[k], list->entities[i].area) != 0;
        if (is_new)
            areas[n++] = list->entities[i].area;
    }
    best = n;
    enum sarai_status st =
        q->encoder ? nearest(q->encoder, q->place, areas, n, LEAST_PLACE_COSINE, &best, err) : SARAI_OK;
    *known = best < n;
    if (*known)
        home_split(areas[best], place);
    return st;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* A group that Home Assistant has as a light or cover of its own. */
static bool is_group(const struct home_entity *e)
{
    return json_is_array(json_object_get(e->attributes, "entity_id"));
}

/* Of a thermometer and a heating in one room, the first is asked for the temperature. */
static bool is_sensor(const struct home_entity *e)
{
    return strcmp(e->domain, "sensor") == 0;
}

/* Where only one of those found is so, it is the one. */
static void prefer(bool (*is_so)(const struct home_entity *e), struct home_found *found)
{
    const struct home_entity *one = NULL;
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        if (is_so(found->entity[i])) {
            one = found->entity[i];
            n++;
        }
    if (n == 1)
        *found = (struct home_found){{one}, 1};
}

static enum sarai_status ask_which(const struct home_found *found, struct sarai_error *err)
{
    struct buf text = BUF_INIT(400);
    size_t n = found->n < NAMED_IN_QUESTION ? found->n : NAMED_IN_QUESTION;
    for (size_t i = 0; i < n; i++) {
        const struct home_entity *e = found->entity[i];
        bool alike = false; /* two of one name are told apart by where they are */
        for (size_t k = 0; k < found->n; k++)
            alike = alike || (k != i && strcmp(found->entity[k]->name, e->name) == 0);
        buf_printf(&text, "%s%s%s%s",
                   i == 0      ? ""
                   : i + 1 < n ? ", "
                               : " o ",
                   e->name, alike && *e->area ? " de " : "", alike ? e->area : "");
    }
    failed(err, SARAI_EINPUT, tr("¿Cuál: %s?", "Which one: %s?"), buf_string(&text));
    buf_finish(&text);
    return SARAI_EINPUT;
}

static void join(const struct home_words *a, const struct home_words *b, struct home_words *out)
{
    *out = (struct home_words){.n = 0};
    for (size_t i = 0; i < a->n && out->n < HOME_WORDS; i++)
        out->word[out->n++] = a->word[i];
    for (size_t i = 0; i < b->n && out->n < HOME_WORDS; i++)
        out->word[out->n++] = b->word[i];
}

enum sarai_status home_find(const struct home_list *list, const struct home_query *query,
                            struct home_found *out, struct sarai_error *err)
{
    struct wanted w = {.many = is_plural(query->thing), .all = strcmp(query->thing, "todo") == 0};
    char phrase[256];
    bool known = false;
    out->n = 0;
    home_split(query->thing, &w.thing);
    home_split(query->place, &w.place);
    enum sarai_status st = find_place(list, query, &w.place, &known, err);
    join(&w.thing, &w.place, &w.both);
    if (!st && known)
        find_by_words(list, query, &w, out);
    if (!st && known && out->n == 0 && query->encoder && w.thing.n > 0)
        st = find_by_meaning(list, query, &w, out, err);
    if (st)
        return st;
    if (out->n > 1 && !w.many) {
        prefer(is_group, out);
        prefer(is_sensor, out);
    }
    if (out->n > 1 && !w.many)
        return ask_which(out, err);
    home_phrase(query->thing, query->place, phrase, sizeof phrase);
    return out->n ? SARAI_OK
                  : failed(err, SARAI_EINPUT, tr("no encuentro %s", "there is no %s to be found"), phrase);
}

/* ---- phrases --------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

void home_phrase(const char *thing, const char *place, char *out, size_t n)
{
    const char *of = " del ";
    if (strncmp(place, "el ", 3) == 0)
        place += 3;
    else if (strncmp(place, "la ", 3) == 0 || strncmp(place, "los ", 4) == 0 ||
             strncmp(place, "las ", 4) == 0)
        of = " de ";
    else if (strcmp(place, "arriba") == 0 || strcmp(place, "abajo") == 0)
        of = " ";
    else if (ends_with(place, "a") || ends_with(place, "ción"))
        of = " de la ";
    snprintf(out, n, "%s%s%s", thing, *place ? of : "", place);
}
