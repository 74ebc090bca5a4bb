#include "act/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

bool tool_is_over(const struct tool_call *call)
{
    return stop_raised(call->stop) || clock_ms() >= call->deadline_ms;
}

double tool_time_left_ms(const struct tool_call *call)
{
    double left = stop_raised(call->stop) ? 0 : call->deadline_ms - clock_ms();
    return left > 0 ? left : 0;
}

enum sarai_status tool_late(const struct tool_call *call, struct sarai_error *err)
{
    if (stop_raised(call->stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    return failed(err, SARAI_ECANCELLED, tr("tarda demasiado, lo dejo", "it takes too long, I leave it"));
}

const char *tool_text(const struct tool_call *call, const char *name)
{
    const char *text = json_string_value(json_object_get(call->arguments, name));
    return text && *text ? text : NULL;
}

enum sarai_status tool_give(struct tool_result *out, json_t *data, const char *sentence,
                            struct sarai_error *err)
{
    struct tool_result r = {.data = data};
    size_t n = sentence ? strnlen(sentence, TOOL_SENTENCE_BYTES) : 0;
    if (sentence)
        r.sentence = strndup(sentence, utf8_complete(sentence, n));
    if ((sentence && !r.sentence) || (!sentence && !data)) {
        tool_result_finish(&r);
        return out_of_memory(err, tr("el resultado", "the result"));
    }
    *out = r;
    return SARAI_OK;
}

enum sarai_status tool_givef(struct tool_result *out, json_t *data, struct sarai_error *err,
                             const char *sentence, ...)
{
    char text[TOOL_SENTENCE_BYTES + 1];
    va_list args;
    va_start(args, sentence);
    vsnprintf(text, sizeof text, sentence, args);
    va_end(args);
    return tool_give(out, data, text, err);
}

enum sarai_status tool_give_failure(struct tool_result *out, const struct sarai_error *cause,
                                    struct sarai_error *err)
{
    const char *text = cause->message;
    bool is_small = text[0] >= 'a' && text[0] <= 'z';
    return tool_givef(out, json_pack("{s:s}", "error", text), err, "%c%s.",
                      is_small ? text[0] - 'a' + 'A' : text[0], text + 1);
}

void tool_result_finish(struct tool_result *r)
{
    json_decref(r->data);
    free(r->sentence);
    *r = (struct tool_result){0};
}
