#include "think/expert.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/sse.h"
#include "base/utf8.h"
#include "engine/http.h"
#include "think/breaker.h"

enum {
    URL_BYTES = 2048,
    KEY_BYTES = 1024,
    CONNECT_MOST_MS = 5000,
    PAUSE_MS = 250,      /* before the second try; doubles */
    WISH_MOST_MS = 3000, /* a server that wants a longer pause is not waited for */
    STEP_MS = 20,
    MODELS_BYTES = 1 << 20,
    EVENT_BYTES = 256 * 1024,
};
static const double ANSWER_TIMEOUTS = 4;

struct expert {
    char url[URL_BYTES]; /* the base, without a slash at its end */
    char place[URL_BYTES];
    char authorization[KEY_BYTES + 32]; /* "" without a key */
    char *model;
    struct expert_options options; /* its texts are the caller's */
    struct breaker breaker;
};

/* ---- open and close -------------------------------------------------------------------------- */

static enum sarai_status read_url(struct expert *e, const char *url, struct sarai_error *err)
{
    static const char tail[] = "/chat/completions";
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    size_t host = strcspn(url + scheme, "/?#");
    if (scheme == 0 || host == 0 || strlen(url) >= URL_BYTES - sizeof tail || url[strcspn(url, " \r\n?#")])
        return failed(err, SARAI_EUSAGE,
                      tr("EXPERT_URL: «%.200s» no es una dirección http(s), p. ej. http://127.0.0.1:8080/v1",
                         "EXPERT_URL: “%.200s” is no http(s) address, e.g. http://127.0.0.1:8080/v1"),
                      url);
    if (memchr(url + scheme, '@', host))
        return failed(err, SARAI_EUSAGE,
                      tr("EXPERT_URL lleva una contraseña; ponla en EXPERT_KEY",
                         "EXPERT_URL holds a password; put it into EXPERT_KEY"));
    snprintf(e->url, sizeof e->url, "%s%s", url, url[scheme + host] ? "" : "/v1");
    snprintf(e->place, sizeof e->place, "%.*s", (int)(scheme + host), url);
    size_t n = strlen(e->url);
    if (n > sizeof tail - 1 && strcmp(e->url + n - (sizeof tail - 1), tail) == 0)
        n -= sizeof tail - 1;
    while (e->url[n - 1] == '/')
        n--;
    e->url[n] = '\0';
    return SARAI_OK;
}

static enum sarai_status read_key(struct expert *e, const char *key, struct sarai_error *err)
{
    if (strlen(key) > KEY_BYTES || key[strcspn(key, "\r\n")])
        return failed(err, SARAI_EUSAGE,
                      tr("EXPERT_KEY pasa de %d bytes o tiene un salto de línea",
                         "EXPERT_KEY is over %d bytes or holds a line break"),
                      KEY_BYTES);
    if (*key)
        snprintf(e->authorization, sizeof e->authorization, "Authorization: Bearer %s", key);
    return SARAI_OK;
}

enum sarai_status expert_open(const struct expert_options *options, struct expert **out,
                              struct sarai_error *err)
{
    struct expert *e = calloc(1, sizeof *e);
    if (!e)
        return out_of_memory(err, "expert");
    e->options = *options;
    e->model = strdup(options->model);
    enum sarai_status st = e->model ? read_url(e, options->url, err) : out_of_memory(err, "expert");
    if (!st)
        st = read_key(e, options->key, err);
    e->options.url = e->options.model = e->options.key = NULL;
    if (st)
        expert_close(e);
    else
        *out = e;
    return st;
}

void expert_close(struct expert *e)
{
    if (!e)
        return;
    explicit_bzero(e->authorization, sizeof e->authorization);
    free(e->model);
    free(e);
}

const char *expert_place(const struct expert *e)
{
    return e->place;
}

bool expert_is_exposed(const struct expert *e)
{
    static const char *const here[] = {"http://127.", "http://localhost", "http://[::1]"};
    bool exposed = strncmp(e->place, "http://", 7) == 0;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        exposed = exposed && strncmp(e->place, here[i], strlen(here[i])) != 0;
    return exposed;
}

bool expert_is_there(const struct expert *e)
{
    return breaker_lets(&e->breaker, clock_ms());
}

/* ---- the answer ------------------------------------------------------------------------------ */

