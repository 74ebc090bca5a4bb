#include "engine/sndfile.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/reason.h"
#include "base/spool.h"

struct sndfile {
    SNDFILE *handle;
    SF_INFO info;
    bool ends_early; /* by its container */
    sf_count_t read; /* frames so far */
    bool has_ended;
};

enum {
    BLOCK_FRAMES = 1024,
    LOST_BYTES = 1024, /* a header that is wrong by less has a writer that counts badly */
    LOST_MS = 100,
};
/* Of what comes through a pipe: ten hours at 16 kHz take 1.2 GB, and as FLAC half of it. */
static const long long MAX_PIPED_BYTES = 4LL << 30;
/* What is written to a pipe cannot know its length: programs put 2 GB or more there. */
static const uint32_t LENGTH_UNKNOWN = 0x7FFF0000;

/* What libsndfile would say less clearly: missing, a folder, empty. It seeks in nearly all formats, so a pipe
 * is read to its end first. */
static enum sarai_status open_readable(const char *path, int *fd, struct sarai_error *err)
{
    struct stat st;
    *fd = open(strcmp(path, "-") == 0 ? "/dev/stdin" : path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &st) != 0)
        return failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    if (S_ISDIR(st.st_mode))
        return failed(err, SARAI_EINPUT,
                      tr("%s es una carpeta, no un archivo de audio", "%s is a folder, not an audio file"),
                      path);
    enum sarai_status status = spool_pipe(fd, MAX_PIPED_BYTES, path, err);
    if (!status && fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
        return failed(err, SARAI_EINPUT, tr("%s está vacío", "%s is empty"), path);
    return status;
}

/* Why libsndfile did not open the last file; it knows English only. */
static const char *reason_of_refusal(void)
{
    switch (sf_error(NULL)) {
    case SF_ERR_UNRECOGNISED_FORMAT:
        return tr("no se reconoce el formato", "its format is not known");
    case SF_ERR_SYSTEM:
        return tr("falla la lectura", "it cannot be read");
    case SF_ERR_MALFORMED_FILE:
        return tr("está dañado", "it is damaged");
    case SF_ERR_UNSUPPORTED_ENCODING:
        return tr("no se admite su codificación", "its encoding is not supported");
    default:
        return sf_strerror(NULL);
    }
}

/* Whether a WAV or an AIFF promises more bytes than there are. libsndfile takes what it finds for the whole.
 */
static bool is_container_cut(int fd)
{
    struct stat st;
    unsigned char head[8];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || pread(fd, head, sizeof head, 0) != sizeof head)
        return false;
    bool big = memcmp(head, "FORM", 4) == 0 || memcmp(head, "RIFX", 4) == 0;
    if (!big && memcmp(head, "RIFF", 4) != 0)
        return false;
    uint32_t length = 0;
    for (int i = 0; i < 4; i++)
        length = length << 8 | head[big ? 4 + i : 7 - i];
    return length < LENGTH_UNKNOWN && (off_t)length + (off_t)sizeof head > st.st_size + LOST_BYTES;
}

static enum sarai_status check_format(const SF_INFO *info, const char *path, struct sarai_error *err)
{
    if (info->samplerate < SNDFILE_MIN_HZ || info->samplerate > SNDFILE_MAX_HZ)
        return failed(err, SARAI_EINPUT,
                      tr("%s: %d Hz; se admiten de %d a %d", "%s: %d Hz; %d to %d are accepted"), path,
                      info->samplerate, SNDFILE_MIN_HZ, SNDFILE_MAX_HZ);
    if (info->channels < 1 || info->channels > SNDFILE_MAX_CHANNELS)
        return failed(err, SARAI_EINPUT,
                      tr("%s: %d canales; se admiten hasta %d", "%s: %d channels; up to %d are accepted"),
                      path, info->channels, SNDFILE_MAX_CHANNELS);
    return SARAI_OK;
}

