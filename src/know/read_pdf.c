/* PDF, by poppler's own program in a process with limits: a file that breaks it breaks nothing of ours. */
#include <stdlib.h>
#include <string.h>

#include "engine/process.h"
#include "know/reading.h"

/* A thousand pages take some seconds and 200 MB. */
static const struct process_limits limits = {.memory_bytes = (size_t)2 << 30, .cpu_s = 120, .wall_s = 600};

/* A word that was cut at the end of a line is one word again. */
static bool join_lines(const char *text, size_t n, struct buf *out)
{
    for (const char *at = text, *end = text + n; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline ? newline : end;
        bool is_cut = newline && newline - at > 1 && newline[-1] == '-' && newline + 1 < end &&
                      (unsigned char)newline[1] >= 'a';
        if (!buf_append(out, at, (size_t)(line_end - at) - (is_cut ? 1 : 0)) ||
            (newline && !is_cut && !buf_text(out, "\n")))
            return false;
        at = newline ? newline + 1 : end;
    }
    return true;
}

/* Adds the paragraphs of one page: apart by empty lines. */
static bool add_page(struct document *d, const char *text, size_t n)
{
    const char *end = text + n, *gap;
    for (; (gap = memmem(text, (size_t)(end - text), "\n\n", 2)); text = gap + 2)
        if (!document_add(d, text, (size_t)(gap - text), 0))
            return false;
    return document_add(d, text, (size_t)(end - text), 0);
}

enum sarai_status read_pages(struct document *d, const char *text, size_t n, struct sarai_error *err)
{
    struct buf page = BUF_INIT(DOCUMENT_TEXT_BYTES);
    bool ok = true;
    d->page = 1;
    for (const char *end = text + n; ok && text < end; d->page++) {
        const char *feed = memchr(text, '\f', (size_t)(end - text));
        const char *page_end = feed ? feed : end;
        buf_reset(&page);
        ok = join_lines(text, (size_t)(page_end - text), &page) && add_page(d, buf_string(&page), page.len);
        text = feed ? feed + 1 : end;
    }
    buf_finish(&page);
    return ok ? SARAI_OK : no_room(d, err);
}

enum sarai_status read_pdf(struct document *d, const char *path, const struct stop *stop,
                           struct sarai_error *err)
{
    struct buf text = BUF_INIT(DOCUMENT_TEXT_BYTES);
    struct sarai_error cause = {0};
    int code = 0;
    char *whole = realpath(path, NULL); /* begins with a slash: never an option */
    if (!whole)
        return out_of_memory(err, path);
    const char *const argv[] = {"pdftotext", "-q", "-enc", "UTF-8", "-eol", "unix", whole, "-", NULL};
    enum sarai_status st = process_read(argv, &limits, stop, &text, &code, &cause);
    if (st == SARAI_EUSAGE)
        st = failed(err, SARAI_EUSAGE,
                    tr("para leer PDF hace falta pdftotext (paquete poppler-utils)",
                       "reading PDFs takes pdftotext (package poppler-utils)"));
    else if (st)
        failed(err, st, "%s", cause.message);
    else if (code == 1)
        st = failed(err, SARAI_EINPUT,
                    tr("el PDF está dañado o pide contraseña", "the PDF is damaged or wants a password"));
    else if (code == 3)
        st = failed(err, SARAI_EINPUT,
                    tr("el PDF no deja copiar su texto", "the PDF forbids copying its text"));
    else if (code != 0)
        st = failed(err, SARAI_EINPUT,
                    tr("leer el PDF pide demasiado tiempo o memoria, o rompe el lector",
                       "reading the PDF takes too much time or memory, or breaks the reader"));
    if (!st)
        st = read_pages(d, buf_string(&text), text.len, err);
    buf_finish(&text);
    free(whole);
    return st;
}
