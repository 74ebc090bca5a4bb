#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ended;
    size_t capacity, first, count;
    void *items[];
};

enum sarai_status queue_open(size_t capacity, struct queue **out, struct sarai_error *err)
{
    struct queue *q = calloc(1, sizeof *q + capacity * sizeof q->items[0]);
    if (!q)
        return out_of_memory(err, tr("una cola", "a queue"));
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    q->capacity = capacity;
    *out = q;
    return SARAI_OK;
}

void queue_close(struct queue *q)
{
    if (!q)
        return;
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

bool queue_push(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    while (!q->ended && q->count == q->capacity)
        pthread_cond_wait(&q->changed, &q->lock);
    bool accepted = !q->ended;
    if (accepted) {
        q->items[(q->first + q->count) % q->capacity] = item;
        q->count++;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return accepted;
}

static void *pop(struct queue *q, bool wait)
{
    void *item = NULL;
    pthread_mutex_lock(&q->lock);
    while (wait && !q->ended && q->count == 0)
        pthread_cond_wait(&q->changed, &q->lock);
    if (q->count > 0) {
        item = q->items[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->count--;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_pop(struct queue *q)
{
    return pop(q, true);
}

void *queue_try_pop(struct queue *q)
{
    return pop(q, false);
}

void queue_end(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->ended = true;
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->lock);
}
