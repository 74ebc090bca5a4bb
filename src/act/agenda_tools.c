#include <stdio.h>
#include <string.h>

#include "act/builtin.h"
#include "act/when.h"

enum { NOTES_READ = 5, TOLD = 3 };

static const char *const kind_names[] = {"temporizador", "alarma", "recordatorio"};
static const char *const kind_plurals[] = {"temporizadores", "alarmas", "recordatorios"};

/* ---- timers, alarms, reminders ---------------------------------------------------------------- */

static enum sarai_status set(struct builtin *b, struct agenda_entry *e, const char *text,
                             struct sarai_error *err)
{
    struct agenda *agenda;
    if (text && snprintf(e->text, sizeof e->text, "%s", text) >= (int)sizeof e->text)
        return failed(err, SARAI_EINPUT, tr("eso es demasiado largo", "that is too long"));
    enum sarai_status st = builtin_agenda(b, &agenda, err);
    return st ? st : agenda_set(agenda, e, err);
}

static enum sarai_status run_timer(void *self, const struct tool_call *call, struct tool_result *out,
                                   struct sarai_error *err)
{
    const char *time = tool_text(call, "tiempo"), *name = tool_text(call, "nombre");
    struct agenda_entry entry = {.kind = AGENDA_TIMER};
    enum sarai_status st = when_duration(time ? time : "", &entry.seconds, err);
    entry.due = builtin_now(self) + entry.seconds;
    if (!st)
        st = set(self, &entry, name, err);
    if (st)
        return st;
    return name ? tool_givef(out, json_pack("{s:s,s:s}", "listo", time, "nombre", name), err,
                             "Listo, %s para %s.", time, name)
                : tool_givef(out, json_pack("{s:s}", "listo", time), err, "Listo, te aviso en %s.", time);
}

static enum sarai_status run_alarm(void *self, const struct tool_call *call, struct tool_result *out,
                                   struct sarai_error *err)
{
    const char *when = tool_text(call, "cuando");
    struct agenda_entry entry = {.kind = AGENDA_ALARM};
    char moment[WHEN_BYTES];
    time_t now = builtin_now(self);
    enum sarai_status st = when_moment(when ? when : "", now, WHEN_ANY, &entry.due, err);
    if (!st)
        st = set(self, &entry, NULL, err);
    if (st)
        return st;
    when_tell_moment(entry.due, now, moment);
    return tool_givef(out, json_pack("{s:s}", "listo", moment), err, "Hecho, alarma para %s.", moment);
}

static enum sarai_status run_reminder(void *self, const struct tool_call *call, struct tool_result *out,
                                      struct sarai_error *err)
{
    const char *when = tool_text(call, "cuando"), *text = tool_text(call, "texto");
    struct agenda_entry entry = {.kind = AGENDA_REMINDER};
    char moment[WHEN_BYTES];
    time_t now = builtin_now(self);
    enum sarai_status st =
        text ? SARAI_OK
             : failed(err, SARAI_EINPUT,
                      tr("no entiendo qué hay que recordar", "I do not understand of what"));
    if (!st && !when)
        st = failed(err, SARAI_EINPUT,
                    tr("no sé cuándo tengo que recordarlo", "I do not know when to remind you"));
    if (!st)
        st = when_moment(when, now, WHEN_AWAKE, &entry.due, err);
    if (!st)
        st = set(self, &entry, text, err);
    if (st)
        return st;
    when_tell_moment(entry.due, now, moment);
    return tool_givef(out, json_pack("{s:s,s:s}", "listo", moment, "texto", text), err, "Apuntado: %s, %s.",
                      text, moment);
}

/* ---- what waits ------------------------------------------------------------------------------- */

static enum agenda_kind kind_of(const char *name)
{
    for (int i = 0; name && i < AGENDA_KINDS; i++)
        if (strcmp(kind_names[i], name) == 0)
            return (enum agenda_kind)i;
    return AGENDA_ANY;
}

/* What it has still to go. */
static long left_of(const struct agenda_entry *e, time_t now)
{
    return e->left > 0 ? e->left : e->due > now ? (long)(e->due - now) : 0;
}

/* "Al temporizador de la pasta le quedan 5 minutos." */
static bool tell_timer(const struct agenda_entry *e, time_t now, struct buf *out)
{
    char left[WHEN_BYTES];
    when_tell_duration(left_of(e, now), left);
    return buf_text(out, "Al ") && builtin_name_timer(e, out) &&
           buf_printf(out, " le queda%s %s%s.", strncmp(left, "1 ", 2) == 0 ? "" : "n", left,
                      e->left > 0 ? ", y está en pausa" : "");
}

