/* Hearing with the embedded models: against CTranslate2 in float32 (tools/golden/transcriber.py), and what it
 * must not hear. SARAI_MODEL_DIR or models/; recordings of SARAI_TEST_DATA or ../shared/data where there are
 * any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <unistd.h>

#include "audio/reader.h"
#include "golden/hearing.h"
#include "listen/listener.h"
#include "listen/transcriber.h"
#include "listen/vad.h"
#include "listen/vocabulary.h"

#define REFERENCE TEST_DIR "/golden/data/transcriber.json"

/* Of the likeliest tokens' log-probabilities: 8-bit weights and a context of the utterance plus two seconds
 * here, float32 and 30 s there. */
#define LOG_TOLERANCE        0.6
#define CONFIDENCE_TOLERANCE 0.1F

enum { MAX_SECONDS = 120, PATH_BYTES = 4096, MAX_CUES = 32 };

static char encoder_path[PATH_BYTES], decoder_path[PATH_BYTES], vocab_path[PATH_BYTES], vad_path[PATH_BYTES];
static const char *data_dir;
static json_t *reference;
static struct listener *listener;
static float pcm[MAX_SECONDS * SARAI_SPEECH_HZ];

/* ---- sound -------------------------------------------------------------------------------------- */

/* Reads a file at pcm + at; returns how many samples. */
static size_t read_sound(const char *path, size_t at)
{
    struct reader *r = NULL;
    struct sarai_error err = {0};
    const float *block;
    size_t n = 1, start = at;
    if (reader_open(path, 10, &r, &err))
        fail_msg("%s", err.message);
    while (n > 0) {
        assert_int_equal(reader_next(r, &block, &n, &err), SARAI_OK);
        size_t room = sizeof pcm / sizeof *pcm - at;
        n = n < room ? n : room;
        memcpy(pcm + at, block, n * sizeof *pcm);
        at += n;
    }
    reader_close(r);
    return at - start;
}

static size_t add_silence(double seconds, size_t at)
{
    size_t n = (size_t)(seconds * SARAI_SPEECH_HZ);
    assert_true(at + n <= sizeof pcm / sizeof *pcm);
    memset(pcm + at, 0, n * sizeof *pcm);
    return n;
}

/* Numerical Recipes' generator: the same noise on every machine. −1..1. */
static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (float)((double)*seed / 2147483648.0 - 1);
}

/* ---- listening ---------------------------------------------------------------------------------- */

struct cues {
    int n;
    double start_s[MAX_CUES], end_s[MAX_CUES];
    char text[8192], language[8];
};

static enum sarai_status keep(void *user, const struct listener_segment *s, struct sarai_error *err)
{
    struct cues *c = user;
    (void)err;
    assert_in_range(c->n, 0, MAX_CUES - 1);
    c->start_s[c->n] = s->start_s;
    c->end_s[c->n++] = s->end_s;
    snprintf(c->language, sizeof c->language, "%s", s->language);
    strncat(c->text, s->text, sizeof c->text - strlen(c->text) - 2);
    strcat(c->text, " ");
    return SARAI_OK;
}

static struct cues listen(size_t n, const char *language, enum segmenter_grain grain)
{
    struct cues cues = {0};
    struct sarai_error err = {0};
    if (listener_begin(listener, language, grain, &err) ||
        listener_feed(listener, pcm, n, keep, &cues, &err) || listener_flush(listener, keep, &cues, &err))
        fail_msg("%s", err.message);
    return cues;
}

static void expect_nothing(size_t n, const char *what)
{
    struct cues cues = listen(n, "es", SEGMENTER_TEXT);
    if (cues.n > 0)
        fail_msg("%s → %s", what, cues.text);
}

/* ---- against CTranslate2 ------------------------------------------------------------------------- */

static void clip_path(const json_t *clip, char *path)
{
    snprintf(path, PATH_BYTES, TEST_DIR "/data/%s", json_string_value(json_object_get(clip, "file")));
}

/* The reference's text, and its tokens after the prompt. */
static size_t reference_tokens(const json_t *clip, int64_t *tokens)
{
    size_t n = 0, i;
    json_t *id;
    json_array_foreach(json_object_get(clip, "prompt"), i, id) tokens[n++] = json_integer_value(id);
    json_array_foreach(json_object_get(clip, "tokens"), i, id) tokens[n++] = json_integer_value(id);
    return n;
}

