#include "listen/clause.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/fold.h"
#include "base/utf8.h"

enum { MAX_WORD = 32, MAX_WAKE_WORDS = 4, MAX_ADDED_WORDS = 3 };

/* Words after which a Spanish clause goes on: articles, prepositions, conjunctions, unstressed pronouns,
 * forms of "haber" and "ser" that want a complement. */
static const char *const leading[] = {
    "a",    "al",    "ante",   "aunque", "bajo", "con",     "como",    "contra",   "cuando", "de",
    "del",  "desde", "donde",  "e",      "el",   "en",      "entre",   "es",       "esta",   "este",
    "ha",   "hacia", "hasta",  "he",     "la",   "las",     "le",      "les",      "lo",     "los",
    "me",   "mi",    "mis",    "muy",    "ni",   "nuestra", "nuestro", "entonces", "o",      "para",
    "pero", "por",   "porque", "pues",   "que",  "quiero",  "se",      "si",       "sin",    "sobre",
    "son",  "su",    "sus",    "tan",    "te",   "tu",      "tus",     "u",        "un",     "una",
    "unas", "unos",  "y",      "ejemplo"};

static const char *const backchannels[] = {"aja",   "aha",  "ah",    "eh", "mm",   "mmm",  "mhm",
                                           "hm",    "hmm",  "si",    "ya", "vale", "ok",   "okay",
                                           "claro", "bien", "bueno", "uh", "oh",   "ajam", "eso"};

/* ---- words ------------------------------------------------------------------------------------ */

/* The letter without case and accent; 0 for what is no letter or digit. */
static char plain(uint32_t c)
{
    static const struct {
        const char *from;
        char to;
    } accents[] = {{"áàäâÁÀÄÂ", 'a'}, {"éèëêÉÈËÊ", 'e'}, {"íìïîÍÌÏÎ", 'i'}, {"óòöôÓÒÖÔ", 'o'},
                   {"úùüûÚÙÜÛ", 'u'}, {"ñÑ", 'n'},       {"çÇ", 'c'}};
    if (c < 0x80)
        return isalnum((int)c) ? (char)tolower((int)c) : '\0';
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
        for (size_t at = 0, n = strlen(accents[i].from); at < n;)
            if (utf8_next(accents[i].from, n, &at) == c)
                return accents[i].to;
    return '\0';
}

