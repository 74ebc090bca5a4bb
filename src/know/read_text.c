/* Plain text and Markdown. */
#include <string.h>

#include "engine/markdown.h"
#include "know/reading.h"

static bool is_blank_line(const char *line, const char *end)
{
    for (; line < end; line++)
        if (*line != ' ' && *line != '\t' && *line != '\r' && *line != '\f')
            return false;
    return true;
}

/* Paragraphs are apart by blank lines. */
enum sarai_status read_plain(struct document *d, const char *text, size_t n, struct sarai_error *err)
{
    const char *end = text + n, *paragraph = text;
    int line = 1, first_line = 1;
    for (const char *at = text; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline ? newline : end;
        bool is_blank = is_blank_line(at, line_end);
        if (is_blank && !document_add(d, paragraph, (size_t)(at - paragraph), first_line))
            return no_room(d, err);
        at = newline ? newline + 1 : end;
        if (is_blank) {
            paragraph = at;
            first_line = line + 1;
        }
    }
    return document_add(d, paragraph, (size_t)(end - paragraph), first_line) ? SARAI_OK : no_room(d, err);
}

static bool add_block(void *user, const char *text, size_t n, int line)
{
    return document_add(user, text, n, line);
}

enum sarai_status read_markdown(struct document *d, const char *text, size_t n, struct sarai_error *err)
{
    enum sarai_status st = markdown_read(text, n, add_block, d, NULL);
    return st ? no_room(d, err) : SARAI_OK;
}
