#include "remember/turn_log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/folders.h"
#include "engine/sqlite.h"

enum { VERSION = 1, SALT_BYTES = 16, SALT_TEXT_BYTES = 2 * SALT_BYTES + 1, MAX_HASHED_BYTES = 1 << 20 };
enum { SQL_BYTES = 1024, SOUND_NOTE_BYTES = 8 + DIGEST_TEXT_BYTES };
static const char sound_note[] = "sound ";

struct turn_log {
    struct sqlite *db;
    bool has_sounds; /* a log that is only read may be older than they are */
};

/* Rows cannot be taken out, and of a row only its texts and its salt can be erased: not even by a slip of
 * ours. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL,"
    " note TEXT NOT NULL, salt TEXT, question TEXT, answer TEXT, question_hash TEXT NOT NULL,"
    " answer_hash TEXT NOT NULL, previous TEXT NOT NULL, own TEXT NOT NULL UNIQUE);"
    "CREATE TRIGGER IF NOT EXISTS stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER IF NOT EXISTS keeps BEFORE UPDATE ON entry WHEN NEW.id IS NOT OLD.id"
    " OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind OR NEW.note IS NOT OLD.note"
    " OR NEW.question_hash IS NOT OLD.question_hash OR NEW.answer_hash IS NOT OLD.answer_hash"
    " OR NEW.previous IS NOT OLD.previous OR NEW.own IS NOT OLD.own"
    " OR NEW.salt IS NOT NULL OR NEW.question IS NOT NULL OR NEW.answer IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TABLE IF NOT EXISTS sound (id INTEGER PRIMARY KEY, pcm BLOB NOT NULL);"
    "PRAGMA user_version=1;";

/* The rows, with the length of their sounds and, where it is wanted, the sound itself; `rest` follows. */
static void select_rows(const struct turn_log *log, bool with_sound, const char *rest, char sql[SQL_BYTES])
{
    const char *of_row = " FROM sound WHERE sound.id = entry.id)";
    snprintf(sql, SQL_BYTES,
             "SELECT id, at, kind, note, salt, question, answer, question_hash, answer_hash, previous, own, "
             "%s%s, %s%s FROM entry %s",
             log->has_sounds ? "(SELECT length(pcm)" : "0", log->has_sounds ? of_row : "",
             log->has_sounds && with_sound ? "(SELECT pcm" : "NULL",
             log->has_sounds && with_sound ? of_row : "", rest);
}

/* ---- open and close -------------------------------------------------------------------------- */

/* A new file has version 0. */
static enum sarai_status check_version(struct turn_log *log, bool may_be_new, const char *path,
                                       struct sarai_error *err)
{
    int64_t version = 0;
    enum sarai_status st = sqlite_query_int(log->db, "PRAGMA user_version", NULL, 0, 0, &version, err);
    if (!st && version != VERSION && !(may_be_new && version == 0))
        st = failed(err, SARAI_EINPUT,
                    tr("%s no es un registro de turnos de esta versión", "%s is no turn log of this version"),
                    path);
    return st;
}

static enum sarai_status find_sounds(struct turn_log *log, struct sarai_error *err)
{
    int64_t n = 0;
    enum sarai_status st = sqlite_query_int(
        log->db, "SELECT count(*) FROM sqlite_master WHERE name = 'sound'", NULL, 0, 0, &n, err);
    log->has_sounds = n > 0;
    return st;
}

enum sarai_status turn_log_open(const char *path, bool write, struct turn_log **out, struct sarai_error *err)
{
    struct turn_log *log = calloc(1, sizeof *log);
    if (!log)
        return out_of_memory(err, path);
    enum sarai_status st = write ? folders_make_above(path, 0700, err) : SARAI_OK;
    if (!st)
        st = sqlite_open(path, &(struct sqlite_options){.create = write}, &log->db, err);
    if (!st)
        st = check_version(log, write, path, err);
    if (!st && write)
        st = sqlite_run(log->db, schema, err);
    if (!st)
        st = find_sounds(log, err);
    if (st)
        turn_log_close(log);
    else
        *out = log;
    return st;
}

