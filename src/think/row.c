#include "think/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "think/sentences.h"

enum {
    SUMMARY_TOKENS = 200, /* most that a summary takes … */
    SUMMARY_SHARE = 8,    /* … and this part of the window behind the prefix */
};

/* ---- open and close ------------------------------------------------------------------------- */

enum sarai_status row_begin(struct row *r, struct llm *llm, const struct frame *frame, size_t capacity,
                            struct sarai_error *err)
{
    *r = (struct row){.llm = llm, .frame = frame, .capacity = capacity};
    r->tokens = calloc(capacity, sizeof *r->tokens);
    if (!r->tokens)
        return out_of_memory(err, "row");
    enum sarai_status st = row_append(r, frame->prefix, LLM_CONTROL | LLM_BEGIN, err);
    r->n_prefix = r->n;
    return st;
}

void row_finish(struct row *r)
{
    row_reset(r);
    free(r->tokens);
    r->tokens = NULL;
}

void row_reset(struct row *r)
{
    while (r->n_turns > 0)
        free(r->words[--r->n_turns]);
    summary_finish(&r->summary);
    r->summary_is_old = false;
    r->n = r->n_prefix;
    r->last_answer = 0;
}

/* ---- its end -------------------------------------------------------------------------------- */

enum sarai_status row_append(struct row *r, const char *text, unsigned flags, struct sarai_error *err)
{
    size_t n = 0;
    enum sarai_status st =
        llm_tokenise(r->llm, text, strlen(text), flags, r->tokens + r->n, r->capacity - r->n, &n, err);
    if (!st)
        r->n += n;
    return st;
}

enum sarai_status row_append_words(struct row *r, const char *words, struct sarai_error *err)
{
    struct buf text = BUF_INIT(FRAME_DATA_BYTES + SENTENCES_MAX_BYTES);
    enum sarai_status st = SARAI_OK;
    if (!buf_text(&text, r->frame->lead) || !buf_text(&text, words))
        st = out_of_memory(err, "row");
    else
        st = row_append(r, buf_string(&text), LLM_PLAIN, err);
    buf_finish(&text);
    return st;
}

/* ---- its oldest turns ----------------------------------------------------------------------- */

static size_t summary_most(const struct row *r)
{
    size_t share = (r->capacity - r->n_prefix) / SUMMARY_SHARE;
    return share < SUMMARY_TOKENS ? share : SUMMARY_TOKENS;
}

/* Drops the n oldest turns; a summary takes their place where `needed` tokens fit behind it. */
static void drop_turns(struct row *r, int n, size_t needed)
{
    int32_t summary[SUMMARY_TOKENS];
    size_t from = n < r->n_turns ? r->turns[n] : r->n, rest = r->n - from;
    for (int i = 0; i < n; i++) {
        summary_add(&r->summary, r->words[i], NULL); /* without memory it is forgotten, as it was before */
        free(r->words[i]);
    }
    size_t taken = r->n_prefix + rest + needed;
    size_t room = taken < r->capacity ? r->capacity - taken : 0;
    size_t most = room < summary_most(r) ? room : summary_most(r);
    size_t head = r->n_prefix + summary_tokenise(&r->summary, r->frame, r->llm, summary, most);
    memmove(r->tokens + head, r->tokens + from, rest * sizeof *r->tokens);
    memcpy(r->tokens + r->n_prefix, summary, (head - r->n_prefix) * sizeof *summary);
    r->n = head + rest;
    r->n_turns -= n;
    r->last_answer = r->n_turns > 0 && r->last_answer > 0 ? r->last_answer - from + head : 0;
    for (int i = 0; i < r->n_turns; i++) {
        r->turns[i] = r->turns[i + n] - from + head;
        r->words[i] = r->words[i + n];
    }
    r->summary_is_old = false;
}

void row_make_room(struct row *r, size_t needed)
{
    bool is_full = r->n + needed > r->capacity || r->n_turns == ROW_TURNS;
    if (!is_full && !r->summary_is_old)
        return;
    int n = 0;
    size_t left = r->n, head = r->n_prefix + summary_most(r);
    while (is_full && n < r->n_turns &&
           (left + needed > r->capacity || left > r->capacity / 2 || r->n_turns - n > ROW_TURNS / 2)) {
        n++;
        left = n < r->n_turns ? head + r->n - r->turns[n] : head;
    }
    drop_turns(r, n, needed);
}

/* ---- turns ---------------------------------------------------------------------------------- */

enum sarai_status row_open(struct row *r, const char *text, const char *said, struct sarai_error *err)
{
    char *copy = strdup(said);
    if (!copy)
        return out_of_memory(err, "row");
    size_t start = r->n;
    enum sarai_status st = row_append_words(r, text, err);
    if (!st)
        st = row_append(r, r->frame->answer_cue, LLM_CONTROL, err);
    if (st) {
        free(copy);
        r->n = start;
        return st;
    }
    r->words[r->n_turns] = copy;
    r->turns[r->n_turns++] = start;
    return SARAI_OK;
}

void row_drop(struct row *r)
{
    r->n = r->turns[--r->n_turns];
    free(r->words[r->n_turns]);
    r->last_answer = 0;
}

enum sarai_status row_close(struct row *r, size_t answer_at, const char *answer, struct sarai_error *err)
{
    enum sarai_status st = SARAI_EINPUT;
    r->n = r->last_answer = answer_at;
    if (answer[0])
        st = row_append_words(r, answer, err);
    if (!st)
        st = row_append(r, r->frame->question_cue, LLM_CONTROL, err);
    if (st)
        row_drop(r);
    return st == SARAI_EINPUT ? SARAI_OK : st;
}

int32_t *row_last_alone(const struct row *r, size_t *n)
{
    size_t from = r->turns[r->n_turns - 1];
    int32_t *out = malloc((r->n_prefix + r->n - from) * sizeof *out);
    if (!out)
        return NULL;
    memcpy(out, r->tokens, r->n_prefix * sizeof *out);
    memcpy(out + r->n_prefix, r->tokens + from, (r->n - from) * sizeof *out);
    *n = r->n_prefix + r->n - from;
    return out;
}

void row_move(struct row *r, int32_t *tokens, size_t n)
{
    memcpy(tokens + n, r->tokens + r->n_prefix, (r->n - r->n_prefix) * sizeof *tokens);
    for (int i = 0; i < r->n_turns; i++)
        r->turns[i] = r->turns[i] - r->n_prefix + n;
    r->last_answer = r->last_answer > 0 ? r->last_answer - r->n_prefix + n : 0;
    r->n = r->n - r->n_prefix + n;
    r->n_prefix = n;
    free(r->tokens);
    r->tokens = tokens;
}