struct reading {
    struct sse stream;
    expert_words *on_words;
    void *user;
    struct expert_report *report;
    double start_ms;
    bool whole;   /* the answer came to its end, or the caller has enough */
    bool garbled; /* something that is no event of a chat */
};

static bool give_words(struct reading *r, const char *words)
{
    if (!*words)
        return true;
    if (!r->report->began)
        r->report->first_word_ms = clock_ms() - r->start_ms;
    r->report->began = true;
    r->whole = !r->on_words(r->user, words);
    return !r->whole;
}

/* {"choices": [{"delta": {"content": "…"}, "finish_reason": null}]}. What else a server sends along (usage,
 * reasoning, roles) is passed over. */
static bool on_event(void *user, const char *data, size_t n)
{
    struct reading *r = user;
    if (strcmp(data, "[DONE]") == 0) {
        r->whole = true;
        return false;
    }
    json_t *event = json_loadb(data, n, 0, NULL);
    json_t *choice = json_array_get(json_object_get(event, "choices"), 0);
    const char *words = json_string_value(json_object_get(json_object_get(choice, "delta"), "content"));
    bool ended = json_is_string(json_object_get(choice, "finish_reason"));
    bool more = json_is_object(event) && !json_object_get(event, "error");
    r->garbled = !more;
    if (more && words)
        more = give_words(r, words);
    r->whole = r->whole || (more && ended);
    json_decref(event);
    return more && !ended;
}

static bool on_data(void *user, const char *data, size_t n)
{
    struct reading *r = user;
    bool more = sse_feed(&r->stream, data, n, on_event, r);
    r->garbled = r->garbled || (!more && !r->whole);
    return more;
}

/* Whatever is no UTF-8 in the question becomes U+FFFD: JSON holds nothing else. */
static char *clean(const char *question)
{
    size_t n = strlen(question);
    struct buf text = BUF_INIT(4 * n + 1);
    bool ok = true;
    for (size_t at = 0; ok && at < n;)
        ok = buf_codepoint(&text, utf8_next(question, n, &at));
    char *taken = ok ? buf_take(&text) : NULL;
    buf_finish(&text);
    return taken;
}

static char *write_request(const struct expert *e, const char *system, const char *words)
{
    char *question = clean(words);
    json_t *body =
        !question ? NULL
                  : json_pack("{s:[{s:s,s:s},{s:s,s:s}],s:b,s:i,s:f}", "messages", "role", "system",
                              "content", system, "role", "user", "content", question, "stream", 1,
                              "max_tokens", e->options.max_tokens, "temperature", e->options.temperature);
    if (body && *e->model)
        json_object_set_new(body, "model", json_string(e->model));
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    free(question);
    return text;
}

static struct http_request request_to(const struct expert *e, const char *url, const char **headers)
{
    double timeout_ms = 1000 * e->options.timeout_s;
    struct http_request r = {.url = url,
                             .headers = headers,
                             .connect_ms = timeout_ms < CONNECT_MOST_MS ? timeout_ms : CONNECT_MOST_MS,
                             .silence_ms = timeout_ms,
                             .total_ms = ANSWER_TIMEOUTS * timeout_ms,
                             .stop = e->options.stop};
    headers[r.n_headers++] = "Content-Type: application/json";
    if (e->authorization[0])
        headers[r.n_headers++] = e->authorization;
    return r;
}

/* What the server says of its error, where that is a sentence and does not hold our key. */
static void add_cause(const struct expert *e, const struct http_reply *reply, struct sarai_error *err)
{
    json_t *body = json_loads(reply->problem, 0, NULL);
    json_t *error = json_object_get(body, "error");
    const char *cause = json_string_value(json_is_object(error) ? json_object_get(error, "message") : error);
    const char *key = strrchr(e->authorization, ' ');
    if (err && cause && !(key && strstr(cause, key + 1))) {
        struct sarai_error before = *err;
        failed(err, before.status, "%s: %.200s", before.message, cause);
    }
    json_decref(body);
}

/* Whether the same request may do better a little later. */
static bool is_passing(long code)
{
    return code == 0 || code == 408 || code == 429 || code / 100 == 2 || code >= 500;
}

