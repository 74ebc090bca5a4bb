#include "think/breaker.h"

bool breaker_lets(const struct breaker *b, double now_ms)
{
    return b->failures < BREAKER_FAILURES || now_ms >= b->shut_until_ms;
}

void breaker_report(struct breaker *b, bool success, double now_ms)
{
    if (success) {
        *b = (struct breaker){0};
        return;
    }
    if (++b->failures < BREAKER_FAILURES)
        return;
    b->pause_ms = b->pause_ms > 0 ? 2 * b->pause_ms : BREAKER_FIRST_MS;
    if (b->pause_ms > BREAKER_MOST_MS)
        b->pause_ms = BREAKER_MOST_MS;
    b->shut_until_ms = now_ms + b->pause_ms;
}
