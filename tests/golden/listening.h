/* The embedded listener and a recording, for tests of the heads on it. To be included by one file of a test
 * program, which defines RECORDING. Every failure fails the test. */
#ifndef SARAI_TESTS_LISTENING_H
#define SARAI_TESTS_LISTENING_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/sndfile.h"
#include "listen/listener.h"

enum { LISTENING_MAX_FRAMES = 64000 };

static char models[4096];

/* SARAI_MODEL_DIR or models/; false where the encoder is not there, which is then said. */
static inline bool listening_find_models(void)
{
    char path[5000];
    const char *dir = getenv("SARAI_MODEL_DIR");
    snprintf(models, sizeof models, "%s", dir && *dir ? dir : SOURCE_DIR "/models");
    snprintf(path, sizeof path, "%s/onnx/whisper-base.encoder.onnx", models);
    bool is_there = access(path, R_OK) == 0;
    if (!is_there)
        printf("skipped: %s is not here (sarai models pull embedded)\n", path);
    return is_there;
}

/* The embedded models, with the heads of `o`. */
static inline struct listener *listening_open(struct listener_options o)
{
    static char encoder[5000], decoder[5000], vocabulary[5000], vad[5000];
    struct listener *l = NULL;
    struct sarai_error err = {0};
    snprintf(encoder, sizeof encoder, "%s/onnx/whisper-base.encoder.onnx", models);
    snprintf(decoder, sizeof decoder, "%s/onnx/whisper-base.decoder.onnx", models);
    snprintf(vocabulary, sizeof vocabulary, "%s/onnx/whisper-base.vocab.json", models);
    snprintf(vad, sizeof vad, "%s/onnx/silero-vad-sequence.onnx", models);
    o.encoder_path = encoder;
    o.decoder_path = decoder;
    o.vocab_path = vocabulary;
    o.vad_path = vad;
    o.threads = 1;
    if (listener_open(&o, &l, &err))
        fail_msg("%s", err.message);
    return l;
}

/* The samples as they are, at 16 kHz instead of their 24: a slow, low voice, and no resampler between. */
static inline size_t listening_recording(float pcm[LISTENING_MAX_FRAMES])
{
    struct sndfile *f = NULL;
    assert_int_equal(sndfile_open(RECORDING, &f, NULL), SARAI_OK);
    long n = sndfile_read(f, pcm, LISTENING_MAX_FRAMES);
    sndfile_close(f);
    assert_true(n > SARAI_SPEECH_HZ);
    return (size_t)n;
}

#endif
