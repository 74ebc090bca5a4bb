/* A live conversation: the loop that owns the floor. Every 10 ms it takes what the microphone heard, lets the
 * floor (floor.c) judge it, does what the floor says, and gives the loudspeaker its next 10 ms. Listening and
 * thinking happen on two threads of their own (talk_work.c); their news come by a queue. The picture:
 * docs/talk.md.
 */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acting.h"
#include "base/clock.h"

enum {
    PARTIAL_EVERY_MS = 400, /* of speech */
    LEVEL_EVERY_MS = 100,
    END_SILENCE_MS = 3000, /* after the end of a file, at least: the last turn must be able to end */
    PATH_BYTES = 4096,
};
static const float DUCKED = 0.2f;
static const float SILENCE_DB = -100; /* of the microphone, before it was heard */
/* How far a person stands out of what is left of the echo: to be noticed, and between the syllables then. */
static const float OVER_ECHO_DB = 6, STILL_OVER_ECHO_DB = 2;

/* ---- what the floor asks for ------------------------------------------------------------------ */

double talk_sound_ms(const struct talk *t)
{
    return (double)t->steps * DUPLEX_STEP_MS;
}

static bool needs_wake(const struct talk *t)
{
    return *config_text(t->s->cfg, "WAKE_PHRASE") && talk_sound_ms(t) > t->awake_until_ms;
}

static void forget_answer(struct talk *t)
{
    buf_reset(&t->answer);
    sarai_turn_finish(&t->answered);
    t->confirmed = false;
}

/* An answer that is being prepared, or is ready, will not be heard. */
static void cancel(struct talk *t)
{
    if (t->times.speculated_ms > 0) {
        t->times.wasted++;
        t->times.wasted_ms += clock_ms() - t->times.speculated_ms;
    }
    talk_amend(t, atomic_load(&t->turn), NULL);
    talk_cancel_work(t);
    playback_drop(t->playback);
    t->gaps = (struct talk_gaps){0};
    forget_answer(t);
}

/* What the person has heard belongs to the session, which a model reads when it is resumed. */
static void keep_turn(struct talk *t, const char *heard)
{
    struct sarai_error err = {0};
    const char *question = buf_string(&t->question);
    if (!*heard || !*question)
        return;
    if (assistant_log_turn(t->s, &t->log, question, heard, &t->sound, &err) != SARAI_OK ||
        assistant_remember(t->s, question, &err) != SARAI_OK)
        talk_show_text(t, SARAI_TALK_NOTICE, err.message);
    if (t->session && acting_may_be_read(question) &&
        session_add(t->session, question, heard, &err) != SARAI_OK)
        talk_show_text(t, SARAI_TALK_NOTICE, err.message);
}

/* The answer is broken off: the history keeps what was heard. */
static void stop(struct talk *t)
{
    struct buf heard = BUF_INIT(PLAYBACK_TEXT_BYTES);
    playback_heard(t->playback, &heard);
    talk_amend(t, atomic_load(&t->turn), buf_string(&heard));
    talk_show_text(t, SARAI_TALK_INTERRUPTED, buf_string(&heard));
    talk_tell_gaps(t);
    keep_turn(t, buf_string(&heard));
    buf_finish(&heard);
    talk_cancel_work(t);
    playback_drop(t->playback);
    playback_gain(t->playback, 1);
    forget_answer(t);
}

static void put_utterance(struct talk *t, enum hear_kind kind)
{
    size_t n;
    const float *pcm = ear_utterance(t->ear, &n);
    if (kind == HEAR_TURN)
        assistant_keep_sound(t->s, pcm, n, &t->sound);
    if (n > 0)
        talk_put_hear(t, kind, pcm, n, t->last_partial_ms <= 0, needs_wake(t));
    t->last_partial_ms = talk_sound_ms(t);
}

