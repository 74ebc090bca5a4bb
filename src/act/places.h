/* What time it is elsewhere: names of places as people say them → zones of the tz database.
 *
 *     places_zone("Nueva York", zone);                      // "America/New_York"
 *     places_hour(zone, now, hour, err);                    // "11:05"
 */
#ifndef SARAI_ACT_PLACES_H
#define SARAI_ACT_PLACES_H

#include <stdbool.h>
#include <time.h>

#include "base/error.h"
#include "base/stop.h"

enum { ZONE_BYTES = 64, HOUR_BYTES = 16 };

/* Cities and countries by their Spanish names, then the database's own cities; false: not known. */
bool places_zone(const char *place, char zone[ZONE_BYTES]);
/* The C library reads a zone from the environment, which threads share: so date(1) is asked, in a process of
 * its own. */
enum sarai_status places_hour(const char *zone, time_t now, const struct stop *stop, char hour[HOUR_BYTES],
                              struct sarai_error *err);

#endif
