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
#include "remember/facts.h"
#include "think/consent.h"
#include "think/feedback.h"
#include "think/sentences.h"

enum { WAS_HEARD = -1 };

static const char persona[] =
    "Eres Sarai, una asistente de voz que habla español. Respondes en pocas frases cortas y exactas, como se "
    "habla: sin listas, sin símbolos y sin emojis. Si no sabes algo, lo dices.";

/* … where the words of the question ask for it: nothing is told that they do not tell. */
static const char warmly[] = " La persona lo está pasando mal: empieza por reconocerlo, con calidez.";

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
    free(s->last_question);
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
static enum sarai_status relay(struct sarai *s, const char *question, bool is_warm, struct relay *r,
                               struct expert_report *report, struct sarai_error *err)
{
    char system[sizeof persona + sizeof warmly];
    snprintf(system, sizeof system, "%s%s", persona, is_warm ? warmly : "");
    *report = (struct expert_report){0};
    if (!is_sure(s))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    enum sarai_status st = note_leaving(s, question, err);
    if (!st)
        st = expert_ask(s->expert, system, question, on_words, r, report, err);
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

static enum sarai_status ask_expert(struct sarai *s, const struct thinking *t, const struct question *q,
                                    bool is_warm, struct answer *out, struct sarai_error *err)
{
    struct relay r = {.given = BUF_INIT(SENTENCES_MAX_BYTES), .on_piece = t->on_piece, .user = t->user};
    struct expert_report report;
    struct sarai_error cause = {0};
    sentences_init(&r.sentences, (int)config_int(s->cfg, "EXPERT_MAX_SENTENCES"), false);
    enum sarai_status st = relay(s, q->words, is_warm, &r, &report, &cause);
    if (!st && r.given.len > 0) {
        st = keep(s, q, &r, &report, out, err);
    } else if (st == SARAI_ECANCELLED || st == SARAI_ENOMEM) {
        conversation_recall(s->conversation, q, false, buf_string(&r.given), NULL);
        failed(err, st, "%s", cause.message);
    } else {
        if (st && t->sink->on_notice)
            t->sink->on_notice(t->sink->user, cause.message);
        st = step_in(s, q, &r, &report, out, err);
    }
    sentences_finish(&r.sentences);
    buf_finish(&r.given);
    return st;
}

/* ---- the model here --------------------------------------------------------------------------- */

static const char told_source[] = "lo que me has contado";

/* The question with what the person told of themselves as a further passage, where it may help: data, which
 * the frame marks and cuts like any other. */
static enum sarai_status ask_here(struct sarai *s, const struct thinking *t, const struct question *q,
                                  struct answer *out, struct sarai_error *err)
{
    struct passage passages[FRAME_PASSAGES];
    struct finding findings[FRAME_PASSAGES];
    struct question with = *q;
    struct buf known = BUF_INIT(FACTS_TEXT_BYTES);
    enum sarai_status st = assistant_known(s, q->words, &known, err);
    if (!st && known.len > 0 && q->n_passages < FRAME_PASSAGES) {
        for (size_t i = 0; i < q->n_passages; i++)
            passages[i] = q->passages[i];
        passages[with.n_passages++] = (struct passage){told_source, known.data};
        with.passages = passages;
        with.is_unsure = q->is_unsure || with.n_passages == 1;
    }
    if (!st)
        st = assistant_find(s, &with, findings, err);
    if (!st)
        st = conversation_ask(s->conversation, &with, t->on_piece, t->user, out, err);
    buf_finish(&known);
    return st;
}

/* Gives an answer that nobody has to think about, as a turn of the conversation. */
static enum sarai_status answer_with(struct sarai *s, const struct thinking *t, const struct question *q,
                                     const char *text, struct answer *out, struct sarai_error *err)
{
    struct answer a = {.text = strdup(text)};
    enum sarai_status st = a.text ? conversation_recall(s->conversation, q, false, text, err)
                                  : out_of_memory(err, tr("la respuesta", "the answer"));
    if (st) {
        answer_finish(&a);
        return st;
    }
    if (t->on_piece)
        t->on_piece(t->user, text);
    *out = a;
    return SARAI_OK;
}

/* ---- consent ---------------------------------------------------------------------------------- */

/* Answers by asking whether the question may leave. */
static enum sarai_status ask_back(struct sarai *s, const struct thinking *t, const struct question *q,
                                  bool is_warm, struct answer *out, struct sarai_error *err)
{
    char *question = strdup(q->words);
    enum sarai_status st = question ? answer_with(s, t, q, may_i_ask, out, err)
                                    : out_of_memory(err, tr("la pregunta", "the question"));
    if (st) {
        free(question);
        return st;
    }
    out->by = SARAI_BY_NOBODY;
    s->pending.question = question;
    s->pending.is_warm = is_warm;
    s->pending.turns = conversation_turns(s->conversation);
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
static struct control_input circumstances(const struct sarai *s, const struct thinking *t,
                                          const struct question *about, float said)
{
    return (struct control_input){.emo_vec = t->emo_vec,
                                  .feedback = said < 0 ? said : s->feedback,
                                  .expert = permission(s),
                                  .expert_is_there = s->expert && expert_is_there(s->expert),
                                  .is_private = about->is_searched || about->n_passages > 0,
                                  .unattended = t->unattended};
}

/* Where the person was not content, the question before is weighed again: it may be one for the expert, or
 * want a longer answer. */
static enum sarai_status route(struct sarai *s, const struct thinking *t, struct answer *out,
                               struct sarai_error *err)
{
    struct question q = *t->question;
    float said = feedback_of(q.words);
    const struct question before = {.words = s->last_question};
    const struct question *about = said < 0 && s->last_question ? &before : &q;
    struct control_input in = circumstances(s, t, about, said);
    struct control control;
    enum sarai_status st = assistant_weigh(s, about->words, &in, &control, err);
    if (st)
        return st;
    if (t->on_control)
        t->on_control(t->user, &in, &control);
    assistant_lean(s, &control, &q);
    if (control.route != CONTROL_EXPERT)
        return ask_here(s, t, &q, out, err);
    if (about != &q)
        conversation_amend(s->conversation, NULL, NULL); /* the answer that was not wanted */
    return control.ask ? ask_back(s, t, about, control.words_are_soft, out, err)
                       : ask_expert(s, t, about, control.words_are_soft, out, err);
}

/* Answers the question that waits for consent, or this one. */
static enum sarai_status consult(struct sarai *s, const struct thinking *t, struct answer *out,
                                 struct sarai_error *err)
{
    enum consent consent;
    if (!is_replied_to(s))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    char *asked = take_pending(s, t->question->words, &consent);
    if (!asked)
        return route(s, t, out, err);
    const struct question waiting = {.words = asked};
    enum sarai_status st = consent == CONSENT_YES && expert_is_there(s->expert)
                               ? ask_expert(s, t, &waiting, s->pending.is_warm, out, err)
                               : ask_here(s, t, &waiting, out, err);
    free(asked);
    return st;
}

/* Keeps the question for who says "no era eso" next; a complaint, or a reply, is none. */
static void keep_question(struct sarai *s, const char *words)
{
    s->feedback = 0;
    if (feedback_of(words) != 0 || consent_of(words) != CONSENT_NONE)
        return;
    free(s->last_question);
    s->last_question = strdup(words); /* without memory there is none to come back to */
}

enum sarai_status assistant_think(struct sarai *s, const struct thinking *t, struct answer *out,
                                  struct sarai_error *err)
{
    struct buf reply = BUF_INIT(FACTS_TEXT_BYTES);
    float thumb = feedback_thumb(config_text(s->cfg, "THUMBS_FILE"));
    s->feedback = thumb < 0 || thumb > 0 ? thumb : s->feedback;
    enum sarai_status st = assistant_reply(s, t->question->words, &reply, err);
    if (!st && reply.len > 0)
        st = answer_with(s, t, t->question, reply.data, out, err);
    else if (!st && s->expert)
        st = consult(s, t, out, err);
    else if (!st)
        st = route(s, t, out, err);
    buf_finish(&reply);
    if (!st)
        keep_question(s, t->question->words);
    return st;
}
