#include "think/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "think/ending.h"
#include "think/grounding.h"
#include "think/sentences.h"
#include "think/summary.h"

struct conversation {
    struct llm *llm;
    struct conversation_options options;
    struct frame frame;
    char *persona;   /* or NULL: the built-in text */
    char *grammar;   /* of a call; or NULL */
    int32_t *tokens; /* the dialogue: the prefix, turns, and what introduces the next question */
    size_t n, capacity;
    size_t n_prefix;
    char *cache; /* file of the prefix as the model keeps it; NULL: none, or used already */
    size_t turns[CONVERSATION_TURNS]; /* where each begins */
    char *words[CONVERSATION_TURNS];  /* … what the person said in it; "" where a tool spoke */
    int n_turns;
    struct summary summary; /* of the turns that were dropped; it stands behind the prefix */
    bool summary_is_old;    /* … not yet as it is now */
    struct ending ending;
    struct grounding grounding;    /* of the answer in work */
    size_t last_answer;            /* where the last turn's answer begins; 0: there is none */
    int max_tokens, max_sentences; /* of the answer to the turn in work … */
    struct llm_lean lean;          /* … and how warm it is to be */
};

struct conversation_options conversation_options_default(void)
{
    return (struct conversation_options){
        .max_sentences = 3,
        .max_tokens = 96,
        .long_factor = 1,
        .is_grounded = true,
        .sampling = {.top_k = 40, .top_p = 0.95F, .repeat_penalty = 1.1F, .seed = 1},
    };
}

/* ---- the row of tokens ---------------------------------------------------------------------- */

enum {
    LEAST_QUESTION_TOKENS = 64, /* that must always fit */
    CUE_TOKENS = 64,            /* of what introduces answer and question, at most */
    SUMMARY_TOKENS = 200,       /* most that a summary takes … */
    SUMMARY_SHARE = 8,          /* … and this part of the window behind the prefix */
};

/* What must stay free behind a question: an answer of everyday length and both cues. */
static size_t answer_room(const struct conversation *c)
{
    return (size_t)c->options.max_tokens + CUE_TOKENS;
}

/* How long the answer to a question of so many tokens may be: longer where that is wanted and the window has
 * room. */
static void set_budget(struct conversation *c, bool is_long, size_t n_question)
{
    double factor = is_long ? c->options.long_factor : 1;
    int tokens = (int)(c->options.max_tokens * factor), sentences = (int)(c->options.max_sentences * factor);
    int left = (int)(c->capacity - c->n_prefix - n_question) - CUE_TOKENS;
    c->max_tokens = tokens < left ? tokens : left;
    c->max_sentences = sentences < CONVERSATION_SENTENCES ? sentences : CONVERSATION_SENTENCES;
}

static size_t summary_most(const struct conversation *c)
{
    size_t share = (c->capacity - c->n_prefix) / SUMMARY_SHARE;
    return share < SUMMARY_TOKENS ? share : SUMMARY_TOKENS;
}

/* Appends text; EINPUT when the window is full. On failure nothing was appended. */
static enum sarai_status append(struct conversation *c, const char *text, unsigned flags,
                                struct sarai_error *err)
{
    size_t n = 0;
    enum sarai_status st =
        llm_tokenise(c->llm, text, strlen(text), flags, c->tokens + c->n, c->capacity - c->n, &n, err);
    if (!st)
        c->n += n;
    return st;
}

/* Words of the dialogue, behind the blank that the frame wants before them. */
static enum sarai_status append_words(struct conversation *c, const char *words, struct sarai_error *err)
{
    struct buf text = BUF_INIT(FRAME_DATA_BYTES + SENTENCES_MAX_BYTES);
    enum sarai_status st = SARAI_OK;
    if (!buf_text(&text, c->frame.lead) || !buf_text(&text, words))
        st = out_of_memory(err, "conversation");
    else
        st = append(c, buf_string(&text), LLM_PLAIN, err);
    buf_finish(&text);
    return st;
}

