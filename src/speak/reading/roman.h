/* Roman numerals where the sentence shows that they are some: "siglo XXI", "Felipe VI", "II Guerra Mundial".
 */
#ifndef SARAI_SPEAK_READING_ROMAN_H
#define SARAI_SPEAK_READING_ROMAN_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* The word from `at` to `end`. */
bool roman_read(const struct text *t, size_t at, size_t end, struct wording *w);

#endif
