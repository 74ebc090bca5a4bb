/* Sentences out of a stream of tokens: what of an answer may be spoken already. The first sentence goes
 * out as it is made, because a voice waits for it; every later one only when it is whole, so that an
 * answer never ends in half a sentence.
 *
 *     struct sentences s;
 *     sentences_init(&s, 3, true);
 *     while (sentences_add(&s, bytes, n)) {           // false: enough, or no memory
 *         const char *piece = sentences_take(&s, &n); // borrowed until the next call
 *         …
 *     }
 *     sentences_end(&s, it_was_the_model_that_stopped); piece = sentences_take(&s, &n);
 *     sentences_finish(&s);
 */
#ifndef SARAI_THINK_SENTENCES_H
#define SARAI_THINK_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { SENTENCES_MAX_BYTES = 16 * 1024 };

struct sentences {
    struct buf raw;  /* bytes that are not a whole character yet */
    struct buf text; /* the answer so far: clean UTF-8 without line breaks */
    size_t taken;    /* bytes of text given away */
    size_t whole;    /* bytes of text in whole sentences */
    size_t start;    /* of the sentence in progress */
    int count, max;
    bool is_line; /* a line break ends the answer */
    bool is_full, is_out_of_memory;
};

void sentences_init(struct sentences *s, int max, bool is_line);
void sentences_finish(struct sentences *s);

/* Takes bytes of a token; they may begin or end inside a character. False when the answer is complete:
 * the most sentences, a line break, or a sentence that was said before (a small model's loop). */
bool sentences_add(struct sentences *s, const char *bytes, size_t n);
/* The answer begins with words that were given by other means: they are not taken again, and `max` counts the
 * sentences behind the one that they end in. False: no memory. */
bool sentences_begin(struct sentences *s, const char *words, size_t n);
/* Other words for n bytes at `at`, which were not taken yet. False: no memory. */
bool sentences_change(struct sentences *s, size_t at, size_t n, const char *words, size_t n_words);
/* The same for everything from `at` on, and the answer ends with them. */
bool sentences_end_with(struct sentences *s, size_t at, const char *words);
/* No more bytes. When the writer came to its own end the last sentence counts even without a full stop. */
void sentences_end(struct sentences *s, bool is_complete);
/* Whether the full stop that ends text[0..n) belongs to an abbreviation ("Sr.") or a list's number. */
bool sentences_abbreviates(const char *text, size_t n);
/* What may be spoken now and was not taken yet; *n may be 0. */
const char *sentences_take(struct sentences *s, size_t *n);

#endif
