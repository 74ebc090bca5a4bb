/* Numbers that measure or pay: "12,50 €", "$3 millones", "5 km/h", "−3 ºC". Singular and plural, gender,
 * cents.
 */
#ifndef SARAI_SPEAK_READING_MEASURES_H
#define SARAI_SPEAK_READING_MEASURES_H

#include "speak/reading/figures.h"
#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* Says f and the unit or currency behind it. */
size_t measures_read(const struct text *t, const struct figure *f, struct wording *w);
/* "1/2 kg", "¾ l": the fraction and the unit at `at`; 0 when none stands there. */
size_t measures_read_part(const struct text *t, size_t at, unsigned numerator, unsigned denominator,
                          struct wording *w);
/* A currency before its number, at its first character. */
size_t measures_read_prefixed(const struct text *t, size_t at, struct wording *w);
/* A unit or currency without a number: "los km que faltan", "¿cuántos €?". */
size_t measures_read_alone(const struct text *t, size_t at, struct wording *w);

#endif
