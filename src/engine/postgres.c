#include "engine/postgres.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "engine/library.h"

/* All that is called of libpq, which only those need who keep the store on a server. */
#define LIBPQ(X)                                                                                             \
    X(PQcancel)                                                                                              \
    X(PQclear)                                                                                               \
    X(PQcmdTuples)                                                                                           \
    X(PQconnectdbParams)                                                                                     \
    X(PQconsumeInput)                                                                                        \
    X(PQerrorMessage)                                                                                        \
    X(PQfinish)                                                                                              \
    X(PQfreeCancel)                                                                                          \
    X(PQgetCancel)                                                                                           \
    X(PQgetResult)                                                                                           \
    X(PQgetvalue)                                                                                            \
    X(PQisBusy)                                                                                              \
    X(PQntuples)                                                                                             \
    X(PQresultErrorField)                                                                                    \
    X(PQresultStatus)                                                                                        \
    X(PQsendQuery)                                                                                           \
    X(PQsendQueryParams)                                                                                     \
    X(PQsetNoticeReceiver)                                                                                   \
    X(PQsocket)                                                                                              \
    X(PQstatus)

static struct {
    LIBPQ(LIBRARY_POINTER)
} pq;

static const struct library_function functions[] = {
#define ENTRY(name) {#name, &pq.name},
    LIBPQ(ENTRY)
#undef ENTRY
};

static struct library library = {
    "libpq", "libpq.so.5", "sudo apt-get install libpq5", functions, sizeof functions / sizeof *functions,
    false};

enum { POLL_MS = 50 };

struct postgres {
    PGconn *connection;
    const struct stop *stop;
};

struct postgres_rows {
    PGresult *result;
};

/* ---- errors ---------------------------------------------------------------------------------- */

static bool is_state(const char *state, const char *wanted)
{
    return strncmp(state, wanted, strlen(wanted)) == 0;
}

/* What a server says to who may not come in, by libpq's pieces of it: there is no code yet. */
static const struct {
    const char *en, *es;
} refusals[] = {
    {"password authentication failed", "la contraseña no vale"},
    {"no password supplied", "pide una contraseña"},
    {"pg_hba.conf", "no deja entrar desde esta máquina"},
    {"database \"", "no existe esa base de datos"},
    {"role \"", "no existe ese usuario"},
    {"too many clients", "no admite más conexiones"},
    {"starting up", "está arrancando; prueba dentro de un momento"},
    {"could not translate host name", "no se encuentra esa máquina"},
    {"timeout expired", "se acabó el tiempo de espera"},
    {"server closed the connection", "ha cerrado la conexión"},
};

/* Why there is no connection, in Spanish where it is known. */
static const char *reason_of_refusal(const char *line)
{
    const char *why = reason_at_end(line, strlen(line));
    for (size_t i = 0; !why && i < sizeof refusals / sizeof *refusals; i++)
        if (strstr(line, refusals[i].en))
            why = refusals[i].es;
    return why ? tr(why, line) : line;
}

/* Of what a server refuses later, there is a code. */
static const char *reason_of_state(const char *state, const char *line)
{
    static const struct {
        const char *state, *es;
    } known[] = {{"42501", "no hay permiso"},
                 {"25006", "solo deja leer"},
                 {"53100", "no queda sitio en su disco"},
                 {"53300", "no admite más conexiones"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_state(state, known[i].state))
            return tr(known[i].es, line);
    return line;
}

/* The server's first line; what follows is detail. */
static enum sarai_status wrong(const struct postgres *db, const PGresult *result, struct sarai_error *err)
{
    const char *state = result ? pq.PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *why = result ? pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    why = why ? why : pq.PQerrorMessage(db->connection);
    char line[REASON_BYTES];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(why, "\n"), why);
    if (!state || pq.PQstatus(db->connection) != CONNECTION_OK || is_state(state, "08") ||
        is_state(state, "57P"))
        return failed(err, SARAI_ENETWORK, "PostgreSQL: %s", reason_of_refusal(line));
    if (is_state(state, "53200"))
        return out_of_memory(err, "PostgreSQL");
    if (is_state(state, "55P03") || is_state(state, "40"))
        return failed(err, SARAI_EOUTPUT,
                      tr("otro proceso está escribiendo en el almacén; prueba cuando acabe",
                         "another process is writing to the store; try again when it has finished"));
    if (is_state(state, "58P01") || is_state(state, "0A000"))
        return failed(
            err, SARAI_EUSAGE,
            tr("al servidor PostgreSQL le falta pgvector: %s", "the PostgreSQL server lacks pgvector: %s"),
            line);
    if (is_state(state, "53") || is_state(state, "42501") || is_state(state, "25006"))
        return failed(err, SARAI_EOUTPUT, "PostgreSQL: %s", reason_of_state(state, line));
    return failed(err, SARAI_EINTERNAL, "PostgreSQL: %s", line);
}

/* ---- open and close -------------------------------------------------------------------------- */

/* libpq tells by notices what it finds remarkable; they would land on stderr. */
static void keep_quiet(void *user, const PGresult *result)
{
    (void)user;
    (void)result;
}

