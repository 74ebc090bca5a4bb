/* Where the shelf is: on a server, in a file that the owner names, or among the user's data.
 *
 *     char place[PLACE_BYTES];
 *     place_find(config_text(cfg, "STORE_URL"), config_text(cfg, "STORE_PATH"), place, err);
 *     if (place_exists(place)) …
 */
#ifndef SARAI_KNOW_PLACE_H
#define SARAI_KNOW_PLACE_H

#include <stdbool.h>

#include "base/error.h"

enum { PLACE_BYTES = 4096 };

/* EUSAGE: too long, or neither XDG_DATA_HOME nor HOME is set. */
enum sarai_status place_find(const char *url, const char *path, char out[PLACE_BYTES],
                             struct sarai_error *err);
/* A file that is there; of a server it is assumed. */
bool place_exists(const char *place);
/* The place without the password that an address may hold: for messages. */
void place_show(const char *place, char out[PLACE_BYTES]);
/* Makes the folder of a file. EOUTPUT. */
enum sarai_status place_prepare(const char *place, struct sarai_error *err);

#endif
