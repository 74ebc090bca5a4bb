/* The two threads behind a live conversation. One listens: utterance → text. The other thinks and, through
 * the mouth, speaks: text → sound in the playback. Both work for the newest turn only. */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acting.h"
#include "audio/chime.h"
#include "base/clock.h"
#include "listen/clause.h"
#include "mouth.h"

enum {
    WORD_FRAMES = 18 * SARAI_SPEECH_HZ / 10, /* most of a second of speech, and what is kept around it */
    SURE_STEP_MS = 5,
    RINGS_BYTES = 4096,
    REFRESH_EVERY_MS = 5000
};

/* ---- news ------------------------------------------------------------------------------------ */

static void drop(struct news *news)
{
    sarai_turn_finish(&news->answered);
    free(news);
}

/* Without memory or room a piece of news is lost; the loop then waits for the next. */
static void tell(struct talk *t, const struct news *what, const char *text)
{
    size_t n = strnlen(text, TALK_MOST_TEXT_BYTES);
    struct news *news = malloc(sizeof *news + n + 1);
    if (!news) {
        struct sarai_turn lost = what->answered;
        sarai_turn_finish(&lost);
        return;
    }
    *news = *what;
    news->at_ms = news->at_ms > 0 ? news->at_ms : clock_ms();
    memcpy(news->text, text, n);
    news->text[n] = '\0';
    if (!queue_push(t->news, news))
        drop(news);
}

static void tell_span(struct talk *t, unsigned turn, enum sarai_talk_lane lane, const char *text,
                      double start_ms)
{
    tell(t, &(struct news){.kind = NEWS_SPAN, .turn = turn, .lane = lane, .start_ms = start_ms}, text);
}

static bool is_stale(struct talk *t, unsigned turn)
{
    return turn != atomic_load(&t->turn) || stop_raised(&t->s->quit);
}

/* ---- listening ------------------------------------------------------------------------------- */

/* What the listening thread remembers of an utterance. */
struct following {
    char last[TRANSCRIBER_MAX_TEXT_BYTES]; /* text of the last partial */
    char turn[TRANSCRIBER_MAX_TEXT_BYTES]; /* … of the last turn */
};

/* Length of the words that two hypotheses in a row agree on (LocalAgreement, Liu et al. 2020). */
static size_t agreed(const char *before, const char *now)
{
    size_t same = 0, whole = 0;
    while (before[same] && before[same] == now[same]) {
        same++;
        if (now[same] == ' ' || now[same] == '\0')
            whole = same;
    }
    return whole;
}

/* What was heard of an utterance beside its words. */
struct voice {
    bool felt;
    float emo_vec[SARAI_EMO_DIMENSION];
    size_t n_latent; /* 0: no latent_z */
    float latent_z[LATENT_MAX_DIMENSION];
};

/* `voice`: that asked; NULL: nobody's. */
static void put_think(struct talk *t, unsigned turn, enum think_kind kind, const char *text, size_t n,
                      const struct voice *voice)
{
    size_t n_latent = voice ? voice->n_latent : 0;
    struct think_job *job = malloc(sizeof *job + n_latent * sizeof *job->latent_z + n + 1);
    if (!job)
        return;
    *job = (struct think_job){.turn = turn, .kind = kind, .felt = voice && voice->felt, .n_latent = n_latent};
    if (job->felt)
        memcpy(job->emo_vec, voice->emo_vec, sizeof job->emo_vec);
    if (n_latent > 0)
        memcpy(job->latent_z, voice->latent_z, n_latent * sizeof *job->latent_z);
    job->text = (char *)(job->latent_z + n_latent);
    memcpy(job->text, text, n);
    job->text[n] = '\0';
    slot_put(t->to_think, job);
}

void talk_put_think(struct talk *t, unsigned turn, enum think_kind kind, const char *text, size_t n)
{
    put_think(t, turn, kind, text, n, NULL);
}

static void pass_partial(struct talk *t, struct following *f, const struct hear_job *job, const char *text)
{
    size_t stable = agreed(f->last, text);
    tell(t, &(struct news){.kind = NEWS_PARTIAL, .turn = job->turn, .stable = stable}, text);
    if (stable > 0 && !job->needs_wake && slot_is_idle(t->to_think))
        talk_put_think(t, job->turn, THINK_AHEAD, text, stable);
    strncpy(f->last, text, sizeof f->last - 1);
}