enum sarai_status sndfile_open(const char *path, struct sndfile **out, struct sarai_error *err)
{
    int fd = -1;
    struct sndfile *f = NULL;
    enum sarai_status st = open_readable(path, &fd, err);
    if (!st && !(f = calloc(1, sizeof *f)))
        st = out_of_memory(err, path);
    if (!st && !(f->handle = sf_open_fd(fd, SFM_READ, &f->info, SF_TRUE)))
        st = failed(err, SARAI_EINPUT,
                    tr("%s no es un archivo de audio que se pueda abrir: %s",
                       "%s is not an audio file that can be opened: %s"),
                    path, reason_of_refusal());
    else if (!st)
        f->ends_early = is_container_cut(fd);
    if (!st)
        st = check_format(&f->info, path, err);
    if (fd >= 0 && (!f || !f->handle)) /* else the handle owns it */
        close(fd);
    if (st) {
        sndfile_close(f);
        return st;
    }
    *out = f;
    return SARAI_OK;
}

void sndfile_close(struct sndfile *f)
{
    if (!f)
        return;
    if (f->handle)
        sf_close(f->handle);
    free(f);
}

int sndfile_rate(const struct sndfile *f)
{
    return f->info.samplerate;
}

double sndfile_seconds(const struct sndfile *f)
{
    if (f->info.frames == SF_COUNT_MAX) /* not known: of an Ogg without its end, say */
        return 0;
    return f->info.frames > 0 ? (double)f->info.frames / f->info.samplerate : 0;
}

bool sndfile_is_cut(const struct sndfile *f)
{
    bool is_ogg = (f->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG;
    bool is_known = f->info.frames != SF_COUNT_MAX || (is_ogg && f->info.seekable);
    sf_count_t lost = f->info.frames - f->read;
    return f->ends_early ||
           (is_known && f->has_ended && lost > (sf_count_t)f->info.samplerate * LOST_MS / 1000);
}

static float mixed(const float *frame, int channels)
{
    float sum = 0;
    for (int c = 0; c < channels; c++)
        sum += frame[c];
    sum /= (float)channels;
    return isfinite(sum) ? fminf(fmaxf(sum, -1), 1) : 0;
}

long sndfile_read(struct sndfile *f, float *mono, size_t n_frames)
{
    float block[BLOCK_FRAMES * SNDFILE_MAX_CHANNELS];
    size_t done = 0;
    while (done < n_frames) {
        size_t want = n_frames - done < BLOCK_FRAMES ? n_frames - done : BLOCK_FRAMES;
        sf_count_t got = sf_readf_float(f->handle, block, (sf_count_t)want);
        for (sf_count_t i = 0; i < got; i++)
            mono[done + (size_t)i] = mixed(block + i * f->info.channels, f->info.channels);
        done += got > 0 ? (size_t)got : 0;
        f->has_ended = got < (sf_count_t)want;
        if (f->has_ended)
            break;
    }
    f->read += (sf_count_t)done;
    return done == 0 && sf_error(f->handle) ? -1 : (long)done;
}

enum sarai_status sndfile_create_wav(int fd, int rate_hz, int channels, struct sndfile **out,
                                     struct sarai_error *err)
{
    struct sndfile *f = calloc(1, sizeof *f);
    if (!f) {
        close(fd);
        return out_of_memory(err, tr("el archivo de salida", "the output file"));
    }
    f->info =
        (SF_INFO){.samplerate = rate_hz, .channels = channels, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    f->handle = sf_open_fd(fd, SFM_WRITE, &f->info, SF_TRUE);
    if (!f->handle) {
        close(fd);
        free(f);
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir el WAV: %s", "cannot write the WAV: %s"),
                      sf_strerror(NULL));
    }
    sf_command(f->handle, SFC_SET_CLIPPING, NULL, SF_TRUE);
    *out = f;
    return SARAI_OK;
}

static enum sarai_status write_failed(struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT, tr("no se puede escribir el audio: %s", "cannot write the audio: %s"),
                  errno ? reason_of(errno) : tr("disco lleno", "disk full"));
}

enum sarai_status sndfile_write(struct sndfile *f, const float *pcm, size_t n_frames, struct sarai_error *err)
{
    errno = 0;
    sf_count_t written = sf_writef_float(f->handle, pcm, (sf_count_t)n_frames);
    return written == (sf_count_t)n_frames ? SARAI_OK : write_failed(err);
}

enum sarai_status sndfile_flush(struct sndfile *f, struct sarai_error *err)
{
    errno = 0;
    sf_command(f->handle, SFC_UPDATE_HEADER_NOW, NULL, 0);
    sf_write_sync(f->handle);
    return sf_error(f->handle) ? write_failed(err) : SARAI_OK;
}

const char *sndfile_version(void)
{
    return sf_version_string();
}
