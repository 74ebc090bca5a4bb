/* PortAudio, for machines without a sound server: for sound.c. */
#ifndef SARAI_ENGINE_PORTAUDIO_H
#define SARAI_ENGINE_PORTAUDIO_H

#include "engine/sound.h"

/* Its devices, counted from `first`. EINTERNAL: PortAudio is missing, or does not start. */
enum sarai_status portaudio_list(int first, struct sound_device *out, size_t max, size_t *n,
                                 struct sarai_error *err);

/* EINPUT, EOUTPUT: no such device, or it does not open. */
enum sarai_status portaudio_open(const struct sound_options *options, int first, struct sound **out,
                                 struct sarai_error *err);

#endif