/* Whether the answer is to end, and nothing more. Where the text begins with "para" it tells itself whether
 * that is all ("¿para qué?"). */
static bool is_enough(struct talk *t, const struct hear_job *job, const char *language, const char *text)
{
    const char *behind = clause_after_wake(text, "para");
    if (clause_wants_silence(text))
        return true;
    return job->n <= WORD_FRAMES && !job->needs_wake && (!behind || !*behind) &&
           listener_told_to_stop(t->s->listener, language);
}

static enum floor_words judge(struct talk *t, const struct hear_job *job, const struct following *f,
                              const char *language, const char *text)
{
    if (job->kind == HEAR_JUDGE)
        text = clause_beyond(text, f->turn); /* just behind the question both are heard as one */
    if (job->kind == HEAR_JUDGE && is_enough(t, job, language, text))
        return FLOOR_ENOUGH;
    if (!*text)
        return FLOOR_NOTHING;
    if (job->kind == HEAR_JUDGE && clause_is_backchannel(text))
        return FLOOR_BACKCHANNEL;
    if (job->kind == HEAR_JUDGE && clause_may_be_murmur(text))
        return FLOOR_MURMUR;
    return clause_is_unfinished(text) ? FLOOR_UNFINISHED : FLOOR_FINISHED;
}

/* How the person sounds, for the screen and for the answer. A few milliseconds while the end of the turn is
 * still being waited for. */
static bool feel(struct talk *t, const struct hear_job *job, float emo_vec[SARAI_EMO_DIMENSION])
{
    struct news news = {.kind = NEWS_MOOD, .turn = job->turn};
    double start_ms = clock_ms();
    if (!listener_feel(t->s->listener, job->pcm, job->n, news.emo_vec))
        return false;
    tell_span(t, job->turn, SARAI_LANE_LISTEN, "mood", start_ms);
    tell(t, &news, "");
    memcpy(emo_vec, news.emo_vec, sizeof news.emo_vec);
    return true;
}

/* Told before the words, which may end the waiting. */
static void judge_voice(struct talk *t, const struct hear_job *job)
{
    struct news news = {.kind = NEWS_VOICE, .turn = job->turn, .start_ms = clock_ms()};
    if (listener_finished(t->s->listener, &news.probability))
        tell(t, &news, "");
}

static const char noticed[] = "Vale.";

/* What is said behind a wake phrase; NULL where none was said. Where one is needed, also a phrase that was
 * spelled as other words counts: `room` holds what is heard behind it then. */
static const char *behind_wake(struct talk *t, const struct hear_job *job, const struct heard *heard,
                               struct buf *room)
{
    const char *phrases = config_text(t->s->cfg, "WAKE_PHRASE"), *text = buf_string(&heard->words);
    const char *question = *phrases ? clause_after_wake(text, phrases) : NULL;
    if (question || !job->needs_wake || !listener_called(t->s->listener, heard->language, room))
        return question;
    question = clause_after_wake(buf_string(room), phrases); /* said again */
    return question ? question : buf_string(room);
}

/* The text of a turn: thinking begins at once, the loop hears of it. */
static void pass_words(struct talk *t, struct following *f, const struct hear_job *job,
                       const struct heard *heard)
{
    struct buf room = BUF_INIT(TRANSCRIBER_MAX_TEXT_BYTES);
    const char *question = behind_wake(t, job, heard, &room);
    bool called = question != NULL;
    if (!called)
        question = job->needs_wake ? "" : buf_string(&heard->words);
    enum floor_words words = judge(t, job, f, heard->language, question);
    if (job->kind == HEAR_TURN && words != FLOOR_NOTHING && !is_stale(t, job->turn)) {
        judge_voice(t, job);
        bool hushes = atomic_load(&t->rings_on) && clause_ends_ring(question);
        struct voice voice;
        voice.felt = feel(t, job, voice.emo_vec);
        voice.n_latent = listener_place(t->s->listener, voice.latent_z);
        put_think(t, job->turn, hushes ? THINK_SAY : THINK_ANSWER, hushes ? noticed : question,
                  strlen(hushes ? noticed : question), &voice);
    }
    if (job->kind == HEAR_TURN)
        snprintf(f->turn, sizeof f->turn, "%s", question);
    tell(t, &(struct news){.kind = NEWS_WORDS, .turn = job->turn, .words = words, .called = called},
         question);
    buf_finish(&room);
}

