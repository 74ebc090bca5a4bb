/* The MCP client against servers that misbehave: programs and services that die, are mute, babble, give
 * megabytes or orders, change their tools, and forget who we are. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "act/mcp.h"
#include "act/mcp_config.h"
#include "act/mcp_tools.h"
#include "base/clock.h"
#include "server.h"

#define SERVER TEST_DIR "/unit/mcp_server.py"

enum { LONG_MS = 60000 };

/* The clock of the program, which the test can put forward. */
static double skipped_ms;

double clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return skipped_ms + (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static char folder[64], config_path[128], log_path[128];
static struct server service;

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sarai-mcp-XXXXXX");
    if (!mkdtemp(folder) || !server_start(&service, SERVER))
        return -1;
    snprintf(config_path, sizeof config_path, "%s/mcp.json", folder);
    snprintf(log_path, sizeof log_path, "%s/log", folder);
    setenv("HOME_ASSISTANT_TOKEN", "secreto", 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    server_stop(&service);
    unlink(config_path);
    unlink(log_path);
    return rmdir(folder);
}

__attribute__((format(printf, 1, 2))) static void write_config(const char *format, ...)
{
    FILE *f = fopen(config_path, "w");
    va_list args;
    va_start(args, format);
    assert_non_null(f);
    vfprintf(f, format, args);
    va_end(args);
    fclose(f);
    unlink(log_path);
}

/* mcp.json with one program, "p", in this mode. */
static void program(const char *mode)
{
    write_config("{\"mcpServers\": {\"p\": {\"command\": \"python3\", \"args\": [\"%s\", \"%s\", \"%s\"],"
                 " \"env\": {\"OWN\": \"1\"}}}}",
                 SERVER, mode, log_path);
}

/* mcp.json with one service, "s", at this path. */
static void service_at(const char *path, const char *headers)
{
    write_config("{\"mcpServers\": {\"s\": {\"type\": \"http\", \"url\": \"%s%s\", \"headers\": {%s}}}}",
                 service.url, path, headers);
}

/* A client of the only server in mcp.json. */
struct client {
    json_t *servers;
    struct mcp *mcp;
};

static struct client open_client(void)
{
    struct client c = {0};
    assert_int_equal(mcp_config_read(config_path, &c.servers, NULL), SARAI_OK);
    const char *name = json_object_iter_key(json_object_iter(c.servers));
    assert_int_equal(mcp_open(name, json_object_get(c.servers, name), &c.mcp, NULL), SARAI_OK);
    return c;
}

static void close_client(struct client *c)
{
    mcp_close(c->mcp);
    json_decref(c->servers);
}

static enum sarai_status tools_of(struct client *c, size_t *n, struct sarai_error *err)
{
    const json_t *tools = NULL;
    enum sarai_status st = mcp_tools(c->mcp, clock_ms() + LONG_MS, NULL, &tools, err);
    *n = json_array_size(tools);
    return st;
}

static struct toolbox *open_box(void)
{
    struct toolbox *box = NULL;
    struct sarai_error err = {0};
    assert_int_equal(toolbox_open(&box, NULL), SARAI_OK);
    /* A busy machine may not start a program within the box's time: it is there later. */
    static struct mcp_missing missing; /* as long as the box */
    enum sarai_status st = mcp_provide(box, config_path, NULL, &missing, &err);
    for (size_t i = 0; !st && i < missing.n; i++)
        st = missing.servers[i].why.status ? toolbox_refresh(box, NULL, &err) : st;
    while (st == SARAI_ECANCELLED)
        st = toolbox_refresh(box, NULL, &err);
    if (st)
        fail_msg("%s", err.message);
    return box;
}

/* Runs a call as the flow does; the data as text (caller frees), or NULL with the error. */
static char *run(struct toolbox *box, const char *call, const struct stop *stop, struct sarai_error *err)
{
    struct tool_request request = {0};
    struct tool_result result = {0};
    char *text = NULL;
    struct sarai_error none = {0};
    *err = none;
    assert_int_equal(toolbox_parse(box, call, &request, err), SARAI_OK);
    if (toolbox_run(&request, stop, &result, err) == SARAI_OK)
        text = json_dumps(result.data, JSON_COMPACT);
    assert_null(result.sentence); /* never a stranger's words as they are */
    tool_result_finish(&result);
    request_finish(&request);
    return text;
}

static void expect_result(struct toolbox *box, const char *call, const char *expected)
{
    struct sarai_error err = {0};
    char *text = run(box, call, NULL, &err);
    if (!text)
        fail_msg("%s: %s", call, err.message);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_failure(struct toolbox *box, const char *call, enum sarai_status status, const char *words)
{
    struct sarai_error err = {0};
    assert_null(run(box, call, NULL, &err));
    assert_int_equal(err.status, status);
    if (!strstr(err.message, words))
        fail_msg("%s: %s", call, err.message);
}

/* How often the program was told something, or did. */
static int logged(const char *words)
{
    char line[4096];
    int n = 0;
    FILE *f = fopen(log_path, "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        n += strstr(line, words) != NULL;
    fclose(f);
    return n;
}

static void wait_for_log(const char *words)
{
    while (!logged(words))
        usleep(1000);
}

static void common_calls(struct toolbox *box, const char *server)
{
    char call[256];
    const char *const calls[][2] = {
        {"suma\",\"arguments\":{\"a\":2,\"b\":3}}", "{\"resultado\":\"5\"}"},
        {"estructura\",\"arguments\":{}}", "{\"resultado\":\"{\\\"grados\\\":21}\"}"},
        {"recurso\",\"arguments\":{}}", "{\"resultado\":\"uno\\n(imagen)\\nfile:///dos\"}"},
        {"pregunta\",\"arguments\":{}}", "{\"resultado\":\"pregunta\"}"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        snprintf(call, sizeof call, "{\"name\":\"%s.%s", server, calls[i][0]);
        expect_result(box, call, calls[i][1]);
    }
}

static void a_program_gives_its_tools(void **state)
{
    (void)state;
    program("good");
    struct toolbox *box = open_box();
    assert_int_equal(toolbox_count(box), 13); /* three pages, without what is no tool */
    assert_string_equal(toolbox_at(box, 0)->name, "p.suma");
    assert_string_equal(toolbox_at(box, 0)->about, "suma en dos líneas");
    assert_int_equal(toolbox_at(box, 0)->effect, TOOL_READS);
    assert_int_equal(toolbox_at(box, 1)->effect, TOOL_RISKS);
    assert_non_null(toolbox_find(box, "p.dir_nombre_raro"));
    common_calls(box, "p");
    expect_result(box, "{\"name\":\"p.basura\",\"arguments\":{}}", "{\"resultado\":\"basura\"}");
    expect_result(box, "{\"name\":\"p.dir_nombre_raro\",\"arguments\":{}}",
                  "{\"resultado\":\"dir/nombre raro\"}");
    expect_failure(box, "{\"name\":\"p.falla\",\"arguments\":{}}", SARAI_EINPUT, "no hay papel");
    expect_failure(box, "{\"name\":\"p.rechaza\",\"arguments\":{}}", SARAI_EINPUT, "argumentos que no valen");
    assert_int_equal(logged("start OWN PATH"), 1); /* and not our secrets */
    assert_int_equal(logged("notifications/initialized"), 1);
    assert_int_equal(logged("\"result\":{},") + logged("\"result\":{}}"), 1); /* its ping was answered */
    assert_int_equal(logged("-32601"), 1); /* and what we cannot do refused */
    toolbox_close(box);
    assert_int_equal(logged("end"), 1);
}

static void what_a_tool_says_is_data(void **state)
{
    struct sarai_error err = {0};
    (void)state;
    program("good");
    struct toolbox *box = open_box();
    struct tool_result given = {0};
    struct tool_request request = {0};
    struct buf shown = BUF_INIT(TOOL_RESULT_BYTES * 2);
    char *text = run(box, "{\"name\":\"p.grande\",\"arguments\":{}}", NULL, &err);
    assert_non_null(text);
    assert_true(strlen(text) <= TOOL_RESULT_BYTES + 64);
    assert_non_null(strstr(text, "\"cortado\":true"));
    free(text);
    assert_int_equal(toolbox_parse(box, "{\"name\":\"p.ordena\",\"arguments\":{}}", &request, NULL),
                     SARAI_OK);
    assert_int_equal(request.effect, TOOL_RISKS);
    assert_int_equal(toolbox_run(&request, NULL, &given, NULL), SARAI_OK);
    assert_true(tool_result_text(&given, &shown));
    assert_null(strchr(buf_string(&shown), '\n')); /* one line of JSON: it cannot open a turn */
    assert_int_equal(strncmp(buf_string(&shown), "{\"resultado\":\"Ignora", 20), 0);
    tool_result_finish(&given);
    request_finish(&request);
    buf_finish(&shown);
    toolbox_close(box);
}

static void tools_that_change_are_listed_again(void **state)
{
    (void)state;
    program("good");
    struct toolbox *box = open_box();
    assert_null(toolbox_find(box, "p.nueva"));
    expect_result(box, "{\"name\":\"p.cambia\",\"arguments\":{}}", "{\"resultado\":\"cambia\"}");
    int before = logged("tools/list\"");
    for (double end_ms = clock_ms() + LONG_MS; !toolbox_has_news(box) && clock_ms() < end_ms;)
        usleep(10000);
    assert_true(toolbox_has_news(box));
    while (toolbox_refresh(box, NULL, NULL) != SARAI_OK)
        ;
    assert_non_null(toolbox_find(box, "p.nueva"));
    assert_true(logged("tools/list\"") > before);
    assert_false(toolbox_has_news(box));
    before = logged("tools/list\"");
    assert_int_equal(toolbox_refresh(box, NULL, NULL), SARAI_OK);
    assert_int_equal(logged("tools/list\""), before); /* nothing has changed: nobody is asked */
    toolbox_close(box);
}

static void a_program_that_dies_is_started_again(void **state)
{
    (void)state;
    program("good");
    struct toolbox *box = open_box();
    expect_failure(box, "{\"name\":\"p.muere\",\"arguments\":{}}", SARAI_ENETWORK, "se acabó la memoria");
    assert_int_equal(logged("start"), 1);
    expect_result(box, "{\"name\":\"p.suma\",\"arguments\":{\"a\":1,\"b\":1}}", "{\"resultado\":\"2\"}");
    assert_int_equal(logged("start"), 2);
    toolbox_close(box);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* only the service is left of our children */
}

static void *raise_later(void *arg)
{
    wait_for_log("calla");
    atomic_store(&((struct stop *)arg)->raised, true);
    return NULL;
}

static void what_is_not_waited_for_is_cancelled(void **state)
{
    struct stop stop = {false};
    struct sarai_error err = {0};
    json_t *nothing = json_object(), *result = NULL;
    pthread_t thread;
    size_t n;
    (void)state;
    program("good");
    struct client c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_OK);
    assert_int_equal(mcp_call(c.mcp, "calla", nothing, clock_ms() + 20, NULL, &result, &err),
                     SARAI_ECANCELLED);
    assert_non_null(strstr(err.message, "tarda"));
    wait_for_log("notifications/cancelled");
    unlink(log_path);
    assert_int_equal(pthread_create(&thread, NULL, raise_later, &stop), 0);
    assert_int_equal(mcp_call(c.mcp, "calla", nothing, clock_ms() + LONG_MS, &stop, &result, &err),
                     SARAI_ECANCELLED);
    pthread_join(thread, NULL);
    assert_int_equal(mcp_call(c.mcp, "cambia", nothing, clock_ms() + LONG_MS, NULL, &result, &err), SARAI_OK);
    assert_int_equal(logged("start"), 0); /* it was the same program all the time */
    json_decref(result);
    json_decref(nothing);
    close_client(&c);
}

static void programs_that_are_no_servers_are_told(void **state)
{
    static const char *const modes[][2] = {{"dies", "falta el módulo"}, {"future", "2099"}, {"junk", "p "}};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct sarai_error err = {0};
        size_t n;
        program(modes[i][0]);
        struct client c = open_client();
        assert_true(tools_of(&c, &n, &err) != SARAI_OK);
        assert_non_null(strstr(err.message, modes[i][1]));
        int starts = logged("start");
        assert_true(tools_of(&c, &n, &err) != SARAI_OK); /* not tried again at once */
        assert_int_equal(logged("start"), starts);
        close_client(&c);
    }
    const json_t *tools;
    struct sarai_error err = {0};
    program("mute");
    struct client c = open_client();
    assert_int_equal(mcp_tools(c.mcp, clock_ms() + 20, NULL, &tools, &err), SARAI_ECANCELLED);
    close_client(&c); /* does not wait until the program would have had to be there */
    write_config("{\"mcpServers\": {\"p\": {\"command\": \"/no/hay\"}}}");
    c = open_client();
    size_t n;
    assert_int_equal(tools_of(&c, &n, &err), SARAI_EUSAGE);
    assert_non_null(strstr(err.message, "/no/hay"));
    close_client(&c);
}

/* A program that is not there yet when Sarai begins. */
static void a_server_that_was_down_is_tried_again(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/late", folder);
    write_config("{\"mcpServers\": {\"a\": {\"command\": \"/no/hay\"}, \"p\": {\"command\": \"%s\"}, "
                 "\"z\": {\"command\": \"/tampoco\"}}}",
                 path);
    struct toolbox *box = NULL;
    struct mcp_missing missing;
    struct buf text = BUF_INIT(4096);
    assert_int_equal(toolbox_open(&box, NULL), SARAI_OK);
    assert_int_equal(mcp_provide(box, config_path, NULL, &missing, NULL), SARAI_OK);
    assert_true(mcp_missing_text(&missing, &text));
    assert_non_null(strstr(buf_string(&text), "/late"));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\nexec python3 %s good %s\n", SERVER, log_path);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
    assert_false(toolbox_has_news(box));
    usleep(50000);
    assert_false(toolbox_has_news(box)); /* not at once */
    assert_int_equal(logged("start"), 0);
    skipped_ms += 61000;
    for (double end_ms = clock_ms() + LONG_MS; !toolbox_has_news(box) && clock_ms() < end_ms;)
        usleep(10000);
    while (!toolbox_find(box, "p.suma"))
        assert_int_not_equal(toolbox_refresh(box, NULL, NULL), SARAI_OK); /* the others never come */
    buf_reset(&text);
    assert_true(mcp_missing_text(&missing, &text));
    assert_non_null(strstr(buf_string(&text), "«a»"));
    assert_null(strstr(text.data, "«p»")); /* it is missed no longer */
    assert_non_null(strstr(text.data, ".\n"));
    assert_non_null(strstr(text.data, "«z»"));
    assert_false(toolbox_has_news(box));
    assert_int_equal(logged("start"), 1);
    toolbox_close(box);
    buf_finish(&text);
    unlink(path);
}

static void expect_line(const char *expected)
{
    char line[256] = "";
    assert_true(server_line(&service, line, sizeof line));
    assert_string_equal(line, expected);
}

static void skip_lines(const char *last)
{
    char line[256] = "";
    while (strcmp(line, last) != 0)
        assert_true(server_line(&service, line, sizeof line));
}

static void services_give_their_tools(void **state)
{
    static const char *const paths[] = {"json", "sse"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[16], line[128];
        snprintf(path, sizeof path, "/%s", paths[i]);
        service_at(path, "");
        struct toolbox *box = open_box();
        assert_int_equal(toolbox_count(box) >= 13, 1);
        snprintf(line, sizeof line, "POST %s initialize - -", path);
        expect_line(line);
        snprintf(line, sizeof line, "POST %s notifications/initialized s-1 2025-06-18", path);
        expect_line(line);
        common_calls(box, "s");
        expect_failure(box, "{\"name\":\"s.falla\",\"arguments\":{}}", SARAI_EINPUT, "no hay papel");
        toolbox_close(box);
        snprintf(line, sizeof line, "DELETE %s s-1", path);
        skip_lines(line);
    }
}

/* The answer to the call does not say so, and the list is not old. */
static void a_service_tells_unasked_what_changes(void **state)
{
    (void)state;
    service_at("/stream", "");
    struct toolbox *box = open_box();
    assert_null(toolbox_find(box, "s.nueva"));
    expect_result(box, "{\"name\":\"s.cambia\",\"arguments\":{}}", "{\"resultado\":\"cambia\"}");
    for (double end_ms = clock_ms() + LONG_MS; !toolbox_has_news(box) && clock_ms() < end_ms;)
        usleep(10000);
    assert_true(toolbox_has_news(box));
    while (toolbox_refresh(box, NULL, NULL) != SARAI_OK)
        ;
    assert_non_null(toolbox_find(box, "s.nueva"));
    toolbox_close(box);
    skip_lines("DELETE /stream s-1");
}

static void services_that_fail_are_told(void **state)
{
    struct sarai_error err = {0};
    json_t *nothing = json_object(), *result = NULL;
    size_t n;
    (void)state;
    service_at("/locked", "");
    struct client c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "headers"));
    close_client(&c);
    service_at("/locked", "\"Authorization\": \"Bearer x\"");
    c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_OK);
    close_client(&c);
    service_at("/cut", "");
    c = open_client();
    assert_int_equal(mcp_call(c.mcp, "pregunta", nothing, clock_ms() + LONG_MS, NULL, &result, &err),
                     SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "corta"));
    close_client(&c);
    service_at("/sse", "");
    c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_OK);
    assert_int_equal(mcp_call(c.mcp, "calla", nothing, clock_ms() + 50, NULL, &result, &err),
                     SARAI_ECANCELLED);
    skip_lines("POST /sse notifications/cancelled s-1 2025-06-18");
    close_client(&c);
    write_config("{\"mcpServers\": {\"s\": {\"url\": \"http://127.0.0.1:1/\"}}}");
    c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_ENETWORK);
    assert_string_equal(err.message, "s no responde");
    close_client(&c);
    json_decref(nothing);
}

