/* Cuts text that is still being written into phrases that can be spoken: the first one short, so that
 * the voice starts early, then by clause and sentence. Numbers, hours, abbreviations and addresses stay
 * whole.
 *
 *     phrases_open(&p, err);
 *     phrases_feed(p, piece, err); while (phrases_next(p, &phrase)) say(phrase.data);
 *     …
 *     while (phrases_flush(p, &phrase)) say(phrase.data);
 *     phrases_close(p);
 *
 * One thread.
 */
#ifndef SARAI_SPEAK_PHRASES_H
#define SARAI_SPEAK_PHRASES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct phrases;

enum sarai_status phrases_open(struct phrases **out, struct sarai_error *err);
void phrases_close(struct phrases *p);
/* Forgets what is left; the next phrase is a first one again. */
void phrases_reset(struct phrases *p);

/* Adds text. EINPUT past 2 MB waiting. */
enum sarai_status phrases_feed(struct phrases *p, const char *piece, struct sarai_error *err);
/* Puts the next whole phrase into `phrase` (emptied first); false when none is whole yet. */
bool phrases_next(struct phrases *p, struct buf *phrase);
/* The text is over: gives what is left, phrase by phrase; false when nothing is. */
bool phrases_flush(struct phrases *p, struct buf *phrase);

#endif
