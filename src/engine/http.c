#include "engine/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/reason.h"

enum { CONNECT_S = 20, STALL_S = 30, STALL_BYTES_S = 100, MAX_REDIRECTS = 10 };

struct transfer {
    http_progress_fn *on_progress;
    void *user;
    const struct stop *stop;
    double before; /* bytes that an earlier try brought */
};

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURL *open_curl(const char *url)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    CURL *curl = curl_easy_init();
    if (!curl)
        return NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return curl;
}

/* Why a transfer failed, in the language of messages; libcurl knows English only. */
static const char *reason_of_transfer(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return tr("no se encuentra esa máquina; ¿hay red?", "no such machine is found; is there a network?");
    case CURLE_COULDNT_CONNECT:
        return tr("nadie atiende ahí", "nobody answers there");
    case CURLE_OPERATION_TIMEDOUT:
        return tr("se acabó el tiempo de espera", "out of time");
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return tr("la conexión se ha cortado", "the connection was cut");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return tr("la conexión segura no se establece o su certificado no vale",
                  "the secure connection fails, or its certificate is not valid");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return tr("no es una dirección http o https", "it is no address of http or https");
    case CURLE_TOO_MANY_REDIRECTS:
        return tr("remite de una dirección a otra sin fin",
                  "it refers from one address to another without end");
    default:
        return curl_easy_strerror(code);
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static int progress(void *user, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up_done)
{
    struct transfer *t = user;
    (void)up_total;
    (void)up_done;
    if (t->on_progress && done > 0)
        t->on_progress(t->user, t->before + (double)done, total > 0 ? t->before + (double)total : 0);
    return stop_raised(t->stop);
}

static CURLcode perform(CURL *curl, FILE *file, struct transfer *t, long *http_code)
{
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->before);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, http_code);
    return code;
}

static enum sarai_status explain(CURLcode code, long http_code, const char *url, const char *path,
                                 struct sarai_error *err)
{
    switch (code) {
    case CURLE_OK:
        return SARAI_OK;
    case CURLE_ABORTED_BY_CALLBACK:
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    case CURLE_WRITE_ERROR:
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                      reason_of(errno));
    case CURLE_HTTP_RETURNED_ERROR:
        return failed(err, SARAI_ENETWORK, tr("%s responde %ld", "%s answers %ld"), url, http_code);
    default:
        return failed(err, SARAI_ENETWORK, tr("no se puede descargar %s: %s", "cannot fetch %s: %s"), url,
                      reason_of_transfer(code));
    }
}

/* One try that appends to the file. A server that cannot resume makes it begin anew. */
static enum sarai_status fetch_once(CURL *curl, const char *url, const char *path, struct transfer *t,
                                    bool *missing, struct sarai_error *err)
{
    long http_code = 0;
    FILE *file = fopen(path, "ab");
    if (!file)
        return failed(err, SARAI_EOUTPUT, tr("no se puede escribir %s: %s", "cannot write %s: %s"), path,
                      reason_of(errno));
    fseek(file, 0, SEEK_END);
    t->before = (double)ftell(file);
    CURLcode code = perform(curl, file, t, &http_code);
    if (t->before > 0 && (code == CURLE_RANGE_ERROR || http_code == 416)) {
        t->before = 0;
        code = ftruncate(fileno(file), 0) == 0 ? perform(curl, file, t, &http_code) : CURLE_WRITE_ERROR;
    }
    if (fclose(file) != 0 && code == CURLE_OK)
        code = CURLE_WRITE_ERROR;
    *missing = code == CURLE_HTTP_RETURNED_ERROR && (http_code == 404 || http_code == 410);
    return explain(code, http_code, url, path, err);
}

enum sarai_status http_fetch(const char *url, const char *path, http_progress_fn *on_progress, void *user,
                             const struct stop *stop, bool *missing, struct sarai_error *err)
{
    struct transfer t = {on_progress, user, stop, 0};
    CURL *curl = open_curl(url);
    if (!curl)
        return out_of_memory(err, url);
    enum sarai_status st = fetch_once(curl, url, path, &t, missing, err);
    curl_easy_cleanup(curl);
    return st;
}

/* ---- services -------------------------------------------------------------------------------- */

enum { LOOK_EVERY_MS = 20 };

struct exchange {
    const struct http_request *request;
    struct http_reply *reply;
    CURL *curl;
    double start_ms, heard_ms;
    bool enough; /* said on_data */
};

static size_t take_data(char *data, size_t size, size_t n, void *user)
{
    struct exchange *x = user;
    size_t bytes = size * n;
    x->heard_ms = clock_ms();
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->reply->code);
    if (x->reply->code / 100 == 2) {
        x->enough = !x->request->on_data(x->request->user, data, bytes);
    } else {
        size_t had = strlen(x->reply->problem), room = HTTP_PROBLEM_BYTES - 1 - had;
        memcpy(x->reply->problem + had, data, bytes < room ? bytes : room);
        x->enough = bytes >= room;
    }
    return x->enough ? CURL_WRITEFUNC_ERROR : bytes;
}

