/* A conversation with a language model: history, prompt frame, and answers made to be spoken.
 *
 *     struct conversation_options options = conversation_options_default();
 *     conversation_open(&options, llm, &c, err);
 *     conversation_warm(c, err);                       // reads the fixed beginning ahead
 *     conversation_answer(c, "¿Qué hora es?", on_piece, user, &answer, err);
 *     puts(answer.text); answer_finish(&answer);
 *     conversation_close(c);
 *
 * The whole dialogue is one row of tokens: a fixed beginning, then turns. It only grows at its end, so
 * that the model's cache of it stays good; when the window fills, the oldest turns are dropped and a summary
 * of what the person said in them takes their place (summary.h). One thread. The model is borrowed and must
 * outlive the conversation; two conversations may take turns on one model, at the price of its cache.
 */
#ifndef SARAI_THINK_CONVERSATION_H
#define SARAI_THINK_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "engine/llama.h"
#include "think/frame.h"
#include "think/row.h"

struct conversation;

enum {
    CONVERSATION_QUESTION_BYTES = 8 * 1024, /* longest question */
    CONVERSATION_TURNS = ROW_TURNS,         /* most turns remembered */
    CONVERSATION_ANSWER_TOKENS = 4096,      /* most that max_tokens may be */
    CONVERSATION_SENTENCES = 100,           /* most that max_sentences may be */
    CONVERSATION_LONGEST = 8,               /* most that long_factor may be */
};

struct conversation_options {
    enum conversation_frame frame;
    const char *persona; /* replaces who Sarai is told to be; NULL: the built-in text */
    const char *tools;   /* "name(argument, …), …" that the model may call; NULL: none */
    const char *grammar; /* GBNF of a call; NULL: whatever the model writes */
    int max_sentences;   /* of an answer */
    int max_tokens;      /* of an answer */
    double long_factor;  /* of both, where a question is_long; 1: the same */
    struct llm_sampling sampling;
    bool is_grounded; /* answers out of passages name one of them and rest on it: grounding.h */
    float doubt; /* by how many logits "Según" must be likelier than "No": more says oftener that passages do
                    not tell */
    const char *cache_dir; /* keeps what the model makes of the fixed beginning between starts; or NULL */
};

struct answer {
    char *text;   /* all pieces joined; never empty */
    bool is_call; /* text is a tool call in JSON; nothing was delivered */
    enum sarai_answered_by by;
    int evaluated, reused, generated; /* tokens: of the prompt, of the prompt, of the answer */
    double first_token_ms, total_ms;  /* since the call */
};

/* A piece of the answer as it is made: whole UTF-8 characters, a C string valid during the call. */
typedef void conversation_piece(void *user, const char *piece);

struct conversation_options conversation_options_default(void);

/* EUSAGE: an option out of range. EMODEL: the frame asks for a chat template that the model lacks.
 * EINPUT: the window has no room behind the persona. */
enum sarai_status conversation_open(const struct conversation_options *options, struct llm *llm,
                                    struct conversation **out, struct sarai_error *err);
void conversation_close(struct conversation *c);

/* Lets the model read what is known of the next prompt already: the fixed beginning and the history, of
 * which the oldest turns are dropped when an everyday question would not fit any more. Worth calling at load
 * and between turns; nothing depends on it. The first call takes the beginning out of
 * cache_dir, or leaves it there; a cache that cannot be written is no error. */
enum sarai_status conversation_warm(struct conversation *c, struct sarai_error *err);

/* Other tools from here on, as in the options; turns stay. Worth calling between turns, before
 * conversation_warm(): the model reads everything again. EINPUT: no room behind them; all is as it was. */
enum sarai_status conversation_offer(struct conversation *c, const char *tools, const char *grammar,
                                     struct sarai_error *err);

/* Lets the model read the beginning of a question that is still being asked: what the real one shares with
 * it need not be read again. Nothing is remembered. */
enum sarai_status conversation_expect(struct conversation *c, const char *beginning, struct sarai_error *err);

/* How likely who has said these words so far has finished, 0..1: the model's probability that the sentence or
 * the turn ends behind the last of them, whatever mark stands there already. What is read for it need not be
 * read again for the answer. Nothing is remembered. EINPUT: no words, or too many. */
enum sarai_status conversation_ending(struct conversation *c, const char *words, float *probability,
                                      struct sarai_error *err);

/* Question (UTF-8) → answer, piece by piece; on_piece may be NULL. Whatever is in the question, it
 * stays text: it can neither end its turn nor speak for Sarai.
 * EINPUT: empty, longer than CONVERSATION_QUESTION_BYTES, or than the window.
 * ECANCELLED: the model's stop was raised; the history then holds what was delivered. */
enum sarai_status conversation_answer(struct conversation *c, const char *question,
                                      conversation_piece *on_piece, void *user, struct answer *out,
                                      struct sarai_error *err);
/* The same for a question that brings a mood or passages with it; they stay data, whatever is in them. */
enum sarai_status conversation_ask(struct conversation *c, const struct question *question,
                                   conversation_piece *on_piece, void *user, struct answer *out,
                                   struct sarai_error *err);
/* The same for an answer that somebody else has begun to give: the model goes on behind these words, which
 * are not delivered again; out->text begins with them. */
enum sarai_status conversation_go_on(struct conversation *c, const struct question *question,
                                     const char *begun, conversation_piece *on_piece, void *user,
                                     struct answer *out, struct sarai_error *err);
/* What the tool gave that the last answer called, → the answer that tells it. */
enum sarai_status conversation_result(struct conversation *c, const char *result,
                                      conversation_piece *on_piece, void *user, struct answer *out,
                                      struct sarai_error *err);
void answer_finish(struct answer *a);

/* Adds a turn that was had elsewhere; `answer` may be a call, and `is_result` says that `words` are what a
 * tool gave. EINPUT as for a question. */
enum sarai_status conversation_recall(struct conversation *c, const struct question *question, bool is_result,
                                      const char *answer, struct sarai_error *err);

/* Words of the person from so long ago that the turn is not recalled: what is worth keeping goes into the
 * summary. */
enum sarai_status conversation_note(struct conversation *c, const char *words, struct sarai_error *err);

/* Replaces the last answer by what was really heard of it; NULL or "" forgets its turn. Does nothing when
 * there is none. */
enum sarai_status conversation_amend(struct conversation *c, const char *heard, struct sarai_error *err);

/* Forgets all turns. */
void conversation_reset(struct conversation *c);

/* The turns remembered now, and the words of one of them, from 0, borrowed: "" where a tool spoke. */
int conversation_turns(const struct conversation *c);
const char *conversation_words(const struct conversation *c, int turn);

#endif
