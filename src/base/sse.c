#include "base/sse.h"

#include <string.h>

/* The line is whole: a blank one ends the event, one of data adds to it, all else is passed over. */
static bool take_line(struct sse *s, sse_fn *on_data, void *user)
{
    const char *line = buf_string(&s->line);
    bool fits = true;
    if (strncmp(line, "\xEF\xBB\xBF", 3) == 0) /* may stand before the first */
        line += 3;
    if (!*line && s->data.len > 0) {
        s->refused = !on_data(user, s->data.data, s->data.len - 1); /* without the last line break */
        buf_reset(&s->data);
    } else if (strncmp(line, "data", 4) == 0 && (line[4] == ':' || !line[4])) {
        const char *value = line[4] ? line + 5 : line + 4;
        fits = buf_text(&s->data, *value == ' ' ? value + 1 : value) && buf_append(&s->data, "\n", 1);
    }
    buf_reset(&s->line);
    return fits && !s->refused;
}

bool sse_feed(struct sse *s, const char *bytes, size_t n, sse_fn *on_data, void *user)
{
    const char *end = bytes + n;
    while (bytes < end) {
        /* Lines end with CR, LF or both, and both may come in two pieces. */
        if (s->after_cr && *bytes == '\n')
            bytes++;
        s->after_cr = false;
        const char *stop = bytes;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        if (!buf_append(&s->line, bytes, (size_t)(stop - bytes)))
            return false;
        if (stop == end)
            return true;
        s->after_cr = *stop == '\r';
        bytes = stop + 1;
        if (!take_line(s, on_data, user))
            return false;
    }
    return true;
}

bool sse_refused(const struct sse *s)
{
    return s->refused;
}

void sse_finish(struct sse *s)
{
    buf_finish(&s->line);
    buf_finish(&s->data);
}
