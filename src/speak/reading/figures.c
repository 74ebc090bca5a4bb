#include "speak/reading/figures.h"

#include <string.h>

#include "speak/reading/calendar.h"
#include "speak/reading/grammar.h"
#include "speak/reading/measures.h"
#include "speak/reading/phones.h"

/* ---- reading the digits ----------------------------------------------------------------------- */

static bool is_digit_at(const struct text *t, size_t at)
{
    return at < t->n && text_is_digit((unsigned char)t->s[at]);
}

static size_t skip_group(const struct text *t, size_t at, char mark)
{
    bool whole = t->s[at] == mark && text_digits_end(t, at + 1) == at + 4;
    return whole ? at + 4 : at;
}

/* Whether `groups` groups with this mark between are thousands. Blanks part them only from five digits on,
 * and not in a row of numbers; the mark of the other shore only where it stands twice, or before decimals
 * with the other mark. */
static bool are_thousands(const struct text *t, size_t begin, size_t first, size_t end, size_t groups,
                          enum normaliser_region region)
{
    const char home = region == NORMALISER_ES ? '.' : ',';
    char mark = t->s[first], next = t->s[end];
    bool decimals = is_digit_at(t, end + 1) && (next == ',' || next == '.');
    if (groups == 0)
        return false;
    if (mark == ' ') {
        bool in_row = begin >= 2 && t->s[begin - 1] == ' ' && is_digit_at(t, begin - 2);
        return first - begin + 3 * groups >= 5 && !in_row;
    }
    if (decimals && next == mark)
        return false;
    return mark == home || groups > 1 || decimals;
}

/* Where the groups of thousands that follow the first one (at its end) end; `at` when there are none. */
static size_t skip_thousands(const struct text *t, size_t begin, size_t at, enum normaliser_region region)
{
    char mark = t->s[at];
    size_t end = at, groups = 0, next;
    if (at - begin > 3 || t->s[begin] == '0' || (mark != '.' && mark != ',' && mark != ' '))
        return at;
    for (; end < t->n && (next = skip_group(t, end, mark)) > end; groups++)
        end = next;
    return are_thousands(t, begin, at, end, groups, region) ? end : at;
}

/* Whether this is a later item of a list without blanks: "1,2,3". */
static bool is_in_list(const struct text *t, size_t begin)
{
    return begin >= 2 && strchr(",.", t->s[begin - 1]) && text_is_digit((unsigned char)t->s[begin - 2]);
}

static void lex_fraction(const struct text *t, bool grouped_by_it, struct figure *f)
{
    char mark = t->s[f->end];
    if ((mark != ',' && mark != '.') || grouped_by_it || !is_digit_at(t, f->end + 1) ||
        is_in_list(t, f->begin))
        return;
    size_t end = text_digits_end(t, f->end + 1);
    if (t->s[end] == mark && is_digit_at(t, end + 1)) {
        f->dotted = mark == '.';
        return;
    }
    f->mark = mark;
    f->fraction = f->end + 1;
    f->n_fraction = end - f->fraction;
    f->end = end;
}

void figure_lex(const struct text *t, size_t at, enum normaliser_region region, struct figure *f)
{
    size_t run = text_digits_end(t, at);
    *f = (struct figure){.begin = at};
    f->end = skip_thousands(t, at, run, region);
    f->grouped = f->end > run;
    for (size_t i = at; i < f->end; i++) {
        if (!is_digit_at(t, i))
            continue;
        if (f->n_digits < NUMBER_MAX_DIGITS)
            f->whole = f->whole * 10 + (uint64_t)(t->s[i] - '0');
        f->n_digits++;
    }
    f->spelled = f->n_digits > NUMBER_MAX_DIGITS || (f->n_digits > 1 && t->s[at] == '0');
    lex_fraction(t, f->grouped && t->s[run] == t->s[f->end], f);
}

unsigned figure_value(const struct text *t, size_t begin, size_t end)
{
    unsigned value = 0;
    for (size_t i = begin; i < end && i < begin + 4; i++)
        value = value * 10 + (unsigned)(t->s[i] - '0');
    return value;
}

bool figure_is_plain(const struct figure *f, size_t n_digits)
{
    return !f->negative && !f->spelled && !f->dotted && !f->grouped && !f->mark && f->n_digits <= n_digits;
}

/* ---- saying it -------------------------------------------------------------------------------- */

void figure_say_digits(const struct text *t, size_t begin, size_t end, struct wording *w)
{
    char word[NUMBER_BYTES];
    for (size_t i = begin; i < end; i++)
        if (is_digit_at(t, i))
            wording_say(w, number_cardinal((uint64_t)(t->s[i] - '0'), NUMBER_ALONE, word));
}

