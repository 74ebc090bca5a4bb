/* What persons told about themselves, in SQLite: one sentence for each person and key; a later one replaces
 * it.
 *
 *     facts_open("recuerdos.db", "ana", true, &facts, err);   // what Ana told; "": who gave no name
 *     facts_put(facts, "nombre", "Te llamas Ana.", err);
 *     facts_text(facts, NULL, &text, err);            // "Te llamas Ana. Vives en Cádiz."
 *     facts_forget(facts, "nombre", &n, err);         // from the file too
 *     facts_close(facts);
 *
 * One thread for each handle; several processes may use one file.
 */
#ifndef SARAI_REMEMBER_FACTS_H
#define SARAI_REMEMBER_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define FACTS_FILE "recuerdos.db" /* among the user's data */

enum { FACTS_MOST = 200 /* of one speaker */, FACTS_TEXT_BYTES = 4096, FACTS_SPEAKER_BYTES = 64 };

struct facts;

/* `speaker`: whose facts these are, at most FACTS_SPEAKER_BYTES without a slash; "": nobody's in particular.
 * `write` makes the file where it is missing. EINPUT: missing, or no such file. EOUTPUT: cannot be made.
 * EUSAGE: not a name. */
enum sarai_status facts_open(const char *path, const char *speaker, bool write, struct facts **out,
                             struct sarai_error *err);
void facts_close(struct facts *f);

/* Past FACTS_MOST the oldest goes. */
enum sarai_status facts_put(struct facts *f, const char *key, const char *text, struct sarai_error *err);
/* Forgets a key, and those that begin with it and a blank; NULL: everything. *n counts them. */
enum sarai_status facts_forget(struct facts *f, const char *key, int64_t *n, struct sarai_error *err);
/* Each fact, oldest first; false ends it. */
enum sarai_status facts_each(struct facts *f, bool (*each)(void *user, const char *key, const char *text),
                             void *user, struct sarai_error *err);
/* Appends the sentences, joined by blanks, as far as they fit; `key`: that one, and those that begin
 * with it and a blank; NULL: all. */
enum sarai_status facts_text(struct facts *f, const char *key, struct buf *out, struct sarai_error *err);

#endif
