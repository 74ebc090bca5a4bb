/* What a finder pointed at in a passage (engine/finder.h), beside what the model says of it. Pure; Spanish.
 *
 *     if (!pointed_is_told("¿A qué hora sale?", "22:45", 5, claim, strlen(claim), &no_memory))
 *         pointed_sentence("El ferry sale a las 22:45. Embarque antes.", 20, 5, &out);
 *     // "el ferry sale a las 22:45."
 */
#ifndef SARAI_THINK_POINTED_H
#define SARAI_THINK_POINTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether the claim has the words: one of their numbers, in figures or as a word; where they have none, one
 * of three letters and more that is not the question's. Words of which nothing could be missed are told.
 * `no_memory` is set or left as it is; without memory they are told. */
bool pointed_is_told(const char *question, const char *words, size_t n_words, const char *claim,
                     size_t n_claim, bool *no_memory);
/* Appends the sentence of the passage that has these n bytes, to be said behind "Según …,"; where it is long
 * only the words themselves. False: no room. */
bool pointed_sentence(const char *passage, size_t from, size_t n, struct buf *out);

#endif
