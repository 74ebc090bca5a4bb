/* The assistant: what it is made of, and the turn, readable top to bottom.
 *
 * Threads of one turn: the caller's thread listens, then thinks; the mouth (mouth.c) speaks phrase after
 * phrase while the thinking goes on; the watcher turns sarai_interrupt(), which may come from a signal
 * handler, into calls that are not allowed in one.
 */
#include "sarai.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acting.h"
#include "assistant.h"
#include "audio/reader.h"
#include "base/buf.h"
#include "base/clock.h"
#include "mouth.h"

const char *sarai_version(void)
{
    return SARAI_VERSION;
}

/* ---- interruption ---------------------------------------------------------------------------- */

/* A semaphore may be posted from a signal handler; a mutex or an engine's call may not. */
void sarai_interrupt(struct sarai *s)
{
    atomic_store_explicit(&s->quit.raised, true, memory_order_relaxed);
    atomic_store_explicit(&s->stop.raised, true, memory_order_relaxed);
    sem_post(&s->interrupted);
}

static void *watch(void *arg)
{
    struct sarai *s = arg;
    for (;;) {
        while (sem_wait(&s->interrupted) != 0)
            ; /* EINTR */
        pthread_mutex_lock(&s->interrupt_lock);
        bool closing = s->closing;
        if (!closing && stop_raised(&s->stop)) { /* else the call that was meant has ended already */
            if (s->listener)
                listener_interrupt(s->listener);
            if (s->speaker)
                speaker_interrupt(s->speaker);
        }
        pthread_mutex_unlock(&s->interrupt_lock);
        if (closing)
            return NULL;
    }
}

void assistant_begin_call(struct sarai *s)
{
    pthread_mutex_lock(&s->interrupt_lock);
    atomic_store_explicit(&s->quit.raised, false, memory_order_relaxed);
    atomic_store_explicit(&s->stop.raised, false, memory_order_relaxed);
    pthread_mutex_unlock(&s->interrupt_lock);
}

/* ---- opening --------------------------------------------------------------------------------- */

enum sarai_status sarai_open(const struct sarai_config *cfg, unsigned wanted, struct sarai **out,
                             struct sarai_error *err)
{
    double start_ms = clock_ms();
    struct sarai *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "Sarai");
    s->cfg = cfg;
    s->parts = wanted;
    pthread_mutex_init(&s->interrupt_lock, NULL);
    sem_init(&s->interrupted, 0, 0);
    enum sarai_status st = store_open(config_text(cfg, "SARAI_MODEL_DIR"), &s->store, err);
    if (!st && (wanted & SARAI_KNOW))
        st = assistant_open_shelf(s, err);
    if (!st && (wanted & (SARAI_THINK | SARAI_ACT)))
        st = acting_open(s, &s->acting, err);
    if (!st && assistant_wants_router(s))
        s->parts |= SARAI_EMBED | SARAI_ROUTE;
    if (!st)
        st = assistant_open_parts(s, err);
    if (!st)
        st = assistant_check_shelf(s, err);
    if (!st && (s->parts & SARAI_ROUTE))
        st = assistant_open_router(s, err);
    if (!st && assistant_wants_expert(s))
        st = assistant_open_expert(s, err);
    if (!st && !(s->watching = pthread_create(&s->watcher, NULL, watch, s) == 0))
        st = out_of_memory(err, tr("un hilo", "a thread"));
    if (st) {
        sarai_close(s);
        return st;
    }
    s->load_ms = clock_ms() - start_ms;
    *out = s;
    return SARAI_OK;
}

void sarai_close(struct sarai *s)
{
    if (!s || s->abandoned)
        return;
    if (s->watching) {
        pthread_mutex_lock(&s->interrupt_lock);
        s->closing = true;
        pthread_mutex_unlock(&s->interrupt_lock);
        sem_post(&s->interrupted);
        pthread_join(s->watcher, NULL);
    }
    assistant_close_expert(s);
    conversation_close(s->conversation);
    llm_close(s->llm);
    phrases_close(s->phrases);
    speaker_close(s->speaker);
    listener_close(s->listener);
    router_close(s->router);
    finder_close(s->finder);
    embedder_close(s->embedder);
    shelf_close(s->shelf);
    acting_close(s->acting);
    store_close(s->store);
    sem_destroy(&s->interrupted);
    pthread_mutex_destroy(&s->interrupt_lock);
    free(s);
}

