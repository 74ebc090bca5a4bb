/* The router: the vector of a question → what its answer takes.
 *
 *     router_open(path, &onnx, dimension, &r, err);
 *     router_score(r, vector, &scores, err); // the plain one, or the adapted where router_is_adapted(r)
 *     router_close(r);
 *
 * Any model that keeps the contract "router" of docs/CONTRACTS.md; the one of the repository is a support
 * vector machine, trained by tools/train/router for one embedder. One thread at a time.
 */
#ifndef SARAI_THINK_ROUTER_H
#define SARAI_THINK_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"

struct router;

/* Each 0..1, independent of the others. */
struct router_scores {
    float hard; /* needs knowledge or reasoning */
    float soft; /* needs empathy */
    float web;  /* needs facts that change by the day */
};

/* `dimension`: of the embedder's vectors; EMODEL when the router was trained for others. */
enum sarai_status router_open(const char *path, const struct onnx_options *options, size_t dimension,
                              struct router **out, struct sarai_error *err);
void router_close(struct router *r);

/* Whether it reads the vector of the adapted embedder; the adapter is the .gguf that comes with its file. */
bool router_is_adapted(const struct router *r);

enum sarai_status router_score(struct router *r, const float *vector, struct router_scores *out,
                               struct sarai_error *err);

#endif
