/* An event stream gives the same events however it was cut on its way. The first byte is the length of the
 * pieces. */
#include "fuzz.h"

#include "base/sse.h"

enum { MOST_EVENT_BYTES = 4096, MOST_EVENTS = 50 };

struct events {
    struct buf all;
    int n;
};

static bool keep(void *user, const char *data, size_t n)
{
    struct events *events = user;
    claim(n < MOST_EVENT_BYTES, "an event is no longer than allowed");
    claim(buf_append(&events->all, data, n) && buf_append(&events->all, "\1", 1), "memory");
    return ++events->n < MOST_EVENTS;
}

static bool read_stream(const uint8_t *data, size_t n, size_t piece, struct events *events)
{
    struct sse s = SSE_INIT(MOST_EVENT_BYTES);
    bool goes_on = true;
    for (size_t at = 0; goes_on && at < n; at += piece)
        goes_on = sse_feed(&s, (const char *)data + at, n - at < piece ? n - at : piece, keep, events);
    claim(!sse_refused(&s) || (!goes_on && events->n == MOST_EVENTS), "who refuses is told");
    sse_finish(&s);
    return goes_on;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct events whole = {.all = BUF_INIT(1 << 24)}, cut = {.all = BUF_INIT(1 << 24)};
    if (n < 2)
        return 0;
    bool a = read_stream(data + 1, n - 1, n, &whole);
    bool b = read_stream(data + 1, n - 1, data[0] % 16 + 1U, &cut);
    claim(a == b && whole.n == cut.n && whole.all.len == cut.all.len &&
              memcmp(buf_string(&whole.all), buf_string(&cut.all), whole.all.len) == 0,
          "pieces make no difference");
    buf_finish(&whole.all);
    buf_finish(&cut.all);
    return 0;
}
