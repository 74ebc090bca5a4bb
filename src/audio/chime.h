/* The sound of a timer or alarm: three strokes of a small bell, made of sines.
 *
 *     float pcm[CHIME_FRAMES];
 *     chime_make(pcm);
 *
 * Mono at SARAI_VOICE_HZ, |x| ≤ 0.5, silent at both ends. Pure.
 */
#ifndef SARAI_AUDIO_CHIME_H
#define SARAI_AUDIO_CHIME_H

#include "sarai.h"

enum { CHIME_STROKES = 3, CHIME_STROKE_MS = 280, CHIME_TAIL_MS = 520 };
enum { CHIME_FRAMES = (CHIME_STROKES * CHIME_STROKE_MS + CHIME_TAIL_MS) * (SARAI_VOICE_HZ / 1000) };

void chime_make(float pcm[CHIME_FRAMES]);

#endif
