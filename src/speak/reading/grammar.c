#include "speak/reading/grammar.h"

#include <stdbool.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* After a number these begin something else than the thing counted. */
static const char *const no_nouns[] = {
    "a",      "al",       "ante",  "antes", "aun",     "bajo",   "cada",    "como",  "con",
    "cuando", "de",       "del",   "desde", "después", "donde",  "durante", "e",     "el",
    "en",     "entre",    "era",   "eran",  "es",      "esta",   "está",    "están", "fue",
    "fueron", "ha",       "había", "hace",  "han",     "hasta",  "hay",     "hoy",   "hubo",
    "la",     "las",      "le",    "les",   "lo",      "los",    "más",     "me",    "menos",
    "mi",     "mientras", "muy",   "ni",    "no",      "nos",    "o",       "para",  "pero",
    "por",    "porque",   "puede", "que",   "qué",     "quedan", "se",      "será",  "si",
    "sí",     "sin",      "sobre", "son",   "su",      "sus",    "también", "te",    "tiene",
    "tras",   "tu",       "u",     "un",    "una",     "va",     "y",       "ya",    "yo"};

/* Before a number these name it rather than count: "el número 21", "la página 201", "en 2021". */
static const char *const labels[] = {"número",  "página",    "capítulo", "artículo",   "tema",  "línea",
                                     "sala",    "puerta",    "piso",     "habitación", "canal", "nivel",
                                     "versión", "ejercicio", "andén",    "vía",        "calle", "opción"};

static const char *const feminine_words[] = {
    "mano",     "noche",  "tarde",  "vez",      "mujer",    "llave", "calle",  "clase",  "parte", "gente",
    "flor",     "leche",  "sangre", "nube",     "nave",     "torre", "fuente", "foto",   "moto",  "web",
    "imagen",   "imágen", "frase",  "base",     "serie",    "fase",  "red",    "pared",  "luz",   "luc",
    "voz",      "voc",    "cruz",   "cruc",     "raíz",     "raíc",  "actriz", "actric", "sede",  "muerte",
    "mente",    "señal",  "piel",   "cárcel",   "catedral", "orden", "órden",  "madre",  "clave", "razón",
    "razon",    "vec",    "nariz",  "naric",    "perdiz",   "lente", "fe",     "miel",   "sal",   "suite",
    "interfaz", "unidad", "vocal",  "diagonal", "sucursal", "postal"};

static const char *const masculine_words[] = {
    "día",     "mapa",      "planeta",    "problema",  "programa",   "tema",      "sistema",
    "idioma",  "clima",     "poema",      "drama",     "aroma",      "diploma",   "dilema",
    "esquema", "fantasma",  "gramo",      "kilograma", "lema",       "panorama",  "síntoma",
    "teorema", "telegrama", "crucigrama", "pijama",    "sofá",       "tranvía",   "avión",
    "camión",  "gorrión",   "millón",     "guion",     "guión",      "escorpión", "avion",
    "camion",  "gorrion",   "millon",     "escorpion", "pentagrama", "sabor",     "euro"};

static bool is_in(const char *word, size_t n, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == n && memcmp(list[i], word, n) == 0)
            return true;
    return false;
}

static bool ends_with(const char *word, size_t n, const char *ending)
{
    size_t length = strlen(ending);
    return n > length && memcmp(word + n - length, ending, length) == 0;
}

static bool has_feminine_ending(const char *word, size_t n)
{
    static const char *const endings[] = {"a", "ión", "ion", "dad", "tad", "tud", "umbre", "eza", "triz"};
    for (size_t i = 0; i < COUNT(endings); i++)
        if (ends_with(word, n, endings[i]))
            return true;
    return false;
}

enum number_form grammar_gender(const char *word)
{
    size_t n = strlen(word);
    if (n == 0 || is_in(word, n, no_nouns, COUNT(no_nouns)))
        return NUMBER_ALONE;
    /* The plural is looked up as it stands without -s, then without -es. */
    for (int cut = 0; cut < 3; cut++) {
        if (is_in(word, n, feminine_words, COUNT(feminine_words)))
            return NUMBER_FEMININE;
        if (is_in(word, n, masculine_words, COUNT(masculine_words)))
            return NUMBER_MASCULINE;
        if (has_feminine_ending(word, n))
            return NUMBER_FEMININE;
        char last = cut == 0 ? 's' : 'e';
        if (n < 3 || word[n - 1] != last)
            break;
        n--;
    }
    return NUMBER_MASCULINE;
}

enum number_form grammar_cardinal_form(const struct text *t, size_t at, const struct wording *before)
{
    char word[TEXT_WORD_BYTES];
    if (!text_is_letter(text_code(t, text_skip_blank(t, at))) ||
        wording_last_is(before, labels, COUNT(labels)))
        return NUMBER_ALONE;
    size_t end = text_next_word(t, at, word);
    if (strcmp(word, "mil") == 0) { /* "200 mil personas": the hundreds agree with what comes after */
        enum number_form form = text_is_letter(text_code(t, text_skip_blank(t, end)))
                                    ? (text_next_word(t, end, word), grammar_gender(word))
                                    : NUMBER_MASCULINE;
        return form == NUMBER_FEMININE ? form : NUMBER_MASCULINE;
    }
    return grammar_gender(word);
}

const char *grammar_half(const struct text *t, size_t at)
{
    char word[TEXT_WORD_BYTES];
    text_next_word(t, at, word);
    enum number_form gender = grammar_gender(word);
    return gender == NUMBER_ALONE ? NULL : gender == NUMBER_FEMININE ? "media" : "medio";
}