/* Drops the n oldest turns; a summary takes their place where `needed` tokens fit behind it. */
static void drop_turns(struct conversation *c, int n, size_t needed)
{
    int32_t summary[SUMMARY_TOKENS];
    size_t from = n < c->n_turns ? c->turns[n] : c->n, rest = c->n - from;
    for (int i = 0; i < n; i++) {
        summary_add(&c->summary, c->words[i], NULL); /* without memory it is forgotten, as it was before */
        free(c->words[i]);
    }
    size_t taken = c->n_prefix + rest + needed;
    size_t room = taken < c->capacity ? c->capacity - taken : 0;
    size_t most = room < summary_most(c) ? room : summary_most(c);
    size_t head = c->n_prefix + summary_tokenise(&c->summary, &c->frame, c->llm, summary, most);
    memmove(c->tokens + head, c->tokens + from, rest * sizeof *c->tokens);
    memcpy(c->tokens + c->n_prefix, summary, (head - c->n_prefix) * sizeof *summary);
    c->n = head + rest;
    c->n_turns -= n;
    c->last_answer = c->n_turns > 0 && c->last_answer > 0 ? c->last_answer - from + head : 0;
    for (int i = 0; i < c->n_turns; i++) {
        c->turns[i] = c->turns[i + n] - from + head;
        c->words[i] = c->words[i + n];
    }
    c->summary_is_old = false;
}

/* Once the window is full, turns are dropped until half of it is free: the model then reads the rest
 * again, which is worth doing seldom. */
static void make_room(struct conversation *c, size_t needed)
{
    bool is_full = c->n + needed > c->capacity || c->n_turns == CONVERSATION_TURNS;
    if (!is_full && !c->summary_is_old)
        return;
    int n = 0;
    size_t left = c->n, head = c->n_prefix + summary_most(c);
    while (
        is_full && n < c->n_turns &&
        (left + needed > c->capacity || left > c->capacity / 2 || c->n_turns - n > CONVERSATION_TURNS / 2)) {
        n++;
        left = n < c->n_turns ? head + c->n - c->turns[n] : head;
    }
    drop_turns(c, n, needed);
}

/* ---- open and close ------------------------------------------------------------------------- */

static enum sarai_status check_options(const struct conversation_options *o, struct sarai_error *err)
{
    if (o->max_sentences < 1 || o->max_sentences > CONVERSATION_SENTENCES || o->max_tokens < 1 ||
        o->max_tokens > CONVERSATION_ANSWER_TOKENS ||
        !(o->long_factor >= 1 && o->long_factor <= CONVERSATION_LONGEST))
        return failed(err, SARAI_EUSAGE,
                      tr("una respuesta tiene de 1 a %d frases y de 1 a %d tokens, no %d y %d (por %g)",
                         "an answer has 1 to %d sentences and 1 to %d tokens, not %d and %d (times %g)"),
                      CONVERSATION_SENTENCES, CONVERSATION_ANSWER_TOKENS, o->max_sentences, o->max_tokens,
                      o->long_factor);
    return SARAI_OK;
}

static enum sarai_status prepare(struct conversation *c, struct sarai_error *err)
{
    const struct conversation_options given = c->options;
    c->options.persona = c->options.tools = c->options.grammar = c->options.cache_dir =
        NULL; /* the caller's */
    if (given.persona && !(c->persona = strdup(given.persona)))
        return out_of_memory(err, "conversation");
    enum sarai_status st = frame_choose(given.frame, c->llm, c->persona, given.tools, &c->frame, err);
    if (st)
        return st;
    if (given.grammar && c->frame.has_calls && !(c->grammar = strdup(given.grammar)))
        return out_of_memory(err, "conversation");
    c->capacity = (size_t)llm_context_tokens(c->llm) - 1;
    c->tokens = calloc(c->capacity, sizeof *c->tokens);
    if (!c->tokens)
        return out_of_memory(err, "conversation");
    st = append(c, c->frame.prefix, LLM_CONTROL | LLM_BEGIN, err);
    c->n_prefix = c->n;
    if (!st && c->n_prefix + answer_room(c) + LEAST_QUESTION_TOKENS > c->capacity)
        st = failed(err, SARAI_EINPUT,
                    tr("la ventana de %zu tokens es pequeña para un comienzo de %zu y respuestas de %d",
                       "the window of %zu tokens is small for a beginning of %zu and answers of %d"),
                    c->capacity, c->n_prefix, c->options.max_tokens);
    if (!st)
        st = ending_learn(&c->ending, c->llm, c->frame.answer_cue, llm_has_adapter(c->llm), err);
    if (!st)
        st = grounding_learn(&c->grounding, c->llm, err);
    if (!st && given.cache_dir && !(c->cache = frame_cache_path(given.cache_dir, c->llm, c->tokens, c->n)))
        st = out_of_memory(err, "conversation");
    return st;
}

