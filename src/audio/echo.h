/* Sarai must not hear herself: the echo of what was played is taken out of the microphone's sound, and the
 * drift of the two clocks is followed. A short sound at the beginning, with silence behind it, is gone
 * through several times while nothing is played: the echo of the first answer is then known already.
 *
 *     echo_open(&options, &e, err);
 *     echo_cancel(e, mic, played, clean);    // ECHO_FRAMES each; played: what the loudspeaker gave, or is
 *                                            // about to
 *     echo_close(e);
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
};

/* What works on that which our own filter leaves. */
enum echo_behind { ECHO_ALONE, ECHO_SPEEX, ECHO_WEBRTC };

struct echo_options {
    enum echo_behind behind;
    bool denoise; /* suppress steady noise too */
};

/* EUSAGE: WebRTC is asked for and not built in. */
enum sarai_status echo_open(const struct echo_options *options, struct echo **out, struct sarai_error *err);
void echo_close(struct echo *e);
/* Mono float at SARAI_SPEECH_HZ; `clean` may be `mic`. */
void echo_cancel(struct echo *e, const float *mic, const float *played, float *clean);
/* The level in dB of full scale up to which `clean` may be what is left of the echo now; very low while
 * nothing is played. Who speaks is louder. Learned from the sound itself: the 90 % quantile of what was left
 * so far of what was taken out, and what the filter is unsure of. */
float echo_residual_db(const struct echo *e);
/* How much later than what was played its echo comes, in ms; of no meaning until one was heard. */
int echo_delay_ms(const struct echo *e);

#endif