static void speculate(struct talk *t)
{
    int wasted = t->times.wasted;
    double wasted_ms = t->times.wasted_ms;
    unsigned turn = atomic_fetch_add(&t->turn, 1) + 1;
    forget_answer(t);
    t->speech_end_ms = clock_ms() - t->floor.silence_ms;
    t->times =
        (struct sarai_turn_times){.speculated_ms = clock_ms(), .wasted = wasted, .wasted_ms = wasted_ms};
    playback_begin(t->playback, turn);
    put_utterance(t, HEAR_TURN);
}

void talk_confirm(struct talk *t)
{
    t->confirmed = true;
    if (t->question.len > 0) /* of a person: what rings has none */
        talk_hush(t);
    atomic_store(&t->sure_turn, atomic_load(&t->turn));
    t->times.confirmed_ms = clock_ms();
    playback_release(t->playback, atomic_load(&t->turn));
    talk_show_answer(t);
    talk_show_answered(t);
}

/* Asks the end-of-turn model; returns what follows. */
static unsigned ask_turn(struct talk *t)
{
    float probability;
    double start_ms = clock_ms();
    t->status = ear_turn_over(t->ear, &probability, t->err);
    talk_show_judgement(t, "end of turn?", SARAI_LANE_LISTEN, probability, start_ms);
    return t->status ? 0 : floor_turn(&t->floor, probability);
}

static void begin_utterance(struct talk *t)
{
    ear_begin(t->ear);
    t->last_partial_ms = 0;
}

static void perform(struct talk *t, unsigned actions)
{
    if (actions & FLOOR_STOP)
        stop(t);
    if (actions & FLOOR_CANCEL)
        cancel(t);
    if (actions & FLOOR_BEGIN)
        begin_utterance(t);
    if (actions & FLOOR_SPECULATE)
        speculate(t);
    if (actions & FLOOR_CONFIRM)
        talk_confirm(t);
    if (actions & FLOOR_JUDGE)
        put_utterance(t, HEAR_JUDGE);
    if (actions & FLOOR_DUCK)
        playback_gain(t->playback, DUCKED);
    if (actions & (FLOOR_PAUSE | FLOOR_UNDUCK))
        playback_pause(t->playback, (actions & FLOOR_PAUSE) != 0);
    if (actions & FLOOR_UNDUCK)
        playback_gain(t->playback, 1);
    if (actions & FLOOR_FORGET)
        ear_forget(t->ear);
    talk_show_state(t);
}

static void act(struct talk *t, unsigned actions)
{
    perform(t, actions);
    if ((actions & FLOOR_ASK_TURN) && !t->status)
        perform(t, ask_turn(t));
}

/* ---- news from the workers -------------------------------------------------------------------- */

static void take_words(struct talk *t, const struct news *news)
{
    if (news->words == FLOOR_BACKCHANNEL || news->words == FLOOR_ENOUGH)
        talk_hush(t);
    if (news->called && news->words == FLOOR_NOTHING) /* and then asks */
        talk_stay_awake(t);
    if (news->words != FLOOR_NOTHING && t->floor.state != FLOOR_INTERRUPTED) {
        t->times.transcribed_ms = news->at_ms;
        buf_reset(&t->question);
        buf_text(&t->question, news->text);
        talk_emit(
            t, (struct sarai_talk_event){
                   .kind = SARAI_TALK_HEARD, .turn = news->turn, .text = news->text, .at_ms = news->at_ms});
    }
    act(t, floor_heard(&t->floor, news->words));
}

/* The turn has no answer, or no more of it: say why. Once it is played to its end somebody may speak again;
 * an interruption that cannot be judged does not count. */
static void give_up(struct talk *t, const char *why)
{
    talk_show_text(t, SARAI_TALK_NOTICE, why);
    if (t->floor.state == FLOOR_INTERRUPTED)
        act(t, floor_heard(&t->floor, FLOOR_NOTHING));
    else
        playback_finish(t->playback, atomic_load(&t->turn));
}

