/* An adaptive filter that learns how a room answers a loudspeaker, and takes that out of the microphone: a
 * Kalman filter in the frequency domain, in partitions (Enzner and Vary, Signal Processing 86, 2006; Kuech,
 * Mabande and Enzner, ICASSP 2014). It knows how sure it is of each coefficient, so that it learns fast in
 * the beginning and holds still while a person speaks.
 *
 *     adaptive_open(&a, err);
 *     adaptive_cancel(a, mic, played, clean, &levels);    // ADAPTIVE_FRAMES each
 *     adaptive_close(a);
 *
 * An echo may come up to ADAPTIVE_REACH_FRAMES late. One thread.
 */
#ifndef SARAI_AUDIO_ADAPTIVE_H
#define SARAI_AUDIO_ADAPTIVE_H

#include "base/error.h"

enum {
    ADAPTIVE_FRAMES = SARAI_SPEECH_HZ / 100, /* 10 ms */
    ADAPTIVE_PART_STEPS = 2,                 /* of them in the taps of one partition */
    ADAPTIVE_PART_FRAMES = ADAPTIVE_PART_STEPS * ADAPTIVE_FRAMES,
    ADAPTIVE_PARTS = 24,
    ADAPTIVE_REACH_FRAMES = ADAPTIVE_PARTS * ADAPTIVE_PART_FRAMES, /* 480 ms */
};

struct adaptive;

/* Mean squares of one call. */
struct adaptive_levels {
    float echo;   /* what was taken out */
    float unsure; /* … and how far that may be wrong, as far as the filter knows */
};

enum sarai_status adaptive_open(struct adaptive **out, struct sarai_error *err);
void adaptive_close(struct adaptive *a);
/* Mono floats; `clean` may be `mic`. */
void adaptive_cancel(struct adaptive *a, const float *mic, const float *played, float *clean,
                     struct adaptive_levels *levels);
/* What was played is forgotten, what was learnt is not. */
void adaptive_hush(struct adaptive *a);
/* From now on `played` comes ADAPTIVE_PART_FRAMES later, so that its echo comes as much sooner. */
void adaptive_shift(struct adaptive *a);
/* Where the largest coefficient is, in frames. */
float adaptive_peak(const struct adaptive *a);

#endif