/* One try. *again: another may do better. */
static enum sarai_status try_once(struct expert *e, const char *body, struct reading *r, double *wish_ms,
                                  bool *again, struct sarai_error *err)
{
    char url[URL_BYTES + 32];
    const char *headers[HTTP_MAX_HEADERS];
    struct http_reply reply;
    snprintf(url, sizeof url, "%s/chat/completions", e->url);
    struct http_request request = request_to(e, url, headers);
    request.body = body;
    request.on_data = on_data;
    request.user = r;
    r->stream = (struct sse)SSE_INIT(EVENT_BYTES);
    r->garbled = false;
    r->report->tries++;
    enum sarai_status st = http_request(&request, &reply, err);
    sse_finish(&r->stream);
    if (r->whole)
        return SARAI_OK;
    if (!st)
        st = failed(err, SARAI_ENETWORK,
                    r->garbled ? tr("%s contesta algo que no se entiende", "%s answers what makes no sense")
                               : tr("la respuesta de %s se corta", "the answer of %s breaks off"),
                    e->place);
    else if (st == SARAI_ENETWORK && reply.problem[0])
        add_cause(e, &reply, err);
    *wish_ms = 1000 * reply.retry_after_s;
    *again = st == SARAI_ENETWORK && !r->report->began && !r->garbled && is_passing(reply.code) &&
             *wish_ms <= WISH_MOST_MS && clock_ms() - r->start_ms < 1000 * e->options.timeout_s;
    return st;
}

/* False when stop was raised meanwhile. */
static bool pause_for(double ms, const struct stop *stop)
{
    const struct timespec step = {0, STEP_MS * 1000000L};
    const double until_ms = clock_ms() + ms;
    while (clock_ms() < until_ms && !stop_raised(stop))
        nanosleep(&step, NULL);
    return !stop_raised(stop);
}

static enum sarai_status try_until(struct expert *e, const char *body, struct reading *r,
                                   struct sarai_error *err)
{
    double pause_ms = PAUSE_MS, wish_ms = 0;
    bool again = false;
    enum sarai_status st = try_once(e, body, r, &wish_ms, &again, err);
    while (st && again && r->report->tries <= e->options.retries) {
        if (!pause_for(wish_ms > pause_ms ? wish_ms : pause_ms, e->options.stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        pause_ms *= 2;
        st = try_once(e, body, r, &wish_ms, &again, err);
    }
    return st;
}

enum sarai_status expert_ask(struct expert *e, const char *system, const char *question,
                             expert_words *on_words, void *user, struct expert_report *out,
                             struct sarai_error *err)
{
    struct reading r = {.on_words = on_words, .user = user, .report = out, .start_ms = clock_ms()};
    char *body = write_request(e, system, question);
    *out = (struct expert_report){0};
    enum sarai_status st = body ? try_until(e, body, &r, err) : out_of_memory(err, "expert");
    free(body);
    if (st != SARAI_ECANCELLED && st != SARAI_ENOMEM)
        breaker_report(&e->breaker, !st, clock_ms());
    out->total_ms = clock_ms() - r.start_ms;
    return st;
}

/* ---- what it has ----------------------------------------------------------------------------- */

static bool collect(void *user, const char *data, size_t n)
{
    return buf_append(user, data, n);
}

enum sarai_status expert_models(struct expert *e, struct buf *out, struct sarai_error *err)
{
    char url[URL_BYTES + 32];
    const char *headers[HTTP_MAX_HEADERS];
    struct http_reply reply;
    struct buf text = BUF_INIT(MODELS_BYTES);
    snprintf(url, sizeof url, "%s/models", e->url);
    struct http_request request = request_to(e, url, headers);
    request.on_data = collect;
    request.user = &text;
    enum sarai_status st = http_request(&request, &reply, err);
    json_t *root = st ? NULL : json_loads(buf_string(&text), 0, NULL);
    json_t *list = json_object_get(root, "data");
    if (!st && !json_is_array(list))
        st = failed(err, SARAI_ENETWORK,
                    tr("%s contesta algo que no se entiende", "%s answers what makes no sense"), e->place);
    else if (st && reply.problem[0])
        add_cause(e, &reply, err);
    for (size_t i = 0; !st && i < json_array_size(list); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, i), "id"));
        if (id && !buf_printf(out, "%s\n", id))
            st = out_of_memory(err, "expert");
    }
    json_decref(root);
    buf_finish(&text);
    return st;
}
