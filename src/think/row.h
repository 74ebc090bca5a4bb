/* A dialogue as one row of tokens: a fixed beginning, then turns. It only grows at its end; when the window
 * fills, the oldest turns are dropped and a summary of what the person said in them takes their place
 * (summary.h).
 *
 *     row_begin(&row, llm, &frame, capacity, err);     // the beginning: frame.prefix
 *     row_make_room(&row, needed);
 *     row_open(&row, "¿Qué hora es?", "¿Qué hora es?", err);
 *     … llm_prompt(llm, row.tokens, row.n, …) …
 *     row_close(&row, answer_at, "Las dos.", err);
 *     row_finish(&row);
 *
 * One thread. Model and frame are borrowed and must outlive the row.
 */
#ifndef SARAI_THINK_ROW_H
#define SARAI_THINK_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/llama.h"
#include "think/frame.h"
#include "think/summary.h"

enum { ROW_TURNS = 64 /* most turns remembered */ };

struct row {
    struct llm *llm;
    const struct frame *frame;
    int32_t *tokens;
    size_t n, capacity;
    size_t n_prefix;
    size_t turns[ROW_TURNS]; /* where each begins */
    char *words[ROW_TURNS];  /* … what the person said in it; "" where a tool spoke */
    int n_turns;
    struct summary summary; /* of the turns that were dropped; it stands behind the prefix */
    bool summary_is_old;    /* … not yet as it is now */
    size_t last_answer;     /* where the last turn's answer begins; 0: there is none */
};

enum sarai_status row_begin(struct row *r, struct llm *llm, const struct frame *frame, size_t capacity,
                            struct sarai_error *err);
void row_finish(struct row *r);
/* Forgets all turns. */
void row_reset(struct row *r);

/* Appends text; EINPUT when the window is full. On failure nothing was appended. */
enum sarai_status row_append(struct row *r, const char *text, unsigned flags, struct sarai_error *err);
/* Words of the dialogue, behind the blank that the frame wants before them. */
enum sarai_status row_append_words(struct row *r, const char *words, struct sarai_error *err);

/* Once the window cannot take so many tokens more, or the most turns are there, turns are dropped until half
 * of it is free: the model then reads the rest again, which is worth doing seldom. */
void row_make_room(struct row *r, size_t needed);

/* Begins a turn: its text and the answer cue; `said`: the person's own words. On failure there is none. */
enum sarai_status row_open(struct row *r, const char *text, const char *said, struct sarai_error *err);
/* Takes the last turn back, open or closed. */
void row_drop(struct row *r);
/* Closes it with what was delivered behind its answer cue. Without an answer, or where the window has no room
 * for its words tokenised anew, the turn is forgotten. */
enum sarai_status row_close(struct row *r, size_t answer_at, const char *answer, struct sarai_error *err);

/* The last turn, still open, behind the beginning alone. NULL: no memory; caller frees. */
int32_t *row_last_alone(const struct row *r, size_t *n);

/* Another beginning of n tokens; `tokens` has the capacity of the row and is taken over. */
void row_move(struct row *r, int32_t *tokens, size_t n);

#endif
