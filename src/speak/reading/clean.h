/* The first pass: text as people and language models write it → tidy text for the readers. Dropped are bytes
 * that are not UTF-8, control and format characters, emoji, scripts that the voice cannot speak, and the
 * marks of markdown and HTML. Accents that stand apart are joined, typographic variants become the plain
 * sign, blanks become single. A line break stays where it parts sentences or items; else it is a blank.
 */
#ifndef SARAI_SPEAK_READING_CLEAN_H
#define SARAI_SPEAK_READING_CLEAN_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends; false when out is full. */
bool clean_text(const char *text, struct buf *out);

#endif
