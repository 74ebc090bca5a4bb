#include "act/spoken.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/numerals.h"
#include "base/utf8.h"

/* ---- words ------------------------------------------------------------------------------------ */

/* A letter without its accent, in lower case; 0: not a letter or figure. */
static uint32_t fold(uint32_t c)
{
    static const struct {
        uint32_t from;
        char to;
    } accents[] = {{0xE1, 'a'}, {0xE0, 'a'}, {0xE4, 'a'}, {0xE2, 'a'}, {0xE9, 'e'}, {0xE8, 'e'}, {0xEB, 'e'},
                   {0xEA, 'e'}, {0xED, 'i'}, {0xEC, 'i'}, {0xEF, 'i'}, {0xEE, 'i'}, {0xF3, 'o'}, {0xF2, 'o'},
                   {0xF6, 'o'}, {0xF4, 'o'}, {0xFA, 'u'}, {0xF9, 'u'}, {0xFC, 'u'}, {0xFB, 'u'}, {0xE7, 'c'}};
    if (c < 0x80) {
        bool is_capital = c >= 'A' && c <= 'Z';
        bool is_one = is_capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return !is_one ? 0 : is_capital ? c + ('a' - 'A') : c;
    }
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
        c += 0x20;
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
        if (accents[i].from == c)
            return (uint32_t)accents[i].to;
    return c >= 0xDF && c <= 0x24F && c != 0xF7 ? c : 0;
}

/* A mark that is a word of its own; NULL: none. */
static const char *mark(uint32_t c)
{
    switch (c) {
    case '+':
        return "+";
    case '-':
    case 0x2212:
        return "-";
    case '*':
    case 0xD7:
        return "*";
    case '/':
    case 0xF7:
        return "/";
    case '%':
        return "%";
    case '^':
        return "^";
    case '(':
        return "(";
    case ')':
        return ")";
    case 0x20AC:
        return "euros";
    case 0xB0:
    case 0xBA:
        return "grados";
    default:
        return NULL;
    }
}

static bool is_figure(char c)
{
    return c >= '0' && c <= '9';
}

struct splitter {
    struct spoken *out;
    size_t used;
    bool in_word;
};

static bool begin_word(struct splitter *p, size_t from)
{
    struct spoken *s = p->out;
    if (s->n == SPOKEN_WORDS || p->used + 8 >= sizeof s->text)
        return false;
    s->word[s->n] = s->text + p->used;
    s->from[s->n] = from;
    p->in_word = true;
    return true;
}

static void end_word(struct splitter *p, size_t to)
{
    if (!p->in_word)
        return;
    p->out->text[p->used++] = '\0';
    p->out->to[p->out->n++] = to;
    p->in_word = false;
}

static bool add_mark(struct splitter *p, const char *word, size_t from, size_t to)
{
    end_word(p, from);
    if (!begin_word(p, from))
        return false;
    size_t n = strlen(word);
    memcpy(p->out->text + p->used, word, n);
    p->used += n;
    end_word(p, to);
    return true;
}

/* Whether the mark at `at` stands inside figures: 3,5 or 17:05. */
static bool joins_figures(const struct splitter *p, const char *text, size_t at)
{
    return p->in_word && strchr(".,:", text[at]) && at > 0 && is_figure(text[at - 1]) &&
           is_figure(text[at + 1]);
}

bool spoken_split(const char *text, struct spoken *out)
{
    struct splitter p = {.out = out};
    size_t n = strnlen(text, SPOKEN_BYTES);
    out->n = 0;
    out->original = text;
    if (n == SPOKEN_BYTES)
        return false;
    for (size_t at = 0; at < n;) {
        size_t from = at;
        uint32_t c = utf8_next(text, n, &at), folded = fold(c);
        if (folded == 0 && joins_figures(&p, text, from))
            folded = c;
        const char *word = folded ? NULL : mark(c);
        if (word && !add_mark(&p, word, from, at))
            return false;
        if (folded && !p.in_word && !begin_word(&p, from))
            return false;
        if (folded)
            p.used += utf8_put(folded, out->text + p.used);
        else if (!word)
            end_word(&p, from);
        if (p.used + 8 >= sizeof out->text)
            return false;
    }
    end_word(&p, n);
    return true;
}