enum sarai_status assistant_needs(const struct sarai *s, unsigned wanted, struct sarai_error *err)
{
    if (s->abandoned)
        return failed(err, SARAI_EHANG,
                      tr("una etapa quedó colgada; hay que empezar de nuevo",
                         "a stage hangs; everything must be begun anew"));
    if ((s->parts & wanted) == wanted)
        return SARAI_OK;
    return failed(
        err, SARAI_EUSAGE,
        tr("esta parte de Sarai no se cargó (sarai_open)", "this part of Sarai was not loaded (sarai_open)"));
}

/* ---- the turn -------------------------------------------------------------------------------- */

void sarai_turn_finish(struct sarai_turn *t)
{
    free(t->text);
    free(t->answer);
    sarai_hits_finish(&t->sources);
    *t = (struct sarai_turn){0};
}

const struct sarai_stages assistant_nothing_ran = {-1, -1, -1, -1, -1, -1, -1, -1};
static const struct sarai_sink no_sink = {0};

struct answering {
    struct sarai *s;
    const struct sarai_sink *sink;
    struct mouth *mouth; /* NULL: the answer is only written */
    struct sarai_turn *turn;
};

/* Whoever answers: the turn says how it was decided, and the voice follows the tone that is meant. */
static void take_control(void *user, const struct control_input *in, const struct control *control)
{
    struct answering *a = user;
    a->turn->weighed = true;
    a->turn->routed = a->s->router != NULL;
    a->turn->route = (struct sarai_route){in->hard, in->soft, in->web, control->alpha, control->beta};
    a->turn->tone = control->tone;
    if (a->mouth)
        mouth_deliver(a->mouth, assistant_delivery(a->s, control));
}

static void pass_answer(void *user, const char *piece)
{
    struct answering *a = user;
    if (a->sink->on_answer)
        a->sink->on_answer(a->sink->user, piece);
    if (a->mouth)
        mouth_feed(a->mouth, piece);
}

/* The question in the words of the thinking stage. `passages` has room for FRAME_PASSAGES. */
static struct question to_think_about(const struct sarai_question *q, struct passage *passages)
{
    struct question out = {
        .words = q->text, .mood = q->mood, .passages = passages, .is_searched = q->searched};
    for (; out.n_passages < q->n_passages && out.n_passages < FRAME_PASSAGES; out.n_passages++)
        passages[out.n_passages] =
            (struct passage){q->passages[out.n_passages].source, q->passages[out.n_passages].text};
    return out;
}

static enum sarai_status think(struct sarai *s, const struct findings *found, struct answering *to,
                               struct answer *out, struct sarai_error *err)
{
    const struct sarai_question *q = &found->question;
    struct passage passages[FRAME_PASSAGES];
    float named[SARAI_EMO_DIMENSION];
    if (q->is_result)
        return conversation_result(s->conversation, q->text, pass_answer, to, out, err);
    struct question question = to_think_about(q, passages);
    question.is_unsure = found->is_unsure;
    const struct thinking thinking = {.question = &question,
                                      .emo_vec = q->emo_vec                             ? q->emo_vec
                                                 : assistant_named_mood(q->mood, named) ? named
                                                                                        : NULL,
                                      .unattended = q->unattended,
                                      .sink = to->sink,
                                      .on_piece = pass_answer,
                                      .on_control = take_control,
                                      .user = to};
    return assistant_think(s, &thinking, out, err);
}

