#include "act/first_words.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare(const struct first_word *entry, const char *word, size_t n)
{
    int order = memcmp(entry->word, word, entry->n < n ? entry->n : n);
    return order ? order : (entry->n > n) - (entry->n < n);
}

static int by_word(const void *a, const void *b)
{
    const struct first_word *x = a, *y = b;
    int order = compare(x, y->word, y->n);
    return order ? order : (x->which > y->which) - (x->which < y->which);
}

static void add(struct first_words *f, const char *word, size_t n, size_t which)
{
    assert(f->n < FIRST_WORDS_MOST);
    f->words[f->n++] = (struct first_word){word, n, which};
}

void first_words_add(struct first_words *f, const char *pattern, size_t which)
{
    for (const char *p = pattern;; p += *p == ' ') {
        bool is_optional = *p == '(';
        if (*p == '{') {
            add(f, "", 0, which);
            return;
        }
        for (p += is_optional; *p && *p != ' '; p += *p == '|' || *p == ')') {
            size_t n = strcspn(p, "|) ");
            add(f, p, n, which);
            p += n;
        }
        if (!is_optional)
            return;
    }
}

void first_words_sort(struct first_words *f)
{
    qsort(f->words, f->n, sizeof *f->words, by_word);
}

size_t first_words_find(const struct first_words *f, const char *word)
{
    size_t from = 0, to = f->n, n = strlen(word);
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (compare(&f->words[middle], word, n) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

size_t first_words_at(const struct first_words *f, size_t at, const char *word)
{
    return at < f->n && compare(&f->words[at], word, strlen(word)) == 0 ? f->words[at].which
                                                                        : FIRST_WORDS_NONE;
}
