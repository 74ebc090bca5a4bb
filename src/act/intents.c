#include "act/intents.h"

#include <pthread.h>
#include <string.h>

#include "act/calculator.h"
#include "act/first_words.h"
#include "act/when.h"

/* Templates: words; "a|b" alternatives; "(word)" may be missing; "{slot}". Arguments: name=text or
 * name={slot}. */
struct rule {
    const char *pattern, *tool, *arguments;
};

#define PUT   "pon|ponme|programa|activa|inicia|empieza|quiero|necesito|crea|haz|hazme|pones"
#define LIGHT "enciende|prende|encender|enciendes|encendieras|enciendeme"
#define OFF   "apaga|apagar|apagas|apagame|desconecta"
#define OPEN  "abre|sube|levanta|abrir|subir|abres|subes"
#define SHUT  "cierra|baja|cerrar|bajar|cierras|bajas|echa"

static const struct rule rules[] = {
    /* clock */
    {"que hora es|son", "hora", ""},
    {"que hora es|tenemos|tienes (ahora) (mismo)", "hora", ""},
    {"que hora es ya", "hora", ""},
    {"dime|dame (que) (la) hora (que) (es)", "hora", ""},
    {"dime|sabes que hora es", "hora", ""},
    {"me dices|das|dirias (que) (la) hora (que) (es)", "hora", ""},
    {"me dices|das|dirias (que) (la) hora (que) (es) de|en {place}", "hora", "lugar={place}"},
    {"la hora que es", "hora", ""},
    {"la hora que es en {place}", "hora", "lugar={place}"},
    {"tienes hora", "hora", ""},
    {"(la) hora", "hora", ""},
    {"que hora es|tienen (ahora) (mismo) en {place}", "hora", "lugar={place}"},
    {"que hora sera (ahora) (mismo) en {place}", "hora", "lugar={place}"},
    {"dime|dame (que) (la) hora (que) (es) de|en {place}", "hora", "lugar={place}"},
    {"en {place} que hora es", "hora", "lugar={place}"},
    {"(a) que dia es|estamos (hoy)", "fecha", "dia=hoy"},
    {"que fecha es (hoy)", "fecha", "dia=hoy"},
    {"en que dia vivimos|estamos", "fecha", "dia=hoy"},
    {"con que fecha estamos (hoy)", "fecha", "dia=hoy"},
    {"que dia de la semana es (hoy)", "fecha", "dia=hoy"},
    {"a cuantos estamos (hoy)", "fecha", "dia=hoy"},
    {"dime (la) fecha (de) (hoy)", "fecha", "dia=hoy"},
    {"dime que dia es (hoy)", "fecha", "dia=hoy"},
    {"que dia|fecha es|cae {date}", "fecha", "dia={date}"},
    {"cuanto|cuantos (tiempo) (dias) falta|faltan|queda|quedan para {date}", "fecha", "dia={date}"},
    {"cuando es|cae {date}", "fecha", "dia={date}"},
    /* sums */
    {"cuanto|cuantos es|son|da|dan|hace|hacen|sale|suma|suman {sum}", "calcula", "cuenta={sum}"},
    {"(dime) cuanto es|son {sum}", "calcula", "cuenta={sum}"},
    {"me dices|calculas|sumas (cuanto) (es) (son) {sum}", "calcula", "cuenta={sum}"},
    {"calcula|calculame|suma|sumame|resta|multiplica {sum}", "calcula", "cuenta={sum}"},
    {"dime (el) {sum}", "calcula", "cuenta={sum}"},
    {"{sum} (cuanto) (es) (son) (da)", "calcula", "cuenta={sum}"},
    {"hazme|haz (esta) (la) cuenta (de) {sum}", "calcula", "cuenta={sum}"},
    {"me haces la cuenta de {sum}", "calcula", "cuenta={sum}"},
    {"cuantos|cuantas {unit} son|hay|tiene|tienen (en) {quantity}", "convierte",
     "cantidad={quantity} a={unit}"},
    {"a cuantos|cuantas {unit} equivalen {quantity}", "convierte", "cantidad={quantity} a={unit}"},
    {"cuanto es|son {quantity} en {unit}", "convierte", "cantidad={quantity} a={unit}"},
    {"pasa|pasame|convierte|convierteme {quantity} a|en {unit}", "convierte", "cantidad={quantity} a={unit}"},
    {"me pasas|conviertes {quantity} a|en {unit}", "convierte", "cantidad={quantity} a={unit}"},
    {"{quantity} en|a {unit} (cuanto) (cuantos) (es) (son)", "convierte", "cantidad={quantity} a={unit}"},
    /* timers */
    {PUT " (un) (otro) temporizador|minutero|cronometro (de) (para) (a) {duration}", "temporizador",
     "tiempo={duration}"},
    {PUT " (un) (otro) temporizador|minutero (de) {duration} para {text}", "temporizador",
     "tiempo={duration} nombre={text}"},
    {"(un) temporizador (de) {duration}", "temporizador", "tiempo={duration}"},
    {"(un) temporizador (de) {duration} para {text}", "temporizador", "tiempo={duration} nombre={text}"},
    {PUT " una cuenta atras de {duration}", "temporizador", "tiempo={duration}"},
    {"cuenta atras de {duration}", "temporizador", "tiempo={duration}"},
    {"avisame en|dentro (de) {duration}", "temporizador", "tiempo={duration}"},
    {"avisame cuando pasen|pase|hayan|haya (pasado) {duration}", "temporizador", "tiempo={duration}"},
    {"avisame en {duration} para {text}", "temporizador", "tiempo={duration} nombre={text}"},
    {"pon|ponme {duration} en el reloj", "temporizador", "tiempo={duration}"},
    {"pon|ponme {duration} para {text}", "temporizador", "tiempo={duration} nombre={text}"},
    {"cuenta {duration}", "temporizador", "tiempo={duration}"},
    {"cuanto (tiempo) queda|falta (para) (de) (del) (al) (en) (el) temporizador", "agenda",
     "accion=consultar que=temporizador"},
    {"cuanto le queda al temporizador", "agenda", "accion=consultar que=temporizador"},
    {"que temporizadores|alarmas|recordatorios|avisos hay|tengo (puestos) (puestas)", "agenda",
     "accion=consultar"},
    {"tengo|hay (alguna) (algun) alarma|temporizador|recordatorio (puesta) (puesto)", "agenda",
     "accion=consultar"},
    {"cancela|quita|para|anula|borra|deten (el) temporizador", "agenda", "accion=cancelar que=temporizador"},
    {"cancela|quita|para|anula|borra (el) temporizador de {text}", "agenda",
     "accion=cancelar que=temporizador nombre={text}"},
    {"cancela|quita|anula|borra|desactiva (la) alarma", "agenda", "accion=cancelar que=alarma"},
    {"cancela|quita|anula|borra (el) recordatorio", "agenda", "accion=cancelar que=recordatorio"},
    {"cancela|quita|anula|borra todos los temporizadores", "agenda",
     "accion=cancelar que=temporizador nombre=todo"},
    {"cancela|quita|anula|borra todas las alarmas", "agenda", "accion=cancelar que=alarma nombre=todo"},
    /* alarms and reminders */
    {"despiertame {moment}", "alarma", "cuando={moment}"},
    {PUT " (una) (la) (el) alarma|despertador (para) {moment}", "alarma", "cuando={moment}"},
    {"(una) alarma (para) {moment}", "alarma", "cuando={moment}"},
    {PUT " que suene la alarma {moment}", "alarma", "cuando={moment}"},
    {"quiero levantarme {moment}", "alarma", "cuando={moment}"},
    {"recuerdame {text} {moment}", "recordatorio", "texto={text} cuando={moment}"},
    {"recuerdame {moment} (que) {text}", "recordatorio", "texto={text} cuando={moment}"},
    {"avisame {moment} de|para {text}", "recordatorio", "texto={text} cuando={moment}"},
    {PUT " un recordatorio {moment} para|de {text}", "recordatorio", "texto={text} cuando={moment}"},
    /* lists and notes */
    {"apunta|anade|añade|anota|pon|mete|agrega {items} en|a la (lista) (de) (la) compra", "lista",
     "accion=añadir cosa={items} lista=compra"},
    {"apunta|anade|añade|pon|mete|agrega en|a la lista (de) (la) (compra) {items}", "lista",
     "accion=añadir cosa={items} lista=compra"},
    {"hay que comprar {items} apuntalo|apuntala|apuntalos", "lista",
     "accion=añadir cosa={items} lista=compra"},
    {"quita|borra|tacha|elimina {items} de la (lista) (de) (la) compra", "lista",
     "accion=quitar cosa={items} lista=compra"},
    {"que hay|tengo en la lista (de) (la) (compra)", "lista", "accion=leer lista=compra"},
    {"que (me) tengo|hay|falta que|por comprar", "lista", "accion=leer lista=compra"},
    {"lee|leeme|dime la lista (de) (la) (compra)", "lista", "accion=leer lista=compra"},
    {"vacia|borra la lista (de) (la) (compra)", "lista", "accion=vaciar lista=compra"},
    {"toma nota (de) (que) {text}", "nota", "texto={text}"},
    {"apunta|anota que {text}", "nota", "texto={text}"},
    {"guarda|escribe una nota (que) (diga) (que) {text}", "nota", "texto={text}"},
    {"lee|leeme|dime (mis) (las) notas", "notas", ""},
    {"que notas hay|tengo", "notas", ""},
    /* voice */
    {"sube (un) (poco) (mas) (el) (la) volumen|voz", "volumen", "valor=subir"},
    {"habla mas alto|fuerte", "volumen", "valor=subir"},
    {"(un) (poco) mas alto", "volumen", "valor=subir"},
    {"baja (un) (poco) (mas) (el) (la) volumen|voz", "volumen", "valor=bajar"},
    {"habla mas bajo|bajito", "volumen", "valor=bajar"},
    {"(un) (poco) mas bajo", "volumen", "valor=bajar"},
    {"(pon) (sube) (baja) (el) volumen al|a {number} (por) (ciento) (%)", "volumen", "valor={number}"},
    {"(pon) (el) volumen al maximo|minimo", "volumen", "valor=máximo"},
    {"habla (un) (poco) mas despacio|lento|lenta", "velocidad", "valor=despacio"},
    {"ve|(mas) mas despacio|lenta", "velocidad", "valor=despacio"},
    {"habla (un) (poco) mas deprisa|rapido|rapida", "velocidad", "valor=deprisa"},
    {"habla (a) (la) velocidad|ritmo normal", "velocidad", "valor=normal"},
    {"repite|repitelo|repitemelo (otra) (vez)", "repite", ""},
    {"(me) lo puedes|podrias|repites repetir (otra) (vez)", "repite", ""},
    {"me lo repites (otra) (vez)", "repite", ""},
    {"repite (lo) (que) (has) (dicho) (ultimo)", "repite", ""},
    {"que has dicho", "repite", ""},
    /* the home */
    {"pon|sube|baja|deja|regula {device} al|a {share}", "casa", "accion=fijar cosa={device} valor={share}"},
    {LIGHT "|pon {thing} del|de|en (la) (el) (los) (las) {room}", "casa",
     "accion=encender cosa={thing} lugar={room}"},
    {OFF "|quita {thing} del|de|en (la) (el) (los) (las) {room}", "casa",
     "accion=apagar cosa={thing} lugar={room}"},
    {LIGHT "|pon|conecta {thing}", "casa", "accion=encender cosa={thing}"},
    {OFF "|quita {thing}", "casa", "accion=apagar cosa={thing}"},
    {OPEN " {cover} del|de|en (la) (el) (los) (las) {room}", "casa",
     "accion=abrir cosa={cover} lugar={room}"},
    {SHUT " {cover} del|de|en (la) (el) (los) (las) {room}", "casa",
     "accion=cerrar cosa={cover} lugar={room}"},
    {OPEN " {cover}", "casa", "accion=abrir cosa={cover}"},
    {SHUT " {cover}", "casa", "accion=cerrar cosa={cover}"},
    {"pon|sube|baja|deja {heat} a {degrees}", "casa", "accion=fijar cosa={heat} valor={degrees}"},
    {"a que temperatura esta {heat}", "casa", "accion=consultar cosa={heat}"},
    {"que luces estan|hay encendidas", "casa", "accion=consultar cosa=las luces"},
    {"que persianas estan|hay abiertas|subidas", "casa", "accion=consultar cosa=las persianas"},
    {"que temperatura hay|hace en|dentro (de) (la) (casa)", "casa", "accion=consultar cosa=la temperatura"},
    /* weather and news */
    {"que tiempo hace|hara|tenemos (hoy)", "tiempo", "dia=hoy"},
    {"que tiempo hace|hara en {place}", "tiempo", "lugar={place}"},
    {"que tiempo hara|hace|va {date}", "tiempo", "dia={date}"},
    {"va a llover (hoy)", "tiempo", "dia=hoy"},
    {"va a llover {date}", "tiempo", "dia={date}"},
    {"dime|dame|cuentame (las) noticias (de) (hoy)", "noticias", ""},
    {"que noticias hay (hoy)", "noticias", ""},
};