/* "3,05": cero cinco; "3,14": catorce; "3,1416": digit by digit. */
static void say_fraction(const struct figure *f, const struct text *t, struct wording *w)
{
    char words[NUMBER_BYTES];
    size_t begin = f->fraction, end = begin + f->n_fraction;
    while (begin < end && t->s[begin] == '0')
        begin++;
    figure_say_digits(t, f->fraction, begin, w);
    if (f->n_fraction > 3)
        figure_say_digits(t, begin, end, w);
    else if (begin < end)
        wording_say(w, number_cardinal(figure_value(t, begin, end), NUMBER_ALONE, words));
}

void figure_say(const struct figure *f, const struct text *t, enum number_form form, struct wording *w)
{
    char words[NUMBER_BYTES];
    if (f->negative)
        wording_say(w, "menos");
    if (f->spelled)
        figure_say_digits(t, f->begin, f->mark ? f->fraction - 1 : f->end, w);
    else
        wording_say(w, number_cardinal(f->whole, f->mark ? NUMBER_ALONE : form, words));
    if (f->mark) {
        wording_say(w, f->mark == ',' ? "coma" : "punto");
        say_fraction(f, t, w);
    }
}

/* 1.2.3, 192.168.1.1 */
static size_t say_dotted(const struct text *t, size_t at, struct wording *w)
{
    for (;;) {
        struct figure part = {.begin = at, .end = text_digits_end(t, at)};
        part.n_digits = part.end - at;
        part.spelled = part.n_digits > 4 || (part.n_digits > 1 && t->s[at] == '0');
        part.whole = figure_value(t, at, part.end);
        figure_say(&part, t, NUMBER_ALONE, w);
        if (t->s[part.end] != '.' || !is_digit_at(t, part.end + 1))
            return part.end;
        wording_say(w, "punto");
        at = part.end + 1;
    }
}

/* ---- what may stand behind a number ------------------------------------------------------------ */

/* A degree sign counts as an ordinal's behind a small number before a word, as it is often typed; and the
 * other way round. A stop before the sign settles it. */
static bool is_degree(const struct text *t, const struct figure *f, size_t end, bool degree_sign)
{
    size_t next = text_skip_blank(t, end);
    bool word_follows = next > end && text_is_letter(text_code(t, next));
    if (text_code(t, next) == 'C' || text_code(t, next) == 'F')
        return text_is_edge(text_code(t, next + 1));
    if (t->s[f->end] == '.')
        return false;
    return !word_follows && f->whole > (degree_sign ? 0 : 20) ? true : degree_sign && f->whole > 12;
}

/* 1.º, 2ª, 3er */
static size_t read_ordinal(const struct text *t, const struct figure *f, struct wording *w)
{
    static const struct {
        const char *sign;
        enum number_form form;
    } signs[] = {{"º", NUMBER_ALONE},   {"°", NUMBER_ALONE},      {"ª", NUMBER_FEMININE},
                 {"ero", NUMBER_ALONE}, {"er", NUMBER_MASCULINE}, {"era", NUMBER_FEMININE}};
    char words[NUMBER_BYTES];
    if (!figure_is_plain(f, 3) || f->whole == 0)
        return 0;
    size_t at = f->end + (t->s[f->end] == '.');
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t end = at + strlen(signs[i].sign);
        if (!text_starts(t, at, signs[i].sign) || !text_is_edge(text_code(t, end)) ||
            (i < 2 && is_degree(t, f, end, i == 1)))
            continue;
        wording_say(w, number_ordinal((unsigned)f->whole, signs[i].form, words));
        return end;
    }
    return 0;
}

/* 3/4 (tres cuartos), 1/2 kg (medio kilo), 7/10 (siete sobre diez), 24/7 */
static size_t read_fraction(const struct text *t, const struct figure *f, struct wording *w)
{
    char words[NUMBER_BYTES];
    size_t end = text_digits_end(t, f->end + 1), measured;
    if (t->s[f->end] != '/' || !figure_is_plain(f, 4) || end == f->end + 1 || end > f->end + 5 ||
        t->s[f->end + 1] == '0' || t->s[end] == '/')
        return 0;
    unsigned top = (unsigned)f->whole, bottom = figure_value(t, f->end + 1, end);
    if (bottom < 10 && top < bottom && number_fraction(top, bottom, words)) {
        if ((measured = measures_read_part(t, end, top, bottom, w)))
            return measured;
        const char *half = top == 1 && bottom == 2 ? grammar_half(t, end) : NULL;
        wording_say(w, half ? half : words);
        return end;
    }
    figure_say(f, t, NUMBER_ALONE, w);
    if (!(top == 24 && bottom == 7))
        wording_say(w, "sobre");
    wording_say(w, number_cardinal(bottom, NUMBER_ALONE, words));
    return end;
}

