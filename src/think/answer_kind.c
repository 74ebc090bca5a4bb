#include "think/answer_kind.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "base/numerals.h"

enum { LINE_BYTES = 32 * 1024, MOST_ASKS = 12, MOST_HOLDS = 48, STEM = 4 };

/* What else an answer may hold. */
enum takes {
    NOTHING = 0,
    NUMBER = 1, /* one that counts nothing but what was asked for: no "6.400 euros" for "¿cuántas becas?" */
    FIGURES = 2, /* the same, in figures */
    NAME = 4,    /* a capital */
};

/* What a folded question holds, and beginnings of words one of which its answer then holds. */
static const struct kind {
    const char *asks[MOST_ASKS], *holds[MOST_HOLDS];
    int takes;
    bool opens; /* only where the question begins so: "cuando" joins sentences, too */
} kinds[] = {
    {{" cuanto mide", " que altura", " cuanto de alto", " cuanto de largo", " cuanto de ancho"},
     {" metro", " centimetro", " milimetro", " kilometro", " palmo", " cm ", " m ", " km ", " mm ",
      " pulgada", " pie"},
     NOTHING,
     false},
    {{" cuanto pesa", " que peso", " cuantos kilos", " cuantos gramos"},
     {" kilo", " gramo", " tonelada", " quintal", " libra", " arroba", " kg ", " g ", " miligramo"},
     NOTHING,
     false},
    {{" cuanto cuesta", " cuanto costo", " cuanto costara", " que precio", " cuanto cobra", " que cuesta",
      " cuanto vale", " cuanto ha costado", " cuanto pague "},
     {" euro", " centimo", " dolar", " peso", " libra", " peseta", " gratis", " gratuit", " nada",
      " por ciento", " iva", " punto", " millon", " coste", " precio", " incluid", " mitad", " doble"},
     NOTHING,
     false},
    {{" cuantos anos tiene", " que edad"}, {" ano", " mes", " edad", " nacio", " nacid"}, NOTHING, false},
    {{" cuanto dura", " cuanto tiempo", " cuanto tarda", " cuanto se tarda"},
     {" minuto", " hora", " dia", " semana", " mes", " ano", " segundo", " siglo", " rato", " noche",
      " siempre", " hasta", " plazo", " quincena", " trimestre", " semestre", " curso"},
     NUMBER,
     false},
    {{" a que hora", " hasta que hora", " desde que hora"},
     {" manana", " mediodia", " medianoche", " tarde", " noche", " hora"},
     NUMBER,
     false},
    {{" cuantos ", " cuantas "},
     {" un ", " una ", " uno ", " ningun", " vari", " par ", " doble", " docena", " mitad", " much", " poc",
      " cada"},
     NUMBER,
     false},
    {{" en que ano", " de que ano"}, {" siglo", " ano"}, NUMBER, false},
    {{" cuando ", " hasta cuando ", " desde cuando ", " para cuando ", " que dia ", " en que dia ",
      " hasta que dia ", " desde que dia ", " en que fecha ", " en que mes "},
     {" dia",    " semana",     " mes",      " ano",       " siglo",     " hora",    " minuto",  " segundo",
      " decada", " enero",      " febrero",  " marzo",     " abril",     " mayo",    " junio",   " julio",
      " agosto", " septiembre", " octubre",  " noviembre", " diciembre", " lunes",   " martes",  " miercoles",
      " jueves", " viernes",    " sabado",   " domingo",   " hoy",       " ayer",    " manana",  " tarde",
      " noche",  " cuando",     " al ",      " tras ",     " despues",   " antes",   " durante", " mientras",
      " fin",    " verano",     " invierno", " otono",     " primavera", " navidad", " epoca",   " periodo"},
     FIGURES | NAME,
     true},
    {{" en que sala", " en que aula", " en que calle", " en que ciudad", " en que pueblo", " en que pais",
      " en que piso", " en que planta", " en que pagina", " en que linea", " en que puerta", " en que sitio"},
     {" en ", " sala", " aula", " calle", " ciudad", " pueblo", " pais", " piso", " planta", " pagina",
      " linea", " puerta", " sitio"},
     NUMBER | NAME,
     false},
};

