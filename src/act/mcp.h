/* A client of one MCP server (Model Context Protocol, modelcontextprotocol.io, versions 2024-11-05 to
 * 2025-11-25): JSON-RPC 2.0 over a link, of which the tools are used and nothing else.
 *
 *     mcp_open("files", entry, &m, err);                       // starts nothing yet
 *     mcp_tools(m, deadline_ms, stop, &tools, err);            // connects, asks; array of tools, borrowed
 *     mcp_call(m, "read", arguments, deadline_ms, stop, &result, err);
 *     mcp_close(m);
 *
 * A server that has died is started again by the next call, but not more than every ten seconds; one that
 * could not be reached is tried again every minute, while mcp_has_news() is asked. Threads: one; mcp_warm()
 * has one of its own, for which the others wait.
 */
#ifndef SARAI_ACT_MCP_H
#define SARAI_ACT_MCP_H

#include "base/json.h"
#include "base/stop.h"

struct mcp;

enum {
    MCP_TOOLS = 128,        /* most tools of one server; others are passed over */
    MCP_START_MS = 20000,   /* what a server may take to start: some are fetched first */
    MCP_RELIST_MS = 300000, /* how old a list may be where changes are perhaps not told: over HTTP */
};

/* `name` and `entry` (out of mcp_config_read()) are borrowed. */
enum sarai_status mcp_open(const char *name, const json_t *entry, struct mcp **out, struct sarai_error *err);
void mcp_close(struct mcp *m);

/* Connects on a thread of its own, so that several servers start side by side and mcp_tools() need not wait
 * for all of it. */
enum sarai_status mcp_warm(struct mcp *m, struct sarai_error *err);

/* Its tools as it lists them: objects with name, description, inputSchema, annotations; asked for again when
 * they may have changed. Borrowed until the next call of this function or mcp_close(). ENETWORK, EUSAGE,
 * EINPUT: it cannot be reached, run, or understood. ECANCELLED: late, or stop was raised. */
enum sarai_status mcp_tools(struct mcp *m, double deadline_ms, const struct stop *stop, const json_t **tools,
                            struct sarai_error *err);

/* Whether mcp_tools() would list something new: the server said so, its list is old, or it has started since.
 * Waits for nothing; may begin to connect a server that was down. */
bool mcp_has_news(struct mcp *m);

/* Calls a tool with an object of arguments. *result: what it gave, the caller's: {"content": […], …}, also
 * where that says isError. EINPUT: refused by the server. */
enum sarai_status mcp_call(struct mcp *m, const char *tool, const json_t *arguments, double deadline_ms,
                           const struct stop *stop, json_t **result, struct sarai_error *err);

/* "everything-server 1.0", borrowed; "" while it was never reached. */
const char *mcp_server_title(const struct mcp *m);

#endif
