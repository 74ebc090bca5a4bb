/* UTF-8, as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef SARAI_BASE_UTF8_H
#define SARAI_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_INVALID 0xFFFDu

/* Decodes the character at text[*at] and moves *at past it. An invalid byte gives UTF8_INVALID and
 * moves on by one. *at must be < n. */
uint32_t utf8_next(const char *text, size_t n, size_t *at);

/* Writes c (a valid code point) to out[0..3]; returns the bytes written, 1 to 4. */
size_t utf8_put(uint32_t c, char out[4]);

/* The length of the longest prefix of text that does not end inside a character: where a stream of
 * bytes may be cut. Invalid bytes in the middle are not its business. */
size_t utf8_complete(const char *text, size_t n);

#endif
