/* The shelf on a PostgreSQL server with pgvector: for an office where several machines share what was read.
 * All its tables are in a schema of their own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "engine/postgres.h"
#include "know/place.h"
#include "know/shelf_engine.h"

enum {
    NUMBER_BYTES = 24,
    TEXT_BYTES = 64 * 1024,   /* of a chunk, folded */
    INDEXED_DIMENSION = 2000, /* pgvector indexes no longer ones */
};

struct shelf_server {
    struct postgres *db;
    char place[PLACE_BYTES]; /* as it may be shown */
    char model[128];
    int dimension;
};

/* The word index holds folded words, so that accents do not matter (fold()). */
static const char tables[] =
    "CREATE SCHEMA IF NOT EXISTS sarai;"
    "CREATE EXTENSION IF NOT EXISTS vector;"
    "CREATE TABLE sarai.about(key text PRIMARY KEY, value text NOT NULL);"
    "CREATE TABLE sarai.documents(id bigserial PRIMARY KEY, path text NOT NULL UNIQUE, kind text NOT NULL,"
    " hash text NOT NULL, bytes bigint NOT NULL, n_chunks bigint NOT NULL);"
    "CREATE TABLE sarai.chunks(id bigserial PRIMARY KEY,"
    " document bigint NOT NULL REFERENCES sarai.documents ON DELETE CASCADE,"
    " page integer NOT NULL, line integer NOT NULL, text text NOT NULL, words tsvector NOT NULL);"
    "CREATE INDEX ON sarai.chunks(document);"
    "CREATE INDEX ON sarai.chunks USING gin(words);";

/* Documents in or below the path $1; every one for "". */
#define BELOW "($1 = '' OR path = $1 OR starts_with(path, $1 || '/'))"

static const char *number(int64_t value, char out[NUMBER_BYTES])
{
    snprintf(out, NUMBER_BYTES, "%lld", (long long)value);
    return out;
}

/* ---- open and close -------------------------------------------------------------------------- */

static enum sarai_status make_vectors(struct shelf_server *s, int dimension, struct sarai_error *err)
{
    char sql[256];
    snprintf(sql, sizeof sql, "ALTER TABLE sarai.chunks ADD COLUMN vector vector(%d)", dimension);
    enum sarai_status st = postgres_run(s->db, sql, NULL, 0, err);
    if (st || dimension > INDEXED_DIMENSION)
        return st;
    return postgres_run(s->db, "CREATE INDEX ON sarai.chunks USING hnsw(vector vector_ip_ops)", NULL, 0, err);
}

static enum sarai_status write_about(struct shelf_server *s, const char *key, const char *value,
                                     struct sarai_error *err)
{
    return postgres_run(s->db, "INSERT INTO sarai.about VALUES($1, $2)", (const char *const[]){key, value}, 2,
                        err);
}

static enum sarai_status fill_schema(struct shelf_server *s, const struct shelf_options *options,
                                     struct sarai_error *err)
{
    char dimension[NUMBER_BYTES], version[NUMBER_BYTES];
    enum sarai_status st = postgres_run(s->db, tables, NULL, 0, err);
    if (!st && options->dimension > 0)
        st = make_vectors(s, options->dimension, err);
    if (!st)
        st = write_about(s, "version", number(SHELF_VERSION, version), err);
    if (!st)
        st = write_about(s, "model", options->model ? options->model : "", err);
    return st ? st : write_about(s, "dimension", number(options->dimension, dimension), err);
}

static enum sarai_status is_made(struct shelf_server *s, bool *out, struct sarai_error *err)
{
    struct postgres_rows *rows = NULL;
    enum sarai_status st =
        postgres_query(s->db, "SELECT to_regclass('sarai.about') IS NOT NULL", NULL, 0, &rows, err);
    *out = !st && strcmp(postgres_text(rows, 0, 0), "t") == 0;
    postgres_rows_close(rows);
    return st;
}

