#include "base/fold.h"

#include <string.h>

#include "base/utf8.h"

/* The base letters of U+00C0…U+017F; a blank is no letter, and two-letter signs are written out below. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Other alphabets keep their letters as they are; punctuation and signs above U+2000 separate. */
static bool fold_one(uint32_t c, struct buf *out)
{
    if (c < 0x80) {
        bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        char letter = !is_word ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c;
        return buf_append(out, &letter, 1);
    }
    if (c == 0xDF)
        return buf_text(out, "ss");
    if (c == 0xE6 || c == 0xC6)
        return buf_text(out, "ae");
    if (c >= 0xC0 && c < 0xC0 + sizeof latin - 1)
        return buf_append(out, &latin[c - 0xC0], 1);
    if (c >= 0x300 && c < 0x370)
        return true; /* an accent that stands alone, behind its letter */
    if (c < 0x370 || (c >= 0x2000 && c < 0x2C00) || (c >= 0x3000 && c < 0x3040) || c >= 0xE000)
        return buf_text(out, " ");
    return buf_codepoint(out, c);
}

bool fold(const char *text, size_t n, struct buf *out)
{
    bool ok = true;
    for (size_t at = 0; ok && at < n;)
        ok = fold_one(utf8_next(text, n, &at), out);
    return ok;
}

bool fold_line(const char *text, size_t n, struct buf *out)
{
    size_t start = out->len;
    if (!buf_text(out, " ") || !fold(text, n, out) || !buf_text(out, " "))
        return false;
    size_t to = start;
    for (size_t from = start; from < out->len; from++)
        if (out->data[from] != ' ' || to == start || out->data[to - 1] != ' ')
            out->data[to++] = out->data[from];
    out->data[out->len = to] = '\0';
    return true;
}

static bool is_soft(char next)
{
    return next == 'e' || next == 'i';
}

/* The sound of the letters at `at`, and how many letters it takes. */
static char sound(const char *at, size_t *n)
{
    *n = 1;
    if (at[0] == at[1] && at[0] != 'l' && at[0] != ' ') {
        at++;
        *n = 2;
    }
    bool is_digraph = (at[0] == 'l' && at[1] == 'l') || (at[0] == 'c' && at[1] == 'h') ||
                      ((at[0] == 'q' || at[0] == 'g') && at[1] == 'u' && is_soft(at[2]));
    *n += is_digraph;
    switch (at[0]) {
    case 'v':
        return 'b';
    case 'l':
        return is_digraph ? 'y' : 'l';
    case 'z':
        return 's';
    case 'q':
        return 'k';
    case 'c':
        return is_digraph ? 'c' : is_soft(at[1]) ? 's' : 'k';
    case 'g':
        return !is_digraph && is_soft(at[1]) ? 'j' : 'g';
    case 'h':
    case ' ':
        return '\0';
    default:
        return at[0];
    }
}

bool fold_sound(const char *line, struct buf *out)
{
    bool ok = true;
    for (size_t n; ok && *line; line += n) {
        char letter = sound(line, &n);
        ok = !letter || buf_append(out, &letter, 1);
    }
    return ok;
}

size_t fold_slack(const char *word, size_t letters_for_each)
{
    size_t slack = strlen(word) / letters_for_each;
    return slack < 2 ? slack : 2;
}

size_t fold_distance(const char *a, const char *b)
{
    size_t row[FOLD_MOST_LETTERS + 1], n = strlen(b);
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t changed = diagonal + (a[i - 1] != b[k - 1]);
            size_t shorter = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            diagonal = row[k];
            row[k] = changed < shorter ? changed : shorter;
        }
    }
    return row[n];
}
