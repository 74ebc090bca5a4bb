/* Our MCP client with the server that the protocol's makers try clients with, as a program and as a service.
 * It lies in deps/mcp after tools/setup/mcp.sh; without it the test is skipped. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "act/mcp_tools.h"
#include "server.h"

#define INDEX SOURCE_DIR "/deps/mcp/node_modules/@modelcontextprotocol/server-everything/dist/index.js"

static char config_path[] = "/tmp/sarai-everything-XXXXXX";

static struct toolbox *open_box(const char *config)
{
    struct toolbox *box = NULL;
    struct sarai_error err = {0};
    FILE *f = fopen(config_path, "w");
    assert_non_null(f);
    fputs(config, f);
    fclose(f);
    assert_int_equal(toolbox_open(&box, NULL), SARAI_OK);
    static struct mcp_missing missing; /* as long as the box */
    enum sarai_status st = mcp_provide(box, config_path, NULL, &missing, &err);
    for (size_t i = 0; !st && i < missing.n; i++)
        st = missing.servers[i].why.status ? toolbox_refresh(box, NULL, &err) : st;
    while (st == SARAI_ECANCELLED) /* node takes its time on a busy machine */
        st = toolbox_refresh(box, NULL, &err);
    if (st)
        fail_msg("%s", err.message);
    return box;
}

static void expect(struct toolbox *box, const char *call, const char *expected)
{
    struct tool_request request = {0};
    struct tool_result result = {0};
    struct sarai_error err = {0};
    assert_int_equal(toolbox_parse(box, call, &request, &err), SARAI_OK);
    enum sarai_status st = toolbox_run(&request, NULL, &result, &err);
    if (st)
        fail_msg("%s: %s", call, err.message);
    char *text = json_dumps(result.data, JSON_COMPACT);
    if (!strstr(text, expected))
        fail_msg("%s: %s", call, text);
    free(text);
    tool_result_finish(&result);
    request_finish(&request);
}

static void use_tools(struct toolbox *box)
{
    expect(box, "{\"name\":\"e.echo\",\"arguments\":{\"message\":\"¿qué tal?\"}}", "¿qué tal?");
    expect(box, "{\"name\":\"e.get-sum\",\"arguments\":{\"a\":2,\"b\":40}}", "42");
    expect(box, "{\"name\":\"e.get-tiny-image\",\"arguments\":{}}", "(imagen)");
    expect(box, "{\"name\":\"e.trigger-long-running-operation\",\"arguments\":{\"duration\":1,\"steps\":2}}",
           "completed");
    assert_int_equal(toolbox_refresh(box, NULL, NULL), SARAI_OK);
    assert_non_null(toolbox_find(box, "e.echo"));
}

static void as_a_program(void **state)
{
    (void)state;
    struct toolbox *box =
        open_box("{\"mcpServers\": {\"e\": {\"command\": \"node\", \"args\": [\"" INDEX "\", \"stdio\"]}}}");
    use_tools(box);
    toolbox_close(box);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left of it */
}

static struct sockaddr_in local(in_port_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static in_port_t free_port(void)
{
    struct sockaddr_in address = local(0);
    socklen_t n = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s, (struct sockaddr *)&address, n), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&address, &n), 0);
    close(s);
    return address.sin_port;
}

static void wait_for(in_port_t port, pid_t pid)
{
    const struct sockaddr_in address = local(port);
    for (bool open = false; !open; usleep(10000)) {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        open = connect(s, (const struct sockaddr *)&address, sizeof address) == 0;
        close(s);
        assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    }
}

static void as_a_service(void **state)
{
    char text[16], config[256];
    in_port_t port = free_port();
    (void)state;
    snprintf(text, sizeof text, "%d", ntohs(port));
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setenv("PORT", text, 1);
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        dup2(STDOUT_FILENO, STDERR_FILENO);
        execlp("node", "node", INDEX, "streamableHttp", (char *)NULL);
        _exit(127);
    }
    wait_for(port, pid);
    snprintf(config, sizeof config, "{\"mcpServers\": {\"e\": {\"url\": \"http://127.0.0.1:%s/mcp\"}}}",
             text);
    struct toolbox *box = open_box(config);
    use_tools(box);
    toolbox_close(box);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_a_program), cmocka_unit_test(as_a_service)};
    if (access(INDEX, R_OK) != 0 || system("node --version >/dev/null 2>&1") != 0) {
        fputs("no MCP server to try: run tools/setup/mcp.sh\n", stderr);
        return 77;
    }
    close(mkstemp(config_path));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(config_path);
    return failed;
}
