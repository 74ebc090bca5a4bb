#include "act/mcp_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/mcp.h"
#include "base/utf8.h"

enum { CALL_MS = 30000, ABOUT_BYTES = 400 };

struct mcp_tool {
    struct mcp *mcp;
    const char *name; /* as the server knows it; borrowed of its list */
    char full_name[TOOL_NAME_BYTES], about[ABOUT_BYTES];
    char *schema;
};

/* One server, as a provider. */
struct server {
    char name[MCP_NAME_BYTES];
    json_t *entry, *listed; /* references */
    struct mcp *mcp;
    struct sarai_error *why; /* its tools are not there; borrowed */
    struct mcp_tool tools[MCP_TOOLS];
    size_t n;
};

/* ---- results --------------------------------------------------------------------------------- */

/* Appends as much of the text as there is room for; false when it was cut. */
static bool add_text(struct buf *out, const char *text)
{
    size_t room = out->max - out->len, n = strlen(text);
    bool fits = n <= room;
    if (out->len > 0 && room > 0)
        fits = buf_append(out, "\n", 1) && n <= --room;
    buf_append(out, text, fits ? n : utf8_complete(text, room));
    return fits;
}

/* The texts of what came, in their order; what is no text is only named. */
static bool join_texts(const json_t *result, struct buf *out)
{
    const json_t *content = json_object_get(result, "content");
    bool whole = true;
    size_t i;
    json_t *part;
    json_array_foreach(content, i, part)
    {
        const char *text = json_string_value(json_object_get(part, "text"));
        const char *type = json_string_value(json_object_get(part, "type"));
        if (!text)
            text = json_string_value(json_object_get(json_object_get(part, "resource"), "text"));
        if (!text)
            text = json_string_value(json_object_get(part, "uri"));
        if (!text && type)
            text = strcmp(type, "image") == 0 ? "(imagen)" : strcmp(type, "audio") == 0 ? "(sonido)" : NULL;
        if (text)
            whole = add_text(out, text) && whole;
    }
    return whole;
}

static enum sarai_status give(const struct mcp_tool *t, const json_t *result, struct tool_result *out,
                              struct sarai_error *err)
{
    struct buf text = BUF_INIT(TOOL_RESULT_BYTES);
    const json_t *structure = json_object_get(result, "structuredContent");
    enum sarai_status st;
    bool whole = join_texts(result, &text);
    if (text.len == 0 && structure) {
        char *dumped = json_dumps(structure, JSON_COMPACT);
        whole = dumped && add_text(&text, dumped);
        free(dumped);
    }
    if (json_is_true(json_object_get(result, "isError")))
        st = failed(err, SARAI_EINPUT, "%s: %.300s", t->full_name,
                    text.len ? buf_string(&text) : tr("no ha podido", "could not"));
    else
        st = tool_give(out,
                       whole ? json_pack("{s:s}", "resultado", buf_string(&text))
                             : json_pack("{s:s, s:b}", "resultado", buf_string(&text), "cortado", 1),
                       NULL, err);
    buf_finish(&text);
    return st;
}

static enum sarai_status run(void *self, const struct tool_call *call, struct tool_result *out,
                             struct sarai_error *err)
{
    const struct mcp_tool *t = self;
    json_t *result = NULL;
    enum sarai_status st =
        mcp_call(t->mcp, t->name, call->arguments, call->deadline_ms, call->stop, &result, err);
    if (!st)
        st = give(t, result, out, err);
    json_decref(result);
    return st;
}

/* ---- listing --------------------------------------------------------------------------------- */

static void forget(struct server *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->tools[i].schema);
    s->n = 0;
    json_decref(s->listed);
    s->listed = NULL;
}

/* Names may hold more than the toolbox takes. */
static bool make_name(const struct server *s, struct mcp_tool *t)
{
    char name[sizeof t->full_name];
    int n = snprintf(name, sizeof name, "%s.%s", s->name, t->name);
    for (char *c = name; *c; c++)
        if (*c == '/' || *c == ' ')
            *c = '_';
    memcpy(t->full_name, name, sizeof name);
    return n < (int)sizeof name;
}

static bool describe(void *self, const json_t *arguments, char *out, size_t n)
{
    const struct mcp_tool *t = self;
    (void)arguments;
    int length = snprintf(out, n, tr("usar %s", "use %s"), t->full_name);
    return length > 0 && (size_t)length < n;
}