static void logits_are_near_those_of_ctranslate2(void **state)
{
    (void)state;
    struct hearing h;
    size_t c;
    json_t *clip;
    hearing_open(&h, encoder_path, decoder_path);
    json_array_foreach(reference, c, clip)
    {
        char path[PATH_BYTES];
        int64_t tokens[HEARING_MAX_TOKENS];
        const json_t *steps = json_object_get(clip, "steps");
        size_t n_prompt = json_array_size(json_object_get(clip, "prompt"));
        clip_path(clip, path);
        size_t n = read_sound(path, 0);
        n += add_silence(0.5, n);
        hearing_encode(&h, pcm, n / 320 * 320, NULL);
        struct onnx_tensor *logits =
            hearing_logits(&h, tokens, reference_tokens(clip, tokens), (int64_t)n_prompt - 1);
        size_t width = onnx_count(logits) / (json_array_size(json_object_get(clip, "tokens")) + 1);
        for (size_t s = 0; s < json_array_size(steps); s++) {
            const float *row = onnx_floats(logits) + s * width;
            const json_t *step = json_array_get(steps, s), *ids = json_object_get(step, "tokens");
            double sum = 0;
            for (size_t i = 0; i < width; i++)
                sum += exp(row[i]);
            for (size_t i = 0; i < 2; i++) { /* what is unlikely varies more, and matters less */
                double expected = json_number_value(json_array_get(json_object_get(step, "logs"), i));
                double ours = row[json_integer_value(json_array_get(ids, i))] - log(sum);
                if (expected > -2 && fabs(ours - expected) > LOG_TOLERANCE)
                    fail_msg("%s, step %zu, choice %zu: %.3f, not %.3f", path, s, i, ours, expected);
            }
        }
        onnx_release(logits);
    }
    hearing_close(&h);
}

static float reference_confidence(const json_t *clip)
{
    double sum = 0;
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(clip, "steps"), i, step) sum +=
        json_number_value(json_array_get(json_object_get(step, "logs"), 0));
    return (float)(sum / (double)i);
}

static void words_are_those_of_ctranslate2(void **state)
{
    (void)state;
    const struct transcriber_options options = {.encoder_path = encoder_path,
                                                .decoder_path = decoder_path,
                                                .vocab_path = vocab_path,
                                                .onnx = {.threads = 2}};
    struct transcriber *t = NULL;
    struct vocabulary *v = NULL;
    size_t c;
    json_t *clip;
    assert_int_equal(transcriber_open(&options, &t, NULL), SARAI_OK);
    assert_int_equal(vocabulary_open(vocab_path, &v, NULL), SARAI_OK);
    json_array_foreach(reference, c, clip)
    {
        char path[PATH_BYTES];
        int64_t tokens[HEARING_MAX_TOKENS];
        int words[HEARING_MAX_TOKENS];
        struct heard heard = HEARD_INIT;
        struct buf expected = BUF_INIT(8192);
        size_t n_words = 0, n_prompt = json_array_size(json_object_get(clip, "prompt"));
        for (size_t i = n_prompt, n = reference_tokens(clip, tokens); i < n; i++)
            words[n_words++] = (int)tokens[i];
        assert_true(vocabulary_text(v, words, n_words, &expected));
        clip_path(clip, path);
        assert_int_equal(transcriber_run(t, pcm, read_sound(path, 0), "auto", &heard, NULL), SARAI_OK);
        assert_string_equal(buf_string(&heard.words), buf_string(&expected) + 1); /* it begins with a blank */
        assert_string_equal(heard.language, json_string_value(json_object_get(clip, "language")));
        assert_float_equal(heard.confidence, reference_confidence(clip), CONFIDENCE_TOLERANCE);
        buf_finish(&heard.words);
        buf_finish(&expected);
    }
    vocabulary_close(v);
    transcriber_close(t);
}

/* ---- what is no speech --------------------------------------------------------------------------- */

static void silence_is_silence(void **state)
{
    (void)state;
    expect_nothing(0, "no sample");
    expect_nothing(1, "one sample");
    expect_nothing(add_silence(20, 0), "silence");
}

static void broken_samples_are_silence(void **state)
{
    (void)state;
    size_t n = add_silence(2, 0);
    for (size_t i = 0; i < n; i += 3)
        pcm[i] = i % 2 ? NAN : INFINITY;
    expect_nothing(n, "NaN and infinity");
    n = add_silence(0.5, 0);
    pcm[100] = NAN; /* and they do not deafen */
    n += read_sound(TEST_DIR "/data/pregunta.wav", n);
    assert_non_null(strstr(listen(n, "es", SEGMENTER_TEXT).text, "capital de Francia"));
}

