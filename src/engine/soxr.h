/* Resampling of mono float through libsoxr, in blocks of any size.
 *
 *     resampler_open(44100, 16000, &r, err);
 *     resampler_feed(r, in, n_in, out, n_out_max, &n_out, err);   // n_in 0 flushes the tail
 *     resampler_close(r);
 */
#ifndef SARAI_ENGINE_SOXR_H
#define SARAI_ENGINE_SOXR_H

#include <stddef.h>

#include "base/error.h"

struct resampler;

enum sarai_status resampler_open(int from_hz, int to_hz, struct resampler **out, struct sarai_error *err);
void resampler_close(struct resampler *r);

/* Room that the output of n_in frames needs at most, the tail included. */
size_t resampler_room(const struct resampler *r, size_t n_in);
/* Takes all of `in`; `out` has room for resampler_room(r, n_in). With n_in 0 gives what is left inside:
 * call until *n_out is 0. */
enum sarai_status resampler_feed(struct resampler *r, const float *in, size_t n_in, float *out, size_t *n_out,
                                 struct sarai_error *err);

/* "libsoxr-0.1.3" */
const char *resampler_version(void);

#endif
