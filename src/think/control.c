#include "think/control.h"

/* α above which the expert is wanted, and what makes an answer warm. */
static const float EXPERT = 0.9F, EMPATHY = 0.7F, FRESH = 0.5F;
/* What a bad or a good word about the answer before adds to α, at most. */
static const float AFTER_BAD = 0.3F, AFTER_GOOD = 0.1F;
/* A voice is taken for distressed from this chance on: a flat vector must not move anything. */
static const float DISTRESS = 0.45F;

static float clamp(float x)
{
    return x > 0 ? x < 1 ? x : 1 : 0; /* a NaN counts as nothing */
}

/* 0..1: how surely the voice is sad, frightened or angry. */
static float distress_of(const float *emo_vec)
{
    float chance = emo_vec[SARAI_SAD] + emo_vec[SARAI_FEARFUL] + emo_vec[SARAI_ANGRY];
    return clamp((chance - DISTRESS) / (1 - DISTRESS));
}

struct control control_decide(const struct control_input *in)
{
    struct control c = {.fresh = clamp(in->web) > FRESH};
    float said = clamp(in->soft), sounded = in->emo_vec ? distress_of(in->emo_vec) : 0;
    float bad = clamp(-in->feedback), good = clamp(in->feedback);
    c.alpha = clamp(clamp(in->hard) + AFTER_BAD * bad - AFTER_GOOD * good);
    c.beta = 1 - (1 - said) * (1 - sounded); /* either is enough */
    c.empathy = c.beta > EMPATHY;
    if (c.alpha > EXPERT) {
        bool may_leave = in->expert_is_there && !in->is_private &&
                         (in->expert == CONTROL_ALWAYS || (in->expert == CONTROL_ASK && !in->unattended));
        c.route = may_leave ? CONTROL_EXPERT : CONTROL_LOCAL_LONG;
        c.ask = may_leave && in->expert == CONTROL_ASK;
    }
    return c;
}