/* ---- slots ------------------------------------------------------------------------------------ */

static const char things[] =
    "luz|luces|lampara|lamparas|foco|focos|bombilla|tele|television|televisor|ventilador|cafetera|radio|"
    "enchufe|horno|estufa|calefaccion|aire|musica|ordenador|humidificador|deshumidificador|plancha|"
    "freidora|lavadora|lavavajillas|secadora|equipo|altavoz|caldera|toldo";
static const char covers[] =
    "persiana|persianas|cortina|cortinas|puerta|puertas|ventana|ventanas|toldo|toldos|garaje|estor|"
    "estores|verja|cancela|cerradura";
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

static bool fits(const struct spoken *s, const char *slot, size_t n, size_t from, size_t to)
{
    const char *const names[] = {"duration", "moment",  "sum",    "quantity", "unit",  "date",
                                 "place",    "text",    "items",  "thing",    "cover", "heat",
                                 "room",     "degrees", "device", "share",    "number"};
    size_t kind = 0;
    while (kind < sizeof names / sizeof *names &&
           (strlen(names[kind]) != n || strncmp(names[kind], slot, n) != 0))
        kind++;
    switch (kind) {
    case 0:
        return when_is_duration(s, from) == to - from;
    case 1:
        return when_is_moment(s, from, to);
    case 2:
        return calculator_is_sum(s, from, to);
    case 3:
        return calculator_is_quantity(s, from, to);
    case 4:
        return calculator_is_unit(s, from, to);
    case 5:
        return when_is_date(s, from, to);
    case 6:
        return is_name(s, from, to, 4);
    case 7:
        return is_text(s, from, to, 30);
    case 8:
        return is_text(s, from, to, 20);
    case 9:
        return is_noun(s, from, to, things);
    case 10:
        return is_noun(s, from, to, covers);
    case 11:
        return is_noun(s, from, to, "calefaccion|aire|estufa|temperatura|termostato|caldera");
    case 12:
        return is_name(s, from, to, 4);
    case 13:
        return is_degrees(s, from, to);
    case 14:
        return spoken_match(s, from, articles) > 0 && is_name(s, from, to, 6);
    case 15:
        return is_share(s, from, to);
    default:
        return is_number(s, from, to);
    }
}