/* initialize, initialized, three pages: the fifth message is refused. */
static void a_service_that_has_forgotten_us_is_greeted_again(void **state)
{
    struct sarai_error err = {0};
    size_t n;
    (void)state;
    service_at("/forgets", "");
    struct client c = open_client();
    assert_int_equal(tools_of(&c, &n, &err), SARAI_OK);
    assert_true(n > 10);
    close_client(&c);
}

static void a_bad_file_is_told(void **state)
{
    static const char *const files[][2] = {
        {"{", "línea 1"},
        {"{}", "mcpServers"},
        {"{\"mcpServers\": []}", "mcpServers"},
        {"{\"mcpServers\": {\"a\": {}}}", "command"},
        {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"url\": \"y\"}}}", "command"},
        {"{\"mcpServers\": {\"a b\": {\"command\": \"x\"}}}", "a b"},
        {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"args\": [1]}}}", "texto"},
        {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"env\": {\"A=B\": \"1\"}}}}", "env"},
        {"{\"mcpServers\": {\"a\": {\"url\": \"x\", \"headers\": {\"A\": \"1\\nB: 2\"}}}}", "salto"},
        {"{\"mcpServers\": {\"a\": {\"url\": \"x\", \"type\": \"sse\"}}}", "sse"},
    };
    struct sarai_error err = {0};
    json_t *servers = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_config("%s", files[i][0]);
        assert_int_equal(mcp_config_read(config_path, &servers, &err), SARAI_EUSAGE);
        assert_non_null(strstr(err.message, config_path));
        if (!strstr(err.message, files[i][1]))
            fail_msg("%s: %s", files[i][0], err.message);
    }
    write_config("{\"mcpServers\": {\"a\": {\"command\": \"x\", \"disabled\": true}}}");
    assert_int_equal(mcp_config_read(config_path, &servers, &err), SARAI_OK);
    assert_int_equal(json_object_size(servers), 0);
    json_decref(servers);
    assert_int_equal(mcp_config_read("/no/hay/mcp.json", &servers, &err), SARAI_OK);
    json_decref(servers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gives_its_tools),
        cmocka_unit_test(what_a_tool_says_is_data),
        cmocka_unit_test(tools_that_change_are_listed_again),
        cmocka_unit_test(a_program_that_dies_is_started_again),
        cmocka_unit_test(what_is_not_waited_for_is_cancelled),
        cmocka_unit_test(programs_that_are_no_servers_are_told),
        cmocka_unit_test(a_server_that_was_down_is_tried_again),
        cmocka_unit_test(services_give_their_tools),
        cmocka_unit_test(a_service_tells_unasked_what_changes),
        cmocka_unit_test(services_that_fail_are_told),
        cmocka_unit_test(a_service_that_has_forgotten_us_is_greeted_again),
        cmocka_unit_test(a_bad_file_is_told),
    };
    return cmocka_run_group_tests(tests, start, end);
}
