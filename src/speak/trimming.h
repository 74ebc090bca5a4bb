/* The silence that a voice model computes around its words, cut off, so that pauses are the marks' business.
 *
 *     float *sound = trim_silence(pcm, &n);     // inside pcm, faded at both cuts; n is now what is left
 */
#ifndef SARAI_SPEAK_TRIMMING_H
#define SARAI_SPEAK_TRIMMING_H

#include <stddef.h>

enum {
    TRIM_LEAD_MS = 20, /* kept before the first sound: a first vowel begins softly */
    TRIM_TAIL_MS = 60,
    TRIM_FADE_MS = 5,
};
#define TRIM_AUDIBLE 0.004f /* −48 dBFS: above the voice's own noise, below its softest onset */

/* At SARAI_VOICE_HZ. Of sound that is silent all through, nothing is left. */
float *trim_silence(float *pcm, size_t *n_frames);
/* The same of the beginning only. */
float *trim_lead(float *pcm, size_t *n_frames);

#endif
