#include "act/schema.h"

#include <string.h>

enum sarai_status schema_read(const char *text, const char *tool, json_t **out, struct sarai_error *err)
{
    json_error_t cause;
    json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, &cause);
    const json_t *type = json_object_get(schema, "type"), *members = json_object_get(schema, "properties");
    if (!schema && json_error_code(&cause) == json_error_out_of_memory)
        return out_of_memory(err, tool);
    if (json_is_object(schema) &&
        (!type || strcmp(json_string_value(type) ? json_string_value(type) : "", "object") == 0) &&
        (!members || json_is_object(members)) && json_object_size(members) <= SCHEMA_MEMBERS) {
        *out = schema;
        return SARAI_OK;
    }
    json_decref(schema);
    return failed(
        err, SARAI_EUSAGE,
        tr("la herramienta %.64s trae un esquema que no es el de un objeto con %d miembros como mucho",
           "the tool %.64s has a schema that is not one of an object with %d members at most"),
        tool, SCHEMA_MEMBERS);
}

bool schema_requires(const json_t *schema, const char *name)
{
    size_t i;
    json_t *member;
    json_array_foreach(json_object_get(schema, "required"), i, member)
    {
        const char *text = json_string_value(member);
        if (text && strcmp(text, name) == 0)
            return true;
    }
    return false;
}

/* A type that is not known is not looked at. */
static bool has_type(const char *type, const json_t *value)
{
    static const struct {
        const char *name;
        unsigned types; /* bits of json_type */
    } known[] = {
        {"string", 1u << JSON_STRING}, {"integer", 1u << JSON_INTEGER},
        {"array", 1u << JSON_ARRAY},   {"number", 1u << JSON_INTEGER | 1u << JSON_REAL},
        {"object", 1u << JSON_OBJECT}, {"boolean", 1u << JSON_TRUE | 1u << JSON_FALSE},
        {"null", 1u << JSON_NULL},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(type, known[i].name) == 0)
            return (known[i].types >> json_typeof(value) & 1) != 0;
    return true;
}

/* One type, or a list of them. */
static bool fits_type(const json_t *type, const json_t *value)
{
    size_t i;
    json_t *one;
    if (json_is_string(type))
        return has_type(json_string_value(type), value);
    json_array_foreach(type, i, one)
    {
        if (json_is_string(one) && has_type(json_string_value(one), value))
            return true;
    }
    return json_array_size(type) == 0;
}

static bool fits_enum(const json_t *allowed, const json_t *value)
{
    size_t i;
    json_t *one;
    json_array_foreach(allowed, i, one)
    {
        if (json_equal(one, (json_t *)value))
            return true;
    }
    return json_array_size(allowed) == 0;
}

static bool fits_range(const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");
    double number = json_number_value(value);
    return !json_is_number(value) || ((!json_is_number(least) || number >= json_number_value(least)) &&
                                      (!json_is_number(most) || number <= json_number_value(most)));
}

static bool fits_length(const json_t *schema, const json_t *value)
{
    const json_t *most = json_object_get(schema, "maxLength");
    size_t limit = json_is_integer(most) && json_integer_value(most) >= 0
                       ? 4 * (size_t)json_integer_value(most)
                       : SCHEMA_TEXT_BYTES; /* bytes of UTF-8 */
    return !json_is_string(value) || json_string_length(value) <= limit;
}

static enum sarai_status check_member(const json_t *schema, const char *name, const json_t *value,
                                      struct sarai_error *err)
{
    if (!fits_type(json_object_get(schema, "type"), value))
        return failed(err, SARAI_EINPUT,
                      tr("«%.64s» no es de la clase pedida", "“%.64s” is of the wrong type"), name);
    if (!fits_enum(json_object_get(schema, "enum"), value))
        return failed(
            err, SARAI_EINPUT,
            tr("«%.64s» no es ninguno de los valores posibles", "“%.64s” is none of the possible values"),
            name);
    if (!fits_range(schema, value))
        return failed(err, SARAI_EINPUT, tr("«%.64s» está fuera de rango", "“%.64s” is out of range"), name);
    if (!fits_length(schema, value))
        return failed(err, SARAI_EINPUT, tr("«%.64s» es demasiado largo", "“%.64s” is too long"), name);
    return SARAI_OK;
}

static bool allows_others(const json_t *schema)
{
    const json_t *others = json_object_get(schema, "additionalProperties");
    return others ? !json_is_false(others) : json_object_size(json_object_get(schema, "properties")) == 0;
}

enum sarai_status schema_check(const json_t *schema, const json_t *arguments, struct sarai_error *err)
{
    json_t *members = json_object_get(schema, "properties"), *value;
    const char *name;
    size_t i;
    enum sarai_status st = SARAI_OK;
    if (!json_is_object(arguments))
        return failed(err, SARAI_EINPUT,
                      tr("los argumentos no son un objeto", "the arguments are no object"));
    json_object_foreach((json_t *)arguments, name, value)
    {
        const json_t *member = json_object_get(members, name);
        if (!member && !allows_others(schema))
            return failed(err, SARAI_EINPUT, tr("sobra el argumento «%.64s»", "there is no argument “%.64s”"),
                          name);
        if (json_is_object(member))
            st = check_member(member, name, value, err);
        if (st)
            return st;
    }
    json_array_foreach(json_object_get(schema, "required"), i, value)
    {
        name = json_string_value(value);
        if (name && !json_object_get(arguments, name))
            return failed(err, SARAI_EINPUT, tr("falta decir «%.64s»", "“%.64s” is missing"), name);
    }
    return SARAI_OK;
}