/* Thinks with what was read about it, and says where the answer is from. */
static enum sarai_status think_and_cite(struct sarai *s, const struct sarai_question *q, struct answering *to,
                                        struct answer *out, struct sarai_hits *sources,
                                        struct sarai_error *err)
{
    struct findings found = {0};
    char sentence[2 * SOURCE_BYTES] = "", *whole;
    enum sarai_status st = assistant_look_up(s, q, to->sink, &found, err);
    if (!st)
        st = think(s, &found, to, out, err);
    if (!st && !out->is_call && out->generated > 0) /* what is remembered of the person is in no document */
        st = assistant_cite(&found, out->text, sentence, err);
    if (!st && sentence[0]) {
        pass_answer(to, sentence);
        if (asprintf(&whole, "%s%s", out->text, sentence) < 0)
            st = out_of_memory(err, tr("la respuesta", "the answer"));
    }
    if (!st && sentence[0]) {
        free(out->text);
        out->text = whole;
    }
    *sources = found.hits; /* taken over */
    found.hits = (struct sarai_hits){0};
    findings_finish(&found);
    return st;
}

/* What needs no model is said at once; else it thinks, and what it calls is done. */
static enum sarai_status act_or_think(struct sarai *s, const struct sarai_question *q, struct answering *to,
                                      struct answer *out, struct sarai_hits *sources, struct sarai_error *err)
{
    enum sarai_status st = acting_shortcut(s, q, out, err);
    bool is_said = !st && out->text;
    if (!st && !is_said)
        st = think_and_cite(s, q, to, out, sources, err);
    bool was_call = !st && out->is_call;
    if (was_call)
        st = acting_resolve(s, out, err);
    if (!st && !out->is_call && (is_said || was_call))
        pass_answer(to, out->text);
    if (!st && !out->is_call)
        acting_remember(s->acting, out->text);
    return st;
}

enum sarai_status assistant_answer(struct sarai *s, const struct sarai_sink *sink, double start_ms,
                                   struct sarai_turn *turn, struct sarai_error *err)
{
    return assistant_consult(s, &(struct sarai_question){.text = turn->text}, sink, start_ms, turn, err);
}

enum sarai_status assistant_consult(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, double start_ms, struct sarai_turn *turn,
                                    struct sarai_error *err)
{
    struct mouth mouth;
    struct answer thought = {0};
    bool aloud = (s->parts & SARAI_SPEAK) && sink->on_audio;
    struct answering answering = {s, sink, aloud ? &mouth : NULL, turn};
    acting_tell_missing(s->acting, sink);
    enum sarai_status st = aloud ? mouth_open(&mouth, s, sink, err) : SARAI_OK;
    mouth.pauses_at_end = question->unattended; /* a file ends softly; who talks would wait for it */
    if (!st)
        st = act_or_think(s, question, &answering, &thought, &turn->sources, err);
    if (aloud)
        st = mouth_close(&mouth, st, err);
    if (st) {
        answer_finish(&thought);
        return st;
    }
    assistant_log_failures(s, sink);
    acting_refresh(s);
    turn->answer = thought.text; /* taken over */
    turn->is_call = thought.is_call;
    turn->by = thought.by;
    turn->tokens = (struct sarai_tokens){thought.evaluated, thought.reused, thought.generated};
    turn->stages.think_first_token_ms = thought.first_token_ms;
    turn->stages.think_total_ms = thought.total_ms;
    if (aloud && mouth.frames > 0) {
        turn->stages.speak_first_audio_ms = mouth.first_audio_ms - mouth.first_phrase_ms;
        turn->stages.speak_total_ms = mouth.speaking_ms;
        turn->stages.first_audio_ms = mouth.first_audio_ms - start_ms;
        turn->answer_audio_s = (double)mouth.frames / SARAI_VOICE_HZ;
    }
    return SARAI_OK;
}

/* What cannot be written down is told; the answer has been given all the same. */
static void remember_turn(struct sarai *s, const struct sarai_turn *turn, const struct sarai_sink *sink)
{
    struct sarai_error err = {0};
    enum sarai_status st = assistant_log_turn(s, &s->log, turn->text, turn->answer, NULL, &err);
    if (!st)
        st = assistant_remember(s, turn->text, &err);
    if (st && sink->on_notice)
        sink->on_notice(sink->user, err.message);
}