/* ---- matching --------------------------------------------------------------------------------- */

enum { MOST_SLOTS = 3 };

struct slot {
    const char *name;
    size_t n, from, to;
};

struct matching {
    const struct spoken *s;
    size_t to; /* of the command in the transcript */
    struct slot slots[MOST_SLOTS];
    size_t n_slots;
};

static bool match(struct matching *m, const char *pattern, size_t at);

static bool match_slot(struct matching *m, const char *pattern, const char *rest, size_t at)
{
    const char *name = pattern + 1, *end = strchr(pattern, '}');
    size_t mine = m->n_slots++;
    for (size_t to = at + 1; to <= m->to; to++) {
        if (!fits(m->s, name, (size_t)(end - name), at, to))
            continue;
        m->slots[mine] = (struct slot){name, (size_t)(end - name), at, to};
        if (match(m, rest, to))
            return true;
    }
    m->n_slots = mine;
    return false;
}

/* Whether words [at, m->to) are the pattern. */
static bool match(struct matching *m, const char *pattern, size_t at)
{
    char word[512];
    if (!*pattern)
        return at == m->to;
    size_t n = strcspn(pattern, " ");
    const char *rest = pattern[n] ? pattern + n + 1 : pattern + n;
    if (pattern[0] == '{')
        return match_slot(m, pattern, rest, at);
    bool is_optional = pattern[0] == '(';
    if (n >= sizeof word)
        return false;
    memcpy(word, pattern + is_optional, n - 2 * (size_t)is_optional);
    word[n - 2 * (size_t)is_optional] = '\0';
    size_t slots = m->n_slots;
    if (at < m->to && spoken_match(m->s, at, word) && match(m, rest, at + 1))
        return true;
    m->n_slots = slots;
    return is_optional && match(m, rest, at);
}

