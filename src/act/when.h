/* Spanish times: "un cuarto de hora", "mañana a las seis menos cuarto", "el viernes a mediodía".
 *
 *     when_duration("hora y media", &seconds, err);                         // 5400
 *     when_moment("el lunes a las ocho", now, WHEN_ANY, &at, err);          // the next Monday, 8:00 of local
 * time when_date("Navidad", now, &date, err);                                // a day
 *
 * Local time is that of the C library (TZ, /etc/localtime); clock changes are its business: an hour that a
 * day does not have becomes the one an hour later.
 */
#ifndef SARAI_ACT_WHEN_H
#define SARAI_ACT_WHEN_H

#include <time.h>

#include "act/spoken.h"
#include "base/error.h"

enum { WHEN_BYTES = 128 };

/* What a moment is for. An hour of which the half of the day was not said is the first one to come: for
 * WHEN_AWAKE (a reminder) between seven and midnight, for WHEN_ANY (an alarm, which wakes) at all. */
enum when_use { WHEN_ANY, WHEN_AWAKE };

/* EINPUT: not understood, less than a second, more than a hundred days. */
enum sarai_status when_duration(const char *text, long *seconds, struct sarai_error *err);
/* EINPUT: not understood, or past. */
enum sarai_status when_moment(const char *text, time_t now, enum when_use use, time_t *out,
                              struct sarai_error *err);
/* Noon of the day; "Navidad", "el sábado", "el 3 de mayo", "hoy". EINPUT: not understood. */
enum sarai_status when_date(const char *text, time_t now, time_t *out, struct sarai_error *err);

/* How many words from `at` on are a duration; 0: none. */
size_t when_is_duration(const struct spoken *s, size_t at);
bool when_is_date(const struct spoken *s, size_t from, size_t to);
bool when_is_moment(const struct spoken *s, size_t from, size_t to);

/* "jueves 9 de julio" */
void when_tell_date(time_t at, char out[WHEN_BYTES]);
/* "hoy a las 17:05", "mañana a las 7:00", "el jueves 9 de julio a la 1:00" */
void when_tell_moment(time_t at, time_t now, char out[WHEN_BYTES]);
/* "1 hora y 30 minutos" */
void when_tell_duration(long seconds, char out[WHEN_BYTES]);
/* Days of the calendar between two instants. */
long when_days_between(time_t from, time_t to);

#endif
