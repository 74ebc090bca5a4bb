/* The tools of MCP servers in the toolbox, as "server.tool".
 *
 *     mcp_provide(box, path, stop, &missing, err); // all servers that mcp.json names; closed with the box
 *     mcp_missing_text(&missing, &text);
 *
 * What a tool gives is data of a stranger: its text, cut to TOOL_RESULT_BYTES, in {"resultado": …}, never a
 * sentence to be said as it is. A tool that does not declare itself as reading only is asked about before it
 * runs.
 */
#ifndef SARAI_ACT_MCP_TOOLS_H
#define SARAI_ACT_MCP_TOOLS_H

#include "act/mcp_config.h"
#include "act/toolbox.h"

/* The servers, and why the tools of some are not there (status other than SARAI_OK). */
struct mcp_missing {
    size_t n;
    struct mcp_absent {
        char name[MCP_NAME_BYTES];
        struct sarai_error why;
    } servers[MCP_SERVERS];
};

/* Starts the servers side by side and provides what they list within the toolbox's deadline; the box is
 * usable without those that do not. `missing` is borrowed until the box is closed: what a server lists later
 * takes its reason away. EUSAGE: mcp.json itself. */
enum sarai_status mcp_provide(struct toolbox *box, const char *path, const struct stop *stop,
                              struct mcp_missing *missing, struct sarai_error *err);
/* A line for each server whose tools are not there. False: no room. */
bool mcp_missing_text(const struct mcp_missing *missing, struct buf *out);

#endif
