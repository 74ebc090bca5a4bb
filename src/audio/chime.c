#include "audio/chime.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "audio/noise.h"

enum { FRAMES_PER_MS = SARAI_VOICE_HZ / 1000, RISE_MS = 4, FALL_MS = 60 };

/* A bar that is struck: its second mode lies near 2.76 times the first, its third near 5.4, and the higher
 * ones die away sooner (Fletcher and Rossing, The Physics of Musical Instruments, 2.15). */
static const struct partial {
    double ratio, level, decay_ms;
} partials[] = {{1, 1, 190}, {2.76, 0.35, 90}, {5.4, 0.12, 40}};

static const double strokes_hz[CHIME_STROKES] = {1046.5, 1318.5, 1568}; /* C6, E6, G6 */
static const double LEVEL = 0.3;
static const double READY_LEVEL = 0.05; /* root mean square, −26 dB: some 7 dB below the voice */

static void strike(float *pcm, size_t n, double hz)
{
    const double turn = 2 * 3.14159265358979323846 / SARAI_VOICE_HZ;
    for (size_t i = 0; i < n; i++) {
        double ms = (double)i / FRAMES_PER_MS, sum = 0;
        for (size_t p = 0; p < sizeof partials / sizeof *partials; p++)
            sum += partials[p].level * exp(-ms / partials[p].decay_ms) *
                   sin(turn * hz * partials[p].ratio * (double)i);
        double rise = ms < RISE_MS ? ms / RISE_MS : 1;
        pcm[i] += (float)(LEVEL * rise * sum);
    }
}

void chime_make(float pcm[CHIME_FRAMES])
{
    memset(pcm, 0, CHIME_FRAMES * sizeof *pcm);
    for (size_t s = 0; s < CHIME_STROKES; s++) {
        size_t at = s * CHIME_STROKE_MS * FRAMES_PER_MS;
        strike(pcm + at, CHIME_FRAMES - at, strokes_hz[s]);
    }
    const size_t fall = FALL_MS * FRAMES_PER_MS;
    for (size_t i = 0; i < fall; i++)
        pcm[CHIME_FRAMES - 1 - i] *= (float)i / (float)fall;
}

/* Noise through three low-pass filters at once falls by about 3 dB an octave, as speech does: no frequency is
 * left out, and none stings. */
void chime_ready(float pcm[CHIME_READY_FRAMES])
{
    static const double keeps[] = {0.97, 0.8, 0}, shares[] = {0.1, 0.3, 0.6};
    const double pi = 3.14159265358979323846;
    double states[3] = {0}, sum = 0;
    uint32_t seed = 1;
    for (size_t i = 0; i < CHIME_READY_FRAMES; i++) {
        double white = (double)noise_next(&seed), sample = 0;
        for (size_t f = 0; f < 3; f++) {
            states[f] = keeps[f] * states[f] + white;
            sample += shares[f] * states[f];
        }
        double swell = sqrt(sin(pi * (double)i / CHIME_READY_FRAMES));
        pcm[i] = (float)(swell * sample);
        sum += (double)pcm[i] * (double)pcm[i];
    }
    const float scale = (float)(READY_LEVEL / sqrt(sum / CHIME_READY_FRAMES));
    for (size_t i = 0; i < CHIME_READY_FRAMES; i++)
        pcm[i] *= scale;
}
