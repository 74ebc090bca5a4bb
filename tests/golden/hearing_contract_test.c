/* The contract of encoder and text decoder (docs/CONTRACTS.md) on a tiny pair with random weights, other
 * sizes than Whisper base's and outputs that the transcript does not need (tools/models/tiny_whisper.py),
 * against `transformers` (tools/golden/tiny_whisper.py); and what becomes of files that are not what they
 * should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <unistd.h>

#include "golden/hearing.h"
#include "listen/transcriber.h"

#define ENCODER   TEST_DIR "/golden/data/tiny-whisper.encoder.onnx"
#define DECODER   TEST_DIR "/golden/data/tiny-whisper.decoder.onnx"
#define VOCAB     TEST_DIR "/golden/data/tiny-whisper.vocab.json"
#define REFERENCE TEST_DIR "/golden/data/tiny-whisper.json"

/* Float32 on both sides; states have a standard deviation of 1, logits of 7. */
#define STATES_TOLERANCE 1e-3F
#define LOGITS_TOLERANCE 1e-2F

enum { N_SAMPLES = 2 * SARAI_SPEECH_HZ, D_MODEL = 48, N_EMOTIONS = 9, PROMPT = 4 };

static json_t *reference;
static float pcm[N_SAMPLES];

static int set_up(void **state)
{
    (void)state;
    const double pi = acos(-1);
    for (int i = 0; i < N_SAMPLES; i++) { /* as in tools/golden/tiny_whisper.py */
        double t = (double)i / SARAI_SPEECH_HZ;
        double sweep = 0.3 * sin(2 * pi * (200 + 150 * t) * t) * (0.5 + 0.5 * sin(6 * pi * t));
        pcm[i] = (float)(sweep + 0.1 * sin(2 * pi * 1730 * t));
    }
    reference = json_load_file(REFERENCE, 0, NULL);
    return reference ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(reference);
    return 0;
}

static float number(const json_t *list, size_t i)
{
    return (float)json_number_value(json_array_get(list, i));
}

static void states_agree_with_transformers(void **state)
{
    (void)state;
    struct hearing h;
    struct onnx_value states = {"states", NULL};
    const json_t *places = json_object_get(reference, "states_at");
    const json_t *expected = json_object_get(reference, "states");
    hearing_open(&h, ENCODER, DECODER);
    hearing_encode(&h, pcm, N_SAMPLES, &states);
    assert_int_equal(onnx_count(states.tensor), N_SAMPLES / 320 * D_MODEL);
    assert_int_equal(json_array_size(expected), json_array_size(places) * D_MODEL);
    for (size_t i = 0; i < json_array_size(expected); i++) {
        size_t row = (size_t)json_integer_value(json_array_get(places, i / D_MODEL));
        assert_float_equal(onnx_floats(states.tensor)[row * D_MODEL + i % D_MODEL], number(expected, i),
                           STATES_TOLERANCE);
    }
    onnx_release(states.tensor);
    hearing_close(&h);
}

static void logits_agree_with_transformers(void **state)
{
    (void)state;
    struct hearing h;
    int64_t tokens[HEARING_MAX_TOKENS];
    const json_t *ids = json_object_get(reference, "tokens"),
                 *expected = json_object_get(reference, "logits");
    size_t n = json_array_size(ids);
    for (size_t i = 0; i < n; i++)
        tokens[i] = json_integer_value(json_array_get(ids, i));
    hearing_open(&h, ENCODER, DECODER);
    hearing_encode(&h, pcm, N_SAMPLES, NULL);
    struct onnx_tensor *logits = hearing_logits(&h, tokens, n, 0);
    assert_int_equal(onnx_count(logits), json_array_size(expected));
    for (size_t i = 0; i < json_array_size(expected); i++)
        assert_float_equal(onnx_floats(logits)[i], number(expected, i), LOGITS_TOLERANCE);
    onnx_release(logits);
    hearing_close(&h);
}

static void an_encoder_may_give_mood_and_latent_too(void **state)
{
    (void)state;
    struct hearing h;
    struct onnx_value mood = {"emo_vec", NULL}, latent = {"latent_z", NULL};
    float sum = 0;
    hearing_open(&h, ENCODER, DECODER);
    hearing_encode(&h, pcm, N_SAMPLES, &mood);
    assert_int_equal(onnx_count(mood.tensor), 15);
    for (int i = 0; i < N_EMOTIONS; i++)
        sum += onnx_floats(mood.tensor)[i];
    assert_float_equal(sum, 1, 1e-5F);
    onnx_release(mood.tensor);
    hearing_encode(&h, pcm, N_SAMPLES, &latent);
    assert_int_equal(onnx_count(latent.tensor), 20);
    onnx_release(latent.tensor);
    hearing_close(&h);
}

static enum sarai_status open_files(const char *encoder, const char *decoder, const char *vocab,
                                    struct transcriber **t, struct sarai_error *err)
{
    const struct transcriber_options options = {
        .encoder_path = encoder, .decoder_path = decoder, .vocab_path = vocab, .onnx = {.threads = 1}};
    return transcriber_open(&options, t, err);
}

static void the_transcriber_reads_all_sizes_from_the_files(void **state)
{
    (void)state;
    struct transcriber *t = NULL;
    struct heard heard = HEARD_INIT;
    assert_int_equal(open_files(ENCODER, DECODER, VOCAB, &t, NULL), SARAI_OK);
    assert_true(transcriber_knows(t, "yue"));
    assert_false(transcriber_knows(t, "fr"));
    for (int i = 0; i < 2; i++) { /* nothing of an utterance may linger */
        assert_int_equal(transcriber_run(t, pcm, N_SAMPLES, "es", &heard, NULL), SARAI_OK);
        assert_string_equal(buf_string(&heard.words), json_string_value(json_object_get(reference, "text")));
        assert_string_equal(heard.language, "es");
    }
    assert_int_equal(transcriber_run(t, pcm, N_SAMPLES, "auto", &heard, NULL), SARAI_OK);
    assert_true(transcriber_knows(t, heard.language));
    buf_finish(&heard.words);
    transcriber_close(t);
}

