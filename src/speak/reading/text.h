/* A text that clean.c left tidy, and what the readers ask about a place in it. Borrowed, NUL-terminated;
 * offsets are in bytes and always on a character. Letters are those of Latin script.
 */
#ifndef SARAI_SPEAK_READING_TEXT_H
#define SARAI_SPEAK_READING_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *s;
    size_t n;
};

/* The character at `at`, the one before it; 0 at the ends. */
uint32_t text_code(const struct text *t, size_t at);
uint32_t text_before(const struct text *t, size_t at);
bool text_starts(const struct text *t, size_t at, const char *what);

bool text_is_letter(uint32_t c);
bool text_is_digit(uint32_t c);
/* Neither a letter nor a digit: a word or a number may end here. */
bool text_is_edge(uint32_t c);
bool text_is_upper(uint32_t c);
bool text_is_lower(uint32_t c);
uint32_t text_lower(uint32_t c);

/* Where the digits, the word that begin at `at` end; `at` itself where there is none. */
size_t text_digits_end(const struct text *t, size_t at);
size_t text_word_end(const struct text *t, size_t at);
/* `at`, or one further where a blank stands there: tidy text holds no two in a row. */
size_t text_skip_blank(const struct text *t, size_t at);

enum { TEXT_WORD_BYTES = 32 };
/* The word at `at`, after a blank that may stand there, in lower case; returns its end. "" when there is
 * none or it is longer. */
size_t text_next_word(const struct text *t, size_t at, char word[TEXT_WORD_BYTES]);
/* Copies bytes as lower case; "" when they do not fit. */
void text_copy_lower(const char *s, size_t n, char word[TEXT_WORD_BYTES]);

#endif
