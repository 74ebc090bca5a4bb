/* Spanish number words, as fold() leaves them: without accents, in small letters.
 *
 *     unsigned value;
 *     if (numeral_value("veintidos", &value)) …      // 22
 *     for (i = 0; (n = numeral_at(i)); i++) …               // ascending, all forms of a value side by side
 *
 * One word each: what is said in several ("treinta y dos", "dos mil") is put together by who reads it. Pure
 * functions; any thread.
 */
#ifndef SARAI_BASE_NUMERALS_H
#define SARAI_BASE_NUMERALS_H

#include <stdbool.h>
#include <stddef.h>

struct numeral {
    const char *word;
    unsigned value; /* 0 to 900 */
};

/* NULL past the end. */
const struct numeral *numeral_at(size_t index);
bool numeral_value(const char *word, unsigned *value);

enum { NUMERAL_BYTES = 32 };

/* The index-th numeral that may stand for figures, as it stands in a folded line (base/fold.h), with its
 * blanks, and in figures; moves the index on. "Un" is an article as a rule, "ciento" a part of "por ciento":
 * they are left out. False past the end. */
bool numeral_spelled(size_t *index, char word[NUMERAL_BYTES], char figures[NUMERAL_BYTES]);
/* Whether a folded line has this number, given in figures, as a word: "doce" for 12. */
bool numeral_stands(const char *line, const char *figures);

#endif
