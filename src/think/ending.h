/* By which tokens a sentence or a turn ends, and how likely it ends here: the share that the model gives
 * them, made comparable between a model that only continues text and one that was taught what a turn looks
 * like.
 *
 *     ending_learn(&e, llm, frame.answer_cue, is_taught, err);
 *     probability = ending_probability(&e, llm_logits(llm), llm_vocabulary(llm));
 */
#ifndef SARAI_THINK_ENDING_H
#define SARAI_THINK_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/llama.h"

enum { ENDING_TOKENS = 8 };

struct ending {
    int32_t tokens[ENDING_TOKENS];
    size_t n;
    bool is_taught;
};

/* The first token of each mark that ends a sentence, and of the cue that ends the turn. `e` begins empty;
 * is_taught: the model was trained on turns in this frame. */
enum sarai_status ending_learn(struct ending *e, const struct llm *llm, const char *turn_cue, bool is_taught,
                               struct sarai_error *err);
/* From their share in the softmax of the logits, 0..1. */
float ending_probability(const struct ending *e, const float *logits, int n_logits);
/* Bytes of the words without the marks and blanks at their end. */
size_t ending_bare(const char *words);

#endif
