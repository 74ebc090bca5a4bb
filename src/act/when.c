#include "act/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EARLY_HOUR = 7, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, MOST_DURATION_S = 100 * DAY_S };

static const char *const weekdays[] = {"domingo", "lunes",   "martes", "miércoles",
                                       "jueves",  "viernes", "sábado"};
static const char *const folded_weekdays[] = {"domingo", "lunes",   "martes", "miercoles",
                                              "jueves",  "viernes", "sabado"};
static const char *const months[] = {"enero", "febrero", "marzo",      "abril",   "mayo",      "junio",
                                     "julio", "agosto",  "septiembre", "octubre", "noviembre", "diciembre"};

/* ---- durations -------------------------------------------------------------------------------- */

static long unit_seconds(const struct spoken *s, size_t at)
{
    return spoken_match(s, at, "segundo|segundos|s")   ? 1
           : spoken_match(s, at, "minuto|minutos|min") ? MINUTE_S
           : spoken_match(s, at, "hora|horas|h")       ? HOUR_S
           : spoken_match(s, at, "dia|dias")           ? DAY_S
           : spoken_match(s, at, "semana|semanas")     ? 7 * DAY_S
                                                       : 0;
}

/* One part: "tres cuartos de hora", "media hora", "5 minutos", "1,5 horas". */
static size_t duration_part(const struct spoken *s, size_t at, double *seconds)
{
    struct number number;
    if (spoken_match(s, at, "tres cuartos de hora")) {
        *seconds = 45 * MINUTE_S;
        return 4;
    }
    if (spoken_match(s, at, "un cuarto de hora") || spoken_match(s, at, "cuarto de hora")) {
        *seconds = 15 * MINUTE_S;
        return spoken_is(s, at, "un") ? 4 : 3;
    }
    if (spoken_is(s, at, "hora") && spoken_match(s, at + 1, "y media|cuarto")) {
        *seconds = HOUR_S;
        return 1;
    }
    size_t n = spoken_number(s, at, &number);
    long unit = n ? unit_seconds(s, at + n) : 0;
    if (unit == 0)
        return 0;
    char decimals[SPOKEN_DECIMALS + 4];
    snprintf(decimals, sizeof decimals, "0.%s0", number.decimals);
    *seconds = ((double)number.whole + strtod(decimals, NULL)) * (double)unit;
    return n + 1;
}

/* "y media", "y cuarto" behind hours; "y medio" behind minutes. */
static size_t duration_tail(const struct spoken *s, size_t at, double *seconds)
{
    long unit = at > 0 ? unit_seconds(s, at - 1) : 0;
    if (unit > 0 && spoken_match(s, at, "y medio|media"))
        *seconds += 0.5 * (double)unit;
    else if (unit == HOUR_S && spoken_match(s, at, "y cuarto"))
        *seconds += 15 * MINUTE_S;
    else
        return 0;
    return 2;
}

static size_t read_duration(const struct spoken *s, size_t at, double *seconds)
{
    size_t n = duration_part(s, at, seconds);
    while (n > 0) {
        double more = 0;
        size_t tail = duration_tail(s, at + n, seconds);
        size_t joined = spoken_match(s, at + n, "y|con");
        size_t part = tail ? 0 : duration_part(s, at + n + joined, &more);
        if (tail == 0 && part == 0)
            break;
        *seconds += more;
        n += tail ? tail : joined + part;
    }
    return n;
}

size_t when_is_duration(const struct spoken *s, size_t at)
{
    double seconds;
    return read_duration(s, at, &seconds);
}

enum sarai_status when_duration(const char *text, long *seconds, struct sarai_error *err)
{
    struct spoken s;
    double value = 0;
    size_t n = spoken_split(text, &s) ? read_duration(&s, 0, &value) : 0;
    if (n == 0 || n != s.n)
        return failed(err, SARAI_EINPUT,
                      tr("no entiendo cuánto tiempo es", "I do not understand how long that is"));
    if (!(value >= 1) || value > MOST_DURATION_S)
        return failed(
            err, SARAI_EINPUT,
            tr("puedo contar de un segundo a cien días", "I can count from a second to a hundred days"));
    *seconds = (long)value;
    return SARAI_OK;
}

