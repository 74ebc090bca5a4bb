/* White noise, the same for the same seed.
 *
 *     uint32_t seed = 1;
 *     float sample = noise_next(&seed);      // uniform in −1..1
 */
#ifndef SARAI_AUDIO_NOISE_H
#define SARAI_AUDIO_NOISE_H

#include <stdint.h>

float noise_next(uint32_t *seed);

#endif
