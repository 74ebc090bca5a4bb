/* A flag that asks long work to end. Raised by sarai_interrupt() from any thread or signal handler,
 * read by every loop that may take longer than 50 ms. */
#ifndef SARAI_BASE_STOP_H
#define SARAI_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

struct stop {
    atomic_bool raised;
};

static inline bool stop_raised(const struct stop *stop)
{
    return stop && atomic_load_explicit(&stop->raised, memory_order_relaxed);
}

#endif
