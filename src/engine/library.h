/* A library that is opened at run time. Internal to the files of this folder that call one so.
 *
 *     #define LIBPQ(X) X(PQclear) X(PQfinish)
 *     static struct { LIBPQ(LIBRARY_POINTER) } pq;
 *     static const struct library_function functions[] = {
 *     #define ENTRY(name) {#name, &pq.name},
 *         LIBPQ(ENTRY) };
 *     static struct library library = {"libpq", "libpq.so.5", "sudo apt-get install libpq5", functions, n,
 * false}; st = library_load(&library, err);          // EINTERNAL: it is missing, or too old for one of them
 *     pq.PQclear(result);
 *
 * A library that is linked and missing would make the system's loader end the program before main(), with a
 * sentence that names no cure; so what needs it not runs without it. It stays open. Any thread.
 */
#ifndef SARAI_ENGINE_LIBRARY_H
#define SARAI_ENGINE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define LIBRARY_POINTER(name) __typeof__(name) *(name);

struct library {
    const char *name, *file, *cure; /* the cure is a command */
    const struct library_function {
        const char *name;
        void *at; /* where the pointer to it goes */
    } * functions;
    size_t n;
    bool is_loaded;
};

enum sarai_status library_load(struct library *library, struct sarai_error *err);

#endif
