/* Which patterns a word may open, so that a sentence is not held against all of them.
 *
 *     static struct first_words f;                        // filled once, then only read
 *     first_words_add(&f, "apaga|apagar la (luz)", 7);
 *     first_words_sort(&f);
 *     for (at = first_words_find(&f, word); (n = first_words_at(&f, at, word)) != FIRST_WORDS_NONE; at++) …
 *
 * Patterns as in intents.c: "a|b" alternatives, "(word)" may be missing, "{slot}". One that may begin with a
 * slot stands under the word "". Patterns and words are borrowed.
 */
#ifndef SARAI_ACT_FIRST_WORDS_H
#define SARAI_ACT_FIRST_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { FIRST_WORDS_MOST = 1024 };
#define FIRST_WORDS_NONE SIZE_MAX

struct first_words {
    struct first_word {
        const char *word;
        size_t n, which;
    } words[FIRST_WORDS_MOST]; /* by word, then by pattern */
    size_t n;
};

/* More words than FIRST_WORDS_MOST are our own bug. */
void first_words_add(struct first_words *f, const char *pattern, size_t which);
void first_words_sort(struct first_words *f);
/* The first place under the word, or where it would be. */
size_t first_words_find(const struct first_words *f, const char *word);
/* The pattern at that place; FIRST_WORDS_NONE: there is no more under the word. */
size_t first_words_at(const struct first_words *f, size_t at, const char *word);

#endif
