/* PortAudio: microphones and loudspeakers.
 *
 *     n = portaudio_list(devices, PORTAUDIO_MOST_DEVICES, err);
 *
 *     portaudio_open(&options, &p, err);
 *     while (portaudio_wait(p, 100)) { n = portaudio_read(p, pcm, max); … portaudio_write(p, pcm, n); }
 *     portaudio_close(p);
 *
 * The two directions are streams of their own, each at the rate that its device has by itself. The callbacks
 * copy to and from rings, and nothing else. The library is global state: one thread at a time.
 */
#ifndef SARAI_ENGINE_PORTAUDIO_H
#define SARAI_ENGINE_PORTAUDIO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct portaudio;

enum { PORTAUDIO_NAME_BYTES = 128, PORTAUDIO_MOST_DEVICES = 64 };

struct portaudio_devices {
    int n_inputs, n_outputs;
    char input[PORTAUDIO_NAME_BYTES], output[PORTAUDIO_NAME_BYTES]; /* the defaults; "" where there is none */
};

struct portaudio_device {
    double rate_hz;
    int index;
    char name[PORTAUDIO_NAME_BYTES], host[PORTAUDIO_NAME_BYTES]; /* host: ALSA, JACK … */
    int inputs, outputs;                                         /* channels */
    bool default_input, default_output;
};

struct portaudio_options {
    const char *input, *output; /* index, name or part of it; NULL: the system's choice */
};

/* What is plugged in now. EINTERNAL: PortAudio does not start. */
enum sarai_status portaudio_devices(struct portaudio_devices *out, struct sarai_error *err);
/* Each device, at most `max`; *n is how many. */
enum sarai_status portaudio_list(struct portaudio_device *out, size_t max, size_t *n,
                                 struct sarai_error *err);

/* EINPUT, EOUTPUT: no such device, or it does not open. */
enum sarai_status portaudio_open(const struct portaudio_options *options, struct portaudio **out,
                                 struct sarai_error *err);
void portaudio_close(struct portaudio *p);
int portaudio_input_hz(const struct portaudio *p);
int portaudio_output_hz(const struct portaudio *p);

/* Waits for sound of the microphone; false when none came in that time. */
bool portaudio_wait(struct portaudio *p, int most_ms);
/* Mono frames that were recorded, at most `max`. */
size_t portaudio_read(struct portaudio *p, float *pcm, size_t max);
/* Mono frames to be played behind those that wait. What has no room is dropped. */
void portaudio_write(struct portaudio *p, const float *pcm, size_t n);
/* Frames that wait to be played. */
size_t portaudio_waiting(const struct portaudio *p);
/* Frames that the loudspeaker has asked for so far: where this stands still, its stream has died. */
long portaudio_asked(const struct portaudio *p);
/* Frames of the microphone that nobody read in time, since the last call. */
long portaudio_lost(struct portaudio *p);

/* "PortAudio V19.6.0-devel, revision …" */
const char *portaudio_version(void);

#endif
