/* Microphone and loudspeaker on one time line, in steps of 10 ms.
 *
 *     duplex_open(&options, &d, err);
 *     while (!duplex_read(d, mic, played, &step, err) && !step.over) {
 *         …                                       // think about mic; `played` is the echo reference
 *         duplex_write(d, voice, err);            // what is heard in the next 10 ms
 *     }
 *     duplex_commit(d, err); duplex_close(d);
 *
 * Behind it: sound devices; files (the input plays as the microphone in real time, or as fast as it is taken;
 * the output is the loudspeaker's time line from the input's first sample on); or PCM on stdin and stdout.
 * One thread.
 */
#ifndef SARAI_AUDIO_DUPLEX_H
#define SARAI_AUDIO_DUPLEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

struct duplex;

enum {
    DUPLEX_STEP_MS = 10,
    DUPLEX_MIC_FRAMES = SARAI_SPEECH_HZ * DUPLEX_STEP_MS / 1000,
    DUPLEX_VOICE_FRAMES = SARAI_VOICE_HZ * DUPLEX_STEP_MS / 1000,
};

struct duplex_options {
    const char *input, *output;               /* files; "-": 16-bit PCM; NULL: a device */
    const char *input_device, *output_device; /* name, part of it or index; NULL: the system's choice */
    bool fast;                                /* a file is not paced by the clock */
    bool stereo;                              /* output file: microphone left, loudspeaker right */
    const char *room;              /* a room's impulse response: the simulated microphone hears … */
    double room_delay_ms, room_db; /* … the loudspeaker through it, later and at that level */
    const struct stop *stop;
};

struct duplex_step {
    bool over;      /* the input has ended; what follows is silence */
    bool late;      /* the loudspeaker has run dry meanwhile: what is written now was silence already */
    bool lost;      /* the device is gone; time goes on in silence, and it is looked for */
    bool found;     /* … and it is back */
    double lost_ms; /* of microphone sound, since the last step (overrun) */
    bool dry;       /* the loudspeaker's ring was empty at the last write: silence was heard (underrun) */
};

enum sarai_status duplex_open(const struct duplex_options *options, struct duplex **out,
                              struct sarai_error *err);
void duplex_close(struct duplex *d);

/* Waits for DUPLEX_MIC_FRAMES of the microphone. `played`: what the loudspeaker gave in that time, as far as
 * it is known, also at SARAI_SPEECH_HZ. ECANCELLED when stop was raised. */
enum sarai_status duplex_read(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err);
/* DUPLEX_VOICE_FRAMES at SARAI_VOICE_HZ. */
enum sarai_status duplex_write(struct duplex *d, const float *voice, struct sarai_error *err);
/* The output file gets its name. */
enum sarai_status duplex_commit(struct duplex *d, struct sarai_error *err);

#endif
