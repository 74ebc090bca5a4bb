#include "listen/vad.h"

#include <stdlib.h>
#include <string.h>

/* Sizes that Silero's graph has fixed: each window is preceded by the last samples of the one before. */
enum { CONTEXT = 64, FRAME = CONTEXT + VAD_WINDOW, STATE = 128 };

struct vad {
    struct onnx *session;
    float frames[VAD_MOST_WINDOWS * FRAME];
    float before[CONTEXT];
    float hidden[STATE], cell[STATE];
};

enum sarai_status vad_open(const char *path, const struct onnx_options *options, struct vad **out,
                           struct sarai_error *err)
{
    struct vad *v = calloc(1, sizeof *v);
    if (!v)
        return out_of_memory(err, path);
    struct onnx_options onnx = *options;
    onnx.alone = true; /* waking a second thread for so little takes half as long again */
    enum sarai_status st = onnx_open(path, &onnx, &v->session, err);
    if (!st && !(onnx_has_input(v->session, "input") && onnx_has_input(v->session, "h") &&
                 onnx_has_input(v->session, "c") && onnx_has_output(v->session, "speech_probs")))
        st = failed(err, SARAI_EMODEL,
                    tr("%s no es un detector de voz Silero", "%s is no Silero voice detector"), path);
    if (st) {
        vad_close(v);
        return st;
    }
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
    memset(v->before, 0, sizeof v->before);
    memset(v->hidden, 0, sizeof v->hidden);
    memset(v->cell, 0, sizeof v->cell);
}

/* Lays out the windows, each behind the end of the one before. */
static void make_frames(struct vad *v, const float *windows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float *window = windows + i * VAD_WINDOW;
        float *frame = v->frames + i * FRAME;
        memcpy(frame, v->before, sizeof v->before);
        memcpy(frame + CONTEXT, window, VAD_WINDOW * sizeof *window);
        memcpy(v->before, window + VAD_WINDOW - CONTEXT, sizeof v->before);
    }
}

enum sarai_status vad_feed(struct vad *v, const float *windows, size_t n, float *probabilities,
                           struct sarai_error *err)
{
    const int64_t state[] = {1, 1, STATE};
    make_frames(v, windows, n);
    struct onnx_value in[] = {
        {"input", onnx_f32((int64_t[]){(int64_t)n, FRAME}, 2, v->frames)},
        {"h", onnx_f32(state, 3, v->hidden)},
        {"c", onnx_f32(state, 3, v->cell)},
    };
    struct onnx_value out[] = {{"speech_probs", NULL}, {"hn", NULL}, {"cn", NULL}};
    enum sarai_status st = onnx_run(v->session, in, 3, out, 3, err);
    if (!st && (onnx_count(out[0].tensor) != n || onnx_count(out[1].tensor) != STATE ||
                onnx_count(out[2].tensor) != STATE))
        st = failed(err, SARAI_EMODEL,
                    tr("el detector de voz da otra forma", "the voice detector gives another shape"));
    if (!st) {
        memcpy(probabilities, onnx_floats(out[0].tensor), n * sizeof *probabilities);
        memcpy(v->hidden, onnx_floats(out[1].tensor), sizeof v->hidden);
        memcpy(v->cell, onnx_floats(out[2].tensor), sizeof v->cell);
    }
    for (size_t i = 0; i < 3; i++) {
        onnx_release(in[i].tensor);
        onnx_release(out[i].tensor);
    }
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
