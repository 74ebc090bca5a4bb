#include "engine/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/folders.h"
#include "base/reason.h"

enum { BLOCK_BYTES = 64 * 1024, PATH_BYTES = 4096 };

/* Why libarchive gave up; it knows English only. Its codes are the system's; of content it has -1, EILSEQ and
 * EINVAL. */
static const char *reason_in(struct archive *a)
{
    const char *why = archive_error_string(a);
    int code = archive_errno(a);
    if (code > 0 && code != EILSEQ && code != EINVAL)
        return reason_of(code);
    return tr("está cortado o su contenido no cuadra", why ? why : "libarchive");
}

static enum sarai_status damaged(const char *path, struct archive *a, struct sarai_error *err)
{
    return failed(err, SARAI_EMODEL, tr("el paquete %s está dañado (%s)", "the package %s is damaged (%s)"),
                  path, reason_in(a));
}

static enum sarai_status write_member(struct archive *a, const char *package, const char *folder,
                                      const char *member, struct sarai_error *err)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", folder, member) >= (int)sizeof path)
        return failed(err, SARAI_EOUTPUT, tr("la ruta %s es demasiado larga", "the path %s is too long"),
                      member);
    folders_make_above(path, 0777, NULL); /* where that fails, open() tells why */
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                      reason_of(errno));
    enum sarai_status st = SARAI_OK;
    if (archive_read_data_into_fd(a, fd) != ARCHIVE_OK)
        st = errno == ENOSPC || errno == EFBIG
                 ? failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                          reason_of(errno))
                 : damaged(package, a, err);
    if (close(fd) != 0 && !st)
        st = failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                    reason_of(errno));
    return st;
}

static enum sarai_status extract(struct archive *a, const char *path, const char *const *members, size_t n,
                                 const char *folder, struct sarai_error *err)
{
    struct archive_entry *entry;
    size_t found = 0;
    int code = ARCHIVE_OK;
    while (found < n && (code = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        for (size_t i = 0; name && i < n; i++) {
            if (strcmp(name, members[i]) != 0)
                continue;
            enum sarai_status st = write_member(a, path, folder, members[i], err);
            if (st)
                return st;
            found++;
        }
    }
    if (found == n)
        return SARAI_OK;
    if (code != ARCHIVE_EOF)
        return damaged(path, a, err);
    return failed(err, SARAI_EMODEL, tr("al paquete %s le faltan archivos", "the package %s lacks files"),
                  path);
}

enum sarai_status archive_extract(const char *path, const char *const *members, size_t n, const char *folder,
                                  struct sarai_error *err)
{
    struct archive *a = archive_read_new();
    if (!a)
        return out_of_memory(err, path);
    archive_read_support_format_zip(a);
    archive_read_support_format_tar(a);
    archive_read_support_filter_gzip(a);
    enum sarai_status st = archive_read_open_filename(a, path, BLOCK_BYTES) == ARCHIVE_OK
                               ? extract(a, path, members, n, folder, err)
                               : damaged(path, a, err);
    archive_read_free(a);
    return st;
}

/* ---- members into memory --------------------------------------------------------------------- */

static enum sarai_status broken(struct archive *a, struct sarai_error *err)
{
    return failed(err, SARAI_EINPUT, tr("está dañado (%s)", "is damaged (%s)"), reason_in(a));
}

/* What the archive says of a member's size may be a lie, so the bytes themselves are counted. */
static enum sarai_status read_data(struct archive *a, const char *path, struct buf *out,
                                   struct sarai_error *err)
{
    char block[BLOCK_BYTES];
    la_ssize_t n;
    while ((n = archive_read_data(a, block, sizeof block)) > 0) {
        if ((size_t)n > out->max - out->len)
            return failed(
                err, SARAI_EINPUT,
                tr("ocupa más de %zu MB una vez descomprimido", "takes more than %zu MB once unpacked"),
                out->max >> 20);
        if (!buf_append(out, block, (size_t)n))
            return out_of_memory(err, path);
    }
    return n < 0 ? broken(a, err) : SARAI_OK;
}

enum sarai_status archive_read_member(const char *path, const char *member, struct buf *out,
                                      struct sarai_error *err)
{
    struct archive_entry *entry;
    struct archive *a = archive_read_new();
    if (!a)
        return out_of_memory(err, path);
    archive_read_support_format_zip(a);
    int code = archive_read_open_filename(a, path, BLOCK_BYTES);
    bool found = false;
    while (code == ARCHIVE_OK && !found && (code = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        found = name && strcmp(name, member) == 0;
    }
    enum sarai_status st;
    if (found)
        st = read_data(a, path, out, err);
    else if (code == ARCHIVE_EOF)
        st = failed(err, SARAI_EINPUT, tr("le falta %s por dentro", "lacks %s inside"), member);
    else
        st = broken(a, err);
    archive_read_free(a);
    return st;
}
