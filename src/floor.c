#include "floor.h"

#include <math.h>

enum {
    QUIET_MS = 320,     /* silence after which an interruption is judged */
    ASK_AGAIN_MS = 320, /* the end-of-turn model is asked again after so much more silence */
    CLICK_MS = 64,      /* less speech than this is a click */
    MURMUR_MS = 640,    /* more speech than this is no listener's noise */
    JOIN_MS = 1000, /* who speaks so soon into the answer was not finished: it joins what was said before */
};

/* Sound and words together: a sum of the log odds of smart-turn, of the head over the encoder's states and of
 * the words, as logistic regression weighs them, over pauses within and behind sentences by two of Sarai's
 * voices and by people (tools/train/floor/fit.py; without a head bench/conversation.py turns --half choose).
 * Words that are not known yet count as WORDS_UNKNOWN. With the head the bias is 0.1 more than was fitted:
 * LIKELY is a probability of 0.68 there. */
struct weights {
    float sound, voice, words, bias;
};
static const struct weights WITH_HEAD = {0, 1, 0.38f, 0.01f}, WITHOUT_HEAD = {0.1f, 0, 1, -0.73f};
static const float WORDS_UNKNOWN = 0.27f, SURE = 0.9999f;
/* Waiting by how likely the turn is over, at eagerness 1, chosen there too. An inner pause lasts 0.3 to 0.8
 * s: between answering at once and waiting for longer than that nothing is worth while. */
static const float LIKELY = 0.7f;
enum { WAIT_DOUBTFUL_MS = 580, WAIT_UNFINISHED_MS = 700 };

struct floor_options floor_options_default(void)
{
    return (struct floor_options){
        .enter = 0.5f,
        .leave = 0.35f,
        .enter_over_answer = 0.7f,
        .speculate_ms = 128,
        .shortest_ms = 320,
        .longest_ms = 2000,
        .duck_ms = 64,
        .yield_ms = 160,
        .real_ms = 900,
        .most_ms = 28000,
        .eagerness = 1,
    };
}

void floor_init(struct floor *f, const struct floor_options *options)
{
    *f = (struct floor){
        .options = *options, .turn = -1, .voice = -1, .ending = -1, .silence_ms = options->longest_ms};
}

static float log_odds(float p)
{
    float within = fminf(fmaxf(p, 1 - SURE), SURE);
    return logf(within / (1 - within));
}

/* How likely the turn is over. */
static float floor_over(const struct floor *f)
{
    const struct weights *by = f->voice >= 0 ? &WITH_HEAD : &WITHOUT_HEAD;
    float words = f->ending >= 0 ? f->ending : WORDS_UNKNOWN, sound = f->turn >= 0 ? f->turn : 0;
    float odds = by->sound * log_odds(sound) + by->voice * log_odds(f->voice) + by->words * log_odds(words);
    return 1 / (1 + expf(-(odds + by->bias)));
}

int floor_wait_ms(const struct floor *f)
{
    int more = floor_over(f) >= LIKELY ? 0 : WAIT_DOUBTFUL_MS;
    if (f->judged && f->words == FLOOR_UNFINISHED)
        more += WAIT_UNFINISHED_MS;
    int wait = (int)((f->options.shortest_ms + more) / f->options.eagerness);
    return wait < f->options.longest_ms ? wait : f->options.longest_ms;
}

/* ---- transitions ------------------------------------------------------------------------------ */

static void new_pause(struct floor *f)
{
    f->turn = f->voice = f->ending = -1;
    f->turn_asked_ms = 0;
    f->judged = false;
}

static unsigned begin_utterance(struct floor *f, enum floor_state state)
{
    f->state = state;
    f->speech_ms = f->speech_run_ms;
    f->utterance_ms = f->speech_run_ms;
    new_pause(f);
    return FLOOR_BEGIN;
}

static unsigned go_idle(struct floor *f)
{
    f->state = FLOOR_IDLE;
    f->paused = false;
    f->speech_ms = f->utterance_ms = 0;
    return FLOOR_FORGET;
}

