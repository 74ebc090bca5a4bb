/* The log of turns: rows that are only added, each chained to the one before by its hash, so that a row that
 * was changed, taken out or put in shows.
 *
 *     turn_log_open("diario.db", true, &log, err);
 *     turn_log_add(log, &(struct turn_log_entry){.kind = "turn", .question = q, .answer = a}, err);
 *     turn_log_verify(log, &found, err);
 *     turn_log_close(log);
 *
 * Of a text its salted hash is kept: SHA-256 of the row's random salt and the text. The text itself is kept
 * only where `keeps_texts` says so. Forgetting erases text and salt: what is left cannot be guessed back by
 * hashing likely sentences, and the chain, which runs over the hashes, stays good.
 * A turn may have its sound beside it; the note is its salted hash then, and it is forgotten with the texts.
 * One thread for each handle; several processes may write to one file.
 */
#ifndef SARAI_REMEMBER_TURN_LOG_H
#define SARAI_REMEMBER_TURN_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/digest.h"

struct turn_log;

#define TURN_LOG_FILE "registro.db" /* among the user's data */

enum { TURN_LOG_TIME_BYTES = 21, TURN_LOG_NOTE_BYTES = 1024, TURN_LOG_SOUND_S = 30 };

/* What a person said: mono at SARAI_SPEECH_HZ, TURN_LOG_SOUND_S at most. */
struct turn_log_sound {
    const int16_t *pcm;
    size_t n;           /* 0: none */
    int64_t most_bytes; /* of all sounds together; the oldest go */
};

struct turn_log_entry {
    const char *kind;              /* "turn", "expert", "tool" */
    const char *question, *answer; /* NULL: there is none */
    const char *note;              /* goes in as it is: never words of the person; NULL: none */
    bool keeps_texts;
    struct turn_log_sound sound; /* of an entry without a note */
};

struct turn_log_row {
    int64_t id;                              /* 1, 2, 3 … */
    const char *at;                          /* UTC: 2026-11-25T13:45:10Z */
    const char *kind, *note;                 /* note: "" where there is none */
    const char *question, *answer;           /* NULL: not kept, or erased */
    const char *question_hash, *answer_hash; /* "" where there was no such text */
    const char *own;                         /* hash of the row, which the next one carries */
    double sound_s;                          /* what is still there of its sound; 0: none */
};

struct turn_log_check {
    int64_t rows, erased;         /* erased: had texts or a salt, and has them no more */
    int64_t broken;               /* id of the first row that is not what was written; 0: the chain is good */
    char head[DIGEST_TEXT_BYTES]; /* hash of the last row; "" where there is none. Who keeps it elsewhere can
                                     tell later that the end was not cut off */
};

/* `write` makes the file where it is missing. EINPUT: missing, or no such log; EOUTPUT: cannot be made. */
enum sarai_status turn_log_open(const char *path, bool write, struct turn_log **out, struct sarai_error *err);
void turn_log_close(struct turn_log *log);

enum sarai_status turn_log_add(struct turn_log *log, const struct turn_log_entry *entry,
                               struct sarai_error *err);

/* Calls back with the last `most` rows (0: all), oldest first. The row is borrowed during the call, which
 * gives false to end. */
enum sarai_status turn_log_each(struct turn_log *log, int64_t most,
                                bool (*each)(void *user, const struct turn_log_row *row), void *user,
                                struct sarai_error *err);

enum sarai_status turn_log_verify(struct turn_log *log, struct turn_log_check *out, struct sarai_error *err);
/* Whether some row has this hash. */
enum sarai_status turn_log_has(struct turn_log *log, const char *hash, bool *out, struct sarai_error *err);

/* Appends the sound of a row, 16-bit samples. EINPUT: there is none. */
enum sarai_status turn_log_sound(struct turn_log *log, int64_t id, struct buf *pcm, struct sarai_error *err);

/* Erases the texts and sound of one row (id > 0), or of those before an instant ("2026-11-25" counts from its
 * midnight, UTC), or of all (0, NULL), for good: from the file too. *erased counts the rows. */
enum sarai_status turn_log_forget(struct turn_log *log, int64_t id, const char *before, int64_t *erased,
                                  struct sarai_error *err);

#endif