static void take_answered(struct talk *t, struct news *news)
{
    t->times.tokens = news->answered.tokens;
    sarai_turn_finish(&t->answered);
    t->answered = news->answered; /* taken over */
    news->answered = (struct sarai_turn){0};
    talk_show_answered(t);
}

static void take_news(struct talk *t, struct news *news)
{
    bool current = news->turn == atomic_load(&t->turn);
    if (news->kind == NEWS_SPAN) {
        if (news->lane == SARAI_LANE_SPEAK && current && t->times.first_audio_ms <= 0)
            t->times.first_audio_ms = news->at_ms;
        talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_SPAN,
                                               .turn = news->turn,
                                               .text = news->text,
                                               .lane = news->lane,
                                               .start_ms = news->start_ms - t->start_ms,
                                               .at_ms = news->at_ms});
    } else if (news->kind == NEWS_RINGS) {
        buf_printf(&t->rings, "%s%s", t->rings.len > 0 ? " " : "", news->text);
    } else if (!current) {
        return; /* of a turn that was dropped */
    } else if (news->kind == NEWS_PARTIAL) {
        talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_PARTIAL,
                                               .turn = news->turn,
                                               .text = news->text,
                                               .stable = news->stable});
    } else if (news->kind == NEWS_WORDS) {
        take_words(t, news);
    } else if (news->kind == NEWS_VOICE) {
        talk_show_judgement(t, "finished by voice?", SARAI_LANE_LISTEN, news->probability, news->start_ms);
        act(t, floor_voice(&t->floor, news->probability));
    } else if (news->kind == NEWS_ENDING) {
        talk_show_judgement(t, "finished?", SARAI_LANE_THINK, news->probability, news->start_ms);
        act(t, floor_ending(&t->floor, news->probability));
    } else if (news->kind == NEWS_MOOD) {
        talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_MOOD,
                                               .turn = news->turn,
                                               .at_ms = news->at_ms,
                                               .emo_vec = news->emo_vec});
    } else if (news->kind == NEWS_TOKEN) {
        t->times.first_token_ms = news->at_ms;
    } else if (news->kind == NEWS_ANSWER) {
        buf_text(&t->answer, news->text);
        talk_show_answer(t);
    } else if (news->kind == NEWS_ANSWERED) {
        take_answered(t, news);
    } else if (news->kind == NEWS_NOTICE) {
        talk_show_text(t, SARAI_TALK_NOTICE, news->text);
    } else if (news->kind == NEWS_FAILED) {
        give_up(t, news->text);
    }
}

static void read_news(struct talk *t)
{
    struct news *news;
    while (!t->status && (news = queue_try_pop(t->news))) {
        take_news(t, news);
        sarai_turn_finish(&news->answered);
        free(news);
    }
}

/* ---- what hangs ------------------------------------------------------------------------------- */

/* A stage is overdue: it is interrupted, and what there is of an answer is void. */
static void interrupt_overdue(struct talk *t, enum watch_stage stage)
{
    char sentence[256];
    snprintf(sentence, sizeof sentence,
             tr("la etapa «%s» no da señales desde hace %d s; se interrumpe",
                "the stage “%s” has given no sign for %d s; it is interrupted"),
             watchdog_name(stage), t->watchdog.limit_ms / 1000);
    talk_show_text(t, SARAI_TALK_NOTICE, sentence);
    act(t, floor_failed(&t->floor));
    talk_cancel_work(t);
    listener_interrupt(t->s->listener);
}

/* What the watchdog has found. A stage that hangs for good ends the conversation. */
static void see_to_stages(struct talk *t)
{
    int overdue = atomic_exchange(&t->overdue, 0), hung = atomic_load(&t->hung);
    if (overdue)
        interrupt_overdue(t, (enum watch_stage)(overdue - 1));
    if (hung && !t->status)
        t->status = talk_hung(t, (enum watch_stage)(hung - 1), t->err);
}