/* Under a lock: another process may be doing the same. */
static enum sarai_status make_tables(struct shelf_server *s, const struct shelf_options *options,
                                     struct sarai_error *err)
{
    bool made = false;
    enum sarai_status st = is_made(s, &made, err);
    if (st || made)
        return st;
    st = postgres_run(s->db, "BEGIN; SELECT pg_advisory_xact_lock(hashtext('sarai'))", NULL, 0, err);
    if (st)
        return st;
    st = is_made(s, &made, err);
    if (!st && !made)
        st = fill_schema(s, options, err);
    return postgres_end(s->db, st, err);
}

static enum sarai_status read_about(struct shelf_server *s, const char *key, char *out, size_t room,
                                    struct sarai_error *err)
{
    struct postgres_rows *rows = NULL;
    enum sarai_status st = postgres_query(s->db, "SELECT value FROM sarai.about WHERE key = $1",
                                          (const char *const[]){key}, 1, &rows, err);
    out[0] = '\0';
    if (!st && postgres_count(rows) > 0)
        strncat(out, postgres_text(rows, 0, 0), room - 1);
    postgres_rows_close(rows);
    return st;
}

static enum sarai_status read_tables(struct shelf_server *s, const struct shelf_options *options,
                                     struct sarai_error *err)
{
    char text[32] = "";
    long version = 0;
    bool made = false;
    enum sarai_status st = is_made(s, &made, err);
    if (!st && !made)
        return failed(err, SARAI_EINPUT,
                      tr("en %s todavía no se ha guardado nada; para leer: sarai index CARPETA",
                         "nothing is kept in %s yet; to read: sarai index FOLDER"),
                      s->place);
    if (!st)
        st = read_about(s, "version", text, sizeof text, err);
    version = strtol(text, NULL, 10);
    if (!st)
        st = read_about(s, "model", s->model, sizeof s->model, err);
    if (!st)
        st = read_about(s, "dimension", text, sizeof text, err);
    s->dimension = (int)strtol(text, NULL, 10);
    return st ? st : shelf_fits(options, version, s->model, s->dimension, err);
}

static void close_server(void *self)
{
    struct shelf_server *s = self;
    postgres_close(s->db);
    free(s);
}

static enum sarai_status open_server(const struct shelf_options *options, void **out, struct sarai_error *err)
{
    struct shelf_server *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "PostgreSQL");
    place_show(options->place, s->place);
    enum sarai_status st = postgres_open(options->place, options->stop, &s->db, err);
    if (!st && options->write)
        st = make_tables(s, options, err);
    if (!st)
        st = read_tables(s, options, err);
    if (!st) /* the index looks at as many neighbours as can be asked for */
        st = postgres_run(s->db, "LOAD 'vector'; SET hnsw.ef_search = 400", NULL, 0, err);
    if (st)
        close_server(s);
    else
        *out = s;
    return st;
}

static const char *model(const void *self, int *dimension)
{
    const struct shelf_server *s = self;
    *dimension = s->dimension;
    return s->model;
}

/* ---- vectors as text --------------------------------------------------------------------------- */

static char *write_vector(const int8_t *packed, float scale, int dimension, struct sarai_error *err)
{
    struct buf text = BUF_INIT((size_t)VECTOR_MAX_DIMENSION * NUMBER_BYTES);
    bool ok = buf_text(&text, "[");
    for (int i = 0; ok && i < dimension; i++)
        ok = buf_printf(&text, "%s%.6g", i ? "," : "", (double)scale * packed[i]);
    ok = ok && buf_text(&text, "]");
    char *out = ok ? buf_take(&text) : NULL;
    buf_finish(&text);
    if (!out)
        out_of_memory(err, "PostgreSQL");
    return out;
}

/* False when the text holds another count of numbers. */
static bool read_vector(const char *text, int dimension, int8_t *packed, float *scale)
{
    float v[VECTOR_MAX_DIMENSION];
    int n = 0;
    for (char *end; *text && n < dimension; text = end) {
        text += *text == '[' || *text == ',';
        v[n++] = strtof(text, &end);
        if (end == text)
            return false;
    }
    *scale = n == dimension ? vector_pack(v, dimension, packed) : 0;
    return n == dimension;
}

/* ---- putting and forgetting ------------------------------------------------------------------ */

