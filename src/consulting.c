/* Who answers a question: the model on this machine or the expert. Connects the control plane, the person's
 * consent, the expert's stream, the log of what left, and the local model that steps in where the expert
 * fails.
 *
 * Only the words of the question ever leave: no history, no passages, no mood.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assistant.h"
#include "think/consent.h"
#include "think/sentences.h"

enum { WAS_HEARD = -1 };

static const char persona[] =
    "Eres Sarai, una asistente de voz que habla español. Respondes en pocas frases cortas y exactas, como se "
    "habla: sin listas, sin símbolos y sin emojis. Si no sabes algo, lo dices.";

static const char may_i_ask[] = "Eso lo sabría mejor un experto, y la pregunta saldría de este equipo. "
                                "¿Se lo pregunto?";

/* ---- open and close -------------------------------------------------------------------------- */

static enum control_permission permission(const struct sarai *s)
{
    const char *allow = config_text(s->cfg, "EXPERT_ALLOW");
    return strcmp(allow, "always") == 0 ? CONTROL_ALWAYS
           : strcmp(allow, "ask") == 0  ? CONTROL_ASK
                                        : CONTROL_NEVER;
}

bool assistant_wants_expert(const struct sarai *s)
{
    return (s->parts & SARAI_THINK) && permission(s) != CONTROL_NEVER && *config_text(s->cfg, "EXPERT_URL");
}

enum sarai_status assistant_open_expert(struct sarai *s, struct sarai_error *err)
{
    const struct expert_options options = {
        .url = config_text(s->cfg, "EXPERT_URL"),
        .model = config_text(s->cfg, "EXPERT_MODEL"),
        .key = config_text(s->cfg, "EXPERT_KEY"),
        .timeout_s = config_real(s->cfg, "EXPERT_TIMEOUT"),
        .retries = (int)config_int(s->cfg, "EXPERT_RETRIES"),
        .max_tokens = (int)config_int(s->cfg, "EXPERT_MAX_TOKENS"),
        .temperature = config_real(s->cfg, "LLM_TEMPERATURE"),
        .stop = &s->stop,
    };
    return expert_open(&options, &s->expert, err);
}

static void drop_pending(struct sarai *s)
{
    free(s->pending.question);
    s->pending.question = NULL;
}

void assistant_close_expert(struct sarai *s)
{
    expert_close(s->expert);
    turn_log_close(s->log);
    drop_pending(s);
}

/* ---- the log ---------------------------------------------------------------------------------- */

/* What leaves is written down first, by its hash alone; what cannot be written down does not leave. */
static enum sarai_status note_leaving(struct sarai *s, const char *question, struct sarai_error *err)
{
    char note[TURN_LOG_NOTE_BYTES];
    const char *model = config_text(s->cfg, "EXPERT_MODEL");
    snprintf(note, sizeof note, "%s%s%s", expert_place(s->expert), *model ? " " : "", model);
    enum sarai_status st = assistant_open_log(&s->log, err);
    return st ? st
              : turn_log_add(s->log,
                             &(struct turn_log_entry){.kind = "expert", .question = question, .note = note},
                             err);
}

/* ---- the expert's answer ---------------------------------------------------------------------- */

/* Between the expert's stream and the mouth: sentence by sentence, as from the model here. */
struct relay {
    struct sentences sentences;
    struct buf given;
    conversation_piece *on_piece;
    void *user;
};

static bool give(struct relay *r)
{
    size_t n, from = r->given.len;
    const char *piece = sentences_take(&r->sentences, &n);
    if (!buf_append(&r->given, piece, n))
        return false;
    if (n > 0 && r->on_piece)
        r->on_piece(r->user, r->given.data + from);
    return true;
}

static bool on_words(void *user, const char *words)
{
    struct relay *r = user;
    bool more = sentences_add(&r->sentences, words, strlen(words));
    return give(r) && more;
}

/* In a live conversation: waits until the person has surely finished. False: they go on speaking. */
static bool is_sure(struct sarai *s)
{
    return !s->wait_until_sure || s->wait_until_sure(s->sure_user);
}

/* The expert's part alone. OK also where it said nothing at all. */
static enum sarai_status relay(struct sarai *s, const char *question, struct relay *r,
                               struct expert_report *report, struct sarai_error *err)
{
    *report = (struct expert_report){0};
    if (!is_sure(s))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    enum sarai_status st = note_leaving(s, question, err);
    if (!st)
        st = expert_ask(s->expert, persona, question, on_words, r, report, err);
    sentences_end(&r->sentences, !st);
    if (!give(r) || r->sentences.is_out_of_memory)
        st = out_of_memory(err, tr("la respuesta", "the answer"));
    return st;
}

/* The turn as it was had, for the history and for the caller. */
static enum sarai_status keep(struct sarai *s, const struct question *q, struct relay *r,
                              const struct expert_report *report, struct answer *out, struct sarai_error *err)
{
    enum sarai_status st = conversation_recall(s->conversation, q, false, buf_string(&r->given), err);
    struct answer a = {.by = SARAI_BY_EXPERT,
                       .text = st ? NULL : buf_take(&r->given),
                       .first_token_ms = report->first_word_ms,
                       .total_ms = report->total_ms};
    if (!st && !a.text)
        st = out_of_memory(err, tr("la respuesta", "the answer"));
    if (!st)
        *out = a;
    return st;
}

