#include "base/utf8.h"

/* Bytes of the character that begins with b, 0 where none does. */
static size_t sequence_length(unsigned char b)
{
    if (b < 0x80)
        return 1;
    if (b >= 0xC2 && b <= 0xDF)
        return 2;
    if (b >= 0xE0 && b <= 0xEF)
        return 3;
    if (b >= 0xF0 && b <= 0xF4)
        return 4;
    return 0;
}

uint32_t utf8_next(const char *text, size_t n, size_t *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text + *at;
    size_t length = sequence_length(*p);
    if (length == 1) {
        *at += 1;
        return *p;
    }
    if (length == 0 || length > n - *at) {
        *at += 1;
        return UTF8_INVALID;
    }
    uint32_t c = *p & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at += 1;
            return UTF8_INVALID;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        *at += 1;
        return UTF8_INVALID;
    }
    *at += length;
    return c;
}

size_t utf8_put(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)((0xF00u >> length & 0xFF) | c);
    return length;
}

size_t utf8_complete(const char *text, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        size_t length = sequence_length((unsigned char)text[n - back]);
        if (length > 0)
            return length > back ? n - back : n;
    }
    return n;
}
