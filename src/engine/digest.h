/* SHA-256 through libcrypto, as 64 hexadecimal digits.
 *
 *     char sum[DIGEST_TEXT_BYTES];
 *     digest_file("model.gguf", stop, sum, err);
 */
#ifndef SARAI_ENGINE_DIGEST_H
#define SARAI_ENGINE_DIGEST_H

#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

enum { DIGEST_TEXT_BYTES = 65 };

/* EINPUT: unreadable. ECANCELLED on stop, which may be NULL. */
enum sarai_status digest_file(const char *path, const struct stop *stop, char out[DIGEST_TEXT_BYTES],
                              struct sarai_error *err);
/* ENOMEM only. */
enum sarai_status digest_bytes(const void *data, size_t n, char out[DIGEST_TEXT_BYTES],
                               struct sarai_error *err);

#endif