enum sarai_status conversation_open(const struct conversation_options *options, struct llm *llm,
                                    struct conversation **out, struct sarai_error *err)
{
    enum sarai_status st = check_options(options, err);
    if (st)
        return st;
    struct conversation *c = calloc(1, sizeof *c);
    if (!c)
        return out_of_memory(err, "conversation");
    c->llm = llm;
    c->options = *options;
    st = prepare(c, err);
    if (st)
        conversation_close(c);
    else
        *out = c;
    return st;
}

void conversation_close(struct conversation *c)
{
    if (!c)
        return;
    conversation_reset(c);
    frame_finish(&c->frame);
    free(c->persona);
    free(c->grammar);
    free(c->cache);
    free(c->tokens);
    free(c);
}

void conversation_reset(struct conversation *c)
{
    while (c->n_turns > 0)
        free(c->words[--c->n_turns]);
    summary_finish(&c->summary);
    c->summary_is_old = false;
    c->n = c->n_prefix;
    c->last_answer = 0;
}

int conversation_turns(const struct conversation *c)
{
    return c->n_turns;
}

enum sarai_status conversation_warm(struct conversation *c, struct sarai_error *err)
{
    struct llm_usage usage;
    enum sarai_status st = SARAI_OK;
    make_room(c, LEAST_QUESTION_TOKENS + answer_room(c));
    char *cache = c->n == c->n_prefix ? c->cache : NULL;
    if (cache)
        c->cache = NULL; /* once */
    if (!cache || !llm_restore(c->llm, cache, c->tokens, c->n)) {
        st = llm_prompt(c->llm, c->tokens, c->n, &usage, err);
        if (!st && cache)
            llm_save(c->llm, cache, NULL);
    }
    free(cache);
    return st;
}

/* The row behind another beginning. */
static void move_row(struct conversation *c, int32_t *tokens, size_t n)
{
    memcpy(tokens + n, c->tokens + c->n_prefix, (c->n - c->n_prefix) * sizeof *tokens);
    for (int i = 0; i < c->n_turns; i++)
        c->turns[i] = c->turns[i] - c->n_prefix + n;
    c->last_answer = c->last_answer > 0 ? c->last_answer - c->n_prefix + n : 0;
    c->n = c->n - c->n_prefix + n;
    c->n_prefix = n;
    free(c->tokens);
    c->tokens = tokens;
}

enum sarai_status conversation_offer(struct conversation *c, const char *tools, const char *grammar,
                                     struct sarai_error *err)
{
    struct frame frame = {0};
    size_t n = 0;
    char *copy = grammar ? strdup(grammar) : NULL;
    int32_t *tokens = calloc(c->capacity, sizeof *tokens);
    enum sarai_status st = !tokens || (grammar && !copy)
                               ? out_of_memory(err, "conversation")
                               : frame_choose(c->options.frame, c->llm, c->persona, tools, &frame, err);
    if (!st)
        st = llm_tokenise(c->llm, frame.prefix, strlen(frame.prefix), LLM_CONTROL | LLM_BEGIN, tokens,
                          c->capacity - (c->n - c->n_prefix), &n, err);
    if (st) {
        free(tokens);
        free(copy);
        frame_finish(&frame);
        return st;
    }
    move_row(c, tokens, n);
    frame_finish(&c->frame);
    c->frame = frame;
    free(c->grammar);
    c->grammar = copy;
    free(c->cache); /* named after the beginning before */
    c->cache = NULL;
    return SARAI_OK;
}

