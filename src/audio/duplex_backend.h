/* What duplex.c and its backends share: duplex_files.c and duplex_device.c. */
#ifndef SARAI_AUDIO_DUPLEX_BACKEND_H
#define SARAI_AUDIO_DUPLEX_BACKEND_H

#include "audio/duplex.h"
#include "engine/soxr.h"

/* Each backend is a struct that begins with this one. */
struct duplex {
    enum sarai_status (*read)(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err);
    enum sarai_status (*write)(struct duplex *d, const float *voice, struct sarai_error *err);
    enum sarai_status (*commit)(struct duplex *d, struct sarai_error *err);
    void (*close)(struct duplex *d);
};

/* Sound between two rates that was not taken yet: resamplers give their frames in bursts. A second at most;
 * when nobody takes it the oldest is dropped. Zero-initialised. */
enum { SAMPLES_MOST = SARAI_VOICE_HZ };
struct samples {
    float pcm[SAMPLES_MOST];
    size_t n;
};
/* Appends what the resampler makes of `in`. */
enum sarai_status samples_add(struct samples *s, struct resampler *r, const float *in, size_t n_in,
                              struct sarai_error *err);
/* The oldest n, silence in the place of those that are not there. */
void samples_take(struct samples *s, float *out, size_t n);

enum sarai_status duplex_open_files(const struct duplex_options *options, struct duplex **out,
                                    struct sarai_error *err);
enum sarai_status duplex_open_device(const struct duplex_options *options, struct duplex **out,
                                     struct sarai_error *err);

#endif
