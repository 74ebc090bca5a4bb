#include "speak/reading/words.h"

#include <string.h>

#include "base/utf8.h"
#include "speak/reading/abbreviations.h"
#include "speak/reading/measures.h"
#include "speak/reading/roman.h"

enum { LONGEST_ACRONYM = 6 }; /* letters: capitals beyond that are a word that somebody shouts */

/* ---- letters ---------------------------------------------------------------------------------- */

static const char *letter_name(uint32_t c, enum normaliser_region region)
{
    static const char *const names[] = {"a",     "be",        "ce",    "de",       "e",   "efe", "ge",
                                        "hache", "i",         "jota",  "ka",       "ele", "eme", "ene",
                                        "o",     "pe",        "cu",    "erre",     "ese", "te",  "u",
                                        "uve",   "uve doble", "equis", "i griega", "zeta"};
    if (c == 0xF1)
        return "eñe";
    if (c == 0xE7)
        return "ce cedilla";
    if (region == NORMALISER_MX && (c == 'v' || c == 'w'))
        return c == 'v' ? "ve" : "doble u";
    return c >= 'a' && c <= 'z' ? names[c - 'a'] : NULL;
}

void words_spell(const char *letters, size_t n, struct wording *w)
{
    size_t at = 0;
    while (at < n) {
        char bytes[5] = {0};
        uint32_t c = text_lower(utf8_next(letters, n, &at));
        const char *name = letter_name(c, w->region);
        utf8_put(c, bytes);
        if (name)
            wording_say(w, name);
        else if (text_is_letter(c))
            wording_say(w, bytes);
    }
}

static bool is_vowel(char c)
{
    return c != '\0' && strchr("aeiouy", c) != NULL;
}

/* ---- acronyms --------------------------------------------------------------------------------- */

/* Whether a Spanish syllable may begin with these consonants. */
static bool is_onset(const char *s, size_t n)
{
    static const char pairs[] = "bl br ch cl cr dr fl fr gl gr ll pl pr tr rr";
    if (n <= 1)
        return true;
    for (const char *p = pairs; n == 2 && *p; p += p[2] ? 3 : 2)
        if (p[0] == s[0] && p[1] == s[1])
            return true;
    return false;
}

static bool may_close(char c)
{
    return strchr("bcdfgklmnprstxz", c) != NULL;
}

/* Consonants between vowels part into the end of one syllable and the beginning of the next. */
static bool is_bridge(const char *s, size_t n)
{
    if (is_onset(s, n))
        return true;
    if (n > 3 || s[0] == s[1])
        return false;
    return strchr("bcdlmnprstxz", s[0]) != NULL && is_onset(s + 1, n - 1);
}

/* Two letters are a word only when they are one of these. */
static bool is_short_word(const char *s)
{
    static const char words[] =
        " al da de di el en es fe ha he ir la le lo me mi ni no os se si su te ti tu un "
        "va ve vi ya yo ay oh ah eh uy ja ";
    const char pattern[] = {' ', s[0], s[1], ' ', '\0'};
    return strstr(words, pattern) != NULL;
}

/* Whether lower-case ASCII letters make Spanish syllables. */
static bool is_pronounceable(const char *s, size_t n)
{
    size_t at = 0, vowels = 0;
    if (n == 2)
        return is_short_word(s);
    while (at < n) {
        size_t begin = at;
        while (at < n && !is_vowel(s[at]))
            at++;
        size_t run = at - begin;
        bool ok = begin == 0 ? is_onset(s, run)
                  : at == n  ? run == 0 || (run == 1 && may_close(s[begin]))
                  : run == 0 ? true
                             : is_bridge(s + begin, run);
        if (!ok)
            return false;
        while (at < n && is_vowel(s[at])) {
            at++;
            vowels++;
        }
    }
    return vowels > 0 && vowels < n;
}

/* What is said against the rule. */
static const char *said_otherwise(const char *s)
{
    static const char *const table[][2] = {
        {"psoe", "pesoe"}, {"csic", "cesic"},  {"ovni", "ovni"},     {"app", "ap"},
        {"imss", "ims"},   {"issste", "iste"}, {"sos", "ese o ese"}, {"ups", "ups"},
        {"org", "org"},    {"aemet", "aemet"}, {"adn", "a de ene"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(s, table[i][0]) == 0)
            return table[i][1];
    return NULL;
}

/* Letters in lower case: read as a word, or spelled. */
static void say_acronym(const char *s, size_t n, struct wording *w)
{
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii = ascii && s[i] >= 'a' && s[i] <= 'z';
    const char *otherwise = said_otherwise(s);
    if (otherwise)
        wording_say(w, otherwise);
    else if (!ascii || n > LONGEST_ACRONYM || is_pronounceable(s, n))
        wording_say_bytes(w, s, n);
    else
        words_spell(s, n, w);
}

void words_say_short(const char *lower, struct wording *w)
{
    say_acronym(lower, strlen(lower), w);
}

/* Capitals in lower case as they come, for what is too long to copy. */
static void say_lower(const char *s, size_t n, struct wording *w)
{
    char piece[64];
    size_t at = 0, length = 0;
    while (at < n) {
        length += utf8_put(text_lower(utf8_next(s, n, &at)), piece + length);
        if (length > sizeof piece - 5 || at == n) {
            wording_say_bytes(w, piece, length);
            length = 0;
        }
    }
}

/* ---- words ------------------------------------------------------------------------------------ */

struct shape {
    size_t letters, capitals;
    bool plural; /* capitals and a final small s: "ONGs" */
};

static struct shape shape_of(const char *s, size_t n)
{
    struct shape shape = {0};
    size_t at = 0;
    while (at < n) {
        uint32_t c = utf8_next(s, n, &at);
        shape.letters += text_is_letter(c);
        shape.capitals += text_is_upper(c);
    }
    shape.plural = shape.capitals >= 2 && shape.letters == shape.capitals + 1 && s[n - 1] == 's';
    return shape;
}

void words_say(const char *letters, size_t n, struct wording *w)
{
    char lower[TEXT_WORD_BYTES];
    struct shape shape = shape_of(letters, n);
    if (shape.letters == 1) {
        if (n == 1 && strchr("aeiouyAEIOUY", letters[0]))
            wording_say_bytes(w, letters, n);
        else
            words_spell(letters, n, w);
        return;
    }
    if (shape.capitals != shape.letters && !shape.plural) {
        wording_say_bytes(w, letters, n);
        return;
    }
    text_copy_lower(letters, n - shape.plural, lower);
    if (*lower)
        say_acronym(lower, strlen(lower), w);
    else
        say_lower(letters, n, w);
}

/* "J. R. R. Tolkien": the letter, without a pause. */
static size_t read_initial(const struct text *t, size_t at, size_t end, struct wording *w)
{
    bool initial = text_is_upper(text_code(t, at)) && end - at <= 2 && t->s[end] == '.' &&
                   t->s[end + 1] == ' ' && text_is_upper(text_code(t, end + 2)) &&
                   shape_of(t->s + at, end - at).letters == 1;
    if (!initial)
        return 0;
    words_spell(t->s + at, end - at, w);
    return end + 1;
}

size_t words_read(const struct text *t, size_t at, struct wording *w)
{
    size_t end, taken;
    if ((taken = abbreviations_read(t, at, w)) || (taken = measures_read_alone(t, at, w)))
        return taken;
    end = text_word_end(t, at);
    if (roman_read(t, at, end, w))
        return end;
    if ((taken = read_initial(t, at, end, w)))
        return taken;
    words_say(t->s + at, end - at, w);
    return end;
}
