#include "listen/vad.h"

#include <stdlib.h>
#include <string.h>

/* Sizes that Silero's graph has fixed: each window is preceded by the last samples of the one before. */
enum { CONTEXT = 64, STATE = 2 * 1 * 128 };

struct vad {
    struct onnx *session;
    float input[CONTEXT + VAD_WINDOW];
    float state[STATE];
    int64_t rate;
};

enum sarai_status vad_open(const char *path, const struct onnx_options *options, struct vad **out,
                           struct sarai_error *err)
{
    struct vad *v = calloc(1, sizeof *v);
    if (!v)
        return out_of_memory(err, path);
    enum sarai_status st = onnx_open(path, options, &v->session, err);
    if (!st && !(onnx_has_input(v->session, "input") && onnx_has_input(v->session, "state") &&
                 onnx_has_input(v->session, "sr") && onnx_has_output(v->session, "stateN")))
        st = failed(err, SARAI_EMODEL,
                    tr("%s no es un detector de voz Silero", "%s is no Silero voice detector"), path);
    if (st) {
        vad_close(v);
        return st;
    }
    v->rate = SARAI_SPEECH_HZ;
    *out = v;
    return SARAI_OK;
}

void vad_close(struct vad *v)
{
    if (!v)
        return;
    onnx_close(v->session);
    free(v);
}

void vad_reset(struct vad *v)
{
    memset(v->input, 0, sizeof v->input);
    memset(v->state, 0, sizeof v->state);
}

enum sarai_status vad_feed(struct vad *v, const float *window, float *probability, struct sarai_error *err)
{
    memmove(v->input, v->input + VAD_WINDOW, CONTEXT * sizeof *v->input);
    memcpy(v->input + CONTEXT, window, VAD_WINDOW * sizeof *window);
    struct onnx_value in[] = {
        {"input", onnx_f32((int64_t[]){1, CONTEXT + VAD_WINDOW}, 2, v->input)},
        {"state", onnx_f32((int64_t[]){2, 1, 128}, 3, v->state)},
        {"sr", onnx_i64(NULL, 0, &v->rate)},
    };
    struct onnx_value out[] = {{"output", NULL}, {"stateN", NULL}};
    enum sarai_status st = onnx_run(v->session, in, 3, out, 2, err);
    if (!st && (onnx_count(out[0].tensor) != 1 || onnx_count(out[1].tensor) != STATE))
        st = failed(err, SARAI_EMODEL,
                    tr("el detector de voz da otra forma", "the voice detector gives another shape"));
    if (!st) {
        *probability = onnx_floats(out[0].tensor)[0];
        memcpy(v->state, onnx_floats(out[1].tensor), sizeof v->state);
    }
    for (size_t i = 0; i < 3; i++)
        onnx_release(in[i].tensor);
    for (size_t i = 0; i < 2; i++)
        onnx_release(out[i].tensor);
    return st;
}

void vad_interrupt(struct vad *v)
{
    onnx_interrupt(v->session);
}

void vad_resume(struct vad *v)
{
    onnx_resume(v->session);
}
