#include "speak/reading/addresses.h"

#include <string.h>

#include "speak/reading/figures.h"
#include "speak/reading/words.h"

enum { MAX_ADDRESS_BYTES = 254, MAX_URL_BYTES = 2048, MAX_SPOKEN_PATH_BYTES = 40 };

/* Where the word up to the next blank ends, without marks that close the sentence around it. */
static size_t token_end(const struct text *t, size_t at, size_t most)
{
    size_t end = at;
    while (end < t->n && end - at <= most && !strchr(" \n<>", t->s[end]) && (unsigned char)t->s[end] != 0xE2)
        end++;
    if (end - at > most)
        return at;
    while (end > at && strchr(".,;:!?)]}'*", t->s[end - 1]))
        end--;
    return end;
}

static bool is_host_byte(char c)
{
    return text_is_digit((unsigned char)c) || text_is_letter((unsigned char)c) || (unsigned char)c >= 0xC3 ||
           c == '-' || c == '.';
}

/* Top domains that a bare name must end in to be taken for one. */
static bool has_known_top(const struct text *t, size_t begin, size_t end)
{
    static const char tops[] =
        " com es org net mx gob edu info eu ar cl co pe io dev app cat gal uy ve uk fr de it pt "
        "tv me ";
    size_t dot = end;
    while (dot > begin && t->s[dot - 1] != '.')
        dot--;
    size_t n = end - dot;
    if (dot < begin + 3 || n < 2 || n > 4 || t->s[dot - 2] == '.')
        return false;
    char pattern[8] = " ";
    memcpy(pattern + 1, t->s + dot, n);
    pattern[n + 1] = ' ';
    return strstr(tops, pattern) != NULL;
}

static bool is_email(const struct text *t, size_t at, size_t end)
{
    const char *sign = memchr(t->s + at, '@', end - at);
    if (!sign || sign == t->s + at || memchr(sign + 1, '@', (size_t)(t->s + end - sign) - 1))
        return false;
    for (const char *s = t->s + at; s < sign; s++)
        if (!is_host_byte(*s) && !strchr("_+%", *s))
            return false;
    bool dot = false;
    for (const char *s = sign + 1; s < t->s + end; s++) {
        if (!is_host_byte(*s))
            return false;
        dot = dot || (*s == '.' && s > sign + 1);
    }
    return dot;
}

static bool is_bare_domain(const struct text *t, size_t at, size_t end)
{
    size_t host = at;
    while (host < end && is_host_byte(t->s[host]))
        host++;
    return (host == end || t->s[host] == '/') && text_is_letter(text_code(t, at)) &&
           has_known_top(t, at, host);
}

/* The length of what opens a URL and is not said. */
static size_t scheme_length(const struct text *t, size_t at)
{
    static const char *const schemes[] = {"https://", "http://", "HTTPS://", "HTTP://", "ftp://", "mailto:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (text_starts(t, at, schemes[i]))
            return strlen(schemes[i]);
    return 0;
}

/* ---- saying it -------------------------------------------------------------------------------- */

static const char *sign_name(char c)
{
    static const char signs[] = ".@-_/+:~=%";
    static const char *const names[] = {"punto", "arroba",     "guion", "guion bajo", "barra",
                                        "más",   "dos puntos", "tilde", "igual",      "por ciento"};
    const char *place = strchr(signs, c);
    return place && c ? names[place - signs] : NULL;
}

/* Letters of an address: "www" and what cannot be pronounced are spelled. */
static void say_letters(const char *s, size_t n, struct wording *w)
{
    char lower[TEXT_WORD_BYTES];
    text_copy_lower(s, n, lower);
    if (strcmp(lower, "www") == 0)
        wording_say(w, w->region == NORMALISER_MX ? "triple doble u" : "triple uve doble");
    else if (*lower && strlen(lower) <= 4)
        words_say_short(lower, w);
    else
        wording_say_bytes(w, s, n);
}

static void say_part(const struct text *t, size_t at, size_t end, struct wording *w)
{
    while (at < end) {
        size_t next = at;
        if (text_is_digit((unsigned char)t->s[at])) {
            char words[NUMBER_BYTES];
            next = text_digits_end(t, at);
            if (next - at <= 4 && t->s[at] != '0')
                wording_say(w, number_cardinal(figure_value(t, at, next), NUMBER_ALONE, words));
            else
                figure_say_digits(t, at, next, w);
        } else if ((next = text_word_end(t, at)) > at) {
            next = next < end ? next : end;
            say_letters(t->s + at, next - at, w);
        } else {
            const char *name = sign_name(t->s[at]);
            if (name)
                wording_say(w, name);
            next = at + 1;
        }
        at = next;
    }
}

/* Host, and the path where it is short. */
static void say_url(const struct text *t, size_t at, size_t end, struct wording *w)
{
    size_t host = at;
    while (host < end && !strchr("/?#", t->s[host]))
        host++;
    size_t path = host;
    while (path < end && !strchr("?#", t->s[path]))
        path++;
    while (path > host && t->s[path - 1] == '/')
        path--;
    say_part(t, at, path - host <= MAX_SPOKEN_PATH_BYTES ? path : host, w);
}

size_t addresses_read(const struct text *t, size_t at, struct wording *w)
{
    size_t scheme = scheme_length(t, at);
    bool url = scheme > 0 || text_starts(t, at, "www.");
    size_t end = token_end(t, at, url ? MAX_URL_BYTES : MAX_ADDRESS_BYTES);
    if (end <= at + scheme)
        return 0;
    at += scheme;
    if (is_email(t, at, end))
        say_part(t, at, end, w);
    else if (url || is_bare_domain(t, at, end))
        say_url(t, at, end, w);
    else
        return 0;
    return end;
}
