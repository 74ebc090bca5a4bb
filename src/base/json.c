#include "base/json.h"

#include <errno.h>

#include "base/reason.h"

/* What is wrong with the text, in the language of messages; jansson knows English only. */
static const char *reason_of_json(const json_error_t *cause)
{
    switch (json_error_code(cause)) {
    case json_error_premature_end_of_input:
        return tr("acaba antes de tiempo", cause->text);
    case json_error_end_of_input_expected:
        return tr("sobra texto al final", cause->text);
    case json_error_duplicate_key:
        return tr("hay una clave repetida", cause->text);
    case json_error_invalid_utf8:
        return tr("no es UTF-8", cause->text);
    default:
        return tr("no es JSON bien escrito", cause->text);
    }
}

enum sarai_status json_failed(const json_error_t *cause, const char *name, struct sarai_error *err)
{
    /* Where its first allocation fails, jansson gives no cause at all. */
    if (json_error_code(cause) == json_error_out_of_memory || !cause->text[0])
        return out_of_memory(err, name);
    if (json_error_code(cause) == json_error_cannot_open_file)
        return failed(err, SARAI_EMODEL, tr("no se puede leer %s: %s", "cannot read %s: %s"), name,
                      reason_of(errno));
    return failed(err, SARAI_EMODEL, tr("%s, línea %d: %s", "%s, line %d: %s"), name, cause->line,
                  reason_of_json(cause));
}
