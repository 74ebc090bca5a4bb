/* What the slots of a template may hold: "{duration}", "{sum}", "{thing}" …
 *
 *     if (intent_slot_fits(&s, "duration", 8, from, to)) …     // words [from, to) are a duration, all of
 * them
 */
#ifndef SARAI_ACT_INTENT_SLOTS_H
#define SARAI_ACT_INTENT_SLOTS_H

#include "act/spoken.h"

/* `name` has n letters; one that is not known is our own bug. */
bool intent_slot_fits(const struct spoken *s, const char *name, size_t n, size_t from, size_t to);

#endif
