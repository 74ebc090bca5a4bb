/* Running another program to its end, without a shell.
 *
 *     process_run((const char *const[]){"npm", "pack", "name@1.0", NULL}, folder, stop, err);
 */
#ifndef SARAI_ENGINE_PROCESS_H
#define SARAI_ENGINE_PROCESS_H

#include "base/error.h"
#include "base/stop.h"

/* Runs argv (found in PATH) in `folder`, with no input; what it writes is shown only when it fails: its
 * last line becomes part of the error. ENETWORK: it failed. EUSAGE: it is not installed. ECANCELLED: stop was
 * raised, and it was ended. */
enum sarai_status process_run(const char *const *argv, const char *folder, const struct stop *stop,
                              struct sarai_error *err);

#endif