/* ---- the question --------------------------------------------------------------------------- */

/* How many tokens the question takes; EINPUT when it could not fit even without history. */
static enum sarai_status measure(const struct conversation *c, const struct buf *words, size_t *n,
                                 struct sarai_error *err)
{
    int32_t *scratch = calloc(c->capacity, sizeof *scratch);
    if (!scratch)
        return out_of_memory(err, "conversation");
    enum sarai_status st = llm_tokenise(c->llm, words->data, words->len, LLM_PLAIN, scratch,
                                        c->capacity - c->n_prefix - answer_room(c), n, err);
    free(scratch);
    return st;
}

/* Begins a turn: its text and the answer cue behind the dialogue; `said`: the person's own words. On failure
 * there is no new turn. */
static enum sarai_status begin_turn(struct conversation *c, const struct buf *words, const char *said,
                                    bool is_long, struct sarai_error *err)
{
    size_t n = 0;
    enum sarai_status st = measure(c, words, &n, err);
    char *copy = st ? NULL : strdup(said);
    if (!copy)
        return st ? st : out_of_memory(err, "conversation");
    set_budget(c, is_long, n);
    make_room(c, n + (size_t)c->max_tokens + CUE_TOKENS);
    size_t start = c->n;
    st = append_words(c, words->data, err);
    if (!st)
        st = append(c, c->frame.answer_cue, LLM_CONTROL, err);
    if (st) {
        free(copy);
        c->n = start;
        return st;
    }
    c->words[c->n_turns] = copy;
    c->turns[c->n_turns++] = start;
    return SARAI_OK;
}

/* A turn of the person, with its data, or of a tool. */
static enum sarai_status ask(struct conversation *c, const struct question *q, bool is_result,
                             struct sarai_error *err)
{
    struct buf words = BUF_INIT(FRAME_DATA_BYTES);
    enum sarai_status st =
        is_result ? frame_result(&c->frame, c->llm, q->words, &words, err)
                  : frame_question(&c->frame, c->llm, q, CONVERSATION_QUESTION_BYTES, &words, err);
    c->lean = q->lean;
    if (!st)
        st = begin_turn(c, &words, is_result ? "" : q->words, q->is_long, err);
    buf_finish(&words);
    return st;
}

enum sarai_status conversation_expect(struct conversation *c, const char *beginning, struct sarai_error *err)
{
    const struct question question = {.words = beginning};
    struct buf words = BUF_INIT(FRAME_DATA_BYTES);
    struct llm_usage usage;
    size_t start = c->n;
    enum sarai_status st =
        frame_question(&c->frame, c->llm, &question, CONVERSATION_QUESTION_BYTES, &words, err);
    if (!st)
        st = append_words(c, words.data, err);
    if (!st)
        st = llm_prompt(c->llm, c->tokens, c->n, &usage, err);
    c->n = start;
    buf_finish(&words);
    return st;
}

enum sarai_status conversation_ending(struct conversation *c, const char *words, float *probability,
                                      struct sarai_error *err)
{
    char *bare = strndup(words, ending_bare(words));
    if (!bare)
        return out_of_memory(err, "conversation");
    enum sarai_status st = conversation_expect(c, bare, err);
    free(bare);
    if (!st)
        *probability = ending_probability(&c->ending, llm_logits(c->llm), llm_vocabulary(c->llm));
    return st;
}

/* ---- the answer ----------------------------------------------------------------------------- */

struct delivery {
    conversation_piece *on_piece;
    void *user;
    struct buf text; /* all that was delivered */
};

static enum sarai_status deliver(struct conversation *c, struct sentences *s, struct delivery *d,
                                 struct sarai_error *err)
{
    size_t n = 0, from = d->text.len;
    const char *piece = grounding_holds(&c->grounding, s) ? "" : sentences_take(s, &n);
    if (s->is_out_of_memory || !buf_append(&d->text, piece, n))
        return out_of_memory(err, "conversation");
    if (n == 0)
        return SARAI_OK;
    if (d->on_piece)
        d->on_piece(d->user, d->text.data + from);
    return SARAI_OK;
}

