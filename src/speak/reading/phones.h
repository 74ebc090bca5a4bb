/* Telephone numbers: "+34 612 345 678" → "más treinta y cuatro, seis uno dos, tres cuatro cinco, …". */
#ifndef SARAI_SPEAK_READING_PHONES_H
#define SARAI_SPEAK_READING_PHONES_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

size_t phones_read(const struct text *t, size_t at, struct wording *w);

#endif