static enum sarai_status holds(void *self, const char *path, const char *hash, bool *out,
                               struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    enum sarai_status st =
        postgres_query(s->db, "SELECT 1 FROM sarai.documents WHERE path = $1 AND hash = $2",
                       (const char *const[]){path, hash}, 2, &rows, err);
    *out = !st && postgres_count(rows) > 0;
    postgres_rows_close(rows);
    return st;
}

static enum sarai_status put_chunk(struct shelf_server *s, const char *document,
                                   const struct shelf_chunk *chunk, struct sarai_error *err)
{
    char page[NUMBER_BYTES], line[NUMBER_BYTES];
    struct buf folded = BUF_INIT(TEXT_BYTES);
    char *vector = NULL;
    enum sarai_status st =
        fold(chunk->text, strlen(chunk->text), &folded) ? SARAI_OK : out_of_memory(err, "PostgreSQL");
    bool has_vector = chunk->vector && s->dimension > 0;
    if (!st && has_vector && !(vector = write_vector(chunk->vector, chunk->scale, s->dimension, err)))
        st = SARAI_ENOMEM;
    const char *const values[] = {document,    number(chunk->page, page), number(chunk->line, line),
                                  chunk->text, buf_string(&folded),       vector};
    if (!st)
        st = postgres_run(s->db,
                          has_vector ? "INSERT INTO sarai.chunks(document, page, line, text, words, vector)"
                                       " VALUES($1, $2, $3, $4, to_tsvector('simple', $5), $6::vector)"
                                     : "INSERT INTO sarai.chunks(document, page, line, text, words)"
                                       " VALUES($1, $2, $3, $4, to_tsvector('simple', $5))",
                          values, has_vector ? 6 : 5, err);
    free(vector);
    buf_finish(&folded);
    return st;
}

static enum sarai_status put_document(struct shelf_server *s, const struct shelf_document *d, size_t n,
                                      char id[NUMBER_BYTES], struct sarai_error *err)
{
    char bytes[NUMBER_BYTES], count[NUMBER_BYTES];
    struct postgres_rows *rows = NULL;
    const char *const values[] = {d->path, d->kind, d->hash, number(d->bytes, bytes),
                                  number((int64_t)n, count)};
    enum sarai_status st = postgres_run(s->db, "DELETE FROM sarai.documents WHERE path = $1", values, 1, err);
    if (!st)
        st = postgres_query(s->db,
                            "INSERT INTO sarai.documents(path, kind, hash, bytes, n_chunks)"
                            " VALUES($1, $2, $3, $4, $5) RETURNING id",
                            values, 5, &rows, err);
    if (!st)
        snprintf(id, NUMBER_BYTES, "%s", postgres_text(rows, 0, 0));
    postgres_rows_close(rows);
    return st;
}

/* Two processes that put the same document do it one after the other. */
static enum sarai_status put(void *self, const struct shelf_document *d, const struct shelf_chunk *chunks,
                             size_t n, struct sarai_error *err)
{
    struct shelf_server *s = self;
    char id[NUMBER_BYTES];
    enum sarai_status st = postgres_run(s->db, "BEGIN", NULL, 0, err);
    if (st)
        return st;
    st = postgres_run(s->db, "SELECT pg_advisory_xact_lock(hashtext($1))", (const char *const[]){d->path}, 1,
                      err);
    if (!st)
        st = put_document(s, d, n, id, err);
    for (size_t i = 0; !st && i < n; i++)
        st = put_chunk(s, id, &chunks[i], err);
    return postgres_end(s->db, st, err);
}

static enum sarai_status forget(void *self, const char *path, int64_t *n, struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    enum sarai_status st = postgres_query(s->db, "DELETE FROM sarai.documents WHERE " BELOW,
                                          (const char *const[]){path}, 1, &rows, err);
    *n = st ? 0 : postgres_changed(rows);
    postgres_rows_close(rows);
    return st;
}

static enum sarai_status tidy(void *self, struct sarai_error *err)
{
    struct shelf_server *s = self;
    return postgres_run(s->db, "VACUUM sarai.chunks", NULL, 0, err);
}