/* What the first token decides: a call is held to its grammar, an answer out of passages to their sources. */
static enum sarai_status settle(struct conversation *c, int32_t *token, struct answer *a,
                                struct sarai_error *err)
{
    char bytes[LLM_MAX_PIECE_BYTES];
    size_t n = llm_is_end(c->llm, *token) ? 0 : llm_piece(c->llm, *token, bytes);
    a->is_call = c->frame.has_calls && n > 0 && bytes[0] == '{';
    if (a->is_call)
        return c->grammar ? llm_constrain(c->llm, c->grammar, token, err) : SARAI_OK;
    return grounding_settle(&c->grounding, c->llm, token, err);
}

/* Lets the model speak until its end, the most sentences, or the most tokens. */
static enum sarai_status speak(struct conversation *c, struct sentences *s, struct delivery *d,
                               struct answer *a, double start_ms, struct sarai_error *err)
{
    char bytes[LLM_MAX_PIECE_BYTES];
    bool is_complete = false;
    enum sarai_status st = SARAI_OK;
    while (!st && !is_complete && a->generated < c->max_tokens) {
        int32_t token;
        st = llm_next(c->llm, &token, err);
        if (st)
            return st;
        if (a->generated++ == 0) {
            a->first_token_ms = clock_ms() - start_ms;
            st = settle(c, &token, a, err);
        }
        if (c->grounding.refusal.len > 0) {
            is_complete = true;
            sentences_add(s, c->grounding.refusal.data, c->grounding.refusal.len);
            break;
        }
        is_complete = !st && llm_is_end(c->llm, token);
        size_t n = st || is_complete ? 0 : llm_piece(c->llm, token, bytes);
        if (a->is_call && !buf_append(&d->text, bytes, n)) /* not spoken: kept whole */
            return out_of_memory(err, "conversation");
        if (a->is_call)
            continue;
        is_complete = is_complete || !sentences_add(s, bytes, n);
        if (!is_complete)
            st = deliver(c, s, d, err);
    }
    sentences_end(s, is_complete);
    return st ? st : deliver(c, s, d, err);
}

/* Closes the turn with what was delivered. Without an answer, or where the window has no room for its
 * words tokenised anew, the turn is forgotten. */
static enum sarai_status remember(struct conversation *c, size_t answer_at, const char *text,
                                  struct sarai_error *err)
{
    enum sarai_status st = SARAI_EINPUT;
    c->n = c->last_answer = answer_at;
    if (text[0])
        st = append_words(c, text, err);
    if (!st)
        st = append(c, c->frame.question_cue, LLM_CONTROL, err);
    if (st) {
        c->n = c->turns[--c->n_turns];
        free(c->words[c->n_turns]);
        c->last_answer = 0;
    }
    return st == SARAI_EINPUT ? SARAI_OK : st;
}

enum sarai_status conversation_amend(struct conversation *c, const char *heard, struct sarai_error *err)
{
    return c->last_answer > 0 ? remember(c, c->last_answer, heard ? heard : "", err) : SARAI_OK;
}

/* The words that an answer begins with were delivered by somebody else: the model reads them as its own. */
static enum sarai_status take_over(struct conversation *c, struct sentences *s, struct delivery *d,
                                   const char *begun, struct sarai_error *err)
{
    if (!buf_text(&d->text, begun) || !sentences_begin(s, begun, strlen(begun)))
        return out_of_memory(err, "conversation");
    return append_words(c, begun, err);
}

