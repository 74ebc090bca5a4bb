/* Words that are not read as they are written: abbreviations, Roman numerals, acronyms, lone letters. */
#ifndef SARAI_SPEAK_READING_WORDS_H
#define SARAI_SPEAK_READING_WORDS_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* At a letter that begins a word; takes the word whatever it is. */
size_t words_read(const struct text *t, size_t at, struct wording *w);
/* n bytes of letters, spelled or read: what their case and shape ask for. */
void words_say(const char *letters, size_t n, struct wording *w);
/* Letters in lower case, spelled where they make no syllables: "pdf". */
void words_say_short(const char *lower, struct wording *w);
/* The letters' names. */
void words_spell(const char *letters, size_t n, struct wording *w);

#endif
