#include "speak/reading/calendar.h"

#include <string.h>
#include <strings.h>

#include "speak/reading/figures.h"

static const char *const months[] = {"enero", "febrero", "marzo",      "abril",   "mayo",      "junio",
                                     "julio", "agosto",  "septiembre", "octubre", "noviembre", "diciembre"};

bool calendar_is_month(const char *word)
{
    for (size_t i = 0; i < 12; i++)
        if (strcmp(word, months[i]) == 0)
            return true;
    return strcmp(word, "setiembre") == 0;
}

static void say_number(struct wording *w, unsigned n, enum number_form form)
{
    char words[NUMBER_BYTES];
    wording_say(w, number_cardinal(n, form, words));
}

/* ---- dates ------------------------------------------------------------------------------------ */

struct date {
    unsigned day, month, year; /* year 0: none is written */
    unsigned year_digits;
    size_t end;
};

/* A run of `least` to `most` digits at *at; moves past it. */
static bool lex_part(const struct text *t, size_t *at, size_t least, size_t most, unsigned *value)
{
    size_t end = *at;
    while (end < t->n && end - *at <= most && text_is_digit((unsigned char)t->s[end]))
        end++;
    if (end - *at < least || end - *at > most)
        return false;
    *value = figure_value(t, *at, end);
    *at = end;
    return true;
}

static bool is_date(const struct date *d)
{
    return d->day >= 1 && d->day <= 31 && d->month >= 1 && d->month <= 12;
}

/* 3/4/2025, 03-04-2025, 3.4.2025, 3/4/25; 3/4 where the sentence says that it is a day. */
static bool lex_day_first(const struct text *t, size_t at, const struct wording *w, struct date *d)
{
    static const char *const of_days[] = {"el", "del", "al", "día", "hasta", "desde"};
    *d = (struct date){0};
    if (!lex_part(t, &at, 1, 2, &d->day) || !strchr("/-.", t->s[at]) || at >= t->n)
        return false;
    char mark = t->s[at++];
    if (!lex_part(t, &at, 1, 2, &d->month) || !is_date(d))
        return false;
    d->end = at;
    if (t->s[at] == mark && at < t->n) {
        size_t begin = ++at;
        if (!lex_part(t, &at, 4, 4, &d->year) && !(mark == '/' && lex_part(t, &at, 2, 2, &d->year)))
            return false;
        d->year_digits = (unsigned)(at - begin);
        d->end = at;
        return true;
    }
    return mark == '/' && text_is_edge(text_code(t, at)) &&
           wording_last_is(w, of_days, sizeof of_days / sizeof *of_days);
}

/* 2025-04-03, 2025/04/03 */
static bool lex_year_first(const struct text *t, size_t at, struct date *d)
{
    *d = (struct date){.year_digits = 4};
    if (!lex_part(t, &at, 4, 4, &d->year) || !strchr("-/", t->s[at]) || at >= t->n)
        return false;
    char mark = t->s[at++];
    if (!lex_part(t, &at, 2, 2, &d->month) || t->s[at] != mark)
        return false;
    at++;
    if (!lex_part(t, &at, 2, 2, &d->day) || !is_date(d))
        return false;
    d->end = at;
    return true;
}

size_t calendar_read_date(const struct text *t, size_t at, struct wording *w)
{
    struct date d;
    if (!lex_day_first(t, at, w, &d) && !lex_year_first(t, at, &d))
        return 0;
    uint32_t next = text_code(t, d.end);
    bool clock = next == 'T' && text_is_digit(text_code(t, d.end + 1)); /* ISO 8601: 2025-04-03T10:30 */
    if (!text_is_edge(next) && !clock)
        return 0;
    if (d.day == 1 && w->region == NORMALISER_MX)
        wording_say(w, "primero");
    else
        say_number(w, d.day, NUMBER_ALONE);
    wording_say(w, "de");
    wording_say(w, months[d.month - 1]);
    if (d.year_digits > 0) {
        wording_say(w, d.year_digits == 2 ? "del" : "de");
        if (d.year_digits == 2 && d.year < 10 && d.year > 0)
            wording_say(w, "cero");
        say_number(w, d.year, NUMBER_ALONE);
    }
    if (clock)
        wording_mark(w, ',');
    return d.end + clock;
}

/* ---- hours ------------------------------------------------------------------------------------ */

struct hour {
    unsigned hour, minute, second;
    bool has_minutes, has_seconds;
    char half;   /* 'a', 'p' of a. m., p. m.; 0 */
    bool marked; /* followed by h */
    size_t end;
};

static size_t skip_half(const struct text *t, size_t at, char *half)
{
    static const char *const written[] = {"a. m.", "p. m.", "a.m.", "p.m.", "A. M.", "P. M.", "A.M.", "P.M.",
                                          "a. m",  "p. m",  "a.m",  "p.m",  "am",    "pm",    "AM",   "PM"};
    size_t begin = text_skip_blank(t, at);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (text_starts(t, begin, written[i]) && text_is_edge(text_code(t, begin + strlen(written[i])))) {
            *half = i % 2 == 0 ? 'a' : 'p';
            return begin + strlen(written[i]);
        }
    return at;
}

