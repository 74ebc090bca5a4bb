#include "act/mcp.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act/mcp_link.h"
#include "base/clock.h"

enum {
    RETRY_MS = 10000,
    REVIVE_MS = 50000 /* more, where nobody wants it */,
    MAX_PAGES = 32,
    NOTICE_MS = 200,
    DRAIN_MS = 1,
    LOOK_MS = 20
};

static const char our_version[] = "2025-06-18";
static const char *const versions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};

struct mcp {
    const char *name;
    const json_t *entry;
    pthread_mutex_t lock;  /* held by who works; guards what follows */
    struct mcp_link *link; /* NULL while not connected */
    bool has_tools;        /* it said so */
    bool stale;            /* and that they have changed */
    json_t *tools;         /* array; NULL before the first list */
    bool is_given;         /* mcp_tools() gave them as they are */
    double listed_ms;
    json_int_t last_id;
    struct sarai_error trouble; /* why it could not be reached */
    double retry_ms;            /* not before */
    char title[128];
    pthread_t warmer;
    bool has_warmer;     /* a thread to be joined */
    atomic_bool warming; /* and it is at work: it goes before others */
    struct stop quit;
};

/* ---- messages -------------------------------------------------------------------------------- */

/* What is waited for, and by whom. */
struct waiter {
    struct mcp *m;
    json_int_t id;
    json_t *answer; /* the message */
};

static enum sarai_status tell(struct mcp *m, json_t *message, double deadline_ms)
{
    enum sarai_status st =
        message ? m->link->send(m->link, message, NULL, NULL, deadline_ms, &m->quit, NULL) : SARAI_ENOMEM;
    json_decref(message);
    return st;
}

/* The server asks us something: we live, and can do nothing else for it. */
static void reply(struct mcp *m, const json_t *id, const char *method)
{
    json_t *message = strcmp(method, "ping") == 0
                          ? json_pack("{s:s, s:O, s:{}}", "jsonrpc", "2.0", "id", id, "result")
                          : json_pack("{s:s, s:O, s:{s:i, s:s}}", "jsonrpc", "2.0", "id", id, "error", "code",
                                      -32601, "message", "not offered by this client");
    tell(m, message, clock_ms() + NOTICE_MS);
}

static bool take(void *user, const json_t *message)
{
    struct waiter *w = user;
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *id = json_object_get(message, "id");
    if (method && id)
        reply(w->m, id, method);
    else if (method)
        w->m->stale = w->m->stale || strcmp(method, "notifications/tools/list_changed") == 0;
    else if (json_is_integer(id) && json_integer_value(id) == w->id && !w->answer)
        w->answer = json_incref((json_t *)message);
    return w->answer != NULL;
}

static void cancel(struct mcp *m, json_int_t id, const char *why)
{
    tell(m,
         json_pack("{s:s, s:s, s:{s:I, s:s}}", "jsonrpc", "2.0", "method", "notifications/cancelled",
                   "params", "requestId", id, "reason", why),
         clock_ms() + NOTICE_MS);
}

/* What the answer says: its result (the caller's), or the server's own words on what was wrong. */
static enum sarai_status read_answer(const struct mcp *m, const json_t *answer, json_t **result,
                                     struct sarai_error *err)
{
    const json_t *error = json_object_get(answer, "error");
    const char *message = json_string_value(json_object_get(error, "message"));
    json_t *found = json_object_get(answer, "result");
    if (error)
        return failed(err, SARAI_EINPUT, "%s: %.300s", m->name,
                      message ? message : tr("lo rechaza", "refuses it"));
    if (!json_is_object(found))
        return failed(err, SARAI_EINPUT, tr("%s no contesta en MCP", "%s does not answer in MCP"), m->name);
    *result = json_incref(found);
    return SARAI_OK;
}

