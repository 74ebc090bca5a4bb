/* A simulated room, for tests without sound hardware: what a microphone hears of a loudspeaker.
 *
 *     room_open("room.flac", 80, -6, &r, err);      // impulse response, delay in ms, level in dB
 *     room_add(r, played, mic, n);                  // mic += echo of played; both at SARAI_SPEECH_HZ
 *     room_close(r);
 *
 * One thread.
 */
#ifndef SARAI_AUDIO_ROOM_H
#define SARAI_AUDIO_ROOM_H

#include <stddef.h>

#include "base/error.h"

struct room;

/* Of the response at most ROOM_MOST_MS count. The level is that of the echo against what is played, as
 * for white noise. EINPUT: no such file, or silence in it. */
enum { ROOM_MOST_MS = 500, ROOM_MOST_DELAY_MS = 1000 };
enum sarai_status room_open(const char *path, double delay_ms, double level_db, struct room **out,
                            struct sarai_error *err);
void room_close(struct room *r);
void room_add(struct room *r, const float *played, float *mic, size_t n);

#endif
