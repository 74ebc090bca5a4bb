#include "speak/normaliser.h"

#include <string.h>

#include "base/utf8.h"
#include "speak/reading/addresses.h"
#include "speak/reading/clean.h"
#include "speak/reading/figures.h"
#include "speak/reading/grammar.h"
#include "speak/reading/measures.h"
#include "speak/reading/text.h"
#include "speak/reading/wording.h"
#include "speak/reading/words.h"

/* What one pass brings together the next one may read anew ("art)." → "art," is none, but "art." is one).
 * The second pass finds nothing in a sane text; no text has needed more than three. */
enum { MAX_PASSES = 4 };

/* ---- signs ------------------------------------------------------------------------------------ */

/* Signs that have a word. Several alike in a row are said once. */
static const char *sign_words(uint32_t c)
{
    static const struct {
        uint32_t sign;
        const char *words;
    } table[] = {{'%', "por ciento"},
                 {0x2030, "por mil"},
                 {'&', "y"},
                 {'@', "arroba"},
                 {'+', "más"},
                 {'=', "igual a"},
                 {0xB0, "grados"},
                 {0xB1, "más menos"},
                 {0xD7, "por"},
                 {0xF7, "entre"},
                 {0x2248, "aproximadamente"},
                 {0x2260, "distinto de"},
                 {0x2264, "menor o igual que"},
                 {0x2265, "mayor o igual que"},
                 {0x221A, "raíz de"},
                 {0x221E, "infinito"},
                 {0xA7, "párrafo"},
                 {0xB2, "al cuadrado"},
                 {0xB3, "al cubo"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].sign == c)
            return table[i].words;
    return NULL;
}

/* Signs that only numbers around them give a meaning. */
static const char *sign_between_numbers(const struct text *t, size_t at, size_t end)
{
    static const char signs[] = "*<>^/-";
    static const char *const words[] = {"por", "menor que", "mayor que", "elevado a", "entre", "menos"};
    const char *place = strchr(signs, t->s[at]);
    bool before = text_is_digit(text_before(t, at > 0 && t->s[at - 1] == ' ' ? at - 1 : at));
    bool after = text_is_digit(text_code(t, text_skip_blank(t, end)));
    if (t->s[at] == '~')
        return after ? "unos" : NULL;
    if (t->s[at] == '#')
        return after ? "número" : NULL;
    return place && before && after ? words[place - signs] : NULL;
}

/* ½ alone ("medio kilo", "tres cuartos de litro") or behind a number ("dos y media"). */
static size_t read_vulgar_fraction(const struct text *t, size_t at, size_t end, uint32_t c, struct wording *w)
{
    unsigned top = c == 0xBE ? 3 : 1, bottom = c == 0xBD ? 2 : 4;
    char words[NUMBER_BYTES];
    size_t measured;
    if (c != 0xBC && c != 0xBD && c != 0xBE)
        return 0;
    uint32_t before = text_before(t, at > 0 && t->s[at - 1] == ' ' ? at - 1 : at);
    bool behind = text_is_digit(before);
    if (behind)
        wording_say(w, "y");
    else if ((measured = measures_read_part(t, end, top, bottom, w)))
        return measured;
    const char *half = bottom == 2 ? grammar_half(t, end) : NULL;
    wording_say(w, half ? half : behind && bottom == 2 ? "medio" : number_fraction(top, bottom, words));
    return end;
}

/* "niño(s)", "compañero(a)": the ending in brackets is not read. */
static size_t skip_ending(const struct text *t, size_t at)
{
    static const char *const endings[] = {"(s)", "(es)", "(a)", "(as)", "(os)", "(n)"};
    if (!text_is_letter(text_before(t, at)))
        return 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_starts(t, at, endings[i]))
            return at + strlen(endings[i]);
    return 0;
}

/* "él/ella": a choice of words. */
static const char *choice(const struct text *t, uint32_t before, size_t end)
{
    uint32_t next = text_code(t, end);
    if (!text_is_lower(before) || !text_is_lower(next))
        return NULL;
    return next == 'o' ? "u" : "o";
}

static size_t read_stops(const struct text *t, size_t at, struct wording *w)
{
    size_t n = strspn(t->s + at, ".");
    uint32_t next = text_code(t, at + n), before = text_before(t, at);
    if (n == 1 && !text_is_edge(before) && (text_is_lower(next) || text_is_digit(next)))
        wording_say(w, "punto"); /* informe.pdf */
    else
        wording_mark(w, n > 1 ? 0x2026 : '.');
    return at + n;
}

