#include "speak/trimming.h"

#include <math.h>

#include "sarai.h"

enum { FRAMES_PER_MS = SARAI_VOICE_HZ / 1000 };

float *trim_lead(float *pcm, size_t *n)
{
    const size_t lead = TRIM_LEAD_MS * FRAMES_PER_MS, fade = TRIM_FADE_MS * FRAMES_PER_MS;
    size_t begin = 0;
    while (begin < *n && fabsf(pcm[begin]) < TRIM_AUDIBLE)
        begin++;
    if (begin == *n) {
        *n = 0;
        return pcm;
    }
    begin -= begin < lead ? begin : lead;
    *n -= begin;
    for (size_t i = 0; i < fade && i < *n; i++)
        pcm[begin + i] *= (float)i / (float)fade;
    return pcm + begin;
}

float *trim_silence(float *pcm, size_t *n)
{
    const size_t tail = TRIM_TAIL_MS * FRAMES_PER_MS, fade = TRIM_FADE_MS * FRAMES_PER_MS;
    float *sound = trim_lead(pcm, n);
    size_t end = *n;
    while (end > 0 && fabsf(sound[end - 1]) < TRIM_AUDIBLE)
        end--;
    if (*n - end > tail)
        *n = end + tail;
    for (size_t i = 0; i < fade && i < *n; i++)
        sound[*n - 1 - i] *= (float)i / (float)fade;
    return sound;
}
