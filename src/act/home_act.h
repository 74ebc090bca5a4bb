/* What is done to an entity, as a service of Home Assistant; and what its state is called. */
#ifndef SARAI_ACT_HOME_ACT_H
#define SARAI_ACT_HOME_ACT_H

#include "act/home_match.h"

enum home_action {
    HOME_ON,
    HOME_OFF,
    HOME_OPEN,
    HOME_CLOSE,
    HOME_SET,
    HOME_PAUSE,
    HOME_RESUME,
    HOME_NEXT,
    HOME_BACK,
    HOME_ASK,
    HOME_ACTIONS
};

/* "encender" → HOME_ON; HOME_ACTIONS where there is none of that name. */
enum home_action home_action(const char *name);

/* Whether this entity has that action. */
bool home_can(const struct home_entity *entity, enum home_action action);
/* Whether somebody could be locked out, let in or alarmed by it. */
bool home_is_risky(const struct home_entity *entity);

enum { HOME_TOLD_BYTES = 48 };

struct home_order {
    const char *service;        /* of the entity's domain */
    json_t *data;               /* without the entity; the caller's, NULL where nothing is to be said */
    char told[HOME_TOLD_BYTES]; /* "23 grados": what it comes to, where the value did not say so; else "" */
};

/* Whether the value is a change of what is now: "2 grados más", "un poco menos". */
bool home_is_change(const char *value);
/* Whether such a value could be meant for this: degrees are for what heats, and percents are not. */
bool home_takes(const struct home_entity *entity, const char *value);

/* The action is one that home_can() says yes to. EINPUT, with one sentence: the value is missing, is none for
 * this, or is out of range; it is not available.
 */
enum sarai_status home_order(const struct home_entity *entity, enum home_action action, const char *value,
                             struct home_order *out, struct sarai_error *err);

/* Its state in words that agree with how it was called: "encendida", "21,5 grados". EINPUT: nobody knows it.
 */
enum sarai_status home_state(const struct home_entity *entity, const char *thing, char *out, size_t n,
                             struct sarai_error *err);

#endif
