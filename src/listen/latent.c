#include "listen/latent.h"

#include <stdlib.h>
#include <string.h>

struct latent {
    struct onnx *projector;
    size_t dimension;
    const char *embedder; /* borrowed from the projector */
};

static enum sarai_status read_contract(struct latent *l, const char *path, struct sarai_error *err)
{
    int64_t stats[ONNX_MAX_RANK];
    l->embedder = onnx_metadata(l->projector, "sarai.embedder");
    long dimension = onnx_metadata_int(l->projector, "sarai.dimension", 0);
    bool fits = l->embedder && onnx_input_shape(l->projector, "layer_stats", stats) >= 1 && dimension >= 1 &&
                dimension <= LATENT_MAX_DIMENSION && onnx_has_output(l->projector, "latent_z");
    enum sarai_status st = onnx_expect_role(l->projector, path, "latent-projector", fits, err);
    if (!st)
        l->dimension = (size_t)dimension;
    return st;
}

enum sarai_status latent_open(const char *path, const struct onnx_options *options, struct latent **out,
                              struct sarai_error *err)
{
    struct latent *l = calloc(1, sizeof *l);
    if (!l)
        return out_of_memory(err, path);
    enum sarai_status st = onnx_open(path, options, &l->projector, err);
    if (!st)
        st = read_contract(l, path, err);
    if (st)
        latent_close(l);
    else
        *out = l;
    return st;
}

void latent_close(struct latent *l)
{
    if (!l)
        return;
    onnx_close(l->projector);
    free(l);
}

size_t latent_dimension(const struct latent *l)
{
    return l->dimension;
}

const char *latent_embedder(const struct latent *l)
{
    return l->embedder;
}

enum sarai_status latent_read(struct latent *l, struct onnx_tensor *stats, float *vector,
                              struct sarai_error *err)
{
    struct onnx_value in[] = {{"layer_stats", stats}}, out[] = {{"latent_z", NULL}};
    if (!onnx_fits(l->projector, "layer_stats", stats))
        return failed(err, SARAI_EINPUT, tr("nada que oír", "nothing to hear"));
    enum sarai_status st = onnx_run(l->projector, in, 1, out, 1, err);
    if (!st && onnx_count(out[0].tensor) != l->dimension)
        st = failed(err, SARAI_EMODEL,
                    tr("latent_z tiene otro tamaño que el que dice su archivo",
                       "latent_z has another size than its file says"));
    if (!st)
        memcpy(vector, onnx_floats(out[0].tensor), l->dimension * sizeof *vector);
    onnx_release(out[0].tensor);
    return st;
}