/* ---- which rules a first word may open --------------------------------------------------------- */

enum { N_RULES = sizeof rules / sizeof *rules };

static struct first_words by_first_word; /* written once */

static void index_rules(void)
{
    for (size_t i = 0; i < N_RULES; i++)
        first_words_add(&by_first_word, rules[i].pattern, i);
    first_words_sort(&by_first_word);
}

/* The rules that may begin with the word, or with a slot, in their order. */
struct candidates {
    const char *word;
    size_t at, at_slot;
};

static struct candidates candidates_for(const char *word)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, index_rules);
    return (struct candidates){word, first_words_find(&by_first_word, word),
                               first_words_find(&by_first_word, "")};
}

/* FIRST_WORDS_NONE at the end. */
static size_t next_candidate(struct candidates *c)
{
    size_t rule = first_words_at(&by_first_word, c->at, c->word);
    size_t other = first_words_at(&by_first_word, c->at_slot, "");
    size_t next = rule < other ? rule : other;
    c->at += rule == next;
    c->at_slot += other == next;
    return next;
}

/* ---- what is said around a command ------------------------------------------------------------- */

static size_t skip_greeting(const struct spoken *s)
{
    static const char *const openers[] = {
        "por favor",
        "a ver si me sabes decir",
        "a ver",
        "haz el favor de",
        "oye|hola|hey|eh|venga|anda|sarai|perdona|disculpa|vale|bueno|pues|y",
        "puedes|podrias|quieres decirme",
        "me puedes|podrias decir",
        "sabes decirme"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof openers / sizeof *openers;) {
        size_t n = spoken_match(s, at, openers[i]);
        at += n;
        i = n ? 0 : i + 1;
    }
    if (spoken_match(s, at, "puedes|podrias") && at + 1 < s->n)
        at++;
    else if (spoken_match(s, at, "me|te puedes|podrias|importa"))
        at += 2;
    return at;
}