static bool is_prosodic(uint32_t c)
{
    static const uint32_t marks[] = {',', ';', ':', '!', '?', 0xA1, 0xBF, 0x2026, 0x2014};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == c)
            return true;
    return false;
}

static size_t read_sign(const struct text *t, size_t at, struct wording *w)
{
    size_t end = at, taken;
    uint32_t c = utf8_next(t->s, t->n, &end), before = text_before(t, at);
    if (c == '.')
        return read_stops(t, at, w);
    if (c == '(' && (taken = skip_ending(t, at)))
        return taken;
    if ((taken = measures_read_alone(t, at, w)))
        return taken;
    if ((taken = read_vulgar_fraction(t, at, end, c, w)))
        return taken;
    if (is_prosodic(c))
        wording_mark(w, c);
    else if (c == '\n' && (w->last == WORDING_WORD || w->mark == ','))
        wording_mark(w, '.');
    else if (strchr("()[]{}", (int)c) && c < 0x80)
        wording_mark(w, ',');
    else if (c == '-' && before == ' ' && text_code(t, end) == ' ' && !sign_between_numbers(t, at, end))
        wording_mark(w, 0x2014);
    else {
        const char *words = sign_words(c);
        bool repeated = before == c;
        if (!words)
            words = c == '/' && choice(t, before, end) ? choice(t, before, end)
                                                       : sign_between_numbers(t, at, end);
        if (words && !repeated)
            wording_say(w, words);
    }
    return end;
}

/* ---- passes ----------------------------------------------------------------------------------- */

/* Where an address may begin: not in the middle of what was looked at. */
static bool may_be_address(uint32_t before)
{
    return before < 0x80 ? before == 0 || strchr(" \n([{<:,'", (int)before)
                         : before == 0xBF || before == 0xA1;
}

static bool read_pass(const char *text, enum normaliser_region region, struct buf *out)
{
    struct buf tidy = BUF_INIT(2 * NORMALISER_MAX_OUT);
    struct wording w = {.out = out, .region = region};
    bool ok = clean_text(text, &tidy);
    struct text t = {buf_string(&tidy), tidy.len};
    size_t at = 0;
    while (ok && !w.full && at < t.n) {
        uint32_t c = text_code(&t, at);
        size_t end = 0;
        if (c == ' ') {
            at++;
            continue;
        }
        if (!text_is_edge(c) && may_be_address(text_before(&t, at)))
            end = addresses_read(&t, at, &w);
        if (!end)
            end = figures_read(&t, at, &w);
        if (!end)
            end = text_is_letter(c) ? words_read(&t, at, &w) : read_sign(&t, at, &w);
        at = end;
    }
    buf_finish(&tidy);
    return ok && !w.full;
}

enum sarai_status normaliser_run(const char *text, const struct normaliser_options *options, struct buf *out,
                                 struct sarai_error *err)
{
    struct buf read = BUF_INIT(NORMALISER_MAX_OUT), again = BUF_INIT(NORMALISER_MAX_OUT);
    enum normaliser_region region = options ? options->region : NORMALISER_ES;
    if (strnlen(text, NORMALISER_MAX_IN + 1) > NORMALISER_MAX_IN)
        return failed(err, SARAI_EINPUT, tr("el texto pasa de %u bytes", "the text is over %u bytes"),
                      NORMALISER_MAX_IN);
    bool ok = read_pass(text, region, &read), settled = false;
    for (int pass = 1; ok && !settled && pass < MAX_PASSES; pass++) {
        buf_reset(&again);
        ok = read_pass(buf_string(&read), region, &again);
        settled = strcmp(buf_string(&read), buf_string(&again)) == 0;
        struct buf last = read;
        read = again;
        again = last;
    }
    enum sarai_status st = SARAI_OK;
    if (!ok)
        st = out_of_memory(err, tr("el texto", "the text"));
    else if (read.len > out->max - out->len)
        st = failed(err, SARAI_EINPUT, tr("el texto es demasiado largo", "the text is too long"));
    else if (!buf_append(out, buf_string(&read), read.len))
        st = out_of_memory(err, tr("el texto", "the text"));
    buf_finish(&read);
    buf_finish(&again);
    return st;
}
