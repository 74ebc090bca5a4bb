/* Push to talk by the space bar of a terminal. A terminal tells when a key goes down and repeats it while it
 * is held, but never when it comes up: one press begins the turn and another ends it, or the key is held and
 * the turn ends when it repeats no more.
 *
 *     keys_open(sarai, &k, &err);        // the terminal gives every key at once, unseen
 *     …                                  // sarai_talk_button() is called on a thread of its own
 *     keys_close(k);                     // the terminal is as it was
 *
 * keys_restore() gives the terminal back from a signal handler or before _exit().
 */
#ifndef SARAI_KEYS_H
#define SARAI_KEYS_H

#include "base/error.h"

struct keys;

/* EINTERNAL: stdin is no terminal. */
enum sarai_status keys_open(struct sarai *sarai, struct keys **out, struct sarai_error *err);
void keys_close(struct keys *k);
/* Async-signal-safe; does nothing while no terminal was taken. */
void keys_restore(void);

/* The button that the key makes, by instants in ms. */
struct key_button {
    bool down, held;
    double pressed_ms, last_ms; /* of the press that began the turn, of the last one */
};

/* The key came. */
void key_button_press(struct key_button *b, double now_ms);
/* Time has passed. */
void key_button_wait(struct key_button *b, double now_ms);

#endif
