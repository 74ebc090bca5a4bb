/* What the fuzzers share: bytes as a file that has a path, and claims that end the run when they do not hold.
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
 *     {
 *         if (thing_open(fuzz_file(data, n), &thing, &err) == SARAI_OK) …
 *         return 0;
 *     }
 */
#ifndef SARAI_TESTS_FUZZ_H
#define SARAI_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static inline void claim(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "claim does not hold: %s\n", what);
    abort();
}

/* The path of a file in memory that holds these bytes, until the next call. */
static inline const char *fuzz_file(const uint8_t *data, size_t n)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    claim(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, n, 0) == (ssize_t)n, "a file in memory");
    return path;
}

/* The bytes as a C string; free it. A NUL inside ends it, as it would for a caller. */
static inline char *fuzz_text(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1);
    claim(text != NULL, "memory");
    memcpy(text, data, n);
    text[n] = '\0';
    return text;
}

/* A whole file of the project, at most `max` bytes; its length. */
static inline size_t fuzz_read(const char *path, uint8_t *bytes, size_t max)
{
    FILE *f = fopen(path, "rb");
    claim(f != NULL, path);
    size_t n = fread(bytes, 1, max, f);
    fclose(f);
    return n;
}

/* Takes the input as a list of damages (two bytes where, one byte what to flip) to a good file. */
static inline void fuzz_damage(const uint8_t *data, size_t n, uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i + 3 <= n; i += 3)
        bytes[(size_t)(data[i] | data[i + 1] << 8) % n_bytes] ^= data[i + 2];
}

#endif
