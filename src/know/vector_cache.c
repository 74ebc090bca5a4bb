#include "know/vector_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/digest.h"
#include "engine/sqlite.h"

enum {
    PATH_BYTES = 4096,
    WAIT_MS = 2000,      /* for another process: then rather compute */
    PUTS_IN_A_ROW = 256, /* in one transaction */
};

struct vector_cache {
    struct sqlite *db;
    char *identity;
    int dimension;
    int pending; /* puts that are not committed; 0: no transaction is open */
};

static const char tables[] = "CREATE TABLE IF NOT EXISTS vectors(id INTEGER PRIMARY KEY, model TEXT NOT NULL,"
                             " hash TEXT NOT NULL, scale REAL NOT NULL, bytes BLOB NOT NULL,"
                             " UNIQUE(model, hash))";

static void commit(struct vector_cache *cache)
{
    if (cache->pending > 0)
        sqlite_end(cache->db, SARAI_OK, NULL);
    cache->pending = 0;
}

static void drop_oldest(struct vector_cache *cache)
{
    int64_t n = 0;
    if (sqlite_query_int(cache->db, "SELECT count(*) FROM vectors", NULL, 0, 0, &n, NULL) == SARAI_OK &&
        n > VECTOR_CACHE_MOST)
        sqlite_execute(cache->db,
                       "DELETE FROM vectors WHERE id IN (SELECT id FROM vectors ORDER BY id LIMIT ?)",
                       (struct sqlite_value[]){sqlite_int(n - VECTOR_CACHE_MOST * 9LL / 10)}, 1, NULL);
}

struct vector_cache *vector_cache_open(const char *folder, const char *identity, int dimension)
{
    char path[PATH_BYTES];
    const struct sqlite_options options = {.create = true, .wait_ms = WAIT_MS};
    if (!folder || snprintf(path, sizeof path, "%s/vectors.db", folder) >= (int)sizeof path)
        return NULL;
    struct vector_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->dimension = dimension;
    cache->identity = strdup(identity);
    if (cache->identity && sqlite_open(path, &options, &cache->db, NULL) == SARAI_OK &&
        sqlite_run(cache->db, tables, NULL) == SARAI_OK) {
        drop_oldest(cache);
        return cache;
    }
    vector_cache_close(cache);
    return NULL;
}

void vector_cache_close(struct vector_cache *cache)
{
    if (!cache)
        return;
    commit(cache);
    sqlite_close(cache->db);
    free(cache->identity);
    free(cache);
}

bool vector_cache_get(struct vector_cache *cache, const char *text, int8_t *packed, float *scale)
{
    char hash[DIGEST_TEXT_BYTES];
    struct sqlite_rows *rows = NULL;
    bool more = false, found = false;
    if (!cache || digest_bytes(text, strlen(text), hash, NULL))
        return false;
    const struct sqlite_value key[] = {sqlite_text(cache->identity), sqlite_text(hash)};
    if (sqlite_query(cache->db, "SELECT scale, bytes FROM vectors WHERE model = ? AND hash = ?", key, 2,
                     &rows, NULL) == SARAI_OK &&
        sqlite_next(rows, &more, NULL) == SARAI_OK && more) {
        size_t n;
        const void *bytes = sqlite_column_blob(rows, 1, &n);
        found = n == (size_t)cache->dimension;
        if (found) {
            memcpy(packed, bytes, n);
            *scale = (float)sqlite_column_real(rows, 0);
        }
    }
    sqlite_rows_close(rows);
    return found;
}

void vector_cache_put(struct vector_cache *cache, const char *text, const int8_t *packed, float scale)
{
    char hash[DIGEST_TEXT_BYTES];
    if (!cache || digest_bytes(text, strlen(text), hash, NULL) ||
        (cache->pending == 0 && sqlite_begin(cache->db, NULL)))
        return;
    const struct sqlite_value row[] = {sqlite_text(cache->identity), sqlite_text(hash),
                                       sqlite_real((double)scale),
                                       sqlite_blob(packed, (size_t)cache->dimension)};
    sqlite_execute(cache->db, "INSERT OR IGNORE INTO vectors(model, hash, scale, bytes) VALUES(?, ?, ?, ?)",
                   row, 4, NULL);
    if (++cache->pending == PUTS_IN_A_ROW)
        commit(cache);
}
