/* Preloaded into the program (LD_PRELOAD): the allocation number FAIL_MALLOC_AT of the process fails, and the
 * FAIL_MALLOC_COUNT - 1 after it, whoever asks: ours, an engine's, C++'s new. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

static atomic_long counter;
static long first = -1, last = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_MALLOC_AT"), *count = getenv("FAIL_MALLOC_COUNT");
    first = at ? atol(at) : -1;
    last = first + (count ? atol(count) : 1) - 1;
    atomic_store(&counter, 0);
}

static bool is_to_fail(void)
{
    if (first < 0)
        return false;
    long n = atomic_fetch_add(&counter, 1);
    return n >= first && n <= last;
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

void *aligned_alloc(size_t alignment, size_t n)
{
    return is_to_fail() ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *memory = is_to_fail() ? NULL : __libc_memalign(alignment, n);
    if (!memory)
        return 12; /* ENOMEM */
    *out = memory;
    return 0;
}
