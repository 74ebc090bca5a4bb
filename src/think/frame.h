/* The prompt frame: the text around the words of the dialogue, as three strings.
 *
 *     prefix  question  answer_cue  answer  question_cue  question  answer_cue  answer  …
 *
 * A chat template gives them by being applied to placeholders once; so words of the dialogue never
 * pass through a template, and what looks like a control token in them stays text.
 */
#ifndef SARAI_THINK_FRAME_H
#define SARAI_THINK_FRAME_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/llama.h"

enum { FRAME_MAX_BYTES = 16 * 1024 };

struct frame {
    char *prefix, *answer_cue, *question_cue;
    const char *lead; /* goes before a question and an answer: tokens of words begin with their blank */
    bool is_line;     /* an answer is one line */
};

/* Examples in Spanish, for base models. `persona` replaces the first line, or NULL. */
enum sarai_status frame_few_shot(const char *persona, struct frame *out, struct sarai_error *err);
/* The model's own template. EMODEL when it has none that llama.cpp knows. */
enum sarai_status frame_chat(const struct llm *llm, const char *persona, struct frame *out,
                             struct sarai_error *err);
void frame_finish(struct frame *f);

#endif