/* Takes `params` over. */
static enum sarai_status ask(struct mcp *m, const char *method, json_t *params, double deadline_ms,
                             const struct stop *stop, json_t **result, struct sarai_error *err)
{
    struct waiter w = {.m = m, .id = ++m->last_id};
    json_t *message =
        json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", w.id, "method", method, "params", params);
    if (!message)
        return out_of_memory(err, m->name);
    enum sarai_status st = m->link->send(m->link, message, take, &w, deadline_ms, stop, err);
    if (!st)
        st = read_answer(m, w.answer, result, err);
    else if (st == SARAI_ECANCELLED)
        cancel(m, w.id, "no longer waited for");
    json_decref(w.answer);
    json_decref(message);
    return st;
}

/* ---- connecting ------------------------------------------------------------------------------ */

static void disconnect(struct mcp *m)
{
    if (m->link)
        m->link->close(m->link);
    m->link = NULL;
}

static bool is_known(const char *version)
{
    for (size_t i = 0; version && i < sizeof versions / sizeof *versions; i++)
        if (strcmp(versions[i], version) == 0)
            return true;
    return false;
}

static enum sarai_status agree(struct mcp *m, const json_t *hello, struct sarai_error *err)
{
    const char *version = json_string_value(json_object_get(hello, "protocolVersion"));
    const json_t *info = json_object_get(hello, "serverInfo");
    const char *name = json_string_value(json_object_get(info, "name"));
    const char *number = json_string_value(json_object_get(info, "version"));
    if (!is_known(version))
        return failed(err, SARAI_EINPUT,
                      tr("%s habla una versión de MCP que no conozco: %.40s",
                         "%s speaks a version of MCP that is not known: %.40s"),
                      m->name, version ? version : "?");
    snprintf(m->title, sizeof m->title, "%.60s %.40s", name ? name : m->name, number ? number : "");
    m->has_tools = json_object_get(json_object_get(hello, "capabilities"), "tools") != NULL;
    m->stale = true;
    if (m->link->agreed)
        m->link->agreed(m->link, version);
    return SARAI_OK;
}

static enum sarai_status greet(struct mcp *m, double deadline_ms, const struct stop *stop,
                               struct sarai_error *err)
{
    json_t *hello = NULL;
    enum sarai_status st =
        ask(m, "initialize",
            json_pack("{s:s, s:{}, s:{s:s, s:s}}", "protocolVersion", our_version, "capabilities",
                      "clientInfo", "name", "sarai", "version", SARAI_VERSION),
            deadline_ms, stop, &hello, err);
    if (!st)
        st = agree(m, hello, err);
    if (!st && tell(m, json_pack("{s:s, s:s}", "jsonrpc", "2.0", "method", "notifications/initialized"),
                    deadline_ms))
        st = failed(err, SARAI_ENETWORK, tr("%s no responde", "%s does not answer"), m->name);
    json_decref(hello);
    return st;
}

static enum sarai_status connect_now(struct mcp *m, double deadline_ms, const struct stop *stop,
                                     struct sarai_error *err)
{
    if (clock_ms() < m->retry_ms)
        return failed(err, m->trouble.status, "%s", m->trouble.message);
    struct sarai_error trouble = {0};
    enum sarai_status st = json_object_get(m->entry, "command")
                               ? mcp_stdio_open(m->name, m->entry, &m->link, &trouble)
                               : mcp_http_open(m->name, m->entry, &m->link, &trouble);
    if (!st)
        st = greet(m, deadline_ms, stop, &trouble);
    if (!st)
        return SARAI_OK;
    disconnect(m);
    if (!stop_raised(stop) && st != SARAI_ENOMEM) {
        m->trouble = trouble;
        m->retry_ms = clock_ms() + RETRY_MS;
    }
    return failed(err, st, "%s", trouble.message);
}

/* A link that has failed is of no use any more; one that was late is. True where the server has only
 * forgotten us, and has done nothing: it may be asked once more. */
static bool look_at_link(struct mcp *m, enum sarai_status st)
{
    bool forgotten = st && m->link && m->link->forgotten;
    if (st == SARAI_ENETWORK)
        disconnect(m);
    return forgotten;
}

static enum sarai_status connected(struct mcp *m, double deadline_ms, const struct stop *stop,
                                   struct sarai_error *err)
{
    return m->link ? SARAI_OK : connect_now(m, deadline_ms, stop, err);
}

