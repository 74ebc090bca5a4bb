#include "remember/fact_themes.h"

#include <stddef.h>
#include <string.h>

#include "base/fold.h"

enum { MOST_BYTES = 2 * 600, SHARED_LETTERS = 4, MOST_BEGINNINGS = 24 };

/* What words of a question begin with, and the keys (their first words) of the facts that it may be about. */
static const struct theme {
    const char *begins[MOST_BEGINNINGS];
    const char *keys;
} themes[] = {
    {{"comer",  "comid", "beber",  "bebid", "tomar", "cenar",       "cena",   "desayun", "almorz", "almuerz",
      "merend", "cocin", "receta", "plato", "menu",  "restaurante", "postre", "dulce",   "azucar", "alcohol"},
     " alergia salud dieta comida gusto "},
    {{"medic", "pastilla", "dosis", "ibuprofeno", "paracetamol", "jarabe", "enferm", "sintoma", "embaraz",
      "vacuna", "salud", "farmacia"},
     " alergia salud edad medico medica "},
    {{"regal", "apetec", "recom", "aconsej", "gust", "encant", "favorit", "prefer"},
     " gusto comida color equipo dieta alergia "},
    {{"vivo", "viv", "lejos", "cerca", "llegar", "distancia", "direccion", "ciudad", "barrio", "pueblo",
      "calle", "mudar", "envi", "llov", "lluev"},
     " casa direccion origen "},
    {{"edad", "anos", "jubil", "votar", "conduc", "mayor", "menor", "naci"}, " edad nacimiento cumpleanos "},
    {{"cumple", "celebr", "fiesta"}, " cumpleanos edad nacimiento "},
    {{"trabaj", "oficio", "sueldo", "vacacion", "empleo", "profesion", "dedico", "estudi", "carrera"},
     " trabajo estudios jefe jefa companero companera "},
    {{"famil", "casado", "casada", "conmigo", "pareja", "marido", "mujer"}, " pareja compania "},
    {{"llamo", "nombre"}, " nombre apodo "},
    {{"origen", "tierra", "patria"}, " origen nacimiento "},
};

/* Words that stand in questions and facts of every kind. */
static const char *const common[] = {"tengo",   "tienes", "puedo",  "puede",    "puedes",  "eres",  "sabes",
                                     "dime",    "como",   "cual",   "cuando",   "donde",   "quien", "cuanto",
                                     "cuantos", "este",   "esta",   "esto",     "para",    "sobre", "dijiste",
                                     "llama",   "llamo",  "llamas", "favorito", "favorita"};

static size_t word_length(const char *word)
{
    return strcspn(word, " ");
}

static bool is_common(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strlen(common[i]) == n && strncmp(common[i], word, n) == 0)
            return true;
    return false;
}

/* Both lines are folded, with a blank before and behind each word: "trabajo" and "trabajas" are shared. */
static bool share_a_word(const char *one, const char *other)
{
    for (const char *at = one; *at; at += 1 + word_length(at + 1)) {
        char begins[SHARED_LETTERS + 2];
        size_t n = word_length(at + 1);
        if (n < SHARED_LETTERS || is_common(at + 1, n))
            continue;
        memcpy(begins, at, SHARED_LETTERS + 1);
        begins[SHARED_LETTERS + 1] = '\0';
        for (const char *found = other; (found = strstr(found, begins)); found++)
            if (!is_common(found + 1, word_length(found + 1)))
                return true;
    }
    return false;
}

static bool is_asked(const struct theme *t, const char *question)
{
    for (size_t i = 0; i < MOST_BEGINNINGS && t->begins[i]; i++)
        for (const char *found = question; (found = strstr(found, t->begins[i])); found++)
            if (found[-1] == ' ')
                return true;
    return false;
}

/* Whether the key, or its first word, is among these. */
static bool is_among(const char *keys, const char *key)
{
    size_t n = word_length(key);
    for (const char *found = keys; n > 0 && (found = strstr(found, key)); found++)
        if (found[-1] == ' ' && found[n] == ' ')
            return true;
    return false;
}

static bool is_of_a_theme(const char *question, const char *key)
{
    char first[32];
    size_t n = word_length(key);
    if (n >= sizeof first)
        return false;
    memcpy(first, key, n);
    first[n] = '\0';
    for (size_t i = 0; i < sizeof themes / sizeof *themes; i++)
        if (is_among(themes[i].keys, first) && is_asked(&themes[i], question))
            return true;
    return false;
}

bool fact_bears_on(const char *question, const char *key, const char *text)
{
    struct buf asked = BUF_INIT(MOST_BYTES), told = BUF_INIT(MOST_BYTES);
    bool bears = fold_line(question, strnlen(question, MOST_BYTES / 2), &asked) &&
                 fold_line(text, strnlen(text, MOST_BYTES / 2), &told) &&
                 (share_a_word(asked.data, told.data) || is_of_a_theme(asked.data, key));
    buf_finish(&asked);
    buf_finish(&told);
    return bears;
}
