/* PortAudio: microphones and loudspeakers.
 *
 *     struct portaudio_devices found;
 *     if (portaudio_devices(&found, err) == SARAI_OK && found.n_outputs > 0) puts(found.output);
 *
 * The library is global state: one thread at a time. What it is built on (ALSA, JACK) writes to the
 * standard error while it looks around.
 */
#ifndef SARAI_ENGINE_PORTAUDIO_H
#define SARAI_ENGINE_PORTAUDIO_H

#include "base/error.h"

enum { PORTAUDIO_NAME_BYTES = 128 };

struct portaudio_devices {
    int n_inputs, n_outputs;
    char input[PORTAUDIO_NAME_BYTES], output[PORTAUDIO_NAME_BYTES]; /* the defaults; "" where there is none */
};

/* What is plugged in now. EINTERNAL: PortAudio does not start. */
enum sarai_status portaudio_devices(struct portaudio_devices *out, struct sarai_error *err);

/* "PortAudio V19.6.0-devel, revision …" */
const char *portaudio_version(void);

#endif
