#include "think/control.h"

/* α above which the expert is wanted, and what makes an answer warm. */
static const float EXPERT = 0.9F, EMPATHY = 0.7F, FRESH = 0.5F;
/* What a bad or a good word about the answer before adds to α, at most … */
static const float AFTER_BAD = 0.3F, AFTER_GOOD = 0.1F;
/* … and to β: who was misunderstood is met more warmly, who is content as before. It never makes warm what
 * was not half so: a correction is no grief. */
static const float WARMER = 0.3F, COOLER = 0.1F;
/* A voice is taken for distressed from this chance on: a flat vector must not move anything. */
static const float DISTRESS = 0.45F;
/* A mood is named, or a joy shared, from this chance on. */
static const float SURE = 0.6F;

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

/* 0..1: how surely it is happy or excited. */
static float joy_of(const float *emo_vec)
{
    return clamp(emo_vec[SARAI_HAPPY] + emo_vec[SARAI_EXCITED]);
}

static float beta_of(float said, float sounded, float feedback)
{
    float open = (1 - said) * (1 - sounded), bad = clamp(-feedback), good = clamp(feedback);
    return clamp(1 - open * (1 - WARMER * bad) - COOLER * good); /* words or voice: either is enough */
}

static enum sarai_emo mood_of(const float *emo_vec)
{
    for (int i = SARAI_NEUTRAL + 1; i < SARAI_N_MOODS; i++)
        if (emo_vec[i] >= SURE)
            return (enum sarai_emo)i;
    return SARAI_NEUTRAL;
}

/* A frightened person is met calmly, not with fright: the tone is the answer's, not the question's. */
static void choose_tone(const struct control_input *in, float sounded, struct control *c)
{
    const float *emo = in->emo_vec;
    float joy = emo ? joy_of(emo) : 0;
    if (c->empathy && emo && sounded > 0) {
        c->tone = emo[SARAI_FEARFUL] >= emo[SARAI_SAD] && emo[SARAI_FEARFUL] >= emo[SARAI_ANGRY]
                      ? SARAI_TONE_SOOTHING
                  : emo[SARAI_SAD] >= emo[SARAI_ANGRY] ? SARAI_TONE_TENDER
                                                       : SARAI_TONE_EVEN;
        c->strength = c->beta;
    } else if (c->empathy) {
        c->tone = SARAI_TONE_TENDER;
        c->strength = c->beta;
    } else if (joy >= SURE) {
        c->tone = SARAI_TONE_BRIGHT;
        c->strength = joy;
    }
}

static void weigh_axes(const float *emo_vec, struct control *c)
{
    static const enum sarai_emo moods[] = {
        [CONTROL_SAD] = SARAI_SAD, [CONTROL_FEARFUL] = SARAI_FEARFUL, [CONTROL_ANGRY] = SARAI_ANGRY};
    for (int i = 0; c->empathy && i < CONTROL_HAPPY; i++)
        c->axes[i] = c->beta * clamp(emo_vec[moods[i]]);
    if (c->tone == SARAI_TONE_BRIGHT)
        c->axes[CONTROL_HAPPY] = c->strength;
}

struct control control_decide(const struct control_input *in)
{
    struct control c = {.fresh = clamp(in->web) > FRESH};
    float said = clamp(in->soft), sounded = in->emo_vec ? distress_of(in->emo_vec) : 0;
    float bad = clamp(-in->feedback), good = clamp(in->feedback);
    c.alpha = clamp(clamp(in->hard) + AFTER_BAD * bad - AFTER_GOOD * good);
    c.beta = beta_of(said, sounded, in->feedback);
    c.words_are_soft = said > EMPATHY;
    c.empathy = c.words_are_soft || c.beta > EMPATHY;
    if (c.alpha > EXPERT) {
        bool may_leave = in->expert_is_there && !in->is_private &&
                         (in->expert == CONTROL_ALWAYS || (in->expert == CONTROL_ASK && !in->unattended));
        c.route = may_leave ? CONTROL_EXPERT : CONTROL_LOCAL_LONG;
        c.ask = may_leave && in->expert == CONTROL_ASK;
    }
    choose_tone(in, sounded, &c);
    if (in->emo_vec) {
        c.mood = mood_of(in->emo_vec);
        weigh_axes(in->emo_vec, &c);
    }
    return c;
}
