/* What duplex.c and its backends share: duplex_files.c and duplex_device.c. */
#ifndef SARAI_AUDIO_DUPLEX_BACKEND_H
#define SARAI_AUDIO_DUPLEX_BACKEND_H

#include "audio/duplex.h"

/* Each backend is a struct that begins with this one. */
struct duplex {
    enum sarai_status (*read)(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err);
    enum sarai_status (*write)(struct duplex *d, const float *voice, struct sarai_error *err);
    enum sarai_status (*commit)(struct duplex *d, struct sarai_error *err);
    void (*close)(struct duplex *d);
};

enum sarai_status duplex_open_files(const struct duplex_options *options, struct duplex **out,
                                    struct sarai_error *err);
enum sarai_status duplex_open_device(const struct duplex_options *options, struct duplex **out,
                                     struct sarai_error *err);

#endif
