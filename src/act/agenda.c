#include "act/agenda.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/spoken.h"
#include "base/folders.h"
#include "base/utf8.h"
#include "engine/sqlite.h"

static const double STEP_S = 2.5; /* less is a clock being kept right, which nobody notices */
/* A timer that is held is due so late that no clock comes there, and so much later as it has still to go. */
static const int64_t HELD = INT64_C(1) << 40;

struct agenda {
    struct sqlite *db;
    pthread_mutex_t lock;
    bool knows_offset;
    double offset_s; /* of the system's clock to the steady one */
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, due INTEGER NOT NULL,"
    " seconds INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS items(id INTEGER PRIMARY KEY, list TEXT NOT NULL, folded TEXT NOT NULL,"
    " text TEXT NOT NULL, UNIQUE(list, folded));"
    "CREATE TABLE IF NOT EXISTS notes(id INTEGER PRIMARY KEY, made INTEGER NOT NULL, text TEXT NOT NULL);";

enum sarai_status agenda_open(const char *path, struct agenda **out, struct sarai_error *err)
{
    struct agenda *a = calloc(1, sizeof *a);
    if (!a)
        return out_of_memory(err, path);
    pthread_mutex_init(&a->lock, NULL);
    enum sarai_status st = folders_make_above(path, 0700, err);
    if (!st)
        st = sqlite_open(path, &(struct sqlite_options){.create = true, .wait_ms = 2000}, &a->db, err);
    if (!st)
        st = sqlite_run(a->db, schema, err);
    if (st)
        agenda_close(a);
    else
        *out = a;
    return st;
}

void agenda_close(struct agenda *a)
{
    if (!a)
        return;
    sqlite_close(a->db);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* ---- what waits ------------------------------------------------------------------------------- */

static int64_t due_of(const struct agenda_entry *e)
{
    return e->left > 0 ? HELD + e->left : (int64_t)e->due;
}

static enum sarai_status set(struct agenda *a, const struct agenda_entry *e, struct sarai_error *err)
{
    int64_t n = 0;
    const struct sqlite_value values[] = {sqlite_int(e->kind), sqlite_int(due_of(e)), sqlite_int(e->seconds),
                                          sqlite_text(e->text)};
    enum sarai_status st = sqlite_query_int(a->db, "SELECT count(*) FROM entries", NULL, 0, 0, &n, err);
    if (!st && n >= AGENDA_ENTRIES)
        return failed(err, SARAI_EINPUT, "%s",
                      e->kind == AGENDA_TIMER
                          ? tr("hay demasiados temporizadores", "there are too many timers")
                          : tr("hay demasiados avisos", "there are too many reminders"));
    return st ? st
              : sqlite_execute(a->db, "INSERT INTO entries(kind, due, seconds, text) VALUES(?, ?, ?, ?)",
                               values, 4, err);
}

enum sarai_status agenda_set(struct agenda *a, const struct agenda_entry *entry, struct sarai_error *err)
{
    pthread_mutex_lock(&a->lock);
    enum sarai_status st = set(a, entry, err);
    pthread_mutex_unlock(&a->lock);
    return st;
}

static enum sarai_status read_entries(struct agenda *a, const char *sql, const struct sqlite_value *values,
                                      size_t n_values, struct agenda_entry *out, size_t max, size_t *n,
                                      struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    bool more = false;
    *n = 0;
    enum sarai_status st = sqlite_query(a->db, sql, values, n_values, &rows, err);
    while (!st && *n < max && !(st = sqlite_next(rows, &more, err)) && more) {
        struct agenda_entry *e = &out[(*n)++];
        int64_t due = sqlite_column_int(rows, 2);
        *e = (struct agenda_entry){.id = sqlite_column_int(rows, 0),
                                   .kind = (enum agenda_kind)sqlite_column_int(rows, 1),
                                   .due = due > HELD ? 0 : (time_t)due,
                                   .left = due > HELD ? (long)(due - HELD) : 0,
                                   .seconds = (long)sqlite_column_int(rows, 3)};
        snprintf(e->text, sizeof e->text, "%s", sqlite_column_text(rows, 4));
    }
    sqlite_rows_close(rows);
    return st;
}

enum sarai_status agenda_waiting(struct agenda *a, enum agenda_kind kind, struct agenda_entry *out,
                                 size_t max, size_t *n, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_int(kind), sqlite_int(AGENDA_ANY)};
    pthread_mutex_lock(&a->lock);
    enum sarai_status st = read_entries(
        a, "SELECT id, kind, due, seconds, text FROM entries WHERE kind = ?1 OR ?1 = ?2 ORDER BY due, id",
        values, 2, out, max, n, err);
    pthread_mutex_unlock(&a->lock);
    return st;
}

static enum sarai_status remove_entry(struct agenda *a, int64_t id, bool *taken, struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_int(id);
    enum sarai_status st = sqlite_execute(a->db, "DELETE FROM entries WHERE id = ?", &value, 1, err);
    *taken = !st && sqlite_changes(a->db) > 0;
    return st;
}

enum sarai_status agenda_remove(struct agenda *a, int64_t id, bool *taken, struct sarai_error *err)
{
    pthread_mutex_lock(&a->lock);
    enum sarai_status st = remove_entry(a, id, taken, err);
    pthread_mutex_unlock(&a->lock);
    return st;
}

enum sarai_status agenda_move(struct agenda *a, const struct agenda_entry *entry, bool *changed,
                              struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_int(due_of(entry)), sqlite_int(entry->id)};
    pthread_mutex_lock(&a->lock);
    enum sarai_status st = sqlite_execute(a->db, "UPDATE entries SET due = ? WHERE id = ?", values, 2, err);
    *changed = !st && sqlite_changes(a->db) > 0;
    pthread_mutex_unlock(&a->lock);
    return st;
}

