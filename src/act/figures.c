#include "act/figures.h"

#include <stdlib.h>
#include <string.h>

#include "act/spoken.h"

static const char figures[] = "0123456789";

static bool figures_stand(const char *told, const char *result)
{
    for (const char *p = told + strcspn(told, figures); *p; p += strcspn(p, figures)) {
        size_t n = strspn(p, figures);
        bool found = false;
        for (const char *r = result + strcspn(result, figures); *r && !found; r += strcspn(r, figures)) {
            size_t m = strspn(r, figures);
            found = m == n && strncmp(r, p, n) == 0;
            r += m;
        }
        if (!found)
            return false;
        p += n;
    }
    return true;
}

static bool has_figures(const char *text, uint64_t value)
{
    char *end;
    for (const char *p = text + strcspn(text, figures); *p; p = end + strcspn(end, figures))
        if (strtoull(p, &end, 10) == value)
            return true;
    return false;
}

static bool has_number(const struct spoken *s, const struct number *wanted)
{
    struct number number;
    for (size_t i = 0, n; i < s->n; i += n ? n : 1) {
        n = spoken_number(s, i, &number);
        if (n && number.whole == wanted->whole && strcmp(number.decimals, wanted->decimals) == 0)
            return true;
    }
    return false;
}

/* Texts longer than a command are only held to their figures. */
static bool words_stand(const char *told, const char *result)
{
    struct spoken said, given;
    struct number number;
    if (!spoken_split(told, &said) || !spoken_split(result, &given))
        return true;
    for (size_t i = 0, n; i < said.n; i += n ? n : 1) {
        n = spoken_number(&said, i, &number);
        bool is_figure = strchr(figures, said.word[i][0]) != NULL;
        if (n == 0 || is_figure || number.whole < 2 || has_number(&given, &number))
            continue;
        bool is_hour = number.whole < 12 && has_figures(result, number.whole + 12);
        if (number.decimals[0] || !(is_hour || has_figures(result, number.whole)))
            return false;
    }
    return true;
}

bool figures_are_kept(const char *told, const char *result)
{
    return figures_stand(told, result) && words_stand(told, result);
}
