#include "think/answer_kind.h"

#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "base/numerals.h"

enum { LINE_BYTES = 32 * 1024, MOST_ASKS = 12, MOST_HOLDS = 20 };

/* What a folded question holds, and beginnings of words one of which its answer then holds. */
static const struct kind {
    const char *asks[MOST_ASKS], *holds[MOST_HOLDS];
    bool takes_number; /* … or any number */
} kinds[] = {
    {{" cuanto mide", " que altura", " cuanto de alto", " cuanto de largo", " cuanto de ancho"},
     {" metro", " centimetro", " milimetro", " kilometro", " palmo", " cm ", " m ", " km ", " mm ",
      " pulgada", " pie"},
     false},
    {{" cuanto pesa", " que peso", " cuantos kilos", " cuantos gramos"},
     {" kilo", " gramo", " tonelada", " quintal", " libra", " arroba", " kg ", " g ", " miligramo"},
     false},
    {{" cuanto cuesta", " cuanto costo", " cuanto costara", " que precio", " cuanto cobra", " que cuesta",
      " cuanto vale", " cuanto ha costado", " cuanto pague "},
     {" euro", " centimo", " dolar", " peso", " libra", " peseta", " gratis", " gratuit", " nada",
      " por ciento", " iva", " punto", " millon", " coste", " precio", " incluid", " mitad", " doble"},
     false},
    {{" cuantos anos tiene", " que edad"}, {" ano", " mes", " edad", " nacio", " nacid"}, false},
    {{" cuanto dura", " cuanto tiempo", " cuanto tarda", " cuanto se tarda"},
     {" minuto", " hora", " dia", " semana", " mes", " ano", " segundo", " siglo", " rato", " noche",
      " siempre", " hasta", " plazo", " quincena", " trimestre", " semestre", " curso"},
     true},
    {{" a que hora", " hasta que hora", " desde que hora"},
     {" manana", " mediodia", " medianoche", " tarde", " noche", " hora"},
     true},
    {{" cuantos ", " cuantas "},
     {" un ", " una ", " uno ", " ningun", " vari", " par ", " doble", " docena", " mitad", " much", " poc",
      " cada"},
     true},
    {{" en que ano", " de que ano"}, {" siglo", " ano"}, true},
};

static bool holds_any(const char *line, const char *const *beginnings, size_t most)
{
    for (size_t i = 0; i < most && beginnings[i]; i++)
        if (strstr(line, beginnings[i]))
            return true;
    return false;
}

static bool holds_number(const char *line)
{
    const struct numeral *numeral;
    if (strpbrk(line, "0123456789"))
        return true;
    for (size_t i = 0; (numeral = numeral_at(i)); i++)
        for (const char *at = line; (at = strstr(at, numeral->word)); at++)
            if (at[-1] == ' ' && at[strlen(numeral->word)] == ' ')
                return true;
    return false;
}

bool answer_kind_fits(const char *question, const char *claim, size_t n_claim, bool *no_memory)
{
    struct buf asked = BUF_INIT(LINE_BYTES), said = BUF_INIT(LINE_BYTES);
    bool fits = true, ok = fold_line(question, strlen(question), &asked) && fold_line(claim, n_claim, &said);
    *no_memory = *no_memory || !ok;
    for (size_t i = 0; ok && fits && i < sizeof kinds / sizeof *kinds; i++)
        if (holds_any(asked.data, kinds[i].asks, MOST_ASKS))
            fits = holds_any(said.data, kinds[i].holds, MOST_HOLDS) ||
                   (kinds[i].takes_number && holds_number(said.data));
    buf_finish(&asked);
    buf_finish(&said);
    return fits;
}
