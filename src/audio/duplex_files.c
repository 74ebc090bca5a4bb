/* Files and pipes in the place of microphone and loudspeaker. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audio/duplex_backend.h"
#include "audio/reader.h"
#include "audio/room.h"
#include "audio/writer.h"
#include "base/clock.h"
#include "base/reason.h"

enum {
    MAX_INPUT_MIN = 24 * 60,
    DEVICE_BUFFER_MS = 30, /* what a loudspeaker holds; later than this it has run dry, and so do we */
};

struct files {
    struct duplex base;
    struct duplex_options options;
    struct reader *reader; /* NULL for PCM on stdin */
    const float *block;    /* of the reader, borrowed */
    size_t n_block, at_block;
    bool over;
    struct writer *writer; /* NULL: nobody listens */
    struct room *room;
    struct resampler *to_speech; /* 24 → 16 kHz: the reference and what the room hears */
    struct resampler *to_voice;  /* 16 → 24 kHz: the microphone's channel of a stereo file */
    struct samples played;       /* at SARAI_SPEECH_HZ, not yet given to a read */
    struct samples mic;          /* at SARAI_VOICE_HZ, for the stereo file */
    double start_ms;
    long steps;
};

static void files_close(struct duplex *base)
{
    struct files *f = (struct files *)base;
    reader_close(f->reader);
    writer_close(f->writer);
    room_close(f->room);
    resampler_close(f->to_speech);
    resampler_close(f->to_voice);
    free(f);
}

/* ---- in --------------------------------------------------------------------------------------- */

