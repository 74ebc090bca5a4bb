/* Home Assistant's REST API (developers.home-assistant.io/docs/api/rest), as much as is needed to look and to
 * act.
 *
 *     const struct home_link link = {"http://homeassistant.local:8123", token};
 *     home_states(&link, deadline_ms, stop, &states, err);
 *     home_service(&link, "light", "turn_on", json_pack("{s:s}", "entity_id", "light.salon"), deadline_ms,
 * stop, err);
 *
 * All are requests of their own: nothing is kept. ENETWORK: no answer, or one that is an error; the sentence
 * never holds the token. ECANCELLED: stop was raised.
 */
#ifndef SARAI_ACT_HOME_LINK_H
#define SARAI_ACT_HOME_LINK_H

#include "base/json.h"
#include "base/stop.h"

enum { HOME_ANSWER_BYTES = 16 << 20 };

struct home_link {
    const char *url, *token;
};

/* What it calls itself: "Home Assistant 2026.4.0". */
enum sarai_status home_version(const struct home_link *link, double deadline_ms, const struct stop *stop,
                               char version[64], struct sarai_error *err);
/* All entities: an array of {"entity_id", "state", "attributes", …}; the caller's. */
enum sarai_status home_states(const struct home_link *link, double deadline_ms, const struct stop *stop,
                              json_t **out, struct sarai_error *err);
/* Entity → [name of its area, name of its floor or null], an object; the caller's. Needs an administrator's
 * token. */
enum sarai_status home_areas(const struct home_link *link, double deadline_ms, const struct stop *stop,
                             json_t **out, struct sarai_error *err);
/* Takes `data` over. */
enum sarai_status home_service(const struct home_link *link, const char *domain, const char *service,
                               json_t *data, double deadline_ms, const struct stop *stop,
                               struct sarai_error *err);

#endif