static void hear(struct talk *t, struct following *f, const struct hear_job *job)
{
    static const char *const names[] = {"partial", "turn", "interruption"};
    struct heard heard = HEARD_INIT;
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_ECANCELLED;
    double start_ms = clock_ms();
    if (job->first) {
        listener_forget(t->s->listener);
        f->last[0] = '\0';
    }
    /* An interruption may have been meant for the job before this one: then once more. */
    while (st == SARAI_ECANCELLED && !is_stale(t, job->turn)) {
        listener_resume(t->s->listener);
        st = listener_follow(t->s->listener, job->pcm, job->n, &heard, &err);
        if (job->kind == HEAR_PARTIAL)
            break;
    }
    tell_span(t, job->turn, SARAI_LANE_LISTEN, names[job->kind], start_ms);
    if (!st && job->kind == HEAR_PARTIAL)
        pass_partial(t, f, job, buf_string(&heard.words));
    else if (!st)
        pass_words(t, f, job, &heard);
    else if (st != SARAI_ECANCELLED && job->kind != HEAR_PARTIAL) /* the turn will tell */
        tell(t, &(struct news){.kind = NEWS_FAILED, .turn = job->turn}, err.message);
    buf_finish(&heard.words);
}

static void *hear_jobs(void *arg)
{
    struct talk *t = arg;
    struct following *f = calloc(1, sizeof *f);
    struct hear_job *job;
    while (f && (job = slot_take(t->to_hear))) {
        watchdog_enter(&t->watchdog, WATCH_HEAR);
        hear(t, f, job);
        watchdog_leave(&t->watchdog, WATCH_HEAR);
        slot_done(t->to_hear, job);
    }
    free(f);
    return NULL;
}

void talk_put_hear(struct talk *t, enum hear_kind kind, const float *pcm, size_t n, bool first,
                   bool needs_wake)
{
    struct hear_job *job = malloc(sizeof *job + n * sizeof *pcm);
    if (!job)
        return;
    *job = (struct hear_job){kind, atomic_load(&t->turn), needs_wake, first, n};
    memcpy(job->pcm, pcm, n * sizeof *pcm);
    if (kind != HEAR_PARTIAL)
        listener_interrupt(t->s->listener); /* a partial in work is not worth waiting for */
    slot_put(t->to_hear, job);
}

/* ---- thinking -------------------------------------------------------------------------------- */

/* The answer to one turn on its way to the loudspeaker. */
struct voicing {
    struct talk *t;
    unsigned turn;
    bool thought; /* a token has come */
    double phrase_ms;
    char phrase[96];
};

static void on_answer(void *user, const char *piece)
{
    struct voicing *v = user;
    if (!v->thought)
        tell(v->t, &(struct news){.kind = NEWS_TOKEN, .turn = v->turn}, "");
    v->thought = true;
    tell(v->t, &(struct news){.kind = NEWS_ANSWER, .turn = v->turn}, piece);
    watchdog_beat(&v->t->watchdog, WATCH_THINK);
}

static void on_phrase(void *user, const char *phrase)
{
    struct voicing *v = user;
    v->phrase_ms = clock_ms();
    strncpy(v->phrase, phrase, sizeof v->phrase - 1);
    playback_phrase(v->t->playback, v->turn, phrase);
}

static bool on_audio(void *user, const float *pcm, size_t n)
{
    struct voicing *v = user;
    if (v->phrase_ms > 0)
        tell_span(v->t, v->turn, SARAI_LANE_SPEAK, v->phrase, v->phrase_ms);
    v->phrase_ms = 0;
    return playback_add(v->t->playback, v->turn, pcm, n);
}

/* Mends the history and claims it for this turn. */
static void enter_history(struct talk *t, unsigned turn)
{
    pthread_mutex_lock(&t->lock);
    struct amendment amendment = t->amendment;
    t->amendment = (struct amendment){0};
    t->history_turn = turn;
    pthread_mutex_unlock(&t->lock);
    if (amendment.due)
        conversation_amend(t->s->conversation, amendment.heard, NULL);
    free(amendment.heard);
}