/* The next word from *at on, plain; false at the end. *at is left behind it. */
static bool next_word(const char *text, size_t n, size_t *at, char word[MAX_WORD])
{
    size_t length = 0;
    while (*at < n) {
        size_t before = *at;
        char letter = plain(utf8_next(text, n, at));
        if (letter && length < MAX_WORD - 1)
            word[length++] = letter;
        if (!letter && length > 0) {
            *at = before;
            break;
        }
    }
    word[length] = '\0';
    return length > 0;
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* ---- judgements ------------------------------------------------------------------------------- */

bool clause_is_unfinished(const char *text)
{
    char word[MAX_WORD], last[MAX_WORD] = "";
    size_t n = strlen(text), at = 0;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    if (n == 0)
        return false;
    if (text[n - 1] == ',' || text[n - 1] == ':' || text[n - 1] == '-' ||
        (n >= 3 && (memcmp(text + n - 3, "…", 3) == 0 || memcmp(text + n - 3, "...", 3) == 0)))
        return true;
    if (text[n - 1] == '?' || text[n - 1] == '!')
        return false;
    size_t begin = 0, end = 0;
    while (next_word(text, n, &at, word)) {
        memcpy(last, word, sizeof last);
        begin = end;
        end = at;
    }
    /* An accent tells "sé", "él", "sí", which may end a clause, from "se", "el", "si". */
    for (size_t i = begin; i < end; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return is_one_of(last, leading, sizeof leading / sizeof *leading);
}

bool clause_is_backchannel(const char *text)
{
    char word[MAX_WORD];
    size_t n = strlen(text), at = 0;
    int count = 0;
    while (next_word(text, n, &at, word)) {
        if (++count > 3 || !is_one_of(word, backchannels, sizeof backchannels / sizeof *backchannels))
            return false;
    }
    return count > 0;
}

/* The word as it sounds: no h, and v is b. */
static size_t as_it_sounds(const char *word, char sound[MAX_WORD])
{
    size_t n = 0;
    for (; *word; word++)
        if (*word != 'h')
            sound[n++] = *word == 'v' ? 'b' : *word;
    sound[n] = '\0';
    return n;
}

/* A word alone is short of what a transcriber needs: it writes "bale", "clado", "buenas". */
static bool is_nearly_backchannel(const char *word)
{
    char heard[MAX_WORD], meant[MAX_WORD];
    size_t n = as_it_sounds(word, heard);
    for (size_t i = 0; i < sizeof backchannels / sizeof *backchannels; i++) {
        size_t m = as_it_sounds(backchannels[i], meant), shorter = n < m ? n : m;
        if (fold_distance(heard, meant) <= (shorter >= 5 ? 2U : shorter >= 3 ? 1U : 0U))
            return true;
    }
    return false;
}

bool clause_may_be_murmur(const char *text)
{
    char word[MAX_WORD];
    size_t n = strlen(text), at = 0;
    int count = 0;
    while (next_word(text, n, &at, word)) {
        if (++count > 2 || !is_nearly_backchannel(word))
            return false;
    }
    return count > 0 && !strchr(text, '?');
}

const char *clause_beyond(const char *text, const char *before)
{
    char word[MAX_WORD], wanted[MAX_WORD];
    size_t n = strlen(text), n_before = strlen(before), at = 0, at_before = 0, words = 0, found = 0,
           missed = 0;
    for (; next_word(before, n_before, &at_before, wanted); words++) {
        bool is_there = false;
        size_t ahead = at;
        for (int k = 0; k < MAX_ADDED_WORDS && !is_there && next_word(text, n, &ahead, word); k++)
            is_there = strcmp(word, wanted) == 0;
        at = is_there ? ahead : at;
        missed = is_there ? 0 : missed + 1;
        found += is_there;
    }
    if (words == 0 || 2 * found < words)
        return text;
    while (missed > 0 && next_word(text, n, &at, word))
        missed--;
    return text + at + strspn(text + at, " ,.;:!?");
}

/* Whether it is at most so many words, all of these, and not only such as lean on the others. */
static bool is_made_of(const char *text, int most, const char *const *words, size_t n_words,
                       const char *const *leans, size_t n_leans)
{
    char word[MAX_WORD];
    size_t n = strlen(text), at = 0;
    int count = 0, meant = 0;
    while (next_word(text, n, &at, word)) {
        if (++count > most || !is_one_of(word, words, n_words))
            return false;
        meant += !is_one_of(word, leans, n_leans);
    }
    return meant > 0;
}

bool clause_wants_silence(const char *text)
{
    static const char *const words[] = {"para", "basta", "calla", "callate", "silencio",
                                        "ya",   "sarai", "por",   "favor"};
    static const char *const leans[] = {"ya", "sarai", "por", "favor"};
    return !strchr(text, '?') &&
           is_made_of(text, 4, words, sizeof words / sizeof *words, leans, sizeof leans / sizeof *leans);
}

bool clause_ends_ring(const char *text)
{
    static const char *const words[] = {
        "para",      "parar",   "basta",   "calla", "callate", "silencio", "apaga",        "quita",
        "deten",     "detente", "vale",    "ya",    "esta",    "voy",      "gracias",      "enterado",
        "entendido", "oido",    "oigo",    "la",    "el",      "alarma",   "temporizador", "aviso",
        "sonido",    "de",      "acuerdo", "sarai", "muchas",  "bien",     "por",          "favor"};
    static const char *const leans[] = {"la",     "el",           "de",    "esta",   "sarai", "muchas",
                                        "alarma", "temporizador", "aviso", "sonido", "por",   "favor"};
    return is_made_of(text, 5, words, sizeof words / sizeof *words, leans, sizeof leans / sizeof *leans);
}

/* Whether b can be a for a transcriber that mishears: equal, or one letter changed, added or lost. */
static bool sounds_like(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (strlen(a) >= 4 && fold_distance(a, b) <= 1);
}

/* Where the text goes on behind the wake phrase phrase[0..n_phrase); 0 when it does not begin so. */
static size_t after_phrase(const char *text, size_t n, const char *phrase, size_t n_phrase)
{
    char wanted[MAX_WORD] = "", word[MAX_WORD] = "";
    size_t at = 0, at_phrase = 0;
    int count = 0;
    while (next_word(phrase, n_phrase, &at_phrase, wanted)) {
        if (++count > MAX_WAKE_WORDS || !next_word(text, n, &at, word) || !sounds_like(wanted, word))
            return 0;
    }
    return count > 0 ? at : 0;
}

const char *clause_after_wake(const char *text, const char *phrases)
{
    size_t n = strlen(text), best = 0;
    while (*phrases) {
        size_t length = strcspn(phrases, ",");
        size_t end = after_phrase(text, n, phrases, length);
        best = end > best ? end : best;
        phrases += length + (phrases[length] == ',');
    }
    if (best == 0)
        return NULL;
    return text + best + strspn(text + best, " ,.;:!?");
}
