#include "listen/repetition.h"

#include <zlib.h>

enum { MOST_BYTES = 16 * 1024, LEAST_BYTES = 32, LEAST_REPEATED_TOKENS = 8, JOINING_TOKENS = 3 };

/* A text that deflate shrinks more than this repeats itself (threshold of OpenAI's reference decoder). */
static const double LOOP_RATIO = 2.4;

bool repeats_itself(const struct buf *words)
{
    Bytef packed[MOST_BYTES + 1024];
    uLongf n = sizeof packed;
    if (words->len < LEAST_BYTES || compress2(packed, &n, (const Bytef *)words->data, words->len, 9) != Z_OK)
        return false;
    return (double)words->len > LOOP_RATIO * (double)n;
}

bool ends_in_an_echo(const int *tokens, size_t n)
{
    for (size_t lag = LEAST_REPEATED_TOKENS; 2 * lag <= n + JOINING_TOKENS; lag++) {
        size_t same = 0;
        for (size_t i = n > lag ? n - lag : 0; i < n; i++)
            same += i >= lag && tokens[i] == tokens[i - lag];
        if (same + JOINING_TOKENS >= lag)
            return true;
    }
    return false;
}
