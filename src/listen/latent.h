/* From sound to the embedder's space: the encoder's statistics of an utterance → latent_z, a vector of length
 * 1 that lies where the text embedder puts its words as a question.
 *
 *     latent_open(path, &onnx, &l, err);
 *     latent_read(l, stats, vector, err);       // latent_dimension(l) numbers
 *     latent_close(l);
 *
 * One thread at a time. How well it finds is in docs/BENCHMARKS.md, section Spoken retrieval.
 */
#ifndef SARAI_LISTEN_LATENT_H
#define SARAI_LISTEN_LATENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"

struct latent;

enum { LATENT_MAX_DIMENSION = 4096 };

/* EMODEL: the file does not keep the contract "latent-projector" (docs/CONTRACTS.md). */
enum sarai_status latent_open(const char *path, const struct onnx_options *options, struct latent **out,
                              struct sarai_error *err);
void latent_close(struct latent *l);

size_t latent_dimension(const struct latent *l);
/* The embedder that it was trained for, by its name in the manifest; borrowed. */
const char *latent_embedder(const struct latent *l);
/* Writes latent_dimension() numbers. EINPUT: no statistics, or not of the shape that it was trained on. */
enum sarai_status latent_read(struct latent *l, struct onnx_tensor *stats, float *vector,
                              struct sarai_error *err);

#endif
