/* Two devices have two clocks: the echo wanders through the canceller's filter, by 1.6 frames a second at 100
 * parts in a million. How fast it does tells the peak of what the filter has learnt, and the reference is
 * then read as much slower or faster.
 *
 *     if (drift_look(&d, now, peak)) …      // every DRIFT_LOOK_MS of sound; d.rate has changed
 *     drift_read(from, part, out, n);       // between frames, by an offset that grows by d.rate a frame
 */
#ifndef SARAI_AUDIO_DRIFT_H
#define SARAI_AUDIO_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

enum { DRIFT_LOOK_MS = 500, DRIFT_LOOKS = 8, DRIFT_REACH_FRAMES = 16 };

/* Zero-initialised. */
struct drift {
    double rate;                               /* frames by which the echo comes later, a frame */
    double at[DRIFT_LOOKS], peak[DRIFT_LOOKS]; /* what was looked at, in frames */
    int n;
};

/* Where the peak is now; both in frames. True when the rate has changed. */
bool drift_look(struct drift *d, double now, double peak);
/* The peaks that were looked at mean nothing any more. */
void drift_forget_looks(struct drift *d);
/* n frames, each `part` of a frame (0..1) before from[0], from[1] …; `from` reaches DRIFT_REACH_FRAMES
 * further both ways. */
void drift_read(const float *from, float part, float *out, size_t n);

#endif
