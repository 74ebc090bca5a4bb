/* Microphones and loudspeakers: those of PulseAudio (or of PipeWire in its place) where such a server
 * answers, else those of PortAudio.
 *
 *     sound_list(devices, SOUND_MOST_DEVICES, &n, err);
 *
 *     sound_open(&options, &s, err);
 *     while (sound_wait(s, 100)) { n = sound_read(s, pcm, max); … sound_write(s, pcm, n); }
 *     sound_close(s);
 *
 * The two directions are streams of their own, each at the rate that its device has by itself. The callbacks
 * copy to and from rings, and nothing else. The libraries are global state: one thread at a time.
 */
#ifndef SARAI_ENGINE_SOUND_H
#define SARAI_ENGINE_SOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct sound;

enum { SOUND_NAME_BYTES = 256, SOUND_MOST_DEVICES = 64 };

struct sound_device {
    double rate_hz;
    int index; /* in the list */
    char name[SOUND_NAME_BYTES],
        id[SOUND_NAME_BYTES]; /* for people, for its server; PortAudio's have no id */
    char host[32];            /* PulseAudio, ALSA, JACK … */
    int inputs, outputs;      /* channels */
    bool default_input, default_output;
};

struct sound_options {
    const char *input, *output; /* index, name, id or a part of one; NULL: the system's choice */
};

/* Each device that is plugged in now, at most `max`; *n is how many. EINPUT: the sound server does not
 * answer; EINTERNAL: PortAudio does not start. */
enum sarai_status sound_list(struct sound_device *out, size_t max, size_t *n, struct sarai_error *err);

/* The first of a list that `wanted` names: an index, a name, an id or a part of one; NULL: the default. NULL:
 * there is none. */
const struct sound_device *sound_find(const struct sound_device *list, size_t n, const char *wanted,
                                      bool input);
/* EINPUT, EOUTPUT: no such device, or it does not open, or its server does not answer. */
enum sarai_status sound_open(const struct sound_options *options, struct sound **out,
                             struct sarai_error *err);
void sound_close(struct sound *s);
int sound_input_hz(const struct sound *s);
int sound_output_hz(const struct sound *s);

/* Waits for sound of the microphone; false when none came in that time. */
bool sound_wait(struct sound *s, int most_ms);
/* Mono frames that were recorded, at most `max`. */
size_t sound_read(struct sound *s, float *pcm, size_t max);
/* Mono frames to be played behind those that wait. What has no room is dropped. */
void sound_write(struct sound *s, const float *pcm, size_t n);
/* Frames that wait to be played. */
size_t sound_waiting(const struct sound *s);
/* Frames that the loudspeaker has asked for so far: where this stands still, its stream has died. */
long sound_asked(const struct sound *s);
/* Frames of the microphone that nobody read in time, since the last call. */
long sound_lost(struct sound *s);

#endif
