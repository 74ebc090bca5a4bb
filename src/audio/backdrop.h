/* The hush behind a voice that is written to a file. A voice model's pauses are digital silence, which no
 * recording of a person has and which DNSMOS takes for a fault (docs/BENCHMARKS.md): so there is deep noise
 * at −90 dBFS, one step of 16 bits, far below what anybody hears and what counts as sound anywhere here.
 *
 *     backdrop_init(&b, SARAI_VOICE_HZ);
 *     backdrop_lay(&b, pcm, n);       // piece after piece, without a seam; the same noise each time
 *
 * Embedded value; one thread.
 */
#ifndef SARAI_AUDIO_BACKDROP_H
#define SARAI_AUDIO_BACKDROP_H

#include <stddef.h>
#include <stdint.h>

struct backdrop {
    uint32_t seed;
    float keep, gain, last; /* of a low-pass filter with one pole */
};

void backdrop_init(struct backdrop *b, int rate_hz);
/* Adds it to the samples. */
void backdrop_lay(struct backdrop *b, float *pcm, size_t n);

#endif
