#include "think/router.h"

#include <stdlib.h>

enum { N_SCORES = 3 };

struct router {
    struct onnx *model;
    int64_t dimension;
    bool is_adapted;
};

enum sarai_status router_open(const char *path, const struct onnx_options *options, size_t dimension,
                              struct router **out, struct sarai_error *err)
{
    int64_t shape[ONNX_MAX_RANK] = {0};
    struct router *r = calloc(1, sizeof *r);
    if (!r)
        return out_of_memory(err, tr("el enrutador", "the router"));
    enum sarai_status st = onnx_open(path, options, &r->model, err);
    if (!st) {
        r->is_adapted = onnx_input_shape(r->model, "adapted", shape) == 2;
        bool fits = onnx_has_output(r->model, "scores") &&
                    (r->is_adapted || onnx_input_shape(r->model, "vector", shape) == 2);
        st = onnx_expect_role(r->model, path, "router", fits, err);
    }
    if (!st && shape[1] != (int64_t)dimension)
        st = failed(err, SARAI_EMODEL,
                    tr("%s es para vectores de %lld números y EMBED_MODEL los da de %zu",
                       "%s is for vectors of %lld numbers and EMBED_MODEL gives %zu"),
                    path, (long long)shape[1], dimension);
    if (st) {
        router_close(r);
        return st;
    }
    r->dimension = (int64_t)dimension;
    *out = r;
    return SARAI_OK;
}

void router_close(struct router *r)
{
    if (!r)
        return;
    onnx_close(r->model);
    free(r);
}

bool router_is_adapted(const struct router *r)
{
    return r->is_adapted;
}

enum sarai_status router_score(struct router *r, const float *vector, struct router_scores *out,
                               struct sarai_error *err)
{
    struct onnx_value in[] = {
        {r->is_adapted ? "adapted" : "vector", onnx_f32((int64_t[]){1, r->dimension}, 2, vector)}};
    struct onnx_value scores[] = {{"scores", NULL}};
    enum sarai_status st = onnx_run(r->model, in, 1, scores, 1, err);
    onnx_release(in[0].tensor);
    if (!st && onnx_count(scores[0].tensor) != N_SCORES)
        st = failed(err, SARAI_EMODEL,
                    tr("el enrutador no da tres números", "the router does not give three numbers"));
    if (!st) {
        const float *s = onnx_floats(scores[0].tensor);
        *out = (struct router_scores){s[0], s[1], s[2]};
    }
    onnx_release(scores[0].tensor);
    return st;
}