/* Tools that the toolbox cannot take (a name too long, a schema of no object) are left out. */
static enum sarai_status add(struct server *s, struct toolbox *box, const json_t *listed,
                             struct sarai_error *err)
{
    struct mcp_tool *t = &s->tools[s->n];
    const json_t *hints = json_object_get(listed, "annotations");
    const char *about = json_string_value(json_object_get(listed, "description"));
    struct sarai_error refused = {0};
    t->mcp = s->mcp;
    t->name = json_string_value(json_object_get(listed, "name"));
    if (!make_name(s, t))
        return SARAI_OK;
    about = about && *about ? about : t->name;
    snprintf(t->about, sizeof t->about, "%.*s",
             (int)utf8_complete(about, strnlen(about, sizeof t->about - 1)), about);
    for (char *c = t->about; *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    t->schema = json_dumps(json_object_get(listed, "inputSchema"), JSON_COMPACT);
    if (!t->schema)
        return SARAI_OK; /* it has none */
    s->n++;
    const struct tool tool = {
        .name = t->full_name,
        .about = t->about,
        .schema = t->schema,
        .effect = json_is_true(json_object_get(hints, "readOnlyHint")) ? TOOL_READS : TOOL_RISKS,
        .deadline_ms = CALL_MS,
        .self = t,
        .run = run,
        .describe = describe,
    };
    enum sarai_status st = toolbox_add(box, &tool, &refused);
    return st == SARAI_ENOMEM || st == SARAI_EINPUT ? failed(err, st, "%s", refused.message) : SARAI_OK;
}

static enum sarai_status list(void *self, struct toolbox *box, double deadline_ms, const struct stop *stop,
                              struct sarai_error *err)
{
    struct server *s = self;
    const json_t *tools = NULL;
    struct sarai_error why = {0};
    forget(s);
    enum sarai_status st = mcp_tools(s->mcp, deadline_ms, stop, &tools, &why);
    if (!st)
        s->listed = json_incref((json_t *)tools);
    for (size_t i = 0; !st && i < json_array_size(tools); i++)
        st = add(s, box, json_array_get(tools, i), &why);
    *s->why = st ? why : (struct sarai_error){0};
    return st ? failed(err, st, "%s", why.message) : SARAI_OK;
}

static bool has_news(void *self)
{
    return mcp_has_news(((struct server *)self)->mcp);
}

static void close_server(void *self)
{
    struct server *s = self;
    if (!s)
        return;
    mcp_close(s->mcp);
    forget(s);
    json_decref(s->entry);
    free(s);
}

static enum sarai_status open_server(const char *name, json_t *entry, struct server **out,
                                     struct sarai_error *err)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, name);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->entry = json_incref(entry);
    enum sarai_status st = mcp_open(s->name, entry, &s->mcp, err);
    if (!st)
        st = mcp_warm(s->mcp, err);
    if (st)
        close_server(s);
    else
        *out = s;
    return st;
}

bool mcp_missing_text(const struct mcp_missing *missing, struct buf *out)
{
    bool ok = true;
    for (size_t i = 0; ok && i < missing->n; i++)
        ok = !missing->servers[i].why.status ||
             buf_printf(out, tr("%sSin las herramientas de «%s»: %s.", "%sWithout the tools of “%s”: %s."),
                        out->len > 0 ? "\n" : "", missing->servers[i].name, missing->servers[i].why.message);
    return ok;
}

enum sarai_status mcp_provide(struct toolbox *box, const char *path, const struct stop *stop,
                              struct mcp_missing *missing, struct sarai_error *err)
{
    struct server *opened[MCP_SERVERS] = {NULL};
    json_t *servers = NULL, *entry;
    const char *name;
    missing->n = 0;
    enum sarai_status st = mcp_config_read(path, &servers, err);
    if (st)
        return st;
    json_object_foreach(servers, name, entry)
    {
        struct mcp_absent *absent = &missing->servers[missing->n];
        *absent = (struct mcp_absent){0};
        snprintf(absent->name, sizeof absent->name, "%s", name);
        if (open_server(name, entry, &opened[missing->n], &absent->why) == SARAI_OK)
            opened[missing->n]->why = &absent->why;
        missing->n++;
    }
    for (size_t i = 0; i < missing->n; i++) {
        const struct tool_provider provider = {"MCP", opened[i], list, has_news, close_server};
        if (opened[i])
            toolbox_provide(box, &provider, stop, &missing->servers[i].why);
    }
    json_decref(servers);
    return SARAI_OK;
}
