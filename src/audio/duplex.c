#include "audio/duplex.h"

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
