/* Lets the n-th allocation from now fail, once: for tests that try every allocation in turn. To be included
 * by one file of a test program. With AddressSanitizer, which has a malloc of its own, nothing fails.
 *
 *     for (int n = 0; ; n++) {
 *         fail_allocation(n);
 *         st = thing_open(&thing, &err);
 *         if (!allocation_failed()) break;         // all were tried
 *         assert_int_equal(st, SARAI_ENOMEM);
 *     }
 */
#ifndef SARAI_TESTS_FAILING_ALLOC_H
#define SARAI_TESTS_FAILING_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

static int allocations_left = -1; /* until one fails; -1: none does */

static inline void fail_allocation(int n)
{
    allocations_left = n;
}

/* Whether it came to that; disarms it. */
static inline bool allocation_failed(void)
{
    bool has_failed = allocations_left == -1;
    allocations_left = -1;
    return has_failed;
}

#ifndef __SANITIZE_ADDRESS__
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *old, size_t n);
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *old, size_t n);

static inline bool is_to_fail(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *malloc(size_t n)
{
    return is_to_fail() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return is_to_fail() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return is_to_fail() ? NULL : __libc_realloc(old, n);
}
#endif

#endif
