/* The stages of a conversation made of straw: the microphone, the ear, hearing, thinking and speaking are
 * implemented here, so the linker never takes the real ones. What they do is written in `script`: each can be
 * told to fail or to hang. Included by one file of a test.
 */
#ifndef SARAI_TESTS_STRAW_TALK_H
#define SARAI_TESTS_STRAW_TALK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acting.h"
#include "mouth.h"
#include "talk.h"

enum misbehaviour { GOOD, FAILS, HANGS /* until it is interrupted; hearing does so once */, HANGS_FOR_GOOD };

/* What a test scripts, and what it finds out. */
static struct {
    const char *sound;     /* a character for each 100 ms: 's' speech, '.' silence, '-' the device is lost */
    const char *words;     /* of the person */
    const char *said_over; /* … over the answer; NULL: "ajá" */
    bool tells_to_stop;    /* … for the decoder, however it was spelled */
    enum misbehaviour hear, judge, think, mouth, device;
    int answers, amended;                            /* how often */
    long pieces;                                     /* of an answer */
    atomic_bool stop_hearing, stop_speaking, let_go; /* let_go: a device that hangs */
    int state_to_interrupt;                          /* -1: none */
    struct sarai *s;
    bool entered[6];
    char said[4096]; /* a letter for each event that lasts, and the notices */
    char hang[512];
    float sad;         /* how the voice sounds; 0: moods are not heard */
    float thought_sad; /* what went with the question; -1: nothing */
    int n_moods;
    bool rings;
    const char *wake_phrase; /* NULL: none is needed */
    const char *called_for; /* what is said behind a wake phrase that is spelled as other words; NULL: none */
    bool places;            /* latent_z is there */
    int n_placed;           /* … and has come with how many questions */
    int n_heard, n_notices, n_prepared, n_answered;
} script;

/* Waits as a stage that hangs. */
static enum sarai_status misbehave(enum misbehaviour how, atomic_bool *interrupted, struct sarai_error *err)
{
    const struct timespec pause = {0, 2000000};
    if (how == FAILS)
        return failed(err, SARAI_EMODEL, "straw breaks");
    while (how == HANGS && !atomic_load(interrupted))
        nanosleep(&pause, NULL);
    while (how == HANGS_FOR_GOOD) /* to the end of the program: what such a thread uses stays in use */
        nanosleep(&pause, NULL);
    return how == GOOD ? SARAI_OK : failed(err, SARAI_ECANCELLED, "cancelled");
}

/* ---- the microphone --------------------------------------------------------------------------- */

struct duplex {
    const struct stop *stop;
    long step;
    bool lost;
};

enum sarai_status duplex_open(const struct duplex_options *options, struct duplex **out,
                              struct sarai_error *err)
{
    (void)err;
    *out = calloc(1, sizeof **out);
    (*out)->stop = options->stop;
    return SARAI_OK;
}

void duplex_close(struct duplex *d)
{
    free(d);
}

enum sarai_status duplex_read(struct duplex *d, float *mic, float *played, struct duplex_step *step,
                              struct sarai_error *err)
{
    size_t at = (size_t)d->step++ / 10;
    char now = at < strlen(script.sound) ? script.sound[at] : '.';
    *step = (struct duplex_step){.over = at >= strlen(script.sound), .late = now == '-'};
    step->lost = now == '-' && !d->lost;
    step->found = now != '-' && d->lost;
    d->lost = now == '-';
    for (size_t i = 0; i < DUPLEX_MIC_FRAMES; i++)
        mic[i] = now == 's' ? 0.5f : 0;
    memset(played, 0, DUPLEX_MIC_FRAMES * sizeof *played);
    if (stop_raised(d->stop))
        return failed(err, SARAI_ECANCELLED, "interrupted");
    return misbehave(script.device, &script.let_go, err);
}

enum sarai_status duplex_write(struct duplex *d, const float *voice, struct sarai_error *err)
{
    (void)d, (void)voice, (void)err;
    return SARAI_OK;
}

enum sarai_status duplex_commit(struct duplex *d, struct sarai_error *err)
{
    (void)d, (void)err;
    return SARAI_OK;
}

/* ---- the ear: what is loud is speech ------------------------------------------------------------ */

struct ear {
    int filled;
    float window[512], sound[16000];
};

enum sarai_status ear_open(const char *vad_path, const char *turn_path, const struct onnx_options *options,
                           struct ear **out, struct sarai_error *err)
{
    (void)vad_path, (void)turn_path, (void)options, (void)err;
    *out = calloc(1, sizeof **out);
    return SARAI_OK;
}

void ear_close(struct ear *ear)
{
    free(ear);
}

