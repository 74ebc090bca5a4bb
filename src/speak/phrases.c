#include "speak/phrases.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    MAX_WAITING_BYTES = 2 << 20,
    FIRST_BYTES = 24,  /* a first phrase without a clause boundary is cut at the blank after these */
    FIRST_LIMIT = 40,  /* … once this much has been written */
    CLAUSE_BYTES = 32, /* a comma ends a later phrase only after these */
    LONGEST_BYTES = 220,
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

/* Abbreviations that a full stop belongs to. Single letters ("EE. UU.", "a. C.") are always one. */
static bool is_abbreviation(const char *word, size_t n)
{
    static const char *const known[] = {"Sr",    "Sra", "Srta", "Sres", "Dr",  "Dra", "Dña", "Prof", "Lic",
                                        "Ing",   "EE",  "UU",   "Ud",   "Uds", "Vd",  "Vds", "núm",  "pág",
                                        "págs",  "tel", "Tel",  "Avda", "Av",  "ej",  "art", "cap",  "vol",
                                        "aprox", "máx", "mín",  "min",  "seg", "etc", "pza", "Pza"};
    size_t at = 0, letters = 0;
    while (at < n && letters < 2) {
        utf8_next(word, n, &at);
        letters++;
    }
    if (letters == 1 && !isdigit((unsigned char)word[0]))
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == n && memcmp(known[i], word, n) == 0)
            return true;
    return false;
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

/* The length of the first phrase of text[0..n), 0 when it is not whole yet. `over`: no more will come. */
static size_t phrase_length(const char *text, size_t n, bool first, bool over)
{
    size_t last_blank = 0;
    for (size_t i = 0; i < n; i++) {
        bool sentence;
        size_t mark = mark_at(text, n, i, &sentence);
        if (mark == 0) {
            if (text[i] == '\n' && has_words(text, i))
                return i;
            last_blank = is_blank(text[i]) && i <= LONGEST_BYTES ? i : last_blank;
            if (first && n >= FIRST_LIMIT && i >= FIRST_BYTES && is_blank(text[i]))
                return i;
            if (i >= LONGEST_BYTES && last_blank > 0)
                return last_blank;
            continue;
        }
        size_t end = skip_closing(text, n, i + mark);
        if (end == n && !over)
            return 0; /* what comes next decides: "3,5", "10:30", "Sr. López" */
        bool ends =
            (end == n || is_blank(text[end])) && !(text[i] == '.' && end < n && is_part_of_word(text, i));
        if (ends && has_words(text, i) && (sentence || first || end >= CLAUSE_BYTES))
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
