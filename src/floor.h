/* Who has the floor: the state machine of a live conversation. Pure bookkeeping in steps of 32 ms of sound;
 * it reads no clock, so that a test can walk it. The picture is in docs/talk.md.
 *
 *     struct floor f;
 *     floor_init(&f, &options);
 *     for each window: do(floor_window(&f, probability_of_speech));
 *     when they come: do(floor_turn(&f, p)), do(floor_voice(&f, p)), do(floor_ending(&f, p)),
 * do(floor_heard(&f, kind)), do(floor_sounding(&f)), do(floor_silent(&f))
 *
 * Every call returns what is to be done now, as bits of enum floor_action. Embedded value, one thread.
 */
#ifndef SARAI_FLOOR_H
#define SARAI_FLOOR_H

#include <stdbool.h>

enum { FLOOR_WINDOW_MS = 32 };

enum floor_state {
    FLOOR_IDLE,        /* nobody speaks */
    FLOOR_LISTENING,   /* a person speaks */
    FLOOR_SPECULATING, /* a pause: the answer is prepared, not yet to be heard */
    FLOOR_THINKING,    /* the turn is over; no sound of the answer yet */
    FLOOR_SPEAKING,    /* the answer is heard */
    FLOOR_INTERRUPTED, /* somebody speaks over the answer; whether it matters is being found out */
};

enum floor_action {
    FLOOR_BEGIN = 1,       /* an utterance begins: keep the sound from the pre-roll on */
    FLOOR_FORGET = 2,      /* it was nothing: let go of its sound */
    FLOOR_SPECULATE = 4,   /* prepare the answer to the utterance so far, under a new turn number */
    FLOOR_CANCEL = 8,      /* the prepared answer is void and leaves no trace */
    FLOOR_CONFIRM = 16,    /* the prepared answer may be heard, now or as soon as it is there */
    FLOOR_DUCK = 32,       /* the answer goes on, quietly */
    FLOOR_UNDUCK = 64,     /* … as loud as before, and from where it was paused */
    FLOOR_PAUSE = 128,     /* the answer stops where it is */
    FLOOR_STOP = 256,      /* the answer is over; the history keeps what was heard of it */
    FLOOR_JUDGE = 512,     /* transcribe the interruption and tell floor_heard() */
    FLOOR_ASK_TURN = 1024, /* ask the end-of-turn model and tell floor_turn() */
};

/* What a transcript is to the conversation. */
enum floor_words {
    FLOOR_NOTHING,     /* no words: noise, breath; or not meant for Sarai */
    FLOOR_BACKCHANNEL, /* "ajá", "vale": the listener's noises, no turn of their own */
    FLOOR_MURMUR,      /* spelled nearly like such a noise, which it is when it was short */
    FLOOR_ENOUGH,      /* over an answer: "para", and no turn of its own */
    FLOOR_UNFINISHED,  /* ends in the middle of a clause */
    FLOOR_FINISHED,
};

struct floor_options {
    float enter, leave;      /* probability of speech that begins and ends it */
    float enter_over_answer; /* the same while the answer sounds: an echo must not do */
    int speculate_ms;        /* silence after which the answer is prepared */
    int shortest_ms;         /* silence that ends a turn which surely is over */
    int longest_ms;          /* … and any turn */
    int duck_ms, yield_ms;   /* speech over the answer until it is ducked, paused */
    int real_ms;             /* … until it is an interruption without a look at its words */
    int most_ms;             /* longest utterance */
    double eagerness;        /* 0.5 patient … 2 eager: divides the waiting */
    bool has_head;     /* floor_voice() will tell: nobody else is asked how it sounds, unless it is late */
    bool push_to_talk; /* turns begin and end by floor_button() */
};

struct floor {
    struct floor_options options;
    enum floor_state state;
    int speech_ms;     /* of speech in the utterance */
    int speech_run_ms; /* … without a pause, up to now */
    int silence_ms;    /* since the last speech */
    int utterance_ms;  /* since its beginning */
    float turn;   /* probability that the turn is over, by its sound; negative: not known for this pause */
    float voice;  /* … by the end-of-turn head over the encoder's states */
    float ending; /* … by its words */
    int turn_asked_ms; /* silence at which it was asked last */
    enum floor_words words;
    bool judged;     /* the words of this pause are known */
    int sounding_ms; /* of the answer */
    bool paused;
    bool button;
};

struct floor_options floor_options_default(void);
void floor_init(struct floor *f, const struct floor_options *options);

/* FLOOR_WINDOW_MS more of sound. */
unsigned floor_window(struct floor *f, float speech);
/* The end-of-turn model's answer for this pause. */
unsigned floor_turn(struct floor *f, float probability);
/* The end-of-turn head's answer for this pause. */
unsigned floor_voice(struct floor *f, float probability);
/* How likely the words of this pause end a turn, by the language model. */
unsigned floor_ending(struct floor *f, float probability);
/* What was asked by FLOOR_SPECULATE or FLOOR_JUDGE is known. */
unsigned floor_heard(struct floor *f, enum floor_words words);
/* The first sound of the answer is being played. */
unsigned floor_sounding(struct floor *f);
/* The answer was played to its end, or failed. */
unsigned floor_silent(struct floor *f);
/* Sarai has something to say of itself: true where nobody has the floor, which is then taken. */
bool floor_announce(struct floor *f);
/* The turn in work failed, or its work hangs: what there is of it is void; a person who speaks goes on. */
unsigned floor_failed(struct floor *f);
/* The push-to-talk button, or a program, begins (true) or ends the turn. */
unsigned floor_button(struct floor *f, bool down);

/* Silence that must pass before the turn counts as over. */
int floor_wait_ms(const struct floor *f);

#endif
