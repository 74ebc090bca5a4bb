/* The shelf in one file of SQLite: text with an FTS5 index, vectors as bytes that are read into memory once
 * and scanned there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "engine/sqlite.h"
#include "know/shelf_engine.h"

enum {
    PATH_BYTES = 4096,
    QUERY_BYTES = 64 * 1024,
    BLOCK_VECTORS = 4096, /* scanned at a time when they do not stay in memory */
};
static const size_t MOST_CACHED_BYTES = (size_t)768 << 20; /* 1.9 million vectors of 384 numbers */
static const size_t MAPPED_BYTES = (size_t)2 << 30;

/* Vectors one behind the other, with whose they are. */
struct block {
    int64_t *ids;
    float *scales;
    int8_t *bytes;
    size_t n, room;
};

struct shelf_file {
    struct sqlite *db;
    char place[PATH_BYTES];
    char model[128];
    int dimension;
    struct block cache;
    bool is_cached;
    int64_t cached_version; /* sqlite_foreign_changes() then */
};

/* Chunks are deleted with their document; the triggers keep the word index in step. */
static const char tables[] =
    "CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE documents(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " hash TEXT NOT NULL, bytes INTEGER NOT NULL, n_chunks INTEGER NOT NULL);"
    "CREATE TABLE chunks(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,"
    " page INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX chunks_of ON chunks(document);"
    "CREATE TABLE vectors(chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,"
    " scale REAL NOT NULL, bytes BLOB NOT NULL);"
    "CREATE VIRTUAL TABLE words USING fts5(text, content='chunks', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2');"
    "CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN"
    " INSERT INTO words(rowid, text) VALUES(new.id, new.text); END;"
    "CREATE TRIGGER chunk_gone AFTER DELETE ON chunks BEGIN"
    " INSERT INTO words(words, rowid, text) VALUES('delete', old.id, old.text); END;";

/* Documents in or below the path ?1; every one for "". '0' follows '/' in order. */
#define BELOW "(?1 = '' OR path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0'))"

/* ---- open and close -------------------------------------------------------------------------- */

