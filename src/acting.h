/* Tools in the turn: what is answered without a model, and what a model's calls come to. Only the flow files
 * include it; it connects the stage `act` with the conversation, the voice and the store.
 *
 *     acting_open(s, &s->acting, err);
 *     acting_shortcut(s, question, &said, err);     // a crisis, a consent, a command: said.text, else
 * nothing acting_resolve(s, &thought, deliver, user, err);   // a model's call → its result told
 *     acting_close(s->acting);
 *
 * Threads: the thinking one; acting_due() on any.
 */
#ifndef SARAI_ACTING_H
#define SARAI_ACTING_H

#include "assistant.h"

enum { ACTING_CALLS = 2 /* of one turn */, ACTING_TOOL_BYTES = 65 };

/* What went wrong in a tool. */
struct acting_failure {
    char tool[ACTING_TOOL_BYTES]; /* "": it is not clear which was wanted */
    struct sarai_error why;       /* ECANCELLED: it took too long. The message may hold words of the person */
};

/* EUSAGE, EINPUT: a provider's settings; one that is only down is no error, its tools are missing then. */
enum sarai_status acting_open(struct sarai *s, struct acting **out, struct sarai_error *err);
void acting_close(struct acting *a);

/* What the model is told of the tools, and the grammar of a call; NULL where it is not to call any. */
const char *acting_signatures(const struct acting *a);
const char *acting_grammar(const struct acting *a);

/* The answer that needs no model; text NULL: there is none, think. It stands in the conversation's history,
 * save a crisis, which no model is to see. The caller frees the text. */
enum sarai_status acting_shortcut(struct sarai *s, const struct sarai_question *q, struct answer *out,
                                  struct sarai_error *err);
/* Runs what the model called, lets it tell the result, at most ACTING_CALLS times; `answer` then holds what
 * is to be said. What is told is held to the result's figures: another number is replaced by the tool's own
 * sentence. ECANCELLED: stopped, or the turn was not wanted in the end. */
enum sarai_status acting_resolve(struct sarai *s, struct answer *answer, struct sarai_error *err);
/* What went wrong since the turn began, *n of them; borrowed until the next turn. */
const struct acting_failure *acting_failures(const struct acting *a, size_t *n);
/* Whether a model may read this, even ahead. */
bool acting_may_be_read(const char *text);

/* Between turns: where an MCP server's tools have changed, the model is offered them as they are now. */
void acting_refresh(struct sarai *s);
/* Tells, once, which servers' tools are not there and why. */
void acting_tell_missing(struct acting *a, const struct sarai_sink *sink);
/* What was answered, for "repite". */
void acting_remember(struct acting *a, const char *answer);
/* What rings now, as one sentence; empty: nothing. */
enum sarai_status acting_due(struct acting *a, struct buf *sentence, struct sarai_error *err);
/* How the person wants the voice: 0..1, and a factor of SPEED. NULL: as it is. */
double acting_volume(struct acting *a);
double acting_speed(struct acting *a);

#endif
