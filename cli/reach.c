#include "reach.h"

#include <stdio.h>

#include "act/home_link.h"
#include "act/mcp.h"
#include "act/mcp_config.h"
#include "base/clock.h"
#include "base/folders.h"

enum { HOME_MS = 5000, PATH_BYTES = 4096 };

void reach_home(const struct sarai_config *cfg, const struct stop *stop, reach_fn *tell, void *user)
{
    const struct home_link link = {config_text(cfg, "HOME_ASSISTANT_URL"),
                                   config_text(cfg, "HOME_ASSISTANT_TOKEN")};
    struct sarai_error err = {0};
    char version[64], text[256];
    json_t *states = NULL;
    if (!*link.url)
        return;
    if (!*link.token) {
        tell(user, false, tr("falta la llave de Home Assistant", "the key of Home Assistant is missing"),
             "HOME_ASSISTANT_TOKEN=…");
        return;
    }
    double deadline_ms = clock_ms() + HOME_MS;
    enum sarai_status st = home_version(&link, deadline_ms, stop, version, &err);
    if (!st)
        st = home_states(&link, deadline_ms, stop, &states, &err);
    snprintf(text, sizeof text, tr("%s contesta: %zu cosas", "%s answers: %zu things"), version,
             json_array_size(states));
    tell(user, !st, st ? err.message : text, st ? "HOME_ASSISTANT_URL, HOME_ASSISTANT_TOKEN" : NULL);
    json_decref(states);
}

static void reach_server(const char *name, json_t *entry, const struct stop *stop, reach_fn *tell, void *user)
{
    struct sarai_error err = {0};
    struct mcp *mcp = NULL;
    const json_t *tools = NULL;
    char text[320];
    enum sarai_status st = mcp_open(name, entry, &mcp, &err);
    if (!st)
        st = mcp_tools(mcp, clock_ms() + MCP_START_MS, stop, &tools, &err);
    if (!st)
        snprintf(text, sizeof text, tr("%s contesta (%s): %zu herramientas", "%s answers (%s): %zu tools"),
                 name, mcp_server_title(mcp), json_array_size(tools));
    tell(user, !st, st ? err.message : text, st ? "mcp.json" : NULL);
    mcp_close(mcp);
}

void reach_mcp(const struct stop *stop, reach_fn *tell, void *user)
{
    char path[PATH_BYTES];
    struct sarai_error err = {0};
    json_t *servers = NULL, *entry;
    const char *name;
    int n = folders_config("mcp.json", path, sizeof path);
    if (n < 0 || n >= (int)sizeof path)
        return;
    if (mcp_config_read(path, &servers, &err) != SARAI_OK)
        tell(user, false, err.message, path);
    json_object_foreach(servers, name, entry) reach_server(name, entry, stop, tell, user);
    json_decref(servers);
}