enum sarai_status agenda_take_due(struct agenda *a, time_t now, struct agenda_entry *out,
                                  struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_int(now);
    struct agenda_entry entry = {0};
    enum sarai_status st;
    bool taken = false;
    size_t n;
    pthread_mutex_lock(&a->lock);
    do { /* another process may have been quicker: then the next one */
        st = read_entries(
            a, "SELECT id, kind, due, seconds, text FROM entries WHERE due <= ? ORDER BY due, id LIMIT 1",
            &value, 1, &entry, 1, &n, err);
        if (!st && n > 0)
            st = remove_entry(a, entry.id, &taken, err);
    } while (!st && n > 0 && !taken);
    pthread_mutex_unlock(&a->lock);
    if (!st)
        *out = n > 0 ? entry : (struct agenda_entry){0};
    return st;
}

enum sarai_status agenda_steady(struct agenda *a, time_t now, double steady_ms, struct sarai_error *err)
{
    double offset_s = (double)now - steady_ms / 1e3;
    enum sarai_status st = SARAI_OK;
    pthread_mutex_lock(&a->lock);
    double step_s = a->knows_offset ? offset_s - a->offset_s : 0;
    if (fabs(step_s) >= STEP_S) {
        const struct sqlite_value values[] = {sqlite_int(llround(step_s)), sqlite_int(AGENDA_TIMER),
                                              sqlite_int(HELD)};
        st = sqlite_execute(a->db, "UPDATE entries SET due = due + ? WHERE kind = ? AND due < ?", values, 3,
                            err);
    }
    if (!a->knows_offset || fabs(step_s) >= STEP_S)
        a->offset_s = offset_s;
    a->knows_offset = true;
    pthread_mutex_unlock(&a->lock);
    return st;
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* "la Leche" → "leche": what is compared. */
static enum sarai_status fold(const char *text, struct buf *out, struct sarai_error *err)
{
    struct spoken s;
    bool ok = spoken_split(text, &s) && s.n > 0;
    size_t first = ok && s.n > 1 ? spoken_match(&s, 0, "el|la|los|las|un|una|unos|unas") : 0;
    if (!ok || strlen(text) >= AGENDA_TEXT_BYTES)
        return failed(err, SARAI_EINPUT,
                      tr("no entiendo qué hay que apuntar", "I do not understand what to write down"));
    for (size_t i = first; ok && i < s.n; i++)
        ok = (i == first || buf_text(out, " ")) && buf_text(out, s.word[i]);
    return ok ? SARAI_OK : out_of_memory(err, text);
}

/* Runs a statement over list, item as compared, and item as written. */
static enum sarai_status change_list(struct agenda *a, const char *sql, const char *list, const char *item,
                                     bool *changed, struct sarai_error *err)
{
    struct buf name = BUF_INIT(AGENDA_TEXT_BYTES), folded = BUF_INIT(AGENDA_TEXT_BYTES);
    enum sarai_status st = fold(list, &name, err);
    if (!st && item)
        st = fold(item, &folded, err);
    if (!st) {
        const struct sqlite_value values[] = {sqlite_text(buf_string(&name)),
                                              sqlite_text(buf_string(&folded)), sqlite_text(item),
                                              sqlite_int(AGENDA_ITEMS)};
        pthread_mutex_lock(&a->lock);
        st = sqlite_execute(a->db, sql, values, item ? 4 : 1, err);
        *changed = !st && sqlite_changes(a->db) > 0;
        pthread_mutex_unlock(&a->lock);
    }
    buf_finish(&name);
    buf_finish(&folded);
    return st;
}

enum sarai_status agenda_list_add(struct agenda *a, const char *list, const char *item, bool *changed,
                                  struct sarai_error *err)
{
    return change_list(a,
                       "INSERT OR IGNORE INTO items(list, folded, text) SELECT ?1, ?2, ?3"
                       " WHERE (SELECT count(*) FROM items) < ?4",
                       list, item, changed, err);
}

enum sarai_status agenda_list_remove(struct agenda *a, const char *list, const char *item, bool *changed,
                                     struct sarai_error *err)
{
    return change_list(a, "DELETE FROM items WHERE list = ?1 AND folded = ?2 AND ?3 IS NOT NULL AND ?4 > 0",
                       list, item, changed, err);
}

enum sarai_status agenda_list_clear(struct agenda *a, const char *list, struct sarai_error *err)
{
    bool changed;
    return change_list(a, "DELETE FROM items WHERE list = ?1", list, NULL, &changed, err);
}

/* Rows of texts, joined: "a, b y c". An item is written when it is known whether another follows. */
static enum sarai_status join_rows(struct sqlite_rows *rows, struct buf *out, struct sarai_error *err)
{
    char item[AGENDA_TEXT_BYTES] = "";
    bool more = true, ok = true;
    enum sarai_status st = SARAI_OK;
    for (size_t n = 0; !st && ok && more; n++) {
        st = sqlite_next(rows, &more, err);
        if (!st && n > 0)
            ok = (n == 1 || buf_text(out, more ? ", " : " y ")) && buf_text(out, item);
        if (!st && more)
            snprintf(item, sizeof item, "%s", sqlite_column_text(rows, 0));
    }
    return st ? st : ok ? SARAI_OK : out_of_memory(err, tr("la lista", "the list"));
}

static enum sarai_status read_joined(struct agenda *a, const char *sql, const struct sqlite_value *value,
                                     struct buf *out, struct sarai_error *err)
{
    struct sqlite_rows *rows = NULL;
    pthread_mutex_lock(&a->lock);
    enum sarai_status st = sqlite_query(a->db, sql, value, 1, &rows, err);
    if (!st)
        st = join_rows(rows, out, err);
    sqlite_rows_close(rows);
    pthread_mutex_unlock(&a->lock);
    return st;
}

enum sarai_status agenda_list_read(struct agenda *a, const char *list, struct buf *out,
                                   struct sarai_error *err)
{
    struct buf name = BUF_INIT(AGENDA_TEXT_BYTES);
    enum sarai_status st = fold(list, &name, err);
    const struct sqlite_value value = sqlite_text(buf_string(&name));
    if (!st)
        st = read_joined(a, "SELECT text FROM items WHERE list = ? ORDER BY id", &value, out, err);
    buf_finish(&name);
    return st;
}

/* ---- notes ------------------------------------------------------------------------------------ */

enum sarai_status agenda_note_add(struct agenda *a, const char *text, time_t now, struct sarai_error *err)
{
    const struct sqlite_value values[] = {sqlite_int(now), sqlite_text(text)};
    pthread_mutex_lock(&a->lock);
    enum sarai_status st =
        sqlite_execute(a->db, "INSERT INTO notes(made, text) VALUES(?, ?)", values, 2, err);
    pthread_mutex_unlock(&a->lock);
    return st;
}

enum sarai_status agenda_notes_read(struct agenda *a, size_t max, struct buf *out, struct sarai_error *err)
{
    const struct sqlite_value value = sqlite_int((int64_t)max);
    return read_joined(a, "SELECT text FROM notes ORDER BY id DESC LIMIT ?", &value, out, err);
}
