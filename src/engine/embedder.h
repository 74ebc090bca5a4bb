/* A text embedder in GGUF (multilingual-e5, EmbeddingGemma): text → one vector of length 1.
 *
 *     struct embedder_options options = embedder_options_default();
 *     options.path = "e5.gguf"; options.query_prefix = "query: "; options.passage_prefix = "passage: ";
 *     embedder_open(&options, &e, err);
 *     float v[EMBEDDER_MAX_DIMENSION];
 *     embedder_encode(e, "¿qué hora es?", EMBEDDER_QUERY, v, err);   // embedder_dimension(e) numbers
 *     embedder_close(e);
 *
 * Cosine similarity is the plain dot product of two vectors. How the vectors of a text's tokens become one
 * (mean, first, last) is written in the file. A handle belongs to one thread; only options.stop may be
 * raised from elsewhere: the call then returns ECANCELLED and the handle stays usable.
 */
#ifndef SARAI_ENGINE_EMBEDDER_H
#define SARAI_ENGINE_EMBEDDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

struct embedder;
struct llama_model;

enum {
    EMBEDDER_MAX_DIMENSION = 4096,
    EMBEDDER_MAX_TEXT_BYTES = 1 << 20,
    EMBEDDER_MAX_TOKENS = 512, /* what is longer is cut: vectors of long texts say little */
};

/* What the text is for; such models are trained with a different prefix for queries and passages. The last
 * two are queries that go through an adapter of their own: one that looks for passages, and one for the
 * router, whose vector is compared with none of the others. */
enum embedder_kind { EMBEDDER_QUERY, EMBEDDER_PASSAGE, EMBEDDER_SEARCH, EMBEDDER_ROUTE, EMBEDDER_KINDS };

struct embedder_options {
    const char *path;
    const char *query_prefix, *passage_prefix; /* "" for a model without */
    int threads;
    const struct stop *stop; /* or NULL; must outlive the handle */
};

struct embedder_options embedder_options_default(void);

/* EMODEL: missing, damaged, not an embedder. ENOMEM. */
enum sarai_status embedder_open(const struct embedder_options *options, struct embedder **out,
                                struct sarai_error *err);
void embedder_close(struct embedder *e);

/* A LoRA adapter for EMBEDDER_SEARCH or EMBEDDER_ROUTE, on the same weights; what the other kinds give stays
 * the same to the bit. EMODEL: missing, damaged, made for another model. ENOMEM. */
enum sarai_status embedder_adapt(struct embedder *e, enum embedder_kind kind, const char *path,
                                 struct sarai_error *err);
bool embedder_is_adapted(const struct embedder *e, enum embedder_kind kind);

/* Writes embedder_dimension() numbers; the empty text has a vector too. EINPUT: longer than
 * EMBEDDER_MAX_TEXT_BYTES. EUSAGE: a kind whose adapter is not there. */
enum sarai_status embedder_encode(struct embedder *e, const char *text, enum embedder_kind kind, float *out,
                                  struct sarai_error *err);
/* Tokens that a passage takes, prefix and control tokens included, uncut. EINPUT as above. */
enum sarai_status embedder_count(const struct embedder *e, const char *text, size_t n_bytes, size_t *n_tokens,
                                 struct sarai_error *err);

/* Brings a vector to length 1. False, and untouched: it has no length, or a number in it is none. */
bool embedder_unit(float *v, size_t n);

int embedder_dimension(const struct embedder *e);
/* Tokens of one text that it looks at. */
int embedder_max_tokens(const struct embedder *e);
/* For what reads with the same weights (engine/finder): borrowed. */
struct llama_model *embedder_model(const struct embedder *e);
/* Vectors can be compared only when this is the same: the model's name, kind, size and prefixes. It does not
 * change when the same file is fetched again. Borrowed. */
const char *embedder_identity(const struct embedder *e);

#endif
