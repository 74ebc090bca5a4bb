/* Whether what `sarai doctor` finds outside answers: the home, and the servers of mcp.json. */
#ifndef SARAI_CLI_REACH_H
#define SARAI_CLI_REACH_H

#include <stdbool.h>

#include "base/config.h"
#include "base/stop.h"

/* `mend` is the setting or file that mends it, or NULL. */
typedef void reach_fn(void *user, bool reached, const char *text, const char *mend);

/* Both tell nothing where nothing is configured. */
void reach_home(const struct sarai_config *cfg, const struct stop *stop, reach_fn *tell, void *user);
void reach_mcp(const struct stop *stop, reach_fn *tell, void *user);

#endif
