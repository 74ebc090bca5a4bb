#include "act/mending.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "base/numerals.h"

enum {
    WORD_BYTES = FOLD_MOST_LETTERS + 1,
    VALUE_BYTES = 2000,
    SAID_BYTES = 32 * 1024,
    LEAST_LETTERS = 4,    /* shorter words are let be: articles and the like */
    LETTERS_FOR_EACH = 3, /* a mended word differs in one of so many letters */
};

bool mending_begins(const char *said, const char *stems)
{
    struct buf line = BUF_INIT(SAID_BYTES);
    bool found = false, ok = fold_line(said, strlen(said), &line);
    for (size_t n; ok && !found && stems && *stems; stems += n + (stems[n] == '|')) {
        char begins[32];
        n = strcspn(stems, "|");
        snprintf(begins, sizeof begins, " %.*s", (int)n, stems);
        found = strstr(line.data, begins);
    }
    buf_finish(&line);
    return found;
}

/* A word as it stands in a text, and folded. */
struct word {
    const char *at;
    size_t n;
    char folded[WORD_BYTES];
};

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* "¿" and "¡" are bytes of words here; folding takes them off. False: there is no further one. */
static bool next_word(const char **text, struct word *out)
{
    struct buf folded = BUF_INIT(4 * WORD_BYTES);
    const char *at = *text;
    while (*at && !is_letter(*at))
        at++;
    for (out->at = at; is_letter(*at);)
        at++;
    out->n = (size_t)(at - out->at);
    *text = at;
    bool fits =
        out->n > 0 && out->n < WORD_BYTES && fold(out->at, out->n, &folded) && folded.len < WORD_BYTES;
    snprintf(out->folded, sizeof out->folded, "%s", fits ? buf_string(&folded) : "");
    buf_finish(&folded);
    return out->n > 0;
}

static size_t shared_beginning(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* "llamar" for who said "llame": another ending of the same word, which is none to be mended. */
static bool is_inflected(const char *a, const char *b)
{
    size_t n = shared_beginning(a, b), na = strlen(a), nb = strlen(b);
    return n >= LEAST_LETTERS - 1 && a[na - 1] != b[nb - 1] && na - n <= LEAST_LETTERS &&
           nb - n <= LEAST_LETTERS;
}

/* The word that was said for this one: itself, another form of it, or nearly it (to be put in its place). */
static bool find_said(const struct word *w, const char *said, struct word *nearly)
{
    size_t best = fold_slack(w->folded, LETTERS_FOR_EACH) + 1;
    struct word other;
    nearly->n = 0;
    while (next_word(&said, &other)) {
        if (strcmp(other.folded, w->folded) == 0 || is_inflected(other.folded, w->folded)) {
            nearly->n = 0;
            return true;
        }
        size_t far = strlen(other.folded) >= LEAST_LETTERS ? fold_distance(w->folded, other.folded) : best;
        if (far < best) {
            best = far;
            *nearly = other;
        }
    }
    return nearly->n > 0;
}

/* A number that is told in words where figures were said, or the other way about, is judged by its tool. */
static bool is_let_be(const struct word *w)
{
    unsigned value;
    return strlen(w->folded) < LEAST_LETTERS || numeral_value(w->folded, &value);
}

/* Whether it was said in other words: "subir" by who said "alto". */
static bool is_said_otherwise(const struct word *w, const char *said, const char *const *otherwise)
{
    for (; otherwise && *otherwise; otherwise += 2)
        if (strncmp(w->folded, *otherwise, strlen(*otherwise)) == 0 && mending_begins(said, otherwise[1]))
            return true;
    return false;
}

/* Writes the value with its words put right. */
static bool mend_value(const char *value, const char *said, const char *const *otherwise, struct buf *out,
                       bool *rests)
{
    struct word w, right;
    const char *at = value, *copied = value;
    bool ok = true;
    while (ok && next_word(&at, &w)) {
        if (is_let_be(&w) || is_said_otherwise(&w, said, otherwise))
            continue;
        bool found = find_said(&w, said, &right);
        *rests = *rests && found;
        if (!found || right.n == 0)
            continue;
        ok = buf_append(out, copied, (size_t)(w.at - copied)) && buf_append(out, right.at, right.n);
        copied = w.at + w.n;
    }
    return ok && buf_text(out, copied);
}

/* One of several that the schema names is no word of the person. */
static bool is_choice(const json_t *schema, const char *name)
{
    return json_object_get(json_object_get(json_object_get(schema, "properties"), name), "enum") != NULL;
}

bool mending_mend(json_t *arguments, const char *schema, const char *said, const char *const *otherwise)
{
    json_t *rules = json_loads(schema, 0, NULL), *value;
    const char *name;
    bool rests = true;
    void *next;
    json_object_foreach_safe(arguments, next, name, value)
    {
        struct buf mended = BUF_INIT(VALUE_BYTES);
        if (json_is_string(value) && !is_choice(rules, name) &&
            mend_value(json_string_value(value), said, otherwise, &mended, &rests) &&
            strcmp(buf_string(&mended), json_string_value(value)) != 0)
            json_object_set_new(arguments, name, json_string(buf_string(&mended)));
        buf_finish(&mended);
    }
    json_decref(rules);
    return rests;
}
