/* HTML pages, and the chapters of an EPUB. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/charset.h"
#include "engine/markup.h"
#include "know/reading.h"

enum { HEAD_BYTES = 2048 /* in which a page names its encoding */ };

struct page {
    struct document *document;
    struct buf block;
    int line;   /* of the block's first words; 0: none yet */
    int hidden; /* how many tags deep in what is not shown */
    bool lines;
};

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcasecmp(name, *names) == 0)
            return true;
    return false;
}

static const char *const hidden_tags[] = {"script", "style", "noscript", "template", "svg", "head", NULL};
static const char *const inline_tags[] = {
    "a",   "abbr", "b",   "bdi", "bdo",  "cite",  "code",  "data",   "dfn",  "em",    "font", "i",
    "kbd", "mark", "q",   "s",   "samp", "small", "span",  "strong", "sub",  "sup",   "time", "tt",
    "u",   "var",  "wbr", "img", "ins",  "del",   "label", "html",   "body", "tbody", NULL};
static const char *const cell_tags[] = {"td", "th", NULL};

static bool flush(struct page *p)
{
    bool ok = document_add(p->document, buf_string(&p->block), p->block.len, p->lines ? p->line : 0);
    buf_reset(&p->block);
    p->line = 0;
    return ok;
}

static bool edge(struct page *p, const char *name)
{
    if (is_one_of(name, inline_tags))
        return true;
    if (is_one_of(name, cell_tags))
        return buf_text(&p->block, " ");
    if (strcasecmp(name, "br") == 0)
        return buf_text(&p->block, "\n");
    return flush(p);
}

static bool on_open(void *user, const char *name, const char *const *attributes)
{
    struct page *p = user;
    (void)attributes;
    if (is_one_of(name, hidden_tags))
        p->hidden++;
    return p->hidden > 0 || edge(p, name);
}

static bool on_close(void *user, const char *name)
{
    struct page *p = user;
    if (p->hidden > 0) {
        p->hidden -= is_one_of(name, hidden_tags);
        return true;
    }
    return edge(p, name);
}

/* Line breaks in the source are blanks. */
static bool on_text(void *user, const char *text, size_t n, int line)
{
    struct page *p = user;
    if (p->hidden > 0)
        return true;
    size_t from = p->block.len;
    if (!buf_append(&p->block, text, n))
        return false;
    for (size_t i = from; i < p->block.len; i++) {
        if (isspace((unsigned char)p->block.data[i]))
            p->block.data[i] = ' ';
        else if (p->line == 0)
            p->line = line;
    }
    return true;
}

/* The name behind "charset=" or "encoding=", without quotes; false when there is none. */
static bool declared_encoding(const char *bytes, size_t n, char *out, size_t room)
{
    static const char *const labels[] = {"charset=", "encoding="};
    size_t head = n < HEAD_BYTES ? n : HEAD_BYTES;
    for (size_t k = 0; k < sizeof labels / sizeof *labels; k++) {
        const char *at = memmem(bytes, head, labels[k], strlen(labels[k]));
        if (!at)
            continue;
        at += strlen(labels[k]);
        const char *end = bytes + head;
        if (at < end && (*at == '"' || *at == '\''))
            at++;
        size_t length = 0;
        while (at + length < end && length + 1 < room &&
               (isalnum((unsigned char)at[length]) || strchr("-_.:", at[length])) && at[length])
            length++;
        memcpy(out, at, length);
        out[length] = '\0';
        return length > 0;
    }
    return false;
}

enum sarai_status read_html(struct document *d, const char *bytes, size_t n, bool lines,
                            struct sarai_error *err)
{
    char encoding[64];
    struct buf text = BUF_INIT(2 * (size_t)DOCUMENT_TEXT_BYTES);
    struct page page = {.document = d, .block = BUF_INIT(DOCUMENT_TEXT_BYTES), .lines = lines};
    const struct markup_handler handler = {&page, on_open, on_close, on_text};
    bool is_declared = declared_encoding(bytes, n, encoding, sizeof encoding);
    enum sarai_status st = charset_to_utf8(bytes, n, is_declared ? encoding : NULL, &text, err);
    if (!st) {
        st = markup_read(buf_string(&text), text.len, MARKUP_HTML, &handler, NULL);
        if (st || !flush(&page))
            st = no_room(d, err);
    }
    buf_finish(&page.block);
    buf_finish(&text);
    return st;
}
