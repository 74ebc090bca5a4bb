/* The control plane: what the router thinks of a question, how it was said, and what the person made of the
 * last answer → who answers, at what length, how warmly, and in which tone. One pure function; a table in
 * tests/unit/control_test.c shows it.
 *
 *     struct control c = control_decide(&(struct control_input){.hard = 0.95f, .expert = CONTROL_ALWAYS});
 *     if (c.route == CONTROL_EXPERT) …
 */
#ifndef SARAI_THINK_CONTROL_H
#define SARAI_THINK_CONTROL_H

#include <stdbool.h>

#include "sarai.h"

/* Whether a question may leave this machine (EXPERT_ALLOW). */
enum control_permission { CONTROL_NEVER, CONTROL_ASK, CONTROL_ALWAYS };

enum control_route {
    CONTROL_LOCAL,      /* the model on this machine */
    CONTROL_LOCAL_LONG, /* the same, with a longer budget: the expert was wanted and may not be had */
    CONTROL_EXPERT,
};

/* The moods that a model can be steered to answer (engine/llama.h): one control vector each. */
enum control_axis { CONTROL_SAD, CONTROL_FEARFUL, CONTROL_ANGRY, CONTROL_HAPPY, CONTROL_AXES };

struct control_input {
    float hard, soft, web; /* of the router, 0..1; 0 where there is none */
    const float *emo_vec;  /* SARAI_EMO_DIMENSION numbers; NULL: the question was written */
    float feedback;        /* on the answer before: -1 "no era eso" … 1 well done; 0 none */
    enum control_permission expert;
    bool expert_is_there; /* configured, and not given up for a while (breaker.h) */
    bool is_private;      /* something of the person's goes with the question: passages, a tool's result */
    bool unattended;      /* nobody is there to be asked */
};

struct control {
    float alpha; /* how much knowledge or reasoning is wanted, 0..1 */
    float beta;  /* how much warmth, 0..1 */
    enum control_route route;
    bool ask;             /* the person must agree before the question leaves */
    bool empathy;         /* warmth goes into the same generation, whoever answers */
    bool words_are_soft;  /* … and the words alone ask for it: nothing of the voice is told by being warm */
    bool fresh;           /* what was learnt in training will not do */
    enum sarai_emo mood;  /* heard surely enough to be named; SARAI_NEUTRAL: none */
    enum sarai_tone tone; /* how the answer is meant to sound */
    float strength;       /* … and how much of it, 0..1 */
    float axes[CONTROL_AXES]; /* β, or for joy its own strength, times the chance of each mood */
};

struct control control_decide(const struct control_input *in);

#endif
