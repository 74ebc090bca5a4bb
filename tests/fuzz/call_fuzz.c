/* What is JSON in act/: a model's call, a schema with arguments, the file of MCP servers. The first byte says
 * which. */
#include "fuzz.h"

#include "act/builtin.h"
#include "act/mcp_config.h"
#include "act/schema.h"
#include "act/toolbox.h"

static struct toolbox *box;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct builtin_host host = {0};
    struct builtin *builtin;
    (void)argc, (void)argv;
    claim(toolbox_open(&box, NULL) == SARAI_OK && builtin_open(&host, &builtin, NULL) == SARAI_OK &&
              builtin_add(builtin, BUILTIN_FIRST, box, NULL) == SARAI_OK &&
              builtin_add(builtin, BUILTIN_LAST, box, NULL) == SARAI_OK,
          "the built-in tools");
    return 0;
}

static void check_call(const char *text)
{
    struct tool_request request = {0};
    struct sarai_error err = {0};
    char what[300];
    enum sarai_status st = toolbox_parse(box, text, &request, &err);
    claim(st == SARAI_OK || (st == SARAI_EINPUT && err.message[0]), "understood, or one sentence why not");
    if (!st) {
        claim(request.tool && json_is_object(request.arguments), "a tool and its arguments");
        request_describe(&request, what, sizeof what);
        claim(what[0] && memchr(what, 0, sizeof what), "it can be told");
    }
    request_finish(&request);
}

/* "schema NEWLINE arguments" */
static void check_schema(char *text)
{
    struct sarai_error err = {0};
    json_t *schema = NULL;
    char *line = strchr(text, '\n');
    if (line)
        *line = '\0';
    if (schema_read(text, "prueba", &schema, &err) != SARAI_OK) {
        claim(err.message[0], "one sentence why not");
        return;
    }
    json_t *arguments = line ? json_loads(line + 1, 0, NULL) : json_object();
    if (json_is_object(arguments) && schema_check(schema, arguments, &err) != SARAI_OK)
        claim(err.status == SARAI_EINPUT && err.message[0], "one sentence on what does not fit");
    json_decref(arguments);
    json_decref(schema);
}

static void check_servers(const uint8_t *data, size_t n)
{
    json_t *servers = NULL;
    struct sarai_error err = {0};
    if (mcp_config_read(fuzz_file(data, n), &servers, &err) == SARAI_OK)
        claim(json_object_size(servers) <= MCP_SERVERS, "no more servers than allowed");
    else
        claim(err.message[0], "one sentence why not");
    json_decref(servers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    char *text = fuzz_text(data + 1, n - 1);
    if (data[0] % 3 == 0)
        check_call(text);
    else if (data[0] % 3 == 1)
        check_schema(text);
    else
        check_servers(data + 1, n - 1);
    free(text);
    return 0;
}
