/* What comes out of a pipe, in a file: for libraries that must go back and forth in what they read.
 *
 *     int fd = open(path, O_RDONLY | O_CLOEXEC);
 *     st = spool_pipe(&fd, max_bytes, path, err);     // fd is seekable now, at its beginning
 *     close(fd);
 *
 * The file has no name: it is gone with its descriptor, however the program ends. Any thread.
 */
#ifndef SARAI_BASE_SPOOL_H
#define SARAI_BASE_SPOOL_H

#include "base/error.h"

/* Reads *fd to its end and puts a file in its place; a descriptor that is seekable already is left alone. The
 * file lies in $TMPDIR, else /var/tmp, which is on a disk where /tmp may be memory. EINPUT: more than
 * max_bytes, or it cannot be read; EOUTPUT: no room for it; ECANCELLED: a signal whose handler does not
 * restart calls came while it waited. `name` is for messages. */
enum sarai_status spool_pipe(int *fd, long long max_bytes, const char *name, struct sarai_error *err);

#endif
