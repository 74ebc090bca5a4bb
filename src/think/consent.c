#include "think/consent.h"

#include <stdbool.h>
#include <string.h>

#include "base/fold.h"

enum { MOST_BYTES = 200, MOST_WORDS = 8 };

/* Folded. A yes must begin with one of these and hold nothing that takes it back. */
static const char *const yes[] = {
    " si ",     " claro ",    " vale ",      " ok ",         " okay ",         " bueno ",
    " venga ",  " adelante ", " hazlo ",     " dale ",       " preguntale ",   " preguntaselo ",
    " acepto ", " perfecto ", " por favor ", " de acuerdo ", " por supuesto ", " desde luego "};
static const char *const no[] = {" no ",     " mejor no ", " ni hablar ",         " nunca ",
                                 " dejalo ", " que va ",   " de ninguna manera ", " en absoluto "};
static const char *const but[] = {" no ",   " pero ", " aunque ", " nunca ", " espera ",
                                  " solo ", " sin ",  " nada ",   " antes ", " si no "};

static bool begins(const char *line, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(line, phrases[i], strlen(phrases[i])) == 0)
            return true;
    return false;
}

static bool holds(const char *line, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(line, phrases[i]))
            return true;
    return false;
}

static enum consent judge(const char *line)
{
    int blanks = 0;
    for (const char *p = line; *p; p++)
        blanks += *p == ' ';
    if (blanks > MOST_WORDS + 1)
        return CONSENT_NONE;
    if (begins(line, no, sizeof no / sizeof *no))
        return CONSENT_NO;
    return begins(line, yes, sizeof yes / sizeof *yes) && !holds(line, but, sizeof but / sizeof *but)
               ? CONSENT_YES
               : CONSENT_NONE;
}

enum consent consent_of(const char *words)
{
    struct buf line = BUF_INIT(2 * MOST_BYTES);
    enum consent consent = CONSENT_NONE;
    size_t n = strnlen(words, MOST_BYTES);
    if (n < MOST_BYTES && fold_line(words, n, &line))
        consent = judge(line.data);
    buf_finish(&line);
    return consent;
}
