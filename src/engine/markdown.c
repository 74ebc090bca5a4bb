#include "engine/markdown.h"

#include <md4c.h>
#include <string.h>

#include "base/buf.h"

enum { BLOCK_BYTES = 64 << 20 };

struct reading {
    const char *text, *end;
    const char *counted; /* up to here lines were counted */
    int line;            /* of `counted` */
    struct buf block;
    int block_line; /* 0: nothing in it yet */
    markdown_block_fn *on_block;
    void *user;
};

/* The parser gives text in the order in which it stands, so lines are counted once. */
static void note_line(struct reading *r, const char *at)
{
    if (r->block_line > 0 || at < r->counted || at > r->end)
        return;
    for (; r->counted < at; r->counted++)
        r->line += *r->counted == '\n';
    r->block_line = r->line;
}

static bool flush(struct reading *r)
{
    bool ok = r->block.len == 0 || r->on_block(r->user, buf_string(&r->block), r->block.len,
                                               r->block_line > 0 ? r->block_line : 1);
    buf_reset(&r->block);
    r->block_line = 0;
    return ok;
}

static int block_edge(MD_BLOCKTYPE type, void *detail, void *user)
{
    (void)detail;
    struct reading *r = user;
    if (type == MD_BLOCK_TD || type == MD_BLOCK_TH) /* cells of one row stay together */
        return buf_text(&r->block, " ") ? 0 : -1;
    return flush(r) ? 0 : -1;
}

static int span_edge(MD_SPANTYPE type, void *detail, void *user)
{
    (void)type;
    (void)detail;
    (void)user;
    return 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *user)
{
    struct reading *r = user;
    if (type == MD_TEXT_HTML)
        return 0;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        return buf_text(&r->block, "\n") ? 0 : -1;
    if (type == MD_TEXT_NULLCHAR)
        return 0;
    note_line(r, text);
    return buf_append(&r->block, text, n) ? 0 : -1;
}

enum sarai_status markdown_read(const char *text, size_t n, markdown_block_fn *on_block, void *user,
                                struct sarai_error *err)
{
    struct reading r = {.text = text,
                        .end = text + n,
                        .counted = text,
                        .line = 1,
                        .block = BUF_INIT(BLOCK_BYTES),
                        .on_block = on_block,
                        .user = user};
    const MD_PARSER parser = {.flags = MD_DIALECT_GITHUB,
                              .enter_block = block_edge,
                              .leave_block = block_edge,
                              .enter_span = span_edge,
                              .leave_span = span_edge,
                              .text = on_text};
    int code = n > (MD_SIZE)-1 ? -1 : md_parse(text, (MD_SIZE)n, &parser, &r);
    bool ok = code == 0 && flush(&r);
    buf_finish(&r.block);
    return ok ? SARAI_OK : out_of_memory(err, tr("el texto", "the text"));
}
