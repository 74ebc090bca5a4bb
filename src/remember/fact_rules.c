#include "remember/fact_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/utf8.h"

enum { MOST_BYTES = 600, MOST_CLAUSES = 8, MOST_VALUE_WORDS = 14, WORD_BYTES = 64, ASKED_WORDS = 8 };

/* What a clause begins with, folded, without and with its last blank; the value follows. */
static const struct rule {
    const char *begins, *ends; /* ends: behind the value, or "" */
    const char *key;           /* with a blank at its end: the value goes into the key */
    const char *text;          /* around the value */
    const char *behind;
    int most_words;
} rules[] = {
    {" me llamo ", "", "nombre", "Te llamas ", "", 4},
    {" mi nombre es ", "", "nombre", "Te llamas ", "", 4},
    {" llamame ", "", "nombre", "Te llamas ", "", 3},
    {" puedes llamarme ", "", "nombre", "Te llamas ", "", 3},
    {" me puedes llamar ", "", "nombre", "Te llamas ", "", 3},
    {" me llaman ", "", "apodo", "Te llaman ", "", 3},
    {" vivo en ", "", "casa", "Vives en ", "", 6},
    {" vivo con ", "", "compania", "Vives con ", "", 6},
    {" vivo solo ", "", "compania", "Vives solo", "", 0},
    {" vivo sola ", "", "compania", "Vives sola", "", 0},
    {" resido en ", "", "casa", "Vives en ", "", 6},
    {" me he mudado a ", "", "casa", "Vives en ", "", 6},
    {" soy de ", "", "origen", "Eres de ", "", 4},
    {" naci en ", "", "nacimiento", "Naciste en ", "", 6},
    {" naci el ", "", "nacimiento", "Naciste el ", "", 6},
    {" tengo ", " anos ", "edad", "Tienes ", " años", 3},
    {" soy alergico a ", "", "alergia ", "Eres alérgico a ", "", 5},
    {" soy alergica a ", "", "alergia ", "Eres alérgica a ", "", 5},
    {" soy alergico al ", "", "alergia ", "Eres alérgico al ", "", 5},
    {" soy alergica al ", "", "alergia ", "Eres alérgica al ", "", 5},
    {" tengo alergia a ", "", "alergia ", "Tienes alergia a ", "", 5},
    {" tengo alergia al ", "", "alergia ", "Tienes alergia al ", "", 5},
    {" soy intolerante a ", "", "alergia ", "Eres intolerante a ", "", 5},
    {" soy intolerante al ", "", "alergia ", "Eres intolerante al ", "", 5},
    {" soy celiaco ", "", "alergia celiaca", "Eres celíaco", "", 0},
    {" soy celiaca ", "", "alergia celiaca", "Eres celíaca", "", 0},
    {" soy diabetico ", "", "salud", "Eres diabético", "", 0},
    {" soy diabetica ", "", "salud", "Eres diabética", "", 0},
    {" soy vegetariano ", "", "dieta", "Eres vegetariano", "", 0},
    {" soy vegetariana ", "", "dieta", "Eres vegetariana", "", 0},
    {" soy vegano ", "", "dieta", "Eres vegano", "", 0},
    {" soy vegana ", "", "dieta", "Eres vegana", "", 0},
    {" trabajo de ", "", "trabajo", "Trabajas de ", "", 6},
    {" trabajo como ", "", "trabajo", "Trabajas como ", "", 6},
    {" trabajo en ", "", "trabajo", "Trabajas en ", "", 6},
    {" me dedico a ", "", "trabajo", "Te dedicas a ", "", 6},
    {" mi profesion es ", "", "trabajo", "Tu profesión es ", "", 5},
    {" estoy jubilado ", "", "trabajo", "Estás jubilado", "", 0},
    {" estoy jubilada ", "", "trabajo", "Estás jubilada", "", 0},
    {" estudio en ", "", "estudios", "Estudias en ", "", 6},
    {" estoy estudiando ", "", "estudios", "Estás estudiando ", "", 5},
    {" estoy casado con ", "", "pareja", "Estás casado con ", "", 4},
    {" estoy casada con ", "", "pareja", "Estás casada con ", "", 4},
    {" mi cumpleanos es el ", "", "cumpleanos", "Tu cumpleaños es el ", "", 4},
    {" cumplo anos el ", "", "cumpleanos", "Tu cumpleaños es el ", "", 4},
    {" mi telefono es el ", "", "telefono", "Tu teléfono es el ", "", 12},
    {" mi direccion es ", "", "direccion", "Tu dirección es ", "", 8},
    {" mi color favorito es ", "", "color", "Tu color favorito es ", "", 4},
    {" mi comida favorita es ", "", "comida", "Tu comida favorita es ", "", 6},
    {" mi equipo es ", "", "equipo", "Tu equipo es ", "", 5},
    {" recuerda que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
    {" acuerdate de que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
    {" quiero que recuerdes que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
    {" no olvides que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
    {" ten en cuenta que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
};

/* "me gusta el té", "no me gustan las aceitunas": the article keeps out "me gusta cómo hablas". */
static const char *const tastes[] = {"gusta", "gustan", "encanta", "encantan"};
static const char *const articles[] = {"el", "la", "los", "las"};

/* " mi hijo se llama Leo " */
static const char *const people[] = {
    "hijo",   "hija",   "padre",  "madre",  "hermano", "hermana", "marido",    "mujer",     "novio",
    "novia",  "abuelo", "abuela", "perro",  "perra",   "gato",    "gata",      "amigo",     "amiga",
    "jefe",   "jefa",   "nieto",  "nieta",  "sobrino", "sobrina", "primo",     "prima",     "tio",
    "tia",    "suegro", "suegra", "pareja", "vecino",  "vecina",  "profesor",  "profesora", "medico",
    "medica", "esposo", "esposa", "bebe",   "cunado",  "cunada",  "companero", "companera"};

/* What may stand before a rule, or between two. */
static const char *const fillers[] = {"hola", "buenas", "buenos", "dias",  "tardes",  "noches",
                                      "oye",  "sarai",  "pues",   "bueno", "y",       "yo",
                                      "mira", "por",    "cierto", "no",    "perdona", "ahora"};

static const char *const wishes[] = {" olvida ", " olvidate de ", " olvidate ", " borra "};
static const struct {
    const char *what, *key; /* key "": everything */
} unwanted[] = {
    {"mi nombre ", "nombre"},        {"como me llamo ", "nombre"},
    {"donde vivo ", "casa"},         {"mi edad ", "edad"},
    {"cuantos anos tengo ", "edad"}, {"mi alergia ", "alergia"},
    {"mis alergias ", "alergia"},    {"mi trabajo ", "trabajo"},
    {"en que trabajo ", "trabajo"},  {"mi cumpleanos ", "cumpleanos"},
    {"donde naci ", "nacimiento"},   {"mis notas ", "nota"},
    {"mi telefono ", "telefono"},    {"mi direccion ", "direccion"},
    {"mis gustos ", "gusto"},        {"lo que me gusta ", "gusto"},
    {"de donde soy ", "origen"},     {"mi pareja ", "pareja"},
    {"lo que estudio ", "estudios"}, {"todo lo que sabes de mi ", ""},
    {"lo que sabes de mi ", ""},     {"todo lo que te he contado ", ""},
    {"todo sobre mi ", ""},
};
/* Questions of the whole utterance; key "": everything. Those about somebody are made of people[]. */
static const struct {
    const char *asks, *key;
} questions[] = {
    {" como me llamo ", "nombre"},
    {" cual es mi nombre ", "nombre"},
    {" sabes mi nombre ", "nombre"},
    {" quien soy yo ", "nombre"},
    {" donde vivo ", "casa"},
    {" con quien vivo ", "compania"},
    {" de donde soy ", "origen"},
    {" donde naci ", "nacimiento"},
    {" cuando naci ", "nacimiento"},
    {" cuantos anos tengo ", "edad"},
    {" que edad tengo ", "edad"},
    {" a que soy alergico ", "alergia"},
    {" a que soy alergica ", "alergia"},
    {" a que tengo alergia ", "alergia"},
    {" en que trabajo ", "trabajo"},
    {" de que trabajo ", "trabajo"},
    {" donde trabajo ", "trabajo"},
    {" a que me dedico ", "trabajo"},
    {" cuando es mi cumpleanos ", "cumpleanos"},
    {" cual es mi telefono ", "telefono"},
    {" cual es mi direccion ", "direccion"},
    {" cual es mi color favorito ", "color"},
    {" cual es mi comida favorita ", "comida"},
    {" que me gusta ", "gusto"},
    {" que cosas me gustan ", "gusto"},
    {" que sabes de mi ", ""},
    {" que sabes sobre mi ", ""},
    {" que recuerdas de mi ", ""},
    {" que recuerdas sobre mi ", ""},
    {" que te he contado de mi ", ""},
};
static const char *const concerning[] = {" mi ",    " mis ",   " conmigo ", " vivo ", " soy ",
                                         " tengo ", " puedo ", " trabajo ", " naci "};

/* A clause: its words as they were said, and folded. */
struct clause {
    const char *text;
    size_t n;
    struct buf line;
};

static bool holds_any(const char *line, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(line, phrases[i]))
            return true;
    return false;
}

/* Takes the first word off the clause, as said and as folded; false at its end. */
static bool drop_word(struct clause *c)
{
    while (c->n > 0 && *c->text == ' ') {
        c->text++;
        c->n--;
    }
    while (c->n > 0 && *c->text != ' ') {
        c->text++;
        c->n--;
    }
    const char *next = c->line.len > 1 ? strchr(c->line.data + 1, ' ') : NULL;
    if (next)
        buf_drop(&c->line, (size_t)(next - c->line.data));
    return next && c->line.len > 1;
}

static bool begins_with_filler(const struct clause *c)
{
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        size_t n = strlen(fillers[i]);
        if (strncmp(c->line.data + 1, fillers[i], n) == 0 && c->line.data[1 + n] == ' ')
            return true;
    }
    return false;
}

static int count_words(const char *line)
{
    int n = -1;
    for (; *line; line++)
        n += *line == ' ';
    return n;
}

/* The value's words as they were said: those behind `skipped` words, without the last `left_out`. */
static void take_value(struct clause *c, int skipped, int left_out, char out[FACT_TEXT_BYTES])
{
    for (int i = 0; i < skipped; i++)
        drop_word(c);
    size_t n = c->n;
    while (n > 0 && *c->text == ' ') {
        c->text++;
        n--;
    }
    for (int i = 0; i < left_out; i++)
        while (n > 0 && c->text[--n] != ' ')
            ;
    while (n > 0 && c->text[n - 1] == ' ')
        n--;
    snprintf(out, FACT_TEXT_BYTES, "%.*s", n < FACT_TEXT_BYTES / 2 ? (int)n : FACT_TEXT_BYTES / 2, c->text);
}

/* "soy de los que madrugan" tells no place. */
static bool is_clause(const char *value)
{
    static const char *const begins[] = {"que ", "los que ", "las que ", "lo que "};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(value, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static bool follow_rule(struct clause *c, const struct rule *r, struct fact_found *out)
{
    size_t n = strlen(r->begins), tail = strlen(r->ends);
    if (strncmp(c->line.data, r->begins, n) != 0 || c->line.len < n + tail ||
        (tail > 0 && strcmp(c->line.data + c->line.len - tail, r->ends) != 0))
        return false;
    char value[FACT_TEXT_BYTES], folded[FACT_KEY_BYTES];
    int begun = count_words(r->begins), ended = tail > 0 ? count_words(r->ends) : 0;
    int words = count_words(c->line.data) - begun - ended;
    if (words > r->most_words || (words < 1) != (r->most_words == 0) || is_clause(c->line.data + n))
        return false;
    if (r->most_words == 0) { /* all is said by the rule */
        out->act = FACT_TOLD;
        snprintf(out->key, sizeof out->key, "%s", r->key);
        snprintf(out->text, sizeof out->text, "%s.", r->text);
        return true;
    }
    snprintf(folded, sizeof folded, "%.*s", (int)(c->line.len - n - 1), c->line.data + n);
    take_value(c, begun, ended, value);
    if (!*value)
        return false;
    out->act = FACT_TOLD;
    bool is_own_key = r->key[strlen(r->key) - 1] != ' ';
    snprintf(out->key, sizeof out->key, "%.16s%.70s", r->key, is_own_key ? "" : folded);
    snprintf(out->text, sizeof out->text, "%s%.200s%s.", r->text, value, r->behind);
    return true;
}

/* "Soy Ana", but not "soy vegana": a recogniser writes names with a capital. */
static bool tells_of_name(struct clause *c, struct fact_found *out)
{
    static const struct rule rule = {" soy ", "", "nombre", "Te llamas ", "", 2};
    char name[WORD_BYTES] = "";
    size_t at = 0;
    uint32_t letter = sscanf(c->text, "%*s %63s", name) == 1 ? utf8_next(name, strlen(name), &at) : 0;
    bool is_capital = (letter >= 'A' && letter <= 'Z') || (letter >= 0xC0 && letter <= 0xDE);
    return is_capital && follow_rule(c, &rule, out);
}

static bool tells_of_people(struct clause *c, struct fact_found *out)
{
    char begins[WORD_BYTES], text[WORD_BYTES], who[WORD_BYTES / 2] = "";
    if (sscanf(c->text, "%*s %31s", who) != 1) /* as it was said: people[] has no accents */
        return false;
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        snprintf(begins, sizeof begins, " mi %s se llama ", people[i]);
        snprintf(text, sizeof text, "Tu %s se llama ", who);
        const struct rule rule = {begins, "", people[i], text, "", 4};
        if (follow_rule(c, &rule, out))
            return true;
    }
    return false;
}

static bool tells_of_tastes(struct clause *c, struct fact_found *out)
{
    char begins[WORD_BYTES], text[WORD_BYTES];
    for (size_t i = 0; i < 2 * sizeof tastes / sizeof *tastes * sizeof articles / sizeof *articles; i++) {
        const char *article = articles[i / 2 % 4], *taste = tastes[i / 8];
        snprintf(begins, sizeof begins, " %sme %s %s ", i % 2 ? "no " : "", taste, article);
        snprintf(text, sizeof text, "%s %s %s ", i % 2 ? "No te" : "Te", taste, article);
        const struct rule rule = {begins, "", "gusto ", text, "", 6};
        if (follow_rule(c, &rule, out))
            return true;
    }
    return false;
}

static bool tells(struct clause *c, struct fact_found *out)
{
    for (;;) {
        for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
            if (follow_rule(c, &rules[i], out))
                return true;
        if (tells_of_people(c, out) || tells_of_tastes(c, out) || tells_of_name(c, out))
            return true;
        bool denies = strncmp(c->line.data, " no ", 4) == 0;
        if (denies || !begins_with_filler(c) || !drop_word(c))
            return false;
    }
}

static bool is_unwanted(const char *line, struct fact_found *out)
{
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        const char *rest = strstr(line, wishes[i]);
        if (!rest || strstr(line, " no olvid") || strstr(line, " no te olvid"))
            continue;
        rest += strlen(wishes[i]);
        for (size_t k = 0; k < sizeof unwanted / sizeof *unwanted; k++) {
            if (strncmp(rest, unwanted[k].what, strlen(unwanted[k].what)) != 0)
                continue;
            out->act = *unwanted[k].key ? FACT_UNWANTED : FACT_UNWANTED_ALL;
            snprintf(out->key, sizeof out->key, "%s", unwanted[k].key);
            return true;
        }
    }
    return false;
}

/* "¿Cómo se llama mi hijo?" */
static bool asks_of_people(const char *line, struct fact_found *out)
{
    char asks[WORD_BYTES];
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        snprintf(asks, sizeof asks, " como se llama mi %s ", people[i]);
        if (!strstr(line, asks))
            continue;
        out->act = FACT_ASKED;
        snprintf(out->key, sizeof out->key, "%s", people[i]);
        return true;
    }
    return false;
}

/* How the utterance sounds from each of its words on, one behind the other, each with its NUL. */
static bool sound_from_each_word(const char *line, struct buf *out)
{
    bool ok = true;
    for (const char *at = line; ok && at && at[1]; at = strchr(at + 1, ' '))
        ok = fold_sound(at, out) && buf_append(out, "", 1);
    return ok;
}

/* Whether one of these sounds is that of the question: however a recogniser spells it and cuts its words. */
static bool is_asked(const struct buf *said, const char *question, struct buf *own)
{
    buf_reset(own);
    if (!fold_sound(question, own))
        return false;
    for (size_t at = 0; at < said->len; at += strlen(said->data + at) + 1)
        if (strcmp(said->data + at, buf_string(own)) == 0)
            return true;
    return false;
}

static bool asks(const char *line, struct fact_found *out)
{
    struct buf said = BUF_INIT(ASKED_WORDS * MOST_BYTES), own = BUF_INIT(MOST_BYTES);
    size_t i = 0, n = sizeof questions / sizeof *questions;
    bool ok = sound_from_each_word(line, &said);
    while (ok && i < n && !is_asked(&said, questions[i].asks, &own))
        i++;
    buf_finish(&said);
    buf_finish(&own);
    if (!ok || i == n)
        return false;
    out->act = *questions[i].key ? FACT_ASKED : FACT_ASKED_ALL;
    snprintf(out->key, sizeof out->key, "%s", questions[i].key);
    return true;
}

/* What is not told but asked or wished, of the whole utterance. */
static bool reads_whole(const char *line, struct fact_found *out)
{
    *out = (struct fact_found){0};
    if (is_unwanted(line, out))
        return true;
    return count_words(line) <= ASKED_WORDS && (asks(line, out) || asks_of_people(line, out));
}

/* A recogniser may leave the marks out. */
static bool begins_with_question(const char *line)
{
    static const char *const begins[] = {" que ",    " cual ",      " cuales ", " como ",   " donde ",
                                         " cuando ", " cuanto",     " quien ",  " puedo ",  " debo ",
                                         " sabes ",  " recuerdas ", " dime ",   " por que "};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(line, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Bytes until the clause's end: a mark, or " y " before what begins another rule. */
static size_t clause_length(const char *text)
{
    static const char *const joints[] = {" y vivo ",  " y me llamo ", " y mi ",
                                         " y soy ",   " y tengo ",    " y trabajo ",
                                         " y estoy ", " y me gusta ", " y me encanta "};
    size_t n = strcspn(text, ".,;:!?\n");
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        const char *joint = strstr(text, joints[i]);
        if (joint && (size_t)(joint - text) < n)
            n = (size_t)(joint - text);
    }
    return n;
}

size_t fact_rules_read(const char *words, struct fact_found *out, size_t most)
{
    struct buf whole = BUF_INIT(2 * MOST_BYTES);
    size_t n = strnlen(words, MOST_BYTES), found = 0;
    if (n == MOST_BYTES || most == 0 || !fold_line(words, n, &whole)) {
        buf_finish(&whole);
        return 0;
    }
    found = reads_whole(whole.data, out) ? 1 : 0;
    buf_finish(&whole);
    for (size_t at = 0; found < most && at < n && (found == 0 || out[0].act == FACT_TOLD);) {
        size_t length = clause_length(words + at);
        struct clause c = {words + at, length, BUF_INIT(2 * MOST_BYTES)};
        bool asks = words[at + length] == '?';
        if (!asks && length > 0 && fold_line(c.text, c.n, &c.line) && tells(&c, &out[found]))
            found++;
        buf_finish(&c.line);
        at += length + 1;
    }
    return found;
}

/* Whether a clause is nothing but what may stand before a rule: "hola, Sarai". */
static bool is_filler(const char *text, size_t n)
{
    struct clause c = {text, n, BUF_INIT(2 * MOST_BYTES)};
    bool only = fold_line(text, n, &c.line);
    while (only && c.line.len > 1) {
        only = begins_with_filler(&c);
        if (!only || !drop_word(&c))
            break;
    }
    buf_finish(&c.line);
    return only;
}

/* "Mi coche es rojo", "mi hermana pequeña vive en Soria": told, though no rule keeps it. */
static bool says_of_own(struct clause *c)
{
    static const char *const says[] = {" es ",     " son ",  " era ",    " esta ", " estan ", " tiene ",
                                       " tienen ", " vive ", " viven ",  " ha ",   " han ",   " trabaja ",
                                       " va ",     " van ",  " cumple ", " se ",   " llega ", " viene "};
    while (begins_with_filler(c) && drop_word(c))
        ;
    if (strncmp(c->line.data, " mi ", 4) != 0 && strncmp(c->line.data, " mis ", 5) != 0)
        return false;
    const char *of_what = strchr(c->line.data + 1, ' ');
    return holds_any(of_what, says, sizeof says / sizeof *says);
}

static bool is_told(const char *text, size_t n)
{
    struct clause c = {text, n, BUF_INIT(2 * MOST_BYTES)};
    struct fact_found found;
    bool told = fold_line(text, n, &c.line) && (tells(&c, &found) || says_of_own(&c));
    buf_finish(&c.line);
    return told;
}

/* A recogniser may join what is told and what is asked: "vivo en Cádiz cuándo vence el contrato". */
static bool may_ask(const char *words, size_t n)
{
    static const char *const asking[] = {" cuando ",  " cuanto ", " cuanta ", " cuantos ",
                                         " cuantas ", " donde ",  " quien ",  " cual ",
                                         " dime ",    " busca ",  " mira "};
    struct buf line = BUF_INIT(2 * MOST_BYTES);
    bool may = !fold_line(words, n, &line) || holds_any(line.data, asking, sizeof asking / sizeof *asking);
    buf_finish(&line);
    return may;
}

bool fact_rules_only_tell(const char *words)
{
    size_t n = strnlen(words, MOST_BYTES);
    bool only = n < MOST_BYTES && !may_ask(words, n), any = false;
    for (size_t at = 0, length; only && at < n; at += length + 1) {
        length = clause_length(words + at);
        bool asks = words[at + length] == '?', told = !asks && is_told(words + at, length);
        only = told || (!asks && is_filler(words + at, length));
        any = any || told;
    }
    return only && any;
}

bool fact_rules_concern(const char *words)
{
    struct buf line = BUF_INIT(2 * MOST_BYTES);
    size_t n = strnlen(words, MOST_BYTES);
    bool concern = fold_line(words, n, &line) && (memchr(words, '?', n) || begins_with_question(line.data)) &&
                   holds_any(line.data, concerning, sizeof concerning / sizeof *concerning);
    buf_finish(&line);
    return concern;
}
