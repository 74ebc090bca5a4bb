/* A place for one job: a newer one takes the place of an older that nobody has begun. Work that is late
 * is not worth doing, so nothing queues up.
 *
 *     slot_open(free_job, &slot, err);
 *     one thread:  slot_put(slot, job);                                  // takes it over
 *     worker:      while ((job = slot_take(slot))) { work(job); slot_done(slot, job); }
 *     slot_end(slot);  …  slot_close(slot);
 *
 * Any number of threads put, one takes.
 */
#ifndef SARAI_BASE_SLOT_H
#define SARAI_BASE_SLOT_H

#include <stdbool.h>

#include "base/error.h"

struct slot;

enum sarai_status slot_open(void (*free_job)(void *job), struct slot **out, struct sarai_error *err);
void slot_close(struct slot *s);

void slot_put(struct slot *s, void *job);
/* Waits for a job; NULL once the slot was ended. */
void *slot_take(struct slot *s);
/* The job that was taken is finished; it is freed. */
void slot_done(struct slot *s, void *job);
/* Nothing waits and nobody works. */
bool slot_is_idle(struct slot *s);
/* No more jobs: what waits is dropped, the worker is woken. */
void slot_end(struct slot *s);

#endif
