#include "act/toolbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/grammar.h"
#include "act/mending.h"
#include "act/schema.h"
#include "base/clock.h"
#include "base/utf8.h"

enum { LIST_MS = 5000, NOBODY = -1 /* built in */ };

struct entry {
    struct tool tool;
    json_t *schema;
    int provider; /* index, or NOBODY */
};

struct toolbox {
    struct entry *entries;
    size_t n;
    struct tool_provider providers[TOOLBOX_PROVIDERS];
    int n_providers;
    int listing; /* whose tools are being added */
};

enum sarai_status toolbox_open(struct toolbox **out, struct sarai_error *err)
{
    struct toolbox *box = calloc(1, sizeof *box);
    if (!box || !(box->entries = calloc(TOOLBOX_TOOLS, sizeof *box->entries))) {
        free(box);
        return out_of_memory(err, tr("las herramientas", "the tools"));
    }
    box->listing = NOBODY;
    *out = box;
    return SARAI_OK;
}

/* Forgets what a provider listed. */
static void drop_tools(struct toolbox *box, int provider)
{
    size_t kept = 0;
    for (size_t i = 0; i < box->n; i++) {
        if (box->entries[i].provider == provider)
            json_decref(box->entries[i].schema);
        else
            box->entries[kept++] = box->entries[i];
    }
    box->n = kept;
}

void toolbox_close(struct toolbox *box)
{
    if (!box)
        return;
    for (int i = NOBODY; i < box->n_providers; i++)
        drop_tools(box, i);
    for (int i = 0; i < box->n_providers; i++)
        if (box->providers[i].close)
            box->providers[i].close(box->providers[i].self);
    free(box->entries);
    free(box);
}