/* Question as text → answer; fills the rest of the turn. */
static enum sarai_status finish_turn(struct sarai *s, const struct sarai_question *question,
                                     const struct sarai_sink *sink, double start_ms, struct sarai_turn *turn,
                                     struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    turn->text = strdup(question->text);
    if (!turn->text)
        st = out_of_memory(err, tr("la pregunta", "the question"));
    if (!st)
        st = assistant_consult(s, question, sink, start_ms, turn, err);
    if (!st && !turn->is_call && !question->is_result)
        remember_turn(s, turn, sink);
    turn->stages.load_ms = s->load_ms;
    turn->stages.total_ms = clock_ms() - start_ms;
    if (st)
        sarai_turn_finish(turn);
    return st;
}

enum sarai_status sarai_ask(struct sarai *s, const char *text, const struct sarai_sink *sink,
                            struct sarai_turn *out, struct sarai_error *err)
{
    return sarai_consult(s, &(struct sarai_question){.text = text}, sink, out, err);
}

enum sarai_status sarai_consult(struct sarai *s, const struct sarai_question *question,
                                const struct sarai_sink *sink, struct sarai_turn *out,
                                struct sarai_error *err)
{
    struct sarai_turn turn = {.stages = assistant_nothing_ran};
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_THINK, err);
    if (!st)
        st = finish_turn(s, question, sink ? sink : &no_sink, clock_ms(), &turn, err);
    if (!st)
        *out = turn;
    return st;
}

enum sarai_status sarai_recall(struct sarai *s, const struct sarai_question *q, const char *answer,
                               struct sarai_error *err)
{
    struct passage passages[FRAME_PASSAGES];
    const struct question question = to_think_about(q, passages);
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_THINK, err);
    if (!st && acting_may_be_read(q->text)) /* what no model may answer, none may read later */
        st = conversation_recall(s->conversation, &question, q->is_result, answer, err);
    return st;
}

enum sarai_status sarai_run_file(struct sarai *s, const char *path, const struct sarai_sink *sink,
                                 struct sarai_turn *out, struct sarai_error *err)
{
    struct sarai_turn turn = {.stages = assistant_nothing_ran};
    struct sarai_transcript heard = {0};
    double start_ms = clock_ms();
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_THINK, err);
    if (!st)
        st = assistant_hear_file(s, path, &heard, err);
    if (st)
        return st;
    if (heard.n_segments == 0)
        st = failed(err, SARAI_EINPUT, tr("en %s no se oye a nadie hablar", "nobody is heard speaking in %s"),
                    path);
    if (!st && heard.cut_short && sink && sink->on_notice)
        sink->on_notice(sink->user, tr("la pregunta está cortada: se contesta a lo que queda",
                                       "the question is cut short: what is left of it is answered"));
    if (!st && sink && sink->on_transcript)
        sink->on_transcript(sink->user, heard.text);
    turn.stages.listen_ms = heard.listen_ms;
    turn.felt = heard.felt;
    memcpy(turn.emo_vec, heard.emo_vec, sizeof turn.emo_vec);
    if (!st)
        st = finish_turn(s,
                         &(struct sarai_question){.text = heard.text,
                                                  .emo_vec = heard.felt ? heard.emo_vec : NULL,
                                                  .latent_z = heard.latent_z,
                                                  .n_latent = heard.n_latent,
                                                  .unattended = true},
                         sink ? sink : &no_sink, start_ms, &turn, err);
    sarai_transcript_finish(&heard);
    if (!st)
        *out = turn;
    return st;
}

void sarai_new_conversation(struct sarai *s)
{
    if (s->conversation)
        conversation_reset(s->conversation);
}

/* ---- text as vectors ------------------------------------------------------------------------- */

size_t sarai_embed_dimension(const struct sarai *s)
{
    return s->embedder ? (size_t)embedder_dimension(s->embedder) : 0;
}

enum sarai_status sarai_embed(struct sarai *s, const char *text, enum sarai_embed_kind kind, float *out,
                              struct sarai_error *err)
{
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_EMBED, err);
    return st ? st
              : embedder_encode(s->embedder, text,
                                kind == SARAI_EMBED_PASSAGE ? EMBEDDER_PASSAGE : EMBEDDER_QUERY, out, err);
}