static void sound_that_is_none_does_no_harm(void **state)
{
    (void)state;
    struct transcriber *t = NULL;
    struct heard heard = HEARD_INIT;
    const float hostile[] = {NAN, INFINITY, -INFINITY, 1e30F};
    assert_int_equal(open_files(ENCODER, DECODER, VOCAB, &t, NULL), SARAI_OK);
    assert_int_equal(transcriber_run(t, pcm, 0, "es", &heard, NULL), SARAI_OK);
    assert_int_equal(transcriber_run(t, pcm, 1, "es", &heard, NULL), SARAI_OK);
    assert_int_equal(transcriber_run(t, hostile, 4, "es", &heard, NULL), SARAI_OK);
    assert_int_equal(transcriber_run(t, hostile, 1, "auto", &heard, NULL), SARAI_OK);
    assert_int_equal(transcriber_run(t, pcm, N_SAMPLES, "es", &heard, NULL), SARAI_OK);
    assert_string_equal(buf_string(&heard.words), json_string_value(json_object_get(reference, "text")));
    buf_finish(&heard.words);
    transcriber_close(t);
}

static void an_interrupted_transcription_ends_and_can_go_on(void **state)
{
    (void)state;
    struct transcriber *t = NULL;
    struct heard heard = HEARD_INIT;
    struct sarai_error err = {0};
    assert_int_equal(open_files(ENCODER, DECODER, VOCAB, &t, NULL), SARAI_OK);
    transcriber_interrupt(t);
    assert_int_equal(transcriber_run(t, pcm, N_SAMPLES, "es", &heard, &err), SARAI_ECANCELLED);
    transcriber_resume(t);
    assert_int_equal(transcriber_run(t, pcm, N_SAMPLES, "es", &heard, &err), SARAI_OK);
    buf_finish(&heard.words);
    transcriber_close(t);
}

/* ---- files that are not what they should be ----------------------------------------------------- */

static char damaged[] = "/tmp/sarai-hearing-XXXXXX";

static void refuse(const char *encoder, const char *decoder, const char *vocab, const char *named)
{
    struct transcriber *t = NULL;
    struct sarai_error err = {0};
    assert_int_equal(open_files(encoder, decoder, vocab, &t, &err), SARAI_EMODEL);
    assert_null(t);
    if (!strstr(err.message, named))
        fail_msg("«%s» does not name %s", err.message, named);
}

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*n);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static void write_damaged(const char *bytes, size_t n)
{
    FILE *f = fopen(damaged, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void files_of_another_role_are_refused(void **state)
{
    (void)state;
    refuse(DECODER, DECODER, VOCAB, "speech-encoder");
    refuse(ENCODER, ENCODER, VOCAB, "text-decoder");
    refuse(ENCODER, DECODER, REFERENCE, REFERENCE);
    refuse(ENCODER, TEST_DIR "/golden/data/tiny-lfm2.gguf", VOCAB, "tiny-lfm2.gguf");
    refuse(TEST_DIR "/golden/data/none.onnx", DECODER, VOCAB, "none.onnx");
}

static void files_cut_short_are_refused(void **state)
{
    (void)state;
    size_t n;
    char *bytes = read_file(DECODER, &n);
    const size_t lengths[] = {0, 1, 100, n / 2, n - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        write_damaged(bytes, lengths[i]);
        refuse(ENCODER, damaged, VOCAB, damaged);
    }
    free(bytes);
}

/* A flipped bit in a weight cannot be seen (`sarai models verify` finds it by the sum); one in the structure
 * is refused or changes what is heard. Neither may do more. */
static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    size_t n;
    int refused = 0;
    char *bytes = read_file(DECODER, &n);
    for (size_t at = 0; at < n; at += at < 6000 ? 97 : 15013) { /* the structure comes first */
        struct transcriber *t = NULL;
        struct sarai_error err = {0};
        struct heard heard = HEARD_INIT;
        bytes[at] ^= 0x11;
        write_damaged(bytes, n);
        bytes[at] ^= 0x11;
        if (open_files(ENCODER, damaged, VOCAB, &t, &err) == SARAI_OK)
            transcriber_run(t, pcm, N_SAMPLES, "es", &heard, &err);
        else
            refused++;
        assert_true(err.status == SARAI_OK || err.message[0] != '\0');
        buf_finish(&heard.words);
        transcriber_close(t);
    }
    assert_in_range(refused, 1, 80);
    free(bytes);
}

int main(void)
{
    int fd = mkstemp(damaged);
    if (fd < 0)
        return 1;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_agree_with_transformers),
        cmocka_unit_test(logits_agree_with_transformers),
        cmocka_unit_test(an_encoder_may_give_mood_and_latent_too),
        cmocka_unit_test(the_transcriber_reads_all_sizes_from_the_files),
        cmocka_unit_test(sound_that_is_none_does_no_harm),
        cmocka_unit_test(an_interrupted_transcription_ends_and_can_go_on),
        cmocka_unit_test(files_of_another_role_are_refused),
        cmocka_unit_test(files_cut_short_are_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),
    };
    int rc = cmocka_run_group_tests(tests, set_up, tear_down);
    unlink(damaged);
    return rc;
}
