/* What a question takes: the embedder's vector through the router, and the control plane over both. */
#include "assistant.h"
#include "think/control.h"

enum { PATH_BYTES = 4096 };

enum sarai_status assistant_open_router(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    enum sarai_status st =
        store_path(s->store, config_text(s->cfg, "ROUTER_MODEL"), ".onnx", path, sizeof path, err);
    const struct onnx_options options = {.threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
                                         .cache_dir = store_cache_dir(s->store)};
    return st ? st : router_open(path, &options, (size_t)embedder_dimension(s->embedder), &s->router, err);
}

enum sarai_status assistant_weigh(struct sarai *s, const char *text, struct control_input *in,
                                  struct control *out, struct sarai_error *err)
{
    float vector[EMBEDDER_MAX_DIMENSION];
    struct router_scores scores;
    enum sarai_status st = embedder_encode(s->embedder, text, EMBEDDER_QUERY, vector, err);
    if (!st)
        st = router_score(s->router, vector, &scores, err);
    if (st)
        return st;
    in->hard = scores.hard;
    in->soft = scores.soft;
    in->web = scores.web;
    *out = control_decide(in);
    return SARAI_OK;
}

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
