#include "base/folders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/reason.h"

enum { PATH_BYTES = 4096 };

static int find(const char *variable, const char *below_home, const char *name, char *out, size_t n)
{
    const char *folder = getenv(variable), *home = getenv("HOME");
    if (folder && *folder == '/')
        return snprintf(out, n, "%s/sarai/%s", folder, name);
    return home && *home ? snprintf(out, n, "%s/%s/sarai/%s", home, below_home, name) : -1;
}

int folders_data(const char *name, char *out, size_t n)
{
    return find("XDG_DATA_HOME", ".local/share", name, out, n);
}

int folders_config(const char *name, char *out, size_t n)
{
    return find("XDG_CONFIG_HOME", ".config", name, out, n);
}

/* Makes the folders of the first n bytes of the path. */
static enum sarai_status make(const char *path, size_t n, mode_t mode, struct sarai_error *err)
{
    char part[PATH_BYTES];
    if (n >= sizeof part)
        return failed(err, SARAI_EOUTPUT, tr("la ruta %s es demasiado larga", "the path %s is too long"),
                      path);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return failed(err, SARAI_EOUTPUT,
                          tr("no se puede crear la carpeta %s: %s", "cannot make the folder %s: %s"), part,
                          reason_of(errno));
    }
    return SARAI_OK;
}

enum sarai_status folders_make(const char *path, mode_t mode, struct sarai_error *err)
{
    return make(path, strlen(path), mode, err);
}

enum sarai_status folders_make_above(const char *file, mode_t mode, struct sarai_error *err)
{
    const char *slash = strrchr(file, '/');
    return slash && slash > file ? make(file, (size_t)(slash - file), mode, err) : SARAI_OK;
}
