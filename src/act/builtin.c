#include "act/builtin.h"

#include <stdlib.h>
#include <string.h>

#include "act/when.h"
#include "base/clock.h"

enum { LATE_S = 90 };

enum sarai_status builtin_open(const struct builtin_host *host, struct builtin **out, struct sarai_error *err)
{
    struct builtin *b = calloc(1, sizeof *b);
    if (!b)
        return out_of_memory(err, tr("las herramientas", "the tools"));
    b->host = *host;
    pthread_mutex_init(&b->lock, NULL);
    *out = b;
    return SARAI_OK;
}

void builtin_close(struct builtin *b)
{
    if (!b)
        return;
    agenda_close(b->agenda);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

time_t builtin_now(const struct builtin *b)
{
    return b->host.now ? b->host.now(b->host.user) : time(NULL);
}

enum sarai_status builtin_agenda(struct builtin *b, struct agenda **out, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    if (!b->host.agenda_path)
        return failed(err, SARAI_EOUTPUT, tr("no tengo dónde apuntarlo", "I have no place to write it down"));
    pthread_mutex_lock(&b->lock);
    if (!b->agenda)
        st = agenda_open(b->host.agenda_path, &b->agenda, err);
    *out = b->agenda;
    pthread_mutex_unlock(&b->lock);
    return st;
}

enum sarai_status builtin_add_all(struct builtin *b, const struct tool *tools, size_t n, struct toolbox *box,
                                  struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < n; i++) {
        struct tool tool = tools[i];
        tool.self = b;
        if (tool.run)
            st = toolbox_add(box, &tool, err);
    }
    return st;
}

static enum sarai_status add_last(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    enum sarai_status st = web_tools_add(b, box, err);
    return st ? st : house_tools_add(b, box, err);
}

enum sarai_status builtin_add(struct builtin *b, enum builtin_part part, struct toolbox *box,
                              struct sarai_error *err)
{
    if (part == BUILTIN_LAST)
        return add_last(b, box, err);
    enum sarai_status st = time_tools_add(b, box, err);
    if (!st)
        st = sum_tools_add(b, box, err);
    return st ? st : agenda_tools_add(b, box, err);
}

/* ---- what rings ------------------------------------------------------------------------------- */

bool builtin_name_timer(const struct agenda_entry *timer, struct buf *out)
{
    char duration[WHEN_BYTES];
    bool is_he = strncmp(timer->text, "el ", 3) == 0;
    when_tell_duration(timer->seconds, duration);
    return buf_printf(out, "temporizador %s %s", is_he ? "del" : "de",
                      is_he            ? timer->text + 3
                      : timer->text[0] ? timer->text
                                       : duration);
}

static bool tell_entry(const struct agenda_entry *e, time_t now, struct buf *out)
{
    char moment[WHEN_BYTES];
    when_tell_moment(e->due, now, moment);
    bool is_late = now - e->due >= LATE_S;
    bool ok =
        (out->len == 0 || buf_text(out, " ")) && (!is_late || buf_printf(out, "Esto era para %s. ", moment));
    if (e->kind == AGENDA_TIMER)
        return ok && buf_text(out, "Ha terminado el ") && builtin_name_timer(e, out) && buf_text(out, ".");
    if (e->kind == AGENDA_ALARM)
        return ok && (is_late ? buf_text(out, "Era una alarma.")
                              : buf_printf(out, "Suena la alarma de %s.", moment));
    return ok && buf_printf(out, "Te recuerdo esto: %s.", e->text);
}

enum sarai_status builtin_due(struct builtin *b, struct buf *sentence, struct sarai_error *err)
{
    struct agenda *agenda;
    struct agenda_entry entry = {0};
    time_t now = builtin_now(b);
    double steady_ms = b->host.steady_ms ? b->host.steady_ms(b->host.user) : clock_ms();
    if (!b->host.agenda_path)
        return SARAI_OK;
    enum sarai_status st = builtin_agenda(b, &agenda, err);
    if (!st)
        st = agenda_steady(agenda, now, steady_ms, err);
    do { /* several at once are told together */
        if (!st)
            st = agenda_take_due(agenda, now, &entry, err);
        if (!st && entry.id && !tell_entry(&entry, now, sentence))
            st = out_of_memory(err, entry.text);
    } while (!st && entry.id);
    return st;
}