/* ---- finding --------------------------------------------------------------------------------- */

static enum sarai_status find(struct shelf_server *s, const char *sql, const char *query, size_t k,
                              struct nearest_hit *hits, size_t *n, struct sarai_error *err)
{
    char limit[NUMBER_BYTES];
    struct postgres_rows *rows = NULL;
    enum sarai_status st =
        postgres_query(s->db, sql, (const char *const[]){query, number((int64_t)k, limit)}, 2, &rows, err);
    *n = st ? 0 : (size_t)postgres_count(rows);
    for (size_t i = 0; i < *n; i++)
        hits[i] = (struct nearest_hit){postgres_int(rows, (int)i, 0), postgres_real(rows, (int)i, 1)};
    postgres_rows_close(rows);
    return st;
}

/* Words are letters and digits: nothing in them is to_tsquery's own language. */
static enum sarai_status find_words(void *self, const struct words *words, size_t k, struct nearest_hit *hits,
                                    size_t *n, struct sarai_error *err)
{
    struct buf query = BUF_INIT(8 * TEXT_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < words->n; i++)
        ok = buf_printf(&query, "%s'%s'", i ? " | " : "", words->word[i]);
    enum sarai_status st = ok ? SARAI_OK : out_of_memory(err, "PostgreSQL");
    if (!st)
        st = find(self,
                  "SELECT id, ts_rank(words, q, 1) AS rank FROM sarai.chunks, to_tsquery('simple', $1) q"
                  " WHERE words @@ q ORDER BY rank DESC, id LIMIT $2",
                  buf_string(&query), k, hits, n, err);
    buf_finish(&query);
    return st;
}

static enum sarai_status find_near(void *self, const int8_t *query, float scale, size_t k,
                                   struct nearest_hit *hits, size_t *n, struct sarai_error *err)
{
    struct shelf_server *s = self;
    char *vector = write_vector(query, scale, s->dimension, err);
    if (!vector)
        return SARAI_ENOMEM;
    enum sarai_status st =
        find(s,
             "SELECT id, -(vector <#> $1::vector) FROM sarai.chunks WHERE vector IS NOT NULL"
             " ORDER BY vector <#> $1::vector LIMIT $2",
             vector, k, hits, n, err);
    free(vector);
    return st;
}

/* ---- reading back ---------------------------------------------------------------------------- */

/* The column of vectors, in shelves that have one. */
static const char *chunk_columns(const struct shelf_server *s)
{
    return s->dimension > 0 ? "page, line, text, coalesce(vector::text, '')" : "page, line, text, ''";
}

static enum sarai_status take(void *self, int64_t id, struct shelf_found *out, struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    char sql[256], key[NUMBER_BYTES];
    snprintf(sql, sizeof sql,
             "SELECT %s, path FROM sarai.chunks c JOIN sarai.documents d ON d.id = document WHERE c.id = $1",
             chunk_columns(s));
    enum sarai_status st = postgres_query(s->db, sql, (const char *const[]){number(id, key)}, 1, &rows, err);
    if (!st && postgres_count(rows) == 0)
        st = failed(err, SARAI_EINPUT, tr("el trozo %lld ya no está en %s", "chunk %lld is gone from %s"),
                    (long long)id, s->place);
    struct shelf_found found = {0};
    if (!st) {
        found = (struct shelf_found){.path = strdup(postgres_text(rows, 0, 4)),
                                     .text = strdup(postgres_text(rows, 0, 2)),
                                     .page = (int)postgres_int(rows, 0, 0),
                                     .line = (int)postgres_int(rows, 0, 1),
                                     .vector = malloc((size_t)s->dimension + 1)};
        if (!found.path || !found.text || !found.vector)
            st = out_of_memory(err, "PostgreSQL");
        else if (!read_vector(postgres_text(rows, 0, 3), s->dimension, found.vector, &found.scale) ||
                 s->dimension == 0) {
            free(found.vector);
            found.vector = NULL;
        }
    }
    postgres_rows_close(rows);
    if (st)
        shelf_found_finish(&found);
    else
        *out = found;
    return st;
}

