/* Time that only goes forward. */
#ifndef SARAI_BASE_CLOCK_H
#define SARAI_BASE_CLOCK_H

/* Milliseconds since some fixed instant (CLOCK_MONOTONIC). */
double clock_ms(void);

#endif
