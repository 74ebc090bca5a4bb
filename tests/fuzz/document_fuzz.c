/* Any bytes as a document of each kind: an error with a sentence, or blocks of clean UTF-8 that chunks cover.
 * The first byte picks the kind; PDFs are read by another process, of whose output the last kind is. */
#include "fuzz.h"

#include "base/utf8.h"
#include "know/chunks.h"
#include "know/reading.h"

static void check_chunks(const struct document *d)
{
    struct chunks c;
    claim(chunks_of(d, &c, NULL) == SARAI_OK, "small documents have chunks");
    for (size_t i = 0; i < c.n; i++) {
        size_t n = strlen(c.chunk[i].text);
        claim(n > 0 && n <= CHUNK_BYTES, "a chunk has its size");
        claim(utf8_complete(c.chunk[i].text, n) == n, "a chunk ends with a whole character");
    }
    claim((c.n > 0) == (d->n_blocks > 0), "text gives chunks");
    chunks_finish(&c);
}

static void check_blocks(const struct document *d)
{
    size_t end = 0;
    for (size_t i = 0; i < d->n_blocks; i++) {
        const struct block *b = &d->blocks[i];
        claim(b->at == end && b->n > 0, "blocks follow each other");
        claim(b->page >= 0 && b->line >= 0, "places are counted");
        end += b->n;
    }
    claim(end == d->text.len, "blocks cover the text");
    for (size_t at = 0; at < d->text.len;) {
        size_t from = at;
        uint32_t c = utf8_next(d->text.data, d->text.len, &at);
        claim(c != UTF8_INVALID || at - from == 3, "the text is UTF-8");
        claim(c >= ' ' || c == '\n', "no control characters");
    }
}

static enum sarai_status read_as(int kind, const char *bytes, size_t n, struct document *d,
                                 struct sarai_error *err)
{
    static const char *const names[] = {"a.txt", "a.md", "a.html"};
    if (kind < 3)
        return document_read_bytes(names[kind], bytes, n, d, err);
    d->text = (struct buf)BUF_INIT(DOCUMENT_TEXT_BYTES);
    d->kind = kind == 3 ? "docx" : kind == 4 ? "odt" : "pdf";
    enum sarai_status st = kind == 5 ? read_pages(d, bytes, n, err) : read_office(d, bytes, n, err);
    if (st)
        document_finish(d);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct document d = {0};
    struct sarai_error err = {0};
    if (n == 0)
        return 0;
    char *bytes = fuzz_text(data + 1, n - 1);
    enum sarai_status st = read_as(data[0] % 6, bytes, n - 1, &d, &err);
    claim(!st || (st == SARAI_EINPUT && err.message[0]), "what is no document gets a sentence");
    if (!st) {
        check_blocks(&d);
        check_chunks(&d);
    }
    document_finish(&d);
    free(bytes);
    return 0;
}