enum sarai_status postgres_open(const char *url, const struct stop *stop, struct postgres **out,
                                struct sarai_error *err)
{
    const char *const keys[] = {"dbname", "connect_timeout", "application_name", "client_encoding", NULL};
    const char *const values[] = {url, "10", "sarai", "UTF8", NULL};
    enum sarai_status st = library_load(&library, err);
    if (st)
        return st;
    struct postgres *db = calloc(1, sizeof *db);
    if (!db)
        return out_of_memory(err, "PostgreSQL");
    db->stop = stop;
    db->connection = pq.PQconnectdbParams(keys, values, 1);
    if (!db->connection)
        st = out_of_memory(err, "PostgreSQL");
    else if (pq.PQstatus(db->connection) != CONNECTION_OK)
        st = wrong(db, NULL, err);
    if (!st) {
        pq.PQsetNoticeReceiver(db->connection, keep_quiet, NULL);
        st = postgres_run(db, "SET lock_timeout = '10s'", NULL, 0, err);
    }
    if (st)
        postgres_close(db);
    else
        *out = db;
    return st;
}

void postgres_close(struct postgres *db)
{
    if (!db)
        return;
    pq.PQfinish(db->connection);
    free(db);
}

/* ---- statements ------------------------------------------------------------------------------ */

static void cancel(struct postgres *db)
{
    char message[256];
    PGcancel *handle = pq.PQgetCancel(db->connection);
    if (handle)
        pq.PQcancel(handle, message, sizeof message);
    pq.PQfreeCancel(handle);
}

/* Waits for what was sent; gives the last result, or the first that is an error. */
static PGresult *await_result(struct postgres *db, bool *is_stopped)
{
    PGresult *last = NULL, *result;
    for (;;) {
        while (pq.PQisBusy(db->connection)) {
            struct pollfd wait = {.fd = pq.PQsocket(db->connection), .events = POLLIN};
            poll(&wait, 1, POLL_MS);
            if (!*is_stopped && stop_raised(db->stop)) {
                *is_stopped = true;
                cancel(db);
            }
            if (!pq.PQconsumeInput(db->connection))
                return last;
        }
        result = pq.PQgetResult(db->connection);
        if (!result)
            return last;
        bool is_error = last && pq.PQresultStatus(last) == PGRES_FATAL_ERROR;
        pq.PQclear(is_error ? result : last);
        last = is_error ? last : result;
    }
}

enum sarai_status postgres_query(struct postgres *db, const char *sql, const char *const *values, int n,
                                 struct postgres_rows **out, struct sarai_error *err)
{
    bool is_stopped = false;
    int sent = values ? pq.PQsendQueryParams(db->connection, sql, n, NULL, values, NULL, NULL, 0)
                      : pq.PQsendQuery(db->connection, sql);
    PGresult *result = sent ? await_result(db, &is_stopped) : NULL;
    ExecStatusType status = result ? pq.PQresultStatus(result) : PGRES_FATAL_ERROR;
    enum sarai_status st = SARAI_OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        st = is_stopped ? failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"))
                        : wrong(db, result, err);
    struct postgres_rows *rows = st ? NULL : calloc(1, sizeof *rows);
    if (!st && !rows)
        st = out_of_memory(err, "PostgreSQL");
    if (st) {
        pq.PQclear(result);
        return st;
    }
    rows->result = result;
    *out = rows;
    return SARAI_OK;
}

enum sarai_status postgres_run(struct postgres *db, const char *sql, const char *const *values, int n,
                               struct sarai_error *err)
{
    struct postgres_rows *rows = NULL;
    enum sarai_status st = postgres_query(db, sql, values, n, &rows, err);
    postgres_rows_close(rows);
    return st;
}

enum sarai_status postgres_end(struct postgres *db, enum sarai_status st, struct sarai_error *err)
{
    if (!st)
        st = postgres_run(db, "COMMIT", NULL, 0, err);
    if (st) {
        const struct stop *stop = db->stop;
        db->stop = NULL; /* else the way back would be cancelled too */
        postgres_run(db, "ROLLBACK", NULL, 0, NULL);
        db->stop = stop;
    }
    return st;
}

/* ---- rows ------------------------------------------------------------------------------------ */

int postgres_count(const struct postgres_rows *rows)
{
    return pq.PQntuples(rows->result);
}

const char *postgres_text(const struct postgres_rows *rows, int row, int column)
{
    return pq.PQgetvalue(rows->result, row, column);
}

int64_t postgres_int(const struct postgres_rows *rows, int row, int column)
{
    return strtoll(pq.PQgetvalue(rows->result, row, column), NULL, 10);
}

double postgres_real(const struct postgres_rows *rows, int row, int column)
{
    return strtod(pq.PQgetvalue(rows->result, row, column), NULL);
}

int64_t postgres_changed(const struct postgres_rows *rows)
{
    return strtoll(pq.PQcmdTuples(rows->result), NULL, 10);
}

void postgres_rows_close(struct postgres_rows *rows)
{
    if (!rows)
        return;
    pq.PQclear(rows->result);
    free(rows);
}
