/* Sums and units, exact: fractions of whole numbers inside, rounded only when they are told.
 *
 *     calculator_sum("el 18 por ciento de 250", out, err);          // "45"
 *     calculator_convert("26 millas", "kilómetros", out, err);      // "41,84", "kilómetros"
 */
#ifndef SARAI_ACT_CALCULATOR_H
#define SARAI_ACT_CALCULATOR_H

#include "act/spoken.h"
#include "base/error.h"
#include "engine/rational.h"

struct calculated {
    char value[RATIONAL_BYTES]; /* "41,84" */
    char unit[48];              /* in the number that fits; "" for a sum */
    bool is_rounded;
};

/* EINPUT: not understood, division by zero, a result of more than 15 figures. */
enum sarai_status calculator_sum(const char *sum, struct calculated *out, struct sarai_error *err);
enum sarai_status calculator_convert(const char *quantity, const char *unit, struct calculated *out,
                                     struct sarai_error *err);

/* Whether words [from, to) are a sum with something to calculate; a quantity with its unit; a unit. */
bool calculator_is_sum(const struct spoken *s, size_t from, size_t to);
bool calculator_is_quantity(const struct spoken *s, size_t from, size_t to);
bool calculator_is_unit(const struct spoken *s, size_t from, size_t to);

#endif
