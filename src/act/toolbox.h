/* The tools that there are, by name: built-in ones, and those of providers that list theirs at run time.
 *
 *     toolbox_open(&box, err);
 *     toolbox_add(box, &clock, err);
 *     toolbox_provide(box, &home, err);                       // lists now; closed with the box
 *     toolbox_signatures(box, &text);                         // "hora(lugar), fecha(dia), …" for the prompt
 *     toolbox_grammar(box, &gbnf);                            // what a call may look like
 *     toolbox_parse(box, "{\"name\":\"hora\",\"arguments\":{}}", &request, err);
 *     toolbox_run(box, &request, stop, &result, err);
 *     request_finish(&request);
 *     toolbox_close(box);
 *
 * Ownership: the box copies `struct tool` and `struct tool_provider` but not what they point to.
 * Threads: one at a time.
 */
#ifndef SARAI_ACT_TOOLBOX_H
#define SARAI_ACT_TOOLBOX_H

#include "act/tool.h"
#include "base/buf.h"

struct toolbox;

enum {
    TOOLBOX_TOOLS = 256,              /* most tools */
    TOOLBOX_PROVIDERS = 32,           /* most providers */
    TOOLBOX_SCHEMA_BYTES = 64 * 1024, /* of one schema */
    TOOLBOX_CALL_BYTES = 16 * 1024,   /* of a call in JSON */
};

/* Somebody who knows his tools only at run time: a home, an MCP server. */
struct tool_provider {
    const char *name; /* for messages: "casa", "mcp archivos" */
    void *self;
    /* Adds its tools to the box with toolbox_add(). Their strings stay alive until the next list or close. A
     * provider that cannot be reached fails with one sentence; the box goes on without it. */
    enum sarai_status (*list)(void *self, struct toolbox *box, double deadline_ms, const struct stop *stop,
                              struct sarai_error *err);
    bool (*has_news)(void *self); /* whether its tools have changed since, at once; or NULL: never */
    void (*close)(void *self);    /* or NULL */
};

enum sarai_status toolbox_open(struct toolbox **out, struct sarai_error *err);
void toolbox_close(struct toolbox *box);

/* EUSAGE: a bad or taken name, no about, a schema that is no object's. EINPUT: more than TOOLBOX_TOOLS. */
enum sarai_status toolbox_add(struct toolbox *box, const struct tool *tool, struct sarai_error *err);
/* Takes the provider over, also when its first list fails; that error is given back, and the box is usable.
 */
enum sarai_status toolbox_provide(struct toolbox *box, const struct tool_provider *provider,
                                  const struct stop *stop, struct sarai_error *err);
/* Whether toolbox_refresh() is worth calling; waits for nobody. */
bool toolbox_has_news(const struct toolbox *box);
/* Forgets the providers' tools and lists them again; the first error, after all were asked. */
enum sarai_status toolbox_refresh(struct toolbox *box, const struct stop *stop, struct sarai_error *err);

size_t toolbox_count(const struct toolbox *box);
const struct tool *toolbox_at(const struct toolbox *box, size_t index);
/* The name of who provides it; "" for built-in tools. */
const char *toolbox_provider(const struct toolbox *box, size_t index);
/* NULL where there is none of that name. */
const struct tool *toolbox_find(const struct toolbox *box, const char *name);

/* "name(argument, …), …" of the tools, in their order; those that pass out->max are left out. False: no
 * memory. */
bool toolbox_signatures(const struct toolbox *box, struct buf *out);
/* GBNF for one call of any of the tools: {"name":…,"arguments":{…}}. False: no memory, or longer than
 * out->max. */
bool toolbox_grammar(const struct toolbox *box, struct buf *out);

/* A call that was understood. */
struct tool_request {
    const struct tool *tool;
    json_t *arguments;
    enum tool_effect effect; /* of this call */
};

/* Call in JSON → request. EINPUT, with one sentence: no JSON, no such tool, arguments that its schema
 * refuses. */
enum sarai_status toolbox_parse(const struct toolbox *box, const char *call, struct tool_request *out,
                                struct sarai_error *err);
/* The same for a name and arguments, of which a reference is kept. */
enum sarai_status toolbox_request(const struct toolbox *box, const char *name, json_t *arguments,
                                  struct tool_request *out, struct sarai_error *err);
void request_finish(struct tool_request *r);

/* Whether who said this wants it, as far as words tell (tool.h: asked_by); those of its arguments that are
 * misspelt are put right. */
bool request_is_asked_for(struct tool_request *r, const char *said);
/* Whether something else is wanted that only sounds like it to a model (tool.h: not_asked_by). */
bool request_is_for_another(const struct tool_request *r, const char *said);

/* Runs it, within its deadline. */
enum sarai_status toolbox_run(const struct tool_request *request, const struct stop *stop,
                              struct tool_result *out, struct sarai_error *err);
/* "abrir la puerta del garaje": what the person is asked about. */
void request_describe(const struct tool_request *r, char *out, size_t n);

/* What the model is shown: the data in one line of JSON, cut to out->max at a whole character. False: no
 * memory. */
bool tool_result_text(const struct tool_result *r, struct buf *out);

#endif