/* 3x4, 3 × 4: says the number and the sign; the second number is read next. */
static size_t read_times(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t at = text_skip_blank(t, f->end);
    size_t sign = text_starts(t, at, "×") ? strlen("×") : t->s[at] == 'x' || t->s[at] == '*' ? 1 : 0;
    size_t next = text_skip_blank(t, at + sign);
    if (sign == 0 || !is_digit_at(t, next))
        return 0;
    figure_say(f, t, NUMBER_ALONE, w);
    wording_say(w, "por");
    return next;
}

/* 10-12, 16:9: "diez a doce"; more than two in a row are a code, said with pauses. */
static size_t read_range(const struct text *t, const struct figure *f, struct wording *w)
{
    char mark = t->s[f->end];
    if ((mark != '-' && mark != ':') || !is_digit_at(t, f->end + 1))
        return 0;
    size_t end = text_digits_end(t, f->end + 1);
    bool first = f->begin < 2 || t->s[f->begin - 1] != mark || !is_digit_at(t, f->begin - 2);
    bool last = t->s[end] != mark || !is_digit_at(t, end + 1);
    figure_say(f, t, NUMBER_ALONE, w);
    if (first && last)
        wording_say(w, "a");
    else
        wording_mark(w, ',');
    return f->end + 1;
}

static size_t read_percent(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t at = text_skip_blank(t, f->end);
    bool thousand = text_starts(t, at, "‰");
    if (t->s[at] != '%' && !thousand)
        return 0;
    figure_say(f, t, NUMBER_ALONE, w);
    wording_say(w, thousand ? "por mil" : "por ciento");
    return at + (thousand ? strlen("‰") : 1);
}

/* A number of a year is counted, not counting: "en 2021 fue". */
static bool is_year(const struct figure *f, const struct wording *w)
{
    static const char *const before[] = {"en", "de", "del", "desde", "hasta", "año", "hacia", "verano"};
    return figure_is_plain(f, 4) && f->whole >= 1100 && f->whole < 2100 &&
           wording_last_is(w, before, sizeof before / sizeof *before);
}

/* Mexico's months begin with the first, Spain's with one. */
static bool is_first_of_month(const struct text *t, const struct figure *f, const struct wording *w)
{
    char word[TEXT_WORD_BYTES];
    if (w->region != NORMALISER_MX || f->whole != 1 || !figure_is_plain(f, 1))
        return false;
    size_t end = text_next_word(t, f->end, word);
    if (strcmp(word, "de") != 0)
        return false;
    text_next_word(t, end, word);
    return calendar_is_month(word);
}

static size_t read_plain(const struct text *t, const struct figure *f, struct wording *w)
{
    static const char *const of_hours[] = {"la", "las"};
    if (is_first_of_month(t, f, w)) {
        wording_say(w, "primero");
        return f->end;
    }
    enum number_form form = is_year(f, w) ? NUMBER_ALONE : grammar_cardinal_form(t, f->end, w);
    if (form == NUMBER_ALONE && figure_is_plain(f, 2) && wording_last_is(w, of_hours, 2))
        form = NUMBER_FEMININE; /* a la 1, a las 21 */
    figure_say(f, t, form, w);
    return f->end;
}

static size_t read_figure(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t end;
    if (f->dotted)
        return say_dotted(t, f->begin, w);
    if ((end = read_ordinal(t, f, w)) || (end = read_percent(t, f, w)) || (end = measures_read(t, f, w)) ||
        (end = read_times(t, f, w)) || (end = read_fraction(t, f, w)) || (end = read_range(t, f, w)))
        return end;
    return read_plain(t, f, w);
}

size_t figures_read(const struct text *t, size_t at, struct wording *w)
{
    struct figure f;
    size_t end;
    if ((end = phones_read(t, at, w)) || (end = measures_read_prefixed(t, at, w)))
        return end;
    bool sign = strchr("+-", t->s[at]) && is_digit_at(t, at + 1);
    if (sign && !text_is_edge(text_before(t, at)))
        return 0;
    if (!sign && !is_digit_at(t, at))
        return 0;
    if (!sign && ((end = calendar_read_date(t, at, w)) || (end = calendar_read_hour(t, at, w))))
        return end;
    if (sign && t->s[at] == '+')
        wording_say(w, "más");
    figure_lex(t, at + sign, w->region, &f);
    f.negative = sign && t->s[at] == '-';
    return read_figure(t, &f, w);
}