static bool holds_any(const char *line, const char *const *beginnings, size_t most)
{
    for (size_t i = 0; i < most && beginnings[i]; i++)
        if (strstr(line, beginnings[i]))
            return true;
    return false;
}

/* What things are measured and paid in. */
static const char *const units[] = {
    " euro",      " centimo",   " dolar",   " peseta", " por ciento", " metro",     " centimetro",
    " milimetro", " kilometro", " kilo",    " gramo",  " litro",      " mililitro", " grado",
    " minuto",    " hora",      " segundo", " dia",    " semana",     " mes",       " ano"};

/* Whether the word at the blank `at` begins a number: in figures, or in words; "ciento" is one of "por
 * ciento". */
static bool is_number(const char *at, bool in_words)
{
    char word[32];
    unsigned value;
    size_t n = strcspn(at + 1, " ");
    if (at[1] >= '0' && at[1] <= '9')
        return true;
    if (!in_words || n == 0 || n >= sizeof word)
        return false;
    memcpy(word, at + 1, n);
    word[n] = '\0';
    return strcmp(word, "mil") == 0 || (strcmp(word, "ciento") != 0 && numeral_value(word, &value));
}

static bool begins_with(const char *at, const char *word)
{
    return strncmp(at, word, strlen(word)) == 0;
}

/* Whether what stands at `at` is a unit that the question does not speak of. */
static bool is_other_unit(const char *at, const char *question)
{
    char stem[STEM + 2]; /* behind its blank */
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (begins_with(at, units[i])) {
            snprintf(stem, sizeof stem, "%s", units[i]);
            return !strstr(question, stem);
        }
    return false;
}

/* Whether the line holds a number that counts no unit, or one that the question speaks of. */
static bool holds_number(const char *line, const char *question, bool in_words)
{
    for (const char *at = line; at && at[1]; at = strchr(at + 1, ' ')) {
        if (!is_number(at, in_words))
            continue;
        const char *next = at;
        while (next[1] && (is_number(next, true) || begins_with(next, " y ")))
            next = strchr(next + 1, ' ');
        if (!is_other_unit(next, question))
            return true;
        at = next;
    }
    return false;
}

static bool holds_capital(const char *claim, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((claim[i] >= 'A' && claim[i] <= 'Z') ||
            (i + 1 < n && (unsigned char)claim[i] == 0xC3 && (unsigned char)claim[i + 1] >= 0x80 &&
             (unsigned char)claim[i + 1] <= 0x9E))
            return true;
    return false;
}

/* "Cuando llueve, ¿qué hago?" does not ask when. */
static const char *opening_of(const char *question)
{
    const char *at = question;
    for (const char *mark = question; (mark = strstr(mark, "¿")); mark++)
        at = mark;
    return at;
}

static bool is_asked(const struct kind *kind, const char *question, const char *opening)
{
    for (size_t i = 0; i < MOST_ASKS && kind->asks[i]; i++)
        if (kind->opens ? begins_with(opening, kind->asks[i]) : strstr(question, kind->asks[i]) != NULL)
            return true;
    return false;
}

static bool fits(const struct kind *kind, const char *question, const char *line, const char *claim,
                 size_t n_claim)
{
    return holds_any(line, kind->holds, MOST_HOLDS) ||
           ((kind->takes & NUMBER) && holds_number(line, question, true)) ||
           ((kind->takes & FIGURES) && holds_number(line, question, false)) ||
           ((kind->takes & NAME) && holds_capital(claim, n_claim));
}

bool answer_kind_fits(const char *question, const char *claim, size_t n_claim, bool *no_memory)
{
    struct buf asked = BUF_INIT(LINE_BYTES), opening = BUF_INIT(LINE_BYTES), said = BUF_INIT(LINE_BYTES);
    const char *opens = opening_of(question);
    bool all = true, ok = fold_line(question, strlen(question), &asked) &&
                          fold_line(opens, strlen(opens), &opening) && fold_line(claim, n_claim, &said);
    *no_memory = *no_memory || !ok;
    for (size_t i = 0; ok && all && i < sizeof kinds / sizeof *kinds; i++)
        all = !is_asked(&kinds[i], asked.data, opening.data) ||
              fits(&kinds[i], asked.data, said.data, claim, n_claim);
    buf_finish(&asked);
    buf_finish(&opening);
    buf_finish(&said);
    return all;
}
