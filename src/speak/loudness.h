/* Brings speech to about LOUDNESS_TARGET_LUFS without clipping, evenly over the phrases of an utterance.
 *
 *     loudness_open(SARAI_VOICE_HZ, &l, err);
 *     loudness_apply(l, 0, pcm, n);   // phrase after phrase, in place
 *     loudness_reset(l);              // another voice
 *     loudness_close(l);
 *
 * Loudness is measured as EBU R 128 has it (libebur128) over everything spoken since the reset. One thread.
 */
#ifndef SARAI_SPEAK_LOUDNESS_H
#define SARAI_SPEAK_LOUDNESS_H

#include <stddef.h>

#include "base/error.h"

struct loudness;

#define LOUDNESS_TARGET_LUFS (-19.0) /* what AES TD1008 advises for mono speech */
#define LOUDNESS_PEAK        0.89f   /* −1 dBFS */

enum sarai_status loudness_open(int rate_hz, struct loudness **out, struct sarai_error *err);
void loudness_close(struct loudness *l);
void loudness_reset(struct loudness *l);
/* Changes pcm in place; `above_db`: beside the target, for this phrase. */
void loudness_apply(struct loudness *l, float above_db, float *pcm, size_t n_frames);

#endif
