/* The readers behind document.h; each adds its blocks to a document. */
#ifndef SARAI_KNOW_READING_H
#define SARAI_KNOW_READING_H

#include "know/document.h"

/* read_text.c: UTF-8 into paragraphs. */
enum sarai_status read_plain(struct document *d, const char *text, size_t n, struct sarai_error *err);
enum sarai_status read_markdown(struct document *d, const char *text, size_t n, struct sarai_error *err);
/* read_html.c: bytes of any encoding. With `lines` blocks know theirs. */
enum sarai_status read_html(struct document *d, const char *bytes, size_t n, bool lines,
                            struct sarai_error *err);
/* read_pdf.c */
enum sarai_status read_pdf(struct document *d, const char *path, const struct stop *stop,
                           struct sarai_error *err);
/* The text that poppler gives, pages apart by form feeds. */
enum sarai_status read_pages(struct document *d, const char *text, size_t n, struct sarai_error *err);
/* read_office.c */
enum sarai_status read_docx(struct document *d, const char *path, struct sarai_error *err);
enum sarai_status read_odt(struct document *d, const char *path, struct sarai_error *err);
/* The XML inside of a DOCX or ODT. */
enum sarai_status read_office(struct document *d, const char *xml, size_t n, struct sarai_error *err);
/* read_epub.c */
enum sarai_status read_epub(struct document *d, const char *path, const struct stop *stop,
                            struct sarai_error *err);

/* What stops every reader: no memory, or more blocks or text than a document may have. */
enum sarai_status no_room(const struct document *d, struct sarai_error *err);

#endif
