#include "speak/phrases.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "speak/reading/abbreviations.h"
#include "speak/reading/text.h"

enum {
    MAX_WAITING_BYTES = 2 << 20,
    FIRST_BYTES = 24,  /* a first phrase without a clause boundary is cut at the blank after these */
    FIRST_REST = 40,   /* … when so much follows without any mark: a part costs intelligibility */
    CLAUSE_BYTES = 32, /* a comma ends a later phrase only after these */
    CLAUSE_REST = 16,  /* … and any only when so much of its sentence follows: a voice mumbles crumbs */
    LONGEST_BYTES = 220,
    LEAST_WORD_BYTES = 4,
};

struct phrases {
    struct buf text;
    size_t from; /* where the text that was not given away begins */
    bool first;
};

enum sarai_status phrases_open(struct phrases **out, struct sarai_error *err)
{
    struct phrases *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, tr("las frases", "the phrases"));
    p->text = (struct buf)BUF_INIT(MAX_WAITING_BYTES);
    p->first = true;
    *out = p;
    return SARAI_OK;
}

void phrases_close(struct phrases *p)
{
    if (!p)
        return;
    buf_finish(&p->text);
    free(p);
}

void phrases_reset(struct phrases *p)
{
    buf_reset(&p->text);
    p->from = 0;
    p->first = true;
}

enum sarai_status phrases_feed(struct phrases *p, const char *piece, struct sarai_error *err)
{
    buf_drop(&p->text, p->from);
    p->from = 0;
    if (!buf_text(&p->text, piece))
        return failed(err, SARAI_EINPUT, tr("el texto es demasiado largo", "the text is too long"));
    return SARAI_OK;
}

/* ---- where a phrase may end ------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Length of the mark at text[i] and whether it ends a sentence; 0 when there is no mark. */
static size_t mark_at(const char *text, size_t n, size_t i, bool *sentence)
{
    static const struct {
        const char *mark;
        bool sentence;
    } marks[] = {{".", true},  {"!", true},  {"?", true},  {"…", true},
                 {",", false}, {";", false}, {":", false}, {"—", false}};
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
        size_t length = strlen(marks[m].mark);
        if (i + length <= n && memcmp(text + i, marks[m].mark, length) == 0) {
            *sentence = marks[m].sentence;
            return length;
        }
    }
    return 0;
}

/* Words that a full stop belongs to; single letters ("EE. UU.", "a. C.") always are. */
static bool is_abbreviation(const char *word, size_t n)
{
    static const char *const halves[] = {"EE", "UU", "JJ", "OO", "CC", "AA",
                                         "FF", "RR", "HH", "SS", "DD", "ej"};
    size_t at = 0, letters = 0;
    while (at < n && letters < 2) {
        utf8_next(word, n, &at);
        letters++;
    }
    at = 0;
    if (letters == 1 && text_is_letter(utf8_next(word, n, &at)))
        return true;
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
        if (strlen(halves[i]) == n && memcmp(halves[i], word, n) == 0)
            return true;
    return abbreviations_has(word, n);
}

/* Whether the full stop at text[i] belongs to the word before it rather than to the sentence. */
static bool is_part_of_word(const char *text, size_t i)
{
    size_t begin = i;
    while (begin > 0 && !is_blank(text[begin - 1]) && text[begin - 1] != '.' && text[begin - 1] != '(')
        begin--;
    return i > begin && is_abbreviation(text + begin, i - begin);
}

/* Past closing quotes and brackets, further marks ("?!", "...") and blanks. */
static size_t skip_closing(const char *text, size_t n, size_t i)
{
    static const char *const closing[] = {"»", "”", "\"", "'", ")", "]", ".", "!", "?", "…"};
    for (bool more = true; more;) {
        more = false;
        for (size_t c = 0; !more && c < sizeof closing / sizeof *closing; c++) {
            size_t length = strlen(closing[c]);
            more = i + length <= n && memcmp(text + i, closing[c], length) == 0;
            i += more ? length : 0;
        }
    }
    return i;
}

static bool has_words(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalnum((unsigned char)text[i]) || (unsigned char)text[i] >= 0xC3)
            return true;
    return false;
}

/* A blank at text[i] where the voice may pause without a mark: behind a word of some weight ("del", "la" lean
 * on what follows), and not before a number. */
