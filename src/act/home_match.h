/* What of a home is meant: "la luz" in "salón" → entities.
 *
 *     home_read(states, areas, &list, err);                  // what there is
 *     home_find(&list, &query, &found, err);                  // "la persiana", "dormitorio" →
 * cover.dormitorio home_list_finish(&list);
 *
 * First the words decide: the whole name, words of the name, or the kind of thing ("la luz") in a place.
 * Where they find nothing, the meaning does, if there is something that makes vectors. Pure functions of
 * their arguments.
 */
#ifndef SARAI_ACT_HOME_MATCH_H
#define SARAI_ACT_HOME_MATCH_H

#include <stdbool.h>

#include "base/json.h"

enum {
    HOME_ENTITIES = 2048, /* most of a home; others are passed over */
    HOME_FOUND = 128,     /* most that one command may mean */
    HOME_WORDS = 12,      /* most words of a name that count */
    HOME_DIMENSION = 4096 /* longest vector */
};

struct home_words {
    char text[160];
    const char *word[HOME_WORDS];
    size_t n;
};

struct home_entity {
    const char *id, *name, *area, *floor, *state, *device_class; /* "" where there is none */
    char domain[32];
    const json_t *attributes;
    struct home_words name_words, area_words, floor_words;
};

struct home_list {
    json_t *states, *areas; /* references; entity → [area, floor] */
    struct home_entity *entities;
    size_t n;
};

/* Takes references of both; `areas` may be NULL. */
enum sarai_status home_read(json_t *states, json_t *areas, struct home_list *out, struct sarai_error *err);
void home_list_finish(struct home_list *list);

/* What makes vectors of length one, for names that are said otherwise. */
struct home_encoder {
    void *self;
    int (*dimension)(void *self); /* 0: it is not there */
    enum sarai_status (*encode)(void *self, const char *text, float *out, struct sarai_error *err);
};

struct home_query {
    const char *thing, *place; /* as they were said; place may be "" */
    /* Whether an entity could be meant at all. */
    bool (*fits)(const struct home_entity *entity, void *user);
    void *user;
    const struct home_encoder *encoder; /* or NULL */
};

struct home_found {
    const struct home_entity *entity[HOME_FOUND];
    size_t n;
};

/* EINPUT, with one sentence: nothing is called so ("no encuentro la luz del sótano"), or several things are,
 * and which is asked ("¿Cuál: la lámpara de pie o el techo?"). */
enum sarai_status home_find(const struct home_list *list, const struct home_query *query,
                            struct home_found *out, struct sarai_error *err);

/* "la luz del salón", as it was said. */
void home_phrase(const char *thing, const char *place, char *out, size_t n);
/* Lower case, no accents, no articles, singular. */
void home_split(const char *text, struct home_words *out);

#endif
