/* Why the system refused something, in the language of messages: strerror() speaks Spanish only where that
 * locale is installed, which a plain Debian lacks.
 *
 *     failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path, reason_of(errno));
 *
 * Lower case, no full stop: the end of a sentence. Of what hardly anybody meets, the system's own words.
 */
#ifndef SARAI_BASE_REASON_H
#define SARAI_BASE_REASON_H

#include <stddef.h>

enum { REASON_BYTES = 256 };

/* `code` is an errno. */
const char *reason_of(int code);

/* The system's words at the end of a library's own sentence of n bytes ("…: Connection refused"); NULL when
 * it ends in others. */
const char *reason_at_end(const char *sentence, size_t n);

/* Why dlopen() failed just now on this thread, written to out with the name of the file: it may be one that
 * the library asked for needs. */
void reason_of_loader(char *out, size_t n);

#endif
