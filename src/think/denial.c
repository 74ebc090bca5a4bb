#include "think/denial.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"

enum { WORD_BYTES = 64, LEAST_WORDS = 2 };

static size_t count_words(const char *line)
{
    size_t n = 0;
    for (; *line; line++)
        n += *line == ' ';
    return n - 1;
}

/* Whether the line has the words, and nowhere without a "no" before them. */
static bool only_denied(const char *line, const char *words)
{
    bool found = false;
    for (const char *p = line; (p = strstr(p, words)); p++) {
        found = true;
        if (p - line < 3 || strncmp(p - 3, " no", 3) != 0)
            return false;
    }
    return found;
}

/* Of a word as fold_line() parts them, letters beyond ASCII byte by byte. */
static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80);
}

/* Where the n-th word from the end begins; false: words are parted otherwise here than in a line. */
static bool find_word(const char *claim, size_t n, size_t from_end, size_t *at)
{
    bool inside = false;
    for (size_t i = n; i-- > 0;) {
        if (inside && !is_letter(claim[i]) && --from_end == 0) {
            *at = i + 1;
            return true;
        }
        inside = is_letter(claim[i]);
    }
    *at = 0;
    return inside && from_end == 1;
}

/* "No." may end a sentence of its own: what is denied stands right behind it. */
static bool stands_denied(const char *passage, const char *claim, size_t n)
{
    char denied[WORD_BYTES];
    size_t length = 0;
    while (length < n && is_letter(claim[length]))
        length++;
    return length > 0 && length < WORD_BYTES - 4 &&
           snprintf(denied, sizeof denied, "no %.*s", (int)length, claim) > 0 && strcasestr(passage, denied);
}

bool denial_is_lost(const char *passage, const char *claim, size_t n, size_t *at, bool *no_memory)
{
    struct buf line = BUF_INIT(4 * strlen(passage) + 16), words = BUF_INIT(4 * n + 16);
    bool ok = fold_line(passage, strlen(passage), &line) && fold_line(claim, n, &words);
    bool lost = false;
    *no_memory = *no_memory || !ok;
    for (const char *rest = buf_string(&words); ok && rest && rest[1]; rest = strchr(rest + 1, ' ')) {
        size_t left = count_words(rest);
        if (left < LEAST_WORDS)
            break;
        if (!strstr(buf_string(&line), rest))
            continue;
        lost = only_denied(buf_string(&line), rest) && find_word(claim, n, left, at) &&
               stands_denied(passage, claim + *at, n - *at);
        break;
    }
    buf_finish(&line);
    buf_finish(&words);
    return lost;
}