/* ---- dates ------------------------------------------------------------------------------------ */

/* Noon of a day of the local calendar; fields may overflow. */
static time_t noon(int year, int month, int day)
{
    struct tm tm = {.tm_year = year, .tm_mon = month, .tm_mday = day, .tm_hour = 12, .tm_isdst = -1};
    return mktime(&tm);
}

/* Easter Sunday (Meeus, Jones, Butcher: Astronomical Algorithms, 1991). `year` counts from 1900. */
static time_t easter(int year)
{
    int y = year + 1900, a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
    int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
    return noon(year, month - 1, day);
}

static const struct feast {
    const char *phrase;
    int month, day; /* month −1: days from Easter */
} feasts[] = {
    {"navidad", 11, 25},
    {"navidades", 11, 25},
    {"nochebuena", 11, 24},
    {"nochevieja", 11, 31},
    {"fin de ano|año", 11, 31},
    {"ano|año nuevo", 0, 1},
    {"reyes", 0, 6},
    {"san valentin", 1, 14},
    {"dia del padre", 2, 19},
    {"san juan", 5, 24},
    {"halloween", 9, 31},
    {"todos los santos", 10, 1},
    {"dia del trabajo|trabajador", 4, 1},
    {"puente de mayo", 4, 1},
    {"hispanidad", 9, 12},
    {"puente del pilar", 9, 12},
    {"constitucion", 11, 6},
    {"puente de diciembre", 11, 6},
    {"inmaculada", 11, 8},
    {"primavera", 2, 20},
    {"verano", 5, 21},
    {"otono|otoño", 8, 23},
    {"invierno", 11, 21},
    {"carnaval|carnavales", -1, -47},
    {"semana santa", -1, -7},
    {"jueves santo", -1, -3},
    {"viernes santo", -1, -2},
    {"pascua", -1, 0},
};

static time_t feast_in(const struct feast *f, int year)
{
    if (f->month >= 0)
        return noon(year, f->month, f->day);
    time_t at = easter(year);
    struct tm day;
    localtime_r(&at, &day);
    return noon(day.tm_year, day.tm_mon, day.tm_mday + f->day);
}

static time_t next_feast(const struct feast *f, int year, time_t now)
{
    time_t this_year = feast_in(f, year);
    return this_year >= now ? this_year : feast_in(f, year + 1);
}

/* The next such day of a month, or of any month (−1). */
static time_t next_date(int year, int month, int of_month, int day, time_t now)
{
    time_t this_one = noon(year, of_month >= 0 ? of_month : month, day);
    if (this_one >= now)
        return this_one;
    return of_month >= 0 ? noon(year + 1, of_month, day) : noon(year, month + 1, day);
}

/* Names are compared as transcripts are: without accents. */
static int find_name(const struct spoken *s, size_t at, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (spoken_is(s, at, names[i]))
            return i;
    return -1;
}