/* ---- tools ----------------------------------------------------------------------------------- */

/* Appends the named tools of a page. */
static bool add_page(json_t *all, const json_t *page)
{
    size_t i;
    json_t *tool;
    json_array_foreach(json_object_get(page, "tools"), i,
                       tool) if (json_array_size(all) < MCP_TOOLS &&
                                 json_is_string(json_object_get(tool, "name")) &&
                                 json_array_append(all, tool) != 0) return false;
    return true;
}

static enum sarai_status list_all(struct mcp *m, double deadline_ms, const struct stop *stop, json_t *all,
                                  struct sarai_error *err)
{
    json_t *page = NULL;
    enum sarai_status st = SARAI_OK;
    for (int i = 0; !st && i < MAX_PAGES; i++) {
        json_t *cursor = json_object_get(page, "nextCursor"), *next = NULL;
        if (i > 0 && (!json_is_string(cursor) || json_array_size(all) >= MCP_TOOLS))
            break;
        st = ask(m, "tools/list", i > 0 ? json_pack("{s:O}", "cursor", cursor) : json_object(), deadline_ms,
                 stop, &next, err);
        json_decref(page);
        page = next;
        if (!st && !add_page(all, page))
            st = out_of_memory(err, m->name);
    }
    json_decref(page);
    return st;
}

static enum sarai_status list(struct mcp *m, double deadline_ms, const struct stop *stop,
                              struct sarai_error *err)
{
    json_t *all = json_array();
    m->stale = false; /* said again while we ask: it is true */
    enum sarai_status st = !all           ? out_of_memory(err, m->name)
                           : m->has_tools ? list_all(m, deadline_ms, stop, all, err)
                                          : SARAI_OK;
    if (st) {
        m->stale = true;
        json_decref(all);
        return st;
    }
    json_decref(m->tools);
    m->tools = all;
    m->is_given = false;
    m->listed_ms = clock_ms();
    return SARAI_OK;
}

/* What came unasked since the last call. */
static void drain(struct mcp *m)
{
    struct waiter nobody = {.m = m, .id = 0};
    m->stale = m->stale || (m->link && atomic_exchange(&m->link->changed, false));
    if (m->link && m->link->unasked)
        look_at_link(m, m->link->send(m->link, NULL, take, &nobody, clock_ms() + DRAIN_MS, NULL, NULL));
}

static bool is_to_be_listed(const struct mcp *m)
{
    bool old = m->link && !m->link->unasked && clock_ms() - m->listed_ms > MCP_RELIST_MS;
    return m->stale || old || !m->tools;
}

static enum sarai_status list_if_old(struct mcp *m, double deadline_ms, const struct stop *stop,
                                     struct sarai_error *err)
{
    return is_to_be_listed(m) ? list(m, deadline_ms, stop, err) : SARAI_OK;
}

static enum sarai_status tools_locked(struct mcp *m, double deadline_ms, const struct stop *stop,
                                      struct sarai_error *err)
{
    drain(m);
    for (int tries = 0;; tries++) {
        struct sarai_error trouble = {0};
        enum sarai_status st = connected(m, deadline_ms, stop, &trouble);
        if (!st)
            st = list_if_old(m, deadline_ms, stop, &trouble);
        if (!look_at_link(m, st) || tries > 0)
            return st ? failed(err, st, "%s", trouble.message) : SARAI_OK;
    }
}

static enum sarai_status call_locked(struct mcp *m, const char *tool, const json_t *arguments,
                                     double deadline_ms, const struct stop *stop, json_t **result,
                                     struct sarai_error *err)
{
    for (int tries = 0;; tries++) {
        struct sarai_error trouble = {0};
        enum sarai_status st = connected(m, deadline_ms, stop, &trouble);
        if (!st)
            st = ask(m, "tools/call", json_pack("{s:s, s:O}", "name", tool, "arguments", arguments),
                     deadline_ms, stop, result, &trouble);
        if (!look_at_link(m, st) || tries > 0)
            return st ? failed(err, st, "%s", trouble.message) : SARAI_OK;
    }
}

