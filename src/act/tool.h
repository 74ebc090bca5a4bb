/* A tool: something exact that Sarai can do or look up, and that a language model may ask for by name.
 *
 *     static enum sarai_status run(void *self, const struct tool_call *call, struct tool_result *out,
 *                                  struct sarai_error *err)
 *     {
 *         if (tool_is_over(call)) return tool_late(call, err);
 *         const char *place = tool_text(call, "lugar");            // NULL: was not given
 *         return tool_give(out, json_pack("{s:s}", "hora", "17:05"), "Son las 17:05.", err);
 *     }
 *     const struct tool clock = {.name = "hora", .about = "dice la hora de aquí o de otro lugar",
 *                                .schema =
 * "{\"type\":\"object\",\"properties\":{\"lugar\":{\"type\":\"string\"}}}", .run = run};
 *
 * Ownership: whoever makes a tool keeps its strings and `self` alive for as long as the toolbox has it. A
 * result belongs to the caller of the tool: tool_result_finish(). Threads: a tool runs on the thinking
 * thread, one at a time. Its provider may have threads of its own.
 */
#ifndef SARAI_ACT_TOOL_H
#define SARAI_ACT_TOOL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/stop.h"

#define TOOL_NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

enum {
    TOOL_NAME_BYTES = 65,          /* of a name: letters, digits, "_", "-", "."; 64 at most */
    TOOL_USUAL_MS = 3000,          /* deadline of a tool that names none */
    TOOL_MOST_MS = 60000,          /* longest deadline */
    TOOL_SENTENCE_BYTES = 2000,    /* of what is said; longer ones are cut */
    TOOL_RESULT_BYTES = 16 * 1024, /* of what the model is shown of a result; longer ones are cut */
};

/* What a call does to the world. */
enum tool_effect {
    TOOL_READS,   /* nothing: it may run while the person has perhaps not finished yet */
    TOOL_CHANGES, /* something that one word undoes (a timer, a lamp): runs when the turn is over, and is told
                   */
    TOOL_RISKS, /* something else (a door, a deletion, an unknown server's tool): the person is asked first */
};

struct tool_call {
    const json_t *arguments; /* an object that keeps the schema; borrowed */
    double deadline_ms;      /* instant on clock_ms() */
    const struct stop *stop; /* or NULL */
};

/* A tool's answer. At least one of both; a tool without a sentence is told by the model from its data. */
struct tool_result {
    json_t *data;   /* an object of few short members: {"hora": "17:05"}; or NULL */
    char *sentence; /* one short Spanish sentence made for the ear: "Son las 17:05."; or NULL */
};

/* What is to be run, or asked about. On failure `err` holds one sentence that can be said aloud: "no entiendo
 * la hora". EINPUT: the person can mend it. ENETWORK: a service does not answer. ECANCELLED: stop was raised,
 * or the deadline is past. */
typedef enum sarai_status tool_run_fn(void *self, const struct tool_call *call, struct tool_result *out,
                                      struct sarai_error *err);

struct tool {
    const char *name;   /* "hora" */
    const char *about;  /* one line in Spanish, for people and for models */
    const char *schema; /* JSON schema (text) of its arguments: an object; the order of its members counts */
    enum tool_effect effect;
    int deadline_ms; /* 0: TOOL_USUAL_MS */
    /* Beginnings of words ("recuerd|olvid"), one of which stands in what a person says who wants it. Small
     * models take some tool where none fits: called without, one that changes something is asked about first,
     * and one that only reads is no answer. NULL: any words. */
    const char *asked_by;
    /* Words in the same form of who asks for something else, unless one of asked_by stands beside them:
     * whoever says "a qué hora" wants no clock, though a small model looks at one. What it calls then fails
     * with `not_this`. NULL: there are none. */
    const char *not_asked_by, *not_this;
    /* Words of arguments that people say otherwise, by their beginnings, in pairs up to NULL: a call that
     * says "subir" rests on "alto" or "no oigo" with {"sub", "alt|no oi", NULL}. NULL: there are none. */
    const char *const *said_otherwise;
    /* Its sentence is said as it is: a small model that words anew what came of it says "más bajito" to who
     * wanted it louder. */
    bool is_told_as_is;
    bool is_hidden; /* from models: for people, programs and the commands of intents.h */
    void *self;     /* goes to the functions */
    tool_run_fn *run;
    /* What this very call does, where it depends on its arguments (a lamp or a door); NULL: always `effect`.
     */
    enum tool_effect (*judge)(void *self, const json_t *arguments);
    /* The call in the infinitive, as it is asked about: "abrir la puerta del garaje". False, or NULL: its
     * name and arguments are read out. */
    bool (*describe)(void *self, const json_t *arguments, char *out, size_t n);
};

/* What those say who want a telephone call, which no tool of ours makes: for not_asked_by. */
#define TOOL_TELEPHONE "una llamada|llama a|llama al|llamame|llamar a|llamar al|telefone"

/* Whether the call has no time left, or was stopped: long work looks every 50 ms. */
bool tool_is_over(const struct tool_call *call);
/* Milliseconds left, never negative: what a request may wait. */
double tool_time_left_ms(const struct tool_call *call);
/* ECANCELLED, with the sentence that tells late from stopped. */
enum sarai_status tool_late(const struct tool_call *call, struct sarai_error *err);

/* An argument as text, NULL where it is absent, empty or no string. */
const char *tool_text(const struct tool_call *call, const char *name);

/* Fills a result; takes `data` over in any case (NULL together with no sentence: no memory). `sentence` is
 * copied. */
enum sarai_status tool_give(struct tool_result *out, json_t *data, const char *sentence,
                            struct sarai_error *err);
__attribute__((format(printf, 4, 5))) enum sarai_status
tool_givef(struct tool_result *out, json_t *data, struct sarai_error *err, const char *sentence, ...);
/* What failed, as a result: {"error":"no entiendo la hora"}, "No entiendo la hora." */
enum sarai_status tool_give_failure(struct tool_result *out, const struct sarai_error *cause,
                                    struct sarai_error *err);
void tool_result_finish(struct tool_result *r);

#endif
