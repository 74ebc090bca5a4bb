#include "base/slot.h"

#include <pthread.h>
#include <stdlib.h>

struct slot {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*free_job)(void *);
    void *waiting;
    bool working, ended;
};

enum sarai_status slot_open(void (*free_job)(void *job), struct slot **out, struct sarai_error *err)
{
    struct slot *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "slot");
    s->free_job = free_job;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    *out = s;
    return SARAI_OK;
}

void slot_close(struct slot *s)
{
    if (!s)
        return;
    if (s->waiting)
        s->free_job(s->waiting);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void slot_put(struct slot *s, void *job)
{
    pthread_mutex_lock(&s->lock);
    void *dropped = s->ended ? job : s->waiting;
    if (!s->ended)
        s->waiting = job;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (dropped)
        s->free_job(dropped);
}

void *slot_take(struct slot *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->waiting && !s->ended)
        pthread_cond_wait(&s->changed, &s->lock);
    void *job = s->ended ? NULL : s->waiting;
    if (job) {
        s->waiting = NULL;
        s->working = true;
    }
    pthread_mutex_unlock(&s->lock);
    return job;
}

void slot_done(struct slot *s, void *job)
{
    s->free_job(job);
    pthread_mutex_lock(&s->lock);
    s->working = false;
    pthread_mutex_unlock(&s->lock);
}

bool slot_is_idle(struct slot *s)
{
    pthread_mutex_lock(&s->lock);
    bool idle = !s->waiting && !s->working;
    pthread_mutex_unlock(&s->lock);
    return idle;
}

void slot_end(struct slot *s)
{
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}
