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

#endif
