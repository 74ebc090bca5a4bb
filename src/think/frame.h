/* The prompt frame: the text around the words of the dialogue, as three strings.
 *
 *     prefix  question  answer_cue  answer  question_cue  question  answer_cue  answer  …
 *
 * A chat template gives them by being applied to placeholders once; so words of the dialogue never
 * pass through a template, and what looks like a control token in them stays text.
 * A question may bring data with it: how the person sounds, and passages that a search found. They go into
 * its turn, each passage in one line that begins with its source, so that no data can pass for a turn of its
 * own.
 */
#ifndef SARAI_THINK_FRAME_H
#define SARAI_THINK_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/llama.h"

enum {
    FRAME_MAX_BYTES = 16 * 1024,
    FRAME_PASSAGES = 8,         /* most that go with one question */
    FRAME_PASSAGE_TOKENS = 200, /* of one passage; what is longer is cut */
    FRAME_CONTEXT_TOKENS = 600, /* of all passages of a question */
    FRAME_RESULT_TOKENS = 300,  /* of what a tool gave */
    FRAME_SOURCE_TOKENS = 40,   /* of the name of a source */
    FRAME_MOOD_BYTES = 16,
    FRAME_DATA_BYTES = 32 * 1024, /* of the text of a question with its data */
};

struct finding; /* engine/finder.h */

struct passage {
    const char *source; /* as it is to be named aloud: "contrato.pdf, página 3" */
    const char *text;
};

struct question {
    const char *words;
    const char *mood; /* one word: triste, enfado, miedo, alegre, sorpresa, asco; NULL or "": none */
    const struct passage *passages;
    size_t n_passages;
    const struct finding *findings; /* of each passage; NULL: nobody has looked */
    bool is_searched;               /* the store was asked: no passages then means that nothing was found */
    bool is_unsure; /* passages may have nothing to do with it: where they do not tell, it is asked without */
    bool is_warm;   /* warmth is wanted, whatever the mood */
    bool is_long;   /* knowledge is wanted that would have been the expert's: a longer answer may follow */
    struct llm_lean lean;
};

/* How a frame writes the data of a question. */
struct frame_data {
    const char *source_open, *source_close, *text_close; /* around a passage's source and text */
    const char *nothing;                                 /* a search found nothing */
    const char *result;                                  /* goes before what a tool gave */
    bool has_mood;
    bool has_orders; /* mood and warmth are told in a sentence; else in a word, which the adapter knows */
};

struct frame {
    char *prefix, *answer_cue, *question_cue;
    const char *lead;   /* goes before a question and an answer: tokens of words begin with their blank */
    bool is_line;       /* an answer is one line */
    bool has_calls;     /* an answer that begins with a brace is a tool call in JSON */
    bool names_sources; /* an answer out of a passage is "Según SOURCE, …", else it begins with "No" */
    struct frame_data data;
};

enum conversation_frame {
    CONVERSATION_AUTO,     /* the model's chat template where it has one */
    CONVERSATION_CHAT,     /* for models that were taught to follow instructions */
    CONVERSATION_FEW_SHOT, /* for base models: examples, "Persona: … / Sarai: …" */
    CONVERSATION_ADAPTER,  /* for a base model with Sarai's adapter; AUTO takes it where there is one */
};

/* The frame that is wanted, or that fits the model. */
enum sarai_status frame_choose(enum conversation_frame wanted, const struct llm *llm, const char *persona,
                               const char *tools, struct frame *out, struct sarai_error *err);
/* Examples in Spanish, for base models. `persona` replaces the first line, or NULL. */
enum sarai_status frame_few_shot(const char *persona, struct frame *out, struct sarai_error *err);
/* The model's own template. EMODEL when it has none that llama.cpp knows. `tools` as for frame_adapter(). */
enum sarai_status frame_chat(const struct llm *llm, const char *persona, const char *tools, struct frame *out,
                             struct sarai_error *err);
/* What Sarai's own adapter was trained with (tools/train/brain/frame.py is its twin). `tools`:
 * "name(argument, …), …", or NULL. */
enum sarai_status frame_adapter(const char *persona, const char *tools, struct frame *out,
                                struct sarai_error *err);
void frame_finish(struct frame *f);

/* Where the model's cache of a fixed beginning belongs. The name says all that it rests on: model file,
 * window, and the tokens themselves (FNV-1a). The caller frees it; NULL: no memory. */
char *frame_cache_path(const char *folder, const struct llm *llm, const int32_t *tokens, size_t n);

/* Appends text in one line of clean UTF-8, as data stand in a turn. */
bool frame_line(const char *text, size_t n, struct buf *out);

/* The question with its data, as the text of its turn, appended to `out`. Passages are cut to their budgets,
 * measured with the model's own tokens.
 * EINPUT: no words, or words of more than `max_bytes`. */
enum sarai_status frame_question(const struct frame *f, const struct llm *llm, const struct question *q,
                                 size_t max_bytes, struct buf *out, struct sarai_error *err);
/* The same for what a tool gave: one line, marked as a result. */
enum sarai_status frame_result(const struct frame *f, const struct llm *llm, const char *text,
                               struct buf *out, struct sarai_error *err);

#endif
