#include "know/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_server(const char *place)
{
    return strstr(place, "://") != NULL;
}

enum sarai_status place_find(const char *url, const char *path, char out[PLACE_BYTES],
                             struct sarai_error *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n;
    if (*url || *path)
        n = snprintf(out, PLACE_BYTES, "%s", *url ? url : path);
    else if (data && *data == '/')
        n = snprintf(out, PLACE_BYTES, "%s/sarai/saber.db", data);
    else if (home && *home)
        n = snprintf(out, PLACE_BYTES, "%s/.local/share/sarai/saber.db", home);
    else
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
    char folder[PLACE_BYTES];
    if (is_server(place))
        return SARAI_OK;
    snprintf(folder, sizeof folder, "%s", place);
    for (char *slash = folder + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return failed(err, SARAI_EOUTPUT,
                          tr("no se puede crear la carpeta %s: %s", "cannot make the folder %s: %s"), folder,
                          strerror(errno));
    }
    return SARAI_OK;
}
