/* DOCX (Office Open XML) and ODT (OpenDocument): one XML file with the text inside of a zip. */
#include <string.h>

#include "engine/archive.h"
#include "engine/markup.h"
#include "know/reading.h"

struct text {
    struct document *document;
    struct buf block;
    bool is_docx;
    int in_text;  /* how deep in elements whose characters are shown */
    int in_row;   /* how deep in table rows: their cells stay together */
    int left_out; /* how deep in what is not shown: deleted text that is tracked, notes of reviewers */
    bool has_pages;
};

static bool flush(struct text *t)
{
    bool ok = document_add(t->document, buf_string(&t->block), t->block.len, 0);
    buf_reset(&t->block);
    return ok;
}

static bool is(const char *name, const char *a, const char *b)
{
    return strcmp(name, a) == 0 || strcmp(name, b) == 0;
}

/* In DOCX words are in w:t, in w:p; in ODT directly in text:p and text:h. */
static bool holds_words(const struct text *t, const char *name)
{
    return t->is_docx ? strcmp(name, "t") == 0 : is(name, "p", "h");
}

/* Word and LibreOffice leave marks where a page began when they last showed the text. */
static bool next_page(struct text *t)
{
    t->has_pages = true;
    bool ok = flush(t);
    t->document->page++;
    return ok;
}

static bool on_open(void *user, const char *name, const char *const *attributes)
{
    struct text *t = user;
    (void)attributes;
    t->left_out += is(name, "tracked-changes", "annotation");
    t->in_row += is(name, "tr", "table-row");
    t->in_text += holds_words(t, name);
    if (is(name, "lastRenderedPageBreak", "soft-page-break"))
        return next_page(t);
    if (is(name, "tab", "s"))
        return buf_text(&t->block, " ");
    if (is(name, "br", "line-break") || strcmp(name, "cr") == 0)
        return buf_text(&t->block, "\n");
    return true;
}

static bool on_close(void *user, const char *name)
{
    struct text *t = user;
    t->left_out -= is(name, "tracked-changes", "annotation");
    t->in_text -= holds_words(t, name);
    if (is(name, "tr", "table-row")) {
        t->in_row--;
        return flush(t);
    }
    if (is(name, "p", "h"))
        return t->in_row > 0 ? buf_text(&t->block, " ") : flush(t);
    return true;
}

static bool on_text(void *user, const char *text, size_t n, int line)
{
    struct text *t = user;
    (void)line;
    return t->in_text <= 0 || t->left_out > 0 || buf_append(&t->block, text, n);
}

enum sarai_status read_office(struct document *d, const char *xml, size_t n, struct sarai_error *err)
{
    struct text t = {
        .document = d, .block = BUF_INIT(DOCUMENT_TEXT_BYTES), .is_docx = strcmp(d->kind, "docx") == 0};
    const struct markup_handler handler = {&t, on_open, on_close, on_text};
    d->page = 1;
    enum sarai_status st = markup_read(xml, n, MARKUP_XML, &handler, err);
    if (!st && !flush(&t))
        st = no_room(d, err);
    buf_finish(&t.block);
    for (size_t i = 0; !t.has_pages && i < d->n_blocks; i++)
        d->blocks[i].page = 0;
    return st;
}

static enum sarai_status read_inside(struct document *d, const char *path, const char *member,
                                     struct sarai_error *err)
{
    struct buf xml = BUF_INIT(2 * (size_t)DOCUMENT_TEXT_BYTES);
    enum sarai_status st = archive_read_member(path, member, &xml, err);
    if (!st)
        st = read_office(d, buf_string(&xml), xml.len, err);
    buf_finish(&xml);
    return st;
}

enum sarai_status read_docx(struct document *d, const char *path, struct sarai_error *err)
{
    return read_inside(d, path, "word/document.xml", err);
}

enum sarai_status read_odt(struct document *d, const char *path, struct sarai_error *err)
{
    return read_inside(d, path, "content.xml", err);
}
