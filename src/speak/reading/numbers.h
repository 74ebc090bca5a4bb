/* Numbers in Spanish words. Own code rather than ICU's spell-out rules: those are 36 MB of libraries for two
 * tables, say neither "veintiún mil" before feminine nouns nor fractions, and cannot be told when to stop.
 * tests/golden compares the two.
 */
#ifndef SARAI_SPEAK_READING_NUMBERS_H
#define SARAI_SPEAK_READING_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* How a number stands in the sentence: alone or counted ("veintiuno"), before a masculine noun ("veintiún
 * libros", "tercer piso"), before or for a feminine one ("veintiuna casas", "tercera planta"). */
enum number_form { NUMBER_ALONE, NUMBER_MASCULINE, NUMBER_FEMININE };

enum {
    NUMBER_MAX_DIGITS = 18, /* 10^18 − 1: billions in the Spanish sense */
    NUMBER_BYTES = 400,     /* of the longest */
    ORDINAL_MAX = 999,
};

/* n < 10^18. Each returns its own `out`. */
const char *number_cardinal(uint64_t n, enum number_form form, char out[NUMBER_BYTES]);
/* 1 ≤ n ≤ ORDINAL_MAX. */
const char *number_ordinal(unsigned n, enum number_form form, char out[NUMBER_BYTES]);
/* "un medio", "dos tercios"; NULL where the language has no everyday word for it. */
const char *number_fraction(unsigned numerator, unsigned denominator, char out[NUMBER_BYTES]);

#endif
