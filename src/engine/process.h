/* Running another program, without a shell: to its end, or talking with it line by line.
 *
 *     process_run((const char *const[]){"npm", "pack", "name@1.0", NULL}, folder, stop, err);
 *     process_read((const char *const[]){"pdftotext", "/a/b.pdf", "-", NULL}, &limits, stop, &text, &code,
 * err);
 *     process_open(argv, environment, &p, err);
 *     process_write(p, "hola\n", 5, deadline_ms, stop, err);
 *     process_line(p, &line, deadline_ms, stop, err);
 *     process_close(p);
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

/* A program that is talked with. One thread at a time. */
struct process;

/* Starts argv with this environment ("NAME=value", …, NULL) in the folder of now. EUSAGE: cannot be run. */
enum sarai_status process_open(const char *const *argv, const char *const *environment, struct process **out,
                               struct sarai_error *err);
/* Both wait until `deadline_ms` (of clock_ms()); ECANCELLED: that is past, or stop was raised. ENETWORK: the
 * program has ended; the error ends with the last line of its messages. Those are never part of its output.
 */
enum sarai_status process_write(struct process *p, const char *data, size_t n, double deadline_ms,
                                const struct stop *stop, struct sarai_error *err);
/* Puts its next line, without the end, into `line`. EINPUT: it passes line->max; no more lines can be had. */
enum sarai_status process_line(struct process *p, struct buf *line, double deadline_ms,
                               const struct stop *stop, struct sarai_error *err);
/* Ends its input, and after half a second the program with all that it has started. NULL is fine. */
void process_close(struct process *p);

#endif