static size_t skip_thanks(const struct spoken *s, size_t from)
{
    static const char *const closers[] = {"por favor", "muchas gracias", "ahora mismo", "si puedes|quieres",
                                          "gracias|sarai|anda|venga|porfa|ya"};
    size_t to = s->n;
    for (size_t i = 0; i < sizeof closers / sizeof *closers && to > from;) {
        size_t words = 1;
        for (const char *p = closers[i]; *p; p++)
            words += *p == ' ';
        bool ends = to >= from + words + 1 && spoken_match(s, to - words, closers[i]) == words;
        to -= ends ? words : 0;
        i = ends ? 0 : i + 1;
    }
    return to;
}

/* ---- arguments -------------------------------------------------------------------------------- */

static const struct slot *find_slot(const struct matching *m, const char *name, size_t n)
{
    for (size_t i = 0; i < m->n_slots; i++)
        if (m->slots[i].n == n && strncmp(m->slots[i].name, name, n) == 0)
            return &m->slots[i];
    return NULL;
}

static bool add_argument(const struct matching *m, const char *p, size_t n, json_t *out)
{
    char name[32], value[SPOKEN_BYTES];
    const char *equals = memchr(p, '=', n);
    size_t length = (size_t)(equals - p), rest = n - length - 1;
    memcpy(name, p, length);
    name[length] = '\0';
    const struct slot *slot = equals[1] == '{' ? find_slot(m, equals + 2, rest - 2) : NULL;
    if (slot && !spoken_slice(m->s, slot->from, slot->to, value, sizeof value))
        return false;
    json_t *text = slot ? json_string(value) : json_stringn(equals + 1, rest);
    return text && json_object_set_new(out, name, text) == 0;
}

