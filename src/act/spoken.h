/* A transcript as words: lower case, without accents and marks; and the numbers in it, in words or figures.
 *
 *     struct spoken s;
 *     spoken_split("¿Cuánto es doce por 3,5?", &s);        // cuanto es doce por 3,5
 *     n = spoken_number(&s, 2, &number);                   // 1 word: 12
 *     spoken_slice(&s, 2, 5, out, sizeof out);             // "doce por 3,5", as it was written
 */
#ifndef SARAI_ACT_SPOKEN_H
#define SARAI_ACT_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOKEN_WORDS = 96, SPOKEN_BYTES = 1024, SPOKEN_DECIMALS = 12 };

struct spoken {
    const char *original;
    char text[SPOKEN_BYTES + SPOKEN_WORDS];
    const char *word[SPOKEN_WORDS];
    size_t from[SPOKEN_WORDS], to[SPOKEN_WORDS]; /* bytes of the original */
    size_t n;
};

/* False: longer than a command is. The original must outlive it. */
bool spoken_split(const char *text, struct spoken *out);
bool spoken_is(const struct spoken *s, size_t at, const char *word);
/* Whether the word at `at` is one of "por|entre"; what stands behind a blank or a parenthesis is not looked
 * at. */
bool spoken_any(const struct spoken *s, size_t at, const char *words);
/* How many words of `phrase` ("la mitad de"; alternatives "por|entre") stand at `at`: all, or 0. */
size_t spoken_match(const struct spoken *s, size_t at, const char *phrase);
/* Words [from, to) as they were written; false: no room. */
bool spoken_slice(const struct spoken *s, size_t from, size_t to, char *out, size_t n);
/* Whether two texts are the same words, but for an article before them: "la pasta" and "pasta". */
bool spoken_same(const char *a, const char *b);

struct number {
    uint64_t whole;
    char decimals[SPOKEN_DECIMALS + 1]; /* "" or figures */
};
/* The number at `at`, below 10^12: how many words it takes, 0 when there is none. */
size_t spoken_number(const struct spoken *s, size_t at, struct number *out);
/* The same, whole and at most `most`. */
size_t spoken_whole(const struct spoken *s, size_t at, unsigned most, unsigned *out);

#endif
