#include "act/grammar.h"

#include <stdlib.h>
#include <string.h>

#include "act/schema.h"
#include "act/tool.h"

/* A JSON text is one line without control characters; blanks between its parts are not allowed, which is how
 * models write it and leaves nothing to choose. */
static const char common[] =
    "text ::= \"\\\"\" ([^\"\\\\\\x00-\\x1F\\x7F] | \"\\\\\" [\"\\\\/bfnrt])* \"\\\"\"\n"
    "integer ::= \"-\"? (\"0\" | [1-9] [0-9]*)\n"
    "number ::= integer (\".\" [0-9]+)?\n"
    "boolean ::= \"true\" | \"false\"\n"
    "any ::= text | number | boolean | \"null\" | list | object\n"
    "list ::= \"[\" (any (\",\" any)*)? \"]\"\n"
    "object ::= \"{\" (text \":\" any (\",\" text \":\" any)*)? \"}\"\n";

/* A text of JSON as a literal of GBNF. */
static bool add_literal(const char *text, struct buf *out)
{
    bool ok = buf_text(out, "\"");
    for (; ok && *text; text++) {
        if (*text == '"' || *text == '\\')
            ok = buf_text(out, "\\");
        ok = ok && buf_append(out, text, 1);
    }
    return ok && buf_text(out, "\"");
}

static bool add_json_literal(const json_t *value, struct buf *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    bool ok = text && add_literal(text, out);
    free(text);
    return ok;
}

static bool add_value(const json_t *schema, struct buf *out)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    const json_t *allowed = json_object_get(schema, "enum");
    size_t i;
    json_t *one;
    bool ok = true;
    if (json_array_size(allowed) > 0) {
        ok = buf_text(out, "(");
        json_array_foreach(allowed, i, one)
        {
            ok = ok && (i == 0 || buf_text(out, " | ")) && add_json_literal(one, out);
        }
        return ok && buf_text(out, ")");
    }
    return buf_text(out, !type                          ? "any"
                         : strcmp(type, "string") == 0  ? "text"
                         : strcmp(type, "integer") == 0 ? "integer"
                         : strcmp(type, "number") == 0  ? "number"
                         : strcmp(type, "boolean") == 0 ? "boolean"
                         : strcmp(type, "array") == 0   ? "list"
                         : strcmp(type, "object") == 0  ? "object"
                                                        : "any");
}

struct members {
    const char *names[SCHEMA_MEMBERS];
    bool required[SCHEMA_MEMBERS];
    size_t n;
};

static bool add_member_rules(const json_t *schema, size_t tool, struct members *m, struct buf *out)
{
    const char *name;
    json_t *member;
    bool ok = true;
    json_object_foreach(json_object_get(schema, "properties"), name, member)
    {
        json_t *key = json_string(name);
        ok = ok && key && m->n < SCHEMA_MEMBERS && buf_printf(out, "m%zu-%zu ::= ", tool, m->n) &&
             add_json_literal(key, out) && buf_text(out, " \":\" ") && add_value(member, out) &&
             buf_text(out, "\n");
        json_decref(key);
        m->required[m->n] = schema_requires(schema, name);
        m->names[m->n++] = name;
    }
    return ok;
}

/* The members from i on, behind another one. */
static bool add_rest(const struct members *m, size_t tool, size_t i, struct buf *out)
{
    bool ok = true;
    for (; ok && i < m->n; i++)
        ok = buf_printf(out, m->required[i] ? " \",\" m%zu-%zu" : " (\",\" m%zu-%zu)?", tool, i);
    return ok;
}

/* Any of the optional members may be the first, up to the first required one. */
static bool add_arguments(const struct members *m, size_t tool, struct buf *out)
{
    bool ok = buf_printf(out, "a%zu ::= \"{\" (", tool), may_be_empty = true;
    for (size_t i = 0; ok && may_be_empty && i < m->n; i++) {
        ok = (i == 0 || buf_text(out, " | ")) && buf_printf(out, "m%zu-%zu", tool, i) &&
             add_rest(m, tool, i + 1, out);
        may_be_empty = !m->required[i];
    }
    if (m->n == 0)
        ok = ok && buf_text(out, "\"\"");
    return ok && buf_text(out, may_be_empty ? ")? \"}\"\n" : ") \"}\"\n");
}

bool grammar_write(const struct grammar_tool *tools, size_t n, struct buf *out)
{
    bool ok = buf_text(out, "root ::= \"{\\\"name\\\":\\\"\" (");
    for (size_t i = 0; ok && i < n; i++)
        ok = (i == 0 || buf_text(out, " | ")) && add_literal(tools[i].name, out) &&
             buf_printf(out, " \"\\\",\\\"arguments\\\":\" a%zu", i);
    ok = ok && buf_text(out, ") \"}\"\n");
    for (size_t i = 0; ok && i < n; i++) {
        struct members m = {.n = 0};
        ok = add_member_rules(tools[i].schema, i, &m, out) && add_arguments(&m, i, out);
    }
    return ok && buf_text(out, common);
}

/* ---- a list of signatures --------------------------------------------------------------------- */

enum { LISTED = 64 /* most tools */ };

/* Takes what stands before one of these marks and is a name; false: nothing does. */
static bool take_name(const char **at, const char *marks, char out[TOOL_NAME_BYTES])
{
    size_t n = strcspn(*at, marks);
    if (n == 0 || n >= TOOL_NAME_BYTES || !(*at)[n])
        return false;
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n;
    return true;
}

/* "hora(lugar)" and what parts it from the next one. */
static bool take_signature(const char **at, char name[TOOL_NAME_BYTES], json_t **schema)
{
    char member[TOOL_NAME_BYTES];
    json_t *members = json_object();
    *schema = json_pack("{s:o}", "properties", members);
    if (!*schema || !take_name(at, "( ,)", name) || strspn(name, TOOL_NAME_LETTERS) != strlen(name) ||
        *(*at)++ != '(')
        return false;
    while (**at != ')') {
        if (!take_name(at, ",()", member) || **at == '(' ||
            json_object_set_new(members, member, json_object()))
            return false;
        *at += strspn(*at, ", ");
    }
    ++*at;
    *at += strspn(*at, ", ");
    return true;
}

bool grammar_of_list(const char *list, struct buf *out)
{
    struct grammar_tool tools[LISTED];
    char names[LISTED][TOOL_NAME_BYTES];
    json_t *schemas[LISTED] = {0};
    size_t n = 0;
    bool ok = *list;
    for (; ok && *list; n += ok) {
        ok = n < LISTED && take_signature(&list, names[n], &schemas[n]);
        if (ok)
            tools[n] = (struct grammar_tool){names[n], schemas[n]};
    }
    ok = ok && grammar_write(tools, n, out);
    for (size_t i = 0; i < LISTED; i++)
        json_decref(schemas[i]);
    return ok;
}
