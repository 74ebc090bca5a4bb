/* SQLite, as much of it as Sarai uses. The only file pair that includes its header.
 *
 *     sqlite_open("saber.db", &(struct sqlite_options){.create = true}, &db, err);
 *     sqlite_query(db, "SELECT name FROM people WHERE id = ?", (struct sqlite_value[]){sqlite_int(7)}, 1,
 *                  &rows, err);
 *     while (!(st = sqlite_next(rows, &more, err)) && more)
 *         puts(sqlite_column_text(rows, 0));
 *     sqlite_rows_close(rows);
 *     sqlite_close(db);
 *
 * Values always go in as parameters, so nothing in them is ever SQL. A database is written ahead (WAL):
 * readers and one writer do not wait for each other, and a process that dies in the middle of a
 * transaction leaves what was there before. One thread.
 */
#ifndef SARAI_ENGINE_SQLITE_H
#define SARAI_ENGINE_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stop.h"

struct sqlite;
struct sqlite_rows;

struct sqlite_options {
    bool create;             /* makes the file, for its owner alone, where it is missing; else only reads */
    int wait_ms;             /* for another process that writes; 0 takes the usual ten seconds */
    size_t mapped_bytes;     /* of the file that are read through the page cache without a copy */
    const struct stop *stop; /* ends a long statement; or NULL */
};

enum sqlite_type { SQLITE_IS_NULL, SQLITE_IS_INT, SQLITE_IS_REAL, SQLITE_IS_TEXT, SQLITE_IS_BLOB };

struct sqlite_value {
    enum sqlite_type type;
    int64_t integer;
    double real;
    const void *data; /* borrowed until the rows are closed */
    size_t n;
};

struct sqlite_value sqlite_int(int64_t value);
struct sqlite_value sqlite_real(double value);
struct sqlite_value sqlite_text(const char *value); /* NULL is NULL */
struct sqlite_value sqlite_blob(const void *data, size_t n);

/* EINPUT: missing, unreadable, or no SQLite file. EOUTPUT: cannot be made. */
enum sarai_status sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite **out,
                              struct sarai_error *err);
void sqlite_close(struct sqlite *db);

/* Statements of our own without parameters, separated by semicolons.
 * Of all calls: EINPUT: the file is damaged. EOUTPUT: full disk, no permission, another process holds the
 * database for too long. ECANCELLED: stop was raised. */
enum sarai_status sqlite_run(struct sqlite *db, const char *sql, struct sarai_error *err);
/* One statement that gives no rows, with parameters. */
enum sarai_status sqlite_execute(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                                 size_t n, struct sarai_error *err);
/* One statement that gives rows. */
enum sarai_status sqlite_query(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                               size_t n, struct sqlite_rows **out, struct sarai_error *err);
/* The first column of the first row as a number; `fallback` when there is no row. */
enum sarai_status sqlite_query_int(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                                   size_t n, int64_t fallback, int64_t *out, struct sarai_error *err);

enum sarai_status sqlite_next(struct sqlite_rows *rows, bool *more, struct sarai_error *err);
void sqlite_rows_close(struct sqlite_rows *rows);

/* Columns of the row at hand, borrowed until the next one. */
int64_t sqlite_column_int(struct sqlite_rows *rows, int column);
double sqlite_column_real(struct sqlite_rows *rows, int column);
const char *sqlite_column_text(struct sqlite_rows *rows, int column); /* never NULL */
const void *sqlite_column_blob(struct sqlite_rows *rows, int column, size_t *n);

/* A transaction that may write; it waits for another writer. */
enum sarai_status sqlite_begin(struct sqlite *db, struct sarai_error *err);
/* Commits when st is OK, else takes everything back; returns st, or what went wrong committing. */
enum sarai_status sqlite_end(struct sqlite *db, enum sarai_status st, struct sarai_error *err);

int64_t sqlite_last_id(const struct sqlite *db);
/* Rows that the last statement changed. */
int64_t sqlite_changes(const struct sqlite *db);
/* Changes whenever another connection has committed something. */
int64_t sqlite_foreign_changes(struct sqlite *db);

/* "3.40.1" */
const char *sqlite_version(void);

#endif
