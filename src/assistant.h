/* What a `struct sarai` is made of. Only the flow files of src/ (sarai.c, opening.c, mouth.c, talk*.c)
 * include it: they alone connect the stages.
 */
#ifndef SARAI_ASSISTANT_H
#define SARAI_ASSISTANT_H

#include <pthread.h>
#include <semaphore.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/error.h"
#include "base/stop.h"
#include "engine/embedder.h"
#include "engine/finder.h"
#include "know/encoder.h"
#include "know/shelf.h"
#include "listen/listener.h"
#include "models/store.h"
#include "remember/turn_log.h"
#include "sarai.h"
#include "speak/phrases.h"
#include "speak/speaker.h"
#include "think/control.h"
#include "think/conversation.h"
#include "think/expert.h"
#include "think/router.h"
#include "watchdog.h"

enum { MAX_TEXT_BYTES = 1 << 20 }; /* of a question, an answer, a transcript of one call */

struct sarai {
    const struct sarai_config *cfg;
    unsigned parts;
    struct store *store;
    struct listener *listener;
    struct llm *llm;
    struct conversation *conversation;
    struct speaker *speaker;
    struct phrases *phrases;
    struct embedder *embedder;
    struct finder *finder; /* NULL: not here, or not wanted yet */
    struct router *router;
    struct shelf *shelf;               /* NULL while nothing was indexed */
    struct sarai_error search_missing; /* why it is not searched by meaning; "": it is, or is not to be */
    bool search_missing_is_told;
    struct expert *expert; /* NULL: EXPERT_ALLOW is never, or there is no EXPERT_URL */
    struct turn_log *log;  /* NULL until something is to be written */
    struct {
        char *question; /* that waits for consent to leave; NULL: none */
        int turns;      /* of the conversation when it was asked about; -1: it was heard */
        bool is_warm;   /* its words ask for warmth */
    } pending;
    struct acting *acting; /* tools; NULL where neither thinking nor they were asked for */
    char *last_question;   /* that was answered; NULL: none yet */
    float feedback;        /* on its answer, by thumb or API; see control.h */
    /* Waits until the turn in work is sure to be wanted; false: it is not. NULL: it is. */
    bool (*wait_until_sure)(void *user);
    void *sure_user;
    double load_ms;

    struct stop stop;               /* ends the work in progress */
    struct stop quit;               /* … and the call: raised by sarai_interrupt() only */
    pthread_mutex_t interrupt_lock; /* between the start of a call and the watcher */
    sem_t interrupted;
    pthread_t watcher;
    bool watching, closing;
    atomic_bool button;        /* of push to talk */
    struct watchdog *watchdog; /* of the conversation in progress; NULL: nobody watches */
    bool abandoned;            /* a thread hangs in an engine: nothing of this can be given back */
};

/* opening.c: loads the models of s->parts side by side. ENOMEM past RAM_BUDGET_MB. */
enum sarai_status assistant_open_parts(struct sarai *s, struct sarai_error *err);

/* Which adapter goes onto a model: `key` names it, and where that is "auto" it is the manifest's `setting` of
 * the model, if its file is there. Empty path: none. */
enum sarai_status assistant_beside(const struct sarai *s, const char *key, const char *model,
                                   const char *setting, char *path, size_t n, struct sarai_error *err);
/* With the finder, where somebody is to think. */
enum sarai_status assistant_open_embedder(struct sarai *s, struct sarai_error *err);

/* finding.c: the finder, where its model is, over an embedder that is open. */
enum sarai_status assistant_open_finder(struct sarai *s, struct sarai_error *err);
/* Looks into the passages of a question, into `findings`, which it then has. Without a finder nothing
 * changes. */
enum sarai_status assistant_find(struct sarai *s, struct question *q, struct finding findings[FRAME_PASSAGES],
                                 struct sarai_error *err);

/* routing.c: the router, which wants the embedder to be open, and what it is asked for. */
bool assistant_wants_router(const struct sarai *s);
enum sarai_status assistant_open_router(struct sarai *s, struct sarai_error *err);
/* What the question takes, with what `in` says beside the router's scores; without a router they are 0. */
enum sarai_status assistant_weigh(struct sarai *s, const char *text, struct control_input *in,
                                  struct control *out, struct sarai_error *err);
/* What was decided, as the model is to be told of it. */
void assistant_lean(const struct sarai *s, const struct control *control, struct question *q);
/* The mood that was named with a question, as a vector; false where it is none of those known. */
bool assistant_named_mood(const char *mood, float emo_vec[SARAI_EMO_DIMENSION]);
struct delivery assistant_delivery(const struct sarai *s, const struct control *control);
/* Of what is given to say: TONE. */
struct delivery assistant_chosen_delivery(const struct sarai *s);
/* The voice whose prosody is blended into the speaking one's; NULL: none. */
const char *assistant_companion(const struct sarai *s);

/* remembering.c: opens the log of turns where it is not open yet. */
enum sarai_status assistant_open_log(struct turn_log **log, struct sarai_error *err);
/* Writes down a turn that was had, as TURN_LOG says: not at all, by its hashes, or with its texts and,
 * from assistant_keep_sound(), its sound (NULL: none). */
