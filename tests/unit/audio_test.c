/* Sound files in and out: rates, channels, damage, and the promise that a WAV is whole or absent. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sndfile.h>

#include "audio/reader.h"
#include "audio/writer.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sarai-audio-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* A 440 Hz tone of one second at half scale, the same in every channel. */
static void write_tone(const char *path, int rate, int channels, int format)
{
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    for (int i = 0; i < rate; i++) {
        float frame[8];
        for (int c = 0; c < channels; c++)
            frame[c] = 0.5f * sinf(2 * 3.14159265f * 440 * (float)i / (float)rate);
        sf_writef_float(f, frame, 1);
    }
    sf_close(f);
}

/* Reads a file whole: frames, root mean square, zero crossings. */
static enum sarai_status measure(const char *path, size_t *frames, double *rms, size_t *crossings,
                                 struct sarai_error *err)
{
    struct reader *r = NULL;
    const float *pcm;
    size_t n;
    double sum = 0;
    float last = 0;
    *frames = *crossings = 0;
    enum sarai_status st = reader_open(path, 1, &r, err);
    while (!st && !(st = reader_next(r, &pcm, &n, err)) && n > 0) {
        for (size_t i = 0; i < n; i++) {
            sum += pcm[i] * pcm[i];
            *crossings += (pcm[i] > 0) != (last > 0);
            last = pcm[i];
        }
        *frames += n;
    }
    *rms = *frames ? sqrt(sum / (double)*frames) : 0;
    reader_close(r);
    return st;
}

