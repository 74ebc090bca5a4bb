/* What a model's call has to do with what the person said. A small model copies arguments out of it, and
 * misspells some.
 *
 *     mending_begins("Pon la radio.", "radi|music")          // true
 *     mending_mend(arguments, tool->schema, "Pon cuatro minutos.", NULL)
 *         // {"tiempo": "quatre minutos"} is mended
 *
 * Pure.
 */
#ifndef SARAI_ACT_MENDING_H
#define SARAI_ACT_MENDING_H

#include <jansson.h>
#include <stdbool.h>

/* Whether a word of what was said begins with one of these ("recuerd|olvid"); NULL: none does. */
bool mending_begins(const char *said, const char *stems);

/* Arguments that are words of the person (no choice among given ones): a word that is none of theirs, but
 * nearly one, is put right. False: one rests on nothing that was said, nor is said in other words
 * (tool.h: said_otherwise; or NULL). Without memory all stays as it is, and true. */
bool mending_mend(json_t *arguments, const char *schema, const char *said, const char *const *otherwise);

#endif
