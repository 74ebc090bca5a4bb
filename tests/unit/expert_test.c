/* The expert's client against a server that cuts, stalls, is busy, lies; and the small parts that it stands
 * on.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fold.h"
#include "server.h"
#include "think/breaker.h"
#include "think/consent.h"
#include "think/expert.h"

/* What tests/unit/oracle.py answers. */
#define ANSWER "La fuerza es masa por aceleración. Lo dijo Newton en 1687."
#define KEY    "sk-0123456789"

static struct server oracle;
static struct stop stop;

static int start(void **state)
{
    (void)state;
    return server_start(&oracle, TEST_DIR "/unit/oracle.py") ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    server_stop(&oracle);
    return 0;
}

/* The next request that the server saw; caller lets go of it. */
static json_t *next_request(void)
{
    char line[8192];
    assert_true(server_line(&oracle, line, sizeof line));
    json_t *request = json_loads(line, 0, NULL);
    assert_non_null(request);
    return request;
}

static void skip_requests(int n)
{
    for (int i = 0; i < n; i++)
        json_decref(next_request());
}

static struct expert *open_expert(const char *kind, double timeout_s)
{
    char url[128];
    struct expert *e = NULL;
    snprintf(url, sizeof url, "%s/%s/v1", oracle.url, kind);
    const struct expert_options options = {.url = url,
                                           .model = "solar",
                                           .key = KEY,
                                           .timeout_s = timeout_s,
                                           .retries = 2,
                                           .max_tokens = 50,
                                           .stop = &stop};
    atomic_store(&stop.raised, false);
    assert_int_equal(expert_open(&options, &e, NULL), SARAI_OK);
    return e;
}

static bool hear(void *user, const char *words)
{
    assert_true(buf_text(user, words));
    return true;
}

/* What came of one question to an expert of that kind. */
struct outcome {
    enum sarai_status status;
    struct expert_report report;
    char heard[512];
    struct sarai_error err;
};

static struct outcome ask(struct expert *e)
{
    struct outcome o = {0};
    struct buf heard = BUF_INIT(sizeof o.heard - 1);
    o.status = expert_ask(e, "Eres Sarai.", "¿Qué es la fuerza?", hear, &heard, &o.report, &o.err);
    snprintf(o.heard, sizeof o.heard, "%s", buf_string(&heard));
    buf_finish(&heard);
    return o;
}

static struct outcome ask_kind(const char *kind, double timeout_s)
{
    struct expert *e = open_expert(kind, timeout_s);
    struct outcome o = ask(e);
    expert_close(e);
    skip_requests(o.report.tries);
    return o;
}

/* ---- against the server ------------------------------------------------------------------------ */

static void an_answer_comes_word_by_word(void **state)
{
    (void)state;
    struct expert *e = open_expert("good", 10);
    struct outcome o = ask(e);
    assert_int_equal(o.status, SARAI_OK);
    assert_string_equal(o.heard, ANSWER);
    assert_int_equal(o.report.tries, 1);
    assert_true(o.report.began && o.report.first_word_ms > 0 && o.report.first_word_ms <= o.report.total_ms);
    json_t *request = next_request(), *body = json_object_get(request, "body");
    json_t *messages = json_object_get(body, "messages");
    assert_string_equal(json_string_value(json_object_get(request, "path")), "/good/v1/chat/completions");
    assert_string_equal(json_string_value(json_object_get(request, "key")), "Bearer " KEY);
    assert_string_equal(json_string_value(json_object_get(body, "model")), "solar");
    assert_true(json_is_true(json_object_get(body, "stream")));
    assert_int_equal(json_integer_value(json_object_get(body, "max_tokens")), 50);
    assert_int_equal(json_array_size(messages), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(messages, 1), "content")),
                        "¿Qué es la fuerza?");
    json_decref(request);
    assert_string_equal(expert_place(e), oracle.url);
    expert_close(e);
}

static void what_comes_beside_words_is_passed_over(void **state)
{
    (void)state;
    struct outcome o = ask_kind("thinking", 10);
    assert_int_equal(o.status, SARAI_OK);
    assert_string_equal(o.heard, ANSWER);
}

static void a_busy_server_is_asked_again(void **state)
{
    (void)state;
    struct outcome o = ask_kind("busy", 10);
    assert_int_equal(o.status, SARAI_OK);
    assert_string_equal(o.heard, ANSWER);
    assert_int_equal(o.report.tries, 3);
}

