/* A byte buffer that grows up to a named maximum. Always ends in a NUL that `len` does not count,
 * so that `data` of a text is a C string. Embedded value: init it with BUF_INIT, finish it.
 *
 *     struct buf b = BUF_INIT(64 * 1024);
 *     if (!buf_text(&b, "hola") || !buf_printf(&b, " %d", 3)) ...   // false: full or no memory
 *     buf_finish(&b);
 */
#ifndef SARAI_BASE_BUF_H
#define SARAI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* NULL while nothing was appended */
    size_t len;
    size_t cap;
    size_t max; /* most bytes of `len` */
};

#define BUF_INIT(max_bytes)                                                                                  \
    {                                                                                                        \
        NULL, 0, 0, (max_bytes)                                                                              \
    }

/* Each returns false, with the buffer as it was, when the maximum would be passed or memory is out. */
bool buf_append(struct buf *b, const void *data, size_t n);
bool buf_text(struct buf *b, const char *text);
bool buf_codepoint(struct buf *b, uint32_t c);
__attribute__((format(printf, 2, 3))) bool buf_printf(struct buf *b, const char *format, ...);

/* The text, never NULL; borrowed until the next change. */
const char *buf_string(const struct buf *b);
/* Gives the bytes away (caller frees) and empties the buffer; NULL when memory is out. */
char *buf_take(struct buf *b);
/* Forgets the first n bytes. */
void buf_drop(struct buf *b, size_t n);
/* Empties it, keeping the memory. */
void buf_reset(struct buf *b);
void buf_finish(struct buf *b);

#endif
