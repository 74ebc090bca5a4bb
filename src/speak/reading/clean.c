#include "speak/reading/clean.h"

#include <string.h>

#include "base/utf8.h"
#include "speak/reading/text.h"

enum { MAX_LINK_BYTES = 2048, MAX_TAG_BYTES = 80 };

struct cleaner {
    struct text in;
    size_t at;
    struct buf *out;
    bool ok;
};

static void put(struct cleaner *c, uint32_t code)
{
    bool is_blank = code == ' ' || code == '\n';
    char last = c->out->len ? c->out->data[c->out->len - 1] : '\n';
    if (is_blank && last == '\n')
        return;
    if (is_blank && last == ' ') {
        c->out->data[c->out->len - 1] = (char)(code == '\n' ? '\n' : ' ');
        return;
    }
    c->ok = c->ok && buf_codepoint(c->out, code);
}

static void put_words(struct cleaner *c, const char *words)
{
    put(c, ' ');
    c->ok = c->ok && buf_text(c->out, words);
    put(c, ' ');
}

/* ---- characters ------------------------------------------------------------------------------ */

/* Letter and accent of a text in which they stand apart (Unicode's form D). */
static uint32_t join_accent(uint32_t letter, uint32_t accent)
{
    static const struct {
        uint32_t accent;
        const char *letters;
        const char *joined;
    } table[] = {
        {0x301, "aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"}, {0x303, "naoNAO", "ñãõÑÃÕ"},
        {0x308, "aeiouAEIOU", "äëïöüÄËÏÖÜ"},     {0x300, "aeiouAEIOU", "àèìòùÀÈÌÒÙ"},
        {0x302, "aeiouAEIOU", "âêîôûÂÊÎÔÛ"},     {0x327, "cC", "çÇ"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *place = letter < 0x80 ? strchr(table[i].letters, (int)letter) : NULL;
        if (!place || table[i].accent != accent)
            continue;
        size_t at = 2 * (size_t)(place - table[i].letters); /* every joined letter takes two bytes */
        return utf8_next(table[i].joined, strlen(table[i].joined), &at);
    }
    return letter;
}

static bool is_accent(uint32_t c)
{
    return c >= 0x300 && c <= 0x36F;
}

/* What leaves no trace: format characters, variation selectors, accents that found no letter. */
static bool is_invisible(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F && c != 0x85) || c == 0xAD ||
           c == 0xB7 || is_accent(c) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == UTF8_INVALID;
}

static bool is_line_break(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Signs beyond ASCII and Latin letters that a reader knows. */
static bool is_known_sign(uint32_t c)
{
    static const uint32_t signs[] = {0xA1,   0xA2,   0xA3,   0xA5,   0xA7,   0xAA,   0xB0,   0xB1,
                                     0xB2,   0xB3,   0xB5,   0xB9,   0xBA,   0xBC,   0xBD,   0xBE,
                                     0xBF,   0xD7,   0xF7,   0x2014, 0x2026, 0x2030, 0x20AC, 0x2103,
                                     0x2248, 0x2260, 0x2264, 0x2265, 0x221A, 0x221E};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i] == c)
            return true;
    return false;
}

static const char *greek_name(uint32_t c)
{
    static const struct {
        uint32_t small, capital;
        const char *name;
    } letters[] = {{0x3B1, 0x391, "alfa"},   {0x3B2, 0x392, "beta"},    {0x3B3, 0x393, "gamma"},
                   {0x3B4, 0x394, "delta"},  {0x3B5, 0x395, "épsilon"}, {0x3B8, 0x398, "zeta"},
                   {0x3BB, 0x39B, "lambda"}, {0x3C0, 0x3A0, "pi"},      {0x3C3, 0x3A3, "sigma"},
                   {0x3C6, 0x3A6, "fi"},     {0x3C9, 0x3A9, "omega"}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].small == c || letters[i].capital == c)
            return letters[i].name;
    return NULL;
}

/* The plain form of a typographic variant; ' ' for what the voice cannot speak. */
static uint32_t plain(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) /* full width */
        c -= 0xFEE0;
    if (c == 0x2018 || c == 0x2019 || c == 0xB4)
        return '\'';
    if ((c >= 0x2010 && c <= 0x2012) || c == 0x2212)
        return '-';
    if (c == 0x2015)
        return 0x2014;
    if (c == 0x3BC)
        return 0xB5; /* mu, the prefix of units */
    if (c == 0x2190 || c == 0x2192)
        return ',';
    if (c == '"' || c == '\t')
        return ' ';
    if (c == '|')
        return ',';
    return c < 0x80 || text_is_letter(c) || is_known_sign(c) ? c : ' ';
}

/* ---- markdown and HTML ------------------------------------------------------------------------ */

static bool is_rule(const struct text *t, size_t begin, size_t end)
{
    size_t marks = 0;
    for (size_t i = begin; i < end; i++) {
        if (!strchr("-=*_|: ", t->s[i]))
            return false;
        marks += t->s[i] != ' ';
    }
    return marks >= 3;
}

