/* A conversation that outlives the program: what was asked and what was heard of each answer, a line of JSON
 * a turn, under the user's data (sessions/NAME.jsonl).
 *
 *     session_open("cocina", &s, err);
 *     session_recall(s, conversation, err);          // the last turns go into the history
 *     session_add(s, question, heard, err);          // after each turn
 *     session_close(s);
 *
 * A line is written whole or not at all; a line that cannot be read is passed over. One thread.
 */
#ifndef SARAI_SESSION_H
#define SARAI_SESSION_H

#include "base/error.h"
#include "think/conversation.h"

struct session;

enum { SESSION_RECALLED = 16 /* turns */ };

/* EUSAGE: a name of other than 1 to 64 letters, digits, "-" and "_", or no place for data. EOUTPUT: not
 * writable. */
enum sarai_status session_open(const char *name, struct session **out, struct sarai_error *err);
void session_close(struct session *s);

enum sarai_status session_recall(struct session *s, struct conversation *c, struct sarai_error *err);
enum sarai_status session_add(struct session *s, const char *question, const char *heard,
                              struct sarai_error *err);

#endif
