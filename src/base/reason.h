/* Why the system refused something, in the language of messages: strerror() speaks Spanish only where that
 * locale is installed, which a plain Debian lacks.
 *
 *     failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path, reason_of(errno));
 *
 * Lower case, no full stop: the end of a sentence. Of what hardly anybody meets, the system's own words.
 */
#ifndef SARAI_BASE_REASON_H
#define SARAI_BASE_REASON_H

/* `code` is an errno. */
const char *reason_of(int code);

#endif
