#include <stdio.h>
#include <string.h>

#include "act/builtin.h"
#include "act/spoken.h"

static const double STEP = 0.2, LEAST_SPEED = 0.5, MOST_SPEED = 2, SPEED_STEP = 0.15;

/* ---- voice ------------------------------------------------------------------------------------ */

/* The number in "al 30 por ciento", 0 to 100; −1: none. */
static int percent(const struct spoken *s)
{
    unsigned value;
    for (size_t i = 0; i < s->n; i++)
        if (spoken_whole(s, i, 1000, &value))
            return (int)value;
    return -1;
}

static bool has(const struct spoken *s, const char *words)
{
    for (size_t i = 0; i < s->n; i++)
        if (spoken_match(s, i, words))
            return true;
    return false;
}

#define RAISES "subir|sube|mas|alto"
#define LOWERS "bajar|baja|menos|bajo"

static enum sarai_status run_volume(void *self, const struct tool_call *call, struct tool_result *out,
                                    struct sarai_error *err)
{
    const struct builtin_host *host = &((struct builtin *)self)->host;
    const char *text = tool_text(call, "valor");
    struct spoken s;
    bool ok = spoken_split(text ? text : "", &s);
    double now = host->dial(host->user, DIAL_VOLUME), wanted;
    int number = ok ? percent(&s) : -1;
    if (number > 100)
        return failed(err, SARAI_EINPUT, tr("el volumen va de cero a cien", "the volume goes from 0 to 100"));
    if (number >= 0)
        wanted = number / 100.0;
    else if (ok && has(&s, "maximo|tope"))
        wanted = 1;
    else if (ok && has(&s, "minimo"))
        wanted = STEP / 2;
    else if (ok && has(&s, RAISES))
        wanted = now + STEP;
    else if (ok && has(&s, LOWERS))
        wanted = now - STEP;
    else
        return failed(err, SARAI_EINPUT,
                      tr("no entiendo qué volumen quieres", "I do not understand the volume"));
    bool is_limit = wanted > 1 && now >= 1;
    wanted = wanted > 1 ? 1 : wanted < 0 ? 0 : wanted;
    host->turn(host->user, DIAL_VOLUME, wanted);
    if (is_limit)
        return tool_give(out, json_pack("{s:s}", "listo", "ya está al máximo"), "Ya está al máximo.", err);
    int told = (int)(wanted * 100 + 0.5);
    return tool_givef(out, json_pack("{s:o}", "listo", json_sprintf("%d", told)), err,
                      "Volumen al %d por ciento.", told);
}

static bool describe_volume(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *value = json_string_value(json_object_get(arguments, "valor"));
    struct spoken s;
    (void)self;
    if (!value || !spoken_split(value, &s))
        return false;
    if (percent(&s) < 0 && has(&s, RAISES))
        return snprintf(out, n, "subir el volumen") < (int)n;
    if (percent(&s) < 0 && has(&s, LOWERS))
        return snprintf(out, n, "bajar el volumen") < (int)n;
    return snprintf(out, n, "poner el volumen al %s", value) < (int)n;
}

static enum sarai_status run_speed(void *self, const struct tool_call *call, struct tool_result *out,
                                   struct sarai_error *err)
{
    const struct builtin_host *host = &((struct builtin *)self)->host;
    const char *text = tool_text(call, "valor");
    struct spoken s;
    bool ok = spoken_split(text ? text : "", &s);
    double wanted = host->dial(host->user, DIAL_SPEED);
    if (ok && has(&s, "despacio|lento|lenta|bajar|menos"))
        wanted -= SPEED_STEP;
    else if (ok && has(&s, "deprisa|rapido|rapida|subir|mas"))
        wanted += SPEED_STEP;
    else if (ok && has(&s, "normal"))
        wanted = 1;
    else
        return failed(err, SARAI_EINPUT, tr("no entiendo a qué velocidad", "I do not understand the speed"));
    wanted = wanted < LEAST_SPEED ? LEAST_SPEED : wanted > MOST_SPEED ? MOST_SPEED : wanted;
    bool slower = wanted < host->dial(host->user, DIAL_SPEED), is_normal = has(&s, "normal");
    host->turn(host->user, DIAL_SPEED, wanted);
    return tool_givef(out, json_pack("{s:s}", "listo", "velocidad"), err, "Vale, hablaré %s.",
                      is_normal ? "como siempre"
                      : slower  ? "más despacio"
                                : "más deprisa");
}