/* "accion=leer lista={text}"; a blank before a word without "=" belongs to the value. */
static json_t *make_arguments(const struct matching *m, const char *p)
{
    json_t *out = json_object();
    bool ok = out != NULL;
    while (ok && *p) {
        const char *next = p;
        do
            next += strcspn(next, " ") + (next[strcspn(next, " ")] != '\0');
        while (*next && memchr(next, '=', strcspn(next, " ")) == NULL);
        ok = add_argument(m, p, (size_t)(next - p) - (*next != '\0'), out);
        p = next;
    }
    if (!ok) {
        json_decref(out);
        return NULL;
    }
    return out;
}

bool intents_find(const char *text, struct intent *out)
{
    struct spoken s;
    if (!spoken_split(text, &s) || s.n == 0)
        return false;
    size_t from = skip_greeting(&s);
    struct matching m = {.s = &s, .to = skip_thanks(&s, from)};
    if (from >= m.to)
        return false;
    struct candidates candidates = candidates_for(s.word[from]);
    for (size_t i; (i = next_candidate(&candidates)) != FIRST_WORDS_NONE;) {
        m.n_slots = 0;
        if (!match(&m, rules[i].pattern, from))
            continue;
        *out = (struct intent){rules[i].tool, make_arguments(&m, rules[i].arguments)};
        return out->arguments != NULL;
    }
    return false;
}

void intent_finish(struct intent *intent)
{
    json_decref(intent->arguments);
    *intent = (struct intent){0};
}

int intents_consent(const char *text)
{
    struct spoken s;
    if (!spoken_split(text, &s) || s.n == 0 || s.n > 5)
        return 0;
    if (spoken_match(&s, 0, "no|nunca|dejalo|cancela|cancelalo|mejor|ni") || spoken_match(&s, 0, "para nada"))
        return -1;
    return spoken_match(&s, 0,
                        "si|claro|vale|adelante|hazlo|venga|ok|okey|confirmo|confirmado|dale|eso|exacto|"
                        "correcto|porfa") ||
                   spoken_match(&s, 0, "por supuesto|favor") || spoken_match(&s, 0, "de acuerdo")
               ? 1
               : 0;
}
