/* What a tool's arguments may be: the part of JSON Schema (2020-12) that tools use. type, properties,
 * required, enum, minimum, maximum and maxLength of an object's members are kept to; a member that the schema
 * does not name is refused unless additionalProperties allows it. What stands deeper is the tool's own
 * business.
 */
#ifndef SARAI_ACT_SCHEMA_H
#define SARAI_ACT_SCHEMA_H

#include <jansson.h>

#include "base/error.h"

enum { SCHEMA_MEMBERS = 64, SCHEMA_TEXT_BYTES = 4096 /* longest text of a member without maxLength */ };

/* Text → schema of an object, or EUSAGE. The caller lets go of it. */
enum sarai_status schema_read(const char *text, const char *tool, json_t **out, struct sarai_error *err);
/* EINPUT names the first member that does not fit. */
enum sarai_status schema_check(const json_t *schema, const json_t *arguments, struct sarai_error *err);

/* Whether the schema demands the member. */
bool schema_requires(const json_t *schema, const char *name);

#endif