/* The day at `at`: how many words, and which; without `today` only how many. */
static size_t read_day(const struct spoken *s, size_t at, const struct tm *today, time_t *out)
{
    const struct tm any = {.tm_mday = 1};
    int year = (today ? today : &any)->tm_year, month = (today ? today : &any)->tm_mon;
    int day = (today ? today : &any)->tm_mday;
    unsigned number;
    size_t n = 0, article = spoken_match(s, at, "el|la|los|las|este|esta|proximo");
    if (spoken_match(s, at, "pasado manana|mañana")) {
        *out = today ? noon(year, month, day + 2) : 0;
        return 2;
    }
    if (spoken_match(s, at, "manana|mañana|hoy|ayer")) {
        int ahead = spoken_is(s, at, "hoy") ? 0 : spoken_is(s, at, "ayer") ? -1 : 1;
        *out = today ? noon(year, month, day + ahead) : 0;
        return 1;
    }
    for (size_t i = 0; i < sizeof feasts / sizeof *feasts; i++) {
        n = spoken_match(s, at + article, feasts[i].phrase);
        if (n > 0 && today)
            *out = next_feast(&feasts[i], year, noon(year, month, day));
        if (n > 0)
            return article + n;
    }
    int found = find_name(s, at + article, folded_weekdays, 7);
    if (found >= 0) {
        int ahead = today ? (found - today->tm_wday + 7) % 7 : 0;
        *out = today ? noon(year, month, day + (ahead ? ahead : 7)) : 0;
        return article + 1 + spoken_match(s, at + article + 1, "que viene");
    }
    size_t word = spoken_match(s, at + article, "dia");
    n = spoken_whole(s, at + article + word, 31, &number);
    bool has_month = n > 0 && spoken_is(s, at + article + word + n, "de");
    found = has_month ? find_name(s, at + article + word + n + 1, months, 12) : -1;
    if (n == 0 || number == 0 || (found < 0 && word == 0))
        return 0;
    if (today)
        *out = next_date(year, month, found, (int)number, noon(year, month, day));
    return article + word + n + (found >= 0 ? 2 : 0);
}

enum sarai_status when_date(const char *text, time_t now, time_t *out, struct sarai_error *err)
{
    struct spoken s;
    struct tm today;
    time_t day;
    localtime_r(&now, &today);
    size_t n = spoken_split(text, &s) ? read_day(&s, 0, &today, &day) : 0;
    if (n == 0 || n != s.n)
        return failed(err, SARAI_EINPUT, tr("no sé qué día es %.80s", "I do not know which day is %.80s"),
                      text);
    *out = day;
    return SARAI_OK;
}

/* ---- moments ---------------------------------------------------------------------------------- */

struct moment {
    bool has_day, has_hour;
    time_t day;       /* noon of it */
    int hour, minute; /* as they were said */
    int part;         /* 0: not said; 'm', 't', 'n', 'd' (madrugada), 'x': 24 hours */
    double ahead_s;   /* "dentro de …"; 0: none */
};

static size_t read_part(const struct spoken *s, size_t at, int *part)
{
    static const struct {
        const char *phrase;
        int part;
    } parts[] = {{"de|por la manana|mañana", 'm'},
                 {"de|por la tarde", 't'},
                 {"de|por la noche", 'n'},
                 {"de la madrugada", 'd'},
                 {"esta tarde", 't'},
                 {"esta noche", 'n'},
                 {"de mediodia", 't'},
                 {"esta manana|mañana", 'm'}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = spoken_match(s, at, parts[i].phrase);
        if (n > 0) {
            *part = parts[i].part;
            return n;
        }
    }
    return 0;
}

/* "7:15" */
static bool read_clock(const char *word, int *hour, int *minute)
{
    char *end;
    long h = strtol(word, &end, 10);
    if (end == word || (*end != ':' && *end != '.') || strlen(end + 1) != 2)
        return false;
    long m = strtol(end + 1, &end, 10);
    *hour = (int)h;
    *minute = (int)m;
    return *end == '\0' && h >= 0 && h < 24 && m >= 0 && m < 60;
}

