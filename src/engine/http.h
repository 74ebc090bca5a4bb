/* HTTP through libcurl: fetching a file, going on where an earlier try ended; asking a service, whose answer
 * is read as it comes.
 *
 *     http_fetch("https://…/model.gguf", "model.gguf.part", on_progress, user, stop, &found, err);
 *     http_request(&(struct http_request){.url = url, .body = json, .on_data = read, …}, &reply, err);
 *
 * Certificates are checked. Any thread; nothing is shared but libcurl's own start.
 */
#ifndef SARAI_ENGINE_HTTP_H
#define SARAI_ENGINE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"

/* done and total in bytes; total is 0 where the server does not tell. */
typedef void http_progress_fn(void *user, double done, double total);

/* Fetches url into the file at path. When the file is there already, only what is missing is asked for.
 * ENETWORK: no answer, an answer that is an error, cut short (the file keeps what came). EOUTPUT: cannot be
 * written. ECANCELLED: stop was raised. *missing is set when the server says that there is no such file. */
enum sarai_status http_fetch(const char *url, const char *path, http_progress_fn *on_progress, void *user,
                             const struct stop *stop, bool *missing, struct sarai_error *err);

enum { HTTP_PROBLEM_BYTES = 4096, HTTP_MAX_HEADERS = 80, HTTP_HEADER_BYTES = 1024 };

/* The next bytes of a good answer; false: that is enough. */
typedef bool http_data_fn(void *user, const char *data, size_t n);

/* A header of the answer, before the first of its bytes: name in lower case, value without blanks around. */
typedef void http_header_fn(void *user, const char *name, const char *value);

struct http_request {
    const char *url;
    const char *const *headers; /* "Name: value", at most HTTP_MAX_HEADERS; no line breaks inside */
    size_t n_headers;
    const char *body;          /* is posted; NULL: GET */
    const char *method;        /* NULL: as the body says */
    double connect_ms;         /* most until there is a connection, */
    double silence_ms;         /* … without a byte of the server's, */
    double total_ms;           /* … and in all */
    http_data_fn *on_data;     /* on the calling thread */
    http_header_fn *on_header; /* or NULL */
    void *user;
    const struct stop *stop; /* looked at every 20 ms; or NULL */
};

struct http_reply {
    long code;                        /* 0: no answer */
    double retry_after_s;             /* as the server wishes; 0 where it says nothing */
    char problem[HTTP_PROBLEM_BYTES]; /* the beginning of what came with a code other than 2xx */
};

/* One request. Redirections are not followed: the body is meant for this address alone. `out` is always
 * written. OK: a 2xx answer, read to its end or as far as on_data wanted it. ENETWORK: no answer in time, one
 * that breaks off, another code. ECANCELLED: stop was raised. */
enum sarai_status http_request(const struct http_request *request, struct http_reply *out,
                               struct sarai_error *err);

/* "7.88.1" */
const char *http_version(void);

#endif
