#include "listen/turn_end.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_S = 60 }; /* no model of this role hears longer */

struct turn_end {
    struct onnx *session;
    float *pcm;
    size_t n; /* samples that the model takes */
};

enum sarai_status turn_end_open(const char *path, const struct onnx_options *options, struct turn_end **out,
                                struct sarai_error *err)
{
    struct turn_end *t = calloc(1, sizeof *t);
    if (!t)
        return out_of_memory(err, path);
    int64_t dims[ONNX_MAX_RANK];
    enum sarai_status st = onnx_open(path, options, &t->session, err);
    if (!st) {
        int rank = onnx_input_shape(t->session, "pcm", dims);
        const char *role = onnx_metadata(t->session, "sarai.role");
        bool fits = role && strcmp(role, "end-of-turn") == 0 && rank == 2 && dims[1] > 0 &&
                    dims[1] <= MOST_S * SARAI_SPEECH_HZ && onnx_has_output(t->session, "probability");
        if (!fits)
            st = failed(err, SARAI_EMODEL,
                        tr("%s no dice cuándo acaba un turno; véase docs/CONTRACTS.md",
                           "%s does not tell the end of a turn; see docs/CONTRACTS.md"),
                        path);
        else if (!(t->pcm = malloc((size_t)dims[1] * sizeof *t->pcm)))
            st = out_of_memory(err, path);
        else
            t->n = (size_t)dims[1];
    }
    if (st) {
        turn_end_close(t);
        return st;
    }
    *out = t;
    return SARAI_OK;
}

void turn_end_close(struct turn_end *t)
{
    if (!t)
        return;
    onnx_close(t->session);
    free(t->pcm);
    free(t);
}

enum sarai_status turn_end_ask(struct turn_end *t, const float *pcm, size_t n, float *probability,
                               struct sarai_error *err)
{
    size_t kept = n < t->n ? n : t->n;
    memset(t->pcm, 0, (t->n - kept) * sizeof *t->pcm);
    memcpy(t->pcm + t->n - kept, pcm + n - kept, kept * sizeof *t->pcm);
    struct onnx_value in[] = {{"pcm", onnx_f32((int64_t[]){1, (int64_t)t->n}, 2, t->pcm)}};
    struct onnx_value out[] = {{"probability", NULL}};
    enum sarai_status st = onnx_run(t->session, in, 1, out, 1, err);
    onnx_release(in[0].tensor);
    if (!st && onnx_count(out[0].tensor) != 1)
        st = failed(
            err, SARAI_EMODEL,
            tr("el modelo de fin de turno da otra forma", "the end-of-turn model gives another shape"));
    if (!st)
        *probability = onnx_floats(out[0].tensor)[0];
    onnx_release(out[0].tensor);
    return st;
}
