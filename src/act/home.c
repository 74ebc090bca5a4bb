#include "act/home.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/home_act.h"
#include "act/home_link.h"
#include "base/clock.h"

enum {
    CALL_MS = 5000,
    JUDGE_MS = 2500,     /* what finding out what is meant may take before it is even run */
    FRESH_MS = 3000,     /* states that are so old are asked for again */
    AREAS_MS = 300000,   /* and areas */
    DOWN_MS = 5000,      /* after no answer, nobody waits again so soon */
    CONSENT_MS = 120000, /* how long somebody may take to say yes */
};

struct home {
    struct home_link link;
    struct home_encoder encoder;
    struct home_list list;
    json_t *areas; /* NULL: not known */
    double read_ms, areas_ms, down_ms;
    struct sarai_error down;
    json_t *judged; /* arguments of the last call that was found risky */
    double judged_ms;
};

/* ---- what there is --------------------------------------------------------------------------- */

static bool is_connected(const struct home *h)
{
    return *h->link.url;
}

static enum sarai_status read_home(struct home *h, double deadline_ms, const struct stop *stop,
                                   struct sarai_error *err)
{
    json_t *states = NULL, *areas = NULL;
    double now_ms = clock_ms();
    if (h->list.entities && now_ms - h->read_ms < FRESH_MS)
        return SARAI_OK;
    if (now_ms < h->down_ms)
        return failed(err, h->down.status, "%s", h->down.message);
    struct sarai_error trouble = {0};
    enum sarai_status st = home_states(&h->link, deadline_ms, stop, &states, &trouble);
    /* Without an administrator's token there are no areas, and names must do. */
    if (!st && (!h->areas || now_ms - h->areas_ms > AREAS_MS) &&
        home_areas(&h->link, deadline_ms, stop, &areas, NULL) == SARAI_OK) {
        json_decref(h->areas);
        h->areas = areas;
        h->areas_ms = now_ms;
    }
    home_list_finish(&h->list);
    if (!st)
        st = home_read(states, h->areas, &h->list, &trouble);
    json_decref(states);
    if (!st) {
        h->read_ms = clock_ms();
        return SARAI_OK;
    }
    if (st == SARAI_ENETWORK) {
        h->down = trouble;
        h->down_ms = clock_ms() + DOWN_MS;
    }
    return failed(err, st, "%s", trouble.message);
}

/* ---- what is meant --------------------------------------------------------------------------- */

struct command {
    enum home_action action;
    const char *thing, *place, *value;
};

static const char *argument(const json_t *arguments, const char *name)
{
    const char *text = json_string_value(json_object_get(arguments, name));
    return text ? text : "";
}

static enum sarai_status read_command(const json_t *arguments, struct command *c, struct sarai_error *err)
{
    *c = (struct command){home_action(argument(arguments, "accion")), argument(arguments, "cosa"),
                          argument(arguments, "lugar"), argument(arguments, "valor")};
    if (c->action == HOME_ACTIONS)
        return failed(err, SARAI_EINPUT,
                      tr("no sé qué hay que hacer en casa", "it is not clear what to do in the home"));
    if (c->action == HOME_ON && *c->value)
        c->action = HOME_SET; /* "enciende la luz al 50 por ciento" */
    if (!*c->thing)
        return failed(err, SARAI_EINPUT, tr("no me has dicho qué", "you have not said what"));
    return SARAI_OK;
}

static bool fits(const struct home_entity *entity, void *user)
{
    const struct command *c = user;
    return home_can(entity, c->action) && (c->action != HOME_SET || home_takes(entity, c->value));
}

static bool fits_something(const struct home_entity *entity, void *user)
{
    (void)user;
    return home_can(entity, HOME_ASK);
}

static enum sarai_status find(struct home *h, struct command *c, struct home_found *found,
                              struct sarai_error *err)
{
    const struct home_encoder *encoder = &h->encoder;
    bool has_encoder = encoder->encode && encoder->dimension(encoder->self) > 0;
    struct home_query query = {.thing = c->thing,
                               .place = c->place,
                               .fits = fits,
                               .user = c,
                               .encoder = has_encoder ? encoder : NULL};
    enum sarai_status st = home_find(&h->list, &query, found, err);
    if (st != SARAI_EINPUT || found->n > 0)
        return st;
    /* It is there, but cannot do that: a lamp is not opened. */
    query.fits = fits_something;
    query.encoder = NULL;
    char phrase[256];
    home_phrase(c->thing, c->place, phrase, sizeof phrase);
    home_find(&h->list, &query, found, NULL);
    return found->n > 0
               ? failed(err, st, tr("eso no se puede hacer con %s", "that cannot be done with %s"), phrase)
               : st;
}

static bool is_risky(const struct command *c, const struct home_found *found)
{
    bool risky = false;
    for (size_t i = 0; c->action != HOME_ASK && i < found->n; i++)
        risky = risky || home_is_risky(found->entity[i]);
    return risky;
}