static enum sarai_status run_repeat(void *self, const struct tool_call *call, struct tool_result *out,
                                    struct sarai_error *err)
{
    const struct builtin_host *host = &((struct builtin *)self)->host;
    const char *last = host->last_said(host->user);
    (void)call;
    if (!last || !*last)
        return failed(err, SARAI_EINPUT, tr("todavía no he dicho nada", "I have not said anything yet"));
    return tool_give(out, json_pack("{s:s}", "texto", last), last, err);
}

/* ---- store and memory ------------------------------------------------------------------------- */

static enum sarai_status run_search(void *self, const struct tool_call *call, struct tool_result *out,
                                    struct sarai_error *err)
{
    const struct builtin_host *host = &((struct builtin *)self)->host;
    const char *query = tool_text(call, "consulta");
    return query ? host->search(host->user, query, out, err)
                 : failed(err, SARAI_EINPUT,
                          tr("no entiendo qué hay que buscar", "I do not understand what to look for"));
}

static enum sarai_status run_remember(void *self, const struct tool_call *call, struct tool_result *out,
                                      struct sarai_error *err)
{
    const struct builtin_host *host = &((struct builtin *)self)->host;
    const char *fact = tool_text(call, "dato");
    return fact ? host->remember(host->user, fact, out, err)
                : failed(err, SARAI_EINPUT,
                         tr("no entiendo qué hay que recordar", "I do not understand what to remember"));
}

static bool describe_fact(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *fact = json_string_value(json_object_get(arguments, "dato"));
    (void)self;
    return fact && snprintf(out, n, "recordar: %s", fact) < (int)n;
}

enum sarai_status house_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    static const char value[] = "{\"type\":\"object\",\"properties\":{\"valor\":{\"type\":\"string\","
                                "\"maxLength\":80}},\"required\":[\"valor\"]}";
    static const char *const directions[] = {"sub", "alto|fuert|no te oi|no oi|no se oye|no se te oye", "baj",
                                             "floj|menos|suav|susurr|grit", NULL};
    bool has_voice = b->host.dial && b->host.turn;
    const struct tool tools[] = {
        {.name = "volumen",
         .about = "sube, baja o fija el volumen de la voz",
         .schema = value,
         .effect = TOOL_CHANGES,
         .describe = describe_volume,
         .asked_by = "vol|sonid|voz|alto|alta|baj|fuert|floj|oig|oye|oir|te escuch|se "
                     "escuch|habla|grit|susurr|tope|tono",
         .said_otherwise = directions,
         .is_told_as_is = true,
         BUILTIN_NOT_ELSEWHERE,
         .run = has_voice ? run_volume : NULL},
        {.name = "velocidad",
         .about = "hace hablar más despacio o más deprisa",
         .schema = value,
         .effect = TOOL_CHANGES,
         .is_told_as_is = true,
         .run = has_voice ? run_speed : NULL},
        {.name = "repite",
         .about = "repite lo último que se dijo",
         .schema = "{\"type\":\"object\"}",
         .run = b->host.last_said ? run_repeat : NULL},
        {.name = "busca",
         .about = "busca en los documentos",
         .schema =
             "{\"type\":\"object\",\"properties\":{\"consulta\":{\"type\":\"string\",\"maxLength\":300}},"
             "\"required\":[\"consulta\"]}",
         BUILTIN_NOT_ELSEWHERE,
         .run = b->host.search ? run_search : NULL},
        {.name = "recuerda",
         .about = "recuerda un dato de la persona",
         .schema = "{\"type\":\"object\",\"properties\":{\"dato\":{\"type\":\"string\",\"maxLength\":300}},"
                   "\"required\":[\"dato\"]}",
         .effect = TOOL_CHANGES,
         .describe = describe_fact,
         .asked_by =
             "recuerd|record|acuerd|acord|olvid|sepas|ten en cuenta|te cuento|memori|aprend|apunt|anot|guard",
         BUILTIN_NOT_ELSEWHERE,
         .run = b->host.remember ? run_remember : NULL},
    };
    return builtin_add_all(b, tools, sizeof tools / sizeof *tools, box, err);
}
