/* The MCP servers that the user has named, in mcp.json of the configuration folder, in the shape that other
 * MCP clients have as well:
 *
 *     {"mcpServers": {"files": {"command": "npx", "args": ["-y", "some-server"], "env": {"NAME": "value"}},
 *                     "wiki": {"url": "https://example.org/mcp", "headers": {"Authorization": "Bearer …"}},
 *                     "old": {"command": "other", "disabled": true}}}
 *
 *     mcp_config_read(path, &servers, err);      // name → entry, checked
 *     json_decref(servers);
 */
#ifndef SARAI_ACT_MCP_CONFIG_H
#define SARAI_ACT_MCP_CONFIG_H

#include "base/buf.h"
#include "base/json.h"

enum {
    MCP_SERVERS = 16,       /* most of them */
    MCP_NAME_BYTES = 33,    /* of a server's name: letters, digits, "_", "-"; 32 at most */
    MCP_MEMBERS = 64,       /* most arguments, variables or headers of one */
    MCP_VALUE_BYTES = 4096, /* of one of these */
    MCP_CONFIG_BYTES = 1 << 20,
};

/* The servers that are not disabled; an empty object where there is no file. EUSAGE names the file, the
 * server and what is wrong. The caller closes it with json_decref(). */
enum sarai_status mcp_config_read(const char *path, json_t **servers, struct sarai_error *err);

/* The members of a table of texts, as "name" + between + "value"; puts the texts into `room` and appends to
 * `list`, which has space for MCP_MEMBERS more. `room` must not grow afterwards. False: no memory. */
bool mcp_config_pairs(json_t *table, const char *between, struct buf *room, const char **list, size_t *n);

#endif
