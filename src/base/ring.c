#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ring {
    float *pcm;
    size_t capacity;
    atomic_size_t written, read; /* ever; only the writer changes the one, only the reader the other */
};

enum sarai_status ring_open(size_t capacity, struct ring **out, struct sarai_error *err)
{
    struct ring *r = calloc(1, sizeof *r);
    if (!r || !(r->pcm = calloc(capacity, sizeof *r->pcm))) {
        free(r);
        return out_of_memory(err, tr("el sonido", "the sound"));
    }
    r->capacity = capacity;
    *out = r;
    return SARAI_OK;
}

void ring_close(struct ring *r)
{
    if (!r)
        return;
    free(r->pcm);
    free(r);
}

size_t ring_count(const struct ring *r)
{
    size_t read = atomic_load_explicit(&r->read, memory_order_acquire);
    return atomic_load_explicit(&r->written, memory_order_acquire) - read;
}

size_t ring_write(struct ring *r, const float *pcm, size_t n)
{
    size_t written = atomic_load_explicit(&r->written, memory_order_relaxed);
    size_t room = r->capacity - (written - atomic_load_explicit(&r->read, memory_order_acquire));
    n = n < room ? n : room;
    size_t at = written % r->capacity, first = n < r->capacity - at ? n : r->capacity - at;
    memcpy(r->pcm + at, pcm, first * sizeof *pcm);
    memcpy(r->pcm, pcm + first, (n - first) * sizeof *pcm);
    atomic_store_explicit(&r->written, written + n, memory_order_release);
    return n;
}

size_t ring_read(struct ring *r, float *pcm, size_t n)
{
    size_t read = atomic_load_explicit(&r->read, memory_order_relaxed);
    size_t there = atomic_load_explicit(&r->written, memory_order_acquire) - read;
    n = n < there ? n : there;
    size_t at = read % r->capacity, first = n < r->capacity - at ? n : r->capacity - at;
    memcpy(pcm, r->pcm + at, first * sizeof *pcm);
    memcpy(pcm + first, r->pcm, (n - first) * sizeof *pcm);
    atomic_store_explicit(&r->read, read + n, memory_order_release);
    return n;
}