enum sarai_status assistant_log_turn(const struct sarai *s, struct turn_log **log, const char *question,
                                     const char *answer, const struct buf *sound, struct sarai_error *err);
/* The sound of a person's words as the log wants it, in place of what was in `out`; nothing where none is
 * kept.
 */
void assistant_keep_sound(const struct sarai *s, const float *pcm, size_t n, struct buf *out);
/* Writes down what went wrong in the turn's tools, where turns are and this one is had; what cannot be
 * written is told. */
void assistant_log_failures(struct sarai *s, const struct sarai_sink *sink);

/* What the person is answered by rule, about what they told of themselves; nothing where no rule fits. */
enum sarai_status assistant_reply(const struct sarai *s, const char *words, struct buf *out,
                                  struct sarai_error *err);
/* What is known of the person and may help with this question; nothing where it is not about them, or nothing
 * of what they told shares a word or a theme with it. */
enum sarai_status assistant_known(const struct sarai *s, const char *question, struct buf *out,
                                  struct sarai_error *err);
/* After a turn that was had: keeps and forgets what these words say. */
enum sarai_status assistant_remember(const struct sarai *s, const char *words, struct sarai_error *err);
/* Keeps one fact in the person's words ("mi hijo se llama Leo"), by the same rules or as a note. EINPUT: it
 * is none, or REMEMBER is off. */
enum sarai_status assistant_remember_fact(const struct sarai *s, const char *fact, struct sarai_error *err);

/* consulting.c: the expert, where the settings want one; it wants the router. */
bool assistant_wants_expert(const struct sarai *s);
enum sarai_status assistant_open_expert(struct sarai *s, struct sarai_error *err);
void assistant_close_expert(struct sarai *s);
/* A question on its way to its answer. */
struct thinking {
    const struct question *question;
    const float *emo_vec; /* of the voice that asked; NULL: it was written */
    bool unattended;
    const struct sarai_sink *sink;
    conversation_piece *on_piece;
    /* Before the first piece, where somebody must think: what was decided, and whether the router was asked.
     */
    void (*on_control)(void *user, const struct control_input *in, const struct control *control);
    void *user; /* of both */
};
/* Question → answer, by the model here or by the expert, as control_decide() says. */
enum sarai_status assistant_think(struct sarai *s, const struct thinking *t, struct answer *out,
                                  struct sarai_error *err);

/* sarai.c: every public call that works begins so: what was interrupted before is over. */
void assistant_begin_call(struct sarai *s);
/* EUSAGE unless these parts were opened. */
enum sarai_status assistant_needs(const struct sarai *s, unsigned wanted, struct sarai_error *err);
/* hearing.c: the question of a turn. */
enum sarai_status assistant_hear_file(struct sarai *s, const char *path, struct sarai_transcript *out,
                                      struct sarai_error *err);
/* turn->text → turn->answer, spoken while it is thought. `start_ms` is when the turn began. */
enum sarai_status assistant_answer(struct sarai *s, const struct sarai_sink *sink, double start_ms,
                                   struct sarai_turn *turn, struct sarai_error *err);
/* The same for a question that brings data with it. */
enum sarai_status assistant_consult(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, double start_ms, struct sarai_turn *turn,
                                    struct sarai_error *err);
extern const struct sarai_stages assistant_nothing_ran;

/* knowing.c: opens what was indexed, before the parts are loaded, and adds the embedder to them where it is
 * to be had; checks, once they are loaded, that the two fit. */
enum sarai_status assistant_open_shelf(struct sarai *s, struct sarai_error *err);
enum sarai_status assistant_check_shelf(const struct sarai *s, struct sarai_error *err);
/* The adapter of the embedder through which questions look for passages, where it has one. */
enum sarai_status assistant_open_search(struct sarai *s, struct sarai_error *err);

enum { FINDINGS_MAX = 8, SOURCE_BYTES = 256 };

/* A question with what was found for it. */
struct findings {
    struct sarai_question question;
    struct sarai_passage passages[FINDINGS_MAX];
    char sources[FINDINGS_MAX][SOURCE_BYTES]; /* "contrato.pdf, página 3" */
    struct sarai_hits hits;
    bool is_unsure; /* none is so near that what it does not tell is worth saying */
};

/* knowing.c: looks for passages that fit the question, unless it brings some, or where nothing was indexed.
 * The first time it tells whether they are looked for by their words alone. */
enum sarai_status assistant_look_up(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, struct findings *out,
                                    struct sarai_error *err);
/* The sentence that names where the answer is from; empty when the answer names it, or rests on none of it.
 */
enum sarai_status assistant_cite(const struct findings *f, const char *answer, char out[2 * SOURCE_BYTES],
                                 struct sarai_error *err);
void findings_finish(struct findings *f);
/* knowing.c: passages for whoever asks, s->shelf given. */
/* `vector`: of the question, where it is known already; NULL: made of its words. */
enum sarai_status assistant_search(struct sarai *s, const char *question, const float *vector, size_t k,
                                   struct sarai_hits *out, struct sarai_error *err);
void assistant_name_source(const struct sarai_hit *hit, char out[SOURCE_BYTES]);

#endif