/* Skips what opens a line: "## ", "> ", "- ", a fence, a rule. Returns whether something was there. */
static bool skip_line_marks(struct cleaner *c)
{
    const struct text *t = &c->in;
    bool found = false;
    for (bool more = true; more;) {
        more = false;
        while (c->at < t->n && (t->s[c->at] == ' ' || t->s[c->at] == '\t'))
            c->at++;
        size_t hashes = strspn(t->s + c->at, "#");
        bool heading = hashes > 0 && hashes <= 6 && t->s[c->at + hashes] == ' ';
        bool item = c->at + 1 < t->n && strchr("-*+>", t->s[c->at]) && t->s[c->at + 1] == ' ';
        bool bullet = text_starts(t, c->at, "•") || text_starts(t, c->at, "▪");
        if (heading || item || bullet) {
            c->at += heading ? hashes : item ? 1 : strlen("•");
            more = found = true;
        }
    }
    size_t end = c->at + strcspn(t->s + c->at, "\r\n");
    if (text_starts(t, c->at, "```") || text_starts(t, c->at, "~~~") || is_rule(t, c->at, end)) {
        c->at = end;
        found = true;
    }
    return found;
}

/* A break parts what stands around it unless the next line goes on in small letters. */
static void take_line_breaks(struct cleaner *c)
{
    size_t breaks = 0;
    bool marked = false;
    while (c->at < c->in.n) {
        size_t next = c->at;
        uint32_t code = utf8_next(c->in.s, c->in.n, &next);
        if (is_line_break(code)) {
            breaks += !(code == '\n' && c->at > 0 && c->in.s[c->at - 1] == '\r');
            c->at = next;
            marked = skip_line_marks(c) || marked;
        } else if (code == ' ' || code == '\t' || is_invisible(code))
            c->at = next;
        else
            break;
    }
    put(c, breaks < 2 && !marked && text_is_lower(text_code(&c->in, c->at)) ? ' ' : '\n');
}

/* [text](address): past the address; at "](". */
static bool skip_link(struct cleaner *c)
{
    size_t length = 2;
    const char *s = c->in.s + c->at;
    if (s[1] != '(')
        return false;
    while (s[length] && !strchr("() \n", s[length]) && length < MAX_LINK_BYTES)
        length++;
    if (s[length] != ')')
        return false;
    c->at += length + 1;
    return true;
}

/* <b>, </b>, <br/>; not "3 < 4" nor an address in angles. */
static bool skip_tag(struct cleaner *c)
{
    const char *s = c->in.s + c->at;
    size_t length = s[1] == '/' ? 2 : 1;
    if (!text_is_letter((unsigned char)s[length]))
        return false;
    while (s[length] && !strchr("<>@:\n", s[length]) && length < MAX_TAG_BYTES)
        length++;
    if (s[length] != '>')
        return false;
    c->at += length + 1;
    put(c, ' ');
    return true;
}

/* A star or a tilde that counts or multiplies, rather than one of markdown. */
static bool is_between_numbers(const struct cleaner *c)
{
    const struct text *t = &c->in;
    size_t before = c->at, after = c->at + 1;
    if (before > 0 && t->s[before - 1] == ' ')
        before--;
    after = text_skip_blank(t, after);
    return text_is_digit(text_before(t, before)) && text_is_digit(text_code(t, after));
}

static bool take_markup(struct cleaner *c, uint32_t code)
{
    if (code == ']' && skip_link(c))
        return true;
    if (code == '<' && skip_tag(c))
        return true;
    if ((code == '*' && !is_between_numbers(c)) || code == '`' ||
        (code == '~' && text_starts(&c->in, c->at, "~~"))) {
        c->at += code == '~' ? 2 : 1;
        return true;
    }
    return false;
}

/* ---- the pass -------------------------------------------------------------------------------- */

static void take_character(struct cleaner *c)
{
    uint32_t code = utf8_next(c->in.s, c->in.n, &c->at);
    if (is_invisible(code))
        return;
    const char *name = greek_name(code);
    if (name) {
        put_words(c, name);
        return;
    }
    if (code == 0x2013) { /* en dash: of ranges, or of asides */
        bool range = text_is_digit(text_code(&c->in, c->at));
        put(c, range ? '-' : 0x2014);
        return;
    }
    if (code == 0x2103) {
        put(c, 0xB0);
        put(c, 'C');
        return;
    }
    code = plain(code);
    while (is_accent(text_code(&c->in, c->at)))
        code = join_accent(code, utf8_next(c->in.s, c->in.n, &c->at));
    put(c, code);
}

bool clean_text(const char *text, struct buf *out)
{
    struct cleaner c = {.in = {text, strlen(text)}, .out = out, .ok = true};
    skip_line_marks(&c);
    while (c.ok && c.at < c.in.n) {
        uint32_t code = text_code(&c.in, c.at);
        if (is_line_break(code))
            take_line_breaks(&c);
        else if (!take_markup(&c, code))
            take_character(&c);
    }
    while (out->len > 0 && strchr(" \n", out->data[out->len - 1]))
        out->data[--out->len] = '\0';
    return c.ok;
}
