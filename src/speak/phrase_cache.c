#include "speak/phrase_cache.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/digest.h"
#include "engine/sqlite.h"

enum {
    PATH_BYTES = 4096,
    KEY_BYTES = 4096,
    WAIT_MS = 200, /* for another process: then rather make the sound again */
};

struct phrase_cache {
    struct sqlite *db; /* NULL once it turned out to be damaged */
    char path[PATH_BYTES];
    char model[512];
};

static const char tables[] = "CREATE TABLE IF NOT EXISTS phrases(id INTEGER PRIMARY KEY, hash TEXT NOT NULL "
                             "UNIQUE, sum TEXT NOT NULL, pcm BLOB NOT NULL)";

/* ---- open and close -------------------------------------------------------------------------- */

static bool open_file(struct phrase_cache *cache)
{
    const struct sqlite_options options = {.create = true, .wait_ms = WAIT_MS};
    if (sqlite_open(cache->path, &options, &cache->db, NULL) == SARAI_OK &&
        sqlite_run(cache->db, tables, NULL) == SARAI_OK)
        return true;
    sqlite_close(cache->db);
    cache->db = NULL;
    return false;
}

static void remove_file(const struct phrase_cache *cache)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[PATH_BYTES + 8];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", cache->path, ends[i]);
        unlink(path);
    }
}

struct phrase_cache *phrase_cache_open(const char *folder, const char *model_path)
{
    struct stat st;
    const char *slash = strrchr(model_path, '/');
    struct phrase_cache *cache = folder && stat(model_path, &st) == 0 ? calloc(1, sizeof *cache) : NULL;
    if (!cache)
        return NULL;
    snprintf(cache->model, sizeof cache->model, "%s-%lld-%lld", slash ? slash + 1 : model_path,
             (long long)st.st_size, (long long)st.st_mtim.tv_sec);
    if (snprintf(cache->path, sizeof cache->path, "%s/phrases.db", folder) < (int)sizeof cache->path) {
        if (open_file(cache))
            return cache;
        if (access(cache->path, W_OK) == 0) { /* it is there and is no such file: begin anew */
            remove_file(cache);
            if (open_file(cache))
                return cache;
        }
    }
    free(cache);
    return NULL;
}

void phrase_cache_close(struct phrase_cache *cache)
{
    if (!cache)
        return;
    sqlite_close(cache->db);
    free(cache);
}

/* The file turned out to be damaged: without it for now, and the next start makes a new one. */
static void spoil_when_damaged(struct phrase_cache *cache, enum sarai_status st)
{
    if (st != SARAI_EINPUT)
        return;
    sqlite_close(cache->db);
    cache->db = NULL;
    remove_file(cache);
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool hash_of(const struct phrase_cache *cache, const char *key, char hash[DIGEST_TEXT_BYTES])
{
    char whole[KEY_BYTES];
    int n = cache && cache->db ? snprintf(whole, sizeof whole, "%s\n%s", cache->model, key) : -1;
    return n >= 0 && n < (int)sizeof whole && digest_bytes(whole, (size_t)n, hash, NULL) == SARAI_OK;
}

bool phrase_cache_has(struct phrase_cache *cache, const char *key)
{
    char hash[DIGEST_TEXT_BYTES];
    int64_t n = 0;
    if (!hash_of(cache, key, hash))
        return false;
    const struct sqlite_value value = sqlite_text(hash);
    spoil_when_damaged(cache, sqlite_query_int(cache->db, "SELECT count(*) FROM phrases WHERE hash = ?",
                                               &value, 1, 0, &n, NULL));
    return n > 0;
}

/* The samples of a row, where they are what was put there. */
static bool unpack(struct sqlite_rows *rows, float **pcm, size_t *n_frames)
{
    char sum[DIGEST_TEXT_BYTES];
    size_t n;
    const void *bytes = sqlite_column_blob(rows, 1, &n);
    if (n == 0 || n % sizeof(int16_t) != 0 || digest_bytes(bytes, n, sum, NULL) ||
        strcmp(sum, sqlite_column_text(rows, 0)) != 0)
        return false;
    *n_frames = n / sizeof(int16_t);
    *pcm = malloc(*n_frames * sizeof **pcm);
    for (size_t i = 0; *pcm && i < *n_frames; i++) {
        int16_t sample;
        memcpy(&sample, (const char *)bytes + i * sizeof sample, sizeof sample);
        (*pcm)[i] = (float)sample / INT16_MAX;
    }
    return *pcm != NULL;
}

bool phrase_cache_get(struct phrase_cache *cache, const char *key, float **pcm, size_t *n_frames)
{
    char hash[DIGEST_TEXT_BYTES];
    struct sqlite_rows *rows = NULL;
    bool more = false, found = false;
    if (!hash_of(cache, key, hash))
        return false;
    const struct sqlite_value value = sqlite_text(hash);
    enum sarai_status st =
        sqlite_query(cache->db, "SELECT sum, pcm FROM phrases WHERE hash = ?", &value, 1, &rows, NULL);
    if (!st)
        st = sqlite_next(rows, &more, NULL);
    if (!st && more)
        found = unpack(rows, pcm, n_frames);
    sqlite_rows_close(rows);
    if (!st && more && !found)
        st = sqlite_execute(cache->db, "DELETE FROM phrases WHERE hash = ?", &value, 1, NULL);
    spoil_when_damaged(cache, st);
    return found;
}

static enum sarai_status drop_oldest(struct phrase_cache *cache)
{
    int64_t bytes = 0, least = 0;
    enum sarai_status st =
        sqlite_query_int(cache->db, "SELECT sum(length(pcm)) FROM phrases", NULL, 0, 0, &bytes, NULL);
    if (st || bytes <= PHRASE_CACHE_MOST_BYTES)
        return st;
    /* A fourth goes at once, so that this is rare. */
    const struct sqlite_value room = sqlite_int(PHRASE_CACHE_MOST_BYTES / 4 * 3);
    st = sqlite_query_int(cache->db,
                          "SELECT max(id) FROM (SELECT id, sum(length(pcm)) OVER (ORDER BY id DESC) AS newer "
                          "FROM phrases) WHERE newer > ?",
                          &room, 1, 0, &least, NULL);
    return st ? st
              : sqlite_execute(cache->db, "DELETE FROM phrases WHERE id <= ?",
                               (struct sqlite_value[]){sqlite_int(least)}, 1, NULL);
}

void phrase_cache_put(struct phrase_cache *cache, const char *key, const float *pcm, size_t n_frames)
{
    char hash[DIGEST_TEXT_BYTES], sum[DIGEST_TEXT_BYTES];
    int16_t *packed = NULL;
    const size_t bytes = n_frames * sizeof *packed;
    if (n_frames == 0 || bytes > PHRASE_CACHE_MOST_BYTES / 4 || !hash_of(cache, key, hash) ||
        !(packed = malloc(bytes)))
        return;
    for (size_t i = 0; i < n_frames; i++)
        packed[i] = (int16_t)lrintf(fminf(fmaxf(pcm[i], -1), 1) * INT16_MAX);
    if (digest_bytes(packed, bytes, sum, NULL) == SARAI_OK) {
        const struct sqlite_value row[] = {sqlite_text(hash), sqlite_text(sum), sqlite_blob(packed, bytes)};
        enum sarai_status st = sqlite_execute(
            cache->db, "INSERT OR REPLACE INTO phrases(hash, sum, pcm) VALUES(?, ?, ?)", row, 3, NULL);
        spoil_when_damaged(cache, st ? st : drop_oldest(cache));
    }
    free(packed);
}
