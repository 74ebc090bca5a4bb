/* Text as it is compared: small letters without accents, everything that is no letter or digit as a blank.
 *
 *     fold_line("¿Cómo  estás?", n, &out);      // " como estas "
 */
#ifndef SARAI_BASE_FOLD_H
#define SARAI_BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends text[0..n), folded. False: no room. */
bool fold(const char *text, size_t n, struct buf *out);
/* The same with one blank around each word, so that whole words are found by strstr(line, " word "). A text
 * without words gives one blank. */
bool fold_line(const char *text, size_t n, struct buf *out);

/* Appends how a folded line sounds in Spanish, without blanks: "don de bibo" and "donde vivo" are one. b and
 * v, ll and y, s, z and soft c, hard c, qu and k, soft g and j are one sound each; h has none (Real Academia
 * Española, "Ortografía de la lengua española", 2010, chapter I). False: no room. */
bool fold_sound(const char *line, struct buf *out);

enum { FOLD_MOST_LETTERS = 63 };
/* How many letters of a folded word have to be changed, added or taken away to get the other (Levenshtein,
 * "Binary codes capable of correcting deletions, insertions, and reversals", 1966). Each has at most
 * FOLD_MOST_LETTERS bytes. */
size_t fold_distance(const char *a, const char *b);
/* How far two words may be apart and still be taken for one that is misspelt: a letter for each
 * `letters_for_each` of the word, two at most. */
size_t fold_slack(const char *word, size_t letters_for_each);

#endif