bool spoken_is(const struct spoken *s, size_t at, const char *word)
{
    return at < s->n && strcmp(s->word[at], word) == 0;
}

/* Whether the word is one of the alternatives that stand at `at`, which end with a blank, a parenthesis or
 * the text. */
static bool is_one_of(const char *word, const char *at)
{
    for (;; at++) {
        size_t n = 0;
        while (word[n] && word[n] == at[n])
            n++;
        at += n;
        if (!word[n] && (*at == '|' || *at == ' ' || *at == ')' || !*at))
            return true;
        while (*at && *at != '|' && *at != ' ' && *at != ')')
            at++;
        if (*at != '|')
            return false;
    }
}

bool spoken_any(const struct spoken *s, size_t at, const char *words)
{
    return at < s->n && is_one_of(s->word[at], words);
}

size_t spoken_match(const struct spoken *s, size_t at, const char *phrase)
{
    size_t matched = 0;
    for (const char *p = phrase; *p; p += *p == ' ') {
        if (!spoken_any(s, at + matched, p))
            return 0;
        matched++;
        p += strcspn(p, " ");
    }
    return matched;
}

bool spoken_slice(const struct spoken *s, size_t from, size_t to, char *out, size_t n)
{
    if (from >= to || to > s->n)
        return false;
    int length = (int)(s->to[to - 1] - s->from[from]);
    return snprintf(out, n, "%.*s", length, s->original + s->from[from]) < (int)n;
}

bool spoken_same(const char *a, const char *b)
{
    static const char articles[] = "el|la|los|las";
    struct spoken x, y;
    if (!spoken_split(a, &x) || !spoken_split(b, &y))
        return false;
    size_t i = x.n > 1 && spoken_any(&x, 0, articles), k = y.n > 1 && spoken_any(&y, 0, articles);
    while (i < x.n && k < y.n && strcmp(x.word[i], y.word[k]) == 0)
        i++, k++;
    return i == x.n && k == y.n;
}

/* ---- numbers ---------------------------------------------------------------------------------- */

static bool word_value(const struct spoken *s, size_t at, unsigned *value)
{
    return at < s->n && numeral_value(s->word[at], value);
}

/* 0 to 999 in words: how many. */
static size_t below_thousand(const struct spoken *s, size_t at, uint64_t *out)
{
    unsigned value;
    size_t n = 0;
    uint64_t sum = 0;
    if (word_value(s, at, &value) && value >= 100) {
        sum = value;
        n = 1;
    }
    if (word_value(s, at + n, &value) && value < 100 && (n == 0 || value > 0)) {
        sum += value;
        n++;
        unsigned unit;
        if (value >= 30 && spoken_is(s, at + n, "y") && word_value(s, at + n + 1, &unit) && unit > 0 &&
            unit < 10) {
            sum += unit;
            n += 2;
        }
    }
    *out = sum;
    return n;
}

/* "dos millones trescientos mil cinco" */
static size_t number_in_words(const struct spoken *s, size_t at, uint64_t *out)
{
    uint64_t total = 0, group = 0, limit = 1000000000000;
    size_t n = 0;
    for (;;) {
        size_t m = below_thousand(s, at + n, &group);
        bool is_thousand = spoken_is(s, at + n + m, "mil") && limit > 1000;
        if (is_thousand) {
            uint64_t thousands = m ? group : 1, rest = 0;
            n += m + 1;
            size_t k = below_thousand(s, at + n, &rest);
            group = 1000 * thousands + (k ? rest : 0);
            n += k;
        } else {
            n += m;
        }
        bool is_million = n > 0 && spoken_match(s, at + n, "millon|millones") && limit > 1000000;
        if (is_million) {
            n++;
            total += 1000000 * group;
            limit = 1000000;
            if (!word_value(s, at + n, &(unsigned){0}) && !spoken_is(s, at + n, "mil"))
                break;
            continue;
        }
        total += m || is_thousand ? group : 0;
        break;
    }
    *out = total;
    return n;
}

