#include "know/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/reason.h"
#include "base/utf8.h"
#include "engine/charset.h"
#include "know/reading.h"

static const struct {
    const char *ending, *kind;
} endings[] = {
    {".txt", "text"},  {".text", "text"}, {".md", "markdown"}, {".markdown", "markdown"}, {".rst", "text"},
    {".org", "text"},  {".csv", "text"},  {".tsv", "text"},    {".log", "text"},          {".srt", "text"},
    {".tex", "text"},  {".html", "html"}, {".htm", "html"},    {".xhtml", "html"},        {".pdf", "pdf"},
    {".epub", "epub"}, {".docx", "docx"}, {".odt", "odt"},
};

static const char *kind_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0)
            return endings[i].kind;
    return NULL;
}

bool document_is_known(const char *path)
{
    return kind_of(path) != NULL;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

enum sarai_status no_room(const struct document *d, struct sarai_error *err)
{
    if (d->n_blocks >= DOCUMENT_BLOCKS || d->text.len > DOCUMENT_TEXT_BYTES - 4096)
        return failed(err, SARAI_EINPUT, tr("tiene más de %d MB de texto", "has more than %d MB of text"),
                      DOCUMENT_TEXT_BYTES >> 20);
    return out_of_memory(err, tr("el texto", "the text"));
}

static bool is_blank(uint32_t c)
{
    return c <= ' ' || c == 0x7F || c == 0xA0 || c == 0xAD || c == 0xFEFF || (c >= 0x80 && c < 0xA0) ||
           (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || c == 0x3000;
}

/* Appends the text with one blank, or one line break, between words, and none around. */
static bool tidy(struct buf *out, const char *text, size_t n)
{
    size_t start = out->len;
    bool blank = false, newline = false, ok = true;
    for (size_t at = 0; ok && at < n;) {
        uint32_t c = utf8_next(text, n, &at);
        if (c == 0xAD) /* a soft hyphen is no letter and no blank */
            continue;
        if (is_blank(c)) {
            blank = true;
            newline = newline || c == '\n';
            continue;
        }
        if (blank && out->len > start)
            ok = buf_text(out, newline ? "\n" : " ");
        blank = newline = false;
        ok = ok && buf_codepoint(out, c);
    }
    return ok;
}

static bool reserve_block(struct document *d)
{
    if (d->n_blocks < d->room)
        return true;
    size_t room = d->room ? 2 * d->room : 64;
    if (room > 2 * (size_t)DOCUMENT_BLOCKS)
        return false;
    struct block *grown = realloc(d->blocks, room * sizeof *grown);
    if (!grown)
        return false;
    d->blocks = grown;
    d->room = room;
    return true;
}

bool document_add(struct document *d, const char *text, size_t n, int line)
{
    size_t at = d->text.len, skipped = 0;
    if (d->n_blocks >= DOCUMENT_BLOCKS || !reserve_block(d) || !tidy(&d->text, text, n))
        return false;
    if (d->text.len == at)
        return true;
    if (line > 0) /* empty lines before the first word */
        for (; skipped < n && (unsigned char)text[skipped] <= ' '; skipped++)
            line += text[skipped] == '\n';
    d->blocks[d->n_blocks++] = (struct block){at, d->text.len - at, d->page, line};
    return true;
}

void document_finish(struct document *d)
{
    buf_finish(&d->text);
    free(d->blocks);
    *d = (struct document){0};
}

/* ---- files ----------------------------------------------------------------------------------- */

static enum sarai_status read_text_kind(struct document *d, const char *bytes, size_t n,
                                        struct sarai_error *err)
{
    struct buf text = BUF_INIT(2 * (size_t)DOCUMENT_TEXT_BYTES);
    if (strcmp(d->kind, "html") == 0)
        return read_html(d, bytes, n, true, err);
    if (n >= 5 && memcmp(bytes, "%PDF-", 5) == 0)
        return failed(err, SARAI_EINPUT, tr("no es texto sino un PDF", "is no text but a PDF"));
    enum sarai_status st = charset_to_utf8(bytes, n, NULL, &text, err);
    if (!st && strcmp(d->kind, "markdown") == 0)
        st = read_markdown(d, buf_string(&text), text.len, err);
    else if (!st)
        st = read_plain(d, buf_string(&text), text.len, err);
    buf_finish(&text);
    return st;
}

/* One byte more than was there shows a file that grows. */
static enum sarai_status load(const char *path, size_t n, char **out, size_t *n_read, struct sarai_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return failed(err, SARAI_EINPUT, tr("no se puede leer: %s", "cannot be read: %s"), reason_of(errno));
    char *bytes = malloc(n + 1);
    enum sarai_status st = bytes ? SARAI_OK : out_of_memory(err, path);
    if (!st) {
        *n_read = fread(bytes, 1, n, f);
        if (ferror(f))
            st = failed(err, SARAI_EINPUT, tr("no se puede leer", "cannot be read"));
    }
    fclose(f);
    if (st)
        free(bytes);
    else
        *out = bytes;
    return st;
}

static enum sarai_status too_big(const char *limit_of, int limit, struct sarai_error *err)
{
    return failed(err, SARAI_EINPUT,
                  tr("es demasiado grande: %s puede tener %d MB", "is too big: %s may have %d MB"), limit_of,
                  limit >> 20);
}

static enum sarai_status read_file(struct document *d, const char *path, const struct stop *stop,
                                   struct sarai_error *err)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return failed(err, SARAI_EINPUT, tr("no se puede leer: %s", "cannot be read: %s"), reason_of(errno));
    if (!S_ISREG(file.st_mode))
        return failed(err, SARAI_EINPUT, tr("no es un archivo", "is no file"));
    if (file.st_size > DOCUMENT_FILE_BYTES)
        return too_big(tr("un documento", "a document"), DOCUMENT_FILE_BYTES, err);
    if (strcmp(d->kind, "pdf") == 0)
        return read_pdf(d, path, stop, err);
    if (strcmp(d->kind, "epub") == 0)
        return read_epub(d, path, stop, err);
    if (strcmp(d->kind, "docx") == 0)
        return read_docx(d, path, err);
    if (strcmp(d->kind, "odt") == 0)
        return read_odt(d, path, err);
    if (file.st_size > DOCUMENT_TEXT_BYTES)
        return too_big(tr("un texto", "a text"), DOCUMENT_TEXT_BYTES, err);
    char *bytes = NULL;
    size_t n = 0;
    enum sarai_status st = load(path, (size_t)file.st_size, &bytes, &n, err);
    if (!st)
        st = read_text_kind(d, bytes, n, err);
    free(bytes);
    return st;
}

/* Gives what was read, or a message that begins with the file's name. */
static enum sarai_status conclude(struct document *d, const char *path, enum sarai_status st,
                                  const struct sarai_error *cause, struct document *out,
                                  struct sarai_error *err)
{
    if (!st) {
        *out = *d;
        return SARAI_OK;
    }
    document_finish(d);
    return failed(err, st, "%s: %s", path, cause->message);
}

static enum sarai_status begin(struct document *d, const char *name, struct sarai_error *err)
{
    *d = (struct document){.kind = kind_of(name), .text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    if (d->kind)
        return SARAI_OK;
    return failed(err, SARAI_EINPUT,
                  tr("%s: no se sabe leer; sí texto, Markdown, HTML, PDF, EPUB, DOCX y ODT",
                     "%s: cannot be read; text, Markdown, HTML, PDF, EPUB, DOCX and ODT can"),
                  name);
}

enum sarai_status document_read(const char *path, const struct stop *stop, struct document *out,
                                struct sarai_error *err)
{
    struct document d;
    struct sarai_error cause = {0};
    enum sarai_status st = begin(&d, path, err);
    if (st)
        return st;
    st = read_file(&d, path, stop, &cause);
    return conclude(&d, path, st, &cause, out, err);
}

enum sarai_status document_read_bytes(const char *name, const char *bytes, size_t n, struct document *out,
                                      struct sarai_error *err)
{
    struct document d;
    struct sarai_error cause = {0};
    enum sarai_status st = begin(&d, name, err);
    if (st)
        return st;
    st = read_text_kind(&d, bytes, n, &cause);
    return conclude(&d, name, st, &cause, out, err);
}
