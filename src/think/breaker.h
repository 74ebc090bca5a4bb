/* A circuit breaker: after some failures in a row a service is left alone for a while, which grows as long as
 * it keeps failing; then one request tries it again.
 *
 *     if (breaker_lets(&b, clock_ms()))
 *         breaker_report(&b, try() == SARAI_OK, clock_ms());
 *
 * Embedded value; all zero is closed. Time is the caller's.
 */
#ifndef SARAI_THINK_BREAKER_H
#define SARAI_THINK_BREAKER_H

#include <stdbool.h>

enum {
    BREAKER_FAILURES = 3, /* in a row that open it */
    BREAKER_FIRST_MS = 30 * 1000,
    BREAKER_MOST_MS = 10 * 60 * 1000,
};

struct breaker {
    int failures; /* in a row */
    double pause_ms;
    double shut_until_ms; /* no request before */
};

bool breaker_lets(const struct breaker *b, double now_ms);
void breaker_report(struct breaker *b, bool success, double now_ms);

#endif
