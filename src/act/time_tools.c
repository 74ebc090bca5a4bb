#include <stdio.h>

#include "act/builtin.h"
#include "act/places.h"
#include "act/when.h"

/* "Es la 1:05." "Son las 17:05." The voice says the figures. */
static const char *verb(const char *hour)
{
    return hour[0] == '1' && hour[1] == ':' ? "es la" : "son las";
}

static enum sarai_status tell_elsewhere(const struct builtin *b, const struct tool_call *call,
                                        const char *place, struct tool_result *out, struct sarai_error *err)
{
    char zone[ZONE_BYTES], hour[HOUR_BYTES];
    if (!places_zone(place, zone))
        return failed(err, SARAI_EINPUT, tr("no sé qué hora es en %.80s", "I do not know the time in %.80s"),
                      place);
    enum sarai_status st = places_hour(zone, builtin_now(b), call->stop, hour, err);
    return st ? st
              : tool_givef(out, json_pack("{s:s,s:s}", "hora", hour, "lugar", place), err, "En %s %s %s.",
                           place, verb(hour), hour);
}

static enum sarai_status run_hour(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const char *place = tool_text(call, "lugar");
    time_t now = builtin_now(self);
    struct tm here;
    char hour[HOUR_BYTES];
    if (place)
        return tell_elsewhere(self, call, place, out, err);
    localtime_r(&now, &here);
    snprintf(hour, sizeof hour, "%d:%02d", here.tm_hour, here.tm_min);
    return tool_givef(out, json_pack("{s:s}", "hora", hour), err, "%s %s.",
                      here.tm_hour == 1 ? "Es la" : "Son las", hour);
}

static enum sarai_status run_date(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const char *day = tool_text(call, "dia");
    time_t now = builtin_now(self), at = now;
    char date[WHEN_BYTES], left[32];
    enum sarai_status st = day ? when_date(day, now, &at, err) : SARAI_OK;
    if (st)
        return st;
    long days = when_days_between(now, at);
    when_tell_date(at, date);
    if (days == 0)
        return tool_givef(out, json_pack("{s:s}", "fecha", date), err, "Hoy es %s.", date);
    if (days < 0)
        return tool_givef(out, json_pack("{s:s}", "fecha", date), err, "Fue el %s.", date);
    snprintf(left, sizeof left, "%ld día%s", days, days == 1 ? "" : "s");
    return tool_givef(out, json_pack("{s:s,s:s}", "fecha", date, "faltan", left), err,
                      "Es el %s, falta%s %s.", date, days == 1 ? "" : "n", left);
}

enum sarai_status time_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    const struct tool tools[] = {
        {.name = "hora",
         .about = "dice la hora, de aquí o de otro lugar",
         .schema = "{\"type\":\"object\",\"properties\":{\"lugar\":{\"type\":\"string\",\"maxLength\":80}}}",
         .not_asked_by = "a que hora |hora de |hora del |hora tiene ",
         .not_this = tr("no sé a qué hora es eso", "when that is I do not know"),
         .run = run_hour},
        {.name = "fecha",
         .about = "dice qué día es hoy, mañana, una fiesta, y cuánto falta",
         .schema = "{\"type\":\"object\",\"properties\":{\"dia\":{\"type\":\"string\",\"maxLength\":80}}}",
         .run = run_date},
    };
    return builtin_add_all(b, tools, sizeof tools / sizeof *tools, box, err);
}
