/* Finding what answers a question: by words and by meaning at once, the two lists fused by rank (reciprocal
 * rank fusion, Cormack et al. 2009, k = 60).
 *
 *     struct retrieval_options options = {.shelf = shelf, .encoder = &encoder};
 *     retrieval_search(&options, "¿Cuánto es la fianza?", NULL, 5, &found, err);
 *     for (size_t i = 0; i < found.n; i++) puts(found.hits[i].text);
 *     retrieved_finish(&found);
 */
#ifndef SARAI_KNOW_RETRIEVAL_H
#define SARAI_KNOW_RETRIEVAL_H

#include <stddef.h>

#include "base/error.h"
#include "know/encoder.h"
#include "know/shelf.h"
#include "know/words.h"

enum { RETRIEVAL_MAX = 100, RETRIEVAL_DEPTH = 100 /* of each list that is fused */ };

enum retrieval_by { BY_BOTH, BY_WORDS, BY_MEANING };

struct retrieval_options {
    struct shelf *shelf;
    const struct encoder *encoder; /* NULL: by words only */
    enum retrieval_by by;
};

struct retrieved_hit {
    char *path, *text;
    int page, line;
    double score; /* 0..1: the cosine and 0.04 of the share of the question’s words in it; without vectors the
                     share */
    double rank; /* what the order goes by */
};

struct retrieved {
    struct retrieved_hit *hits; /* best first */
    size_t n;
};

/* At most k hits (1 to RETRIEVAL_MAX). `vector` is the question's, where it is known already (from speech,
 * say); NULL lets the encoder make it. EINPUT: the vector and the shelf do not fit. */
enum sarai_status retrieval_search(const struct retrieval_options *options, const char *question,
                                   const float *vector, size_t k, struct retrieved *out,
                                   struct sarai_error *err);
void retrieved_finish(struct retrieved *r);

/* The share, 0..1, of the words of one text (without the little ones) that stand in another. ENOMEM only. */
enum sarai_status retrieval_shared(const struct words *wanted, const char *text, double *out,
                                   struct sarai_error *err);

#endif
