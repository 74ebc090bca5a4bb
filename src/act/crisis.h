/* Words of somebody who may harm themselves, or is in danger now: answered by a fixed text with the help line
 * of their country, by rule. No model sees them.
 *
 *     if (crisis_reply(text, "ES", reply, sizeof reply)) say(reply);
 *
 * The rules look for what is said of oneself ("quiero morirme"), not for words ("me muero de risa"). A miss
 * is worse than an alarm too many.
 */
#ifndef SARAI_ACT_CRISIS_H
#define SARAI_ACT_CRISIS_H

#include <stdbool.h>
#include <stddef.h>

enum crisis { CRISIS_NONE, CRISIS_SELF_HARM, CRISIS_EMERGENCY };

enum crisis crisis_find(const char *text);
/* The reply for a country (ISO 3166: "ES", "MX" …; another one gets the European emergency number 112).
 * False: there is no crisis. */
bool crisis_reply(const char *text, const char *country, char *out, size_t n);

#endif
