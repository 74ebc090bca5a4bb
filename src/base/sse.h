/* Server-sent events (text/event-stream of the HTML standard): pieces of a stream in, whole data out.
 *
 *     struct sse s = SSE_INIT(64 * 1024);
 *     if (!sse_feed(&s, bytes, n, on_data, user)) ...   // an event too long, no memory, or on_data said no
 *     sse_finish(&s);
 *
 * Only `data` is given; names, ids and times to wait are passed over. Embedded value of one thread.
 */
#ifndef SARAI_BASE_SSE_H
#define SARAI_BASE_SSE_H

#include "base/buf.h"

struct sse {
    struct buf line, data;
    bool after_cr, refused;
};

#define SSE_INIT(max_bytes)                                                                                  \
    {                                                                                                        \
        BUF_INIT((max_bytes) + 64), BUF_INIT(max_bytes), false, false                                        \
    }

/* The data of one event, lines joined by '\n'; false ends the reading. */
typedef bool sse_fn(void *user, const char *data, size_t n);

/* Takes n bytes, however the stream was cut. False where on_data said no, or an event passes the maximum or
 * memory; nothing more may be fed then. What is not ended by a blank line is no event. */
bool sse_feed(struct sse *s, const char *bytes, size_t n, sse_fn *on_data, void *user);
/* Whether it was on_data that ended the reading. */
bool sse_refused(const struct sse *s);
void sse_finish(struct sse *s);

#endif
