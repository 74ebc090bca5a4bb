/* What a `struct sarai` is made of. Only the flow files of src/ (sarai.c, opening.c, mouth.c) include it:
 * they alone connect the stages.
 */
#ifndef SARAI_ASSISTANT_H
#define SARAI_ASSISTANT_H

#include <pthread.h>
#include <semaphore.h>

#include "base/config.h"
#include "base/error.h"
#include "base/stop.h"
#include "engine/embedder.h"
#include "listen/listener.h"
#include "models/store.h"
#include "sarai.h"
#include "speak/phrases.h"
#include "speak/speaker.h"
#include "think/conversation.h"

enum { MAX_TEXT_BYTES = 1 << 20 }; /* of a question, an answer, a transcript of one call */

struct sarai {
    const struct sarai_config *cfg;
    unsigned parts;
    struct store *store;
    struct listener *listener;
    struct llm *llm;
    struct conversation *conversation;
    struct speaker *speaker;
    struct phrases *phrases;
    struct embedder *embedder;
    double load_ms;

    struct stop stop;
    pthread_mutex_t interrupt_lock; /* between the start of a call and the watcher */
    sem_t interrupted;
    pthread_t watcher;
    bool watching, closing;
};

/* opening.c: loads the models of s->parts side by side. ENOMEM past RAM_BUDGET_MB. */
enum sarai_status assistant_open_parts(struct sarai *s, struct sarai_error *err);

#endif