static enum tool_effect judge(void *self, const json_t *arguments)
{
    struct home *h = self;
    struct command c;
    struct home_found found = {.n = 0};
    enum sarai_status st = read_command(arguments, &c, NULL);
    if (!is_connected(h) || (!st && c.action == HOME_ASK))
        return TOOL_READS;
    if (!st)
        st = read_home(h, clock_ms() + JUDGE_MS, NULL, NULL);
    if (!st)
        st = find(h, &c, &found, NULL);
    if (st || !is_risky(&c, &found))
        return TOOL_CHANGES;
    json_decref(h->judged);
    h->judged = json_deep_copy(arguments);
    h->judged_ms = clock_ms();
    return TOOL_RISKS;
}

static bool describe(void *self, const json_t *arguments, char *out, size_t n)
{
    struct command c;
    char phrase[256];
    (void)self;
    if (read_command(arguments, &c, NULL))
        return false;
    home_phrase(c.thing, c.place, phrase, sizeof phrase);
    const char *action = argument(arguments, "accion");
    int length = snprintf(out, n, "%s %s%s%s", action, phrase, *c.value ? " a " : "", c.value);
    return length > 0 && (size_t)length < n;
}

/* ---- what is done ---------------------------------------------------------------------------- */

/* One service call for the k-th and, where it is not alone, all behind it of its domain. */
static enum sarai_status order(struct home *h, const struct command *c, const struct home_found *found,
                               size_t k, bool alone, const struct tool_call *call, char told[HOME_TOLD_BYTES],
                               struct sarai_error *err)
{
    const struct home_entity *first = found->entity[k];
    struct home_order order;
    enum sarai_status st = home_order(first, c->action, c->value, &order, err);
    if (st)
        return st;
    json_t *ids = json_array(), *data = order.data ? order.data : json_object();
    for (size_t i = k; i < (alone ? k + 1 : found->n); i++)
        if (strcmp(found->entity[i]->domain, first->domain) == 0)
            json_array_append_new(ids, json_string(found->entity[i]->id));
    bool ok = json_object_set(data, "entity_id", ids) == 0;
    json_decref(ids);
    memcpy(told, order.told, HOME_TOLD_BYTES);
    if (ok)
        return home_service(&h->link, first->domain, order.service, data, call->deadline_ms, call->stop, err);
    json_decref(data);
    return out_of_memory(err, first->name);
}

static bool is_first_of_domain(const struct home_found *found, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (strcmp(found->entity[i]->domain, found->entity[k]->domain) == 0)
            return false;
    return true;
}

/* All that was found. A change of what is now is a call for each, and of several lamps one may be at its
 * brightest. `told`: what they come to, "" where they differ. */
static enum sarai_status order_all(struct home *h, const struct command *c, const struct home_found *found,
                                   const struct tool_call *call, char told[HOME_TOLD_BYTES],
                                   struct sarai_error *err)
{
    bool is_change = c->action == HOME_SET && home_is_change(c->value);
    size_t done = 0;
    struct sarai_error refused = {0};
    for (size_t k = 0; k < found->n; k++) {
        char one[HOME_TOLD_BYTES] = "";
        if (!is_change && !is_first_of_domain(found, k))
            continue;
        enum sarai_status st = order(h, c, found, k, is_change, call, one, &refused);
        if (st && !(is_change && st == SARAI_EINPUT))
            return failed(err, st, "%s", refused.message);
        if (st)
            continue;
        snprintf(told, HOME_TOLD_BYTES, "%s", done == 0 || strcmp(told, one) == 0 ? one : "");
        done++;
    }
    return done ? SARAI_OK : failed(err, refused.status, "%s", refused.message);
}

static enum sarai_status act(struct home *h, const struct command *c, const struct home_found *found,
                             const struct tool_call *call, struct tool_result *out, struct sarai_error *err)
{
    char phrase[256], value[128] = "", told[HOME_TOLD_BYTES] = "";
    enum sarai_status st = order_all(h, c, found, call, told, err);
    h->read_ms = 0; /* it is otherwise now */
    if (st)
        return st;
    home_phrase(c->thing, c->place, phrase, sizeof phrase);
    const char *said = *told ? told : home_is_change(c->value) ? "" : c->value;
    if (*said)
        snprintf(value, sizeof value, strstr(said, "ciento") ? " al %.100s" : " a %.100s", said);
    char done[512];
    snprintf(done, sizeof done, "%s%s", phrase, value);
    return tool_givef(out, json_pack("{s:s}", "listo", done), err, "Hecho, %s.", done);
}

static bool is_at_rest(const struct home_entity *e)
{
    static const char *const states[] = {"off", "closed", "locked", "unavailable", "unknown"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], e->state) == 0)
            return true;
    return false;
}