void turn_log_close(struct turn_log *log)
{
    if (!log)
        return;
    sqlite_close(log->db);
    free(log);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

static enum sarai_status make_salt(char out[SALT_TEXT_BYTES], struct sarai_error *err)
{
    unsigned char bytes[SALT_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return failed(err, SARAI_EINTERNAL,
                      tr("el sistema no da números al azar", "the system gives no random numbers"));
    for (size_t i = 0; i < SALT_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return SARAI_OK;
}

/* "" for no data. */
static enum sarai_status hash_data(const char *salt, const void *data, size_t n, char out[DIGEST_TEXT_BYTES],
                                   struct sarai_error *err)
{
    struct buf both = BUF_INIT(SALT_TEXT_BYTES + MAX_HASHED_BYTES);
    out[0] = '\0';
    if (!data)
        return SARAI_OK;
    enum sarai_status st = buf_text(&both, salt) && buf_append(&both, data, n)
                               ? digest_bytes(both.data, both.len, out, err)
                               : out_of_memory(err, tr("el registro", "the log"));
    buf_finish(&both);
    return st;
}

static enum sarai_status hash_text(const char *salt, const char *text, char out[DIGEST_TEXT_BYTES],
                                   struct sarai_error *err)
{
    return hash_data(salt, text, text ? strlen(text) : 0, out, err);
}

/* Over a JSON list, so that no two rows read the same. */
static enum sarai_status hash_row(const struct turn_log_row *row, const char *previous,
                                  char out[DIGEST_TEXT_BYTES], struct sarai_error *err)
{
    json_t *list = json_pack("[s,I,s,s,s,s,s]", previous, (json_int_t)row->id, row->at, row->kind, row->note,
                             row->question_hash, row->answer_hash);
    char *text = list ? json_dumps(list, JSON_COMPACT) : NULL;
    enum sarai_status st =
        text ? digest_bytes(text, strlen(text), out, err) : out_of_memory(err, tr("el registro", "the log"));
    free(text);
    json_decref(list);
    return st;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* The id and hash of the last row: 0 and "". */
static enum sarai_status find_last(struct turn_log *log, int64_t *id, char own[DIGEST_TEXT_BYTES],
                                   struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more = false;
    *id = 0;
    own[0] = '\0';
    enum sarai_status st =
        sqlite_query(log->db, "SELECT id, own FROM entry ORDER BY id DESC LIMIT 1", NULL, 0, &rows, err);
    if (!st)
        st = sqlite_next(rows, &more, err);
    if (!st && more) {
        *id = sqlite_column_int(rows, 0);
        snprintf(own, DIGEST_TEXT_BYTES, "%s", sqlite_column_text(rows, 1));
    }
    sqlite_rows_close(rows);
    return st;
}

static enum sarai_status insert(struct turn_log *log, const struct turn_log_row *row, const char *salt,
                                const char *previous, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_int(row->id),
                                          sqlite_text(row->at),
                                          sqlite_text(row->kind),
                                          sqlite_text(row->note),
                                          sqlite_text(salt),
                                          sqlite_text(row->question),
                                          sqlite_text(row->answer),
                                          sqlite_text(row->question_hash),
                                          sqlite_text(row->answer_hash),
                                          sqlite_text(previous),
                                          sqlite_text(row->own)};
    return sqlite_execute(log->db, "INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?)", values,
                          sizeof values / sizeof *values, err);
}

/* Of the sounds the oldest go that pass `most` bytes. */
static enum sarai_status insert_sound(struct turn_log *log, int64_t id, const struct turn_log_sound *sound,
                                      struct sarai_error *err)
{
    const struct sqlite_value row[] = {sqlite_int(id),
                                       sqlite_blob(sound->pcm, sound->n * sizeof *sound->pcm)};
    const struct sqlite_value most = sqlite_int(sound->most_bytes);
    enum sarai_status st = sqlite_execute(log->db, "INSERT INTO sound VALUES (?,?)", row, 2, err);
    return st ? st
              : sqlite_execute(log->db,
                               "DELETE FROM sound WHERE id IN (SELECT id FROM (SELECT id, sum(length(pcm)) "
                               "OVER (ORDER BY id DESC) AS newer FROM sound) WHERE newer > ?)",
                               &most, 1, err);
}

/* Inside of a transaction: nobody else adds between the look at the last row and the new one. */
static enum sarai_status chain(struct turn_log *log, struct turn_log_row *row, const char *salt,
                               const struct turn_log_sound *sound, struct sarai_error *err)
{
    char previous[DIGEST_TEXT_BYTES], own[DIGEST_TEXT_BYTES];
    enum sarai_status st = find_last(log, &row->id, previous, err);
    row->id++;
    row->own = own;
    if (!st)
        st = hash_row(row, previous, own, err);
    if (!st)
        st = insert(log, row, salt, previous, err);
    if (!st && sound->n > 0)
        st = insert_sound(log, row->id, sound, err);
    row->own = NULL;
    return st;
}

/* The note of a row with sound is its hash, so that the chain runs over it, too. */
static enum sarai_status note_sound(const char *salt, const struct turn_log_sound *sound,
                                    char note[SOUND_NOTE_BYTES], struct sarai_error *err)
{
    char hash[DIGEST_TEXT_BYTES];
    enum sarai_status st = hash_data(salt, sound->pcm, sound->n * sizeof *sound->pcm, hash, err);
    snprintf(note, SOUND_NOTE_BYTES, "%s%s", sound_note, hash);
    return st;
}

enum sarai_status turn_log_add(struct turn_log *log, const struct turn_log_entry *entry,
                               struct sarai_error *err)
{
    char at[TURN_LOG_TIME_BYTES], salt[SALT_TEXT_BYTES], note[SOUND_NOTE_BYTES] = "";
    char question_hash[DIGEST_TEXT_BYTES], answer_hash[DIGEST_TEXT_BYTES];
    time_t now = time(NULL);
    struct tm utc;
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    enum sarai_status st = make_salt(salt, err);
    if (!st)
        st = hash_text(salt, entry->question, question_hash, err);
    if (!st)
        st = hash_text(salt, entry->answer, answer_hash, err);
    if (!st && entry->sound.n > 0)
        st = note_sound(salt, &entry->sound, note, err);
    if (!st)
        st = sqlite_begin(log->db, err);
    if (st)
        return st;
    struct turn_log_row row = {.at = at,
                               .kind = entry->kind,
                               .note = entry->note ? entry->note : note,
                               .question = entry->keeps_texts ? entry->question : NULL,
                               .answer = entry->keeps_texts ? entry->answer : NULL,
                               .question_hash = question_hash,
                               .answer_hash = answer_hash};
    return sqlite_end(log->db, chain(log, &row, salt, &entry->sound, err), err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *text_or_null(struct sqlite_rows *rows, int column)
{
    size_t n;
    return sqlite_column_blob(rows, column, &n) ? sqlite_column_text(rows, column) : NULL;
}

static struct turn_log_row read_row(struct sqlite_rows *rows)
{
    return (struct turn_log_row){.id = sqlite_column_int(rows, 0),
                                 .at = sqlite_column_text(rows, 1),
                                 .kind = sqlite_column_text(rows, 2),
                                 .note = sqlite_column_text(rows, 3),
                                 .question = text_or_null(rows, 5),
                                 .answer = text_or_null(rows, 6),
                                 .question_hash = sqlite_column_text(rows, 7),
                                 .answer_hash = sqlite_column_text(rows, 8),
                                 .own = sqlite_column_text(rows, 10),
                                 .sound_s =
                                     (double)sqlite_column_int(rows, 11) / sizeof(int16_t) / SARAI_SPEECH_HZ};
}

enum sarai_status turn_log_each(struct turn_log *log, int64_t most,
                                bool (*each)(void *user, const struct turn_log_row *row), void *user,
                                struct sarai_error *err)
{
    char sql[SQL_BYTES];
    struct sqlite_rows *rows = NULL;
    bool more = true;
    select_rows(log, false, "WHERE id IN (SELECT id FROM entry ORDER BY id DESC LIMIT ?) ORDER BY id", sql);
    enum sarai_status st =
        sqlite_query(log->db, sql, (struct sqlite_value[]){sqlite_int(most > 0 ? most : -1)}, 1, &rows, err);
    while (!st && more) {
        st = sqlite_next(rows, &more, err);
        if (!st && more) {
            struct turn_log_row row = read_row(rows);
            more = each(user, &row);
        }
    }
    sqlite_rows_close(rows);
    return st;
}

/* Whether a text that is still there is what was hashed. */
static enum sarai_status check_text(const char *salt, const char *text, const char *hash, bool *good,
                                    struct sarai_error *err)
{
    char found[DIGEST_TEXT_BYTES];
    enum sarai_status st = text ? hash_text(salt, text, found, err) : SARAI_OK;
    if (!st && text)
        *good = *good && strcmp(found, hash) == 0;
    return st;
}

/* The same for a sound. */
static enum sarai_status check_sound(struct sqlite_rows *rows, const char *salt, const char *note, bool *good,
                                     struct sarai_error *err)
{
    size_t n;
    char found[DIGEST_TEXT_BYTES];
    const void *pcm = sqlite_column_blob(rows, 12, &n);
    enum sarai_status st = pcm ? hash_data(salt, pcm, n, found, err) : SARAI_OK;
    if (!st && pcm)
        *good = *good && strncmp(note, sound_note, strlen(sound_note)) == 0 &&
                strcmp(note + strlen(sound_note), found) == 0;
    return st;
}

static enum sarai_status check_row(struct sqlite_rows *rows, struct turn_log_check *check,
                                   struct sarai_error *err)
{
    struct turn_log_row row = read_row(rows);
    const char *salt = text_or_null(rows, 4);
    char own[DIGEST_TEXT_BYTES];
    bool good = row.id == check->rows + 1 && strcmp(sqlite_column_text(rows, 9), check->head) == 0;
    enum sarai_status st = hash_row(&row, check->head, own, err);
    if (!st)
        good = good && strcmp(own, row.own) == 0;
    if (!st)
        st = check_text(salt ? salt : "", row.question, row.question_hash, &good, err);
    if (!st)
        st = check_text(salt ? salt : "", row.answer, row.answer_hash, &good, err);
    if (!st)
        st = check_sound(rows, salt ? salt : "", row.note, &good, err);
    if (st)
        return st;
    check->rows++;
    check->erased += !salt;
    if (!good && check->broken == 0)
        check->broken = row.id;
    snprintf(check->head, sizeof check->head, "%s", row.own);
    return SARAI_OK;
}

enum sarai_status turn_log_verify(struct turn_log *log, struct turn_log_check *out, struct sarai_error *err)
{
    char sql[SQL_BYTES];
    struct turn_log_check check = {0};
    struct sqlite_rows *rows = NULL;
    bool more = true;
    select_rows(log, true, "ORDER BY id", sql);
    enum sarai_status st = sqlite_query(log->db, sql, NULL, 0, &rows, err);
    while (!st && more) {
        st = sqlite_next(rows, &more, err);
        if (!st && more)
            st = check_row(rows, &check, err);
    }
    sqlite_rows_close(rows);
    if (!st)
        *out = check;
    return st;
}

enum sarai_status turn_log_has(struct turn_log *log, const char *hash, bool *out, struct sarai_error *err)
{
    int64_t found = 0;
    enum sarai_status st = sqlite_query_int(log->db, "SELECT 1 FROM entry WHERE own = ?",
                                            (struct sqlite_value[]){sqlite_text(hash)}, 1, 0, &found, err);
    if (!st)
        *out = found != 0;
    return st;
}

enum sarai_status turn_log_sound(struct turn_log *log, int64_t id, struct buf *pcm, struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_int(id);
    struct sqlite_rows *rows = NULL;
    bool more = false;
    size_t n = 0;
    enum sarai_status st = SARAI_OK;
    if (log->has_sounds)
        st = sqlite_query(log->db, "SELECT pcm FROM sound WHERE id = ?", &value, 1, &rows, err);
    if (!st && rows)
        st = sqlite_next(rows, &more, err);
    const void *data = more ? sqlite_column_blob(rows, 0, &n) : NULL;
    if (!st && !data)
        st = failed(err, SARAI_EINPUT,
                    tr("de la fila %lld no se guarda sonido", "no sound is kept of row %lld"), (long long)id);
    if (!st && !buf_append(pcm, data, n))
        st = out_of_memory(err, tr("el sonido", "the sound"));
    sqlite_rows_close(rows);
    return st;
}

/* ---- forgetting ------------------------------------------------------------------------------- */

static enum sarai_status erase(struct turn_log *log, const struct sqlite_value values[2], int64_t *erased,
                               struct sarai_error *err)
{
    enum sarai_status st =
        sqlite_execute(log->db,
                       "UPDATE entry SET salt = NULL, question = NULL, answer = NULL WHERE salt IS NOT NULL"
                       " AND (?1 = 0 OR id = ?1) AND (?2 IS NULL OR at < ?2)",
                       values, 2, err);
    if (!st)
        *erased = sqlite_changes(log->db);
    return st ? st
              : sqlite_run(log->db, "DELETE FROM sound WHERE id IN (SELECT id FROM entry WHERE salt IS NULL)",
                           err);
}

static enum sarai_status check_row_is_there(struct turn_log *log, int64_t id, struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_int(id);
    int64_t n = 0;
    enum sarai_status st =
        sqlite_query_int(log->db, "SELECT count(*) FROM entry WHERE id = ?", &value, 1, 0, &n, err);
    return st || n > 0
               ? st
               : failed(err, SARAI_EINPUT, tr("no hay fila %lld", "there is no row %lld"), (long long)id);
}

enum sarai_status turn_log_forget(struct turn_log *log, int64_t id, const char *before, int64_t *erased,
                                  struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_int(id), sqlite_text(before)};
    enum sarai_status st = sqlite_begin(log->db, err);
    if (!st)
        st = sqlite_end(log->db, erase(log, values, erased, err), err);
    if (!st && id && *erased == 0)
        st = check_row_is_there(log, id, err);
    /* The pages that held the texts are also in the file of the write-ahead log. */
    return st ? st : sqlite_run(log->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}