static void every_rate_and_channel_count_becomes_speech(void **state)
{
    const int rates[] = {8000, 16000, 22050, 44100, 48000, 192000};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (int channels = 1; channels <= 8; channels += 7) {
            size_t frames, crossings;
            double rms;
            write_tone(in_folder("tone.wav"), rates[i], channels, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
            assert_int_equal(measure(in_folder("tone.wav"), &frames, &rms, &crossings, NULL), SARAI_OK);
            assert_in_range(frames, 15990, 16010);
            assert_in_range(crossings, 870, 890); /* 440 Hz for a second */
            assert_true(fabs(rms - 0.5 / sqrt(2)) < 0.01);
        }
}

static void compressed_formats_open(void **state)
{
    const int formats[] = {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
                           SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III};
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t frames, crossings;
        double rms;
        write_tone(in_folder("tone.x"), 24000, 2, formats[i]);
        assert_int_equal(measure(in_folder("tone.x"), &frames, &rms, &crossings, NULL), SARAI_OK);
        assert_in_range(frames, 15500, 17800); /* MP3 pads */
        assert_true(rms > 0.25 && rms < 0.45);
    }
}

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void bad_inputs_get_a_sentence(void **state)
{
    struct sarai_error err;
    size_t frames, crossings;
    double rms;
    (void)state;
    write_bytes(in_folder("empty.wav"), "", 0);
    write_bytes(in_folder("text.wav"), "hola, no soy un sonido, soy un texto", 36);
    write_tone(in_folder("no-samples.wav"), 16000, 1, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    assert_int_equal(truncate(in_folder("no-samples.wav"), 44), 0);
    const char *bad[] = {"missing.wav", "empty.wav", "text.wav", "no-samples.wav", "."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memset(&err, 0, sizeof err);
        assert_int_equal(measure(in_folder(bad[i]), &frames, &rms, &crossings, &err), SARAI_EINPUT);
        assert_non_null(strstr(err.message, bad[i]));
    }
}

static void a_truncated_file_gives_what_it_has(void **state)
{
    size_t frames, crossings;
    double rms;
    (void)state;
    write_tone(in_folder("cut.wav"), 16000, 1, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
    assert_int_equal(truncate(in_folder("cut.wav"), 44 + 16000), 0);
    assert_int_equal(measure(in_folder("cut.wav"), &frames, &rms, &crossings, NULL), SARAI_OK);
    assert_int_equal(frames, 8000);
}

static void not_a_number_becomes_silence(void **state)
{
    SF_INFO info = {.samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    const float samples[] = {NAN, INFINITY, -INFINITY, 0.25f, 9.0f};
    struct reader *r;
    const float *pcm;
    size_t n;
    (void)state;
    SNDFILE *f = sf_open(in_folder("nan.wav"), SFM_WRITE, &info);
    sf_writef_float(f, samples, 5);
    sf_close(f);
    assert_int_equal(reader_open(in_folder("nan.wav"), 1, &r, NULL), SARAI_OK);
    assert_int_equal(reader_next(r, &pcm, &n, NULL), SARAI_OK);
    assert_int_equal(n, 5);
    assert_true(pcm[0] == 0 && pcm[1] == 0 && pcm[2] == 0 && pcm[3] == 0.25f && pcm[4] == 1);
    reader_close(r);
}

static void files_past_the_limit_are_refused(void **state)
{
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_U8};
    struct sarai_error err = {0};
    float second[8000] = {0};
    struct reader *r;
    (void)state;
    SNDFILE *f = sf_open(in_folder("long.wav"), SFM_WRITE, &info);
    for (int i = 0; i < 61; i++)
        sf_writef_float(f, second, 8000);
    sf_close(f);
    assert_int_equal(reader_open(in_folder("long.wav"), 1, &r, &err), SARAI_EINPUT);
    assert_non_null(strstr(err.message, "MAX_AUDIO_MIN"));
}

static void a_wav_appears_only_when_committed(void **state)
{
    struct writer *w;
    float tone[2400];
    size_t frames, crossings;
    double rms;
    (void)state;
    for (int i = 0; i < 2400; i++)
        tone[i] = 0.5f;
    const char *path = in_folder("out.wav");
    assert_int_equal(writer_open(path, 24000, &w, NULL), SARAI_OK);
    assert_int_equal(writer_add(w, tone, 2400, NULL), SARAI_OK);
    writer_close(w);
    assert_int_equal(access(path, F_OK), -1);

    assert_int_equal(writer_open(path, 24000, &w, NULL), SARAI_OK);
    assert_int_equal(writer_add(w, tone, 2400, NULL), SARAI_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(writer_commit(w, NULL), SARAI_OK);
    writer_close(w);
    assert_int_equal(measure(in_folder("out.wav"), &frames, &rms, &crossings, NULL), SARAI_OK);
    assert_in_range(frames, 1590, 1610);
}

/* `n` samples of the file that `open` makes of `sound`, added in two pieces; returns how many there are. */
static size_t written(enum sarai_status (*open)(const char *, int, struct writer **, struct sarai_error *),
                      const float *sound, size_t n, float *out, size_t room)
{
    struct writer *w;
    SF_INFO info = {0};
    assert_int_equal(open(in_folder("voice.wav"), 24000, &w, NULL), SARAI_OK);
    assert_int_equal(writer_add(w, sound, n / 3, NULL), SARAI_OK);
    assert_int_equal(writer_add(w, sound + n / 3, n - n / 3, NULL), SARAI_OK);
    assert_int_equal(writer_commit(w, NULL), SARAI_OK);
    writer_close(w);
    SNDFILE *f = sf_open(in_folder("voice.wav"), SFM_READ, &info);
    size_t got = (size_t)sf_readf_float(f, out, (sf_count_t)room);
    sf_close(f);
    return got;
}

static void a_voice_has_a_hush_behind_it(void **state)
{
    enum { N = 24000 };
    static float sound[N], plain[2 * N], voice[2 * N], again[2 * N];
    (void)state;
    for (size_t i = 0; i < N / 2; i++) /* then silence */
        sound[i] = 0.5f * (float)sin(0.1 * (double)i);
    assert_int_equal(written(writer_open, sound, N, plain, 2 * N), N);
    assert_int_equal(written(writer_open_speech, sound, N, voice, 2 * N), N);
    assert_int_equal(written(writer_open_speech, sound, N, again, 2 * N), N);
    assert_memory_equal(voice, again, N * sizeof *voice);
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        float hush = voice[i] - plain[i];
        assert_true(fabsf(hush) < 0.001f);
        sum += hush * hush;
    }
    double level_db = 10 * log10(sum / N);
    assert_true(level_db > -92 && level_db < -87);
}

static void unwritable_places_are_told(void **state)
{
    struct writer *w;
    struct sarai_error err = {0};
    (void)state;
    assert_int_equal(writer_open("/nowhere/x.wav", 24000, &w, &err), SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "/nowhere/x.wav"));
    assert_int_equal(writer_open(folder, 24000, &w, &err), SARAI_EOUTPUT);
}

static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
    struct writer *w;
    struct sarai_error err = {0};
    static float tone[48000];
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(writer_open("/dev/full", 24000, &w, &err), SARAI_OK);
    assert_int_equal(writer_add(w, tone, 48000, &err), SARAI_EOUTPUT);
    writer_close(w);

    /* A file that may not grow past 64 kB: the write fails as on a full disk. */
    struct rlimit limit, before;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 65536;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(writer_open(in_folder("full.wav"), 24000, &w, &err), SARAI_OK);
    enum sarai_status st = writer_add(w, tone, 48000, &err);
    if (!st)
        st = writer_commit(w, &err);
    writer_close(w);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(st, SARAI_EOUTPUT);
    assert_int_equal(access(in_folder("full.wav"), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_and_channel_count_becomes_speech),
        cmocka_unit_test(compressed_formats_open),
        cmocka_unit_test(bad_inputs_get_a_sentence),
        cmocka_unit_test(a_truncated_file_gives_what_it_has),
        cmocka_unit_test(not_a_number_becomes_silence),
        cmocka_unit_test(files_past_the_limit_are_refused),
        cmocka_unit_test(a_wav_appears_only_when_committed),
        cmocka_unit_test(a_voice_has_a_hush_behind_it),
        cmocka_unit_test(unwritable_places_are_told),
        cmocka_unit_test(a_full_disk_is_told_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
