/* MCP over streamable HTTP: each message is posted; what comes back is one message in JSON, or a stream of
 * events that are messages. What the server says unasked comes by a stream of its own, on a thread of its
 * own. */
#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act/mcp_config.h"
#include "act/mcp_link.h"
#include "base/clock.h"
#include "base/sse.h"
#include "engine/http.h"

enum {
    CONNECT_MS = 5000,
    BYE_MS = 1000,
    STREAM_MS = 3600000, /* most of one stream of what comes unasked, which may be silent as long */
    AGAIN_MS = 5000,     /* until the next one, where it has ended */
    LOOK_MS = 20,
    SESSION_BYTES = 1024,
    VERSION_BYTES = 32,
    OWN_HEADERS = 4
};

struct mcp_http {
    struct mcp_link link;
    const char *name, *url;
    const char *headers[OWN_HEADERS + MCP_MEMBERS];
    size_t n_fixed;                                                /* the first two, and those of the user */
    struct buf room;                                               /* the texts of the latter */
    char session[SESSION_BYTES + 32], version[VERSION_BYTES + 32]; /* as headers; "" while there is none */
    pthread_t listener;
    bool has_listener;
    struct stop quit;
    /* The listener's own. */
    const char *stream_headers[OWN_HEADERS + MCP_MEMBERS];
    size_t n_stream_headers;
    char stream_session[SESSION_BYTES + 32];
};

/* An answer on its way. */
struct answer {
    struct mcp_http *http;
    mcp_take_fn *take;
    void *user;
    bool is_stream, taken;
    struct buf body;
    struct sse events;
};

static bool take_event(void *user, const char *data, size_t n)
{
    struct answer *a = user;
    json_t *message = json_loadb(data, n, 0, NULL);
    a->taken = a->take && mcp_link_deliver(message, a->take, a->user);
    json_decref(message);
    return !a->taken;
}

static bool take_data(void *user, const char *data, size_t n)
{
    struct answer *a = user;
    return a->is_stream ? sse_feed(&a->events, data, n, take_event, a) : buf_append(&a->body, data, n);
}

/* What stands in the headers has to be known before the first byte of the body. */
static void take_header(void *user, const char *name, const char *value)
{
    struct answer *a = user;
    if (strcmp(name, "content-type") == 0)
        a->is_stream = strncmp(value, "text/event-stream", strlen("text/event-stream")) == 0;
    if (strcmp(name, "mcp-session-id") == 0 && strlen(value) < SESSION_BYTES)
        snprintf(a->http->session, sizeof a->http->session, "Mcp-Session-Id: %s", value);
}

static struct http_request request_for(struct mcp_http *h, struct answer *a, double wait_ms)
{
    size_t n = h->n_fixed;
    if (h->session[0])
        h->headers[n++] = h->session;
    if (h->version[0])
        h->headers[n++] = h->version;
    return (struct http_request){.url = h->url,
                                 .headers = h->headers,
                                 .n_headers = n,
                                 .connect_ms = CONNECT_MS,
                                 .silence_ms = wait_ms,
                                 .total_ms = wait_ms,
                                 .on_data = take_data,
                                 .on_header = take_header,
                                 .user = a};
}

static const char *problem_of(long code)
{
    if (code == 401 || code == 403)
        return tr("no da permiso: revisa «headers» en mcp.json",
                  "gives no leave: look at “headers” in mcp.json");
    if (code == 404 || code == 405)
        return tr("no habla MCP en esa dirección", "does not speak MCP at that address");
    return tr("responde con un error", "answers with an error");
}

static enum sarai_status post(struct mcp_http *h, const char *text, struct answer *a, double deadline_ms,
                              const struct stop *stop, struct sarai_error *err)
{
    struct http_reply reply;
    struct sarai_error cause = {0};
    double left_ms = deadline_ms - clock_ms();
    struct http_request r = request_for(h, a, left_ms > 1 ? left_ms : 1);
    r.body = text;
    r.stop = stop;
    enum sarai_status st = http_request(&r, &reply, &cause);
    if (!st || st == SARAI_ECANCELLED)
        return st ? failed(err, st, "%s", cause.message) : SARAI_OK;
    h->link.forgotten = reply.code == 404 && h->session[0];
    if (clock_ms() >= deadline_ms)
        return failed(err, SARAI_ECANCELLED, tr("%s tarda demasiado", "%s takes too long"), h->name);
    if (reply.code / 100 == 2 || reply.code == 0)
        return failed(err, st, tr("%s no responde", "%s does not answer"), h->name);
    return failed(err, st, "%s %s (%ld)", h->name, problem_of(reply.code), reply.code);
}

/* The answer has come: whether it has what was waited for. */
static enum sarai_status conclude(struct answer *a, struct sarai_error *err)
{
    const char *name = a->http->name;
    if (!a->take || a->taken)
        return SARAI_OK;
    if (a->is_stream)
        return failed(err, SARAI_ENETWORK, tr("%s corta su respuesta", "%s breaks off its answer"), name);
    json_t *message = json_loadb(buf_string(&a->body), a->body.len, 0, NULL);
    bool taken = mcp_link_deliver(message, a->take, a->user);
    json_decref(message);
    return taken ? SARAI_OK
                 : failed(err, SARAI_EINPUT, tr("%s no contesta en MCP", "%s does not answer in MCP"), name);
}

