/* PulseAudio, or PipeWire where it answers in its place: for sound.c. */
#ifndef SARAI_ENGINE_PULSE_H
#define SARAI_ENGINE_PULSE_H

#include "engine/sound.h"

/* What the server has; *n is 0 where none runs, and none is started. EINPUT: it does not answer. */
enum sarai_status pulse_list(struct sound_device *out, size_t max, size_t *n, struct sarai_error *err);

/* *out stays NULL where no server runs, or a device that is named is not among its *n. EINPUT, EOUTPUT: it
 * does not answer, or a device does not open. */
enum sarai_status pulse_open(const struct sound_options *options, struct sound **out, size_t *n,
                             struct sarai_error *err);

#endif
