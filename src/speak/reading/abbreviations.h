/* "Sr." → "señor", "EE. UU." → "Estados Unidos", "p. ej." → "por ejemplo". */
#ifndef SARAI_SPEAK_READING_ABBREVIATIONS_H
#define SARAI_SPEAK_READING_ABBREVIATIONS_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* At the first letter of a word. */
size_t abbreviations_read(const struct text *t, size_t at, struct wording *w);
/* Whether a full stop behind this word is the word's, whatever follows. */
bool abbreviations_has(const char *word, size_t n);

#endif
