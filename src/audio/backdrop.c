#include "audio/backdrop.h"

#include <math.h>

#include "audio/noise.h"

static const double LEVEL = 3.2e-5; /* −90 dBFS, root mean square: one step of 16 bits */
static const double CORNER_HZ = 50; /* from here on it falls by 6 dB an octave */

void backdrop_init(struct backdrop *b, int rate_hz)
{
    const double pi = 3.14159265358979323846;
    double keep = exp(-2 * pi * CORNER_HZ / rate_hz);
    /* Uniform numbers of ±1 have a variance of 1/3; the filter makes it 1 / (1 − keep²) times as much. */
    double gain = LEVEL * sqrt(3 * (1 - keep * keep));
    *b = (struct backdrop){.seed = 1, .keep = (float)keep, .gain = (float)gain};
}

void backdrop_lay(struct backdrop *b, float *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        b->last = b->keep * b->last + noise_next(&b->seed);
        pcm[i] += b->gain * b->last;
    }
}
