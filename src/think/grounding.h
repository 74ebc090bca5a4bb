/* Answers out of passages: which sources may be named, and whether what is said of them stands in them.
 *
 *     grounding_learn(&g, llm, err);                          // once for a model
 *     grounding_begin(&g, &question, doubt);                  // for each answer; inactive without passages
 *     llm_next(llm, &token, err);
 *     grounding_settle(&g, llm, &token, err);                 // behind the first token
 *     if (g.refusal.len) …                                    // say this instead
 *     while (…) if (!grounding_holds(&g, &s)) deliver(&s);    // before each piece is given away
 *     grounding_finish(&g);
 *
 * Six rules, none of which costs a pass of the model:
 * - behind "Según" only the sources at hand can be written, by a grammar; where a finder has pointed at one,
 *   only that;
 * - the first token decides between "Según" and "No": the difference of their logits says how sure the model
 *   is that the passages tell, with the finder's opinion, and below `doubt` the answer is that they do not;
 * - numbers and proper names that stand in no passage are not said. The source is given away as it is
 * written, so that the voice can begin; what it is said to tell waits until it is whole and was judged. A
 * name that lacks a letter or two of one in the passages is mended;
 * - what is no answer to such a question is not said: answer_kind.h;
 * - a "no" of the passage that an answer has lost is put back: denial.h;
 * - an answer that has nothing of what the finder pointed at, or does not rest on the passages, gives way to
 *   the passage's own sentence: pointed.h.
 *
 * Where it is not sure that the passages have to do with the question, and they do not tell, nothing is
 * refused for it: is_misplaced says so, and the question is to be answered without them.
 *
 * Where a turn has no passages but turns before it had, a small model opens as if it had: grounding_watch()
 * in place of grounding_begin() tells, before anything is given away.
 */
#ifndef SARAI_THINK_GROUNDING_H
#define SARAI_THINK_GROUNDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/llama.h"
#include "think/frame.h"
#include "think/sentences.h"

struct grounding {
    int32_t found, not_found;        /* first tokens of "Según" and "No" */
    const struct question *question; /* NULL: nothing to do */
    const struct passage *pointed;   /* where the finder saw the likeliest answer … */
    const struct finding *finding;   /* … and what it is; NULL: nobody has looked */
    float doubt;
    struct buf grammar, refusal;
    struct buf evidence, folded; /* what numbers and names may come from: as it is, and as lines of words */
    bool is_named;               /* the answer goes on behind "Según SOURCE," … */
    size_t named;                /* … which is so long */
    size_t judged;               /* bytes of the answer that may be given away */
    bool watches;                /* for an opening that only passages could bear … */
    bool is_misplaced;           /* … and this is one, or unsure passages refuse: nothing is given away */
};

enum sarai_status grounding_learn(struct grounding *g, const struct llm *llm, struct sarai_error *err);
/* The question is borrowed until grounding_finish(). */
enum sarai_status grounding_begin(struct grounding *g, const struct question *q, float doubt,
                                  struct sarai_error *err);
void grounding_watch(struct grounding *g);
void grounding_finish(struct grounding *g);

/* May replace the first token, or fill `refusal`. */
enum sarai_status grounding_settle(struct grounding *g, struct llm *llm, int32_t *token,
                                   struct sarai_error *err);
/* True: nothing new may be given away yet, or at all (is_misplaced). Judges sentences as they become whole:
 * one that rests on nothing is replaced by that, and ends the answer. Without memory s->is_out_of_memory is
 * set. */
bool grounding_holds(struct grounding *g, struct sentences *s);

#endif