/* In a pause: is the turn over? */
static unsigned consider(struct floor *f)
{
    if (f->options.push_to_talk || f->state != FLOOR_SPECULATING)
        return 0;
    if (f->judged && f->words == FLOOR_NOTHING && f->silence_ms >= f->options.shortest_ms)
        return go_idle(f) | FLOOR_CANCEL;
    bool known = f->turn >= 0 || f->voice >= 0 || f->silence_ms >= f->options.longest_ms;
    if (!known || f->silence_ms < floor_wait_ms(f))
        return 0;
    f->state = FLOOR_THINKING;
    return FLOOR_CONFIRM;
}

static unsigned speculate(struct floor *f)
{
    f->state = FLOOR_SPECULATING;
    f->turn_asked_ms = f->silence_ms;
    bool asks = !f->options.push_to_talk && !f->options.has_head;
    return FLOOR_SPECULATE | (asks ? FLOOR_ASK_TURN : 0);
}

static unsigned window_listening(struct floor *f)
{
    if (f->utterance_ms >= f->options.most_ms) {
        f->state = FLOOR_THINKING;
        return FLOOR_SPECULATE | FLOOR_CONFIRM;
    }
    if (f->silence_ms < f->options.speculate_ms || f->options.push_to_talk)
        return 0;
    if (f->speech_ms <= CLICK_MS)
        return go_idle(f);
    return speculate(f);
}

/* The person goes on: the answer that was prepared is not the right one. */
static unsigned resume_listening(struct floor *f)
{
    f->state = FLOOR_LISTENING;
    new_pause(f);
    return FLOOR_CANCEL;
}

static bool may_go_on(const struct floor *f)
{
    return !f->options.push_to_talk && f->utterance_ms < f->options.most_ms;
}

static unsigned window_speculating(struct floor *f)
{
    if (f->speech_run_ms > FLOOR_WINDOW_MS)
        return resume_listening(f);
    unsigned actions = consider(f);
    bool asks = !f->options.push_to_talk && !(f->options.has_head && f->voice >= 0);
    if (!actions && asks && f->silence_ms >= f->turn_asked_ms + ASK_AGAIN_MS) {
        f->turn_asked_ms = f->silence_ms;
        actions = FLOOR_ASK_TURN;
    }
    return actions;
}

static unsigned window_speaking(struct floor *f)
{
    f->sounding_ms += FLOOR_WINDOW_MS;
    if (f->options.push_to_talk || f->speech_run_ms < f->options.duck_ms)
        return f->sounding_ms >= JOIN_MS && f->sounding_ms < JOIN_MS + FLOOR_WINDOW_MS ? FLOOR_FORGET : 0;
    return begin_utterance(f, FLOOR_INTERRUPTED) | FLOOR_DUCK;
}

/* A real interruption takes the floor. */
static unsigned yield(struct floor *f)
{
    f->state = FLOOR_LISTENING;
    f->paused = false;
    return FLOOR_STOP;
}

