#include "remember/fact_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"

enum { MOST_BYTES = 600, MOST_CLAUSES = 8, MOST_VALUE_WORDS = 14, WORD_BYTES = 64 };

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
    {" vivo en ", "", "casa", "Vives en ", "", 6},
    {" naci en ", "", "nacimiento", "Naciste en ", "", 6},
    {" tengo ", " anos ", "edad", "Tienes ", " años", 3},
    {" soy alergico a ", "", "alergia ", "Eres alérgico a ", "", 5},
    {" soy alergica a ", "", "alergia ", "Eres alérgica a ", "", 5},
    {" soy alergico al ", "", "alergia ", "Eres alérgico al ", "", 5},
    {" soy alergica al ", "", "alergia ", "Eres alérgica al ", "", 5},
    {" trabajo de ", "", "trabajo", "Trabajas de ", "", 6},
    {" trabajo como ", "", "trabajo", "Trabajas como ", "", 6},
    {" trabajo en ", "", "trabajo", "Trabajas en ", "", 6},
    {" mi cumpleanos es el ", "", "cumpleanos", "Tu cumpleaños es el ", "", 4},
    {" recuerda que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
    {" acuerdate de que ", "", "nota ", "Me dijiste que ", "", MOST_VALUE_WORDS},
};

/* " mi hijo se llama Leo " */
static const char *const people[] = {"hijo",  "hija",  "padre", "madre",  "hermano", "hermana", "marido",
                                     "mujer", "novio", "novia", "abuelo", "abuela",  "perro",   "perra",
                                     "gato",  "gata",  "amigo", "amiga",  "jefe",    "jefa"};

/* What may stand before a rule, or between two. */
static const char *const fillers[] = {"hola", "buenas", "buenos", "dias",  "tardes",  "noches",
                                      "oye",  "sarai",  "pues",   "bueno", "y",       "yo",
                                      "mira", "por",    "cierto", "no",    "perdona", "ahora"};

static const char *const wishes[] = {" olvida ", " olvidate de ", " olvidate ", " borra "};
static const struct {
    const char *what, *key; /* key "": everything */
} unwanted[] = {
    {"mi nombre ", "nombre"},
    {"como me llamo ", "nombre"},
    {"donde vivo ", "casa"},
    {"mi edad ", "edad"},
    {"cuantos anos tengo ", "edad"},
    {"mi alergia ", "alergia"},
    {"mis alergias ", "alergia"},
    {"mi trabajo ", "trabajo"},
    {"en que trabajo ", "trabajo"},
    {"mi cumpleanos ", "cumpleanos"},
    {"donde naci ", "nacimiento"},
    {"mis notas ", "nota"},
    {"todo lo que sabes de mi ", ""},
    {"lo que sabes de mi ", ""},
    {"todo lo que te he contado ", ""},
    {"todo sobre mi ", ""},
};
static const char *const asks_name[] = {" como me llamo ", " cual es mi nombre ", " sabes mi nombre "};
static const char *const asks_all[] = {" que sabes de mi ", " que sabes sobre mi ", " que recuerdas de mi "};
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

static bool follow_rule(struct clause *c, const struct rule *r, struct fact_found *out)
{
    size_t n = strlen(r->begins), tail = strlen(r->ends);
    if (strncmp(c->line.data, r->begins, n) != 0 || c->line.len < n + tail ||
        (tail > 0 && strcmp(c->line.data + c->line.len - tail, r->ends) != 0))
        return false;
    char value[FACT_TEXT_BYTES], folded[FACT_KEY_BYTES];
    int begun = count_words(r->begins), ended = tail > 0 ? count_words(r->ends) : 0;
    int words = count_words(c->line.data) - begun - ended;
    if (words < 1 || words > r->most_words)
        return false;
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

static bool tells_of_people(struct clause *c, struct fact_found *out)
{
    char begins[WORD_BYTES], text[WORD_BYTES];
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        snprintf(begins, sizeof begins, " mi %s se llama ", people[i]);
        snprintf(text, sizeof text, "Tu %s se llama ", people[i]);
        const struct rule rule = {begins, "", people[i], text, "", 4};
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
        if (tells_of_people(c, out))
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

/* What is not told but asked or wished, of the whole utterance. */
static bool reads_whole(const char *line, struct fact_found *out)
{
    *out = (struct fact_found){0};
    if (is_unwanted(line, out))
        return true;
    if (count_words(line) > 8)
        return false;
    if (holds_any(line, asks_name, sizeof asks_name / sizeof *asks_name))
        out->act = FACT_ASKED_NAME;
    else if (holds_any(line, asks_all, sizeof asks_all / sizeof *asks_all))
        out->act = FACT_ASKED_ALL;
    else
        return false;
    return true;
}

/* Bytes until the clause's end: a mark, or " y " before what begins another rule. */
static size_t clause_length(const char *text)
{
    static const char *const joints[] = {" y vivo ", " y me llamo ", " y mi ",
                                         " y soy ",  " y tengo ",    " y trabajo "};
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

bool fact_rules_concern(const char *words)
{
    struct buf line = BUF_INIT(2 * MOST_BYTES);
    size_t n = strnlen(words, MOST_BYTES);
    bool concern = fold_line(words, n, &line) &&
                   holds_any(line.data, concerning, sizeof concerning / sizeof *concerning);
    buf_finish(&line);
    return concern;
}
