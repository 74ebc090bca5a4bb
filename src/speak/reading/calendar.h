/* Dates and hours: "3/4/2025" → "tres de abril de dos mil veinticinco", "10:30" → "diez y media". */
#ifndef SARAI_SPEAK_READING_CALENDAR_H
#define SARAI_SPEAK_READING_CALENDAR_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* Both at a digit. */
size_t calendar_read_date(const struct text *t, size_t at, struct wording *w);
size_t calendar_read_hour(const struct text *t, size_t at, struct wording *w);

bool calendar_is_month(const char *word);

#endif