static unsigned window_interrupted(struct floor *f)
{
    if (f->speech_ms >= f->options.real_ms)
        return yield(f);
    if (!f->paused && f->speech_run_ms >= f->options.yield_ms) {
        f->paused = true;
        return FLOOR_PAUSE;
    }
    if (f->silence_ms < QUIET_MS || f->turn_asked_ms > 0)
        return 0;
    if (!f->paused) { /* a cough */
        f->state = FLOOR_SPEAKING;
        return FLOOR_UNDUCK | FLOOR_FORGET;
    }
    f->turn_asked_ms = f->silence_ms; /* once */
    return FLOOR_JUDGE;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void count(struct floor *f, float speech)
{
    bool over_answer = f->state == FLOOR_SPEAKING || f->state == FLOOR_INTERRUPTED;
    float enter = over_answer ? f->options.enter_over_answer : f->options.enter;
    float threshold = f->silence_ms == 0 ? f->options.leave : enter;
    bool speaks = speech >= threshold;
    f->speech_run_ms = speaks ? f->speech_run_ms + FLOOR_WINDOW_MS : 0;
    f->speech_ms += speaks ? FLOOR_WINDOW_MS : 0;
    f->silence_ms = speaks ? 0 : f->silence_ms + FLOOR_WINDOW_MS;
    f->utterance_ms += FLOOR_WINDOW_MS;
}

unsigned floor_window(struct floor *f, float speech)
{
    count(f, speech);
    switch (f->state) {
    case FLOOR_IDLE:
        return f->speech_run_ms > 0 && !f->options.push_to_talk ? begin_utterance(f, FLOOR_LISTENING) : 0;
    case FLOOR_LISTENING:
        return window_listening(f);
    case FLOOR_SPECULATING:
        return window_speculating(f);
    case FLOOR_THINKING: /* not a sound of the answer was heard: what the person adds belongs to the turn */
        return f->speech_run_ms > 2 * FLOOR_WINDOW_MS && may_go_on(f) ? resume_listening(f) : 0;
    case FLOOR_SPEAKING:
        return window_speaking(f);
    case FLOOR_INTERRUPTED:
        return window_interrupted(f);
    }
    return 0;
}

unsigned floor_turn(struct floor *f, float probability)
{
    if (f->state != FLOOR_SPECULATING)
        return 0;
    f->turn = probability;
    return consider(f);
}

unsigned floor_voice(struct floor *f, float probability)
{
    if (f->state != FLOOR_SPECULATING)
        return 0;
    f->voice = probability;
    return consider(f);
}

unsigned floor_ending(struct floor *f, float probability)
{
    if (f->state != FLOOR_SPECULATING)
        return 0;
    f->ending = probability;
    return consider(f);
}

/* Said over the answer, but not to Sarai. */
static bool is_no_turn(const struct floor *f, enum floor_words words)
{
    return words == FLOOR_NOTHING || words == FLOOR_BACKCHANNEL ||
           (words == FLOOR_MURMUR && f->speech_ms <= MURMUR_MS);
}

unsigned floor_heard(struct floor *f, enum floor_words words)
{
    f->words = words;
    if (f->state == FLOOR_INTERRUPTED) {
        if (is_no_turn(f, words)) { /* a false alarm: on where it was */
            f->state = FLOOR_SPEAKING;
            f->paused = false;
            return FLOOR_UNDUCK | FLOOR_FORGET;
        }
        if (words == FLOOR_ENOUGH)
            return go_idle(f) | FLOOR_STOP;
        f->paused = false;
        return FLOOR_STOP | speculate(f);
    }
    if (f->state == FLOOR_THINKING && words == FLOOR_NOTHING)
        return go_idle(f) | FLOOR_CANCEL;
    f->judged = f->state == FLOOR_SPECULATING;
    return consider(f);
}

unsigned floor_sounding(struct floor *f)
{
    if (f->state != FLOOR_THINKING)
        return 0;
    f->state = FLOOR_SPEAKING;
    f->speech_run_ms = 0;
    f->silence_ms = FLOOR_WINDOW_MS;
    f->sounding_ms = 0;
    return 0;
}

unsigned floor_silent(struct floor *f)
{
    if (f->state == FLOOR_THINKING || f->state == FLOOR_SPEAKING)
        return go_idle(f);
    if (f->state != FLOOR_INTERRUPTED || f->paused)
        return 0;
    f->state = FLOOR_LISTENING; /* the answer was over before the interruption counted */
    return FLOOR_STOP;
}

bool floor_announce(struct floor *f)
{
    if (f->state != FLOOR_IDLE)
        return false;
    f->state = FLOOR_THINKING;
    f->speech_run_ms = 0;
    return true;
}

unsigned floor_failed(struct floor *f)
{
    bool is_heard = f->state == FLOOR_SPEAKING || f->state == FLOOR_INTERRUPTED;
    if (f->state == FLOOR_IDLE || f->state == FLOOR_LISTENING)
        return 0;
    return go_idle(f) | (is_heard ? FLOOR_STOP : FLOOR_CANCEL);
}

unsigned floor_button(struct floor *f, bool down)
{
    bool was = f->button;
    f->button = down;
    if (was == down)
        return 0;
    if (down) {
        unsigned stop = f->state == FLOOR_SPEAKING || f->state == FLOOR_INTERRUPTED ? FLOOR_STOP : 0;
        unsigned cancel = f->state == FLOOR_SPECULATING || f->state == FLOOR_THINKING ? FLOOR_CANCEL : 0;
        f->speech_run_ms = 0;
        f->paused = false;
        return stop | cancel | begin_utterance(f, FLOOR_LISTENING);
    }
    if (f->state != FLOOR_LISTENING)
        return 0;
    f->state = FLOOR_THINKING;
    return FLOOR_SPECULATE | FLOOR_CONFIRM;
}
