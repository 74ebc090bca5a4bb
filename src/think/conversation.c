#include "think/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "think/ending.h"
#include "think/grounding.h"
#include "think/row.h"
#include "think/sentences.h"

struct conversation {
    struct llm *llm;
    struct conversation_options options;
    struct frame frame;
    char *persona;  /* or NULL: the built-in text */
    char *grammar;  /* of a call; or NULL */
    struct row row; /* the dialogue: the prefix, turns, and what introduces the next question */
    char *cache;    /* file of the prefix as the model keeps it; NULL: none, or used already */
    struct ending ending;
    struct grounding grounding;    /* of the answer in work */
    size_t answer_at;              /* where it begins in the row; 0: there is no turn that waits for one */
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

/* ---- what fits ------------------------------------------------------------------------------- */

enum {
    LEAST_QUESTION_TOKENS = 64, /* that must always fit */
    CUE_TOKENS = 64,            /* of what introduces answer and question, at most */
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
    int left = (int)(c->row.capacity - c->row.n_prefix - n_question) - CUE_TOKENS;
    c->max_tokens = tokens < left ? tokens : left;
    c->max_sentences = sentences < CONVERSATION_SENTENCES ? sentences : CONVERSATION_SENTENCES;
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
    st = row_begin(&c->row, c->llm, &c->frame, (size_t)llm_context_tokens(c->llm) - 1, err);
    if (!st && c->row.n_prefix + answer_room(c) + LEAST_QUESTION_TOKENS > c->row.capacity)
        st = failed(err, SARAI_EINPUT,
                    tr("la ventana de %zu tokens es pequeña para un comienzo de %zu y respuestas de %d",
                       "the window of %zu tokens is small for a beginning of %zu and answers of %d"),
                    c->row.capacity, c->row.n_prefix, c->options.max_tokens);
    if (!st)
        st = ending_learn(&c->ending, c->llm, c->frame.answer_cue, llm_has_adapter(c->llm), err);
    if (!st)
        st = grounding_learn(&c->grounding, c->llm, err);
    if (!st && given.cache_dir &&
        !(c->cache = frame_cache_path(given.cache_dir, c->llm, c->row.tokens, c->row.n)))
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
    row_finish(&c->row);
    frame_finish(&c->frame);
    free(c->persona);
    free(c->grammar);
    free(c->cache);
    free(c);
}

void conversation_reset(struct conversation *c)
{
    row_reset(&c->row);
}

int conversation_turns(const struct conversation *c)
{
    return c->row.n_turns;
}

const char *conversation_words(const struct conversation *c, int turn)
{
    return c->row.words[turn];
}

enum sarai_status conversation_warm(struct conversation *c, struct sarai_error *err)
{
    struct llm_usage usage;
    enum sarai_status st = SARAI_OK;
    row_make_room(&c->row, LEAST_QUESTION_TOKENS + answer_room(c));
    char *cache = c->row.n == c->row.n_prefix ? c->cache : NULL;
    if (cache)
        c->cache = NULL; /* once */
    if (!cache || !llm_restore(c->llm, cache, c->row.tokens, c->row.n)) {
        st = llm_prompt(c->llm, c->row.tokens, c->row.n, &usage, err);
        if (!st && cache)
            llm_save(c->llm, cache, NULL);
    }
    free(cache);
    return st;
}

enum sarai_status conversation_offer(struct conversation *c, const char *tools, const char *grammar,
                                     struct sarai_error *err)
{
    struct frame frame = {0};
    size_t n = 0;
    char *copy = grammar ? strdup(grammar) : NULL;
    int32_t *tokens = calloc(c->row.capacity, sizeof *tokens);
    enum sarai_status st = !tokens || (grammar && !copy)
                               ? out_of_memory(err, "conversation")
                               : frame_choose(c->options.frame, c->llm, c->persona, tools, &frame, err);
    if (!st)
        st = llm_tokenise(c->llm, frame.prefix, strlen(frame.prefix), LLM_CONTROL | LLM_BEGIN, tokens,
                          c->row.capacity - (c->row.n - c->row.n_prefix), &n, err);
    if (st) {
        free(tokens);
        free(copy);
        frame_finish(&frame);
        return st;
    }
    row_move(&c->row, tokens, n);
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
    int32_t *scratch = calloc(c->row.capacity, sizeof *scratch);
    if (!scratch)
        return out_of_memory(err, "conversation");
    enum sarai_status st = llm_tokenise(c->llm, words->data, words->len, LLM_PLAIN, scratch,
                                        c->row.capacity - c->row.n_prefix - answer_room(c), n, err);
    free(scratch);
    return st;
}

/* Begins a turn (row_open) behind as much of the dialogue as leaves room for it and its answer. */
static enum sarai_status begin_turn(struct conversation *c, const struct buf *words, const char *said,
                                    bool is_long, struct sarai_error *err)
{
    size_t n = 0;
    enum sarai_status st = measure(c, words, &n, err);
    if (st)
        return st;
    set_budget(c, is_long, n);
    row_make_room(&c->row, n + (size_t)c->max_tokens + CUE_TOKENS);
    st = row_open(&c->row, words->data, said, err);
    c->answer_at = st ? 0 : c->row.n;
    return st;
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
    size_t start = c->row.n;
    enum sarai_status st =
        frame_question(&c->frame, c->llm, &question, CONVERSATION_QUESTION_BYTES, &words, err);
    if (!st)
        st = row_append_words(&c->row, words.data, err);
    if (!st)
        st = llm_prompt(c->llm, c->row.tokens, c->row.n, &usage, err);
    c->row.n = start;
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
        if (c->grounding.is_misplaced)
            return st;
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
        if (c->grounding.is_misplaced)
            return st;
    }
    sentences_end(s, is_complete);
    return st ? st : deliver(c, s, d, err);
}

