/* What the parts of a live conversation share. talk.c: the loop that owns the floor; talk_work.c: the two
 * threads that listen and think behind it; talk_watch.c: the thread that watches over all; talk_show.c: what
 * the loop tells the caller. The threads and their messages are drawn in docs/talk.md.
 */
#ifndef SARAI_TALK_H
#define SARAI_TALK_H

#include <stdatomic.h>

#include "assistant.h"
#include "audio/chime.h"
#include "audio/duplex.h"
#include "audio/echo.h"
#include "audio/playback.h"
#include "base/queue.h"
#include "base/slot.h"
#include "floor.h"
#include "listen/ear.h"
#include "session.h"
#include "watchdog.h"

enum { TALK_MOST_NEWS = 1024, TALK_MOST_TEXT_BYTES = 64 * 1024 };

/* For the listening thread. */
struct hear_job {
    enum hear_kind {
        HEAR_PARTIAL, /* the person is speaking: show the text, let the model read it ahead */
        HEAR_TURN,    /* the person paused: prepare the answer */
        HEAR_JUDGE,   /* somebody spoke over the answer: was it a turn? */
    } kind;
    unsigned turn;
    bool needs_wake;
    bool first; /* of its utterance */
    size_t n;
    float pcm[]; /* mono at SARAI_SPEECH_HZ */
};

/* For the thinking thread. */
struct think_job {
    unsigned turn;
    enum think_kind {
        THINK_AHEAD,  /* only read the text */
        THINK_ANSWER, /* answer it */
        THINK_SAY,    /* say it as it is */
        THINK_RING,   /* the same behind a chime */
        THINK_AGENDA, /* look what rings now */
        THINK_PREPARE /* make the sound of an opening before it is wanted */
    } kind;
    bool felt;
    float emo_vec[SARAI_EMO_DIMENSION]; /* of the voice, where it was felt */
    char *text;                         /* in the same piece of memory, behind latent_z */
    size_t n_latent;                    /* 0 where no search wants it */
    float latent_z[];
};

/* From both threads to the loop. */
struct news {
    enum news_kind {
        NEWS_PARTIAL,  /* text, stable */
        NEWS_WORDS,    /* text of a turn or interruption, and what it is to the floor */
        NEWS_ANSWER,   /* text: a piece of it */
        NEWS_VOICE,    /* probability that the voice ends a turn; start_ms */
        NEWS_ENDING,   /* probability that the words end a turn; start_ms */
        NEWS_TOKEN,    /* at_ms: first token */
        NEWS_ANSWERED, /* the answer is whole: answered, start_ms */
        NEWS_FAILED,   /* text: why there is no answer */
        NEWS_NOTICE,   /* text: what the person should know; the answer goes on */
        NEWS_RINGS,    /* text: what a timer or the like says, of no turn */
        NEWS_SPAN,     /* text, lane, start_ms */
        NEWS_MOOD,     /* emo_vec */
    } kind;
    unsigned turn;
    double at_ms, start_ms; /* on clock_ms() */
    enum floor_words words;
    bool called; /* behind a wake phrase */
    float probability;
    size_t stable;
    enum sarai_talk_lane lane;
    struct sarai_turn answered; /* ours to finish */
    float emo_vec[SARAI_EMO_DIMENSION];
    char text[];
};

/* What the history must be mended by before the next answer: the turn, and what was heard of it. */
struct amendment {
    bool due;
    char *heard; /* NULL: nothing */
};

/* Silences inside an answer: the voice was slower than the loudspeaker, or our loop was. */
struct talk_gaps {
    int n, dry;              /* of the voice, of the loop */
    double ms;               /* of all n, in played sound */
    double now_ms, start_ms; /* of the one that may have begun; start on clock_ms() */
};

struct talk {
    struct sarai *s;
    const struct sarai_talk_options *options;
    struct duplex *duplex;
    struct echo *echo; /* NULL: none is cancelled */
    struct ear *ear;
    struct session *session; /* NULL: nothing is kept */
    struct turn_log *log;    /* of the loop; NULL until a turn is written down */
    struct playback *playback;
    struct slot *to_hear, *to_think;
    struct queue *news;
    pthread_t hear_thread, think_thread;
    pthread_t watch_thread;
    bool hears, thinks, watches; /* the threads run */
    atomic_bool waits;           /* thinking goes on once its turn is sure */
    atomic_uint turn;            /* the current one; work for another is stale */
    atomic_uint sure_turn;       /* the last one that is over for certain */
    atomic_bool rings_on;        /* something has rung, and nobody has said a word since */
    atomic_int overdue, hung;    /* a stage, counted from 1, for the loop to see to; 0: none */

