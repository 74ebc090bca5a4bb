/* What the threads of this process are doing. Any thread. */
#ifndef SARAI_BASE_THREADS_H
#define SARAI_BASE_THREADS_H

#include <stdbool.h>

/* Whether a thread other than the caller's works, or would if it were given a processor; false where the
 * system does not tell. */
bool threads_work(void);

/* Milliseconds of processor that all of them have had. */
double threads_cpu_ms(void);

#endif
