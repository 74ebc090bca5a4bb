/* A bounded queue of pointers between two stages. When full, push waits: the fast stage is held back
 * rather than memory filled. Any number of threads on either side.
 *
 *     queue_open(8, &q, err);
 *     producer: queue_push(q, item);  …  queue_end(q);
 *     consumer: while ((item = queue_pop(q))) …
 */
#ifndef SARAI_BASE_QUEUE_H
#define SARAI_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct queue;

enum sarai_status queue_open(size_t capacity, struct queue **out, struct sarai_error *err);
/* The items left inside are the caller's: pop them first. */
void queue_close(struct queue *q);

/* Waits for room. False once the queue was ended; the item is then still the caller's. */
bool queue_push(struct queue *q, void *item);
/* Waits for an item. NULL once the queue was ended and is empty. */
void *queue_pop(struct queue *q);
/* The same without waiting: NULL when it is empty now. */
void *queue_try_pop(struct queue *q);
/* No more pushes; wakes everybody who waits. */
void queue_end(struct queue *q);

#endif
