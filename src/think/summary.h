/* What is kept of turns that are dropped: what the person said of themselves, and what they asked last. Taken
 * word for word, so nothing is invented and no model is asked.
 *
 *     struct summary s = {0};
 *     summary_add(&s, "Me llamo Ana. ¿Qué hora es?", err);     // words of a turn
 *     while (summary_write(&s, &text) && too_long(&text)) summary_shorten(&s);
 *     summary_finish(&s);
 *
 * Embedded value, zero at first. Memory: SUMMARY_STATEMENTS + SUMMARY_QUESTIONS sentences of at most
 * SUMMARY_SENTENCE_BYTES.
 */
#ifndef SARAI_THINK_SUMMARY_H
#define SARAI_THINK_SUMMARY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/llama.h"
#include "think/frame.h"

enum { SUMMARY_STATEMENTS = 24, SUMMARY_QUESTIONS = 4, SUMMARY_SENTENCE_BYTES = 160 };

struct summary {
    char *statements[SUMMARY_STATEMENTS], *questions[SUMMARY_QUESTIONS]; /* oldest first */
    int n_statements, n_questions;
};

void summary_finish(struct summary *s);

/* Takes in what is worth keeping of a turn's words (UTF-8). Of what was said twice the later place counts;
 * when there is no room the oldest goes. */
enum sarai_status summary_add(struct summary *s, const char *words, struct sarai_error *err);
/* Appends the summary as the person would say it again; false when there is nothing, or no memory. */
bool summary_write(const struct summary *s, struct buf *out);
/* The turn that stands for those that were dropped, as tokens for the place behind the prefix, in at most
 * `most` of them; 0 when there is nothing to say or no room. What does not fit is forgotten, the oldest
 * first. */
size_t summary_tokenise(struct summary *s, const struct frame *frame, const struct llm *llm, int32_t *tokens,
                        size_t most);
/* Drops the oldest question, or else the oldest statement; false when nothing is left. */
bool summary_shorten(struct summary *s);

#endif
