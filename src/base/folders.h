/* Where a person's data belong, and folders that are made on the way to a file.
 *
 *     if (folders_data("sessions/cocina.jsonl", path, sizeof path) >= (int)sizeof path) …  // too long
 *     folders_make_above(path, 0700, err);
 *
 * Pure functions of the environment and the disk; any thread.
 */
#ifndef SARAI_BASE_FOLDERS_H
#define SARAI_BASE_FOLDERS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Writes the path of a file among the user's data: $XDG_DATA_HOME/sarai/NAME where that is absolute, as the
 * XDG base directories want it, else ~/.local/share/sarai/NAME. Returns its length, as snprintf does; -1 when
 * there is no such place. */
int folders_data(const char *name, char *out, size_t n);
/* The same for a file of their settings: $XDG_CONFIG_HOME, else ~/.config. */
int folders_config(const char *name, char *out, size_t n);

/* Makes the folder, and those above it, with this mode. EOUTPUT names the one that cannot be made. */
enum sarai_status folders_make(const char *path, mode_t mode, struct sarai_error *err);
/* The same for the folders above a file. */
enum sarai_status folders_make_above(const char *file, mode_t mode, struct sarai_error *err);

#endif
