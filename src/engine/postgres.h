/* PostgreSQL through libpq, as much of it as Sarai uses. The only file pair that includes its header.
 *
 *     postgres_open("postgres://ana@server/sarai", stop, &db, err);
 *     postgres_query(db, "SELECT path FROM documents WHERE id = $1", (const char *const[]){"7"}, 1, &rows,
 * err); for (int i = 0; i < postgres_count(rows); i++) puts(postgres_text(rows, i, 0));
 *     postgres_rows_close(rows);
 *     postgres_close(db);
 *
 * Values go in as parameters, in text. A statement that waits is cancelled when stop is raised. One thread.
 */
#ifndef SARAI_ENGINE_POSTGRES_H
#define SARAI_ENGINE_POSTGRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/stop.h"

struct postgres;
struct postgres_rows;

/* ENETWORK: no answer within ten seconds, or the server refuses. The address itself, which may hold a
 * password, is in no message. EINTERNAL: libpq is missing, with the command that brings it. */
enum sarai_status postgres_open(const char *url, const struct stop *stop, struct postgres **out,
                                struct sarai_error *err);
void postgres_close(struct postgres *db);

/* Of all calls: ENETWORK: the connection is lost. EOUTPUT: full disk, no permission, another process holds
 * what is to be written for too long. EUSAGE: the server lacks an extension. ECANCELLED: stop was raised. */
enum sarai_status postgres_query(struct postgres *db, const char *sql, const char *const *values, int n,
                                 struct postgres_rows **out, struct sarai_error *err);
/* The same without rows; without values `sql` may be several statements. */
enum sarai_status postgres_run(struct postgres *db, const char *sql, const char *const *values, int n,
                               struct sarai_error *err);
/* Commits when st is OK, else takes everything back since BEGIN; returns st, or what went wrong committing.
 */
enum sarai_status postgres_end(struct postgres *db, enum sarai_status st, struct sarai_error *err);

int postgres_count(const struct postgres_rows *rows);
/* "" for NULL; borrowed until the rows are closed. */
const char *postgres_text(const struct postgres_rows *rows, int row, int column);
int64_t postgres_int(const struct postgres_rows *rows, int row, int column);
double postgres_real(const struct postgres_rows *rows, int row, int column);
/* Rows that a statement changed. */
int64_t postgres_changed(const struct postgres_rows *rows);
void postgres_rows_close(struct postgres_rows *rows);

#endif
