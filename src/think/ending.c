#include "think/ending.h"

#include <math.h>
#include <string.h>

#include "think/frame.h"

/* A model that was trained on turns is far surer of their end than right: its log odds count half. One that
 * was not expects text to go on. Chosen with the rule in floor.c (bench/conversation.py turns --half choose).
 */
static const double TAUGHT_SLOPE = 0.5, UNTAUGHT_OFFSET = 1, SURE = 0.9999;

enum sarai_status ending_learn(struct ending *e, const struct llm *llm, const char *turn_cue, bool is_taught,
                               struct sarai_error *err)
{
    e->is_taught = is_taught;
    const char *const marks[] = {".", "?", "!", "...", "…", turn_cue};
    int32_t tokens[FRAME_MAX_BYTES];
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0, n; !st && i < sizeof marks / sizeof *marks; i++) {
        st = llm_tokenise(llm, marks[i], strlen(marks[i]), LLM_CONTROL, tokens, FRAME_MAX_BYTES, &n, err);
        bool is_new = !st && n > 0;
        for (size_t k = 0; is_new && k < e->n; k++)
            is_new = e->tokens[k] != tokens[0];
        if (is_new)
            e->tokens[e->n++] = tokens[0];
    }
    return st;
}

size_t ending_bare(const char *words)
{
    static const char *const marks[] = {" ", ".", ",", ";", ":", "?", "!", "-", "…"};
    size_t n = strlen(words), before;
    do {
        before = n;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            size_t m = strlen(marks[i]);
            if (n >= m && memcmp(words + n - m, marks[i], m) == 0)
                n -= m;
        }
    } while (n < before);
    return n;
}

float ending_probability(const struct ending *e, const float *logits, int n_logits)
{
    double sum = 0, part = 0;
    float top = logits[0];
    for (int i = 1; i < n_logits; i++)
        top = fmaxf(top, logits[i]);
    for (int i = 0; i < n_logits; i++)
        sum += (double)expf(logits[i] - top);
    for (size_t i = 0; i < e->n; i++)
        part += (double)expf(logits[e->tokens[i]] - top);
    double share = fmin(fmax(part / sum, 1 - SURE), SURE), log_odds = log(share / (1 - share));
    return (float)(1 / (1 + exp(-(e->is_taught ? TAUGHT_SLOPE * log_odds : log_odds + UNTAUGHT_OFFSET))));
}
