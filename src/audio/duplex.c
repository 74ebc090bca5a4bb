#include "audio/duplex.h"

#include <string.h>

#include "audio/duplex_backend.h"

enum sarai_status duplex_open(const struct duplex_options *options, struct duplex **out,
                              struct sarai_error *err)
{
    return options->input ? duplex_open_files(options, out, err) : duplex_open_device(options, out, err);
}

void duplex_close(struct duplex *d)
{
    if (d)
        d->close(d);
}

enum sarai_status duplex_read(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err)
{
    *step = (struct duplex_step){0};
    return d->read(d, mic, played, step, err);
}

enum sarai_status duplex_write(struct duplex *d, const float *voice, struct sarai_error *err)
{
    return d->write(d, voice, err);
}

enum sarai_status duplex_commit(struct duplex *d, struct sarai_error *err)
{
    return d->commit(d, err);
}

/* ---- for the backends -------------------------------------------------------------------------- */

static void drop_oldest(struct samples *s, size_t n)
{
    n = n < s->n ? n : s->n;
    s->n -= n;
    memmove(s->pcm, s->pcm + n, s->n * sizeof *s->pcm);
}

enum sarai_status samples_add(struct samples *s, struct resampler *r, const float *in, size_t n_in,
                              struct sarai_error *err)
{
    size_t n = 0, room = resampler_room(r, n_in);
    if (s->n + room > SAMPLES_MOST)
        drop_oldest(s, s->n + room - SAMPLES_MOST);
    enum sarai_status st = resampler_feed(r, in, n_in, s->pcm + s->n, &n, err);
    s->n += st ? 0 : n;
    return st;
}

void samples_take(struct samples *s, float *out, size_t n)
{
    size_t there = n < s->n ? n : s->n;
    memcpy(out, s->pcm, there * sizeof *out);
    memset(out + there, 0, (n - there) * sizeof *out);
    drop_oldest(s, there);
}
