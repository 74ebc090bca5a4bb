/* Sarai must not hear herself: the echo of what was played is taken out of the microphone's sound. How much
 * later the echo comes is estimated from the loudness of both and followed, and so is the drift of two
 * clocks.
 *
 *     echo_open(&options, &e, err);
 *     echo_cancel(e, mic, played, clean);    // ECHO_FRAMES each; played: what the loudspeaker gave, or is
 * about to echo_close(e);
 *
 * While nothing is played, and for a second after, the sound passes as it is. One thread.
 */
#ifndef SARAI_AUDIO_ECHO_H
#define SARAI_AUDIO_ECHO_H

#include <stdbool.h>

#include "base/error.h"

struct echo;

enum {
    ECHO_FRAMES = SARAI_SPEECH_HZ / 100, /* 10 ms */
    ECHO_MOST_DELAY_MS = 500,
};

struct echo_options {
    bool denoise; /* suppress steady noise too */
};

enum sarai_status echo_open(const struct echo_options *options, struct echo **out, struct sarai_error *err);
void echo_close(struct echo *e);
/* Mono float at SARAI_SPEECH_HZ; `clean` may be `mic`. */
void echo_cancel(struct echo *e, const float *mic, const float *played, float *clean);
/* The level in dB of full scale up to which `clean` may be what is left of the echo now; very low while
 * nothing is played. Who speaks is louder. Learned from the sound itself: the 90 % quantile of what was left
 * so far. */
float echo_residual_db(const struct echo *e);
/* The delay in force, a multiple of 10 ms; 0 until an echo was found. */
int echo_delay_ms(const struct echo *e);

#endif
