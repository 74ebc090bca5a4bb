#include "know/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

enum { MAX_QUESTION_BYTES = 64 * 1024 };

/* Spanish words that say how a question is asked rather than what about; folded, and sorted. */
static const char *const little_words[] = {
    "a",       "acerca", "ademas", "ahi",     "al",       "algo",    "algun",   "alguna", "alguno", "ante",
    "aquel",   "aqui",   "asi",    "aun",     "aunque",   "cada",    "como",    "con",    "contra", "cual",
    "cuales",  "cuando", "cuanta", "cuantas", "cuanto",   "cuantos", "cuya",    "cuyo",   "da",     "de",
    "decir",   "del",    "desde",  "di",      "dice",     "dime",    "donde",   "dos",    "e",      "el",
    "ella",    "ellas",  "ellos",  "en",      "entonces", "entre",   "era",     "eran",   "eres",   "es",
    "esa",     "esas",   "ese",    "eso",     "esos",     "esta",    "estaba",  "estan",  "estar",  "estas",
    "este",    "esto",   "estos",  "fue",     "fueron",   "ha",      "habia",   "hace",   "hacer",  "hacia",
    "han",     "hasta",  "hay",    "he",      "hizo",     "la",      "las",     "le",     "les",    "lo",
    "los",     "mas",    "me",     "mi",      "mis",      "mucho",   "muy",     "nada",   "ni",     "no",
    "nos",     "o",      "os",     "otra",    "otro",     "para",    "pero",    "poco",   "por",    "porque",
    "puede",   "pueden", "puedo",  "pues",    "que",      "quien",   "quienes", "se",     "sea",    "segun",
    "ser",     "si",     "sido",   "sin",     "sobre",    "son",     "soy",     "su",     "sus",    "tal",
    "tambien", "tan",    "tanto",  "te",      "tengo",    "ti",      "tiene",   "tienen", "todo",   "todos",
    "tu",      "tus",    "u",      "un",      "una",      "unas",    "uno",     "unos",   "va",     "y",
    "ya",      "yo",
};

static int by_name(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

static bool is_little(const char *word)
{
    return bsearch(word, little_words, sizeof little_words / sizeof *little_words, sizeof *little_words,
                   by_name) != NULL;
}

static void keep(struct words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->word[i], word) == 0)
            return;
    if (w->n < WORDS_MAX)
        w->word[w->n++] = word;
}

enum sarai_status words_of(const char *question, struct words *out, struct sarai_error *err)
{
    struct buf folded = BUF_INIT(2 * MAX_QUESTION_BYTES);
    struct words w = {0}, all = {0};
    if (fold(question, strnlen(question, MAX_QUESTION_BYTES), &folded))
        w.text = buf_take(&folded);
    buf_finish(&folded);
    if (!w.text)
        return out_of_memory(err, tr("la pregunta", "the question"));
    char *rest = w.text, *word;
    while ((word = strsep(&rest, " "))) {
        if (*word == '\0')
            continue;
        keep(&all, word);
        if (!is_little(word))
            keep(&w, word);
    }
    all.text = w.text;
    *out = w.n > 0 ? w : all;
    return SARAI_OK;
}

/* What people call what they keep; folded. */
static const char *const documents[] = {
    "documento", "documentos", "archivo",  "archivos", "nota",     "notas", "papel",   "papeles", "contrato",
    "contratos", "factura",    "facturas", "informe",  "informes", "pdf",   "apuntes", "manual",  "manuales"};

enum sarai_status words_name_documents(const char *question, bool *out, struct sarai_error *err)
{
    struct words words;
    enum sarai_status st = words_of(question, &words, err);
    if (st)
        return st;
    *out = false;
    for (size_t i = 0; i < words.n; i++)
        for (size_t k = 0; k < sizeof documents / sizeof *documents; k++)
            *out = *out || strcmp(words.word[i], documents[k]) == 0;
    words_finish(&words);
    return SARAI_OK;
}

void words_finish(struct words *w)
{
    free(w->text);
    *w = (struct words){0};
}
