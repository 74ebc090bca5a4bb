/* The tools of MCP servers in the toolbox, as "server.tool".
 *
 *     mcp_provide(box, path, stop, &left_out, err); // all servers that mcp.json names; closed with the box
 *
 * What a tool gives is data of a stranger: its text, cut to TOOL_RESULT_BYTES, in {"resultado": …}, never a
 * sentence to be said as it is. A tool that does not declare itself as reading only is asked about before it
 * runs.
 */
#ifndef SARAI_ACT_MCP_TOOLS_H
#define SARAI_ACT_MCP_TOOLS_H

#include "act/toolbox.h"

/* Starts the servers side by side and provides what they list within the toolbox's deadline. Why a server is
 * left out is appended to `left_out`, a line for each that names it; the box is usable all the same.
 * `left_out` is borrowed until the box is closed: a server that lists its tools later takes its line out.
 * EUSAGE: mcp.json itself. */
enum sarai_status mcp_provide(struct toolbox *box, const char *path, const struct stop *stop,
                              struct buf *left_out, struct sarai_error *err);

#endif
