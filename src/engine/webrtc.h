/* WebRTC's echo canceller (audio processing 0.3): what a linear filter has left of the loudspeaker is pushed
 * down. Built in only where CMake has found the library.
 *
 *     webrtc_open(&w, err);
 *     webrtc_cancel(w, mic, played, clean);    // 10 ms each at SARAI_SPEECH_HZ
 *     webrtc_close(w);
 *
 * One thread.
 */
#ifndef SARAI_ENGINE_WEBRTC_H
#define SARAI_ENGINE_WEBRTC_H

#include <stdbool.h>

#include "base/error.h"

struct webrtc_apm;

/* EUSAGE where it is not built in. */
enum sarai_status webrtc_open(struct webrtc_apm **out, struct sarai_error *err);
void webrtc_close(struct webrtc_apm *w);
/* Mono floats, |x| ≤ 1. `clean` may be `mic`. */
void webrtc_cancel(struct webrtc_apm *w, const float *mic, const float *played, float *clean);

#endif