static enum sarai_status http_link_send(struct mcp_link *link, const json_t *message, mcp_take_fn *take,
                                        void *user, double deadline_ms, const struct stop *stop,
                                        struct sarai_error *err)
{
    struct mcp_http *h = (struct mcp_http *)link;
    struct answer a = {.http = h,
                       .take = take,
                       .user = user,
                       .body = BUF_INIT(MCP_MESSAGE_BYTES),
                       .events = SSE_INIT(MCP_MESSAGE_BYTES)};
    char *text = json_dumps(message, JSON_COMPACT);
    enum sarai_status st = text ? post(h, text, &a, deadline_ms, stop, err) : out_of_memory(err, h->name);
    if (!st)
        st = conclude(&a, err);
    free(text);
    buf_finish(&a.body);
    sse_finish(&a.events);
    return st;
}

/* ---- what comes unasked ----------------------------------------------------------------------- */

struct stream {
    struct mcp_link *link;
    struct sse events;
};

static bool hear_event(void *user, const char *data, size_t n)
{
    struct stream *s = user;
    json_t *message = json_loadb(data, n, 0, NULL);
    const char *method = json_string_value(json_object_get(message, "method"));
    if (method && strcmp(method, "notifications/tools/list_changed") == 0)
        atomic_store(&s->link->changed, true);
    json_decref(message);
    return true;
}

static bool hear_data(void *user, const char *data, size_t n)
{
    return sse_feed(&((struct stream *)user)->events, data, n, hear_event, user);
}

/* Until there is none: a server without such a stream answers 405, one that is down not at all. */
static void *listen_to_server(void *arg)
{
    struct mcp_http *h = arg;
    for (struct http_reply reply = {.code = 200}; reply.code / 100 == 2 && !stop_raised(&h->quit);) {
        struct stream s = {.link = &h->link, .events = SSE_INIT(MCP_MESSAGE_BYTES)};
        const struct http_request r = {.url = h->url,
                                       .headers = h->stream_headers,
                                       .n_headers = h->n_stream_headers,
                                       .connect_ms = CONNECT_MS,
                                       .silence_ms = STREAM_MS,
                                       .total_ms = STREAM_MS,
                                       .on_data = hear_data,
                                       .user = &s,
                                       .stop = &h->quit};
        http_request(&r, &reply, NULL);
        sse_finish(&s.events);
        for (int ms = 0; ms < AGAIN_MS && reply.code / 100 == 2 && !stop_raised(&h->quit); ms += LOOK_MS)
            nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    return NULL;
}

/* Without a thread, changes are noticed when the list is old. */
static void begin_to_listen(struct mcp_http *h)
{
    h->stream_headers[h->n_stream_headers++] = "Accept: text/event-stream";
    for (size_t i = 2; i < h->n_fixed; i++)
        h->stream_headers[h->n_stream_headers++] = h->headers[i];
    memcpy(h->stream_session, h->session, sizeof h->session);
    if (h->stream_session[0])
        h->stream_headers[h->n_stream_headers++] = h->stream_session;
    h->stream_headers[h->n_stream_headers++] = h->version;
    h->has_listener = pthread_create(&h->listener, NULL, listen_to_server, h) == 0;
}

static void http_link_agreed(struct mcp_link *link, const char *version)
{
    struct mcp_http *h = (struct mcp_http *)link;
    snprintf(h->version, sizeof h->version, "MCP-Protocol-Version: %.*s", VERSION_BYTES, version);
    begin_to_listen(h);
}

/* Tells the server that the session is over; what it says to that is nobody's business. */
static void http_link_close(struct mcp_link *link)
{
    struct mcp_http *h = (struct mcp_http *)link;
    struct answer a = {.http = h, .body = BUF_INIT(1024), .events = SSE_INIT(0)};
    atomic_store(&h->quit.raised, true);
    if (h->has_listener)
        pthread_join(h->listener, NULL);
    if (h->session[0] && !link->forgotten) {
        struct http_reply reply;
        struct http_request r = request_for(h, &a, BYE_MS);
        r.method = "DELETE";
        http_request(&r, &reply, NULL);
    }
    buf_finish(&a.body);
    sse_finish(&a.events);
    buf_finish(&h->room);
    free(h);
}

enum sarai_status mcp_http_open(const char *name, const json_t *entry, struct mcp_link **out,
                                struct sarai_error *err)
{
    struct mcp_http *h = calloc(1, sizeof *h);
    if (!h)
        return out_of_memory(err, name);
    h->link = (struct mcp_link){.send = http_link_send, .agreed = http_link_agreed, .close = http_link_close};
    h->name = name;
    h->url = json_string_value(json_object_get(entry, "url"));
    h->room = (struct buf)BUF_INIT(MCP_MEMBERS * (MCP_VALUE_BYTES + 256));
    h->headers[h->n_fixed++] = "Content-Type: application/json";
    h->headers[h->n_fixed++] = "Accept: application/json, text/event-stream";
    if (!mcp_config_pairs(json_object_get(entry, "headers"), ": ", &h->room, h->headers, &h->n_fixed)) {
        http_link_close(&h->link);
        return out_of_memory(err, name);
    }
    *out = &h->link;
    return SARAI_OK;
}
