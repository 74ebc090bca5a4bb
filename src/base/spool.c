#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/reason.h"

enum { BLOCK_BYTES = 64 * 1024, PATH_BYTES = 4096 };

static const char *folder_for_spools(void)
{
    const char *chosen = getenv("TMPDIR");
    return chosen && *chosen ? chosen : "/var/tmp";
}

static enum sarai_status cannot_keep(const char *name, struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT,
                  tr("no se puede guardar en %s (TMPDIR) lo que llega de %s: %s",
                     "cannot keep in %s (TMPDIR) what comes from %s: %s"),
                  folder_for_spools(), name, reason_of(errno));
}

static enum sarai_status make_nameless(int *fd, const char *name, struct sarai_error *err)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/sarai-XXXXXX", folder_for_spools()) >= (int)sizeof path)
        errno = ENAMETOOLONG;
    else if ((*fd = mkostemp(path, O_CLOEXEC)) >= 0) {
        unlink(path);
        return SARAI_OK;
    }
    return cannot_keep(name, err);
}

static enum sarai_status cannot_read(const char *name, struct sarai_error *err)
{
    return errno == EINTR ? failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"))
                          : failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"),
                                   name, reason_of(errno));
}

static enum sarai_status copy(int from, int to, long long max_bytes, const char *name,
                              struct sarai_error *err)
{
    char block[BLOCK_BYTES];
    long long total = 0;
    ssize_t n;
    while ((n = read(from, block, sizeof block)) > 0) {
        total += n;
        if (total > max_bytes)
            return failed(
                err, SARAI_EINPUT,
                tr("%s trae más de %lld MB, el límite de una tubería: escríbelo antes en un archivo",
                   "%s brings more than %lld MB, the limit of a pipe: write it to a file first"),
                name, max_bytes >> 20);
        for (ssize_t at = 0, written; at < n; at += written)
            if ((written = write(to, block + at, (size_t)(n - at))) < 0)
                return cannot_keep(name, err);
    }
    return n < 0 ? cannot_read(name, err) : SARAI_OK;
}

enum sarai_status spool_pipe(int *fd, long long max_bytes, const char *name, struct sarai_error *err)
{
    int file = -1;
    if (lseek(*fd, 0, SEEK_CUR) >= 0 || errno != ESPIPE)
        return SARAI_OK;
    enum sarai_status st = make_nameless(&file, name, err);
    if (!st)
        st = copy(*fd, file, max_bytes, name, err);
    if (!st && lseek(file, 0, SEEK_SET) < 0)
        st = cannot_keep(name, err);
    if (st) {
        if (file >= 0)
            close(file);
        return st;
    }
    close(*fd);
    *fd = file;
    return SARAI_OK;
}
