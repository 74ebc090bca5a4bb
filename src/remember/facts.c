#include "remember/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folders.h"
#include "engine/sqlite.h"

enum { VERSION = 1 };

/* The speaker stands before the key, with a slash between, in files as they were before there were speakers:
 * none of those keys has one. */
struct facts {
    struct sqlite *db;
    char speaker[FACTS_SPEAKER_BYTES + 2]; /* "ana/"; "": nobody in particular */
};

/* The facts of one speaker, ?1; a key without it is substr(key, length(?1) + 1). */
#define OWN   "substr(key, 1, length(?1)) = ?1 AND instr(substr(key, length(?1) + 1), '/') = 0"
#define PLAIN "substr(key, length(?1) + 1)"

static enum sarai_status prepare(struct facts *f, bool write, const char *path, struct sarai_error *err)
{
    int64_t version = 0;
    enum sarai_status st = sqlite_query_int(f->db, "PRAGMA user_version", NULL, 0, 0, &version, err);
    if (!st && version != VERSION && !(write && version == 0))
        st = failed(err, SARAI_EINPUT,
                    tr("%s no guarda recuerdos de esta versión", "%s holds no facts of this version"), path);
    if (!st && write)
        st = sqlite_run(f->db,
                        "CREATE TABLE IF NOT EXISTS fact (id INTEGER PRIMARY KEY AUTOINCREMENT,"
                        " key TEXT NOT NULL UNIQUE, text TEXT NOT NULL); PRAGMA user_version=1",
                        err);
    return st;
}

enum sarai_status facts_open(const char *path, const char *speaker, bool write, struct facts **out,
                             struct sarai_error *err)
{
    if (strlen(speaker) > FACTS_SPEAKER_BYTES || strchr(speaker, '/'))
        return failed(err, SARAI_EUSAGE, tr("«%.80s» no sirve de nombre", "“%.80s” will not do as a name"),
                      speaker);
    struct facts *f = calloc(1, sizeof *f);
    if (!f)
        return out_of_memory(err, path);
    snprintf(f->speaker, sizeof f->speaker, "%s%s", speaker, *speaker ? "/" : "");
    enum sarai_status st = write ? folders_make_above(path, 0700, err) : SARAI_OK;
    if (!st)
        st = sqlite_open(path, &(struct sqlite_options){.create = write}, &f->db, err);
    if (!st)
        st = prepare(f, write, path, err);
    if (st)
        facts_close(f);
    else
        *out = f;
    return st;
}

void facts_close(struct facts *f)
{
    if (!f)
        return;
    sqlite_close(f->db);
    free(f);
}

enum sarai_status facts_put(struct facts *f, const char *key, const char *text, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_text(f->speaker), sqlite_text(key), sqlite_text(text)},
                              most[] = {sqlite_text(f->speaker), sqlite_int(FACTS_MOST)};
    enum sarai_status st = sqlite_execute(
        f->db, "INSERT OR REPLACE INTO fact (key, text) VALUES (?1 || ?2, ?3)", values, 3, err);
    return st ? st
              : sqlite_execute(f->db,
                               "DELETE FROM fact WHERE " OWN " AND id <= (SELECT id FROM fact WHERE " OWN
                               " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                               most, 2, err);
}

enum sarai_status facts_forget(struct facts *f, const char *key, int64_t *n, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_text(f->speaker), sqlite_text(key)};
    enum sarai_status st = sqlite_execute(f->db,
                                          "DELETE FROM fact WHERE " OWN " AND (?2 IS NULL OR " PLAIN
                                          " = ?2 OR substr(" PLAIN ", 1, length(?2) + 1) = ?2 || ' ')",
                                          values, 2, err);
    if (!st)
        *n = sqlite_changes(f->db);
    /* What was deleted is also in the file of the write-ahead log. */
    return st ? st : sqlite_run(f->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

enum sarai_status facts_each(struct facts *f, bool (*each)(void *user, const char *key, const char *text),
                             void *user, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_text(f->speaker)};
    struct sqlite_rows *rows = NULL;
    bool more = true;
    enum sarai_status st = sqlite_query(f->db, "SELECT " PLAIN ", text FROM fact WHERE " OWN " ORDER BY id",
                                        values, 1, &rows, err);
    while (!st && more) {
        st = sqlite_next(rows, &more, err);
        if (!st && more)
            more = each(user, sqlite_column_text(rows, 0), sqlite_column_text(rows, 1));
    }
    sqlite_rows_close(rows);
    return st;
}

struct joining {
    const char *key; /* NULL: all */
    struct buf *out;
};

static bool join(void *user, const char *key, const char *text)
{
    struct joining *j = user;
    size_t n = j->key ? strlen(j->key) : 0;
    if (j->key && (strncmp(key, j->key, n) != 0 || (key[n] != '\0' && key[n] != ' ')))
        return true;
    return buf_printf(j->out, "%s%s", j->out->len > 0 ? " " : "", text);
}

enum sarai_status facts_text(struct facts *f, const char *key, struct buf *out, struct sarai_error *err)
{
    struct joining j = {key, out};
    return facts_each(f, join, &j, err);
}
