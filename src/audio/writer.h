/* A WAV file that appears whole or not at all: written beside its final name, renamed when it is done.
 *
 *     writer_open("respuesta.wav", SARAI_VOICE_HZ, &w, err);
 *     writer_add(w, pcm, n, err);
 *     writer_commit(w, err);      // now it has its name
 *     writer_close(w);            // without commit: nothing is left behind
 *
 * A name of "-" streams 16-bit PCM to standard output; a device or pipe is written to directly.
 * One thread at a time.
 */
#ifndef SARAI_AUDIO_WRITER_H
#define SARAI_AUDIO_WRITER_H

#include <stddef.h>

#include "base/error.h"

struct writer;

/* EOUTPUT: no such folder, no permission, disk full. */
enum sarai_status writer_open(const char *path, int rate_hz, struct writer **out, struct sarai_error *err);
/* The same for a voice: a file has a hush behind it (backdrop.h); a stream gets the samples as they are. */
enum sarai_status writer_open_speech(const char *path, int rate_hz, struct writer **out,
                                     struct sarai_error *err);
/* The same with two channels; pcm then holds left and right in turn. */
enum sarai_status writer_open_stereo(const char *path, int rate_hz, struct writer **out,
                                     struct sarai_error *err);
enum sarai_status writer_add(struct writer *w, const float *pcm, size_t n_frames, struct sarai_error *err);
enum sarai_status writer_commit(struct writer *w, struct sarai_error *err);
void writer_close(struct writer *w);

#endif