static void noise_is_no_speech(void **state)
{
    (void)state;
    uint32_t seed = 1;
    size_t n = 12 * SARAI_SPEECH_HZ;
    for (float level = 0.003F; level < 1; level *= 10) {
        for (size_t i = 0; i < n; i++)
            pcm[i] = level * noise(&seed);
        expect_nothing(n, "white noise");
        float slow[3] = {0};
        for (size_t i = 0; i < n; i++) { /* Paul Kellet's economy filter makes it pink */
            float white = level * noise(&seed);
            slow[0] = 0.99765F * slow[0] + white * 0.0990460F;
            slow[1] = 0.96300F * slow[1] + white * 0.2965164F;
            slow[2] = 0.57000F * slow[2] + white * 1.0526913F;
            pcm[i] = 0.25F * (slow[0] + slow[1] + slow[2] + white * 0.1848F);
        }
        expect_nothing(n, "pink noise");
    }
}

static void music_is_no_speech(void **state)
{
    (void)state;
    static const double melody[] = {262, 330, 392, 523, 392, 330, 294, 349, 440, 587, 440, 349};
    size_t n = 12 * SARAI_SPEECH_HZ;
    for (size_t i = 0; i < n; i++) { /* three harmonics, struck twice a second, over a low fifth */
        double t = (double)i / SARAI_SPEECH_HZ, turn = 6.283185307179586 * t, struck = exp(-4 * fmod(t, 0.5));
        double f = melody[(size_t)(2 * t) % 12];
        pcm[i] = (float)(0.2 * struck * (sin(f * turn) + 0.5 * sin(2 * f * turn) + 0.25 * sin(3 * f * turn)) +
                         0.05 * (sin(131 * turn) + sin(196 * turn)));
    }
    expect_nothing(n, "music");
    for (size_t i = 0; i < n; i++)
        pcm[i] = 0.3F * (float)sin(6.283185307179586 * 440 * (double)i / SARAI_SPEECH_HZ);
    expect_nothing(n, "a tone");
}

/* True where there are recordings; says that there are none. */
static bool has_recordings(const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    printf("SKIP: no %s\n", path);
    return false;
}

static void rooms_without_people_are_silent(void **state)
{
    (void)state;
    static const char *const rooms[] = {
        "noise1", "noise2",       "noise3",        "noise4",        "noise5",        "noise_freesound_573577",
        "rir1",   "1-100032-A-0", "2-100648-A-43", "3-103051-C-19", "4-156993-A-19", "5-156999-C-19"};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/noise/%s.flac", data_dir, rooms[i]);
        if (!has_recordings(path))
            skip();
        expect_nothing(read_sound(path, 0), path);
    }
}

/* ---- long files, languages ------------------------------------------------------------------------ */

static void a_long_recording_is_cut_at_its_pauses(void **state)
{
    (void)state;
    double starts[12], ends[12];
    size_t n = 0;
    for (int i = 0; i < 12; i++) {
        n += add_silence(1.5, n);
        starts[i] = (double)n / SARAI_SPEECH_HZ;
        n += read_sound(i % 2 ? TEST_DIR "/data/pregunta.wav" : TEST_DIR "/data/frase.wav", n);
        ends[i] = (double)n / SARAI_SPEECH_HZ;
    }
    assert_true(n > 45 * SARAI_SPEECH_HZ); /* more than an encoder hears at once */
    struct cues cues = listen(n, "es", SEGMENTER_CUES);
    assert_int_equal(cues.n, 12);
    for (int i = 0; i < 12; i++) {
        assert_float_equal(cues.start_s[i], starts[i],
                           0.3); /* the clips begin and end with a little silence */
        assert_float_equal(cues.end_s[i], ends[i], 0.4);
        assert_true(cues.start_s[i] < cues.end_s[i] && (i == 0 || cues.end_s[i - 1] <= cues.start_s[i]));
    }
    struct cues text = listen(n, "es", SEGMENTER_TEXT);
    assert_in_range(text.n, 2, 12);
    const struct cues *both[] = {&cues, &text};
    for (int b = 0; b < 2; b++) {
        int questions = 0, sentences = 0;
        for (const char *at = both[b]->text; (at = strstr(at, "capital de Francia")); at++)
            questions++;
        for (const char *at = both[b]->text; (at = strstr(at, "caminar")); at++)
            sentences++;
        assert_int_equal(questions, 6);
        assert_int_equal(sentences, 6);
    }
}

