#include "speak/reading/phones.h"

#include <string.h>

#include "speak/reading/figures.h"

enum { MAX_GROUPS = 6, MIN_WORLD_DIGITS = 8, MAX_WORLD_DIGITS = 15 };

struct groups {
    size_t begin[MAX_GROUPS], length[MAX_GROUPS];
    size_t count, digits, end;
};

/* Groups of digits with one blank or hyphen between, as far as they go. */
static struct groups lex_groups(const struct text *t, size_t at)
{
    struct groups g = {.end = at};
    while (g.count < MAX_GROUPS && g.digits <= MAX_WORLD_DIGITS) {
        size_t end = at;
        while (end < t->n && end - at <= MAX_WORLD_DIGITS && text_is_digit((unsigned char)t->s[end]))
            end++;
        if (end == at)
            break;
        g.begin[g.count] = at;
        g.length[g.count++] = end - at;
        g.digits += end - at;
        g.end = at = end;
        if (at >= t->n || !strchr(" -", t->s[at]))
            break;
        at++;
    }
    return g;
}

/* Whether the groups have these lengths, written as digits: "333". */
static bool has_shape(const struct groups *g, const char *shape)
{
    if (strlen(shape) != g->count)
        return false;
    for (size_t i = 0; i < g->count; i++)
        if (g->length[i] != (size_t)(shape[i] - '0'))
            return false;
    return true;
}

static bool has_one_of(const struct groups *g, const char *const *shapes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has_shape(g, shapes[i]))
            return true;
    return false;
}

/* Numbers of Spain have nine digits and begin with 6 to 9, those of Mexico ten. A round number in groups of
 * three is a quantity: "600 000 000". */
static bool is_national(const struct text *t, const struct groups *g, enum normaliser_region region)
{
    static const char *const spain[] = {"9", "333", "3222", "2322"};
    static const char *const mexico[] = {"244", "334", "22222"};
    const char *s = t->s + g->begin[0];
    if (has_one_of(g, spain, sizeof spain / sizeof *spain))
        return *s >= '6' && !(g->count == 3 && memcmp(t->s + g->begin[1], "000", 3) == 0);
    return has_one_of(g, mexico, sizeof mexico / sizeof *mexico) ||
           (region == NORMALISER_MX && g->count == 1 && g->length[0] == 10);
}

/* Takes trailing groups away until the rest is a number: "llama al 612 345 678 2 veces". */
static bool fit(const struct text *t, struct groups *g, enum normaliser_region region)
{
    while (g->count > 0) {
        uint32_t next = text_code(t, g->end);
        bool goes_on = !text_is_edge(next) || (next == ',' && text_is_digit(text_code(t, g->end + 1)));
        if (!goes_on && is_national(t, g, region))
            return true;
        if (--g->count == 0)
            break;
        g->digits -= g->length[g->count];
        g->end = g->begin[g->count - 1] + g->length[g->count - 1];
    }
    return false;
}

static void say_group(const struct text *t, size_t begin, size_t length, struct wording *w)
{
    char words[NUMBER_BYTES];
    if (length == 2 && t->s[begin] != '0')
        wording_say(w, number_cardinal(figure_value(t, begin, begin + 2), NUMBER_ALONE, words));
    else
        figure_say_digits(t, begin, begin + length, w);
}

/* A long group without blanks is parted in threes, one of ten as 2, 4, 4. */
static void say_groups(const struct text *t, const struct groups *g, struct wording *w)
{
    for (size_t i = 0; i < g->count; i++) {
        size_t left = g->length[i], at = g->begin[i];
        while (left > 0) {
            size_t part = left <= 4 ? left : left == 10 ? 2 : left == 8 ? 4 : 3;
            say_group(t, at, part, w);
            at += part;
            left -= part;
            if (left > 0)
                wording_mark(w, ',');
        }
        if (i + 1 < g->count)
            wording_mark(w, ',');
    }
}

static size_t read_world(const struct text *t, size_t at, struct wording *w)
{
    struct groups g = lex_groups(t, at + 1);
    if (g.digits < MIN_WORLD_DIGITS || g.digits > MAX_WORLD_DIGITS || t->s[at + 1] == '0' ||
        !text_is_edge(text_code(t, g.end)))
        return 0;
    if (g.count == 1 && g.length[0] == 11) { /* two digits of the country, nine of the number */
        g.count = 2;
        g.begin[1] = g.begin[0] + 2;
        g.length[0] = 2;
        g.length[1] = 9;
    }
    wording_say(w, "más");
    say_groups(t, &g, w);
    return g.end;
}

size_t phones_read(const struct text *t, size_t at, struct wording *w)
{
    uint32_t before = text_before(t, at);
    if (!text_is_edge(before) || before == '.' || before == ',' || before == '-')
        return 0;
    if (t->s[at] == '+')
        return read_world(t, at, w);
    if (!text_is_digit((unsigned char)t->s[at]))
        return 0;
    struct groups g = lex_groups(t, at);
    if (!fit(t, &g, w->region))
        return 0;
    say_groups(t, &g, w);
    return g.end;
}
