#include "audio/reader.h"

#include <stdlib.h>
#include <string.h>

#include "engine/sndfile.h"
#include "engine/soxr.h"

enum { BLOCK_MS = 500 };

struct reader {
    char *path;
    struct sndfile *file;
    struct resampler *resampler; /* NULL where the file has our rate */
    size_t block_frames;         /* of the file's rate */
    float *native, *speech;      /* one block before and after resampling; the same without resampler */
    double max_seconds, seconds; /* read so far */
    bool at_end;
};

static enum sarai_status too_long(const struct reader *r, struct sarai_error *err)
{
    return failed(err, SARAI_EINPUT,
                  tr("%s dura más de %.0f minutos; el límite es MAX_AUDIO_MIN",
                     "%s is longer than %.0f minutes; the limit is MAX_AUDIO_MIN"),
                  r->path, r->max_seconds / 60);
}

static enum sarai_status make_buffers(struct reader *r, struct sarai_error *err)
{
    int rate = sndfile_rate(r->file);
    r->block_frames = (size_t)rate * BLOCK_MS / 1000;
    if (rate != SARAI_SPEECH_HZ) {
        enum sarai_status st = resampler_open(rate, SARAI_SPEECH_HZ, &r->resampler, err);
        if (st)
            return st;
        r->speech = malloc(resampler_room(r->resampler, r->block_frames) * sizeof *r->speech);
    }
    r->native = malloc(r->block_frames * sizeof *r->native);
    if (!r->native || (r->resampler && !r->speech))
        return out_of_memory(err, r->path);
    return SARAI_OK;
}

enum sarai_status reader_open(const char *path, long max_minutes, struct reader **out,
                              struct sarai_error *err)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r || !(r->path = strdup(path))) {
        free(r);
        return out_of_memory(err, path);
    }
    r->max_seconds = (double)max_minutes * 60;
    enum sarai_status st = sndfile_open(path, &r->file, err);
    if (!st && sndfile_seconds(r->file) > r->max_seconds)
        st = too_long(r, err);
    if (!st)
        st = make_buffers(r, err);
    if (st) {
        reader_close(r);
        return st;
    }
    *out = r;
    return SARAI_OK;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    sndfile_close(r->file);
    resampler_close(r->resampler);
    free(r->native);
    free(r->speech);
    free(r->path);
    free(r);
}

/* One block of the file; *n is 0 at its end. */
static enum sarai_status read_block(struct reader *r, size_t *n, struct sarai_error *err)
{
    long got = r->at_end ? 0 : sndfile_read(r->file, r->native, r->block_frames);
    if (got < (long)r->block_frames)
        r->at_end = true;
    if (got <= 0 && r->seconds <= 0)
        return failed(err, SARAI_EINPUT, tr("%s no contiene sonido", "%s holds no sound"), r->path);
    *n = got > 0 ? (size_t)got : 0;
    r->seconds += (double)*n / sndfile_rate(r->file);
    return r->seconds > r->max_seconds ? too_long(r, err) : SARAI_OK; /* headers may lie about the length */
}

enum sarai_status reader_next(struct reader *r, const float **pcm, size_t *n, struct sarai_error *err)
{
    size_t frames = 0, given = 0;
    enum sarai_status st;
    do {
        st = read_block(r, &frames, err);
        if (st)
            return st;
        if (!r->resampler) {
            *pcm = r->native;
            *n = frames;
            return SARAI_OK;
        }
        st = resampler_feed(r->resampler, r->native, frames, r->speech, &given, err);
    } while (!st && given == 0 && frames > 0); /* the filter may swallow a whole first block */
    if (!st) {
        *pcm = r->speech;
        *n = given;
    }
    return st;
}

bool reader_is_cut(const struct reader *r)
{
    return sndfile_is_cut(r->file);
}