/* "1.234,5", "12.5", "3" */
static bool number_in_figures(const char *word, struct number *out)
{
    char digits[32];
    size_t n = 0;
    const char *p = word, *comma = strchr(word, ',');
    *out = (struct number){0};
    for (; is_figure(*p) || (*p == '.' && is_figure(p[1])); p++) {
        bool groups = *p == '.' && is_figure(p[1]) && is_figure(p[2]) && is_figure(p[3]) &&
                      !is_figure(p[4]) && word[0] != '0';
        if (*p == '.' && !groups)
            break;
        if (*p != '.' && n == 12)
            return false;
        if (*p != '.')
            digits[n++] = *p;
    }
    if (n == 0 || (comma && p != comma))
        return false;
    digits[n] = '\0';
    out->whole = strtoull(digits, NULL, 10);
    if (*p == '\0')
        return true;
    n = strspn(p + 1, "0123456789");
    if ((*p != ',' && *p != '.') || p[1 + n] || n == 0 || n > SPOKEN_DECIMALS)
        return false;
    memcpy(out->decimals, p + 1, n + 1);
    return true;
}

/* Behind "coma": figures, or words such as "cero cinco". */
static size_t decimals_in_words(const struct spoken *s, size_t at, char out[SPOKEN_DECIMALS + 1])
{
    size_t n = 0, length = 0;
    uint64_t value;
    out[0] = '\0';
    if (at < s->n && is_figure(s->word[at][0]) && strspn(s->word[at], "0123456789") == strlen(s->word[at]) &&
        strlen(s->word[at]) <= SPOKEN_DECIMALS) {
        snprintf(out, SPOKEN_DECIMALS + 1, "%s", s->word[at]);
        return 1;
    }
    while (spoken_is(s, at + n, "cero") && length < SPOKEN_DECIMALS - 3) {
        out[length++] = '0';
        out[length] = '\0';
        n++;
    }
    size_t m = below_thousand(s, at + n, &value);
    if (m > 0)
        snprintf(out + length, SPOKEN_DECIMALS + 1 - length, "%u", (unsigned)value);
    return n + m;
}

size_t spoken_number(const struct spoken *s, size_t at, struct number *out)
{
    size_t n;
    *out = (struct number){0};
    if (at >= s->n)
        return 0;
    if (is_figure(s->word[at][0])) {
        if (!number_in_figures(s->word[at], out))
            return 0;
        n = 1;
        if (!out->decimals[0] && spoken_match(s, at + 1, "mil|millon|millones") && out->whole < 1000) {
            out->whole *= spoken_is(s, at + 1, "mil") ? 1000 : 1000000;
            n = 2;
        }
    } else if (spoken_match(s, at, "medio|media")) {
        out->decimals[0] = '5';
        return 1;
    } else {
        n = number_in_words(s, at, &out->whole);
    }
    if (n > 0 && !out->decimals[0] && spoken_match(s, at + n, "coma|punto")) {
        size_t m = decimals_in_words(s, at + n + 1, out->decimals);
        n += m ? m + 1 : 0;
    }
    return n;
}

size_t spoken_whole(const struct spoken *s, size_t at, unsigned most, unsigned *out)
{
    struct number number;
    size_t n = spoken_number(s, at, &number);
    if (n == 0 || number.decimals[0] || number.whole > most)
        return 0;
    *out = (unsigned)number.whole;
    return n;
}