static bool tell_waiting(const struct agenda_entry *e, time_t now, struct buf *out)
{
    char moment[WHEN_BYTES];
    when_tell_moment(e->due, now, moment);
    if (out->len > 0 && !buf_text(out, " "))
        return false;
    if (e->kind == AGENDA_TIMER)
        return tell_timer(e, now, out);
    if (e->kind == AGENDA_ALARM)
        return buf_printf(out, "Hay una alarma %s.", moment);
    return buf_printf(out, "Tengo que recordarte %s: %s.", moment, e->text);
}

static enum sarai_status consult(const struct agenda_entry *entries, size_t n, enum agenda_kind kind,
                                 time_t now, struct tool_result *out, struct sarai_error *err)
{
    struct buf text = BUF_INIT(TOOL_SENTENCE_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < n && i < TOLD; i++)
        ok = tell_waiting(&entries[i], now, &text);
    if (n > TOLD)
        ok = ok && buf_printf(&text, " Y hay %zu más.", n - TOLD);
    if (n == 0)
        ok = kind == AGENDA_ANY ? buf_text(&text, "No hay nada pendiente.")
                                : buf_printf(&text, "No hay %s.", kind_plurals[kind]);
    enum sarai_status st =
        ok ? tool_give(out, json_pack("{s:s}", "pendiente", buf_string(&text)), buf_string(&text), err)
           : out_of_memory(err, tr("la lista", "the list"));
    buf_finish(&text);
    return st;
}

/* By its name, or, where nobody named it, by the time it was set for. */
static bool is_called(const struct agenda_entry *e, const char *name)
{
    long seconds;
    return e->text[0] ? spoken_same(e->text, name)
                      : when_duration(name, &seconds, NULL) == SARAI_OK && seconds == e->seconds;
}

bool builtin_has_timer(struct builtin *b, const char *name)
{
    struct agenda_entry entries[AGENDA_ENTRIES];
    struct agenda *agenda;
    size_t n = 0, i = 0;
    if (builtin_agenda(b, &agenda, NULL) != SARAI_OK ||
        agenda_waiting(agenda, AGENDA_TIMER, entries, AGENDA_ENTRIES, &n, NULL) != SARAI_OK)
        return false;
    while (i < n && !(entries[i].text[0] && spoken_same(entries[i].text, name)))
        i++;
    return i < n;
}

/* Which of them is meant, as [*from, *to): by its name, or because there is one only; `name` may be "todo".
 */
static enum sarai_status pick(const struct agenda_entry *entries, size_t n, enum agenda_kind kind,
                              const char *name, size_t *from, size_t *to, struct sarai_error *err)
{
    bool all = name && spoken_same(name, "todo");
    size_t i = 0;
    while (name && !all && i < n && !is_called(&entries[i], name))
        i++;
    *from = i;
    *to = all ? n : i + 1;
    if (i < n && (name || n == 1))
        return SARAI_OK;
    return name ? failed(err, SARAI_EINPUT, tr("no encuentro ese %s", "I do not find that %s"),
                         kind == AGENDA_ANY ? "aviso" : kind_names[kind])
                : failed(err, SARAI_EINPUT, tr("hay %zu, dime cuál", "there are %zu, tell me which"), n);
}

static enum sarai_status cancel(struct agenda *agenda, const struct agenda_entry *entries, size_t n,
                                struct tool_result *out, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    bool taken;
    for (size_t i = 0; !st && i < n; i++)
        st = agenda_remove(agenda, entries[i].id, &taken, err);
    return st ? st
              : tool_givef(out, json_pack("{s:s}", "listo", "cancelado"), err, "Hecho, %s.",
                           n > 1 ? "todo cancelado" : "cancelado");
}

enum timer_change { TIMER_LONGER, TIMER_SHORTER, TIMER_HOLD, TIMER_GO_ON, TIMER_CHANGES };

static const char *const timer_changes[TIMER_CHANGES] = {"alargar", "acortar", "pausar", "seguir"};

/* What it has to go, as it is to be. */
static enum sarai_status reckon(enum timer_change change, const char *by, long *left, struct sarai_error *err)
{
    long seconds = 0;
    enum sarai_status st = change == TIMER_LONGER || change == TIMER_SHORTER
                               ? when_duration(by ? by : "", &seconds, err)
                               : SARAI_OK;
    *left += change == TIMER_SHORTER ? -seconds : seconds;
    if (!st && *left < 1)
        st = failed(err, SARAI_EINPUT,
                    tr("a ese temporizador no le queda tanto", "that timer has not so long to go"));
    return st;
}

