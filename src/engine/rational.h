/* Exact fractions, through GMP. The only file pair that includes its header.
 *
 *     struct rational *a = rational_open("1609.344"), *b = rational_open("3");
 *     rational_multiply(a, b);  rational_write(a, 4, text, sizeof text, &is_rounded);
 *     rational_close(a); rational_close(b);
 *
 * Numbers are kept below 10^RATIONAL_DIGITS, above and below the fraction line: an operation that would pass
 * that fails and leaves its operand as it was. Any thread, one at a time on one number.
 */
#ifndef SARAI_ENGINE_RATIONAL_H
#define SARAI_ENGINE_RATIONAL_H

#include <stdbool.h>
#include <stddef.h>

struct rational;

enum {
    RATIONAL_DIGITS = 300,
    RATIONAL_DECIMALS = 12,
    RATIONAL_BYTES = RATIONAL_DIGITS + RATIONAL_DECIMALS + 8
};

/* "-12.5" or "5/9"; NULL: no number, too long, or no memory. */
struct rational *rational_open(const char *text);
void rational_close(struct rational *r);

bool rational_add(struct rational *r, const struct rational *other);
bool rational_subtract(struct rational *r, const struct rational *other);
bool rational_multiply(struct rational *r, const struct rational *other);
/* False by zero, too. */
bool rational_divide(struct rational *r, const struct rational *other);
/* A whole exponent of −1000 to 1000; false else, and for the inverse of zero. */
bool rational_power(struct rational *r, const struct rational *exponent);
/* The square root: exact where it is a fraction, else good to twenty decimals. False below zero. */
bool rational_root(struct rational *r);
int rational_compare(const struct rational *r, const struct rational *other);

/* With at most `decimals` of them behind a decimal comma, rounded half away from zero: "-12,5". False: no
 * room. */
bool rational_write(const struct rational *r, int decimals, char *out, size_t n, bool *is_rounded);

#endif
