#include "think/pointed.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/numerals.h"
#include "think/sentences.h"

enum { WORD_BYTES = FOLD_MOST_LETTERS + 1, LEAST_LETTERS = 3, LONG_BYTES = 240 };

/* ---- told or not ----------------------------------------------------------------------------- */

/* The next word of a folded line, with the blanks around it. False: there is none, or it is too long. */
static bool next_word(const char **line, char out[WORD_BYTES + 2])
{
    const char *end = strchr(*line + 1, ' ');
    if (!end || end - *line > WORD_BYTES)
        return false;
    size_t n = (size_t)(end - *line) + 1;
    memcpy(out, *line, n);
    out[n] = '\0';
    *line = end;
    return n > 2;
}

/* A figure in its blanks, as such or as a word. */
static bool has_figure(const char *line, const char *spaced)
{
    char figure[WORD_BYTES + 2];
    size_t zeros = strspn(spaced + 1, "0"); /* "05" */
    snprintf(figure, sizeof figure, "%s", spaced + 1 + zeros);
    figure[strcspn(figure, " ")] = '\0';
    return strstr(line, spaced) || numeral_stands(line, figure);
}

static bool is_told(const char *question, const char *words, const char *claim)
{
    char word[WORD_BYTES + 2];
    bool has_figures = false, told_figure = false, has_words = false, told_word = false;
    while (next_word(&words, word)) {
        if (word[1] >= '0' && word[1] <= '9') {
            has_figures = true;
            told_figure = told_figure || has_figure(claim, word);
        } else if (strlen(word) >= LEAST_LETTERS + 2 && !strstr(question, word)) {
            has_words = true;
            told_word = told_word || strstr(claim, word);
        }
    }
    return has_figures ? told_figure : !has_words || told_word;
}

bool pointed_is_told(const char *question, const char *words, size_t n_words, const char *claim,
                     size_t n_claim, bool *no_memory)
{
    size_t n_question = strlen(question);
    struct buf lines[] = {BUF_INIT(4 * n_question + 16), BUF_INIT(4 * n_words + 16),
                          BUF_INIT(4 * n_claim + 16)};
    bool ok = fold_line(question, n_question, &lines[0]) && fold_line(words, n_words, &lines[1]) &&
              fold_line(claim, n_claim, &lines[2]);
    bool told = !ok || is_told(buf_string(&lines[0]), buf_string(&lines[1]), buf_string(&lines[2]));
    *no_memory = *no_memory || !ok;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        buf_finish(&lines[i]);
    return told;
}

/* ---- the sentence ---------------------------------------------------------------------------- */

static bool ends_here(const char *text, size_t at)
{
    if (text[at] == '\n')
        return true;
    return strchr(".!?;", text[at]) && strchr(" \n", text[at + 1]) &&
           (text[at] != '.' || !text[at + 1] || !sentences_abbreviates(text, at + 1));
}

/* "El ferry sale …": behind a comma such a word has a small letter; a name would keep its own. */
static bool opens_small(const char *text)
{
    static const char *const openings[] = {"El ",   "La ", "Los ", "Las ", "Lo ",   "Se ",
                                           "Hay ",  "No ", "Un ",  "Una ", "En ",   "Es ",
                                           "Está ", "A ",  "De ",  "Por ", "Para ", "Con "};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (strncmp(text, openings[i], strlen(openings[i])) == 0)
            return true;
    return false;
}

bool pointed_sentence(const char *passage, size_t from, size_t n, struct buf *out)
{
    size_t begin = from, end = from + n;
    while (begin > 0 && !ends_here(passage, begin - 1))
        begin--;
    while (passage[begin] == ' ')
        begin++;
    while (passage[end] && !ends_here(passage, end))
        end++;
    if (end - begin > LONG_BYTES)
        return buf_append(out, passage + from, n) && buf_text(out, ".");
    char first = passage[begin];
    if (opens_small(passage + begin))
        first = (char)(first - 'A' + 'a');
    return buf_append(out, &first, 1) && buf_append(out, passage + begin + 1, end - begin - 1) &&
           buf_text(out, passage[end] == '!' || passage[end] == '?' ? "" : ".");
}
