/* The converted voice against the published graph (tools/golden/kokoro.py): the same spectra where there is
 * speech, and only silence where frames were skipped. Needs the models: SARAI_MODEL_DIR or models/. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "engine/onnx.h"
#include "speak/voice.h"

#define REFERENCE TEST_DIR "/golden/data/kokoro.json"

enum { WINDOW = 512, HOP = 300, MAX_BANDS = 64, MAX_IDS = 64, STYLE_SIZE = 256, MAX_SKIPPED_FRAMES = 30 };

/* Root mean square over the bands, mean over the frames. Rounding differently alone makes 1 dB; normalising
 * over fewer silent frames makes the rest. */
static const double FARTHEST_DB = 3.0;
static const double SILENT_DB = -50;

static char model_path[4096], style_path[4096];

static double cosines[WINDOW];

/* dB of each band of the frame at pcm, as tools/golden/kokoro.py computes them. */
static void spectrum(const float *pcm, const json_t *edges, double floor_db, double *db)
{
    double x[WINDOW];
    size_t n_bands = json_array_size(edges) - 1;
    for (size_t i = 0; i < WINDOW; i++)
        x[i] = pcm[i] * (0.5 - 0.5 * cosines[i]);
    for (size_t b = 0; b < n_bands; b++) {
        double power = 0;
        size_t end = (size_t)json_integer_value(json_array_get(edges, b + 1));
        for (size_t k = (size_t)json_integer_value(json_array_get(edges, b)); k < end; k++) {
            double re = 0, im = 0;
            for (size_t i = 0; i < WINDOW; i++) {
                re += x[i] * cosines[i * k % WINDOW];
                im += x[i] * cosines[(i * k + WINDOW / 4) % WINDOW];
            }
            power += (re * re + im * im) * 16 / WINDOW / WINDOW / 2;
        }
        db[b] = 10 * log10(power + pow(10, floor_db / 10));
    }
}

static double rms(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pow(a[i] - b[i], 2);
    return sqrt(sum / (double)n);
}

static double distance(const double *db, const json_t *frame)
{
    double other[MAX_BANDS];
    size_t n = json_array_size(frame);
    for (size_t b = 0; b < n; b++)
        other[b] = json_number_value(json_array_get(frame, b));
    return rms(db, other, n);
}

static struct onnx_tensor *speak(struct onnx *session, const json_t *ids, float share)
{
    int64_t tokens[MAX_IDS + 2] = {0};
    float style[STYLE_SIZE], speed = 1;
    size_t n = json_array_size(ids);
    struct sarai_error err = {0};
    assert_true(n <= MAX_IDS);
    for (size_t i = 0; i < n; i++)
        tokens[i + 1] = json_integer_value(json_array_get(ids, i));
    FILE *f = fopen(style_path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)(n * sizeof style), SEEK_SET), 0);
    assert_int_equal(fread(style, sizeof *style, STYLE_SIZE, f), STYLE_SIZE);
    fclose(f);
    struct onnx_value in[] = {{"tokens", onnx_i64((int64_t[]){1, (int64_t)n + 2}, 2, tokens)},
                              {"style", onnx_f32((int64_t[]){1, STYLE_SIZE}, 2, style)},
                              {"speed", onnx_f32((int64_t[]){1}, 1, &speed)},
                              {"share", onnx_f32((int64_t[]){1}, 1, &share)}};
    struct onnx_value out[] = {{"audio", NULL}};
    if (onnx_run(session, in, 4, out, 1, &err))
        fail_msg("%s", err.message);
    for (size_t i = 0; i < 4; i++)
        onnx_release(in[i].tensor);
    return out[0].tensor;
}

static void expect_silence(const json_t *frames, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++)
        for (size_t b = 0; b < json_array_size(json_array_get(frames, t)); b++)
            assert_true(json_number_value(json_array_get(json_array_get(frames, t), b)) < SILENT_DB);
}