/* Of several, those that are not off or shut: "Encendidas: Mesilla, Techo." */
static enum sarai_status tell_which(const struct command *c, const struct home_found *found,
                                    struct tool_result *out, struct sarai_error *err)
{
    char state[160] = "", names[600] = "";
    size_t used = 0, n = 0;
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < found->n; i++) {
        const struct home_entity *e = found->entity[i];
        if (is_at_rest(e))
            continue;
        st = n++ == 0 ? home_state(e, c->thing, state, sizeof state, err) : SARAI_OK;
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", n > 1 ? ", " : "", e->name);
    }
    state[0] = (char)toupper((unsigned char)state[0]);
    return st ? st
              : tool_givef(out, json_pack("{s:s, s:s}", "estado", state, "cosas", names), err, "%s: %s.",
                           state, names);
}

static enum sarai_status tell(const struct command *c, const struct home_found *found,
                              struct tool_result *out, struct sarai_error *err)
{
    char state[160], phrase[256];
    const struct home_entity *e = found->entity[0];
    enum sarai_status st = home_state(e, c->thing, state, sizeof state, err);
    for (size_t i = 1; !st && i < found->n; i++) { /* several are told as one where they are alike */
        char other[160];
        st = home_state(found->entity[i], c->thing, other, sizeof other, err);
        if (!st && strcmp(state, other) != 0)
            return tell_which(c, found, out, err);
    }
    if (st)
        return st;
    home_phrase(c->thing, c->place, phrase, sizeof phrase);
    if (isdigit((unsigned char)state[0]) || state[0] == '-')
        return tool_givef(out, json_pack("{s:s}", "estado", state), err, "Hay %s.", state);
    phrase[0] = phrase[0] == 'l' ? 'L' : phrase[0] == 'e' ? 'E' : phrase[0];
    return tool_givef(out, json_pack("{s:s}", "estado", state), err,
                      found->n > 1 ? "%s están %s." : "%s está %s.", phrase, state);
}

static enum sarai_status run(void *self, const struct tool_call *call, struct tool_result *out,
                             struct sarai_error *err)
{
    struct home *h = self;
    struct command c;
    struct home_found found = {.n = 0};
    if (!is_connected(h))
        return failed(err, SARAI_EINPUT, tr("no tengo ninguna casa conectada", "no home is connected"));
    enum sarai_status st = read_command(call->arguments, &c, err);
    if (!st)
        st = read_home(h, call->deadline_ms, call->stop, err);
    if (!st)
        st = find(h, &c, &found, err);
    if (st)
        return st;
    /* The home may be another since it was judged: nothing risky is done that was not asked about. */
    bool asked =
        h->judged && json_equal(h->judged, call->arguments) && clock_ms() - h->judged_ms < CONSENT_MS;
    if (is_risky(&c, &found) && !asked)
        return failed(err, SARAI_EINPUT, tr("dímelo otra vez, por favor", "say it again, please"));
    json_decref(h->judged);
    h->judged = NULL;
    return c.action == HOME_ASK ? tell(&c, &found, out, err) : act(h, &c, &found, call, out, err);
}

/* ---- the provider ---------------------------------------------------------------------------- */

static enum sarai_status list(void *self, struct toolbox *box, double deadline_ms, const struct stop *stop,
                              struct sarai_error *err)
{
    const struct tool tool = {
        .name = "casa",
        .about = "luces, persianas, calefacción y escenas de la casa",
        .schema = "{\"type\":\"object\",\"properties\":{"
                  "\"accion\":{\"type\":\"string\",\"enum\":[\"encender\",\"apagar\",\"abrir\",\"cerrar\","
                  "\"fijar\",\"pausar\",\"seguir\",\"siguiente\",\"anterior\","
                  "\"consultar\"]},\"cosa\":{\"type\":\"string\",\"maxLength\":100},"
                  "\"lugar\":{\"type\":\"string\",\"maxLength\":100},\"valor\":{\"type\":\"string\","
                  "\"maxLength\":60}},"
                  "\"required\":[\"accion\",\"cosa\"]}",
        .effect = TOOL_CHANGES,
        .deadline_ms = CALL_MS,
        .not_asked_by = TOOL_TELEPHONE,
        .not_this = tr("eso no sé hacerlo", "that I cannot do"),
        .self = self,
        .run = run,
        .judge = judge,
        .describe = describe,
    };
    (void)deadline_ms;
    (void)stop;
    return toolbox_add(box, &tool, err);
}

static void close_home(void *self)
{
    struct home *h = self;
    home_list_finish(&h->list);
    json_decref(h->areas);
    json_decref(h->judged);
    free(h);
}

enum sarai_status home_provide(struct toolbox *box, const struct home_options *options,
                               struct sarai_error *err)
{
    struct home *h = calloc(1, sizeof *h);
    if (!h)
        return out_of_memory(err, tr("la casa", "the home"));
    h->link = (struct home_link){options->url, options->token};
    h->encoder = options->encoder;
    const struct tool_provider provider = {"casa", h, list, NULL, close_home};
    return toolbox_provide(box, &provider, NULL, err);
}