/* "las seis menos cuarto", "la una y diez", "7:15", "mediodía" */
static size_t read_hour(const struct spoken *s, size_t at, struct moment *m)
{
    size_t start = at, n;
    unsigned number;
    at += spoken_match(s, at, "a|al|sobre");
    if (spoken_match(s, at, "mediodia|medianoche") || spoken_match(s, at, "medio dia")) {
        m->hour = spoken_is(s, at, "medianoche") ? 24 : 12;
        m->part = 'x';
        return at + (spoken_is(s, at, "medio") ? 2 : 1) - start;
    }
    size_t article = spoken_match(s, at, "la|las");
    if (at + article < s->n && read_clock(s->word[at + article], &m->hour, &m->minute)) {
        m->part = m->hour > 12 || s->word[at + article][0] == '0' ? 'x' : 0;
        return at + article + 1 - start;
    }
    n = spoken_whole(s, at + article, 24, &number);
    if (n == 0 || (article == 0 && !spoken_match(s, at + n, "y|menos")))
        return 0;
    m->hour = (int)number;
    m->part = number > 12 || number == 0 ? 'x' : 0;
    at += article + n;
    bool minus = spoken_is(s, at, "menos");
    size_t joined = spoken_match(s, at, "y|menos|con"), half = spoken_match(s, at + joined, "media"),
           quarter = spoken_match(s, at + joined, "cuarto");
    n = half || quarter ? 1 : spoken_whole(s, at + joined, 59, &number);
    int minutes = half ? 30 : quarter ? 15 : (int)number;
    if (n > 0 && (joined > 0 || spoken_number(s, at, &(struct number){0}))) {
        m->minute = minus ? 60 - minutes : minutes;
        m->hour -= minus;
        at += joined + n;
    }
    at += spoken_match(s, at, "en punto");
    at += spoken_match(s, at, "horas");
    return at - start;
}

static bool read_moment(const struct spoken *s, size_t from, size_t to, const struct tm *today,
                        struct moment *m)
{
    *m = (struct moment){0};
    size_t at = from, n = spoken_match(s, at, "dentro de") + spoken_match(s, at, "en|de aqui a");
    n = n ? n : spoken_match(s, at, "en");
    if (n > 0 && (at += n) < to)
        return at + read_duration(s, at, &m->ahead_s) == to && m->ahead_s > 0;
    while (at < to) {
        int part = 0;
        n = read_part(s, at, &part);
        if (n > 0) {
            m->part = m->part == 'x' ? 'x' : part;
        } else if (!m->has_hour && (n = read_hour(s, at, m)) > 0) {
            m->has_hour = true;
        } else if (!m->has_day && (n = read_day(s, at + spoken_match(s, at, "para"), today, &m->day)) > 0) {
            n += spoken_match(s, at, "para");
            m->has_day = true;
        } else {
            return false;
        }
        at += n;
    }
    return at == to && (m->has_hour || m->has_day || m->part != 0);
}

bool when_is_moment(const struct spoken *s, size_t from, size_t to)
{
    struct moment m;
    return from < to && to <= s->n && read_moment(s, from, to, NULL, &m);
}

bool when_is_date(const struct spoken *s, size_t from, size_t to)
{
    time_t day;
    size_t n = read_day(s, from, NULL, &day);
    return n > 0 && from + n == to;
}

/* Whether it was not said which half of the day is meant. */
static bool is_either_half(const struct moment *m)
{
    return m->has_hour && m->part == 0 && m->hour <= 12;
}

/* The hour of 24 that was meant, where the half of the day is known. */
static int hour_of_day(const struct moment *m)
{
    if (!m->has_hour)
        return m->part == 't' ? 17 : m->part == 'n' ? 21 : 9;
    if (m->part == 't' && m->hour < 12)
        return m->hour + 12;
    if (m->part == 'n' && m->hour >= 5 && m->hour < 12)
        return m->hour + 12;
    if ((m->part == 'n' || m->part == 'd') && m->hour == 12)
        return m->part == 'n' ? 24 : 0;
    return m->hour;
}

static time_t at_hour(const struct tm *day, int hour, int minute)
{
    struct tm tm = {.tm_year = day->tm_year,
                    .tm_mon = day->tm_mon,
                    .tm_mday = day->tm_mday,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_isdst = -1};
    return mktime(&tm);
}

/* The rule for an hour of either half of the day: the first one to come at which somebody is expected to be
 * awake, or, for what may wake, the first one to come. The last of the day where none is to come. */
static time_t hour_on(const struct moment *m, const struct tm *day, time_t now, enum when_use use)
{
    if (!is_either_half(m))
        return at_hour(day, hour_of_day(m), m->minute);
    bool is_early = m->hour < EARLY_HOUR && use == WHEN_AWAKE;
    time_t first = at_hour(day, m->hour, m->minute);
    return first > now && !is_early             ? first
           : m->hour == 12 && use == WHEN_AWAKE ? first /* its second half is midnight */
                                                : at_hour(day, m->hour + 12, m->minute);
}

