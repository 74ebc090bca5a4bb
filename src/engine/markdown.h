/* Markdown through md4c: its text without the marks.
 *
 *     markdown_read(text, n, on_block, user, err);
 */
#ifndef SARAI_ENGINE_MARKDOWN_H
#define SARAI_ENGINE_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A paragraph, heading, list item, table row or block of code, and the line that it begins in, from 1. The
 * text is borrowed for the call; line breaks inside are kept. False ends the reading with ENOMEM. */
typedef bool markdown_block_fn(void *user, const char *text, size_t n, int line);

/* UTF-8. HTML inside is left out. */
enum sarai_status markdown_read(const char *text, size_t n, markdown_block_fn *on_block, void *user,
                                struct sarai_error *err);

#endif