enum sarai_status ear_feed(struct ear *ear, const float *pcm, size_t n, ear_window_fn *on_window, void *user,
                           struct sarai_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) {
        ear->window[ear->filled++] = pcm[i];
        if (ear->filled < 512)
            continue;
        ear->filled = 0;
        on_window(user, ear->window[511] > 0 ? 0.95f : 0.01f, -20);
    }
    return SARAI_OK;
}

void ear_begin(struct ear *ear)
{
    (void)ear;
}

void ear_forget(struct ear *ear)
{
    (void)ear;
}

const float *ear_utterance(const struct ear *ear, size_t *n_frames)
{
    *n_frames = sizeof ear->sound / sizeof *ear->sound;
    return ear->sound;
}

enum sarai_status ear_turn_over(struct ear *ear, float *probability, struct sarai_error *err)
{
    (void)ear, (void)err;
    *probability = 0.95f;
    return SARAI_OK;
}

/* ---- hearing ----------------------------------------------------------------------------------- */

enum sarai_status listener_begin(struct listener *l, const char *language, enum segmenter_grain grain,
                                 struct sarai_error *err)
{
    (void)l, (void)language, (void)grain, (void)err;
    return SARAI_OK;
}

enum sarai_status listener_follow(struct listener *l, const float *pcm, size_t n, struct heard *heard,
                                  struct sarai_error *err)
{
    (void)l, (void)pcm, (void)n;
    bool over_answer = script.entered[FLOOR_INTERRUPTED];
    bool once = script.hear == HANGS;
    enum sarai_status st = misbehave(over_answer ? script.judge : script.hear, &script.stop_hearing, err);
    script.n_heard++;
    if (once)
        script.hear = GOOD;
    if (!st)
        buf_text(&heard->words, !over_answer ? script.words : script.said_over ? script.said_over : "ajá");
    return st;
}

void listener_forget(struct listener *l)
{
    (void)l;
}

bool listener_feel(struct listener *l, const float *pcm, size_t n, float emo_vec[SARAI_EMO_DIMENSION])
{
    (void)l, (void)pcm, (void)n;
    memset(emo_vec, 0, SARAI_EMO_DIMENSION * sizeof *emo_vec);
    emo_vec[SARAI_SAD] = script.sad;
    emo_vec[SARAI_NEUTRAL] = 1 - script.sad;
    return script.sad > 0;
}

size_t listener_place(struct listener *l, float latent_z[LATENT_MAX_DIMENSION])
{
    (void)l;
    latent_z[0] = 0.25f;
    latent_z[1] = -1;
    return script.places ? 2 : 0;
}

enum sarai_status listener_wake(struct listener *l, const char *phrases, struct sarai_error *err)
{
    (void)l, (void)phrases, (void)err;
    return SARAI_OK;
}

bool listener_called(struct listener *l, const char *language, struct buf *question)
{
    (void)l, (void)language;
    return script.called_for && buf_text(question, script.called_for);
}

bool listener_told_to_stop(struct listener *l, const char *language)
{
    (void)l, (void)language;
    return script.tells_to_stop;
}

bool listener_has_turn_head(const struct listener *l)
{
    (void)l;
    return false;
}

bool listener_finished(struct listener *l, float *probability)
{
    (void)l, (void)probability;
    return false;
}

enum sarai_status listener_remember(struct listener *l, struct sarai_error *err)
{
    (void)l, (void)err;
    return SARAI_OK;
}

void listener_resume(struct listener *l)
{
    (void)l;
    atomic_store(&script.stop_hearing, false);
}

void listener_interrupt(struct listener *l)
{
    (void)l;
    atomic_store(&script.stop_hearing, true);
}

/* ---- thinking and speaking ---------------------------------------------------------------------- */

const struct sarai_stages assistant_nothing_ran;

void assistant_begin_call(struct sarai *s)
{
    atomic_store(&s->quit.raised, false);
    atomic_store(&s->stop.raised, false);
}

enum sarai_status assistant_needs(const struct sarai *s, unsigned wanted, struct sarai_error *err)
{
    (void)s, (void)wanted, (void)err;
    return SARAI_OK;
}

static enum sarai_status speak(struct sarai *s, const struct sarai_sink *sink, struct sarai_error *err)
{
    float sound[2400];
    for (size_t i = 0; i < 2400; i++)
        sound[i] = 0.5f;
    watchdog_enter(s->watchdog, WATCH_MOUTH);
    sink->on_phrase(sink->user, "Son las tres.");
    enum sarai_status st = misbehave(script.mouth, &script.stop_speaking, err);
    for (int i = 0; !st && i < 20; i++) /* two seconds */
        st = sink->on_audio(sink->user, sound, 2400) ? SARAI_OK : failed(err, SARAI_EOUTPUT, "refused");
    watchdog_leave(s->watchdog, WATCH_MOUTH);
    return st;
}

