/* The sound of a timer or alarm: three strokes of a small bell, made of sines. And a soft swell of noise that
 * tells that somebody listens now: all of a voice's frequencies are in it, so that a room's echo can be
 * learnt.
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

enum { CHIME_READY_FRAMES = 800 * (SARAI_VOICE_HZ / 1000) };

void chime_make(float pcm[CHIME_FRAMES]);
void chime_ready(float pcm[CHIME_READY_FRAMES]);

#endif
