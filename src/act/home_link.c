#include "act/home_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "engine/http.h"

enum { CONNECT_MS = 1500, ADDRESS_BYTES = 1024, TOKEN_BYTES = 4096 };

static bool take(void *user, const char *data, size_t n)
{
    return buf_append(user, data, n);
}

static enum sarai_status explain(long code, struct sarai_error *err)
{
    if (code == 401 || code == 403)
        return failed(err, SARAI_ENETWORK,
                      tr("la casa no acepta la llave de HOME_ASSISTANT_TOKEN",
                         "the home does not accept the key in HOME_ASSISTANT_TOKEN"));
    if (code == 400)
        return failed(err, SARAI_ENETWORK,
                      tr("la casa no admite esa orden", "the home does not take that order"));
    if (code > 0)
        return failed(err, SARAI_ENETWORK,
                      tr("la casa responde con un error (%ld)", "the home answers with an error (%ld)"),
                      code);
    return failed(err, SARAI_ENETWORK, tr("la casa no responde", "the home does not answer"));
}

static enum sarai_status ask(const struct home_link *link, const char *path, const char *body,
                             double deadline_ms, const struct stop *stop, struct buf *out,
                             struct sarai_error *err)
{
    char url[ADDRESS_BYTES], authorization[TOKEN_BYTES];
    const char *const headers[] = {authorization, "Content-Type: application/json"};
    struct http_reply reply;
    double left_ms = deadline_ms - clock_ms();
    size_t n = strlen(link->url);
    while (n > 0 && link->url[n - 1] == '/')
        n--;
    if (snprintf(url, sizeof url, "%.*s%s", (int)n, link->url, path) >= (int)sizeof url ||
        snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", link->token) >=
            (int)sizeof authorization)
        return failed(err, SARAI_EUSAGE,
                      tr("HOME_ASSISTANT_URL o HOME_ASSISTANT_TOKEN son demasiado largos",
                         "HOME_ASSISTANT_URL or HOME_ASSISTANT_TOKEN is too long"));
    const struct http_request r = {.url = url,
                                   .headers = headers,
                                   .n_headers = 2,
                                   .body = body,
                                   .connect_ms = CONNECT_MS,
                                   .silence_ms = left_ms > 1 ? left_ms : 1,
                                   .total_ms = left_ms > 1 ? left_ms : 1,
                                   .on_data = take,
                                   .user = out,
                                   .stop = stop};
    enum sarai_status st = http_request(&r, &reply, err);
    return st == SARAI_ENETWORK ? explain(reply.code / 100 == 2 ? 0 : reply.code, err) : st;
}

/* Takes `body` over, which may be NULL for a GET. */
static enum sarai_status ask_json(const struct home_link *link, const char *path, json_t *body,
                                  double deadline_ms, const struct stop *stop, json_t **out,
                                  struct sarai_error *err)
{
    struct buf text = BUF_INIT(HOME_ANSWER_BYTES);
    char *sent = body ? json_dumps(body, JSON_COMPACT) : NULL;
    enum sarai_status st =
        body && !sent ? out_of_memory(err, link->url) : ask(link, path, sent, deadline_ms, stop, &text, err);
    if (!st && !(*out = json_loadb(buf_string(&text), text.len, 0, NULL)))
        st = failed(err, SARAI_ENETWORK,
                    tr("en HOME_ASSISTANT_URL no responde Home Assistant",
                       "it is not Home Assistant that answers at HOME_ASSISTANT_URL"));
    free(sent);
    json_decref(body);
    buf_finish(&text);
    return st;
}

enum sarai_status home_version(const struct home_link *link, double deadline_ms, const struct stop *stop,
                               char version[64], struct sarai_error *err)
{
    json_t *config = NULL;
    enum sarai_status st = ask_json(link, "/api/config", NULL, deadline_ms, stop, &config, err);
    const char *number = json_string_value(json_object_get(config, "version"));
    if (!st)
        snprintf(version, 64, "Home Assistant %.40s", number ? number : "?");
    json_decref(config);
    return st;
}

enum sarai_status home_states(const struct home_link *link, double deadline_ms, const struct stop *stop,
                              json_t **out, struct sarai_error *err)
{
    return ask_json(link, "/api/states", NULL, deadline_ms, stop, out, err);
}

/* The REST API has no list of areas, but renders templates, which know them; floors since version 2024.4. */
static const char areas_template[] = "[{% for a in areas() %}{{ [area_name(a), area_entities(a), "
                                     "floor_name(area_name(a)) if floor_name is defined "
                                     "else none] | to_json }}{{ ',' if not loop.last }}{% endfor %}]";

/* [area, entities, floor] → of each entity [area, floor], the latter perhaps null. */
static void add_area(const json_t *area, json_t *found)
{
    size_t i;
    json_t *entity, *where = json_array(), *floor = json_array_get(area, 2);
    json_array_append(where, json_array_get(area, 0));
    if (floor)
        json_array_append(where, floor);
    json_array_foreach(json_array_get(area, 1), i, entity) if (json_is_string(entity))
        json_object_set(found, json_string_value(entity), where);
    json_decref(where);
}

enum sarai_status home_areas(const struct home_link *link, double deadline_ms, const struct stop *stop,
                             json_t **out, struct sarai_error *err)
{
    json_t *areas = NULL, *area, *found = json_object();
    size_t i;
    enum sarai_status st = ask_json(link, "/api/template", json_pack("{s:s}", "template", areas_template),
                                    deadline_ms, stop, &areas, err);
    json_array_foreach(areas, i, area) add_area(area, found);
    json_decref(areas);
    if (!st && !found)
        st = out_of_memory(err, link->url);
    if (st)
        json_decref(found);
    else
        *out = found;
    return st;
}

enum sarai_status home_service(const struct home_link *link, const char *domain, const char *service,
                               json_t *data, double deadline_ms, const struct stop *stop,
                               struct sarai_error *err)
{
    char path[160];
    json_t *changed = NULL;
    snprintf(path, sizeof path, "/api/services/%.64s/%.64s", domain, service);
    if (!data)
        return out_of_memory(err, service);
    enum sarai_status st = ask_json(link, path, data, deadline_ms, stop, &changed, err);
    json_decref(changed);
    return st;
}
