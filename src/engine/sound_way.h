/* What sound.c and its two ways to the devices share, pulse.c and portaudio.c: the rings that the callbacks
 * of a library copy to and from, and who closes its streams.
 */
#ifndef SARAI_ENGINE_SOUND_WAY_H
#define SARAI_ENGINE_SOUND_WAY_H

#include <semaphore.h>
#include <stdatomic.h>

#include "base/ring.h"
#include "engine/sound.h"

/* Each way's struct begins with this one. */
struct sound {
    void (*close)(struct sound *s); /* stops the callbacks, then sound_finish(), and frees all */
    int in_hz, out_hz;
    struct ring *recorded, *to_play;
    sem_t came; /* something was recorded; a post takes no lock */
    bool has_sem;
    atomic_long lost, asked;
};

/* The rings, for streams of these rates; `s` is zeroed. Half of it done, sound_finish() undoes it. */
enum sarai_status sound_init(struct sound *s, int in_hz, int out_hz, struct sarai_error *err);
void sound_finish(struct sound *s);

/* For the callbacks. NULL: frames that were lost on their way. */
void sound_recorded(struct sound *s, const float *pcm, size_t n);
/* Fills up with silence. */
void sound_play(struct sound *s, float *pcm, size_t n);

/* Says that it did not find it. */
enum sarai_status sound_not_found(const char *wanted, bool input, struct sarai_error *err);

#endif
