/* A sound file as a stream of speech: mono float at SARAI_SPEECH_HZ, whatever the file holds.
 *
 *     reader_open("pregunta.mp3", max_minutes, &r, err);
 *     while ((st = reader_next(r, &pcm, &n, err)) == SARAI_OK && n > 0) …   // pcm borrowed until the next
 * call reader_close(r);
 *
 * Memory is bounded by one block, so a file may be hours long. One thread at a time.
 */
#ifndef SARAI_AUDIO_READER_H
#define SARAI_AUDIO_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct reader;

/* EINPUT: as sndfile_open(), or longer than max_minutes. */
enum sarai_status reader_open(const char *path, long max_minutes, struct reader **out,
                              struct sarai_error *err);
void reader_close(struct reader *r);

/* The next block; *n is 0 at the end. EINPUT: the file is damaged before its first sample, or holds none.
 * A file that is cut short gives what it has. */
enum sarai_status reader_next(struct reader *r, const float **pcm, size_t *n, struct sarai_error *err);
/* Whether it was: as sndfile_is_cut(). */
bool reader_is_cut(const struct reader *r);

#endif