static enum sarai_status each(void *self, const char *path, shelf_document_fn *on_document, void *user,
                              struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    enum sarai_status st =
        postgres_query(s->db,
                       "SELECT path, kind, hash, bytes, n_chunks FROM sarai.documents WHERE " BELOW
                       " ORDER BY path COLLATE \"C\"",
                       (const char *const[]){path}, 1, &rows, err);
    for (int i = 0; !st && i < postgres_count(rows); i++) {
        const struct shelf_document d = {postgres_text(rows, i, 0), postgres_text(rows, i, 1),
                                         postgres_text(rows, i, 2), postgres_int(rows, i, 3),
                                         postgres_int(rows, i, 4)};
        st = on_document(user, &d, err);
    }
    postgres_rows_close(rows);
    return st;
}

static enum sarai_status each_chunk(void *self, const char *path, shelf_chunk_fn *on_chunk, void *user,
                                    struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    char sql[256];
    int8_t packed[VECTOR_MAX_DIMENSION];
    snprintf(sql, sizeof sql,
             "SELECT %s FROM sarai.chunks WHERE document = (SELECT id FROM sarai.documents WHERE path = $1)"
             " ORDER BY id",
             chunk_columns(s));
    enum sarai_status st = postgres_query(s->db, sql, (const char *const[]){path}, 1, &rows, err);
    for (int i = 0; !st && i < postgres_count(rows); i++) {
        struct shelf_chunk c = {.page = (int)postgres_int(rows, i, 0),
                                .line = (int)postgres_int(rows, i, 1),
                                .text = postgres_text(rows, i, 2)};
        if (s->dimension > 0 && read_vector(postgres_text(rows, i, 3), s->dimension, packed, &c.scale))
            c.vector = packed;
        st = on_chunk(user, &c, err);
    }
    postgres_rows_close(rows);
    return st;
}

/* ---- info and check -------------------------------------------------------------------------- */

static enum sarai_status info(void *self, struct shelf_info *out, struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    const char *sql = s->dimension > 0
                          ? "SELECT (SELECT count(*) FROM sarai.documents), count(*), count(vector),"
                            " pg_total_relation_size('sarai.chunks') FROM sarai.chunks"
                          : "SELECT (SELECT count(*) FROM sarai.documents), count(*), 0,"
                            " pg_total_relation_size('sarai.chunks') FROM sarai.chunks";
    enum sarai_status st = postgres_query(s->db, sql, NULL, 0, &rows, err);
    if (!st) {
        *out = (struct shelf_info){.documents = postgres_int(rows, 0, 0),
                                   .chunks = postgres_int(rows, 0, 1),
                                   .vectors = postgres_int(rows, 0, 2),
                                   .bytes = postgres_int(rows, 0, 3),
                                   .dimension = s->dimension};
        snprintf(out->model, sizeof out->model, "%s", s->model);
    }
    postgres_rows_close(rows);
    return st;
}

/* What the server's own constraints do not keep right. */
static enum sarai_status check(void *self, struct sarai_error *err)
{
    struct shelf_server *s = self;
    struct postgres_rows *rows = NULL;
    enum sarai_status st = postgres_query(s->db,
                                          "SELECT count(*) FROM sarai.documents d WHERE n_chunks !="
                                          " (SELECT count(*) FROM sarai.chunks WHERE document = d.id)",
                                          NULL, 0, &rows, err);
    if (!st && postgres_int(rows, 0, 0) > 0)
        st = failed(err, SARAI_EINPUT, "%s: %lld %s", s->place, (long long)postgres_int(rows, 0, 0),
                    tr("documentos a los que les faltan o sobran trozos",
                       "documents with chunks lacking or left over"));
    postgres_rows_close(rows);
    return st;
}

const struct shelf_engine shelf_postgres = {
    .open = open_server,
    .close = close_server,
    .model = model,
    .holds = holds,
    .put = put,
    .forget = forget,
    .tidy = tidy,
    .words = find_words,
    .near = find_near,
    .take = take,
    .each = each,
    .chunks = each_chunk,
    .info = info,
    .check = check,
};
