/* Single requests: what is sent and what comes back, answers that are errors, and servers that cut, stall or
 * never end. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/http.h"
#include "server.h"

enum { LONG_MS = 60000 };

static struct server echo;

struct taken {
    struct buf text;
    char session[64];
    size_t most; /* bytes that are enough */
};

static bool take(void *user, const char *data, size_t n)
{
    struct taken *t = user;
    assert_true(buf_append(&t->text, data, n));
    return t->text.len < t->most;
}

static void note_header(void *user, const char *name, const char *value)
{
    struct taken *t = user;
    if (strcmp(name, "x-session-id") == 0)
        snprintf(t->session, sizeof t->session, "%s", value);
}

/* Asks for a path, with what the request leaves open filled in. */
static enum sarai_status ask(struct http_request r, const char *path, struct taken *t,
                             struct http_reply *reply, struct sarai_error *err)
{
    char url[128];
    snprintf(url, sizeof url, "%s%s", echo.url, path);
    *t = (struct taken){.text = BUF_INIT(1 << 20), .most = 2000};
    r.url = url;
    r.on_data = take;
    r.on_header = note_header;
    r.user = t;
    r.connect_ms = LONG_MS;
    r.silence_ms = r.silence_ms > 0 ? r.silence_ms : LONG_MS;
    r.total_ms = r.total_ms > 0 ? r.total_ms : LONG_MS;
    enum sarai_status st = http_request(&r, reply, err);
    buf_append(&t->text, "", 0);
    return st;
}

static void what_is_sent_arrives(void **state)
{
    const char *const headers[] = {"Authorization: Bearer x", "Content-Type: application/json"};
    struct http_reply reply;
    struct taken t;
    (void)state;
    const struct http_request post = {.headers = headers, .n_headers = 2, .body = "{\"a\":1}"};
    assert_int_equal(ask(post, "/echo", &t, &reply, NULL), SARAI_OK);
    assert_int_equal(reply.code, 200);
    assert_string_equal(t.session, "abc 1");
    assert_string_equal(buf_string(&t.text),
                        "{\"method\": \"POST\", \"body\": \"{\\\"a\\\":1}\", \"token\": \"Bearer x\"}");
    buf_finish(&t.text);
    assert_int_equal(ask((struct http_request){.method = "DELETE"}, "/echo", &t, &reply, NULL), SARAI_OK);
    assert_string_equal(buf_string(&t.text), "{\"method\": \"DELETE\", \"body\": \"\", \"token\": null}");
    buf_finish(&t.text);
}

static void other_answers_are_errors(void **state)
{
    struct http_reply reply;
    struct sarai_error err = {0};
    struct taken t;
    (void)state;
    assert_int_equal(ask((struct http_request){0}, "/none", &t, &reply, &err), SARAI_ENETWORK);
    assert_int_equal(reply.code, 404);
    assert_non_null(strstr(reply.problem, "\"GET\""));
    assert_int_equal(t.text.len, 0);
    buf_finish(&t.text);
    assert_int_equal(ask((struct http_request){0}, "/moved", &t, &reply, &err), SARAI_ENETWORK);
    assert_int_equal(reply.code, 302); /* a token goes to nobody else */
    buf_finish(&t.text);
}

static void no_whole_answer_is_told(void **state)
{
    struct http_reply reply;
    struct sarai_error err = {0};
    struct taken t;
    (void)state;
    assert_int_equal(ask((struct http_request){0}, "/cut", &t, &reply, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, echo.url));
    assert_non_null(strstr(err.message, "la conexión se ha cortado"));
    buf_finish(&t.text);
    assert_int_equal(ask((struct http_request){.silence_ms = 50}, "/silent", &t, &reply, &err),
                     SARAI_ENETWORK);
    assert_int_equal(reply.code, 0);
    buf_finish(&t.text);
    struct http_request nobody = {
        .url = "http://127.0.0.1:1/", .connect_ms = LONG_MS, .silence_ms = LONG_MS, .total_ms = LONG_MS};
    assert_int_equal(http_request(&nobody, &reply, &err), SARAI_ENETWORK);
    assert_string_equal(err.message, "http://127.0.0.1:1/ no contesta: nadie atiende ahí");
    nobody.url = "file:///etc/hostname";
    assert_int_equal(http_request(&nobody, &reply, &err), SARAI_ENETWORK);
}

static void *raise_it(void *arg)
{
    struct stop *stop = arg;
    usleep(20 * 1000);
    atomic_store(&stop->raised, true);
    return NULL;
}

static void an_endless_answer_is_ended(void **state)
{
    struct stop stop = {false};
    struct http_reply reply;
    struct taken t;
    pthread_t thread;
    (void)state;
    assert_int_equal(ask((struct http_request){0}, "/endless", &t, &reply, NULL),
                     SARAI_OK); /* it had enough */
    assert_int_equal(reply.code, 200);
    buf_finish(&t.text);
    assert_int_equal(ask((struct http_request){.total_ms = 50}, "/endless", &t, &reply, NULL),
                     SARAI_ENETWORK);
    buf_finish(&t.text);
    assert_int_equal(pthread_create(&thread, NULL, raise_it, &stop), 0);
    enum sarai_status st = ask((struct http_request){.stop = &stop}, "/slow", &t, &reply, NULL);
    pthread_join(thread, NULL);
    assert_int_equal(st, SARAI_ECANCELLED);
    buf_finish(&t.text);
}

static int start(void **state)
{
    (void)state;
    return server_start(&echo, TEST_DIR "/unit/echo.py") ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    server_stop(&echo);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(other_answers_are_errors),
        cmocka_unit_test(no_whole_answer_is_told),
        cmocka_unit_test(an_endless_answer_is_ended),
    };
    return cmocka_run_group_tests(tests, start, end);
}
