#include "base/json.h"

enum sarai_status json_failed(const json_error_t *cause, const char *name, struct sarai_error *err)
{
    /* Where its first allocation fails, jansson gives no cause at all. */
    if (json_error_code(cause) == json_error_out_of_memory || !cause->text[0])
        return out_of_memory(err, name);
    if (cause->line < 0) /* the file could not be opened: the text names it */
        return failed(err, SARAI_EMODEL, "%s", cause->text);
    return failed(err, SARAI_EMODEL, tr("%s, línea %d: %s", "%s, line %d: %s"), name, cause->line,
                  cause->text);
}
