/* How an answer of some tone is spoken: rate, pauses, style, loudness. One pure function; a table in
 * tests/unit/delivery_test.c shows it.
 *
 *     speaker_deliver(sp, delivery_of(SARAI_TONE_SOOTHING, 0.8F));
 *
 * The tone is the answer's own: who is frightened is answered calmly (slower, longer pauses, softer), as
 * people do when they comfort (tender speech is slower, lower and softer: Scherer 2003, "Vocal communication
 * of emotion", Speech Communication 40).
 */
#ifndef SARAI_SPEAK_DELIVERY_H
#define SARAI_SPEAK_DELIVERY_H

#include "sarai.h"

struct delivery {
    double speed;  /* factor of the speaking rate; 1: as it is */
    double pause;  /* factor of the pauses */
    float blend;   /* share of the style's prosody that is another voice's (voice.h), -1..1; 0: none */
    float gain_db; /* beside the usual loudness */
};

/* `strength` 0..1 goes from the plain delivery to the whole tone. */
struct delivery delivery_of(enum sarai_tone tone, float strength);

#endif