enum sarai_status assistant_consult(struct sarai *s, const struct sarai_question *question,
                                    const struct sarai_sink *sink, double start_ms, struct sarai_turn *turn,
                                    struct sarai_error *err)
{
    (void)start_ms;
    script.n_placed += question->latent_z && question->n_latent == 2 && question->latent_z[0] == 0.25f &&
                       question->latent_z[1] == -1 && strcmp(question->text, script.words) == 0;
    script.thought_sad = question->emo_vec ? question->emo_vec[SARAI_SAD] : -1;
    atomic_store(&script.stop_speaking, false);
    script.answers++;
    enum sarai_status st = misbehave(script.think, &s->stop.raised, err);
    for (long i = 0; !st && i < script.pieces; i++)
        sink->on_answer(sink->user, "tres ");
    if (!st)
        st = speak(s, sink, err);
    if (!st)
        turn->answer = strdup("Son las tres.");
    turn->by = SARAI_BY_EXPERT;
    return st;
}

void speaker_interrupt(struct speaker *s)
{
    (void)s;
    atomic_store(&script.stop_speaking, true);
}

enum sarai_status mouth_open(struct mouth *m, struct sarai *s, const struct sarai_sink *sink,
                             struct sarai_error *err)
{
    (void)err;
    *m = (struct mouth){.s = s, .sink = sink};
    return SARAI_OK;
}

void mouth_feed(struct mouth *m, const char *piece)
{
    (void)m, (void)piece;
}

enum sarai_status mouth_close(struct mouth *m, enum sarai_status answered, struct sarai_error *err)
{
    return answered ? answered : speak(m->s, m->sink, err);
}

enum sarai_status mouth_prepare(struct sarai *s, const char *phrase, struct sarai_error *err)
{
    (void)s, (void)phrase, (void)err;
    script.n_prepared++;
    return SARAI_OK;
}

/* A timer rings once, when the test wants it. */
enum sarai_status acting_due(struct acting *a, struct buf *sentence, struct sarai_error *err)
{
    (void)a, (void)err;
    if (script.rings)
        buf_text(sentence, "Ha sonado.");
    script.rings = false;
    return SARAI_OK;
}

const struct acting_failure *acting_failures(const struct acting *a, size_t *n)
{
    (void)a;
    *n = 0;
    return NULL;
}

void acting_refresh(struct sarai *s)
{
    (void)s;
}

double acting_volume(struct acting *a)
{
    (void)a;
    return 1;
}

bool acting_may_be_read(const char *text)
{
    (void)text;
    return true;
}

void sarai_turn_finish(struct sarai_turn *t)
{
    free(t->text);
    free(t->answer);
    *t = (struct sarai_turn){0};
}

void sarai_new_conversation(struct sarai *s)
{
    (void)s;
}

int conversation_turns(const struct conversation *c)
{
    (void)c;
    return 0;
}

const char *conversation_words(const struct conversation *c, int turn)
{
    (void)c;
    (void)turn;
    return "";
}

enum sarai_status conversation_warm(struct conversation *c, struct sarai_error *err)
{
    (void)c, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_amend(struct conversation *c, const char *heard, struct sarai_error *err)
{
    (void)c, (void)heard, (void)err;
    script.amended++;
    return SARAI_OK;
}

enum sarai_status conversation_expect(struct conversation *c, const char *beginning, struct sarai_error *err)
{
    (void)c, (void)beginning, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_ending(struct conversation *c, const char *words, float *probability,
                                      struct sarai_error *err)
{
    (void)c, (void)words, (void)probability;
    return failed(err, SARAI_EINPUT, "straw does not know");
}

enum sarai_status conversation_recall(struct conversation *c, const struct question *question, bool is_result,
                                      const char *answer, struct sarai_error *err)
{
    (void)c, (void)question, (void)is_result, (void)answer, (void)err;
    return SARAI_OK;
}

enum sarai_status conversation_note(struct conversation *c, const char *words, struct sarai_error *err)
{
    (void)c, (void)words, (void)err;
    return SARAI_OK;
}

enum sarai_status store_path(const struct store *s, const char *model, const char *suffix, char *out,
                             size_t n, struct sarai_error *err)
{
    (void)s, (void)model, (void)suffix, (void)n, (void)err;
    out[0] = '\0';
    return SARAI_OK;
}

const char *store_cache_dir(const struct store *s)
{
    (void)s;
    return NULL;
}

#endif