/* --pace fast: the clock of the files waits until nobody works. */
static void wait_for_workers(struct talk *t)
{
    const struct timespec pause = {0, 500000};
    while (!t->status && !stop_raised(&t->s->quit) && !talk_is_idle(t)) {
        read_news(t);
        see_to_stages(t);
        nanosleep(&pause, NULL);
    }
    read_news(t);
}

/* ---- sound ------------------------------------------------------------------------------------ */

static void on_window(void *user, float speech, float level_db)
{
    struct talk *t = user;
    float over_db = t->floor.silence_ms == 0 ? STILL_OVER_ECHO_DB : OVER_ECHO_DB;
    if (t->echo && level_db < echo_residual_db(t->echo) + over_db)
        speech = 0;
    t->speech = speech;
    t->level_db = level_db;
    act(t, floor_window(&t->floor, speech));
}

static void listen_partially(struct talk *t)
{
    if (t->floor.state != FLOOR_LISTENING || t->floor.silence_ms > 0 || !slot_is_idle(t->to_hear))
        return;
    if (talk_sound_ms(t) - t->last_partial_ms >= PARTIAL_EVERY_MS && t->floor.speech_ms >= PARTIAL_EVERY_MS)
        put_utterance(t, HEAR_PARTIAL);
}

static void show_level(struct talk *t)
{
    double now_ms = clock_ms();
    if (now_ms - t->last_level_ms < LEVEL_EVERY_MS)
        return;
    t->last_level_ms = now_ms;
    talk_emit(
        t, (struct sarai_talk_event){.kind = SARAI_TALK_LEVEL, .level_db = t->level_db, .speech = t->speech});
}

/* The span of sound that just ended or goes on, for the trace. */
static void follow_playing(struct talk *t, bool sounding)
{
    if (sounding && !t->playing)
        t->play_start_ms = clock_ms();
    if (!sounding && t->playing)
        talk_emit(t, (struct sarai_talk_event){.kind = SARAI_TALK_SPAN,
                                               .turn = atomic_load(&t->turn),
                                               .text = "answer",
                                               .lane = SARAI_LANE_PLAY,
                                               .start_ms = t->play_start_ms - t->start_ms});
    t->playing = sounding;
}

static void end_answer(struct talk *t)
{
    struct buf heard = BUF_INIT(PLAYBACK_TEXT_BYTES);
    if (playback_heard(t->playback, &heard))
        keep_turn(t, buf_string(&heard));
    buf_finish(&heard);
}

static enum sarai_status play(struct talk *t, const struct duplex_step *step, struct sarai_error *err)
{
    float voice[DUPLEX_VOICE_FRAMES] = {0};
    struct playback_status status = {0};
    if (!step->late) /* else this stretch of time has gone by in silence */
        status = playback_pull(t->playback, voice, DUPLEX_VOICE_FRAMES);
    if (!step->late && !status.sounding)
        talk_give_ready(t, voice);
    if (status.sounding && t->floor.state == FLOOR_THINKING) {
        t->times.sounding_ms = clock_ms();
        act(t, floor_sounding(&t->floor));
        talk_show_turn(t);
    }
    follow_playing(t, status.sounding);
    talk_follow_gaps(t, &status, step->dry);
    if (status.over) {
        talk_tell_gaps(t);
        end_answer(t);
        talk_stay_awake(t);
        act(t, floor_silent(&t->floor));
    }
    watchdog_enter(&t->watchdog, WATCH_DEVICE);
    enum sarai_status st = duplex_write(t->duplex, voice, err);
    watchdog_leave(&t->watchdog, WATCH_DEVICE);
    return st;
}

