#include "speak/reading/text.h"

#include <string.h>

#include "base/utf8.h"

uint32_t text_code(const struct text *t, size_t at)
{
    return at < t->n ? utf8_next(t->s, t->n, &at) : 0;
}

uint32_t text_before(const struct text *t, size_t at)
{
    if (at == 0)
        return 0;
    size_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && ((unsigned char)t->s[begin] & 0xC0) == 0x80)
        begin--;
    return text_code(t, begin);
}

bool text_starts(const struct text *t, size_t at, const char *what)
{
    size_t n = strlen(what);
    return n <= t->n - at && memcmp(t->s + at, what, n) == 0;
}

bool text_is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x1E00 && c <= 0x1EFF);
}

bool text_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

bool text_is_edge(uint32_t c)
{
    return !text_is_letter(c) && !text_is_digit(c);
}

/* Latin Extended puts each capital before its small letter, at even places or, in two stretches, at odd. */
static bool is_extended_upper(uint32_t c)
{
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    return (c % 2 == 1) == odd && c != 0x138 && c != 0x17F;
}

bool text_is_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    if (c < 0x100)
        return c >= 0xC0 && c <= 0xDE && c != 0xD7;
    return text_is_letter(c) && is_extended_upper(c);
}

bool text_is_lower(uint32_t c)
{
    return text_is_letter(c) && !text_is_upper(c);
}

uint32_t text_lower(uint32_t c)
{
    if (!text_is_upper(c))
        return c;
    return c < 0x100 ? c + 32 : c + 1;
}

size_t text_digits_end(const struct text *t, size_t at)
{
    while (at < t->n && text_is_digit((unsigned char)t->s[at]))
        at++;
    return at;
}

size_t text_word_end(const struct text *t, size_t at)
{
    while (at < t->n) {
        size_t next = at;
        uint32_t c = utf8_next(t->s, t->n, &next);
        bool apostrophe =
            c == '\'' && text_is_letter(text_before(t, at)) && text_is_letter(text_code(t, next));
        if (!text_is_letter(c) && !apostrophe)
            break;
        at = next;
    }
    return at;
}

size_t text_skip_blank(const struct text *t, size_t at)
{
    return at < t->n && t->s[at] == ' ' ? at + 1 : at;
}

void text_copy_lower(const char *s, size_t n, char word[TEXT_WORD_BYTES])
{
    size_t at = 0, length = 0;
    word[0] = '\0';
    if (n + 4 > TEXT_WORD_BYTES)
        return;
    while (at < n)
        length += utf8_put(text_lower(utf8_next(s, n, &at)), word + length);
    word[length] = '\0';
}

size_t text_next_word(const struct text *t, size_t at, char word[TEXT_WORD_BYTES])
{
    size_t begin = text_skip_blank(t, at), end = begin;
    while (end < t->n && end - begin < TEXT_WORD_BYTES) {
        size_t next = end;
        if (!text_is_letter(utf8_next(t->s, t->n, &next)))
            break;
        end = next;
    }
    text_copy_lower(t->s + begin, end - begin, word);
    return end;
}
