/* HTML and XML through libxml2, as a stream of tags and text: nothing is kept of what has passed, nothing is
 * loaded from elsewhere, and entities that a document defines are not expanded.
 *
 *     struct markup_handler handler = {user, on_open, on_close, on_text};
 *     markup_read(bytes, n, MARKUP_HTML, &handler, err);
 */
#ifndef SARAI_ENGINE_MARKUP_H
#define SARAI_ENGINE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum markup_kind {
    MARKUP_HTML, /* UTF-8, whatever its head says; any tags, closed or not */
    MARKUP_XML,  /* in the encoding that it declares; well-formed */
};

/* Names are given without their prefix. `attributes` is name, value, name, value, …, NULL, or NULL. Each
 * function may be NULL; false ends the reading with ENOMEM. `line` is from 1. */
struct markup_handler {
    void *user;
    bool (*on_open)(void *user, const char *name, const char *const *attributes);
    bool (*on_close)(void *user, const char *name);
    bool (*on_text)(void *user, const char *text, size_t n, int line);
};

/* EINPUT: XML that is not well-formed. */
enum sarai_status markup_read(const char *bytes, size_t n, enum markup_kind kind,
                              const struct markup_handler *handler, struct sarai_error *err);

/* The value of an attribute, by its name without prefix; NULL when it is not there. */
const char *markup_attribute(const char *const *attributes, const char *name);

#endif