static enum sarai_status change_timers(struct agenda *agenda, struct agenda_entry *timers, size_t n,
                                       enum timer_change change, const char *by, time_t now,
                                       struct tool_result *out, struct sarai_error *err)
{
    struct buf text = BUF_INIT(TOOL_SENTENCE_BYTES);
    enum sarai_status st = SARAI_OK;
    bool waits, ok = buf_text(&text, "Hecho.");
    for (size_t i = 0; !st && ok && i < n; i++) {
        struct agenda_entry *e = &timers[i];
        long left = left_of(e, now);
        bool is_held = change == TIMER_HOLD || (change != TIMER_GO_ON && e->left > 0);
        st = reckon(change, by, &left, err);
        e->left = is_held ? left : 0;
        e->due = now + left;
        if (!st)
            st = agenda_move(agenda, e, &waits, err);
        ok = i >= TOLD || (buf_text(&text, " ") && tell_timer(e, now, &text));
    }
    if (!st)
        st = ok ? tool_give(out, json_pack("{s:s}", "listo", buf_string(&text)), buf_string(&text), err)
                : out_of_memory(err, tr("la lista", "the list"));
    buf_finish(&text);
    return st;
}

static enum sarai_status run_agenda(void *self, const struct tool_call *call, struct tool_result *out,
                                    struct sarai_error *err)
{
    const char *action = tool_text(call, "accion"), *name = tool_text(call, "nombre");
    struct agenda_entry entries[AGENDA_ENTRIES];
    struct agenda *agenda;
    size_t n = 0, from = 0, to, change = 0;
    while (change < TIMER_CHANGES && strcmp(action, timer_changes[change]) != 0)
        change++;
    enum agenda_kind kind = change < TIMER_CHANGES ? AGENDA_TIMER : kind_of(tool_text(call, "que"));
    bool consults = strcmp(action, "consultar") == 0;
    enum sarai_status st = builtin_agenda(self, &agenda, err);
    if (!st)
        st = agenda_waiting(agenda, kind, entries, AGENDA_ENTRIES, &n, err);
    if (!st && n == 0 && !consults)
        return change < TIMER_CHANGES
                   ? failed(err, SARAI_EINPUT, tr("no hay ningún temporizador", "there is no timer"))
                   : failed(err, SARAI_EINPUT, tr("no hay nada que cancelar", "there is nothing to cancel"));
    to = n;
    if (!st && (!consults || (name && n > 0)))
        st = pick(entries, n, kind, name, &from, &to, err);
    if (st)
        return st;
    return consults ? consult(entries + from, to - from, kind, builtin_now(self), out, err)
           : change < TIMER_CHANGES
               ? change_timers(agenda, entries + from, to - from, (enum timer_change)change,
                               tool_text(call, "tiempo"), builtin_now(self), out, err)
               : cancel(agenda, entries + from, to - from, out, err);
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* Calls back with each thing of "pan, leche y sal". */
static enum sarai_status each_item(const char *things, struct agenda *agenda, const char *list,
                                   enum sarai_status (*change)(struct agenda *, const char *, const char *,
                                                               bool *, struct sarai_error *),
                                   bool *changed, struct sarai_error *err)
{
    char item[AGENDA_TEXT_BYTES];
    struct spoken s;
    enum sarai_status st = SARAI_OK;
    *changed = false;
    if (!spoken_split(things, &s))
        return failed(err, SARAI_EINPUT, tr("eso es demasiado largo", "that is too long"));
    for (size_t from = 0, i = 0; !st && i <= s.n; i++) {
        bool ends = i == s.n || spoken_match(&s, i, "y|e") ||
                    (i > from && memchr(things + s.to[i - 1], ',', s.from[i] - s.to[i - 1]));
        bool one = false;
        if (!ends)
            continue;
        if (spoken_slice(&s, from, i, item, sizeof item))
            st = change(agenda, list, item, &one, err);
        *changed = *changed || one;
        from = i < s.n && spoken_match(&s, i, "y|e") ? i + 1 : i;
    }
    return st;
}

/* "la compra" */
static const char *spoken_name(const char *list)
{
    return strcmp(list, "compra") == 0 ? "la compra" : list;
}

static enum sarai_status read_list(struct agenda *agenda, const char *list, struct tool_result *out,
                                   struct sarai_error *err)
{
    struct buf things = BUF_INIT(TOOL_SENTENCE_BYTES);
    enum sarai_status st = agenda_list_read(agenda, list, &things, err);
    if (!st && things.len == 0)
        st = tool_givef(out, json_pack("{s:s}", "cosas", ""), err, "La lista de %s está vacía.",
                        spoken_name(list));
    else if (!st)
        st = tool_givef(out, json_pack("{s:s}", "cosas", buf_string(&things)), err,
                        "En la lista de %s hay %s.", spoken_name(list), buf_string(&things));
    buf_finish(&things);
    return st;
}

static enum sarai_status run_list(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const char *action = tool_text(call, "accion"), *things = tool_text(call, "cosa"),
               *list = tool_text(call, "lista");
    struct agenda *agenda;
    bool changed;
    list = list ? list : "compra";
    enum sarai_status st = builtin_agenda(self, &agenda, err);
    if (st)
        return st;
    if (strcmp(action, "leer") == 0)
        return read_list(agenda, list, out, err);
    if (strcmp(action, "vaciar") == 0) {
        st = agenda_list_clear(agenda, list, err);
        return st ? st
                  : tool_givef(out, json_pack("{s:s}", "listo", "lista vacía"), err,
                               "He vaciado la lista de %s.", spoken_name(list));
    }
    if (!things)
        return failed(err, SARAI_EINPUT,
                      tr("no entiendo qué hay que apuntar", "I do not understand what to write down"));
    bool adds = strcmp(action, "añadir") == 0;
    st = each_item(things, agenda, list, adds ? agenda_list_add : agenda_list_remove, &changed, err);
    if (!st && !changed && !adds)
        st = failed(err, SARAI_EINPUT, tr("%.80s no está en la lista", "%.80s is not on the list"), things);
    return st ? st
              : tool_givef(out, json_pack("{s:s}", "listo", things), err,
                           !adds     ? "Quitado de la lista: %s."
                           : changed ? "Apuntado: %s."
                                     : "Ya estaba apuntado: %s.",
                           things);
}

static enum tool_effect judge_list(void *self, const json_t *arguments)
{
    const char *action = json_string_value(json_object_get(arguments, "accion"));
    (void)self;
    return !action || strcmp(action, "leer") == 0 ? TOOL_READS
           : strcmp(action, "vaciar") == 0        ? TOOL_RISKS
                                                  : TOOL_CHANGES;
}

static bool describe_list(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *list = json_string_value(json_object_get(arguments, "lista"));
    const char *action = json_string_value(json_object_get(arguments, "accion"));
    (void)self;
    const char *name = spoken_name(list && *list ? list : "compra");
    const char *thing = json_string_value(json_object_get(arguments, "cosa"));
    int used = -1;
    if (action && strcmp(action, "vaciar") == 0)
        used = snprintf(out, n, "vaciar la lista de %s", name);
    else if (action && thing && strcmp(action, "leer") != 0)
        used = snprintf(out, n, "%s %s %s la lista de %s", action, thing,
                        strcmp(action, "añadir") == 0 ? "a" : "de", name);
    return used >= 0 && used < (int)n;
}

/* ---- notes ------------------------------------------------------------------------------------ */

static enum sarai_status run_note(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const char *text = tool_text(call, "texto");
    struct agenda *agenda;
    enum sarai_status st = text ? builtin_agenda(self, &agenda, err)
                                : failed(err, SARAI_EINPUT, tr("la nota está vacía", "the note is empty"));
    if (!st)
        st = agenda_note_add(agenda, text, builtin_now(self), err);
    return st ? st : tool_give(out, json_pack("{s:s}", "listo", "nota guardada"), "Nota guardada.", err);
}

static enum sarai_status run_notes(void *self, const struct tool_call *call, struct tool_result *out,
                                   struct sarai_error *err)
{
    struct buf text = BUF_INIT(TOOL_SENTENCE_BYTES);
    struct agenda *agenda;
    (void)call;
    enum sarai_status st = builtin_agenda(self, &agenda, err);
    if (!st)
        st = agenda_notes_read(agenda, NOTES_READ, &text, err);
    if (!st && text.len == 0)
        st = tool_give(out, json_pack("{s:s}", "notas", ""), "No hay notas.", err);
    else if (!st)
        st = tool_givef(out, json_pack("{s:s}", "notas", buf_string(&text)), err, "Lo último que apunté: %s.",
                        buf_string(&text));
    buf_finish(&text);
    return st;
}

static bool describe_note(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *text = json_string_value(json_object_get(arguments, "texto"));
    (void)self;
    return text && snprintf(out, n, "que apunte: %s", text) < (int)n;
}

static bool describe_alarm(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *when = json_string_value(json_object_get(arguments, "cuando"));
    (void)self;
    return when && snprintf(out, n, "una alarma para %s", when) < (int)n;
}

static bool describe_reminder(void *self, const json_t *arguments, char *out, size_t n)
{
    const char *text = json_string_value(json_object_get(arguments, "texto"));
    const char *when = json_string_value(json_object_get(arguments, "cuando"));
    (void)self;
    return text && snprintf(out, n, "que te recuerde: %s%s%s", text, when && *when ? ", " : "",
                            when ? when : "") < (int)n;
}

#define TEXT_OF(n) "{\"type\":\"string\",\"maxLength\":" #n "}"

static enum tool_effect judge_agenda(void *self, const json_t *arguments)
{
    const char *action = json_string_value(json_object_get(arguments, "accion"));
    (void)self;
    return action && strcmp(action, "consultar") != 0 ? TOOL_CHANGES : TOOL_READS;
}

enum sarai_status agenda_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    const struct tool tools[] = {
        {.name = "temporizador",
         .about = "avisa cuando pase un tiempo",
         .schema = "{\"type\":\"object\",\"properties\":{\"tiempo\":" TEXT_OF(80) ",\"nombre\":" TEXT_OF(
             80) "},"
                 "\"required\":[\"tiempo\"]}",
         .effect = TOOL_CHANGES,
         .run = run_timer},
        {.name = "alarma",
         .about = "suena a una hora",
         .schema =
             "{\"type\":\"object\",\"properties\":{\"cuando\":" TEXT_OF(80) "},\"required\":[\"cuando\"]}",
         .effect = TOOL_CHANGES,
         .describe = describe_alarm,
         .asked_by = "alarma|despert|despiert|avis|suen|sonar|levant",
         BUILTIN_NOT_ELSEWHERE,
         .run = run_alarm},
        {.name = "recordatorio",
         .about = "recuerda algo en su momento",
         .schema = "{\"type\":\"object\",\"properties\":{\"texto\":" TEXT_OF(90) ",\"cuando\":" TEXT_OF(
             80) "},"
                 "\"required\":[\"texto\"]}",
         .effect = TOOL_CHANGES,
         .describe = describe_reminder,
         .asked_by = "recuerd|record|avis|acuerd|acord|olvid|dime|apunt|anot|agenda",
         BUILTIN_NOT_ELSEWHERE,
         .run = run_reminder},
        {.name = "lista",
         .about = "apunta, lee y quita cosas de una lista",
         .schema = "{\"type\":\"object\",\"properties\":{\"accion\":{\"type\":\"string\",\"enum\":["
                   "\"añadir\",\"leer\","
                   "\"quitar\",\"vaciar\"]},\"cosa\":" TEXT_OF(200) ",\"lista\":" TEXT_OF(
                       40) "},\"required\":[\"accion\"]}",
         .judge = judge_list,
         .describe = describe_list,
         .asked_by = "list|compr|anad|apunt|anot|met|pon|quit|borr|tach|elimin|agreg|falt|vaci",
         BUILTIN_NOT_ELSEWHERE,
         .run = run_list},
        {.name = "nota",
         .about = "guarda una nota",
         .schema =
             "{\"type\":\"object\",\"properties\":{\"texto\":" TEXT_OF(400) "},\"required\":[\"texto\"]}",
         .effect = TOOL_CHANGES,
         .describe = describe_note,
         .asked_by = "nota|anot|apunt|dict|guard",
         BUILTIN_NOT_ELSEWHERE,
         .run = run_note},
        {.name = "notas",
         .about = "lee las últimas notas",
         .schema = "{\"type\":\"object\"}",
         .is_hidden = true,
         .run = run_notes},
        {.name = "agenda",
         .about =
             "dice qué temporizadores, alarmas y recordatorios hay, o los cancela; cambia temporizadores",
         .schema =
             "{\"type\":\"object\",\"properties\":{\"accion\":{\"type\":\"string\",\"enum\":[\"consultar\","
             "\"cancelar\",\"alargar\",\"acortar\",\"pausar\",\"seguir\"]},"
             "\"que\":{\"type\":\"string\",\"enum\":[\"temporizador\",\"alarma\",\"recordatorio\",\"todo\"]},"
             "\"nombre\":" TEXT_OF(80) ",\"tiempo\":" TEXT_OF(80) "},\"required\":[\"accion\"]}",
         .judge = judge_agenda,
         .is_hidden = true,
         .run = run_agenda},
    };
    return builtin_add_all(b, tools, sizeof tools / sizeof *tools, box, err);
}
