#include "speak/trimming.h"

#include <math.h>

#include "sarai.h"

enum { FRAMES_PER_MS = SARAI_VOICE_HZ / 1000 };

float *trim_silence(float *pcm, size_t *n)
{
    const size_t lead = TRIM_LEAD_MS * FRAMES_PER_MS, tail = TRIM_TAIL_MS * FRAMES_PER_MS;
    const size_t fade = TRIM_FADE_MS * FRAMES_PER_MS;
    size_t begin = 0, end = *n;
    while (begin < end && fabsf(pcm[begin]) < TRIM_AUDIBLE)
        begin++;
    while (end > begin && fabsf(pcm[end - 1]) < TRIM_AUDIBLE)
        end--;
    if (begin == end) {
        *n = 0;
        return pcm;
    }
    begin -= begin < lead ? begin : lead;
    end = *n - end < tail ? *n : end + tail;
    *n = end - begin;
    for (size_t i = 0; i < fade && i < *n; i++) {
        float level = (float)i / (float)fade;
        pcm[begin + i] *= level;
        pcm[end - 1 - i] *= level;
    }
    return pcm + begin;
}
