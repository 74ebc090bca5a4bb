#include "speak/reading/roman.h"

#include <string.h>

#include "speak/reading/grammar.h"
#include "speak/reading/numbers.h"

enum { MAX_LETTERS = 9 };

static const struct {
    const char *letters;
    unsigned value;
} steps[] = {{"CM", 900}, {"D", 500}, {"CD", 400}, {"C", 100}, {"XC", 90}, {"L", 50},
             {"XL", 40},  {"X", 10},  {"IX", 9},   {"V", 5},   {"IV", 4},  {"I", 1}};

/* The value of a well-formed numeral below 1000, 0 for anything else. */
static unsigned value_of(const char *s, size_t n)
{
    unsigned value = 0;
    size_t at = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        size_t length = strlen(steps[i].letters);
        /* I, X and C stand up to three times, all else once and not beside its own half: V after IV. */
        int most = length == 1 && steps[i].letters[0] != 'V' && steps[i].letters[0] != 'L' &&
                           steps[i].letters[0] != 'D'
                       ? 3
                       : 1;
        for (; most > 0 && at + length <= n && memcmp(s + at, steps[i].letters, length) == 0; most--) {
            value += steps[i].value;
            at += length;
        }
    }
    return at == n ? value : 0;
}

static const char *const kings[] = {
    "alfonso",   "felipe",    "carlos",  "fernando", "juan",        "pablo",     "pío",     "benedicto",
    "león",      "luis",      "enrique", "jorge",    "eduardo",     "guillermo", "ricardo", "napoleón",
    "francisco", "sancho",    "pedro",   "jaime",    "ramiro",      "alejandro", "nicolás", "gregorio",
    "clemente",  "inocencio", "urbano",  "ramsés",   "maximiliano", "ordoño",    "amadeo",  "leopoldo",
    "alberto",   "harald",    "gustavo", "federico"};
static const char *const queens[] = {"isabel", "catalina", "margarita", "juana", "maría", "cristina", "ana"};
static const char *const centuries[] = {"siglo", "siglos", "s"};
static const char *const labels[] = {"capítulo", "tomo",  "volumen", "acto",  "fase",   "parte",
                                     "título",   "anexo", "tema",    "grado", "tipo",   "nivel",
                                     "artículo", "libro", "sección", "tabla", "escena", "clase",
                                     "apéndice", "y",     "al"};

#define IS_AFTER(w, list) wording_last_is(w, list, sizeof(list) / sizeof *(list))

static bool say_ordinal(unsigned value, enum number_form form, struct wording *w)
{
    char words[NUMBER_BYTES];
    wording_say(w, number_ordinal(value, form, words));
    return true;
}

static bool say_cardinal(unsigned value, struct wording *w)
{
    char words[NUMBER_BYTES];
    wording_say(w, number_cardinal(value, NUMBER_ALONE, words));
    return true;
}

bool roman_read(const struct text *t, size_t at, size_t end, struct wording *w)
{
    char next[TEXT_WORD_BYTES];
    size_t n = end - at;
    unsigned value = n <= MAX_LETTERS ? value_of(t->s + at, n) : 0;
    if (value == 0)
        return false;
    if (IS_AFTER(w, centuries))
        return value <= 10 ? say_ordinal(value, NUMBER_ALONE, w) : say_cardinal(value, w);
    if (IS_AFTER(w, kings))
        return value <= 10 ? say_ordinal(value, NUMBER_ALONE, w) : say_cardinal(value, w);
    if (IS_AFTER(w, queens))
        return say_ordinal(value, NUMBER_FEMININE, w);
    /* Elsewhere only of I, V and X: "CD", "DC" and "MI" are other things; a lone letter needs its label. */
    bool plain = strspn(t->s + at, "IVX") >= n;
    if (IS_AFTER(w, labels) && (n > 1 || !wording_last_is(w, (const char *const[]){"y", "al"}, 2)))
        return plain && say_cardinal(value, w);
    text_next_word(t, end, next);
    enum number_form gender = grammar_gender(next);
    if (!plain || n < 2 || *next == '\0')
        return plain && n > 1 && say_cardinal(value, w);
    return gender == NUMBER_ALONE || value > 20 ? say_cardinal(value, w) : say_ordinal(value, gender, w);
}
