#include "think/sentences.h"

#include <limits.h>
#include <string.h>

#include "base/utf8.h"

void sentences_init(struct sentences *s, int max, bool is_line)
{
    *s = (struct sentences){.raw = BUF_INIT(SENTENCES_MAX_BYTES), .text = BUF_INIT(SENTENCES_MAX_BYTES)};
    s->max = max;
    s->is_line = is_line;
}

void sentences_finish(struct sentences *s)
{
    buf_finish(&s->raw);
    buf_finish(&s->text);
}

static bool ends_sentence(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == 0x2026; /* … */
}

static bool closes_quote(uint32_t c)
{
    return c == '"' || c == '\'' || c == ')' || c == 0xBB || c == 0x201D || c == 0x2019; /* » ” ’ */
}

bool sentences_abbreviates(const char *text, size_t n)
{
    static const char *const known[] = {"Sr",   "Sra",  "Sres", "Srta",  "Dr",  "Dra", "D",    "Dña",
                                        "Ud",   "Uds",  "EE",   "pág",   "núm", "ej",  "art",  "av",
                                        "Avda", "Prof", "p",    "Sto",   "Sta", "Pza", "Ctra", "Gral",
                                        "Hnos", "Tel",  "tel",  "aprox", "máx", "mín", "Fdo",  "apdo"};
    size_t from = n - 1;
    while (from > 0 && !strchr(" \n(", text[from - 1]))
        from--;
    size_t length = n - 1 - from;
    if (from == 0 && strspn(text, "0123456789") == length && length > 0)
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i]) == length && memcmp(text + from, known[i], length) == 0)
            return true;
    }
    return false;
}

/* Whether text[0..n) is the end of a sentence, were a blank to follow. */
static bool is_end(const char *text, size_t n)
{
    uint32_t last = 0, mark = 0;
    size_t after = 0;
    for (size_t at = 0; at < n;) {
        last = utf8_next(text, n, &at);
        if (!closes_quote(last)) {
            mark = last;
            after = at;
        }
    }
    return ends_sentence(mark) && !(mark == '.' && sentences_abbreviates(text, after));
}

static bool was_said(const struct sentences *s)
{
    size_t n = s->text.len - s->start;
    const char *sentence = s->text.data + s->start;
    return s->start > 0 && memmem(s->text.data, s->start, sentence, n) != NULL;
}

/* The sentence in progress is whole. */
static void close_sentence(struct sentences *s)
{
    if (was_said(s)) {
        s->is_full = true;
        return;
    }
    s->whole = s->text.len;
    s->is_full = ++s->count >= s->max;
}

static void blank(struct sentences *s)
{
    if (s->text.len == 0 || s->text.data[s->text.len - 1] == ' ')
        return;
    if (is_end(s->text.data + s->start, s->text.len - s->start)) {
        close_sentence(s);
        s->start = s->text.len + 1;
    }
    if (!s->is_full)
        s->is_out_of_memory = !buf_text(&s->text, " ");
}

static void character(struct sentences *s, uint32_t c)
{
    if (c == '\n' && s->is_line)
        s->is_full = s->text.len > 0;
    else if (c == ' ' || c == '\n' || c == '\t' || c == 0xA0)
        blank(s);
    else if (c >= ' ' && c != 0x7F && c != UTF8_INVALID)
        s->is_out_of_memory = !buf_codepoint(&s->text, c);
}

bool sentences_add(struct sentences *s, const char *bytes, size_t n)
{
    if (!buf_append(&s->raw, bytes, n))
        s->is_out_of_memory = true;
    size_t complete = utf8_complete(buf_string(&s->raw), s->raw.len);
    for (size_t at = 0; at < complete && !s->is_full && !s->is_out_of_memory;)
        character(s, utf8_next(s->raw.data, complete, &at));
    buf_drop(&s->raw, complete);
    return !s->is_full && !s->is_out_of_memory;
}

bool sentences_begin(struct sentences *s, const char *words, size_t n)
{
    int max = s->max;
    s->max = INT_MAX;
    sentences_add(s, words, n);
    s->max = s->count + 1 + max;
    s->taken = s->whole = s->text.len;
    return !s->is_out_of_memory;
}

bool sentences_change(struct sentences *s, size_t at, size_t n, const char *words, size_t n_words)
{
    struct buf rest = BUF_INIT(SENTENCES_MAX_BYTES);
    bool ok = buf_append(&rest, s->text.data + at + n, s->text.len - at - n);
    s->text.len = at;
    ok = ok && buf_append(&s->text, words, n_words) && buf_append(&s->text, buf_string(&rest), rest.len);
    s->whole = s->whole > at ? s->whole + n_words - n : s->whole;
    s->start = s->start > at ? s->start + n_words - n : s->start;
    s->is_out_of_memory = s->is_out_of_memory || !ok;
    buf_finish(&rest);
    return ok;
}

bool sentences_end_with(struct sentences *s, size_t at, const char *words)
{
    s->text.len = at;
    s->is_out_of_memory = *words && (!buf_text(&s->text, " ") || !buf_text(&s->text, words));
    s->whole = s->text.len;
    s->count = s->max;
    s->is_full = true;
    return !s->is_out_of_memory;
}

void sentences_end(struct sentences *s, bool is_complete)
{
    while (s->text.len > 0 && s->text.data[s->text.len - 1] == ' ')
        s->text.data[--s->text.len] = '\0';
    size_t n = s->text.len > s->start ? s->text.len - s->start : 0;
    if (n > 0 && s->text.len > s->whole && s->count < s->max &&
        (is_complete || is_end(s->text.data + s->start, n)))
        close_sentence(s);
    s->is_full = true;
}

const char *sentences_take(struct sentences *s, size_t *n)
{
    size_t to = s->count == 0 ? s->text.len : s->whole;
    while (to > s->taken && s->text.data[to - 1] == ' ')
        to--;
    const char *piece = buf_string(&s->text) + s->taken;
    *n = to - s->taken;
    s->taken = to;
    return piece;
}
