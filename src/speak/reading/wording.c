#include "speak/reading/wording.h"

#include <string.h>

#include "base/utf8.h"

static void append(struct wording *w, const char *bytes, size_t n)
{
    if (!w->full && !buf_append(w->out, bytes, n))
        w->full = true;
}

static void remember(struct wording *w, const char *words, size_t n)
{
    size_t begin = n;
    while (begin > 0 && words[begin - 1] != ' ')
        begin--;
    text_copy_lower(words + begin, n - begin, w->word);
    w->last = WORDING_WORD;
}

void wording_say_bytes(struct wording *w, const char *words, size_t n)
{
    if (n == 0)
        return;
    if (w->last == WORDING_WORD || w->last == WORDING_MARK)
        append(w, " ", 1);
    append(w, words, n);
    remember(w, words, n);
}

void wording_say(struct wording *w, const char *words)
{
    wording_say_bytes(w, words, strlen(words));
}

/* How much a mark weighs when several stand together. */
static int weight(uint32_t mark)
{
    static const uint32_t by_weight[] = {',', 0x2014, ':', ';', '.', 0x2026, '!', '?'};
    for (int i = 0; i < (int)(sizeof by_weight / sizeof *by_weight); i++)
        if (by_weight[i] == mark)
            return i;
    return -1;
}

static void append_mark(struct wording *w, uint32_t mark)
{
    char bytes[4];
    if (mark == 0x2014)
        append(w, " ", 1);
    append(w, bytes, utf8_put(mark, bytes));
    w->mark = mark;
    w->word[0] = '\0';
}

static void drop_mark(struct wording *w)
{
    char bytes[4];
    size_t n = utf8_put(w->mark, bytes) + (w->mark == 0x2014 ? 1 : 0);
    if (!w->full)
        w->out->data[w->out->len -= n] = '\0';
}

void wording_mark(struct wording *w, uint32_t mark)
{
    bool opening = mark == 0xBF || mark == 0xA1;
    if (opening) {
        if (w->last == WORDING_OPENING && w->mark == mark)
            return;
        if (w->last == WORDING_WORD || w->last == WORDING_MARK)
            append(w, " ", 1);
        append_mark(w, mark);
        w->last = WORDING_OPENING;
        return;
    }
    if (w->last == WORDING_NOTHING || w->last == WORDING_OPENING)
        return;
    if (w->last == WORDING_MARK) {
        if (weight(mark) <= weight(w->mark))
            return;
        drop_mark(w);
    }
    append_mark(w, mark);
    w->last = WORDING_MARK;
}

bool wording_last_is(const struct wording *w, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(w->word, words[i]) == 0)
            return true;
    return false;
}
