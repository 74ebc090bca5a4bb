/* What answers of Sarai's own begin with: the beginnings of what the tools say (src/act) and of what the
 * adapter was shown (tools/train/brain), as `phrases` cuts them. None holds a word of the person's.
 */
#ifndef SARAI_SPEAK_OPENINGS_H
#define SARAI_SPEAK_OPENINGS_H

#include <stddef.h>

/* NULL past the end. The likeliest first. */
const char *opening_at(size_t index);

#endif
