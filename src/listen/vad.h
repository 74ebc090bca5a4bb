/* Voice activity: how likely is it that somebody speaks in this window? Silero VAD, its state carried on. It
 * takes several windows at once, which costs a third of one after the other and gives the same numbers.
 *
 *     vad_open(&options, &vad, err);
 *     vad_feed(vad, windows, n, probabilities, err); // n · VAD_WINDOW samples after each other
 *     vad_reset(vad);                              // before another recording
 *     vad_close(vad);
 *
 * One thread at a time, except vad_interrupt().
 */
#ifndef SARAI_LISTEN_VAD_H
#define SARAI_LISTEN_VAD_H

#include "base/error.h"
#include "engine/onnx.h"

struct vad;

enum {
    VAD_WINDOW = 512,      /* samples at SARAI_SPEECH_HZ: 32 ms */
    VAD_MOST_WINDOWS = 16, /* of a call: half a second */
};

enum sarai_status vad_open(const char *path, const struct onnx_options *options, struct vad **out,
                           struct sarai_error *err);
void vad_close(struct vad *v);
void vad_reset(struct vad *v);

/* Probability 0..1 of speech in each of n windows (mono float, VAD_WINDOW samples each). */
enum sarai_status vad_feed(struct vad *v, const float *windows, size_t n, float *probabilities,
                           struct sarai_error *err);

/* Ends the run in progress and all later ones until vad_resume(). Any thread. */
void vad_interrupt(struct vad *v);
void vad_resume(struct vad *v);

#endif
