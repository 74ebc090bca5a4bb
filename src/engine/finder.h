/* Finding: the words of a passage that answer a question, by an adapter on an embedding model and two weights
 * a token (extractive reading with questions that have no answer: SQuAD 2.0, arXiv 1806.03822).
 *
 *     finder_open(embedder, "finder-e5.gguf", threads, &stop, &f, err);
 *     struct finding found;
 *     finder_find(f, "¿a qué hora sale?", "ferry.pdf", "El ferry sale a las 22:45.", &found, err);
 *     // found.odds 6.1: it is told; text[found.from .. + found.n]: "22:45"
 *     finder_close(f);                                    // before its embedder
 *
 * The question and the passage go through the model together, so each passage costs one pass of it. A handle
 * belongs to one thread; only `stop` may be raised from elsewhere.
 */
#ifndef SARAI_ENGINE_FINDER_H
#define SARAI_ENGINE_FINDER_H

#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

struct embedder;
struct finder;

struct finding {
    float odds;     /* natural logarithm of the odds that the passage answers */
    size_t from, n; /* the words that would, in bytes of the passage; n 0: it has none */
};

/* The weights of the embedder's model are shared. EMODEL: missing, damaged, made for another model, or no
 * finder. ENOMEM. */
enum sarai_status finder_open(const struct embedder *embedder, const char *path, int threads,
                              const struct stop *stop, struct finder **out, struct sarai_error *err);
void finder_close(struct finder *f);

/* Question and source are cut to 60 and 24 tokens, the passage to what the model's window leaves. ECANCELLED.
 */
enum sarai_status finder_find(struct finder *f, const char *question, const char *source, const char *text,
                              struct finding *out, struct sarai_error *err);

#endif
