#include "listen/turn_head.h"

#include <stdlib.h>

struct turn_head {
    struct onnx *session;
};

enum sarai_status turn_head_open(const char *path, const struct onnx_options *options, struct turn_head **out,
                                 struct sarai_error *err)
{
    struct turn_head *h = calloc(1, sizeof *h);
    if (!h)
        return out_of_memory(err, path);
    enum sarai_status st = onnx_open(path, options, &h->session, err);
    if (!st) {
        bool fits = onnx_has_input(h->session, "cross_value_0") && onnx_has_input(h->session, "end") &&
                    onnx_has_output(h->session, "probability");
        st = onnx_expect_role(h->session, path, "turn-head", fits, err);
    }
    if (st)
        turn_head_close(h);
    else
        *out = h;
    return st;
}

void turn_head_close(struct turn_head *h)
{
    if (!h)
        return;
    onnx_close(h->session);
    free(h);
}

enum sarai_status turn_head_ask(struct turn_head *h, struct onnx_tensor *states, size_t end,
                                float *probability, struct sarai_error *err)
{
    if (end == 0 || !onnx_fits(h->session, "cross_value_0", states))
        return failed(err, SARAI_EINPUT, tr("nada que oír", "nothing to hear"));
    struct onnx_value in[] = {{"cross_value_0", states},
                              {"end", onnx_i64((int64_t[]){1}, 1, &(int64_t){(int64_t)end})}};
    struct onnx_value out[] = {{"probability", NULL}};
    enum sarai_status st = onnx_run(h->session, in, 2, out, 1, err);
    onnx_release(in[1].tensor);
    if (!st && onnx_count(out[0].tensor) != 1)
        st =
            failed(err, SARAI_EMODEL,
                   tr("la cabeza de fin de turno da otra forma", "the end-of-turn head gives another shape"));
    if (!st)
        *probability = onnx_floats(out[0].tensor)[0];
    onnx_release(out[0].tensor);
    return st;
}
