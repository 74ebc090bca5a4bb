/* What a number must know of the words beside it: whether a noun follows, and of which gender.
 * Spanish shows gender in a noun's ending nine times in ten; the common exceptions are listed.
 */
#ifndef SARAI_SPEAK_READING_GRAMMAR_H
#define SARAI_SPEAK_READING_GRAMMAR_H

#include "speak/reading/numbers.h"
#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* The form of a cardinal whose digits end at `at`. */
enum number_form grammar_cardinal_form(const struct text *t, size_t at, const struct wording *before);
/* The gender of a noun in lower case: NUMBER_ALONE where it is none. */
enum number_form grammar_gender(const char *word);

/* "medio" or "media", as the noun that follows `at` asks for; NULL where none follows. */
const char *grammar_half(const struct text *t, size_t at);

#endif
