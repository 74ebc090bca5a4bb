#include "audio/noise.h"

/* A congruential generator (Press et al., Numerical Recipes). */
float noise_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)*seed / 2147483648.0f - 1;
}
