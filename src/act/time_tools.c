#include "act/time_tools.h"

#include <stdio.h>

time_t time_of_system(void *user)
{
    (void)user;
    return time(NULL);
}

/* "Es la 1:05." "Son las 17:05." The voice says the figures. */
static enum sarai_status tell_hour(const struct tm *at, struct tool_result *out, struct sarai_error *err)
{
    char hour[32];
    snprintf(hour, sizeof hour, "%d:%02d", at->tm_hour, at->tm_min);
    return tool_givef(out, json_pack("{s:s}", "hora", hour), err, "%s %s.",
                      at->tm_hour == 1 ? "Es la" : "Son las", hour);
}

static enum sarai_status run_hour(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const struct time_tools *t = self;
    const char *place = tool_text(call, "lugar");
    time_t now = t->now(t->user);
    struct tm here;
    if (place)
        return failed(err, SARAI_EINPUT, tr("no sé qué hora es en %.80s", "I do not know the time in %.80s"),
                      place);
    localtime_r(&now, &here);
    return tell_hour(&here, out, err);
}

enum sarai_status time_tools_add(struct time_tools *t, struct toolbox *box, struct sarai_error *err)
{
    const struct tool hour = {
        .name = "hora",
        .about = "dice la hora",
        .schema = "{\"type\":\"object\",\"properties\":{\"lugar\":{\"type\":\"string\",\"maxLength\":80}}}",
        .self = t,
        .run = run_hour,
    };
    return toolbox_add(box, &hour, err);
}
