#include "base/folders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096 };

int folders_data(const char *name, char *out, size_t n)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && *data == '/')
        return snprintf(out, n, "%s/sarai/%s", data, name);
    return home && *home ? snprintf(out, n, "%s/.local/share/sarai/%s", home, name) : -1;
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
                          strerror(errno));
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
