/* What Sarai must not forget: timers, alarms and reminders with their times; lists; notes. One SQLite file in
 * the user's data, so that they survive a restart, and several processes may use it side by side.
 *
 *     agenda_open(path, &a, err);
 *     agenda_set(a, &(struct agenda_entry){.kind = AGENDA_TIMER, .due = now + 300, .text = "pasta"}, err);
 *     every second:  agenda_steady(a, now, clock_ms(), err);  while (agenda_take_due(a, now, &entry, err),
 * entry.id) ring(); agenda_close(a);
 *
 * Threads: any, each call is whole (a lock).
 */
#ifndef SARAI_ACT_AGENDA_H
#define SARAI_ACT_AGENDA_H

#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"

struct agenda;

enum { AGENDA_TEXT_BYTES = 400, AGENDA_ENTRIES = 100, AGENDA_ITEMS = 500 };

enum agenda_kind { AGENDA_TIMER, AGENDA_ALARM, AGENDA_REMINDER, AGENDA_KINDS, AGENDA_ANY = AGENDA_KINDS };

struct agenda_entry {
    int64_t id; /* 0: none */
    enum agenda_kind kind;
    time_t due;
    long seconds;                 /* a timer's length, as it was set */
    long left;                    /* of a timer that is held: what it has still to go, and no due; else 0 */
    char text[AGENDA_TEXT_BYTES]; /* "" where it has none */
};

/* EOUTPUT: cannot be written. EINPUT: damaged. */
enum sarai_status agenda_open(const char *path, struct agenda **out, struct sarai_error *err);
void agenda_close(struct agenda *a);

/* EINPUT: there are AGENDA_ENTRIES already. */
enum sarai_status agenda_set(struct agenda *a, const struct agenda_entry *entry, struct sarai_error *err);
/* What waits, the next first; at most `max`. */
enum sarai_status agenda_waiting(struct agenda *a, enum agenda_kind kind, struct agenda_entry *out,
                                 size_t max, size_t *n, struct sarai_error *err);
/* Takes one away; several processes may try, one gets it (*taken). */
enum sarai_status agenda_remove(struct agenda *a, int64_t id, bool *taken, struct sarai_error *err);
/* `due` and `left` of the entry with this id are as they are here from now on; *changed: it still waited. */
enum sarai_status agenda_move(struct agenda *a, const struct agenda_entry *entry, bool *changed,
                              struct sarai_error *err);
/* The earliest entry that is due, which is taken away; id 0: none. */
enum sarai_status agenda_take_due(struct agenda *a, time_t now, struct agenda_entry *out,
                                  struct sarai_error *err);
/* When somebody sets the system's clock, timers go on for as long as they were to: to be told both clocks now
 * and then. `steady_ms` is of a clock that nobody sets. */
enum sarai_status agenda_steady(struct agenda *a, time_t now, double steady_ms, struct sarai_error *err);

/* Lists by name; the same thing stands in a list once. *changed: whether it does now and did not before. */
enum sarai_status agenda_list_add(struct agenda *a, const char *list, const char *item, bool *changed,
                                  struct sarai_error *err);
enum sarai_status agenda_list_remove(struct agenda *a, const char *list, const char *item, bool *changed,
                                     struct sarai_error *err);
enum sarai_status agenda_list_clear(struct agenda *a, const char *list, struct sarai_error *err);
/* "leche, pan y sal", appended; "" when it is empty. */
enum sarai_status agenda_list_read(struct agenda *a, const char *list, struct buf *out,
                                   struct sarai_error *err);

enum sarai_status agenda_note_add(struct agenda *a, const char *text, time_t now, struct sarai_error *err);
/* The latest `max` notes, newest first, each as a sentence. */
enum sarai_status agenda_notes_read(struct agenda *a, size_t max, struct buf *out, struct sarai_error *err);

#endif
