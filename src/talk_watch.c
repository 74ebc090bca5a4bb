/* The thread that watches over a live conversation: what is overdue is left to the loop, which interrupts it;
 * when the loop itself hangs, in a sound device say, only the program can still be told. */
#include <errno.h>
#include <math.h>
#include <time.h>

#include "base/threads.h"
#include "talk.h"

enum sarai_status talk_hung(const struct talk *t, enum watch_stage stage, struct sarai_error *err)
{
    return failed(err, SARAI_EHANG,
                  tr("la etapa «%s» no da señales desde hace más de %d s y no se deja interrumpir; la "
                     "conversación termina",
                     "the stage “%s” has given no sign for more than %d s and will not be interrupted; the "
                     "conversation ends"),
                  watchdog_name(stage), t->watchdog.limit_ms / 1000);
}

/* What of this tick a stage could have used. Who waits for something that does not come, a device say, could
 * have used all of it; who computes, no more than it was given of the processor. */
static int chance_ms(double *cpu_ms)
{
    double before_ms = *cpu_ms;
    *cpu_ms = threads_cpu_ms();
    double had_ms = fmin(*cpu_ms - before_ms, WATCHDOG_TICK_MS);
    return threads_work() ? (int)had_ms : WATCHDOG_TICK_MS;
}

static void tick(struct talk *t, double *cpu_ms)
{
    struct sarai_error err;
    enum watch_stage stage;
    enum watch_call call = watchdog_tick(&t->watchdog, chance_ms(cpu_ms), &stage);
    if (call == WATCH_OVERDUE)
        atomic_store(&t->overdue, (int)stage + 1);
    if (call != WATCH_HUNG)
        return;
    atomic_store(&t->hung, (int)stage + 1);
    if ((stage == WATCH_DEVICE || stage == WATCH_EAR) && t->options->on_hang) {
        talk_hung(t, stage, &err);
        t->options->on_hang(t->options->user, err.message);
    }
}

/* Waits a tick; false when it is over. */
static bool wait_tick(struct talk *t)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WATCHDOG_TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&t->watch_lock);
    for (int code = 0; !t->watched_enough && code != ETIMEDOUT;)
        code = pthread_cond_timedwait(&t->watch_ends, &t->watch_lock, &until);
    bool goes_on = !t->watched_enough;
    pthread_mutex_unlock(&t->watch_lock);
    return goes_on;
}

static void *watch(void *arg)
{
    struct talk *t = arg;
    double cpu_ms = threads_cpu_ms();
    while (wait_tick(t))
        tick(t, &cpu_ms);
    return NULL;
}

enum sarai_status talk_watch_open(struct talk *t, struct sarai_error *err)
{
    pthread_condattr_t monotonic;
    watchdog_init(&t->watchdog, (int)config_int(t->s->cfg, "WATCHDOG_S") * 1000);
    if (t->watchdog.limit_ms == 0)
        return SARAI_OK;
    pthread_mutex_init(&t->watch_lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->watch_ends, &monotonic);
    pthread_condattr_destroy(&monotonic);
    t->watches = pthread_create(&t->watch_thread, NULL, watch, t) == 0;
    t->s->watchdog = t->watches ? &t->watchdog : NULL;
    return t->watches ? SARAI_OK : out_of_memory(err, tr("un hilo", "a thread"));
}

void talk_watch_close(struct talk *t)
{
    if (!t->watches)
        return;
    pthread_mutex_lock(&t->watch_lock);
    t->watched_enough = true;
    pthread_cond_signal(&t->watch_ends);
    pthread_mutex_unlock(&t->watch_lock);
    pthread_join(t->watch_thread, NULL);
    t->s->watchdog = NULL;
    pthread_cond_destroy(&t->watch_ends);
    pthread_mutex_destroy(&t->watch_lock);
}
