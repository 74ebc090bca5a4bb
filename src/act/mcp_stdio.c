/* MCP over the stdin and stdout of a program: a message a line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/mcp_config.h"
#include "act/mcp_link.h"
#include "engine/process.h"

enum { MAX_JUNK_LINES = 1000, MAX_VARIABLES = MCP_MEMBERS + 16 };

struct mcp_stdio {
    struct mcp_link link;
    const char *name;
    struct process *process;
    struct buf line;
};

bool mcp_link_deliver(const json_t *message, mcp_take_fn *take, void *user)
{
    bool taken = false;
    size_t i;
    json_t *one;
    if (json_is_object(message))
        return take(user, message);
    json_array_foreach(message, i, one) taken = (json_is_object(one) && take(user, one)) || taken;
    return taken;
}

/* Programs print greetings and warnings where only messages belong; that is borne, up to a limit. */
static enum sarai_status take_lines(struct mcp_stdio *s, mcp_take_fn *take, void *user, double deadline_ms,
                                    const struct stop *stop, struct sarai_error *err)
{
    int junk = 0;
    bool taken = false;
    while (!taken) {
        enum sarai_status st = process_line(s->process, &s->line, deadline_ms, stop, err);
        if (st)
            return st;
        json_t *message = json_loadb(buf_string(&s->line), s->line.len, 0, NULL);
        junk += !message;
        taken = mcp_link_deliver(message, take, user);
        json_decref(message);
        if (junk > MAX_JUNK_LINES)
            return failed(err, SARAI_EINPUT, tr("%s no habla MCP", "%s does not speak MCP"), s->name);
    }
    return SARAI_OK;
}

static enum sarai_status stdio_send(struct mcp_link *link, const json_t *message, mcp_take_fn *take,
                                    void *user, double deadline_ms, const struct stop *stop,
                                    struct sarai_error *err)
{
    struct mcp_stdio *s = (struct mcp_stdio *)link;
    enum sarai_status st = SARAI_OK;
    if (message) {
        struct buf text = BUF_INIT(MCP_MESSAGE_BYTES);
        char *line = json_dumps(message, JSON_COMPACT); /* escapes line breaks */
        if (!line || !buf_printf(&text, "%s\n", line))
            st = out_of_memory(err, s->name);
        if (!st)
            st = process_write(s->process, text.data, text.len, deadline_ms, stop, err);
        free(line);
        buf_finish(&text);
    }
    return !st && take ? take_lines(s, take, user, deadline_ms, stop, err) : st;
}

static void stdio_close(struct mcp_link *link)
{
    struct mcp_stdio *s = (struct mcp_stdio *)link;
    process_close(s->process);
    buf_finish(&s->line);
    free(s);
}

/* What a program needs to run, and nothing of what may be secret in our own environment. */
static bool is_harmless(const char *variable)
{
    static const char *const names[] = {"PATH", "HOME",   "USER", "LOGNAME", "SHELL",
                                        "TERM", "TMPDIR", "TZ",   "LANG"};
    size_t n = strcspn(variable, "=");
    if (strncmp(variable, "LC_", 3) == 0 || strncmp(variable, "XDG_", 4) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncmp(variable, names[i], n) == 0)
            return true;
    return false;
}

/* Fills the list with what the entry names, then with what is harmless of ours. The texts of the former lie
 * in `room`. */
static bool make_environment(const json_t *entry, struct buf *room, const char *list[MAX_VARIABLES + 1])
{
    size_t own = 0, n;
    if (!mcp_config_pairs(json_object_get(entry, "env"), "=", room, list, &own))
        return false;
    n = own;
    for (char **variable = environ; *variable && n < MAX_VARIABLES; variable++) {
        size_t length = strcspn(*variable, "=");
        bool named = false;
        for (size_t i = 0; i < own; i++)
            named = named || strncmp(list[i], *variable, length + 1) == 0;
        if (!named && is_harmless(*variable))
            list[n++] = *variable;
    }
    list[n] = NULL;
    return true;
}

static enum sarai_status start(struct mcp_stdio *s, const json_t *entry, struct sarai_error *err)
{
    const char *argv[MCP_MEMBERS + 2], *environment[MAX_VARIABLES + 1];
    struct buf room = BUF_INIT(MCP_MEMBERS * (MCP_VALUE_BYTES + 256));
    json_t *args = json_object_get(entry, "args"), *arg;
    size_t i, n = 0;
    argv[n++] = json_string_value(json_object_get(entry, "command"));
    json_array_foreach(args, i, arg) argv[n++] = json_string_value(arg);
    argv[n] = NULL;
    enum sarai_status st = make_environment(entry, &room, environment)
                               ? process_open(argv, environment, &s->process, err)
                               : out_of_memory(err, s->name);
    buf_finish(&room);
    return st;
}

enum sarai_status mcp_stdio_open(const char *name, const json_t *entry, struct mcp_link **out,
                                 struct sarai_error *err)
{
    struct mcp_stdio *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, name);
    s->link = (struct mcp_link){.send = stdio_send, .close = stdio_close, .unasked = true};
    s->name = name;
    s->line = (struct buf)BUF_INIT(MCP_MESSAGE_BYTES);
    enum sarai_status st = start(s, entry, err);
    if (st)
        stdio_close(&s->link);
    else
        *out = &s->link;
    return st;
}
