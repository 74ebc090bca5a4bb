/* Running another program to its end, without a shell.
 *
 *     process_run((const char *const[]){"npm", "pack", "name@1.0", NULL}, folder, stop, err);
 *     process_read((const char *const[]){"pdftotext", "/a/b.pdf", "-", NULL}, &limits, stop, &text, &code,
 * err);
 */
#ifndef SARAI_ENGINE_PROCESS_H
#define SARAI_ENGINE_PROCESS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/stop.h"

/* Runs argv (found in PATH) in `folder`, with no input; what it writes is shown only when it fails: its
 * last line becomes part of the error. ENETWORK: it failed. EUSAGE: it is not installed. ECANCELLED: stop was
 * raised, and it was ended. */
enum sarai_status process_run(const char *const *argv, const char *folder, const struct stop *stop,
                              struct sarai_error *err);

/* What a program that reads hostile files may take; it is ended when it takes more. */
struct process_limits {
    size_t memory_bytes;
    int cpu_s, wall_s;
};

/* Runs argv and appends what it writes to stdout to `output`; its other messages are dropped. *exit_code is
 * what it ended with, or -1 when it died or was ended for a limit. EINPUT: its output passes output->max.
 * EUSAGE, ECANCELLED: as above. */
enum sarai_status process_read(const char *const *argv, const struct process_limits *limits,
                               const struct stop *stop, struct buf *output, int *exit_code,
                               struct sarai_error *err);

#endif
