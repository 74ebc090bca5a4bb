#include "engine/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/reason.h"

enum {
    WAIT_MS = 10000, /* for another process that writes */
    WAL_PAUSE_MS = 5,
    STEPS_BETWEEN_STOPS = 10000, /* of SQLite's machine: some hundred microseconds */
};

struct sqlite {
    sqlite3 *handle;
    char *path; /* for messages */
    const struct stop *stop;
};

struct sqlite_rows {
    struct sqlite *db;
    sqlite3_stmt *statement;
};

struct sqlite_value sqlite_int(int64_t value)
{
    return (struct sqlite_value){.type = SQLITE_IS_INT, .integer = value};
}

struct sqlite_value sqlite_real(double value)
{
    return (struct sqlite_value){.type = SQLITE_IS_REAL, .real = value};
}

struct sqlite_value sqlite_text(const char *value)
{
    return (struct sqlite_value){
        .type = value ? SQLITE_IS_TEXT : SQLITE_IS_NULL, .data = value, .n = value ? strlen(value) : 0};
}

struct sqlite_value sqlite_blob(const void *data, size_t n)
{
    return (struct sqlite_value){.type = SQLITE_IS_BLOB, .data = data, .n = n};
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* SQLite's code as our status and a sentence that says what to do. */
static enum sarai_status wrong(const struct sqlite *db, int code, struct sarai_error *err)
{
    int refused = sqlite3_system_errno(db->handle); /* of the last opening, reading or writing */
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return out_of_memory(err, db->path);
    case SQLITE_INTERRUPT:
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    case SQLITE_FULL:
        return failed(err, SARAI_EOUTPUT,
                      tr("no queda sitio en el disco para %s", "the disk has no room left for %s"), db->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return failed(err, SARAI_EOUTPUT,
                      tr("otro proceso está escribiendo en %s; prueba cuando acabe",
                         "another process is writing to %s; try again when it has finished"),
                      db->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return failed(err, SARAI_EINPUT,
                      tr("%s está dañado o no es una base de datos", "%s is damaged or not a database"),
                      db->path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir en %s: %s", "cannot write to %s: %s"),
                      db->path, reason_of(code == SQLITE_CANTOPEN && refused ? refused : EACCES));
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ)
            return failed(err, SARAI_EINPUT, tr("no se puede leer %s", "cannot read %s"), db->path);
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir en %s: %s", "cannot write to %s: %s"),
                      db->path, reason_of(refused));
    default:
        return failed(err, SARAI_EINTERNAL, "SQLite: %s: %s", db->path, sqlite3_errmsg(db->handle));
    }
}

static int is_to_stop(void *user)
{
    return stop_raised(user);
}

/* ---- open and close -------------------------------------------------------------------------- */

/* SQLite does not wait by itself for whom it has to wait for here: another process that changes to WAL too,
 * when both make the file. */
static int change_to_wal(sqlite3 *handle, int wait_ms)
{
    const struct timespec pause = {0, WAL_PAUSE_MS * 1000000L};
    const double until_ms = clock_ms() + wait_ms;
    int code = sqlite3_exec(handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    while ((code & 0xFF) == SQLITE_BUSY && clock_ms() < until_ms) {
        nanosleep(&pause, NULL);
        code = sqlite3_exec(handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    }
    return code;
}

static enum sarai_status configure(struct sqlite *db, const struct sqlite_options *options,
                                   struct sarai_error *err)
{
    const int wait_ms = options->wait_ms > 0 ? options->wait_ms : WAIT_MS;
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, wait_ms);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (db->stop)
        sqlite3_progress_handler(db->handle, STEPS_BETWEEN_STOPS, is_to_stop, (void *)db->stop);
    sqlite3_int64 mapped = (sqlite3_int64)options->mapped_bytes;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_MMAP_SIZE, &mapped);
    if (!options->create) /* a look at the file itself: what is no database shows here */
        return sqlite_run(db, "SELECT count(*) FROM sqlite_master", err);
    /* In WAL mode NORMAL loses at most the last transactions when the power fails, and never breaks. */
    int code = change_to_wal(db->handle, wait_ms);
    if (code != SQLITE_OK)
        return wrong(db, code, err);
    return sqlite_run(db,
                      "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                      "PRAGMA secure_delete=ON;"
                      "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=16777216",
                      err);
}

/* A new file is for its owner alone, and so is what SQLite puts beside it. What is wrong with the path SQLite
 * tells. */
