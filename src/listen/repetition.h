/* Whether a transcript repeats itself, as Whisper does in a context that is too short for it.
 *
 *     repeats_itself(&words)             // over and over
 *     ends_in_an_echo(tokens, n)         // its last words twice
 */
#ifndef SARAI_LISTEN_REPETITION_H
#define SARAI_LISTEN_REPETITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Of a text of at most 16 KB. */
bool repeats_itself(const struct buf *words);
/* Whether the text ends in the same tokens twice over, but for what joins them (a comma, a capital, the full
 * stop): too short a repetition for repeats_itself() to tell. */
bool ends_in_an_echo(const int *tokens, size_t n);

#endif