/* ---- adding and listing ----------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    size_t n = name ? strnlen(name, TOOL_NAME_BYTES) : 0;
    return n > 0 && n < TOOL_NAME_BYTES && strspn(name, TOOL_NAME_LETTERS) == n;
}

static enum sarai_status check_tool(const struct toolbox *box, const struct tool *tool,
                                    struct sarai_error *err)
{
    if (!is_name(tool->name))
        return failed(
            err, SARAI_EUSAGE,
            tr("«%.80s» no puede ser el nombre de una herramienta: hasta 64 letras, cifras, - _ y punto",
               "“%.80s” cannot be a tool's name: up to 64 letters, digits, - _ and dot"),
            tool->name ? tool->name : "");
    if (toolbox_find(box, tool->name))
        return failed(err, SARAI_EUSAGE, tr("ya hay una herramienta %s", "there is a tool %s already"),
                      tool->name);
    if (!tool->run || !tool->about || !tool->schema ||
        strnlen(tool->schema, TOOLBOX_SCHEMA_BYTES) == TOOLBOX_SCHEMA_BYTES || tool->deadline_ms < 0 ||
        tool->deadline_ms > TOOL_MOST_MS)
        return failed(err, SARAI_EUSAGE,
                      tr("la herramienta %s está incompleta o su esquema pasa de %d bytes",
                         "the tool %s is incomplete, or its schema is over %d bytes"),
                      tool->name, TOOLBOX_SCHEMA_BYTES);
    if (box->n == TOOLBOX_TOOLS)
        return failed(err, SARAI_EINPUT, tr("hay más de %d herramientas", "there are more than %d tools"),
                      TOOLBOX_TOOLS);
    return SARAI_OK;
}

enum sarai_status toolbox_add(struct toolbox *box, const struct tool *tool, struct sarai_error *err)
{
    struct entry entry = {.tool = *tool, .provider = box->listing};
    enum sarai_status st = check_tool(box, tool, err);
    if (!st)
        st = schema_read(tool->schema, tool->name, &entry.schema, err);
    if (!st)
        box->entries[box->n++] = entry;
    return st;
}

static enum sarai_status list(struct toolbox *box, int i, const struct stop *stop, struct sarai_error *err)
{
    struct sarai_error cause = {0};
    box->listing = i;
    enum sarai_status st =
        box->providers[i].list(box->providers[i].self, box, clock_ms() + LIST_MS, stop, &cause);
    box->listing = NOBODY;
    return st ? failed(err, st, "%.64s: %s", box->providers[i].name, cause.message) : SARAI_OK;
}

enum sarai_status toolbox_provide(struct toolbox *box, const struct tool_provider *provider,
                                  const struct stop *stop, struct sarai_error *err)
{
    if (box->n_providers == TOOLBOX_PROVIDERS) {
        if (provider->close)
            provider->close(provider->self);
        return failed(
            err, SARAI_EUSAGE,
            tr("hay más de %d proveedores de herramientas", "there are more than %d providers of tools"),
            TOOLBOX_PROVIDERS);
    }
    box->providers[box->n_providers++] = *provider;
    return list(box, box->n_providers - 1, stop, err);
}

bool toolbox_has_news(const struct toolbox *box)
{
    for (int i = 0; i < box->n_providers; i++)
        if (box->providers[i].has_news && box->providers[i].has_news(box->providers[i].self))
            return true;
    return false;
}

enum sarai_status toolbox_refresh(struct toolbox *box, const struct stop *stop, struct sarai_error *err)
{
    enum sarai_status first = SARAI_OK;
    for (int i = 0; i < box->n_providers; i++) {
        struct sarai_error cause = {0};
        drop_tools(box, i);
        enum sarai_status st = list(box, i, stop, &cause);
        if (st && !first)
            first = failed(err, st, "%s", cause.message);
    }
    return first;
}

size_t toolbox_count(const struct toolbox *box)
{
    return box->n;
}

const struct tool *toolbox_at(const struct toolbox *box, size_t index)
{
    return &box->entries[index].tool;
}

const char *toolbox_provider(const struct toolbox *box, size_t index)
{
    int provider = box->entries[index].provider;
    return provider == NOBODY ? "" : box->providers[provider].name;
}

static const struct entry *find(const struct toolbox *box, const char *name)
{
    for (size_t i = 0; i < box->n; i++)
        if (strcmp(box->entries[i].tool.name, name) == 0)
            return &box->entries[i];
    return NULL;
}

const struct tool *toolbox_find(const struct toolbox *box, const char *name)
{
    const struct entry *entry = find(box, name);
    return entry ? &entry->tool : NULL;
}

/* ---- for the model ---------------------------------------------------------------------------- */

static bool add_signature(const struct entry *entry, bool is_first_tool, struct buf *out)
{
    const char *name;
    json_t *member;
    bool ok = buf_printf(out, "%s%s(", is_first_tool ? "" : ", ", entry->tool.name), is_first = true;
    json_object_foreach(json_object_get(entry->schema, "properties"), name, member)
    {
        ok = ok && buf_printf(out, "%s%s", is_first ? "" : ", ", name);
        is_first = false;
    }
    return ok && buf_text(out, ")");
}

bool toolbox_signatures(const struct toolbox *box, struct buf *out)
{
    struct buf one = BUF_INIT(TOOLBOX_SCHEMA_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < box->n; i++) {
        if (box->entries[i].tool.is_hidden)
            continue;
        buf_reset(&one);
        ok = add_signature(&box->entries[i], out->len == 0, &one);
        if (ok && one.len <= out->max - out->len)
            ok = buf_append(out, one.data, one.len);
    }
    buf_finish(&one);
    return ok;
}

bool toolbox_grammar(const struct toolbox *box, struct buf *out)
{
    struct grammar_tool *tools = calloc(box->n + 1, sizeof *tools);
    if (!tools)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < box->n; i++)
        if (!box->entries[i].tool.is_hidden)
            tools[n++] = (struct grammar_tool){box->entries[i].tool.name, box->entries[i].schema};
    bool ok = grammar_write(tools, n, out);
    free(tools);
    return ok;
}

/* ---- requests --------------------------------------------------------------------------------- */

