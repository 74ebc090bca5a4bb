/* The expert: a larger language model behind an OpenAI-compatible endpoint (llama-server, Ollama, vLLM …),
 * which streams its answer.
 *
 *     expert_open(&(struct expert_options){.url = "http://127.0.0.1:8080/v1", .timeout_s = 15}, &e, err);
 *     if (expert_is_there(e))
 *         st = expert_ask(e, system, question, on_words, user, &report, err);
 *     expert_close(e);
 *
 * What was not begun is tried again after a pause, where trying may help; what broke off in the middle is the
 * caller's to finish. After some failures in a row the expert counts as away for a while (breaker.h).
 * Whether a question may leave at all is not decided here (control.h).
 * One thread.
 */
#ifndef SARAI_THINK_EXPERT_H
#define SARAI_THINK_EXPERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stop.h"

struct expert;

struct expert_options {
    const char *url;   /* the endpoint's base ("…/v1"), or its whole ".../chat/completions" */
    const char *model; /* as the endpoint calls it; "": its own choice */
    const char *key;   /* goes with each request as a bearer token; "": none */
    double timeout_s;  /* longest silence, before the first word and between two; an answer takes four times
                          that at most */
    int retries;       /* after a first try that brought no word */
    int max_tokens;    /* of an answer */
    double temperature;
    const struct stop *stop; /* or NULL */
};

struct expert_report {
    int tries;
    bool began;                     /* words were given */
    double first_word_ms, total_ms; /* since the call */
};

/* The next words, UTF-8, a C string valid during the call; false: that is enough. */
typedef bool expert_words(void *user, const char *words);

/* EUSAGE: no http or https address, or one with a password in it. */
enum sarai_status expert_open(const struct expert_options *options, struct expert **out,
                              struct sarai_error *err);
void expert_close(struct expert *e);

/* "http://127.0.0.1:8080": where questions go, as it may be shown. Borrowed. */
const char *expert_place(const struct expert *e);
/* Whether http is spoken in the open with another machine. */
bool expert_is_exposed(const struct expert *e);

/* False while it is left alone. */
bool expert_is_there(const struct expert *e);

/* System text and question → an answer, word by word. `out` is always written. ENETWORK: no answer, or one
 * that broke off (then out->began). ECANCELLED: stop was raised, which is no failure of the expert's. */
enum sarai_status expert_ask(struct expert *e, const char *system, const char *question,
                             expert_words *on_words, void *user, struct expert_report *out,
                             struct sarai_error *err);

/* The names of the endpoint's models, a line each: no question, only whether it answers. */
enum sarai_status expert_models(struct expert *e, struct buf *out, struct sarai_error *err);

#endif