static size_t skip_unit(const struct text *t, size_t at, bool *marked)
{
    static const char *const written[] = {"horas", "hrs", "hs", "h"};
    size_t begin = text_skip_blank(t, at);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        size_t end = begin + strlen(written[i]);
        if (text_starts(t, begin, written[i]) && text_is_edge(text_code(t, end))) {
            *marked = true;
            return end;
        }
    }
    return at;
}

/* Behind these words comes an hour, also one with the decimal comma: "a las 11,45", but "las 2,50 pesetas".
 */
static bool leads_to_hour(const struct wording *w)
{
    static const char *const lead[] = {"a las", "a la", "son las", "es la", "desde las", "hasta las"};
    for (size_t i = 0; i < sizeof lead / sizeof *lead; i++) {
        size_t n = strlen(lead[i]), len = w->out->len;
        bool ends = len >= n && strncasecmp(w->out->data + len - n, lead[i], n) == 0;
        if (ends && (len == n || w->out->data[len - n - 1] == ' '))
            return true;
    }
    return false;
}

static bool lex_minutes(const struct text *t, size_t *at, const struct wording *w, struct hour *h)
{
    static const char *const article[] = {"la", "las"};
    char mark = t->s[*at];
    size_t next = *at + 1;
    if ((mark != ':' && mark != '.' && (mark != ',' || !leads_to_hour(w))) ||
        !lex_part(t, &next, 2, 2, &h->minute) || h->minute > 59)
        return false;
    if (mark == '.' && !wording_last_is(w, article, 2)) { /* 10.30 h; else it is a decimal */
        skip_unit(t, next, &h->marked);
        if (!h->marked)
            return false;
    }
    *at = next++;
    h->has_minutes = true;
    if (mark == ':' && t->s[*at] == ':' && lex_part(t, &next, 2, 2, &h->second) && h->second < 60) {
        h->has_seconds = true;
        *at = next;
    }
    return true;
}

static bool lex_hour(const struct text *t, size_t at, const struct wording *w, struct hour *h)
{
    *h = (struct hour){0};
    if (!lex_part(t, &at, 1, 2, &h->hour) || h->hour > 24)
        return false;
    bool has_minutes = lex_minutes(t, &at, w, h);
    uint32_t next = text_code(t, at);
    if (has_minutes && text_is_digit(next))
        return false;
    h->end = skip_half(t, at, &h->half);
    if (!h->half && has_minutes)
        h->end = skip_unit(t, at, &h->marked);
    if (h->half && (h->hour < 1 || h->hour > 12))
        return false;
    return (has_minutes || h->half) && text_is_edge(text_code(t, h->end));
}

/* Over midday people count to twelve; past it the clock is read as it stands. */
static void say_clock(const struct hour *h, struct wording *w)
{
    static const char *const article[] = {"la", "las"};
    bool has_article = wording_last_is(w, article, 2);
    say_number(w, h->hour, NUMBER_FEMININE);
    if (h->minute == 0 && (h->hour == 0 || h->hour > 12 || (h->marked && !has_article)))
        wording_say(w, h->hour == 1 ? "hora" : "horas");
    if (h->minute == 0)
        return;
    if (h->hour > 12 || h->minute > 30) {
        if (h->minute < 10)
            wording_say(w, "cero");
        say_number(w, h->minute, NUMBER_ALONE);
        return;
    }
    wording_say(w, "y");
    if (h->minute == 30)
        wording_say(w, "media");
    else if (h->minute == 15)
        wording_say(w, "cuarto");
    else
        say_number(w, h->minute, NUMBER_ALONE);
}

static void say_duration(const struct hour *h, struct wording *w)
{
    say_number(w, h->hour, NUMBER_FEMININE);
    wording_say(w, h->hour == 1 ? "hora" : "horas");
    say_number(w, h->minute, NUMBER_MASCULINE);
    wording_say(w, h->minute == 1 ? "minuto" : "minutos");
    wording_say(w, "y");
    say_number(w, h->second, NUMBER_MASCULINE);
    wording_say(w, h->second == 1 ? "segundo" : "segundos");
}

static const char *part_of_day(const struct hour *h)
{
    if (h->half == 'a')
        return h->hour == 12 ? "de la noche" : h->hour < 6 ? "de la madrugada" : "de la mañana";
    return h->hour == 12 ? "del mediodía" : h->hour < 8 ? "de la tarde" : "de la noche";
}

size_t calendar_read_hour(const struct text *t, size_t at, struct wording *w)
{
    struct hour h;
    if (!lex_hour(t, at, w, &h))
        return 0;
    if (h.has_seconds)
        say_duration(&h, w);
    else
        say_clock(&h, w);
    if (h.half) {
        wording_say(w, part_of_day(&h));
        size_t next = text_skip_blank(t, h.end);
        if (t->s[h.end - 1] == '.' && (next == t->n || text_is_upper(text_code(t, next))))
            return h.end - 1; /* the full stop of the sentence too */
    }
    if (t->s[h.end] == '-' && text_is_digit(text_code(t, h.end + 1))) { /* opening hours: 9:00-14:00 */
        wording_say(w, "a");
        return h.end + 1;
    }
    return h.end;
}
