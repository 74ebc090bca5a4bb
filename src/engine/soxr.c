#include "engine/soxr.h"

#include <math.h>
#include <soxr.h>
#include <stdlib.h>

/* soxr holds back up to its filter's length; this many output frames cover it at every ratio in use. */
enum { TAIL_FRAMES = 8192 };

struct resampler {
    soxr_t soxr;
    double ratio;
};

enum sarai_status resampler_open(int from_hz, int to_hz, struct resampler **out, struct sarai_error *err)
{
    soxr_error_t cause = NULL;
    struct resampler *r = calloc(1, sizeof *r);
    if (!r)
        return out_of_memory(err, tr("el remuestreo", "resampling"));
    r->ratio = (double)to_hz / from_hz;
    r->soxr = soxr_create(from_hz, to_hz, 1, &cause, NULL, NULL, NULL);
    if (!r->soxr) {
        free(r);
        return failed(err, SARAI_EINTERNAL,
                      tr("no se puede remuestrear de %d a %d Hz: %s", "cannot resample from %d to %d Hz: %s"),
                      from_hz, to_hz, cause ? cause : "soxr");
    }
    *out = r;
    return SARAI_OK;
}

void resampler_close(struct resampler *r)
{
    if (!r)
        return;
    soxr_delete(r->soxr);
    free(r);
}

size_t resampler_room(const struct resampler *r, size_t n_in)
{
    return (size_t)ceil((double)n_in * r->ratio) + TAIL_FRAMES;
}

enum sarai_status resampler_feed(struct resampler *r, const float *in, size_t n_in, float *out, size_t *n_out,
                                 struct sarai_error *err)
{
    size_t used = 0, given = 0;
    soxr_error_t cause =
        soxr_process(r->soxr, n_in ? in : NULL, n_in, &used, out, resampler_room(r, n_in), &given);
    if (cause || used != n_in)
        return failed(err, SARAI_EINTERNAL, tr("falla el remuestreo: %s", "resampling failed: %s"),
                      cause ? cause : "soxr");
    *n_out = given;
    return SARAI_OK;
}

const char *resampler_version(void)
{
    return soxr_version();
}
