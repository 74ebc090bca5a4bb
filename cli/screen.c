#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "cli.h"

enum { METER_WIDTH = 12, QUIETEST_DB = -60, PARTIAL_WIDTH = 56 };

void screen_init(struct screen *s, FILE *to)
{
    *s = (struct screen){.to = to, .level_db = QUIETEST_DB};
    s->terminal = isatty(fileno(to));
    s->colour = s->terminal && !getenv("NO_COLOR");
}

static const char *state_word(enum sarai_talk_state state)
{
    switch (state) {
    case SARAI_LISTENING:
    case SARAI_SPECULATING:
        return tr("escucho", "listening");
    case SARAI_THINKING:
        return tr("pienso ", "thinking ");
    case SARAI_SPEAKING:
        return tr("hablo  ", "speaking ");
    case SARAI_INTERRUPTED:
        return tr("cedo   ", "yielding ");
    case SARAI_IDLE:
        break;
    }
    return tr("lista  ", "ready    ");
}

/* Where the last `width` characters of the text begin. */
static const char *tail(const char *text, size_t width)
{
    size_t n = strlen(text), count = 0;
    while (n > 0 && count < width) {
        n--;
        count += ((unsigned char)text[n] & 0xC0) != 0x80;
    }
    return text + n;
}

static void draw_status(const struct screen *s, enum sarai_talk_state state)
{
    int filled = (int)((s->level_db - QUIETEST_DB) * METER_WIDTH / -QUIETEST_DB);
    fprintf(s->to, "\r\033[K%s ", state_word(state));
    for (int i = 0; i < METER_WIDTH; i++)
        fputs(i < filled ? "█" : "·", s->to);
    fprintf(s->to, " %s", tail(s->partial, PARTIAL_WIDTH));
    fflush(s->to);
}

/* Leaves the status line, so that a lasting line can be written. */
static void new_line(struct screen *s)
{
    if (s->in_answer)
        fputc('\n', s->to);
    else if (s->terminal)
        fputs("\r\033[K", s->to);
    s->in_answer = false;
}

static void show_times(struct screen *s)
{
    const struct sarai_turn_times *t = &s->times;
    if (!s->has_times)
        return;
    s->has_times = false;
    new_line(s);
    fprintf(s->to, s->colour ? "\033[2m" : "");
    fprintf(s->to,
            tr("  de voz a voz %.0f ms (fin de turno %.0f, texto %.0f, palabra %.0f, sonido listo %.0f; "
               "tirado %d, %.0f ms)",
               "  voice to voice %.0f ms (end of turn %.0f, text %.0f, word %.0f, sound ready %.0f; "
               "wasted %d, %.0f ms)"),
            t->sounding_ms, t->confirmed_ms, t->transcribed_ms, t->first_token_ms, t->first_audio_ms,
            t->wasted, t->wasted_ms);
    if (s->mood[0])
        fprintf(s->to, tr("; ánimo: %s", "; mood: %s"), s->mood);
    s->mood[0] = '\0';
    fprintf(s->to, s->colour ? "\033[0m\n" : "\n");
}

/* Who answered and from what, where it was not simply the model here. */
static void show_answered(struct screen *s, const struct sarai_turn *turn)
{
    char source[256], route[160];
    cli_route_text(turn, route, sizeof route);
    const char *by = cli_by_text(turn->by), *between = *by || *route ? "; " : "";
    if (!*by && !*route && turn->sources.n == 0)
        return;
    new_line(s);
    fprintf(s->to, "%s  %s%s%s", s->colour ? "\033[2m" : "", by, *by && *route ? "; " : "", route);
    for (size_t i = 0; i < turn->sources.n; i++) {
        cli_source_text(&turn->sources.hits[i], source, sizeof source);
        fprintf(s->to, "%s%s%s", between, i == 0 ? tr("fuente: ", "source: ") : "", source);
        between = "; ";
    }
    fprintf(s->to, s->colour ? "\033[0m\n" : "\n");
}

static void show_line(struct screen *s, const char *label, const char *text)
{
    new_line(s);
    fprintf(s->to, "%s %s\n", label, text);
}

/* What was heard lasts once the turn is over; who goes on speaking is heard anew. */
static void follow_heard(struct screen *s, const struct sarai_talk_event *event)
{
    if (event->kind == SARAI_TALK_STATE && event->state == SARAI_LISTENING)
        s->heard[0] = '\0';
    if (!s->heard[0] || (event->state != SARAI_THINKING && event->state != SARAI_SPEAKING))
        return;
    s->partial[0] = '\0';
    show_line(s, tr("tú:   ", "you:  "), s->heard);
    s->heard[0] = '\0';
}

static void show_event(struct screen *s, const struct sarai_talk_event *event)
{
    switch (event->kind) {
    case SARAI_TALK_PARTIAL:
        snprintf(s->partial, sizeof s->partial, "%s", event->text);
        break;
    case SARAI_TALK_HEARD:
        snprintf(s->heard, sizeof s->heard, "%s", event->text);
        break;
    case SARAI_TALK_ANSWER:
        if (!s->in_answer) {
            new_line(s);
            fprintf(s->to, "Sarai: ");
        }
        s->in_answer = true;
        s->is_whole = false;
        fputs(event->text, s->to);
        break;
    case SARAI_TALK_TURN:
        s->times = event->turn_times;
        s->has_times = true;
        if (s->is_whole)
            show_times(s);
        break;
    case SARAI_TALK_ANSWERED:
        show_answered(s, event->answered);
        s->is_whole = true;
        show_times(s);
        break;
    case SARAI_TALK_INTERRUPTED:
        show_line(s, tr("(interrumpida tras)", "(interrupted after)"), event->text);
        show_times(s);
        break;
    case SARAI_TALK_NOTICE:
        show_line(s, tr("aviso:", "note:"), event->text);
        break;
    case SARAI_TALK_MOOD:
        cli_mood_text(true, event->emo_vec, s->mood, sizeof s->mood);
        break;
    case SARAI_TALK_LEVEL:
        s->level_db = event->level_db;
        break;
    case SARAI_TALK_STATE:
        if (event->state == SARAI_IDLE)
            show_times(s);
        break;
    case SARAI_TALK_SPAN:
        break;
    }
}

void screen_show(struct screen *s, const struct sarai_talk_event *event)
{
    if (event->kind != SARAI_TALK_HEARD)
        follow_heard(s, event);
    show_event(s, event);
    if (event->kind == SARAI_TALK_HEARD)
        follow_heard(s, event);
    if (s->terminal && !s->in_answer)
        draw_status(s, event->state);
    fflush(s->to);
}

void screen_finish(struct screen *s)
{
    show_times(s);
    new_line(s);
    fflush(s->to);
}