/* Without it the floor judges by the sound alone. */
static void judge_ending(struct talk *t, const struct think_job *job)
{
    struct news news = {.kind = NEWS_ENDING, .turn = job->turn, .start_ms = clock_ms()};
    if (conversation_ending(t->s->conversation, job->text, &news.probability, NULL) == SARAI_OK)
        tell(t, &news, "");
}

static void on_notice(void *user, const char *text)
{
    struct voicing *v = user;
    tell(v->t, &(struct news){.kind = NEWS_NOTICE, .turn = v->turn}, text);
}

/* What leaves this machine, or changes something, does so for a turn that is over: until then the person may
 * go on speaking. */
static bool wait_until_sure(void *user)
{
    const struct timespec pause = {0, SURE_STEP_MS * 1000000L};
    struct voicing *v = user;
    atomic_store(&v->t->waits, true);
    while (!is_stale(v->t, v->turn) && atomic_load(&v->t->sure_turn) != v->turn) {
        watchdog_beat(&v->t->watchdog, WATCH_THINK); /* it waits for the person */
        nanosleep(&pause, NULL);
    }
    atomic_store(&v->t->waits, false);
    return !is_stale(v->t, v->turn);
}

static void play_chime(struct talk *t, unsigned turn)
{
    float pcm[CHIME_FRAMES];
    const float volume = (float)acting_volume(t->s->acting);
    chime_make(pcm);
    for (size_t i = 0; i < CHIME_FRAMES; i++)
        pcm[i] *= volume;
    playback_add(t->playback, turn, pcm, CHIME_FRAMES);
}

/* What rings, and the answer to who has noticed it, is said without a model. */
static void say(struct talk *t, const struct think_job *job)
{
    struct voicing voicing = {.t = t, .turn = job->turn};
    const struct sarai_sink sink = {.user = &voicing, .on_phrase = on_phrase, .on_audio = on_audio};
    struct mouth mouth;
    struct sarai_error err = {0};
    tell(t, &(struct news){.kind = NEWS_ANSWER, .turn = job->turn}, job->text);
    if (job->kind == THINK_RING)
        play_chime(t, job->turn);
    enum sarai_status st = mouth_open(&mouth, t->s, &sink, &err);
    if (!st)
        mouth_feed(&mouth, job->text);
    st = mouth_close(&mouth, st, &err);
    playback_finish(t->playback, job->turn);
    if (st && !is_stale(t, job->turn))
        tell(t, &(struct news){.kind = NEWS_FAILED, .turn = job->turn}, err.message);
}

/* What has come due is taken out of the agenda now, and said as soon as nobody speaks. Now and then it is
 * looked whether tools have come, too, as nobody waits. */
static void look_at_agenda(struct talk *t)
{
    struct buf sentence = BUF_INIT(RINGS_BYTES);
    if (clock_ms() - t->last_refresh_ms >= REFRESH_EVERY_MS) {
        t->last_refresh_ms = clock_ms();
        acting_refresh(t->s);
    }
    if (acting_due(t->s->acting, &sentence, NULL) == SARAI_OK && sentence.len > 0)
        tell(t, &(struct news){.kind = NEWS_RINGS}, buf_string(&sentence));
    buf_finish(&sentence);
}

static void answer(struct talk *t, const struct think_job *job)
{
    struct voicing voicing = {.t = t, .turn = job->turn};
    const struct sarai_sink sink = {.user = &voicing,
                                    .on_answer = on_answer,
                                    .on_phrase = on_phrase,
                                    .on_notice = on_notice,
                                    .on_audio = on_audio};
    struct sarai_turn turn = {.stages = assistant_nothing_ran};
    struct sarai_error err = {0};
    double start_ms = clock_ms();
    enter_history(t, job->turn);
    if (acting_may_be_read(job->text))
        judge_ending(t, job);
    const struct sarai_question question = {.text = job->text,
                                            .emo_vec = job->felt ? job->emo_vec : NULL,
                                            .latent_z = job->n_latent > 0 ? job->latent_z : NULL,
                                            .n_latent = job->n_latent};
    t->s->wait_until_sure = wait_until_sure;
    t->s->sure_user = &voicing;
    enum sarai_status st = assistant_consult(t->s, &question, &sink, start_ms, &turn, &err);
    t->s->wait_until_sure = NULL;
    playback_finish(t->playback, job->turn);
    tell_span(t, job->turn, SARAI_LANE_THINK, "answer", start_ms);
    if (st && !is_stale(t, job->turn))
        tell(t, &(struct news){.kind = NEWS_FAILED, .turn = job->turn}, err.message);
    turn.text = st ? NULL : strdup(job->text);
    if (turn.text)
        tell(t,
             &(struct news){.kind = NEWS_ANSWERED, .turn = job->turn, .start_ms = start_ms, .answered = turn},
             "");
    else
        sarai_turn_finish(&turn);
}

