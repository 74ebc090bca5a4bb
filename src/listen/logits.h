/* A row of logits, and the highest of every LOGITS_STRIDE of them, so that what follows need not look at all
 * again.
 *
 *     logits_look_over(&row, scores, n);      // borrows scores
 *     float log_probability = row.all[token] - logits_log_sum(&row);
 */
#ifndef SARAI_LISTEN_LOGITS_H
#define SARAI_LISTEN_LOGITS_H

#include <stddef.h>

#include "listen/vocabulary.h"

enum { LOGITS_STRIDE = 64 };

struct logits {
    const float *all;
    size_t n;
    float tops[VOCABULARY_MAX_TOKENS / LOGITS_STRIDE];
};

/* n ≥ 1, at most VOCABULARY_MAX_TOKENS. */
void logits_look_over(struct logits *row, const float *all, size_t n);
/* Natural logarithm of the sum of exp(logits). */
float logits_log_sum(const struct logits *row);

#endif