static enum sarai_status read_about(struct shelf_file *f, const char *key, char *out, size_t room,
                                    struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more = false;
    enum sarai_status st = sqlite_query(f->db, "SELECT value FROM about WHERE key = ?",
                                        (struct sqlite_value[]){sqlite_text(key)}, 1, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    out[0] = '\0';
    if (!st && more)
        strncat(out, sqlite_column_text(rows, 0), room - 1);
    sqlite_rows_close(rows);
    return st;
}

static enum sarai_status write_about(struct shelf_file *f, const char *key, const char *value,
                                     struct sarai_error *err)
{
    return sqlite_execute(f->db, "INSERT INTO about(key, value) VALUES(?, ?)",
                          (struct sqlite_value[]){sqlite_text(key), sqlite_text(value)}, 2, err);
}

/* In a transaction: another process may be doing the same. */
static enum sarai_status make_tables(struct shelf_file *f, const struct shelf_options *options,
                                     struct sarai_error *err)
{
    char dimension[16], version[16];
    int64_t is_made = 0;
    enum sarai_status st = sqlite_begin(f->db, err);
    if (st)
        return st;
    st = sqlite_query_int(f->db, "SELECT count(*) FROM sqlite_master WHERE name = 'about'", NULL, 0, 0,
                          &is_made, err);
    if (!st && !is_made) {
        snprintf(dimension, sizeof dimension, "%d", options->dimension);
        snprintf(version, sizeof version, "%d", SHELF_VERSION);
        st = sqlite_run(f->db, tables, err);
        if (!st)
            st = write_about(f, "version", version, err);
        if (!st)
            st = write_about(f, "model", options->model ? options->model : "", err);
        if (!st)
            st = write_about(f, "dimension", dimension, err);
    }
    return sqlite_end(f->db, st, err);
}

/* The file is ours and fits; an SQLite file of somebody else has no table `about`. */
static enum sarai_status read_tables(struct shelf_file *f, const struct shelf_options *options,
                                     struct sarai_error *err)
{
    char text[32] = "";
    long version = 0;
    int64_t is_shelf = 0;
    enum sarai_status st = sqlite_query_int(
        f->db, "SELECT count(*) = 3 FROM sqlite_master WHERE name IN ('about', 'chunks', 'words')", NULL, 0,
        0, &is_shelf, err);
    if (!st && !is_shelf)
        return failed(err, SARAI_EINPUT,
                      tr("%s es una base de datos de otro programa", "%s is a database of another program"),
                      f->place);
    if (!st)
        st = read_about(f, "version", text, sizeof text, err);
    if (!st) {
        version = strtol(text, NULL, 10);
        st = read_about(f, "model", f->model, sizeof f->model, err);
    }
    if (!st)
        st = read_about(f, "dimension", text, sizeof text, err);
    if (st)
        return st;
    f->dimension = (int)strtol(text, NULL, 10);
    if (f->dimension < 0 || f->dimension > VECTOR_MAX_DIMENSION)
        return failed(err, SARAI_EINPUT, tr("%s está dañado", "%s is damaged"), f->place);
    return shelf_fits(options, version, f->model, f->dimension, err);
}

static void close_file(void *self)
{
    struct shelf_file *f = self;
    free(f->cache.ids);
    free(f->cache.scales);
    free(f->cache.bytes);
    sqlite_close(f->db);
    free(f);
}

static enum sarai_status open_file(const struct shelf_options *options, void **out, struct sarai_error *err)
{
    struct sqlite_options engine = {
        .create = options->write, .mapped_bytes = MAPPED_BYTES, .stop = options->stop};
    if (strlen(options->place) >= PATH_BYTES)
        return failed(err, SARAI_EUSAGE, tr("la ruta %s es demasiado larga", "the path %s is too long"),
                      options->place);
    struct shelf_file *f = calloc(1, sizeof *f);
    if (!f)
        return out_of_memory(err, options->place);
    snprintf(f->place, sizeof f->place, "%s", options->place);
    enum sarai_status st = sqlite_open(options->place, &engine, &f->db, err);
    if (!st && options->write)
        st = make_tables(f, options, err);
    if (!st)
        st = read_tables(f, options, err);
    if (st)
        close_file(f);
    else
        *out = f;
    return st;
}

static const char *model(const void *self, int *dimension)
{
    const struct shelf_file *f = self;
    *dimension = f->dimension;
    return f->model;
}

/* ---- putting and forgetting ------------------------------------------------------------------ */

static enum sarai_status holds(void *self, const char *path, const char *hash, bool *out,
                               struct sarai_error *err)
{
    struct shelf_file *f = self;
    int64_t n = 0;
    enum sarai_status st =
        sqlite_query_int(f->db, "SELECT count(*) FROM documents WHERE path = ? AND hash = ?",
                         (struct sqlite_value[]){sqlite_text(path), sqlite_text(hash)}, 2, 0, &n, err);
    *out = n > 0;
    return st;
}

static enum sarai_status delete_below(struct shelf_file *f, const char *path, int64_t *n,
                                      struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_text(path);
    enum sarai_status st = sqlite_execute(
        f->db, "DELETE FROM chunks WHERE document IN (SELECT id FROM documents WHERE " BELOW ")", &value, 1,
        err);
    if (!st)
        st = sqlite_execute(f->db, "DELETE FROM documents WHERE " BELOW, &value, 1, err);
    *n = st ? 0 : sqlite_changes(f->db);
    f->is_cached = false;
    return st;
}

static enum sarai_status put_chunk(struct shelf_file *f, int64_t document, const struct shelf_chunk *chunk,
                                   struct sarai_error *err)
{
    const struct sqlite_value row[] = {sqlite_int(document), sqlite_int(chunk->page), sqlite_int(chunk->line),
                                       sqlite_text(chunk->text)};
    enum sarai_status st = sqlite_execute(
        f->db, "INSERT INTO chunks(document, page, line, text) VALUES(?, ?, ?, ?)", row, 4, err);
    if (st || !chunk->vector || f->dimension == 0)
        return st;
    const struct sqlite_value vector[] = {sqlite_int(sqlite_last_id(f->db)),
                                          sqlite_real((double)chunk->scale),
                                          sqlite_blob(chunk->vector, (size_t)f->dimension)};
    return sqlite_execute(f->db, "INSERT INTO vectors(chunk, scale, bytes) VALUES(?, ?, ?)", vector, 3, err);
}

static enum sarai_status put(void *self, const struct shelf_document *d, const struct shelf_chunk *chunks,
                             size_t n, struct sarai_error *err)
{
    struct shelf_file *f = self;
    int64_t old;
    enum sarai_status st = sqlite_begin(f->db, err);
    if (st)
        return st;
    st = delete_below(f, d->path, &old, err);
    const struct sqlite_value row[] = {sqlite_text(d->path), sqlite_text(d->kind), sqlite_text(d->hash),
                                       sqlite_int(d->bytes), sqlite_int((int64_t)n)};
    if (!st)
        st = sqlite_execute(f->db,
                            "INSERT INTO documents(path, kind, hash, bytes, n_chunks) VALUES(?, ?, ?, ?, ?)",
                            row, 5, err);
    int64_t id = sqlite_last_id(f->db);
    for (size_t i = 0; !st && i < n; i++)
        st = put_chunk(f, id, &chunks[i], err);
    return sqlite_end(f->db, st, err);
}

static enum sarai_status forget(void *self, const char *path, int64_t *n, struct sarai_error *err)
{
    struct shelf_file *f = self;
    enum sarai_status st = sqlite_begin(f->db, err);
    if (st)
        return st;
    st = delete_below(f, path, n, err);
    return sqlite_end(f->db, st, err);
}

/* Deleted rows are overwritten as they go (secure_delete), but the word index keeps deleted words until its
 * parts are merged, and the log keeps pages until it is emptied. Another process that reads now keeps the log
 * a while longer; that is no error. */
static enum sarai_status tidy(void *self, struct sarai_error *err)
{
    struct shelf_file *f = self;
    enum sarai_status st = sqlite_run(f->db, "INSERT INTO words(words) VALUES('optimize')", err);
    return st ? st : sqlite_run(f->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

/* ---- finding by words ------------------------------------------------------------------------ */

static enum sarai_status find_words(void *self, const struct words *words, size_t k, struct nearest_hit *hits,
                                    size_t *n, struct sarai_error *err)
{
    struct shelf_file *f = self;
    struct buf query = BUF_INIT(QUERY_BYTES * 4);
    struct sqlite_rows *rows = NULL;
    bool ok = true, more = true;
    for (size_t i = 0; ok && i < words->n; i++) /* quoted: a word of FTS5's own language is a word too */
        ok = buf_printf(&query, "%s\"%s\"", i ? " OR " : "", words->word[i]);
    enum sarai_status st = ok ? SARAI_OK : out_of_memory(err, tr("la pregunta", "the question"));
    const struct sqlite_value values[] = {sqlite_text(buf_string(&query)), sqlite_int((int64_t)k)};
    if (!st)
        st = sqlite_query(
            f->db, "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?",
            values, 2, &rows, err);
    *n = 0;
    while (!st && !(st = sqlite_next(rows, &more, err)) && more && *n < k)
        hits[(*n)++] = (struct nearest_hit){sqlite_column_int(rows, 0), sqlite_column_real(rows, 1)};
    sqlite_rows_close(rows);
    buf_finish(&query);
    return st;
}

/* ---- finding by vectors ---------------------------------------------------------------------- */

static bool block_reserve(struct block *b, size_t room, size_t dimension)
{
    int64_t *ids = realloc(b->ids, room * sizeof *ids);
    b->ids = ids ? ids : b->ids;
    float *scales = realloc(b->scales, room * sizeof *scales);
    b->scales = scales ? scales : b->scales;
    int8_t *bytes = realloc(b->bytes, room * dimension);
    b->bytes = bytes ? bytes : b->bytes;
    if (!ids || !scales || !bytes)
        return false;
    b->room = room;
    return true;
}

/* Takes the next rows, until the block is full; *more tells whether rows are left. A vector of another
 * length is left out: `sarai store check` tells of it. */
static enum sarai_status block_fill(struct block *b, struct shelf_file *f, struct sqlite_rows *rows,
                                    bool *more, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    size_t dimension = (size_t)f->dimension, n;
    while (b->n < b->room && !(st = sqlite_next(rows, more, err)) && *more) {
        const void *bytes = sqlite_column_blob(rows, 2, &n);
        if (n != dimension)
            continue;
        b->ids[b->n] = sqlite_column_int(rows, 0);
        b->scales[b->n] = (float)sqlite_column_real(rows, 1);
        memcpy(b->bytes + b->n++ * dimension, bytes, dimension);
    }
    return st;
}

static enum sarai_status count_vectors(struct shelf_file *f, int64_t *n, struct sarai_error *err)
{
    return sqlite_query_int(f->db, "SELECT count(*) FROM vectors", NULL, 0, 0, n, err);
}

static enum sarai_status open_vectors(struct shelf_file *f, struct sqlite_rows **rows,
                                      struct sarai_error *err)
{
    return sqlite_query(f->db, "SELECT chunk, scale, bytes FROM vectors ORDER BY chunk", NULL, 0, rows, err);
}

/* Whether the vectors in memory are still those in the file. */
static bool is_fresh(struct shelf_file *f)
{
    return f->is_cached && f->cached_version == sqlite_foreign_changes(f->db);
}

/* Reads all vectors into memory. */
static enum sarai_status fill_cache(struct shelf_file *f, size_t count, struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    int64_t version = sqlite_foreign_changes(f->db);
    bool more = true;
    f->cache.n = 0;
    f->is_cached = false;
    if (f->cache.room < count && !block_reserve(&f->cache, count + count / 8, (size_t)f->dimension))
        return out_of_memory(err, f->place);
    enum sarai_status st = open_vectors(f, &rows, err);
    if (!st)
        st = block_fill(&f->cache, f, rows, &more, err);
    sqlite_rows_close(rows);
    f->is_cached = !st;
    f->cached_version = version;
    return st;
}

/* Too many for memory: block by block out of the file. */
static enum sarai_status scan_file(struct shelf_file *f, const int8_t *query, float scale,
                                   struct nearest *near, struct sarai_error *err)
{
    struct block block = {0};
    struct sqlite_rows *rows = NULL;
    bool more = true;
    enum sarai_status st = block_reserve(&block, BLOCK_VECTORS, (size_t)f->dimension)
                               ? open_vectors(f, &rows, err)
                               : out_of_memory(err, f->place);
    while (!st && more) {
        block.n = 0;
        st = block_fill(&block, f, rows, &more, err);
        if (!st)
            nearest_scan(near, query, scale, f->dimension, block.ids, block.scales, block.bytes, block.n);
    }
    sqlite_rows_close(rows);
    free(block.ids);
    free(block.scales);
    free(block.bytes);
    return st;
}

/* Counting walks through the whole table, so it is done only when the vectors are to be read anyway. */
static enum sarai_status scan(struct shelf_file *f, const int8_t *query, float scale, struct nearest *near,
                              struct sarai_error *err)
{
    const size_t each = (size_t)f->dimension + sizeof(int64_t) + sizeof(float);
    int64_t count = 0;
    bool fresh = is_fresh(f);
    enum sarai_status st = fresh ? SARAI_OK : count_vectors(f, &count, err);
    if (st || (!fresh && count == 0))
        return st;
    if (!fresh && (size_t)count > MOST_CACHED_BYTES / each)
        return scan_file(f, query, scale, near, err);
    if (!fresh)
        st = fill_cache(f, (size_t)count, err);
    if (!st)
        nearest_scan(near, query, scale, f->dimension, f->cache.ids, f->cache.scales, f->cache.bytes,
                     f->cache.n);
    return st;
}

static enum sarai_status find_near(void *self, const int8_t *query, float scale, size_t k,
                                   struct nearest_hit *hits, size_t *n, struct sarai_error *err)
{
    struct nearest near = {0};
    *n = 0;
    if (k == 0)
        return SARAI_OK;
    enum sarai_status st = nearest_init(&near, k, err);
    if (!st)
        st = scan(self, query, scale, &near, err);
    if (!st) {
        nearest_sort(&near);
        memcpy(hits, near.found, near.n * sizeof *hits);
        *n = near.n;
    }
    nearest_finish(&near);
    return st;
}

/* ---- reading back ---------------------------------------------------------------------------- */

static enum sarai_status take_row(struct shelf_file *f, struct sqlite_rows *rows, struct shelf_found *out,
                                  struct sarai_error *err)
{
    size_t n = 0;
    const void *bytes = sqlite_column_blob(rows, 5, &n);
    *out = (struct shelf_found){.path = strdup(sqlite_column_text(rows, 0)),
                                .page = (int)sqlite_column_int(rows, 1),
                                .line = (int)sqlite_column_int(rows, 2),
                                .text = strdup(sqlite_column_text(rows, 3)),
                                .scale = (float)sqlite_column_real(rows, 4)};
    bool ok = out->path && out->text;
    if (ok && n > 0 && n == (size_t)f->dimension) {
        out->vector = malloc(n);
        ok = out->vector != NULL;
        if (ok)
            memcpy(out->vector, bytes, n);
    }
    if (ok)
        return SARAI_OK;
    shelf_found_finish(out);
    return out_of_memory(err, f->place);
}

static enum sarai_status take(void *self, int64_t id, struct shelf_found *out, struct sarai_error *err)
{
    struct shelf_file *f = self;
    struct sqlite_rows *rows = NULL;
    bool more = false;
    enum sarai_status st =
        sqlite_query(f->db,
                     "SELECT d.path, c.page, c.line, c.text, v.scale, v.bytes FROM chunks c"
                     " JOIN documents d ON d.id = c.document LEFT JOIN vectors v ON v.chunk = c.id"
                     " WHERE c.id = ?",
                     (struct sqlite_value[]){sqlite_int(id)}, 1, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    if (!st && !more)
        st = failed(err, SARAI_EINPUT, tr("el trozo %lld ya no está en %s", "chunk %lld is gone from %s"),
                    (long long)id, f->place);
    if (!st)
        st = take_row(f, rows, out, err);
    sqlite_rows_close(rows);
    return st;
}

static enum sarai_status each(void *self, const char *path, shelf_document_fn *on_document, void *user,
                              struct sarai_error *err)
{
    struct shelf_file *f = self;
    struct sqlite_rows *rows = NULL;
    bool more = true;
    enum sarai_status st = sqlite_query(
        f->db, "SELECT path, kind, hash, bytes, n_chunks FROM documents WHERE " BELOW " ORDER BY path",
        (struct sqlite_value[]){sqlite_text(path)}, 1, &rows, err);
    while (!st && !(st = sqlite_next(rows, &more, err)) && more) {
        const struct shelf_document d = {sqlite_column_text(rows, 0), sqlite_column_text(rows, 1),
                                         sqlite_column_text(rows, 2), sqlite_column_int(rows, 3),
                                         sqlite_column_int(rows, 4)};
        st = on_document(user, &d, err);
    }
    sqlite_rows_close(rows);
    return st;
}

static enum sarai_status each_chunk(void *self, const char *path, shelf_chunk_fn *on_chunk, void *user,
                                    struct sarai_error *err)
{
    struct shelf_file *f = self;
    struct sqlite_rows *rows = NULL;
    bool more = true;
    size_t n;
    enum sarai_status st =
        sqlite_query(f->db,
                     "SELECT c.page, c.line, c.text, v.scale, v.bytes FROM chunks c"
                     " JOIN documents d ON d.id = c.document LEFT JOIN vectors v ON v.chunk = c.id"
                     " WHERE d.path = ? ORDER BY c.id",
                     (struct sqlite_value[]){sqlite_text(path)}, 1, &rows, err);
    while (!st && !(st = sqlite_next(rows, &more, err)) && more) {
        struct shelf_chunk c = {.page = (int)sqlite_column_int(rows, 0),
                                .line = (int)sqlite_column_int(rows, 1),
                                .text = sqlite_column_text(rows, 2),
                                .vector = sqlite_column_blob(rows, 4, &n),
                                .scale = (float)sqlite_column_real(rows, 3)};
        if (n != (size_t)f->dimension)
            c.vector = NULL;
        st = on_chunk(user, &c, err);
    }
    sqlite_rows_close(rows);
    return st;
}

/* ---- info and check -------------------------------------------------------------------------- */

static enum sarai_status info(void *self, struct shelf_info *out, struct sarai_error *err)
{
    struct shelf_file *f = self;
    struct shelf_info i = {.dimension = f->dimension};
    struct stat file;
    snprintf(i.model, sizeof i.model, "%s", f->model);
    enum sarai_status st =
        sqlite_query_int(f->db, "SELECT count(*) FROM documents", NULL, 0, 0, &i.documents, err);
    if (!st)
        st = sqlite_query_int(f->db, "SELECT count(*) FROM chunks", NULL, 0, 0, &i.chunks, err);
    if (!st)
        st = count_vectors(f, &i.vectors, err);
    i.bytes = stat(f->place, &file) == 0 ? (int64_t)file.st_size : 0;
    if (!st)
        *out = i;
    return st;
}

/* Each counts what should not be there. */
static const struct {
    const char *sql, *es, *en;
} faults[] = {
    {"SELECT count(*) FROM documents d WHERE n_chunks !="
     " (SELECT count(*) FROM chunks WHERE document = d.id)",
     "documentos a los que les faltan o sobran trozos", "documents with chunks lacking or left over"},
    {"SELECT count(*) FROM chunks WHERE document NOT IN (SELECT id FROM documents)", "trozos sin documento",
     "chunks without a document"},
    {"SELECT count(*) FROM vectors WHERE chunk NOT IN (SELECT id FROM chunks)", "vectores sin trozo",
     "vectors without a chunk"},
    {"SELECT count(*) FROM vectors WHERE length(bytes) !="
     " (SELECT CAST(value AS INTEGER) FROM about WHERE key = 'dimension')",
     "vectores de otra longitud", "vectors of another length"},
    {"SELECT CASE WHEN (SELECT value FROM about WHERE key = 'dimension') = '0' THEN 0 ELSE"
     " (SELECT count(*) FROM chunks WHERE id NOT IN (SELECT chunk FROM vectors)) END",
     "trozos sin vector", "chunks without a vector"},
};

static enum sarai_status check_pages(struct shelf_file *f, struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more = false;
    enum sarai_status st = sqlite_query(f->db, "PRAGMA integrity_check(1)", NULL, 0, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    if (!st && more && strcmp(sqlite_column_text(rows, 0), "ok") != 0)
        st = failed(err, SARAI_EINPUT, tr("%s está dañado: %s", "%s is damaged: %s"), f->place,
                    sqlite_column_text(rows, 0));
    sqlite_rows_close(rows);
    return st;
}

/* FTS5 checks its index by a command that looks like a write: the shelf must be open for writing. */
static enum sarai_status check(void *self, struct sarai_error *err)
{
    struct shelf_file *f = self;
    int64_t n = 0;
    enum sarai_status st = check_pages(f, err);
    for (size_t i = 0; !st && i < sizeof faults / sizeof *faults; i++) {
        st = sqlite_query_int(f->db, faults[i].sql, NULL, 0, 0, &n, err);
        if (!st && n > 0)
            st = failed(err, SARAI_EINPUT, "%s: %lld %s", f->place, (long long)n,
                        tr(faults[i].es, faults[i].en));
    }
    if (!st)
        st = sqlite_run(f->db, "INSERT INTO words(words, rank) VALUES('integrity-check', 1)", err);
    return st;
}

const struct shelf_engine shelf_sqlite = {
    .open = open_file,
    .close = close_file,
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
