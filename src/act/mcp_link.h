/* How messages of MCP travel: to a program over its stdin and stdout, or to a service over HTTP.
 *
 *     mcp_stdio_open("files", entry, &link, err);
 *     link->send(link, request, take, user, deadline_ms, stop, err);   // until take() says: that was it
 *     link->close(link);
 *
 * One thread at a time.
 */
#ifndef SARAI_ACT_MCP_LINK_H
#define SARAI_ACT_MCP_LINK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/stop.h"

enum { MCP_MESSAGE_BYTES = 16 << 20 }; /* longest message of a server */

/* A message of the server (an object); true: the one that was waited for. It may send a message itself. */
typedef bool mcp_take_fn(void *user, const json_t *message);

struct mcp_link {
    /* Sends `message` (NULL: none). With a `take`, gives it what comes until it is content; without one,
     * waits for nothing. ENETWORK: the server is gone, or its answer was cut short; what else is to be said
     * to it needs a new link. EINPUT: it says what is no MCP. ECANCELLED: late, or stop was raised; the link
     * is as good as before. */
    enum sarai_status (*send)(struct mcp_link *link, const json_t *message, mcp_take_fn *take, void *user,
                              double deadline_ms, const struct stop *stop, struct sarai_error *err);
    /* The version of the protocol that both have agreed on; or NULL where it need not know. */
    void (*agreed)(struct mcp_link *link, const char *version);
    void (*close)(struct mcp_link *link);
    bool unasked; /* messages may come unasked; they are taken with send(NULL, …) */
    atomic_bool
        changed;    /* the server has said unasked, on a thread of the link's, that its tools have changed */
    bool forgotten; /* the server has refused the last message because it does not know us any more */
};

/* `name` is the server's, for messages; `entry` is out of mcp_config_read(). Both are borrowed and outlive
 * the link. */
enum sarai_status mcp_stdio_open(const char *name, const json_t *entry, struct mcp_link **out,
                                 struct sarai_error *err);
enum sarai_status mcp_http_open(const char *name, const json_t *entry, struct mcp_link **out,
                                struct sarai_error *err);

/* Gives a message, or each of a batch, to take. True: one of them was waited for. */
bool mcp_link_deliver(const json_t *message, mcp_take_fn *take, void *user);

#endif
