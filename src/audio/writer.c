#include "audio/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/backdrop.h"
#include "base/reason.h"
#include "engine/sndfile.h"

enum { BLOCK_FRAMES = 2048 };

struct writer {
    char *path;
    char *part;           /* the name until commit; NULL for a stream */
    bool has_name;        /* part is there; else the file gets that name at commit only */
    int fd;               /* of the file, which owns it */
    struct sndfile *file; /* NULL for a stream */
    int stream;           /* raw 16-bit PCM goes here; -1 for a file */
    bool owns_stream;
    int channels;
    bool has_backdrop;
    struct backdrop backdrop;
};

static enum sarai_status cannot_write(const char *path, struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                  reason_of(errno));
}

static bool is_stream(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static enum sarai_status open_stream(struct writer *w, struct sarai_error *err)
{
    w->owns_stream = strcmp(w->path, "-") != 0;
    w->stream = w->owns_stream ? open(w->path, O_WRONLY | O_CLOEXEC) : STDOUT_FILENO;
    return w->stream < 0 ? cannot_write(w->path, err) : SARAI_OK;
}

/* A file without a name in the same folder, so that nothing stays however the program ends; -1 where the
 * file system has no such thing. */
static int open_nameless(const char *part)
{
    char *folder = strdup(part);
    if (!folder)
        return -1;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0'; /* the root keeps its slash */
    int fd = open(slash ? folder : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    free(folder);
    return fd;
}

/* Gives a nameless file the name that it is renamed from. */
static bool give_name(struct writer *w)
{
    char nameless[64];
    if (w->has_name)
        return true;
    snprintf(nameless, sizeof nameless, "/proc/self/fd/%d", w->fd);
    unlink(w->part); /* of a process of our number, long ago */
    w->has_name = linkat(AT_FDCWD, nameless, AT_FDCWD, w->part, AT_SYMLINK_FOLLOW) == 0;
    return w->has_name;
}

static enum sarai_status open_file(struct writer *w, int rate_hz, struct sarai_error *err)
{
    struct stat st;
    if (stat(w->path, &st) == 0 && (S_ISDIR(st.st_mode) || access(w->path, W_OK) != 0)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : errno;
        return cannot_write(w->path, err);
    }
    if (asprintf(&w->part, "%s.part-%ld", w->path, (long)getpid()) < 0) {
        w->part = NULL;
        return out_of_memory(err, w->path);
    }
    w->fd = open_nameless(w->part);
    if (w->fd < 0) {
        w->fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        w->has_name = w->fd >= 0;
    }
    return w->fd < 0 ? cannot_write(w->path, err)
                     : sndfile_create_wav(w->fd, rate_hz, w->channels, &w->file, err);
}

static enum sarai_status open_channels(const char *path, int rate_hz, int channels, struct writer **out,
                                       struct sarai_error *err)
{
    struct writer *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(path))) {
        free(w);
        return out_of_memory(err, path);
    }
    w->stream = -1;
    w->channels = channels;
    enum sarai_status st =
        strcmp(path, "-") == 0 || is_stream(path) ? open_stream(w, err) : open_file(w, rate_hz, err);
    if (st) {
        writer_close(w);
        return st;
    }
    *out = w;
    return SARAI_OK;
}

enum sarai_status writer_open(const char *path, int rate_hz, struct writer **out, struct sarai_error *err)
{
    return open_channels(path, rate_hz, 1, out, err);
}

enum sarai_status writer_open_stereo(const char *path, int rate_hz, struct writer **out,
                                     struct sarai_error *err)
{
    return open_channels(path, rate_hz, 2, out, err);
}

enum sarai_status writer_open_speech(const char *path, int rate_hz, struct writer **out,
                                     struct sarai_error *err)
{
    enum sarai_status st = open_channels(path, rate_hz, 1, out, err);
    if (!st && (*out)->file) {
        (*out)->has_backdrop = true;
        backdrop_init(&(*out)->backdrop, rate_hz);
    }
    return st;
}

static enum sarai_status write_all(struct writer *w, const char *data, size_t n, struct sarai_error *err)
{
    while (n > 0) {
        ssize_t written = write(w->stream, data, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return cannot_write(w->path, err);
        data += written;
        n -= (size_t)written;
    }
    return SARAI_OK;
}

static enum sarai_status stream_pcm(struct writer *w, const float *pcm, size_t n_frames,
                                    struct sarai_error *err)
{
    short block[BLOCK_FRAMES];
    while (n_frames > 0) {
        size_t n = n_frames < BLOCK_FRAMES ? n_frames : BLOCK_FRAMES;
        for (size_t i = 0; i < n; i++) {
            float x = pcm[i] > 1 ? 1 : pcm[i] < -1 ? -1 : pcm[i];
            block[i] = (short)(x * 32767);
        }
        enum sarai_status st = write_all(w, (const char *)block, n * sizeof *block, err);
        if (st)
            return st;
        pcm += n;
        n_frames -= n;
    }
    return SARAI_OK;
}

static enum sarai_status write_before_backdrop(struct writer *w, const float *pcm, size_t n_frames,
                                               struct sarai_error *err)
{
    float block[BLOCK_FRAMES];
    enum sarai_status st = SARAI_OK;
    for (size_t at = 0; !st && at < n_frames; at += BLOCK_FRAMES) {
        size_t n = n_frames - at < BLOCK_FRAMES ? n_frames - at : BLOCK_FRAMES;
        memcpy(block, pcm + at, n * sizeof *block);
        backdrop_lay(&w->backdrop, block, n);
        st = sndfile_write(w->file, block, n, err);
    }
    return st;
}

enum sarai_status writer_add(struct writer *w, const float *pcm, size_t n_frames, struct sarai_error *err)
{
    if (w->has_backdrop)
        return write_before_backdrop(w, pcm, n_frames, err);
    return w->file ? sndfile_write(w->file, pcm, n_frames, err)
                   : stream_pcm(w, pcm, n_frames * (size_t)w->channels, err);
}

enum sarai_status writer_commit(struct writer *w, struct sarai_error *err)
{
    if (!w->file)
        return SARAI_OK;
    enum sarai_status st = sndfile_flush(w->file, err);
    if (st)
        return st;
    if (!give_name(w))
        return cannot_write(w->path, err);
    sndfile_close(w->file);
    w->file = NULL;
    if (rename(w->part, w->path) != 0)
        return cannot_write(w->path, err);
    w->has_name = false;
    return SARAI_OK;
}

void writer_close(struct writer *w)
{
    if (!w)
        return;
    sndfile_close(w->file);
    if (w->part && w->has_name)
        unlink(w->part);
    if (w->stream >= 0 && w->owns_stream)
        close(w->stream);
    free(w->part);
    free(w->path);
    free(w);
}