static void make_private(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

enum sarai_status sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite **out,
                              struct sarai_error *err)
{
    if (!options->create && access(path, R_OK) != 0)
        return failed(err, SARAI_EINPUT, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    struct sqlite *db = calloc(1, sizeof *db);
    if (!db)
        return out_of_memory(err, path);
    db->path = strdup(path);
    db->stop = options->stop;
    enum sarai_status st = db->path ? SARAI_OK : out_of_memory(err, path);
    int flags = options->create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int code = SQLITE_OK;
    if (!st && options->create)
        make_private(path);
    if (!st)
        code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        st = db->handle ? wrong(db, code, err) : out_of_memory(err, path);
    if (!st)
        st = configure(db, options, err);
    if (st)
        sqlite_close(db);
    else
        *out = db;
    return st;
}

void sqlite_close(struct sqlite *db)
{
    if (!db)
        return;
    sqlite3_close_v2(db->handle);
    free(db->path);
    free(db);
}

const char *sqlite_version(void)
{
    return sqlite3_libversion();
}

/* ---- statements ------------------------------------------------------------------------------ */

enum sarai_status sqlite_run(struct sqlite *db, const char *sql, struct sarai_error *err)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? SARAI_OK : wrong(db, code, err);
}

static int bind_value(sqlite3_stmt *statement, int at, const struct sqlite_value *value)
{
    switch (value->type) {
    case SQLITE_IS_INT:
        return sqlite3_bind_int64(statement, at, value->integer);
    case SQLITE_IS_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case SQLITE_IS_TEXT:
        return sqlite3_bind_text64(statement, at, value->data, value->n, SQLITE_STATIC, SQLITE_UTF8);
    case SQLITE_IS_BLOB:
        return sqlite3_bind_blob64(statement, at, value->data ? value->data : "", value->n, SQLITE_STATIC);
    case SQLITE_IS_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

enum sarai_status sqlite_query(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                               size_t n, struct sqlite_rows **out, struct sarai_error *err)
{
    struct sqlite_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return out_of_memory(err, db->path);
    rows->db = db;
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &rows->statement, NULL);
    for (size_t i = 0; code == SQLITE_OK && i < n; i++)
        code = bind_value(rows->statement, (int)i + 1, &values[i]);
    if (code != SQLITE_OK) {
        enum sarai_status st = wrong(db, code, err);
        sqlite_rows_close(rows);
        return st;
    }
    *out = rows;
    return SARAI_OK;
}

enum sarai_status sqlite_next(struct sqlite_rows *rows, bool *more, struct sarai_error *err)
{
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): wrong() never gives OK, so there are rows
    int code = sqlite3_step(rows->statement);
    *more = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? SARAI_OK : wrong(rows->db, code, err);
}

void sqlite_rows_close(struct sqlite_rows *rows)
{
    if (!rows)
        return;
    sqlite3_finalize(rows->statement);
    free(rows);
}

enum sarai_status sqlite_execute(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                                 size_t n, struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more;
    enum sarai_status st = sqlite_query(db, sql, values, n, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    sqlite_rows_close(rows);
    return st;
}

enum sarai_status sqlite_query_int(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                                   size_t n, int64_t fallback, int64_t *out, struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more = false;
    enum sarai_status st = sqlite_query(db, sql, values, n, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    if (!st)
        *out = more ? sqlite_column_int(rows, 0) : fallback;
    sqlite_rows_close(rows);
    return st;
}

int64_t sqlite_column_int(struct sqlite_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

double sqlite_column_real(struct sqlite_rows *rows, int column)
{
    return sqlite3_column_double(rows->statement, column);
}

const char *sqlite_column_text(struct sqlite_rows *rows, int column)
{
    const unsigned char *text = sqlite3_column_text(rows->statement, column);
    return text ? (const char *)text : "";
}

const void *sqlite_column_blob(struct sqlite_rows *rows, int column, size_t *n)
{
    const void *data = sqlite3_column_blob(rows->statement, column);
    *n = data ? (size_t)sqlite3_column_bytes(rows->statement, column) : 0;
    return data;
}

/* ---- transactions ---------------------------------------------------------------------------- */

enum sarai_status sqlite_begin(struct sqlite *db, struct sarai_error *err)
{
    return sqlite_run(db, "BEGIN IMMEDIATE", err);
}

enum sarai_status sqlite_end(struct sqlite *db, enum sarai_status st, struct sarai_error *err)
{
    if (!st)
        st = sqlite_run(db, "COMMIT", err);
    if (st && !sqlite3_get_autocommit(db->handle)) {
        /* The progress handler would stop the rollback as well. */
        sqlite3_progress_handler(db->handle, 0, NULL, NULL);
        sqlite_run(db, "ROLLBACK", NULL);
        if (db->stop)
            sqlite3_progress_handler(db->handle, STEPS_BETWEEN_STOPS, is_to_stop, (void *)db->stop);
    }
    return st;
}

int64_t sqlite_last_id(const struct sqlite *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t sqlite_changes(const struct sqlite *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t sqlite_foreign_changes(struct sqlite *db)
{
    int64_t version = 0;
    sqlite_query_int(db, "PRAGMA data_version", NULL, 0, 0, &version, NULL);
    return version;
}
