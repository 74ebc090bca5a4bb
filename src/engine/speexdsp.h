/* SpeexDSP: takes the loudspeaker out of what the microphone hears.
 *
 *     speexdsp_open(&options, &s, err);
 *     speexdsp_cancel(s, mic, played, clean);    // options.frames samples each
 *     speexdsp_close(s);
 *
 * `played` must reach it before its echo does, by less than options.tail_frames. One thread.
 */
#ifndef SARAI_ENGINE_SPEEXDSP_H
#define SARAI_ENGINE_SPEEXDSP_H

#include <stdbool.h>

#include "base/error.h"

struct speexdsp;

struct speexdsp_options {
    int rate_hz, frames; /* of one call */
    int tail_frames;     /* longest echo */
    bool denoise;
};

enum sarai_status speexdsp_open(const struct speexdsp_options *options, struct speexdsp **out,
                                struct sarai_error *err);
void speexdsp_close(struct speexdsp *s);
/* Mono floats, |x| ≤ 1. `clean` may be `mic`. */
void speexdsp_cancel(struct speexdsp *s, const float *mic, const float *played, float *clean);
/* Only what denoising does, without a reference. */
void speexdsp_denoise(struct speexdsp *s, const float *mic, float *clean);

#endif
