/* What a question takes, and what becomes of it: the embedder's vector through the router, the control plane
 * over both, and its decision in the words of the model and of the voice. */
#include <string.h>

#include "assistant.h"

enum { PATH_BYTES = 4096 };

static bool is_set(const struct sarai *s, const char *key, const char *value)
{
    return strcmp(config_text(s->cfg, key), value) == 0;
}

/* A router reads the vectors of one embedder: "auto" is the one that the manifest gives EMBED_MODEL. */
static enum sarai_status find_router(const struct sarai *s, const char *suffix, char path[PATH_BYTES],
                                     struct sarai_error *err)
{
    const char *wanted = config_text(s->cfg, "ROUTER_MODEL"), *embedder = config_text(s->cfg, "EMBED_MODEL");
    const char *model = strcmp(wanted, "auto") == 0 ? store_setting(s->store, embedder, "router") : wanted;
    if (!model)
        return failed(err, SARAI_EMODEL,
                      tr("ningún modelo reparte preguntas con EMBED_MODEL=%s; elige uno con ROUTER_MODEL",
                         "no model routes questions with EMBED_MODEL=%s; choose one: ROUTER_MODEL"),
                      embedder);
    return store_path(s->store, model, suffix, path, PATH_BYTES, err);
}

/* An expert cannot do without; otherwise it comes along where the embedder is loaded anyway. */
bool assistant_wants_router(const struct sarai *s)
{
    char path[PATH_BYTES];
    if (!(s->parts & SARAI_THINK) || is_set(s, "ROUTER", "off"))
        return assistant_wants_expert(s);
    if (is_set(s, "ROUTER", "on") || assistant_wants_expert(s))
        return true;
    return (s->parts & SARAI_EMBED) && find_router(s, ".onnx", path, NULL) == SARAI_OK;
}

enum sarai_status assistant_open_router(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    enum sarai_status st = find_router(s, ".onnx", path, err);
    const struct onnx_options options = {.threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
                                         .cache_dir = store_cache_dir(s->store)};
    if (!st)
        st = router_open(path, &options, (size_t)embedder_dimension(s->embedder), &s->router, err);
    if (st || !router_is_adapted(s->router))
        return st;
    st = find_router(s, ".gguf", path, err);
    return st ? st : embedder_adapt(s->embedder, EMBEDDER_ROUTE, path, err);
}

static enum sarai_status score(struct sarai *s, const char *text, struct router_scores *out,
                               struct sarai_error *err)
{
    float vector[EMBEDDER_MAX_DIMENSION];
    enum embedder_kind kind = router_is_adapted(s->router) ? EMBEDDER_ROUTE : EMBEDDER_QUERY;
    enum sarai_status st = embedder_encode(s->embedder, text, kind, vector, err);
    return st ? st : router_score(s->router, vector, out, err);
}

enum sarai_status assistant_weigh(struct sarai *s, const char *text, struct control_input *in,
                                  struct control *out, struct sarai_error *err)
{
    struct router_scores scores = {0};
    enum sarai_status st = s->router ? score(s, text, &scores, err) : SARAI_OK;
    if (st)
        return st;
    in->hard = scores.hard;
    in->soft = scores.soft;
    in->web = scores.web;
    *out = control_decide(in);
    return SARAI_OK;
}

/* ---- words and voice --------------------------------------------------------------------------- */

/* As the adapter was taught to read them. */
static const char *const mood_words[SARAI_N_MOODS] = {
    [SARAI_HAPPY] = "alegre",  [SARAI_EXCITED] = "alegre", [SARAI_SAD] = "triste",
    [SARAI_ANGRY] = "enfado",  [SARAI_FEARFUL] = "miedo",  [SARAI_SURPRISED] = "sorpresa",
    [SARAI_DISGUSTED] = "asco"};

bool assistant_named_mood(const char *mood, float emo_vec[SARAI_EMO_DIMENSION])
{
    static const float NAMED = 0.9F; /* who names it is sure */
    for (int i = SARAI_NEUTRAL + 1; mood && i < SARAI_N_MOODS; i++) {
        if (!mood_words[i] || strcmp(mood_words[i], mood) != 0)
            continue;
        memset(emo_vec, 0, SARAI_EMO_DIMENSION * sizeof *emo_vec);
        emo_vec[i] = NAMED;
        emo_vec[SARAI_NEUTRAL] = 1 - NAMED;
        return true;
    }
    return false;
}

void assistant_lean(const struct sarai *s, const struct control *control, struct question *q)
{
    q->is_long = control->route == CONTROL_LOCAL_LONG;
    if (is_set(s, "EMPATHY", "off"))
        return;
    if (!q->mood)
        q->mood = mood_words[control->mood];
    q->is_warm = control->empathy;
    q->lean.warmth = control->empathy ? control->beta : 0;
    for (int i = 0; i < CONTROL_AXES; i++)
        q->lean.axes[i] = control->axes[i];
}

struct delivery assistant_delivery(const struct sarai *s, const struct control *control)
{
    return delivery_of(is_set(s, "EMPATHY", "off") ? SARAI_TONE_PLAIN : control->tone, control->strength);
}

const char *assistant_companion(const struct sarai *s)
{
    const char *name = config_text(s->cfg, "VOICE_COMPANION");
    return *name && !is_set(s, "EMPATHY", "off") ? name : NULL;
}

static const char *const tone_names[SARAI_N_TONES] = {"plain", "tender", "soothing", "even", "bright"};

const char *sarai_tone_name(enum sarai_tone tone)
{
    return tone >= 0 && tone < SARAI_N_TONES ? tone_names[tone] : NULL;
}

struct delivery assistant_chosen_delivery(const struct sarai *s)
{
    int tone = SARAI_TONE_PLAIN;
    while (tone < SARAI_N_TONES - 1 && !is_set(s, "TONE", tone_names[tone]))
        tone++;
    return delivery_of((enum sarai_tone)tone, 1);
}

/* ---- for programs ------------------------------------------------------------------------------ */

void sarai_feedback(struct sarai *s, float value)
{
    s->feedback = value;
}

enum sarai_status sarai_route(struct sarai *s, const char *text, const float *emo_vec,
                              struct sarai_route *out, struct sarai_error *err)
{
    struct control_input in = {.emo_vec = emo_vec, .feedback = s->feedback};
    struct control c;
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_ROUTE, err);
    if (!st)
        st = assistant_weigh(s, text, &in, &c, err);
    if (!st)
        *out = (struct sarai_route){in.hard, in.soft, in.web, c.alpha, c.beta};
    return st;
}