    struct watchdog watchdog;
    pthread_mutex_t watch_lock; /* of the next two */
    pthread_cond_t watch_ends;
    bool watched_enough;

    double last_refresh_ms; /* of the tools; of the thinking thread */

    pthread_mutex_t lock;  /* of the next two */
    unsigned history_turn; /* whose answer ends the conversation's history */
    struct amendment amendment;

    /* Of the loop only. */
    struct floor floor;
    enum floor_state shown_state;
    double start_ms;
    long steps;                 /* of sound since then */
    struct buf question;        /* of the current turn */
    struct buf sound;           /* … for the log: 16-bit samples; empty where none is kept */
    struct buf answer;          /* what of it was not shown yet */
    struct sarai_turn answered; /* … and who gave it, once it is whole; text NULL: it is not, or was shown */
    struct buf rings;           /* what is to be said as soon as nobody speaks */
    struct buf ringing;         /* what was said so, and is again until somebody speaks */
    int rings_left;
    double next_ring_ms; /* of the microphone's sound */
    double last_agenda_ms, last_prepared_ms;
    size_t n_prepared; /* openings, in this conversation */
    double speech_end_ms, last_level_ms;
    double last_partial_ms, awake_until_ms; /* on talk_sound_ms() */
    struct sarai_turn_times times;          /* instants on clock_ms() until they are shown */
    struct sarai_error *err;
    enum sarai_status status; /* of what was done inside a callback */
    float level_db, speech;
    bool confirmed; /* the current turn */
    bool playing;
    double play_start_ms;
    struct talk_gaps gaps;           /* in the answer */
    float ready[CHIME_READY_FRAMES]; /* the sound at the beginning */
    size_t ready_at;                 /* … how much of it was played */
};

/* How much of the microphone's sound the loop has taken: time, at --pace fast too, where the clock runs on
 * while a busy machine works. */
double talk_sound_ms(const struct talk *t);

enum sarai_status talk_work_open(struct talk *t, struct sarai_error *err);
/* Ends both threads. Accepts a talk whose threads never began. False: one hangs; what it uses must stay. */
bool talk_work_close(struct talk *t);

enum sarai_status talk_watch_open(struct talk *t, struct sarai_error *err);
void talk_watch_close(struct talk *t);
/* EHANG with the sentence that names the stage. */
enum sarai_status talk_hung(const struct talk *t, enum watch_stage stage, struct sarai_error *err);

/* The loop's: the current turn is over, its answer may be heard. */
void talk_confirm(struct talk *t);
/* … what it does while nobody has the floor: rings, and preparing. */
void talk_idle(struct talk *t);
/* … somebody has been answered, or has called: no wake phrase is needed for a while. */
void talk_stay_awake(struct talk *t);
/* … the echo canceller, unless none is wanted. */
enum sarai_status talk_open_echo(struct talk *t, struct sarai_error *err);
/* … the sound at the beginning, where one is wanted; and its next step into `voice`, as long as it lasts. */
void talk_make_ready(struct talk *t);
void talk_give_ready(struct talk *t, float *voice);
/* … somebody has spoken: what rings has been noticed. */
void talk_hush(struct talk *t);
/* … an event for the caller, with the instant and the state of the floor. */
void talk_emit(struct talk *t, struct sarai_talk_event event);
void talk_show_state(struct talk *t); /* where it has changed */
void talk_show_text(struct talk *t, enum sarai_talk_kind kind, const char *text);
/* What was thought of a turn is shown once the turn is confirmed: before, it may be void. */
void talk_show_answer(struct talk *t);
void talk_show_answered(struct talk *t);
void talk_show_turn(struct talk *t);
/* Counts the gaps in an answer, after each step of it (`dry`: the loudspeaker was given it too late); and
 * tells their sum, at its end. */
void talk_follow_gaps(struct talk *t, const struct playback_status *status, bool dry);
void talk_tell_gaps(struct talk *t);
/* What a model thinks of whether the person has finished. */
void talk_show_judgement(struct talk *t, const char *what, enum sarai_talk_lane lane, float probability,
                         double start_ms);

/* Ends work in progress and makes what waits stale. */
void talk_cancel_work(struct talk *t);
/* The answer of `turn` was heard only so far; NULL: not at all. */
void talk_amend(struct talk *t, unsigned turn, const char *heard);
void talk_put_hear(struct talk *t, enum hear_kind kind, const float *pcm, size_t n, bool first,
                   bool needs_wake);
void talk_put_think(struct talk *t, unsigned turn, enum think_kind kind, const char *text, size_t n);
bool talk_is_idle(struct talk *t);

#endif