enum sarai_status conversation_amend(struct conversation *c, const char *heard, struct sarai_error *err)
{
    return c->row.last_answer > 0 ? row_close(&c->row, c->row.last_answer, heard ? heard : "", err)
                                  : SARAI_OK;
}

/* The words that an answer begins with were delivered by somebody else: the model reads them as its own. */
static enum sarai_status take_over(struct conversation *c, struct sentences *s, struct delivery *d,
                                   const char *begun, struct sarai_error *err)
{
    if (!buf_text(&d->text, begun) || !sentences_begin(s, begun, strlen(begun)))
        return out_of_memory(err, "conversation");
    return row_append_words(&c->row, begun, err);
}

/* Lets the model read tokens and answer them. */
static enum sarai_status answer_to(struct conversation *c, const int32_t *tokens, size_t n,
                                   struct sentences *s, struct delivery *d, struct answer *a, double start_ms,
                                   struct sarai_error *err)
{
    struct llm_usage usage = {0};
    struct llm_sampling sampling = c->options.sampling;
    sampling.seed += (uint32_t)c->row.n_turns;
    enum sarai_status st = llm_prompt(c->llm, tokens, n, &usage, err);
    if (!st)
        st = llm_sampling_set(c->llm, &sampling, err);
    a->evaluated += usage.evaluated;
    a->reused += usage.reused;
    a->generated = 0;
    return st ? st : speak(c, s, d, a, start_ms, err);
}

/* "¿Y la fianza?" means nothing without what was said before. */
static bool goes_on(const char *words)
{
    const char *at = strncmp(words, "¿", sizeof "¿" - 1) == 0 ? words + sizeof "¿" - 1 : words;
    return (*at == 'Y' || *at == 'y') && at[1] == ' ';
}

/* What the turn's answer is held to. A turn without passages has nothing that its answer could name; where it
 * opens so all the same, turns before it had some, and it is answered without them. */
static enum sarai_status ground(struct conversation *c, const struct question *q, struct sarai_error *err)
{
    if (c->row.n_turns > 1 && q && q->n_passages == 0 && !q->is_searched && !goes_on(q->words)) {
        grounding_watch(&c->grounding);
        return SARAI_OK;
    }
    return grounding_begin(&c->grounding, q, c->options.doubt, err);
}

