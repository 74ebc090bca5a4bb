/* Schemas → GBNF (llama.cpp's grammar notation), so that a model writes only calls that can be read.
 *
 *     root ::= "{\"name\":" ( "\"hora\",\"arguments\":" a0 | … ) "}"
 *
 * Members come in the schema's order, optional ones may be left out. A member that is no string, number or
 * boolean may be any JSON: its tool checks it.
 */
#ifndef SARAI_ACT_GRAMMAR_H
#define SARAI_ACT_GRAMMAR_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

struct grammar_tool {
    const char *name; /* letters, digits, "_", "-", "." */
    const json_t *schema;
};

/* False: no memory, or out->max would be passed; `out` then holds a part. */
bool grammar_write(const struct grammar_tool *tools, size_t n, struct buf *out);
/* The same for "hora(lugar), calcula(cuenta)", whose arguments may be any JSON and be left out. False, too:
 * it is no such list. */
bool grammar_of_list(const char *list, struct buf *out);

#endif
