/* Bytes in whatever encoding → UTF-8, by uchardet (which guesses) and iconv (which converts).
 *
 *     struct buf text = BUF_INIT(64 << 20);
 *     charset_to_utf8(bytes, n, NULL, &text, err);
 */
#ifndef SARAI_ENGINE_CHARSET_H
#define SARAI_ENGINE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the text. `declared` is the encoding that the document names, or NULL. Valid UTF-8 is taken as it
 * is, whatever was declared; text that is UTF-8 but for some bytes (files put together out of others) keeps
 * what is valid, and the rest is read as Windows-1252. EINPUT: bytes that are no text. ENOMEM: no room. */
enum sarai_status charset_to_utf8(const char *bytes, size_t n, const char *declared, struct buf *out,
                                  struct sarai_error *err);

#endif