static enum sarai_status answer_alone(struct conversation *c, struct sentences *s, struct delivery *d,
                                      struct answer *a, double start_ms, struct sarai_error *err)
{
    size_t n = 0;
    int32_t *alone = row_last_alone(&c->row, &n);
    if (!alone)
        return out_of_memory(err, "conversation");
    grounding_finish(&c->grounding);
    sentences_finish(s);
    sentences_init(s, c->max_sentences, c->frame.is_line);
    enum sarai_status st = answer_to(c, alone, n, s, d, a, start_ms, err);
    free(alone);
    return st;
}

static enum sarai_status take_turn(struct conversation *c, const struct question *q, const char *begun,
                                   struct delivery *d, struct answer *a, double start_ms,
                                   struct sarai_error *err);

/* Passages that may have nothing to do with the question do not answer it: it is asked as if there were none.
 */
static enum sarai_status answer_without(struct conversation *c, const struct question *q, struct delivery *d,
                                        struct answer *a, double start_ms, struct sarai_error *err)
{
    struct question bare = *q;
    bare.n_passages = 0;
    bare.is_searched = bare.is_unsure = false;
    grounding_finish(&c->grounding);
    row_drop(&c->row);
    c->answer_at = 0;
    enum sarai_status st = ask(c, &bare, false, err);
    return st ? st : take_turn(c, &bare, NULL, d, a, start_ms, err);
}

/* The turn between question and history; the text delivered is left in d. */
static enum sarai_status take_turn(struct conversation *c, const struct question *q, const char *begun,
                                   struct delivery *d, struct answer *a, double start_ms,
                                   struct sarai_error *err)
{
    struct sentences s;
    struct llm_lean lean = c->lean;
    bool is_grounded = c->options.is_grounded && c->frame.names_sources && !begun;
    lean.reads = q && q->n_passages > 0;
    sentences_init(&s, c->max_sentences, c->frame.is_line);
    enum sarai_status st = begun ? take_over(c, &s, d, begun, err) : SARAI_OK;
    if (!st)
        st = llm_lean(c->llm, &lean, err);
    if (!st && is_grounded)
        st = ground(c, q, err);
    if (!st)
        st = answer_to(c, c->row.tokens, c->row.n, &s, d, a, start_ms, err);
    if (!st && c->grounding.is_misplaced && q && q->n_passages > 0) {
        sentences_finish(&s);
        return answer_without(c, q, d, a, start_ms, err);
    }
    if (!st && c->grounding.is_misplaced)
        st = answer_alone(c, &s, d, a, start_ms, err);
    if (!st && d->text.len == 0) { /* a small model may have nothing to say; silence would seem a fault */
        const char sorry[] = "No sé qué decirte.";
        sentences_finish(&s);
        sentences_init(&s, 1, true);
        sentences_add(&s, sorry, sizeof sorry - 1);
        st = deliver(c, &s, d, err);
    }
    sentences_finish(&s);
    grounding_finish(&c->grounding);
    return st;
}

/* A turn that has begun, to its end; `q` (what was asked) and `begun` may be NULL. */
static enum sarai_status finish_turn(struct conversation *c, const struct question *q, const char *begun,
                                     conversation_piece *on_piece, void *user, double start_ms,
                                     struct answer *out, struct sarai_error *err)
{
    struct delivery d = {on_piece, user, BUF_INIT(SENTENCES_MAX_BYTES)};
    struct answer a = {0};
    enum sarai_status st = take_turn(c, q, begun, &d, &a, start_ms, err), kept = SARAI_OK;
    llm_lean(c->llm, &(struct llm_lean){0}, NULL); /* what is read ahead is for another turn */
    if (c->answer_at > 0)
        kept = row_close(&c->row, c->answer_at, buf_string(&d.text), NULL);
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
    return st ? st : row_close(&c->row, c->row.n, answer, err);
}

enum sarai_status conversation_note(struct conversation *c, const char *words, struct sarai_error *err)
{
    c->row.summary_is_old = true;
    return summary_add(&c->row.summary, words, err);
}

void answer_finish(struct answer *a)
{
    free(a->text);
    *a = (struct answer){0};
}