/* The expert has failed: the model here begins, or goes on behind what was said. */
static enum sarai_status step_in(struct sarai *s, const struct question *q, struct relay *r,
                                 const struct expert_report *report, struct answer *out,
                                 struct sarai_error *err)
{
    if (r->given.len == 0)
        return conversation_ask(s->conversation, q, r->on_piece, r->user, out, err);
    enum sarai_status st =
        conversation_go_on(s->conversation, q, buf_string(&r->given), r->on_piece, r->user, out, err);
    if (st == SARAI_EINPUT) /* the window has no room for going on: then it ends here */
        return keep(s, q, r, report, out, err);
    if (!st)
        out->by = SARAI_BY_BOTH;
    return st;
}

static enum sarai_status ask_expert(struct sarai *s, const struct question *q, const struct sarai_sink *sink,
                                    conversation_piece *on_piece, void *user, struct answer *out,
                                    struct sarai_error *err)
{
    struct relay r = {.given = BUF_INIT(SENTENCES_MAX_BYTES), .on_piece = on_piece, .user = user};
    struct expert_report report;
    struct sarai_error cause = {0};
    sentences_init(&r.sentences, (int)config_int(s->cfg, "EXPERT_MAX_SENTENCES"), false);
    enum sarai_status st = relay(s, q->words, &r, &report, &cause);
    if (!st && r.given.len > 0) {
        st = keep(s, q, &r, &report, out, err);
    } else if (st == SARAI_ECANCELLED || st == SARAI_ENOMEM) {
        conversation_recall(s->conversation, q, false, buf_string(&r.given), NULL);
        failed(err, st, "%s", cause.message);
    } else {
        if (st && sink->on_notice)
            sink->on_notice(sink->user, cause.message);
        st = step_in(s, q, &r, &report, out, err);
    }
    sentences_finish(&r.sentences);
    buf_finish(&r.given);
    return st;
}

/* ---- consent ---------------------------------------------------------------------------------- */

/* Answers by asking whether the question may leave. */
static enum sarai_status ask_back(struct sarai *s, const struct question *q, conversation_piece *on_piece,
                                  void *user, struct answer *out, struct sarai_error *err)
{
    struct answer a = {.by = SARAI_BY_NOBODY, .text = strdup(may_i_ask)};
    char *question = strdup(q->words);
    enum sarai_status st = a.text && question ? conversation_recall(s->conversation, q, false, may_i_ask, err)
                                              : out_of_memory(err, tr("la pregunta", "the question"));
    if (st) {
        free(question);
        answer_finish(&a);
        return st;
    }
    s->pending.question = question;
    s->pending.turns = conversation_turns(s->conversation);
    if (on_piece)
        on_piece(user, may_i_ask);
    *out = a;
    return SARAI_OK;
}

/* Whether the question that waits was asked about at all: where its turn has left the history, nobody heard
 * it. And whether these words are all of the reply. */
static bool is_replied_to(struct sarai *s)
{
    if (s->pending.turns != WAS_HEARD && s->pending.turns != conversation_turns(s->conversation))
        drop_pending(s);
    bool sure = !s->pending.question || is_sure(s);
    if (!sure)
        s->pending.turns = WAS_HEARD; /* the turn that goes on takes the last one out of the history */
    return sure;
}

/* Takes the question that waits where these words are a yes or a no. Caller frees. */
static char *take_pending(struct sarai *s, const char *words, enum consent *consent)
{
    char *question = s->pending.question;
    *consent = CONSENT_NONE;
    if (!question)
        return NULL;
    s->pending.question = NULL;
    if (s->pending.turns != WAS_HEARD)
        conversation_amend(s->conversation, NULL, NULL); /* in the history the question is asked once */
    *consent = consent_of(words);
    if (*consent != CONSENT_NONE)
        return question;
    free(question);
    return NULL;
}

/* ---- the question ----------------------------------------------------------------------------- */

/* What control_decide() is told beside the router's scores. */
static struct control_input circumstances(const struct sarai *s, const struct question *q, bool unattended)
{
    return (struct control_input){.expert = permission(s),
                                  .expert_is_there = expert_is_there(s->expert),
                                  .is_private = q->is_searched || q->n_passages > 0,
                                  .unattended = unattended};
}

static enum sarai_status route(struct sarai *s, const struct question *q, bool unattended,
                               const struct sarai_sink *sink, conversation_piece *on_piece, void *user,
                               struct answer *out, struct sarai_error *err)
{
    struct control_input in = circumstances(s, q, unattended);
    struct control control;
    enum sarai_status st = assistant_weigh(s, q->words, &in, &control, err);
    if (st)
        return st;
    if (control.route != CONTROL_EXPERT)
        return conversation_ask(s->conversation, q, on_piece, user, out, err);
    return control.ask ? ask_back(s, q, on_piece, user, out, err)
                       : ask_expert(s, q, sink, on_piece, user, out, err);
}

enum sarai_status assistant_think(struct sarai *s, const struct question *question, bool unattended,
                                  const struct sarai_sink *sink, conversation_piece *on_piece, void *user,
                                  struct answer *out, struct sarai_error *err)
{
    enum consent consent;
    if (!s->expert)
        return conversation_ask(s->conversation, question, on_piece, user, out, err);
    if (!is_replied_to(s))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    char *asked = take_pending(s, question->words, &consent);
    if (!asked)
        return route(s, question, unattended, sink, on_piece, user, out, err);
    const struct question waiting = {.words = asked};
    enum sarai_status st = consent == CONSENT_YES && expert_is_there(s->expert)
                               ? ask_expert(s, &waiting, sink, on_piece, user, out, err)
                               : conversation_ask(s->conversation, &waiting, on_piece, user, out, err);
    free(asked);
    return st;
}