/* Without a day: of today, or else of tomorrow. What is left of yesterday's is midnight. */
static time_t next_hour(const struct moment *m, const struct tm *today, time_t now, enum when_use use)
{
    struct tm day = *today;
    time_t at = now;
    for (day.tm_mday--; at <= now && day.tm_mday <= today->tm_mday + 1; day.tm_mday++)
        at = hour_on(m, &day, now, use);
    return at;
}

enum sarai_status when_moment(const char *text, time_t now, enum when_use use, time_t *out,
                              struct sarai_error *err)
{
    struct spoken s;
    struct moment m;
    struct tm today, day;
    localtime_r(&now, &today);
    if (!spoken_split(text, &s) || !read_moment(&s, 0, s.n, &today, &m))
        return failed(err, SARAI_EINPUT, tr("no entiendo la hora", "I do not understand the time"));
    time_t at;
    if (m.ahead_s > MOST_DURATION_S)
        return failed(
            err, SARAI_EINPUT,
            tr("puedo contar de un segundo a cien días", "I can count from a second to a hundred days"));
    if (m.ahead_s > 0) {
        at = now + (time_t)m.ahead_s;
    } else if (m.has_day) {
        localtime_r(&m.day, &day);
        at = hour_on(&m, &day, now, use);
    } else {
        at = next_hour(&m, &today, now, use);
    }
    if (at <= now)
        return failed(err, SARAI_EINPUT, tr("esa hora ya ha pasado", "that time is past"));
    *out = at;
    return SARAI_OK;
}

/* ---- telling ---------------------------------------------------------------------------------- */

static void tell_date(const struct tm *day, char *out, size_t n)
{
    snprintf(out, n, "%s %d de %s", weekdays[day->tm_wday], day->tm_mday, months[day->tm_mon]);
}

void when_tell_date(time_t at, char out[WHEN_BYTES])
{
    struct tm day;
    localtime_r(&at, &day);
    tell_date(&day, out, WHEN_BYTES);
}

long when_days_between(time_t from, time_t to)
{
    struct tm a, b;
    localtime_r(&from, &a);
    localtime_r(&to, &b);
    /* Noons of the same calendar in UTC are whole days apart. */
    struct tm x = {.tm_year = a.tm_year, .tm_mon = a.tm_mon, .tm_mday = a.tm_mday, .tm_hour = 12},
              y = {.tm_year = b.tm_year, .tm_mon = b.tm_mon, .tm_mday = b.tm_mday, .tm_hour = 12};
    return (long)((timegm(&y) - timegm(&x)) / DAY_S);
}

void when_tell_moment(time_t at, time_t now, char out[WHEN_BYTES])
{
    char date[WHEN_BYTES / 2];
    struct tm day;
    long days = when_days_between(now, at);
    localtime_r(&at, &day);
    tell_date(&day, date, sizeof date);
    snprintf(out, WHEN_BYTES, "%s%s a %s %d:%02d", days == 0 || days == 1 ? "" : "el ",
             days == 0   ? "hoy"
             : days == 1 ? "mañana"
                         : date,
             day.tm_hour == 1 ? "la" : "las", day.tm_hour, day.tm_min);
}

void when_tell_duration(long seconds, char out[WHEN_BYTES])
{
    static const struct {
        long seconds;
        const char *one, *many;
    } units[] = {{DAY_S, "día", "días"},
                 {HOUR_S, "hora", "horas"},
                 {MINUTE_S, "minuto", "minutos"},
                 {1, "segundo", "segundos"}};
    size_t used = 0, parts = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof *units && parts < 2; i++) {
        long n = seconds / units[i].seconds;
        seconds %= units[i].seconds;
        if (n == 0 && !(parts == 0 && units[i].seconds == 1))
            continue;
        used += (size_t)snprintf(out + used, WHEN_BYTES - used, "%s%ld %s", parts ? " y " : "", n,
                                 n == 1 ? units[i].one : units[i].many);
        parts++;
    }
}