enum sarai_status toolbox_request(const struct toolbox *box, const char *name, json_t *arguments,
                                  struct tool_request *out, struct sarai_error *err)
{
    const struct entry *entry = find(box, name);
    if (!entry)
        return failed(err, SARAI_EINPUT, tr("no tengo la herramienta «%.64s»", "I have no tool “%.64s”"),
                      name);
    enum sarai_status st = schema_check(entry->schema, arguments, err);
    if (st)
        return st;
    const struct tool *tool = &entry->tool;
    *out = (struct tool_request){
        .tool = tool,
        .arguments = json_incref(arguments),
        .effect = tool->judge ? tool->judge(tool->self, arguments) : tool->effect,
    };
    return SARAI_OK;
}

enum sarai_status toolbox_parse(const struct toolbox *box, const char *call, struct tool_request *out,
                                struct sarai_error *err)
{
    size_t n = strnlen(call, TOOLBOX_CALL_BYTES + 1);
    json_t *root = n <= TOOLBOX_CALL_BYTES ? json_loadb(call, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    json_t *arguments = json_object_get(root, "arguments");
    const char *name = json_string_value(json_object_get(root, "name"));
    enum sarai_status st;
    if (name && json_is_object(arguments))
        st = toolbox_request(box, name, arguments, out, err);
    else
        st = failed(err, SARAI_EINPUT,
                    tr("no entiendo qué herramienta hace falta", "it is not clear which tool is wanted"));
    json_decref(root);
    return st;
}

void request_finish(struct tool_request *r)
{
    json_decref(r->arguments);
    *r = (struct tool_request){0};
}

void request_describe(const struct tool_request *r, char *out, size_t n)
{
    const char *name;
    json_t *value;
    if (r->tool->describe && r->tool->describe(r->tool->self, r->arguments, out, n))
        return;
    struct buf text = BUF_INIT(n - 1);
    bool ok = buf_printf(&text, "usar %s", r->tool->name);
    json_object_foreach(r->arguments, name, value)
    {
        char *json = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        ok = ok && buf_printf(&text, ", %s %s", name,
                              json                       ? json
                              : json_string_value(value) ? json_string_value(value)
                                                         : "");
        free(json);
    }
    snprintf(out, n, "%s", buf_string(&text));
    buf_finish(&text);
}

bool request_is_asked_for(struct tool_request *r, const char *said)
{
    const struct tool *tool = r->tool;
    bool rests = mending_mend(r->arguments, tool->schema, said, tool->said_otherwise);
    return (rests || r->effect == TOOL_READS) && (!tool->asked_by || mending_begins(said, tool->asked_by));
}

bool request_is_for_another(const struct tool_request *r, const char *said)
{
    return mending_begins(said, r->tool->not_asked_by) && !mending_begins(said, r->tool->asked_by);
}

enum sarai_status toolbox_run(const struct tool_request *request, const struct stop *stop,
                              struct tool_result *out, struct sarai_error *err)
{
    int ms = request->tool->deadline_ms ? request->tool->deadline_ms : TOOL_USUAL_MS;
    const struct tool_call call = {request->arguments, clock_ms() + ms, stop};
    struct tool_result result = {0};
    if (tool_is_over(&call))
        return tool_late(&call, err);
    enum sarai_status st = request->tool->run(request->tool->self, &call, &result, err);
    if (st)
        tool_result_finish(&result);
    else
        *out = result;
    return st;
}

/* ---- results ---------------------------------------------------------------------------------- */

/* Appends what fits, cut at a whole character. */
static bool add_cut(const char *text, struct buf *out)
{
    size_t n = strlen(text), room = out->max - out->len;
    return buf_append(out, text, n <= room ? n : utf8_complete(text, room));
}

static bool add_json(json_t *value, struct buf *out)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    bool ok = text && add_cut(text, out);
    free(text);
    return ok;
}

bool tool_result_text(const struct tool_result *r, struct buf *out)
{
    if (r->data)
        return add_json(r->data, out);
    json_t *told = json_pack("{s:s}", "texto", r->sentence);
    bool ok = add_json(told, out);
    json_decref(told);
    return ok;
}
