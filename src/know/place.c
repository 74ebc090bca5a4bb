#include "know/place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/folders.h"

static bool is_server(const char *place)
{
    return strstr(place, "://") != NULL;
}

enum sarai_status place_find(const char *url, const char *path, char out[PLACE_BYTES],
                             struct sarai_error *err)
{
    int n = *url || *path ? snprintf(out, PLACE_BYTES, "%s", *url ? url : path)
                          : folders_data("saber.db", out, PLACE_BYTES);
    if (n < 0)
        return failed(
            err, SARAI_EUSAGE,
            tr("no se sabe dónde guardar: pon STORE_PATH", "no place to keep data: set STORE_PATH"));
    if (n < PLACE_BYTES)
        return SARAI_OK;
    return failed(err, SARAI_EUSAGE, tr("STORE_PATH es demasiado largo", "STORE_PATH is too long"));
}

bool place_exists(const char *place)
{
    return is_server(place) || access(place, F_OK) == 0;
}

void place_show(const char *place, char out[PLACE_BYTES])
{
    const char *rest = strstr(place, "://");
    const char *at = rest ? strchr(rest + 3, '@') : NULL;
    const char *colon = at ? memchr(rest + 3, ':', (size_t)(at - rest - 3)) : NULL;
    const char *query = strchr(place, '?'); /* a password may stand behind it too */
    int n = (int)(query && rest ? (size_t)(query - place) : strlen(place));
    if (colon && query && at > query)
        colon = NULL;
    if (colon)
        snprintf(out, PLACE_BYTES, "%.*s:…%.*s", (int)(colon - place), place, n - (int)(at - place), at);
    else
        snprintf(out, PLACE_BYTES, "%.*s", n, place);
}

/* What was read is private: the folders that are made here are for their owner only. */
enum sarai_status place_prepare(const char *place, struct sarai_error *err)
{
    return is_server(place) ? SARAI_OK : folders_make_above(place, 0700, err);
}