/* The turn between question and history; the text delivered is left in d. */
static enum sarai_status take_turn(struct conversation *c, const struct question *q, const char *begun,
                                   struct delivery *d, struct answer *a, double start_ms,
                                   struct sarai_error *err)
{
    struct sentences s;
    struct llm_usage usage = {0};
    struct llm_sampling sampling = c->options.sampling;
    bool is_grounded = c->options.is_grounded && c->frame.names_sources && !begun;
    sampling.seed += (uint32_t)c->n_turns;
    sentences_init(&s, c->max_sentences, c->frame.is_line);
    enum sarai_status st = begun ? take_over(c, &s, d, begun, err) : SARAI_OK;
    if (!st)
        st = llm_lean(c->llm, &c->lean, err);
    if (!st)
        st = llm_prompt(c->llm, c->tokens, c->n, &usage, err);
    if (!st)
        st = llm_sampling_set(c->llm, &sampling, err);
    if (!st)
        st = grounding_begin(&c->grounding, is_grounded ? q : NULL, c->options.doubt, err);
    if (!st)
        st = speak(c, &s, d, a, start_ms, err);
    if (!st && d->text.len == 0) { /* a small model may have nothing to say; silence would seem a fault */
        const char sorry[] = "No sé qué decirte.";
        sentences_finish(&s);
        sentences_init(&s, 1, true);
        sentences_add(&s, sorry, sizeof sorry - 1);
        st = deliver(c, &s, d, err);
    }
    sentences_finish(&s);
    grounding_finish(&c->grounding);
    a->evaluated = usage.evaluated;
    a->reused = usage.reused;
    return st;
}

/* A turn that has begun, to its end; `q` (what was asked) and `begun` may be NULL. */
static enum sarai_status finish_turn(struct conversation *c, const struct question *q, const char *begun,
                                     conversation_piece *on_piece, void *user, double start_ms,
                                     struct answer *out, struct sarai_error *err)
{
    struct delivery d = {on_piece, user, BUF_INIT(SENTENCES_MAX_BYTES)};
    struct answer a = {0};
    size_t answer_at = c->n;
    enum sarai_status st = take_turn(c, q, begun, &d, &a, start_ms, err);
    llm_lean(c->llm, &(struct llm_lean){0}, NULL); /* what is read ahead is for another turn */
    enum sarai_status kept = remember(c, answer_at, buf_string(&d.text), NULL);
    a.total_ms = clock_ms() - start_ms;
    if (!st && kept)
        st = out_of_memory(err, "conversation");
    if (!st) {
        a.text = buf_take(&d.text);
        if (!a.text)
            st = out_of_memory(err, "conversation");
    }
    buf_finish(&d.text);
    if (!st)
        *out = a;
    return st;
}

enum sarai_status conversation_ask(struct conversation *c, const struct question *question,
                                   conversation_piece *on_piece, void *user, struct answer *out,
                                   struct sarai_error *err)
{
    double start_ms = clock_ms();
    enum sarai_status st = ask(c, question, false, err);
    return st ? st : finish_turn(c, question, NULL, on_piece, user, start_ms, out, err);
}

enum sarai_status conversation_go_on(struct conversation *c, const struct question *question,
                                     const char *begun, conversation_piece *on_piece, void *user,
                                     struct answer *out, struct sarai_error *err)
{
    double start_ms = clock_ms();
    enum sarai_status st = ask(c, question, false, err);
    return st ? st : finish_turn(c, question, begun, on_piece, user, start_ms, out, err);
}

enum sarai_status conversation_answer(struct conversation *c, const char *question,
                                      conversation_piece *on_piece, void *user, struct answer *out,
                                      struct sarai_error *err)
{
    return conversation_ask(c, &(struct question){.words = question}, on_piece, user, out, err);
}

enum sarai_status conversation_result(struct conversation *c, const char *result,
                                      conversation_piece *on_piece, void *user, struct answer *out,
                                      struct sarai_error *err)
{
    double start_ms = clock_ms();
    enum sarai_status st = ask(c, &(struct question){.words = result}, true, err);
    return st ? st : finish_turn(c, NULL, NULL, on_piece, user, start_ms, out, err);
}

enum sarai_status conversation_recall(struct conversation *c, const struct question *question, bool is_result,
                                      const char *answer, struct sarai_error *err)
{
    enum sarai_status st = ask(c, question, is_result, err);
    return st ? st : remember(c, c->n, answer, err);
}

enum sarai_status conversation_note(struct conversation *c, const char *words, struct sarai_error *err)
{
    c->summary_is_old = true;
    return summary_add(&c->summary, words, err);
}

void answer_finish(struct answer *a)
{
    free(a->text);
    *a = (struct answer){0};
}