/* A failure, what was heard before it, and how often it was tried. */
static void it_fails_in_a_sentence(void **state)
{
    static const struct {
        const char *kind, *heard, *sentence;
        int tries;
        double timeout_s;
    } table[] = {
        {"down", "", "500", 3, 10},
        {"late", "", "429", 1, 10},
        {"broke", "", "401", 1, 10},
        {"early", "", "", 3, 10},
        {"garbage", "", "no se entiende", 1, 10},
        {"error", "", "no se entiende", 1, 10},
        {"page", "", "se corta", 3, 10},
        {"moved", "", "307", 1, 10},
        {"silent", "", "espera", 1, 0.3},
        {"cut", "La fuerza es masa por aceleración. Lo dijo Newton", "", 1, 10},
        {"stall", "La fuerza es masa por aceleración. Lo dijo Newton", "espera", 1, 0.5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct outcome o = ask_kind(table[i].kind, table[i].timeout_s);
        if (o.status != SARAI_ENETWORK || strcmp(o.heard, table[i].heard) != 0 ||
            o.report.tries != table[i].tries || o.report.began != (*table[i].heard != '\0') ||
            !strstr(o.err.message, table[i].sentence) || strstr(o.err.message, KEY))
            fail_msg("%s: status %d, heard “%s”, %d tries: %s", table[i].kind, o.status, o.heard,
                     o.report.tries, o.err.message);
    }
}

static void a_server_that_is_not_there_is_told(void **state)
{
    struct expert *e = NULL;
    const struct expert_options options = {.url = "http://127.0.0.1:1/v1",
                                           .model = "",
                                           .key = "",
                                           .timeout_s = 5,
                                           .retries = 1,
                                           .max_tokens = 9};
    (void)state;
    assert_int_equal(expert_open(&options, &e, NULL), SARAI_OK);
    struct outcome o = ask(e);
    assert_int_equal(o.status, SARAI_ENETWORK);
    assert_int_equal(o.report.tries, 2);
    expert_close(e);
}

static void after_failures_it_is_left_alone(void **state)
{
    (void)state;
    struct expert *e = open_expert("broke", 10);
    for (int i = 0; i < BREAKER_FAILURES; i++) {
        assert_true(expert_is_there(e));
        ask(e);
    }
    assert_false(expert_is_there(e));
    expert_close(e);
    skip_requests(BREAKER_FAILURES);
}

static bool enough(void *user, const char *words)
{
    (void)words;
    return ++*(int *)user < 3;
}

static void who_has_enough_ends_it(void **state)
{
    struct expert_report report;
    int pieces = 0;
    (void)state;
    struct expert *e = open_expert("endless", 10);
    assert_int_equal(expert_ask(e, "", "a", enough, &pieces, &report, NULL), SARAI_OK);
    assert_int_equal(pieces, 3);
    expert_close(e);
    skip_requests(1);
}

static bool raise_stop(void *user, const char *words)
{
    (void)words;
    atomic_store(&((struct stop *)user)->raised, true);
    return true;
}

static void stopping_is_no_failure(void **state)
{
    struct expert_report report;
    (void)state;
    struct expert *e = open_expert("stall", 60);
    for (int i = 0; i < BREAKER_FAILURES + 1; i++) {
        atomic_store(&stop.raised, false);
        assert_int_equal(expert_ask(e, "", "a", raise_stop, &stop, &report, NULL), SARAI_ECANCELLED);
        assert_true(expert_is_there(e));
    }
    expert_close(e);
    skip_requests(BREAKER_FAILURES + 1);
}

static void it_tells_its_models(void **state)
{
    struct buf models = BUF_INIT(1000);
    struct sarai_error err = {0};
    (void)state;
    struct expert *e = open_expert("good", 10);
    assert_int_equal(expert_models(e, &models, &err), SARAI_OK);
    assert_string_equal(buf_string(&models), "solar\nluna\n");
    expert_close(e);
    e = open_expert("broke", 10);
    assert_int_equal(expert_models(e, &models, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "401"));
    assert_null(strstr(err.message, KEY));
    expert_close(e);
    e = open_expert("page", 10);
    assert_int_equal(expert_models(e, &models, &err), SARAI_ENETWORK);
    expert_close(e);
    buf_finish(&models);
}

static void addresses_are_read(void **state)
{
    static const struct {
        const char *url, *place; /* NULL: refused */
        bool exposed;
    } table[] = {
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080", false},
        {"http://localhost:11434/v1/", "http://localhost:11434", false},
        {"https://api.example.org/v1/chat/completions", "https://api.example.org", false},
        {"http://gpu.example.org:8000/v1", "http://gpu.example.org:8000", true},
        {"ftp://example.org", NULL, false},
        {"example.org:8080", NULL, false},
        {"http://", NULL, false},
        {"http://ana:secreto@example.org/v1", NULL, false},
        {"http://example.org/v1?key=a", NULL, false},
        {"http://exa mple.org/", NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct expert *e = NULL;
        struct sarai_error err = {0};
        const struct expert_options options = {.url = table[i].url, .model = "", .key = "", .timeout_s = 1};
        enum sarai_status st = expert_open(&options, &e, &err);
        assert_int_equal(st, table[i].place ? SARAI_OK : SARAI_EUSAGE);
        if (e) {
            assert_string_equal(expert_place(e), table[i].place);
            assert_int_equal(expert_is_exposed(e), table[i].exposed);
        }
        assert_null(strstr(err.message, "secreto"));
        expert_close(e);
    }
    struct expert *e = NULL;
    const struct expert_options split = {.url = "http://a", .model = "", .key = "a\r\nX: b", .timeout_s = 1};
    assert_int_equal(expert_open(&split, &e, NULL), SARAI_EUSAGE);
}

/* ---- parts ------------------------------------------------------------------------------------- */

static void the_breaker_opens_waits_and_tries_again(void **state)
{
    struct breaker b = {0};
    double now_ms = 1000;
    (void)state;
    breaker_report(&b, false, now_ms);
    breaker_report(&b, false, now_ms);
    breaker_report(&b, true, now_ms); /* in a row, it says */
    for (int i = 0; i < BREAKER_FAILURES; i++) {
        assert_true(breaker_lets(&b, now_ms));
        breaker_report(&b, false, now_ms);
    }
    double pause_ms = BREAKER_FIRST_MS;
    for (int i = 0; i < 8; i++) {
        assert_false(breaker_lets(&b, now_ms + pause_ms - 1));
        now_ms += pause_ms;
        assert_true(breaker_lets(&b, now_ms)); /* one try */
        breaker_report(&b, false, now_ms);
        pause_ms = 2 * pause_ms < BREAKER_MOST_MS ? 2 * pause_ms : BREAKER_MOST_MS;
    }
    now_ms += pause_ms;
    breaker_report(&b, true, now_ms);
    assert_true(breaker_lets(&b, now_ms));
    breaker_report(&b, false, now_ms);
    assert_true(breaker_lets(&b, now_ms));
}

static void consent_is_plain_or_none(void **state)
{
    static const struct {
        const char *words;
        enum consent consent;
    } table[] = {
        {"Sí.", CONSENT_YES},
        {"Sí, por favor.", CONSENT_YES},
        {"¡Claro que sí!", CONSENT_YES},
        {"Vale, pregúntaselo", CONSENT_YES},
        {"De acuerdo.", CONSENT_YES},
        {"Por supuesto", CONSENT_YES},
        {"No.", CONSENT_NO},
        {"No, gracias.", CONSENT_NO},
        {"No, mejor contéstame tú", CONSENT_NO},
        {"Mejor no", CONSENT_NO},
        {"Déjalo", CONSENT_NO},
        {"Sí, pero no lo mandes", CONSENT_NONE},
        {"Claro que no", CONSENT_NONE},
        {"Si no te importa, dime qué hora es", CONSENT_NONE},
        {"Sí, y también quería saber otra cosa sobre los trenes", CONSENT_NONE},
        {"Bueno, espera", CONSENT_NONE},
        {"¿Qué hora es?", CONSENT_NONE},
        {"Siempre llueve", CONSENT_NONE},
        {"Nochebuena", CONSENT_NONE},
        {"", CONSENT_NONE},
        {"...", CONSENT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (consent_of(table[i].words) != table[i].consent)
            fail_msg("“%s” gives %d", table[i].words, consent_of(table[i].words));
}

static void lines_are_folded(void **state)
{
    struct buf out = BUF_INIT(100);
    (void)state;
    assert_true(fold_line("  ¡Óscar,  el Niño!", strlen("  ¡Óscar,  el Niño!"), &out));
    assert_string_equal(out.data, " oscar el nino ");
    buf_reset(&out);
    assert_true(fold_line("¿?", strlen("¿?"), &out));
    assert_string_equal(out.data, " ");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_word_by_word),
        cmocka_unit_test(what_comes_beside_words_is_passed_over),
        cmocka_unit_test(a_busy_server_is_asked_again),
        cmocka_unit_test(it_fails_in_a_sentence),
        cmocka_unit_test(a_server_that_is_not_there_is_told),
        cmocka_unit_test(after_failures_it_is_left_alone),
        cmocka_unit_test(who_has_enough_ends_it),
        cmocka_unit_test(stopping_is_no_failure),
        cmocka_unit_test(it_tells_its_models),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(the_breaker_opens_waits_and_tries_again),
        cmocka_unit_test(consent_is_plain_or_none),
        cmocka_unit_test(lines_are_folded),
    };
    return cmocka_run_group_tests(tests, start, end);
}
