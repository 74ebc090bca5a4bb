/* HTTP through libcurl: fetching a file, going on where an earlier try ended.
 *
 *     http_fetch("https://…/model.gguf", "model.gguf.part", on_progress, user, stop, &found, err);
 *
 * Certificates are checked. Any thread; nothing is shared but libcurl's own start.
 */
#ifndef SARAI_ENGINE_HTTP_H
#define SARAI_ENGINE_HTTP_H

#include <stdbool.h>

#include "base/error.h"
#include "base/stop.h"

/* done and total in bytes; total is 0 where the server does not tell. */
typedef void http_progress_fn(void *user, double done, double total);

/* Fetches url into the file at path. When the file is there already, only what is missing is asked for.
 * ENETWORK: no answer, an answer that is an error, cut short (the file keeps what came). EOUTPUT: cannot be
 * written. ECANCELLED: stop was raised. *missing is set when the server says that there is no such file. */
enum sarai_status http_fetch(const char *url, const char *path, http_progress_fn *on_progress, void *user,
                             const struct stop *stop, bool *missing, struct sarai_error *err);

/* "7.88.1" */
const char *http_version(void);

#endif
