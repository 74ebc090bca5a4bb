#include "engine/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static int progress(void *user, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up_done)
{
    struct transfer *t = user;
    (void)up_total;
    (void)up_done;
    if (t->on_progress && done > 0)
        t->on_progress(t->user, t->before + (double)done, total > 0 ? t->before + (double)total : 0);
    return stop_raised(t->stop);
}

static CURLcode perform(CURL *curl, const char *url, FILE *file, struct transfer *t, long *http_code)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
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
                      strerror(errno));
    case CURLE_HTTP_RETURNED_ERROR:
        return failed(err, SARAI_ENETWORK, tr("%s responde %ld", "%s answers %ld"), url, http_code);
    default:
        return failed(err, SARAI_ENETWORK, tr("no se puede descargar %s: %s", "cannot fetch %s: %s"), url,
                      curl_easy_strerror(code));
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
                      strerror(errno));
    fseek(file, 0, SEEK_END);
    t->before = (double)ftell(file);
    CURLcode code = perform(curl, url, file, t, &http_code);
    if (t->before > 0 && (code == CURLE_RANGE_ERROR || http_code == 416)) {
        t->before = 0;
        code = ftruncate(fileno(file), 0) == 0 ? perform(curl, url, file, t, &http_code) : CURLE_WRITE_ERROR;
    }
    if (fclose(file) != 0 && code == CURLE_OK)
        code = CURLE_WRITE_ERROR;
    *missing = code == CURLE_HTTP_RETURNED_ERROR && (http_code == 404 || http_code == 410);
    return explain(code, http_code, url, path, err);
}

enum sarai_status http_fetch(const char *url, const char *path, http_progress_fn *on_progress, void *user,
                             const struct stop *stop, bool *missing, struct sarai_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct transfer t = {on_progress, user, stop, 0};
    pthread_once(&once, start_curl);
    CURL *curl = curl_easy_init();
    if (!curl)
        return out_of_memory(err, url);
    enum sarai_status st = fetch_once(curl, url, path, &t, missing, err);
    curl_easy_cleanup(curl);
    return st;
}

const char *http_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
