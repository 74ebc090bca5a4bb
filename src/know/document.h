/* A document as text: whatever the file is (text, Markdown, HTML, PDF, EPUB, DOCX, ODT) becomes a row of
 * blocks, each a paragraph, heading, list item or table row, with the page and the line it stands in.
 *
 *     struct document d;
 *     document_read("contrato.pdf", stop, &d, err);
 *     for (size_t i = 0; i < d.n_blocks; i++)
 *         printf("%d: %.*s\n", d.blocks[i].page, (int)d.blocks[i].n, d.text.data + d.blocks[i].at);
 *     document_finish(&d);
 *
 * Files are hostile: sizes are bounded before and after unpacking, PDFs are read by another process with
 * limits of its own, and nothing in a file is followed, loaded or run.
 */
#ifndef SARAI_KNOW_DOCUMENT_H
#define SARAI_KNOW_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stop.h"

enum {
    DOCUMENT_TEXT_BYTES = 64 << 20,  /* of text in a document, and of a file that is text */
    DOCUMENT_FILE_BYTES = 512 << 20, /* of a file that is packed or has pictures */
    DOCUMENT_BLOCKS = 2000000,
};

struct block {
    size_t at, n;   /* in the text */
    int page, line; /* from 1; 0 where the format has none */
};

struct document {
    const char *kind; /* "text", "markdown", "html", "pdf", "epub", "docx", "odt" */
    struct buf text;  /* UTF-8; line breaks inside of blocks are kept */
    struct block *blocks;
    size_t n_blocks, room;
    int page; /* of the next block */
};

/* Whether the name is one of a document that can be read. */
bool document_is_known(const char *path);

/* EINPUT: missing, too big, damaged, locked by a password, not what its name says, of an unknown kind.
 * EUSAGE: a program to read it is not installed. A document without any text is OK and has no blocks. */
enum sarai_status document_read(const char *path, const struct stop *stop, struct document *out,
                                struct sarai_error *err);
/* The same for text, Markdown and HTML in memory; `name` is for its ending and messages. */
enum sarai_status document_read_bytes(const char *name, const char *bytes, size_t n, struct document *out,
                                      struct sarai_error *err);
void document_finish(struct document *d);

/* For the readers: adds a block with its blanks tidied; one without text is left out. False: no room. */
bool document_add(struct document *d, const char *text, size_t n, int line);

#endif