/* Whisper ends its text at the first pause of this prompt. */
static void what_is_said_behind_an_early_end_is_heard(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/speech-es/asterisk/vm-forwardoptions.flac", data_dir);
    if (!has_recordings(path))
        skip();
    struct cues cues = listen(read_sound(path, 0), "es", SEGMENTER_TEXT);
    const char *first = strstr(cues.text, "para dejar"), *last = strstr(cues.text, "para enviar el mensaje");
    if (cues.n != 1 || !first || !last || last < first)
        fail_msg("%d: %s", cues.n, cues.text);
}

static void the_language_is_heard(void **state)
{
    (void)state;
    static const char *const clips[][2] = {
        {"de", "fleurs-de-000"}, {"de", "fleurs-de-002"}, {"de", "fleurs-de-004"}, {"de", "fleurs-de-006"},
        {"en", "fleurs-en-000"}, {"en", "fleurs-en-002"}, {"en", "fleurs-en-004"}, {"en", "jfk"},
        {"fr", "fleurs-fr-000"}, {"fr", "fleurs-fr-002"}, {"fr", "fleurs-fr-004"}, {"fr", "fleurs-fr-006"},
        {"pt", "fleurs-pt-000"}, {"pt", "fleurs-pt-002"}, {"pt", "fleurs-pt-004"}, {"pt", "fleurs-pt-006"},
    };
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/speech-other/%s.flac", data_dir, clips[i][1]);
        if (!has_recordings(path))
            skip();
        struct cues cues = listen(read_sound(path, 0), "auto", SEGMENTER_TEXT);
        if (strcmp(cues.language, clips[i][0]) != 0)
            fail_msg("%s: %s", path, cues.language);
    }
}

static void a_language_unknown_is_refused(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    assert_int_equal(listener_begin(listener, "tlh", SEGMENTER_TEXT, &err), SARAI_EUSAGE);
    assert_non_null(strstr(err.message, "tlh"));
    assert_int_equal(listener_begin(listener, "español castellano", SEGMENTER_TEXT, &err), SARAI_EUSAGE);
}

/* ---- ---------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    const struct listener_options options = {.encoder_path = encoder_path,
                                             .decoder_path = decoder_path,
                                             .vocab_path = vocab_path,
                                             .vad_path = vad_path,
                                             .threads = 2};
    reference = json_load_file(REFERENCE, 0, NULL);
    if (listener_open(&options, &listener, &err))
        printf("%s\n", err.message);
    return reference && listener ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    listener_close(listener);
    json_decref(reference);
    return 0;
}

int main(void)
{
    const char *models = getenv("SARAI_MODEL_DIR"), *data = getenv("SARAI_TEST_DATA");
    models = models ? models : SOURCE_DIR "/models";
    data_dir = data ? data : SOURCE_DIR "/../shared/data";
    snprintf(encoder_path, PATH_BYTES, "%s/onnx/whisper-base.encoder.onnx", models);
    snprintf(decoder_path, PATH_BYTES, "%s/onnx/whisper-base.decoder.onnx", models);
    snprintf(vocab_path, PATH_BYTES, "%s/onnx/whisper-base.vocab.json", models);
    snprintf(vad_path, PATH_BYTES, "%s/onnx/silero-vad-sequence.onnx", models);
    if (access(decoder_path, R_OK) != 0 || access(vad_path, R_OK) != 0) {
        printf("SKIP: no %s (sarai models pull)\n", decoder_path);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_near_those_of_ctranslate2),
        cmocka_unit_test(words_are_those_of_ctranslate2),
        cmocka_unit_test(silence_is_silence),
        cmocka_unit_test(broken_samples_are_silence),
        cmocka_unit_test(noise_is_no_speech),
        cmocka_unit_test(music_is_no_speech),
        cmocka_unit_test(rooms_without_people_are_silent),
        cmocka_unit_test(a_long_recording_is_cut_at_its_pauses),
        cmocka_unit_test(what_is_said_behind_an_early_end_is_heard),
        cmocka_unit_test(the_language_is_heard),
        cmocka_unit_test(a_language_unknown_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
