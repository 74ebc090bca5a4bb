/* What a transcript tells about the turn: is the clause finished, was it only a listener's noise, was
 * Sarai called by name?
 *
 *     if (clause_is_unfinished("y entonces me dijo que")) wait_longer();
 *     const char *question = clause_after_wake("Oye, Sarai, ¿qué hora es?", "sarai,oye sarai");   // "¿qué
 * hora es?"
 *
 * Pure functions on UTF-8; letters are compared without case and accents.
 */
#ifndef SARAI_LISTEN_CLAUSE_H
#define SARAI_LISTEN_CLAUSE_H

#include <stdbool.h>

/* Ends in a word or mark that something must follow: "y", "que", "de la", "por ejemplo", a comma. */
bool clause_is_unfinished(const char *text);
/* Only words by which a listener shows that he follows: "ajá", "sí, sí", "vale". */
bool clause_is_backchannel(const char *text);
/* One or two words that are spelled nearly like those, as a transcriber does that hears nothing else: it may
 * have been such a noise, where it was short. */
bool clause_may_be_murmur(const char *text);
/* Only words by which somebody wants an answer to end: "para", "basta ya", "cállate, por favor". */
bool clause_wants_silence(const char *text);
/* What the text goes on with behind the words of `before`, "" for nothing; the text itself where it does not
 * begin with at least half of them, in their order: what is heard again is spelled otherwise. */
const char *clause_beyond(const char *text, const char *before);
/* Only words by which somebody shows that he has noticed what rings: "para", "ya voy", "apaga la alarma". */
bool clause_ends_ring(const char *text);
/* The text after one of the wake phrases (comma-separated; one letter may differ in each word of four letters
 * and more), NULL when it begins with none. A phrase alone gives "". */
const char *clause_after_wake(const char *text, const char *phrases);

#endif