static void tell_device(struct talk *t, const struct duplex_step *step)
{
    char lost[96];
    if (step->lost)
        talk_show_text(t, SARAI_TALK_NOTICE,
                       tr("se ha perdido el micrófono o el altavoz; lo busco",
                          "the microphone or loudspeaker is gone; looking for it"));
    if (step->found)
        talk_show_text(t, SARAI_TALK_NOTICE, tr("el sonido ha vuelto", "the sound is back"));
    if (step->lost_ms > 0) {
        snprintf(lost, sizeof lost,
                 tr("se han perdido %.0f ms de micrófono", "%.0f ms of the microphone were lost"),
                 step->lost_ms);
        talk_show_text(t, SARAI_TALK_NOTICE, lost);
    }
}

/* A pipe may be silent for as long as it likes: that is no device that hangs. */
static enum sarai_status record(struct talk *t, float *mic, float *played, struct duplex_step *step,
                                struct sarai_error *err)
{
    bool is_pipe = t->options->input && strcmp(t->options->input, "-") == 0;
    if (!is_pipe)
        watchdog_enter(&t->watchdog, WATCH_DEVICE);
    enum sarai_status st = duplex_read(t->duplex, mic, played, step, err);
    watchdog_leave(&t->watchdog, WATCH_DEVICE);
    return st;
}

static enum sarai_status step(struct talk *t, bool *over, struct sarai_error *err)
{
    float mic[DUPLEX_MIC_FRAMES], played[DUPLEX_MIC_FRAMES];
    struct duplex_step step;
    enum sarai_status st = record(t, mic, played, &step, err);
    t->steps++;
    tell_device(t, &step);
    if (!st && t->echo)
        echo_cancel(t->echo, mic, played, mic);
    watchdog_enter(&t->watchdog, WATCH_EAR);
    if (!st)
        st = ear_feed(t->ear, mic, DUPLEX_MIC_FRAMES, on_window, t, err);
    watchdog_leave(&t->watchdog, WATCH_EAR);
    see_to_stages(t);
    if (st)
        return st;
    if (t->options->push_to_talk)
        act(t, floor_button(&t->floor, atomic_load(&t->s->button)));
    listen_partially(t);
    if (t->options->fast)
        wait_for_workers(t);
    else
        read_news(t);
    show_level(t);
    talk_idle(t);
    st = play(t, &step, err);
    *over = step.over;
    return st ? st : t->status;
}

/* After the end of a file: silence until nothing is left to be said. */
static bool has_ended(const struct talk *t, long silent_steps)
{
    return silent_steps * DUPLEX_STEP_MS >= END_SILENCE_MS && t->floor.state == FLOOR_IDLE;
}

static enum sarai_status converse(struct talk *t, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    long silent_steps = 0;
    bool over = false;
    t->start_ms = clock_ms();
    while (!st && !has_ended(t, silent_steps)) {
        st = step(t, &over, err);
        silent_steps += over;
    }
    if (st == SARAI_ECANCELLED && stop_raised(&t->s->quit))
        st = SARAI_OK; /* the person has had enough */
    return st;
}

/* ---- opening ---------------------------------------------------------------------------------- */

static enum sarai_status open_ear(struct talk *t, struct sarai_error *err)
{
    char vad[PATH_BYTES], turn[PATH_BYTES];
    const struct onnx_options options = {.threads = (int)config_int(t->s->cfg, "ORT_NUM_THREADS"),
                                         .cache_dir = store_cache_dir(t->s->store)};
    enum sarai_status st = store_path(t->s->store, "silero-vad", ".onnx", vad, sizeof vad, err);
    if (!st)
        st = store_path(t->s->store, "smart-turn-v3", ".onnx", turn, sizeof turn, err);
    return st ? st : ear_open(vad, turn, &options, &t->ear, err);
}

static enum sarai_status open_duplex(struct talk *t, struct sarai_error *err)
{
    const struct sarai_talk_options *o = t->options;
    const struct duplex_options options = {
        .input = o->input,
        .output = o->output,
        .input_device = o->input_device,
        .output_device = o->output_device,
        .fast = o->fast,
        .stereo = o->stereo,
        .room = o->room,
        .room_delay_ms = o->room_delay_ms,
        .room_db = o->room_db,
        .stop = &t->s->quit,
    };
    watchdog_enter(&t->watchdog, WATCH_DEVICE);
    enum sarai_status st = duplex_open(&options, &t->duplex, err);
    watchdog_leave(&t->watchdog, WATCH_DEVICE);
    return st;
}

