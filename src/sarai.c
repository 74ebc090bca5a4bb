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

enum {
    MAX_SEGMENTS = 100000, /* of a transcript: 10 hours have some 10,000 */
};

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

/* ---- listening ------------------------------------------------------------------------------- */

void sarai_transcript_finish(struct sarai_transcript *t)
{
    for (size_t i = 0; i < t->n_segments; i++)
        free(t->segments[i].text);
    free(t->segments);
    free(t->text);
    free(t->latent_z);
    *t = (struct sarai_transcript){0};
}

const char *sarai_emo_name(int index)
{
    static const char *const names[SARAI_EMO_DIMENSION] = {
        "neutral", "happy",   "sad",     "angry",     "fearful", "surprised", "disgusted", "calm",
        "excited", "valence", "arousal", "dominance", "pitch",   "energy",    "rate"};
    return index >= 0 && index < SARAI_EMO_DIMENSION ? names[index] : NULL;
}

/* What the last segment counts for in a mean over all of them: each weighs what it lasts. */
static double share_of_last(const struct sarai_transcript *t)
{
    double length_s = 0, before_s = 0;
    for (size_t i = 0; i < t->n_segments; i++) {
        before_s += length_s;
        length_s = t->segments[i].end_s - t->segments[i].start_s;
    }
    return before_s > 0 ? length_s / (before_s + length_s) : 1;
}

static void take_mean(float *mean, const float *last, size_t n, double share)
{
    for (size_t i = 0; i < n; i++)
        mean[i] += (float)(share * (double)(last[i] - mean[i]));
}

static void feel(struct sarai_transcript *t, const struct listener_segment *heard)
{
    take_mean(t->emo_vec, heard->emo_vec, SARAI_EMO_DIMENSION, t->felt ? share_of_last(t) : 1);
    t->felt = true;
}

/* Without memory there is none. */
static void place(struct sarai_transcript *t, const struct listener_segment *heard)
{
    double share = t->latent_z ? share_of_last(t) : 1;
    if (!t->latent_z && !(t->latent_z = calloc(heard->n_latent, sizeof *t->latent_z)))
        return;
    t->n_latent = heard->n_latent;
    take_mean(t->latent_z, heard->latent_z, t->n_latent, share);
    embedder_unit(t->latent_z, t->n_latent);
}

/* Adds one segment that the listener found. */
static enum sarai_status keep_segment(void *user, const struct listener_segment *heard,
                                      struct sarai_error *err)
{
    struct sarai_transcript *t = user;
    if (t->n_segments == MAX_SEGMENTS)
        return failed(err, SARAI_EINPUT,
                      tr("la transcripción pasa de %d trozos", "the transcript is over %d pieces"),
                      MAX_SEGMENTS);
    if ((t->n_segments & (t->n_segments - 1)) == 0) { /* grow at powers of two */
        size_t capacity = t->n_segments ? 2 * t->n_segments : 1;
        struct sarai_segment *grown = realloc(t->segments, capacity * sizeof *grown);
        if (!grown)
            return out_of_memory(err, tr("la transcripción", "the transcript"));
        t->segments = grown;
    }
    char *text = strdup(heard->text);
    if (!text)
        return out_of_memory(err, tr("la transcripción", "the transcript"));
    if (t->n_segments == 0)
        strncpy(t->language, heard->language, sizeof t->language - 1);
    t->segments[t->n_segments++] = (struct sarai_segment){heard->start_s, heard->end_s, text};
    if (heard->emo_vec)
        feel(t, heard);
    if (heard->latent_z)
        place(t, heard);
    return SARAI_OK;
}

static enum sarai_status join_segments(struct sarai_transcript *t, struct sarai_error *err)
{
    struct buf text = BUF_INIT(64 * MAX_TEXT_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < t->n_segments; i++)
        ok = (i == 0 || buf_text(&text, " ")) && buf_text(&text, t->segments[i].text);
    t->text = ok ? buf_take(&text) : NULL;
    buf_finish(&text);
    return t->text ? SARAI_OK : out_of_memory(err, tr("la transcripción", "the transcript"));
}

/* Feeds the listener from a file, block by block. */
static enum sarai_status feed_file(struct sarai *s, const char *path, struct sarai_transcript *t,
                                   struct sarai_error *err)
{
    struct reader *reader = NULL;
    const float *pcm;
    size_t n = 1, total = 0;
    enum sarai_status st = reader_open(path, config_int(s->cfg, "MAX_AUDIO_MIN"), &reader, err);
    while (!st && n > 0) {
        st = reader_next(reader, &pcm, &n, err);
        if (!st && n > 0)
            st = listener_feed(s->listener, pcm, n, keep_segment, t, err);
        total += st ? 0 : n;
        if (!st && stop_raised(&s->stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    t->cut_short = !st && reader_is_cut(reader);
    reader_close(reader);
    t->audio_s = (double)total / SARAI_SPEECH_HZ;
    return st;
}

/* What the two ways of listening share: a file when `path` is given, else `pcm`. */
static enum sarai_status hear(struct sarai *s, const char *path, const float *pcm, size_t n,
                              const char *language, bool cues, struct sarai_transcript *out,
                              struct sarai_error *err)
{
    struct sarai_transcript t = {0};
    double start_ms = clock_ms();
    enum sarai_status st = assistant_needs(s, SARAI_LISTEN, err);
    if (!st)
        st = listener_begin(s->listener, language ? language : config_text(s->cfg, "SARAI_LISTEN_LANG"),
                            cues ? SEGMENTER_CUES : SEGMENTER_TEXT, err);
    if (!st && path) {
        st = feed_file(s, path, &t, err);
    } else if (!st) {
        st = listener_feed(s->listener, pcm, n, keep_segment, &t, err);
        t.audio_s = (double)n / SARAI_SPEECH_HZ;
    }
    if (!st)
        st = listener_flush(s->listener, keep_segment, &t, err);
    if (!st)
        st = listener_remember(s->listener, err);
    if (!st && t.cut_short && t.n_segments == 0)
        st = failed(err, SARAI_EINPUT,
                    tr("%s está cortado y en lo que queda no se oye a nadie hablar",
                       "%s is cut short, and nobody is heard speaking in what is left"),
                    path);
    if (!st)
        st = join_segments(&t, err);
    if (st) {
        sarai_transcript_finish(&t);
        return st;
    }
    t.listen_ms = clock_ms() - start_ms;
    *out = t;
    return SARAI_OK;
}

enum sarai_status sarai_transcribe_file(struct sarai *s, const char *path, const char *language, bool cues,
                                        struct sarai_transcript *out, struct sarai_error *err)
{
    assistant_begin_call(s);
    return hear(s, path, NULL, 0, language, cues, out, err);
}

enum sarai_status sarai_transcribe(struct sarai *s, const float *pcm, size_t n_frames, const char *language,
                                   bool cues, struct sarai_transcript *out, struct sarai_error *err)
{
    assistant_begin_call(s);
    return hear(s, NULL, pcm, n_frames, language, cues, out, err);
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

static enum sarai_status think(struct sarai *s, const struct sarai_question *q, struct answering *to,
                               struct answer *out, struct sarai_error *err)
{
    struct passage passages[FRAME_PASSAGES];
    float named[SARAI_EMO_DIMENSION];
    if (q->is_result)
        return conversation_result(s->conversation, q->text, pass_answer, to, out, err);
    const struct question question = to_think_about(q, passages);
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
        st = think(s, &found.question, to, out, err);
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
        st = hear(s, path, NULL, 0, NULL, false, &heard, err);
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
