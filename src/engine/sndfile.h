/* Audio files through libsndfile: wav, flac, ogg, opus, mp3, aiff…, whatever the library opens.
 *
 *     sndfile_open("pregunta.ogg", &f, err);
 *     while ((n = sndfile_read(f, mono, 4096)) > 0) …      // at sndfile_rate(f)
 *     sndfile_close(f);
 *
 * One thread at a time on one file.
 */
#ifndef SARAI_ENGINE_SNDFILE_H
#define SARAI_ENGINE_SNDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sndfile;

enum { SNDFILE_MIN_HZ = 8000, SNDFILE_MAX_HZ = 192000, SNDFILE_MAX_CHANNELS = 8 };

/* "-" is standard input; what comes through a pipe is read to its end first (4 GB at most), into a file
 * without a name. EINPUT: missing, a folder, empty, not audio, outside of the rates and channels above. */
enum sarai_status sndfile_open(const char *path, struct sndfile **out, struct sarai_error *err);
void sndfile_close(struct sndfile *f);
int sndfile_rate(const struct sndfile *f);
/* Length in seconds as the header tells it; 0 where it does not. */
double sndfile_seconds(const struct sndfile *f);

/* Whether it holds less than its header promises, as far as it was read: WAV and AIFF tell at once, FLAC and
 * Ogg at the end; other formats do not know. */
bool sndfile_is_cut(const struct sndfile *f);

/* Reads up to n_frames, channels averaged into one; NaN and infinities become 0, the rest is kept
 * within ±1. Returns the frames read, 0 at the end, -1 when the file is damaged. */
long sndfile_read(struct sndfile *f, float *mono, size_t n_frames);

/* A 16-bit WAV file for writing over an open file descriptor, which it takes over. */
enum sarai_status sndfile_create_wav(int fd, int rate_hz, int channels, struct sndfile **out,
                                     struct sarai_error *err);
/* Frames of all channels in turn. EOUTPUT when not everything could be written. */
enum sarai_status sndfile_write(struct sndfile *f, const float *pcm, size_t n_frames,
                                struct sarai_error *err);
/* Writes the header's lengths; EOUTPUT when that fails. The file stays open. */
enum sarai_status sndfile_flush(struct sndfile *f, struct sarai_error *err);

/* "libsndfile-1.2.0" */
const char *sndfile_version(void);

#endif