static enum sarai_status read_stdin(struct files *f, float *mic, struct sarai_error *err)
{
    short pcm[DUPLEX_MIC_FRAMES];
    size_t n = 0;
    while (n < sizeof pcm) {
        ssize_t got = read(STDIN_FILENO, (char *)pcm + n, sizeof pcm - n);
        if (got < 0 && errno == EINTR && !stop_raised(f->options.stop))
            continue;
        if (got < 0)
            return failed(err, SARAI_EINPUT,
                          tr("no se puede leer la entrada: %s", "cannot read the input: %s"),
                          reason_of(errno));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    f->over = n < sizeof pcm;
    if (f->over) /* the pipe may have given more than the clock has: from here on the clock alone counts */
        f->start_ms = clock_ms() - (double)f->steps * DUPLEX_STEP_MS;
    for (size_t i = 0; i < n / sizeof *pcm; i++)
        mic[i] = (float)pcm[i] / 32768;
    return SARAI_OK;
}

static enum sarai_status read_file(struct files *f, float *mic, struct sarai_error *err)
{
    for (size_t n = 0; n < DUPLEX_MIC_FRAMES && !f->over;) {
        if (f->at_block == f->n_block) {
            enum sarai_status st = reader_next(f->reader, &f->block, &f->n_block, err);
            if (st)
                return st;
            f->at_block = 0;
            f->over = f->n_block == 0;
        }
        size_t there = f->n_block - f->at_block, wanted = DUPLEX_MIC_FRAMES - n;
        size_t taken = there < wanted ? there : wanted;
        memcpy(mic + n, f->block + f->at_block, taken * sizeof *mic);
        f->at_block += taken;
        n += taken;
    }
    return SARAI_OK;
}

/* Sleeps until the step has passed on the clock; *late when it passed so long ago that a device ran dry. */
static void pace(struct files *f, bool *late)
{
    double due_ms = f->start_ms + (double)(f->steps + 1) * DUPLEX_STEP_MS, wait_ms = due_ms - clock_ms();
    if (wait_ms > 0) {
        struct timespec pause = {0, (long)(wait_ms * 1e6)};
        nanosleep(&pause, NULL);
    }
    *late = wait_ms < -DEVICE_BUFFER_MS;
}

static enum sarai_status keep_mic(struct files *f, const float *mic, struct sarai_error *err)
{
    return f->to_voice ? samples_add(&f->mic, f->to_voice, mic, DUPLEX_MIC_FRAMES, err) : SARAI_OK;
}

static enum sarai_status files_read(struct duplex *base, float *mic, float *played, struct duplex_step *step,
                                    struct sarai_error *err)
{
    struct files *f = (struct files *)base;
    memset(mic, 0, DUPLEX_MIC_FRAMES * sizeof *mic);
    if (stop_raised(f->options.stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    enum sarai_status st = SARAI_OK;
    if (!f->over)
        st = f->reader ? read_file(f, mic, err) : read_stdin(f, mic, err);
    if (st)
        return st;
    if (f->steps == 0)
        f->start_ms = clock_ms();
    if (!f->options.fast && (f->reader || f->over))
        pace(f, &step->late);
    step->dry = step->late;
    f->steps++;
    samples_take(&f->played, played, DUPLEX_MIC_FRAMES);
    if (f->room)
        room_add(f->room, played, mic, DUPLEX_MIC_FRAMES);
    step->over = f->over;
    return keep_mic(f, mic, err);
}

/* ---- out -------------------------------------------------------------------------------------- */

static enum sarai_status write_stereo(struct files *f, const float *voice, struct sarai_error *err)
{
    float mic[DUPLEX_VOICE_FRAMES], both[2 * DUPLEX_VOICE_FRAMES];
    samples_take(&f->mic, mic, DUPLEX_VOICE_FRAMES);
    for (size_t i = 0; i < DUPLEX_VOICE_FRAMES; i++) {
        both[2 * i] = mic[i];
        both[2 * i + 1] = voice[i];
    }
    return writer_add(f->writer, both, DUPLEX_VOICE_FRAMES, err);
}

static enum sarai_status files_write(struct duplex *base, const float *voice, struct sarai_error *err)
{
    struct files *f = (struct files *)base;
    enum sarai_status st = samples_add(&f->played, f->to_speech, voice, DUPLEX_VOICE_FRAMES, err);
    if (st || !f->writer)
        return st;
    return f->options.stereo ? write_stereo(f, voice, err)
                             : writer_add(f->writer, voice, DUPLEX_VOICE_FRAMES, err);
}

static enum sarai_status files_commit(struct duplex *base, struct sarai_error *err)
{
    struct files *f = (struct files *)base;
    return f->writer ? writer_commit(f->writer, err) : SARAI_OK;
}

/* ---- opening ---------------------------------------------------------------------------------- */

static enum sarai_status open_ends(struct files *f, const struct duplex_options *o, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    if (strcmp(o->input, "-") != 0)
        st = reader_open(o->input, MAX_INPUT_MIN, &f->reader, err);
    if (!st && o->output)
        st = o->stereo ? writer_open_stereo(o->output, SARAI_VOICE_HZ, &f->writer, err)
                       : writer_open(o->output, SARAI_VOICE_HZ, &f->writer, err);
    if (!st && o->room)
        st = room_open(o->room, o->room_delay_ms, o->room_db, &f->room, err);
    if (!st)
        st = resampler_open(SARAI_VOICE_HZ, SARAI_SPEECH_HZ, &f->to_speech, err);
    if (!st && o->stereo)
        st = resampler_open(SARAI_SPEECH_HZ, SARAI_VOICE_HZ, &f->to_voice, err);
    return st;
}

enum sarai_status duplex_open_files(const struct duplex_options *options, struct duplex **out,
                                    struct sarai_error *err)
{
    static const float silence[DUPLEX_VOICE_FRAMES];
    struct files *f = calloc(1, sizeof *f);
    if (!f)
        return out_of_memory(err, options->input);
    f->base = (struct duplex){files_read, files_write, files_commit, files_close};
    f->options = *options;
    enum sarai_status st = open_ends(f, options, err);
    /* What is written after a step was read is heard in the next one: the first step is silent. */
    if (!st)
        st = files_write(&f->base, silence, err);
    if (st) {
        files_close(&f->base);
        return st;
    }
    *out = &f->base;
    return SARAI_OK;
}