/* Of lines that are longer than any header that somebody asks for, nothing is told. */
static size_t take_header(char *line, size_t size, size_t n, void *user)
{
    const struct exchange *x = user;
    char name[64], value[HTTP_HEADER_BYTES];
    const char *end = line + size * n, *colon = memchr(line, ':', size * n), *v;
    if (!colon || (size_t)(colon - line) >= sizeof name)
        return size * n;
    for (v = colon + 1; v < end && isspace((unsigned char)*v); v++)
        ;
    while (end > v && isspace((unsigned char)end[-1]))
        end--;
    if ((size_t)(end - v) >= sizeof value)
        return size * n;
    for (size_t i = 0; line + i < colon; i++)
        name[i] = (char)tolower((unsigned char)line[i]);
    name[colon - line] = '\0';
    memcpy(value, v, (size_t)(end - v));
    value[end - v] = '\0';
    x->request->on_header(x->request->user, name, value);
    return size * n;
}

static enum sarai_status unheard(const struct http_request *r, const char *why, struct sarai_error *err)
{
    return failed(err, SARAI_ENETWORK, tr("%s no contesta: %s", "no answer from %s: %s"), r->url, why);
}

static enum sarai_status look_at_clock(const struct exchange *x, struct sarai_error *err)
{
    const struct http_request *r = x->request;
    double now_ms = clock_ms();
    if (stop_raised(r->stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    if (now_ms - x->heard_ms > r->silence_ms || now_ms - x->start_ms > r->total_ms)
        return unheard(r, tr("se acabó el tiempo de espera", "out of time"), err);
    return SARAI_OK;
}

/* Runs the transfer to its end; libcurl's own progress callback would look at stop once a second only. */
static enum sarai_status drive(CURLM *multi, const struct exchange *x, CURLcode *code,
                               struct sarai_error *err)
{
    int running = 1, left = 0;
    enum sarai_status st = SARAI_OK;
    while (!st && running > 0) {
        CURLMcode result = curl_multi_perform(multi, &running);
        if (result == CURLM_OK && running > 0)
            result = curl_multi_poll(multi, NULL, 0, LOOK_EVERY_MS, NULL);
        st = result == CURLM_OK ? look_at_clock(x, err)
                                : unheard(x->request, curl_multi_strerror(result), err);
    }
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    *code = message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_OK;
    return running > 0 ? st : SARAI_OK; /* what has ended in time has ended well, or says why not */
}

static void prepare(const struct exchange *x, const struct curl_slist *headers)
{
    const struct http_request *r = x->request;
    curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, take_data);
    curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
    curl_easy_setopt(x->curl, CURLOPT_QUICK_EXIT,
                     1L); /* a name that does not resolve must not be waited for */
    if (r->body)
        curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, r->body);
    if (r->method)
        curl_easy_setopt(x->curl, CURLOPT_CUSTOMREQUEST, r->method);
    if (r->on_header) {
        curl_easy_setopt(x->curl, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(x->curl, CURLOPT_HEADERDATA, x);
    }
}

static enum sarai_status conclude(const struct exchange *x, CURLcode code, struct sarai_error *err)
{
    curl_off_t wait_s = 0;
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->reply->code);
    curl_easy_getinfo(x->curl, CURLINFO_RETRY_AFTER, &wait_s);
    x->reply->retry_after_s = (double)wait_s;
    if (code != CURLE_OK && !x->enough)
        return unheard(x->request, reason_of_transfer(code), err);
    if (x->reply->code / 100 != 2)
        return failed(err, SARAI_ENETWORK, tr("%s responde %ld", "%s answers %ld"), x->request->url,
                      x->reply->code);
    return SARAI_OK;
}

static enum sarai_status exchange(struct exchange *x, CURLM *multi, const struct curl_slist *headers,
                                  struct sarai_error *err)
{
    CURLcode code = CURLE_OK;
    prepare(x, headers);
    if (curl_multi_add_handle(multi, x->curl) != CURLM_OK)
        return out_of_memory(err, x->request->url);
    enum sarai_status st = drive(multi, x, &code, err);
    if (!st)
        st = conclude(x, code, err);
    curl_multi_remove_handle(multi, x->curl);
    return st;
}

static bool add_header(struct curl_slist **list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(*list, header);
    if (longer)
        *list = longer;
    return longer != NULL;
}

enum sarai_status http_request(const struct http_request *request, struct http_reply *out,
                               struct sarai_error *err)
{
    struct curl_slist *headers = NULL;
    double now_ms = clock_ms();
    struct exchange x = {.request = request,
                         .reply = out,
                         .start_ms = now_ms,
                         .heard_ms = now_ms,
                         .curl = open_curl(request->url)};
    CURLM *multi = curl_multi_init();
    bool ok = x.curl && multi && add_header(&headers, "Expect:"); /* else some servers wait for a second */
    for (size_t i = 0; ok && i < request->n_headers; i++)
        ok = add_header(&headers, request->headers[i]);
    *out = (struct http_reply){0};
    enum sarai_status st = ok ? exchange(&x, multi, headers, err) : out_of_memory(err, request->url);
    curl_easy_cleanup(x.curl);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    return st;
}

const char *http_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
