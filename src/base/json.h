/* What jansson could not read, as an error of ours.
 *
 *     json_t *root = json_load_file(path, 0, &cause);
 *     if (!root)
 *         return json_failed(&cause, path, err);
 */
#ifndef SARAI_BASE_JSON_H
#define SARAI_BASE_JSON_H

#include <jansson.h>

#include "base/error.h"

/* ENOMEM when memory was out, else EMODEL with file, line and cause. */
enum sarai_status json_failed(const json_error_t *cause, const char *name, struct sarai_error *err);

#endif