static enum sarai_status open_session(struct talk *t, struct sarai_error *err)
{
    sarai_new_conversation(t->s);
    if (!t->options->session)
        return SARAI_OK;
    enum sarai_status st = session_open(t->options->session, &t->session, err);
    if (!st)
        st = session_recall(t->session, t->s->conversation, err);
    return st ? st : conversation_warm(t->s->conversation, err);
}

static void init_floor(struct talk *t)
{
    struct floor_options options = floor_options_default();
    options.eagerness = config_real(t->s->cfg, "EAGERNESS");
    options.speculate_ms = (int)config_int(t->s->cfg, "SPECULATE_MS");
    options.push_to_talk = t->options->push_to_talk;
    options.has_head = listener_has_turn_head(t->s->listener);
    floor_init(&t->floor, &options);
}

/* A thread that hangs keeps what it uses, for ever; EHANG then, and no other call will work. */
static enum sarai_status talk_close(struct talk *t, enum sarai_status st, struct sarai_error *err)
{
    bool ended = talk_work_close(t);
    watchdog_enter(&t->watchdog, WATCH_DEVICE);
    duplex_close(t->duplex);
    watchdog_leave(&t->watchdog, WATCH_DEVICE);
    talk_watch_close(t);
    session_close(t->session);
    turn_log_close(t->log);
    echo_close(t->echo);
    ear_close(t->ear);
    if (!ended) {
        t->s->abandoned = true;
        return st == SARAI_EHANG ? st : talk_hung(t, watchdog_at_work(&t->watchdog), err);
    }
    if (!st)
        st = listener_remember(t->s->listener, err);
    playback_close(t->playback);
    sarai_turn_finish(&t->answered);
    buf_finish(&t->question);
    buf_finish(&t->answer);
    buf_finish(&t->rings);
    buf_finish(&t->ringing);
    buf_finish(&t->sound);
    pthread_mutex_destroy(&t->lock);
    free(t);
    return st;
}

void sarai_talk_button(struct sarai *s, bool down)
{
    atomic_store(&s->button, down);
}

enum sarai_status sarai_talk(struct sarai *s, const struct sarai_talk_options *options,
                             struct sarai_error *err)
{
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_ALL, err);
    struct talk *t = st ? NULL : calloc(1, sizeof *t);
    if (!t)
        return st ? st : out_of_memory(err, tr("la conversación", "the conversation"));
    t->s = s;
    atomic_store(&s->button, false);
    t->level_db = SILENCE_DB;
    t->options = options;
    t->err = err;
    t->question = t->answer = t->rings = t->ringing = (struct buf)BUF_INIT(TALK_MOST_TEXT_BYTES);
    t->sound = (struct buf)BUF_INIT(TURN_LOG_SOUND_S * SARAI_SPEECH_HZ * sizeof(int16_t));
    pthread_mutex_init(&t->lock, NULL);
    init_floor(t);
    talk_make_ready(t);
    st = listener_begin(s->listener, config_text(s->cfg, "SARAI_LISTEN_LANG"), SEGMENTER_TEXT, err);
    if (!st)
        st = playback_open(&t->playback, err);
    if (!st)
        st = open_ear(t, err);
    if (!st)
        st = talk_open_echo(t, err);
    if (!st)
        st = open_session(t, err);
    if (!st)
        st = talk_watch_open(t, err);
    if (!st)
        st = talk_work_open(t, err);
    if (!st)
        st = open_duplex(t, err);
    if (!st)
        st = converse(t, err);
    if (!st)
        st = duplex_commit(t->duplex, err);
    return talk_close(t, st, err);
}