static void *think_jobs(void *arg)
{
    struct talk *t = arg;
    struct think_job *job;
    while ((job = slot_take(t->to_think))) {
        /* First down with the flag, then the look: a cancel after the look raises it again. */
        atomic_store(&t->s->stop.raised, false);
        watchdog_enter(&t->watchdog, WATCH_THINK);
        if (job->kind == THINK_AGENDA)
            look_at_agenda(t);
        else if (job->kind == THINK_PREPARE)
            mouth_prepare(t->s, job->text, NULL);
        else if (!is_stale(t, job->turn) && job->kind == THINK_ANSWER)
            answer(t, job);
        else if (!is_stale(t, job->turn) && (job->kind == THINK_SAY || job->kind == THINK_RING))
            say(t, job);
        else if (!is_stale(t, job->turn) && acting_may_be_read(job->text))
            conversation_expect(t->s->conversation, job->text, NULL);
        watchdog_leave(&t->watchdog, WATCH_THINK);
        slot_done(t->to_think, job);
    }
    return NULL;
}

void talk_cancel_work(struct talk *t)
{
    atomic_fetch_add(&t->turn, 1);
    atomic_store(&t->s->stop.raised, true);
    speaker_interrupt(t->s->speaker);
}

void talk_amend(struct talk *t, unsigned turn, const char *heard)
{
    char *copy = heard ? strdup(heard) : NULL;
    pthread_mutex_lock(&t->lock);
    bool concerns_history = t->history_turn == turn;
    char *old = concerns_history ? t->amendment.heard : copy;
    if (concerns_history)
        t->amendment = (struct amendment){true, copy};
    pthread_mutex_unlock(&t->lock);
    free(old);
}

/* ---- both ------------------------------------------------------------------------------------ */

bool talk_is_idle(struct talk *t)
{
    bool waits = atomic_load(&t->waits) && atomic_load(&t->sure_turn) != atomic_load(&t->turn);
    return slot_is_idle(t->to_hear) && (slot_is_idle(t->to_think) || waits);
}

enum sarai_status talk_work_open(struct talk *t, struct sarai_error *err)
{
    enum sarai_status st = queue_open(TALK_MOST_NEWS, &t->news, err);
    if (!st)
        st = slot_open(free, &t->to_hear, err);
    if (!st)
        st = slot_open(free, &t->to_think, err);
    if (st)
        return st;
    st = listener_wake(t->s->listener, config_text(t->s->cfg, "WAKE_PHRASE"), err);
    if (st)
        return st;
    t->hears = pthread_create(&t->hear_thread, NULL, hear_jobs, t) == 0;
    t->thinks = pthread_create(&t->think_thread, NULL, think_jobs, t) == 0;
    return t->hears && t->thinks ? SARAI_OK : out_of_memory(err, tr("un hilo", "a thread"));
}

/* Waits for a thread to end; not for ever, when a watchdog is there to say why. */
static bool join(struct talk *t, pthread_t thread)
{
    struct timespec until;
    if (t->watchdog.limit_ms == 0)
        return pthread_join(thread, NULL) == 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (t->watchdog.limit_ms + t->watchdog.grace_ms) / 1000 + 1;
    return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

bool talk_work_close(struct talk *t)
{
    struct news *news;
    bool ended = true;
    if (t->news)
        queue_end(t->news);
    if (t->to_hear)
        slot_end(t->to_hear);
    if (t->to_think)
        slot_end(t->to_think);
    talk_cancel_work(t);
    listener_interrupt(t->s->listener);
    if (t->hears)
        ended = join(t, t->hear_thread);
    if (t->thinks && ended)
        ended = join(t, t->think_thread);
    if (!ended)
        return false;
    while (t->news && (news = queue_try_pop(t->news)))
        drop(news);
    queue_close(t->news);
    slot_close(t->to_hear);
    slot_close(t->to_think);
    free(t->amendment.heard);
    return true;
}