static void expect_phrase(struct onnx *session, const json_t *reference, const json_t *phrase)
{
    const json_t *edges = json_object_get(reference, "edges"), *frames = json_object_get(phrase, "frames");
    double floor_db = json_number_value(json_object_get(reference, "floor_db"));
    struct onnx_tensor *audio = speak(session, json_object_get(phrase, "ids"), 1);
    long longer = (long)json_integer_value(json_object_get(phrase, "samples")) - (long)onnx_count(audio);
    assert_in_range(longer, 0, MAX_SKIPPED_FRAMES * HOP);
    assert_int_equal(longer % HOP, 0);
    size_t n = (onnx_count(audio) - WINDOW) / HOP + 1, skipped = (size_t)longer / HOP;
    double(*db)[MAX_BANDS] = calloc(n, sizeof *db);
    assert_non_null(db);
    for (size_t t = 0; t < n; t++)
        spectrum(onnx_floats(audio) + t * HOP, edges, floor_db, db[t]);
    double best = INFINITY;
    size_t at = 0;
    for (size_t offset = 0; offset <= skipped; offset++) {
        double sum = 0;
        for (size_t t = 0; t < n; t++)
            sum += distance(db[t], json_array_get(frames, offset + t));
        if (sum / (double)n < best) {
            best = sum / (double)n;
            at = offset;
        }
    }
    print_message("%s: %.2f dB, %zu of %zu frames skipped\n",
                  json_string_value(json_object_get(phrase, "text")), best, skipped, n + skipped);
    assert_true(best < FARTHEST_DB);
    expect_silence(frames, 0, at);
    expect_silence(frames, at + n, json_array_size(frames));
    free(db);
    onnx_release(audio);
}

static void voice_says_what_the_published_one_says(void **state)
{
    struct onnx *session = NULL;
    struct sarai_error err = {0};
    json_t *reference = json_load_file(REFERENCE, 0, NULL), *phrase;
    size_t i;
    (void)state;
    for (i = 0; i < WINDOW; i++)
        cosines[i] = cos(2 * M_PI * (double)i / WINDOW);
    assert_non_null(reference);
    assert_true(json_array_size(json_object_get(reference, "edges")) <= MAX_BANDS + 1);
    if (onnx_open(model_path, &(struct onnx_options){.threads = 2}, &session, &err))
        fail_msg("%s", err.message);
    assert_int_equal(onnx_metadata_int(session, "sarai.sample_rate", 0), 24000);
    json_array_foreach(json_object_get(reference, "phrases"), i, phrase)
    {
        expect_phrase(session, reference, phrase);
    }
    onnx_close(session);
    json_decref(reference);
}

/* Alone, the beginning of a phrase sounds as in the whole: normalisation over fewer frames changes little. */
static void a_beginning_sounds_as_in_the_whole(void **state)
{
    struct onnx *session = NULL;
    json_t *reference = json_load_file(REFERENCE, 0, NULL), *phrase;
    const json_t *edges = json_object_get(reference, "edges");
    double floor_db = json_number_value(json_object_get(reference, "floor_db")), sum = 0;
    size_t i, parts = 0, count = 0;
    (void)state;
    assert_int_equal(onnx_open(model_path, &(struct onnx_options){.threads = 2}, &session, NULL), SARAI_OK);
    json_array_foreach(json_object_get(reference, "phrases"), i, phrase)
    {
        struct onnx_tensor *whole = speak(session, json_object_get(phrase, "ids"), 1);
        struct onnx_tensor *part = speak(session, json_object_get(phrase, "ids"), 0.3f);
        assert_true(onnx_count(part) <= onnx_count(whole));
        parts += onnx_count(part) < onnx_count(whole);
        for (size_t at = 0; at + VOICE_SPOILT_FRAMES + WINDOW <= onnx_count(part); at += HOP, count++) {
            double db[2][MAX_BANDS];
            spectrum(onnx_floats(whole) + at, edges, floor_db, db[0]);
            spectrum(onnx_floats(part) + at, edges, floor_db, db[1]);
            sum += rms(db[0], db[1], json_array_size(edges) - 1);
        }
        onnx_release(whole);
        onnx_release(part);
    }
    print_message("%zu of %zu phrases have a beginning, %.2f dB from the whole\n", parts, i,
                  sum / (double)count);
    assert_true(parts > 0);
    assert_true(sum / (double)count < FARTHEST_DB);
    onnx_close(session);
    json_decref(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voice_says_what_the_published_one_says),
        cmocka_unit_test(a_beginning_sounds_as_in_the_whole),
    };
    const char *dir = getenv("SARAI_MODEL_DIR");
    dir = dir && *dir ? dir : SOURCE_DIR "/models";
    snprintf(model_path, sizeof model_path, "%s/onnx/kokoro-82m.onnx", dir);
    snprintf(style_path, sizeof style_path, "%s/voices/ef_dora.bin", dir);
    if (access(model_path, R_OK) != 0 || access(style_path, R_OK) != 0) {
        print_message("no voice at %s; run: make models\n", model_path);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
