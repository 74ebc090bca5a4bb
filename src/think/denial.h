/* A "no" that was lost on the way: the passage says "No cubre daños por granizo.", the answer "cubre daños
 * por granizo". Pure; Spanish.
 *
 *     if (denial_is_lost(passage, claim, strlen(claim), &at, &no_memory)) …    // "no " belongs at claim + at
 */
#ifndef SARAI_THINK_DENIAL_H
#define SARAI_THINK_DENIAL_H

#include <stdbool.h>
#include <stddef.h>

/* True where the last words of claim[0..n), two or more, stand in the passage only right behind a "no". As
 * many words as do count; `at` is where they begin. `no_memory` is set or left as it is. */
bool denial_is_lost(const char *passage, const char *claim, size_t n, size_t *at, bool *no_memory);

#endif
