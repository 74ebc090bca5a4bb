/* The machine that Sarai runs on: how many cores and how much memory it may use, what its processor knows.
 *
 *     struct machine m;
 *     machine_look(&m);
 *     if (m.cores < 2) …
 *
 * Limits of a container (cgroup v2) and of taskset count. Any thread.
 */
#ifndef SARAI_BASE_MACHINE_H
#define SARAI_BASE_MACHINE_H

#include <stdbool.h>

struct machine {
    char cpu[96];       /* its name; "" where the system does not tell */
    char features[160]; /* instruction sets that matter to the engines, e.g. "avx2 fma f16c avx512vnni" */
    bool vectors;       /* has what the engines' fast paths need: AVX2 with FMA, or NEON with dot products */
    int cores;          /* that this process may use, at least 1 */
    long total_mb, available_mb; /* memory; 0 where the system does not tell */
};

void machine_look(struct machine *out);

#endif
