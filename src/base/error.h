/* Errors: one status, one sentence. Every fallible function takes the caller's `struct sarai_error *`
 * last, may be given NULL there, and leaves it alone on success.
 *
 *     if (!file)
 *         return failed(err, SARAI_EINPUT, tr("no se puede abrir %s: %s", "cannot open %s: %s"), path,
 * reason_of(errno));
 */
#ifndef SARAI_BASE_ERROR_H
#define SARAI_BASE_ERROR_H

#include "base/lang.h"
#include "sarai.h"

/* Writes the sentence (one line, cut at the buffer's end but never inside a UTF-8 character) and returns
 * `status`. */
__attribute__((format(printf, 3, 4))) enum sarai_status
failed(struct sarai_error *err, enum sarai_status status, const char *format, ...);
#ifdef __clang_analyzer__ /* sees only the declaration, and must know that it never answers OK */
#define failed(err, status, ...) (failed(err, status, __VA_ARGS__), status)
#endif

/* ENOMEM with its usual sentence; `what` names what there was no room for. */
static inline enum sarai_status out_of_memory(struct sarai_error *err, const char *what)
{
    failed(err, SARAI_ENOMEM, tr("no hay memoria para %s", "no memory for %s"), what);
    return SARAI_ENOMEM;
}

#endif
