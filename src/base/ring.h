/* A ring of samples between one thread that writes and one that reads, without a lock: one of them may be an
 * audio callback.
 *
 *     ring_open(24000, &r, err);
 *     callback: n = ring_write(r, pcm, n);       // what has no room is not taken
 *     other:    n = ring_read(r, pcm, n);        // what is there
 *     ring_close(r);
 */
#ifndef SARAI_BASE_RING_H
#define SARAI_BASE_RING_H

#include <stddef.h>

#include "base/error.h"

struct ring;

enum sarai_status ring_open(size_t capacity, struct ring **out, struct sarai_error *err);
void ring_close(struct ring *r);

/* Both return how many samples were moved. */
size_t ring_write(struct ring *r, const float *pcm, size_t n);
size_t ring_read(struct ring *r, float *pcm, size_t n);
size_t ring_count(const struct ring *r);

#endif