/* ---- threads --------------------------------------------------------------------------------- */

/* Waits for its turn. */
static enum sarai_status enter(struct mcp *m, double deadline_ms, const struct stop *stop,
                               struct sarai_error *err)
{
    while (atomic_load(&m->warming) || pthread_mutex_trylock(&m->lock) != 0) {
        const struct timespec nap = {.tv_nsec = LOOK_MS * 1000000L};
        if (stop_raised(stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (clock_ms() >= deadline_ms)
            return failed(err, SARAI_ECANCELLED, tr("%s tarda demasiado", "%s takes too long"), m->name);
        nanosleep(&nap, NULL);
    }
    return SARAI_OK;
}

enum sarai_status mcp_call(struct mcp *m, const char *tool, const json_t *arguments, double deadline_ms,
                           const struct stop *stop, json_t **result, struct sarai_error *err)
{
    enum sarai_status st = enter(m, deadline_ms, stop, err);
    if (st)
        return st;
    st = call_locked(m, tool, arguments, deadline_ms, stop, result, err);
    pthread_mutex_unlock(&m->lock);
    return st;
}

static void *warm(void *arg)
{
    struct mcp *m = arg;
    pthread_mutex_lock(&m->lock);
    tools_locked(m, clock_ms() + MCP_START_MS, &m->quit, NULL);
    pthread_mutex_unlock(&m->lock);
    atomic_store(&m->warming, false);
    return NULL;
}

enum sarai_status mcp_warm(struct mcp *m, struct sarai_error *err)
{
    if (m->has_warmer)
        pthread_join(m->warmer, NULL);
    atomic_store(&m->warming, true);
    m->has_warmer = pthread_create(&m->warmer, NULL, warm, m) == 0;
    if (m->has_warmer)
        return SARAI_OK;
    atomic_store(&m->warming, false);
    return out_of_memory(err, m->name);
}

/* A server that was down is tried again behind everybody's back: once it is there, that is news. */
bool mcp_has_news(struct mcp *m)
{
    if (atomic_load(&m->warming) || pthread_mutex_trylock(&m->lock) != 0) /* somebody is at work with it */
        return false;
    drain(m);
    bool has_news = m->link && (!m->is_given || is_to_be_listed(m));
    bool is_due = !m->link && !m->is_given && m->retry_ms > 0 && clock_ms() >= m->retry_ms + REVIVE_MS;
    pthread_mutex_unlock(&m->lock);
    if (is_due)
        mcp_warm(m, NULL);
    return has_news;
}

/* What is not connected is connected with the time that it needs, not with what this caller has. */
enum sarai_status mcp_tools(struct mcp *m, double deadline_ms, const struct stop *stop, const json_t **tools,
                            struct sarai_error *err)
{
    enum sarai_status st = enter(m, deadline_ms, stop, err);
    if (st)
        return st;
    if (!m->link && clock_ms() >= m->retry_ms) {
        pthread_mutex_unlock(&m->lock);
        st = mcp_warm(m, err);
        if (!st)
            st = enter(m, deadline_ms, stop, err);
        if (st)
            return st;
    }
    st = tools_locked(m, deadline_ms, stop, err);
    if (!st)
        *tools = m->tools;
    m->is_given = !st;
    pthread_mutex_unlock(&m->lock);
    return st;
}

enum sarai_status mcp_open(const char *name, const json_t *entry, struct mcp **out, struct sarai_error *err)
{
    struct mcp *m = calloc(1, sizeof *m);
    if (!m)
        return out_of_memory(err, name);
    m->name = name;
    m->entry = entry;
    pthread_mutex_init(&m->lock, NULL);
    *out = m;
    return SARAI_OK;
}

void mcp_close(struct mcp *m)
{
    if (!m)
        return;
    atomic_store(&m->quit.raised, true);
    if (m->has_warmer)
        pthread_join(m->warmer, NULL);
    disconnect(m);
    json_decref(m->tools);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

const char *mcp_server_title(const struct mcp *m)
{
    return m->title;
}