static bool is_soft_break(const char *text, size_t n, size_t i)
{
    size_t begin = i;
    while (begin > 0 && !is_blank(text[begin - 1])) {
        unsigned char c = (unsigned char)text[--begin];
        if (!isalpha(c) && c < 0x80)
            return false;
    }
    return i - begin >= LEAST_WORD_BYTES && i + 1 < n && !isdigit((unsigned char)text[i + 1]);
}

/* A line that goes on in small letters was only wrapped. */
static bool is_line_end(const char *text, size_t n, size_t i)
{
    size_t next = i + strspn(text + i, " \t\r");
    if (text[next] != '\n' || next >= n)
        return false;
    next++;
    while (next < n && next < i + LONGEST_BYTES && (text[next] == ' ' || text[next] == '\t'))
        next++;
    return next >= n || !text_is_lower(text_code(&(struct text){text, n}, next));
}

/* Whether text[i..] runs on for `least` bytes without one of these marks; false too when that much is not
 * known. */
static bool runs_on(const char *text, size_t n, size_t i, size_t least, const char *marks)
{
    return n - i >= least && strcspn(text + i, marks) >= least;
}

/* Without a mark: at a line's end, soon in a first phrase, anywhere in one that grows too long. `blank`: the
 * last one, not inside a number. 0: not here. */
static size_t unmarked_end(const char *text, size_t n, size_t i, bool first, size_t blank)
{
    if (is_line_end(text, n, i) && has_words(text, i))
        return i;
    if (first && i >= FIRST_BYTES && is_blank(text[i]) && is_soft_break(text, n, i) &&
        runs_on(text, n, i, FIRST_REST, ".,;:!?\n"))
        return i;
    if (i >= LONGEST_BYTES && blank > 0)
        return blank;
    return i >= 2 * LONGEST_BYTES ? utf8_complete(text, i) : 0;
}

/* The length of the first phrase of text[0..n), 0 when it is not whole yet. `over`: no more will come. */
static size_t phrase_length(const char *text, size_t n, bool first, bool over)
{
    size_t blank = 0, end;
    for (size_t i = 0; i < n; i++) {
        bool sentence;
        size_t mark = mark_at(text, n, i, &sentence);
        if (mark == 0) {
            bool in_number = i > 0 && i + 1 < n && isdigit((unsigned char)text[i - 1]) &&
                             isdigit((unsigned char)text[i + 1]);
            if (is_blank(text[i]) && i <= LONGEST_BYTES && !in_number)
                blank = i;
            if (text[i] == '\n' && i + 1 == n && !over)
                return 0; /* whether the line was only wrapped is not known yet */
            if ((end = unmarked_end(text, n, i, first, blank)))
                return end;
            continue;
        }
        end = skip_closing(text, n, i + mark);
        if (end == n && !over)
            return 0; /* what comes next decides: "3,5", "10:30", "Sr. López" */
        bool ends =
            (end == n || is_blank(text[end])) && !(text[i] == '.' && end < n && is_part_of_word(text, i));
        bool clause = !sentence && (first || end >= CLAUSE_BYTES);
        if (clause && !over && n - end < CLAUSE_REST && !strpbrk(text + end, ".!?"))
            return 0; /* how the sentence goes on is not known yet */
        bool alone = sentence || (clause && runs_on(text, n, end, CLAUSE_REST, ".!?"));
        if (ends && has_words(text, i) && alone)
            return end;
        i = end - 1;
    }
    return over ? n : 0;
}

static bool give(struct phrases *p, struct buf *phrase, bool over)
{
    const char *text = buf_string(&p->text) + p->from;
    size_t n = p->text.len - p->from;
    size_t blanks = strspn(text, " \n\t\r");
    size_t length = phrase_length(text + blanks, n - blanks, p->first, over);
    buf_reset(phrase);
    if (length == 0 || !buf_append(phrase, text + blanks, length))
        return false;
    p->from += blanks + length;
    p->first = false;
    return true;
}

bool phrases_next(struct phrases *p, struct buf *phrase)
{
    return give(p, phrase, false);
}

bool phrases_flush(struct phrases *p, struct buf *phrase)
{
    return give(p, phrase, true);
}
