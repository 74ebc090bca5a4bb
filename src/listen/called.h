/* Whether an utterance begins with the phrase that Sarai is called by, which a transcriber may spell as other
 * words ("Hoy es Sara").
 *
 *     called_open(transcriber, "sarai,oye sarai", &c, err);
 *     transcriber_follow(transcriber, ...);
 *     if (called_by(c, "es", &question)) ...     // what is said behind the phrase, "" for nothing
 *     called_close(c);
 *
 * The decoder is asked how likely the phrase is at the beginning, once it has been given it as the text
 * before: then it knows the name. How often that errs is in docs/BENCHMARKS.md, section A conversation. On
 * the transcriber's thread.
 */
#ifndef SARAI_LISTEN_CALLED_H
#define SARAI_LISTEN_CALLED_H

#include <stdbool.h>

#include "listen/transcriber.h"

struct called;

/* Borrows the transcriber. phrases: comma-separated; those of too many tokens are only found as they are
 * spelled (clause.h). */
enum sarai_status called_open(struct transcriber *t, const char *phrases, struct called **out,
                              struct sarai_error *err);
void called_close(struct called *c);

/* What was heard last. False: by no phrase, or nobody can tell. */
bool called_by(struct called *c, const char *language, struct buf *question);
/* Whether it begins with a phrase for certain: as a word alone is like many others, more is asked. */
bool called_surely(struct called *c, const char *language);

#endif
