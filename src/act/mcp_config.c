#include "act/mcp_config.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What is wrong with an entry, or NULL. */
static const char *wrong_value(const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text)
        return tr("se esperaba texto", "text was expected");
    if (strlen(text) > MCP_VALUE_BYTES)
        return tr("un valor es demasiado largo", "a value is too long");
    if (strpbrk(text, "\r\n"))
        return tr("un valor tiene un salto de línea", "a value has a line break");
    return NULL;
}

static const char *wrong_list(const json_t *args)
{
    const char *wrong = NULL;
    if (!args)
        return NULL;
    if (!json_is_array(args) || json_array_size(args) > MCP_MEMBERS)
        return tr("«args» no es una lista de textos", "“args” is no list of texts");
    for (size_t i = 0; !wrong && i < json_array_size(args); i++)
        wrong = wrong_value(json_array_get(args, i));
    return wrong;
}

/* Variables, or headers: names that could be read as something else are refused. */
static const char *wrong_table(json_t *table)
{
    const char *key, *wrong = NULL;
    json_t *value;
    if (!table)
        return NULL;
    if (!json_is_object(table) || json_object_size(table) > MCP_MEMBERS)
        return tr("«env» y «headers» son objetos de textos", "“env” and “headers” are objects of texts");
    json_object_foreach(table, key, value)
    {
        if (!*key || strlen(key) > 128 || strpbrk(key, "=:\r\n \t"))
            return tr("un nombre de «env» o «headers» no vale", "a name in “env” or “headers” is not valid");
        if ((wrong = wrong_value(value)))
            break;
    }
    return wrong;
}

static const char *wrong_entry(const char *name, const json_t *entry)
{
    json_t *command = json_object_get(entry, "command"), *url = json_object_get(entry, "url");
    const char *type = json_string_value(json_object_get(entry, "type")), *wrong = NULL;
    if (!*name || strlen(name) >= MCP_NAME_BYTES)
        return tr("el nombre no tiene entre 1 y 32 letras", "the name has not 1 to 32 letters");
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return tr("el nombre solo puede tener letras sin acento, cifras, «-» y «_»",
                      "the name may have only plain letters, digits, “-” and “_”");
    if (!json_is_object(entry) || !command == !url)
        return tr("falta «command» o «url», uno de los dos", "“command” or “url” is needed, one of both");
    if (type && strcmp(type, "sse") == 0)
        return tr("el transporte «sse» es antiguo; hace falta «http»",
                  "the transport “sse” is old; “http” is needed");
    wrong = wrong_value(command ? command : url);
    if (!wrong)
        wrong = wrong_list(json_object_get(entry, "args"));
    if (!wrong)
        wrong = wrong_table(json_object_get(entry, "env"));
    return wrong ? wrong : wrong_table(json_object_get(entry, "headers"));
}

static enum sarai_status check(const char *path, const json_t *root, struct sarai_error *err)
{
    json_t *entry, *servers = json_object_get(root, "mcpServers");
    const char *name;
    if (!json_is_object(servers) || json_object_size(servers) > MCP_SERVERS)
        return failed(err, SARAI_EUSAGE,
                      tr("%s: falta «mcpServers», un objeto de %d servidores como mucho",
                         "%s: “mcpServers” is missing, an object of %d servers at most"),
                      path, MCP_SERVERS);
    json_object_foreach(servers, name, entry)
    {
        const char *wrong = wrong_entry(name, entry);
        if (wrong)
            return failed(err, SARAI_EUSAGE, "%s: %.40s: %s", path, name, wrong);
    }
    return SARAI_OK;
}

static void leave_out_disabled(json_t *servers)
{
    const char *name;
    json_t *entry;
    void *next;
    json_object_foreach_safe(servers, next, name, entry) if (json_is_true(json_object_get(entry, "disabled")))
        json_object_del(servers, name);
}

enum sarai_status mcp_config_read(const char *path, json_t **servers, struct sarai_error *err)
{
    struct stat info;
    json_error_t cause;
    struct sarai_error bad = {0};
    if (stat(path, &info) != 0 && errno == ENOENT) {
        *servers = json_object();
        return *servers ? SARAI_OK : out_of_memory(err, path);
    }
    if (stat(path, &info) == 0 && info.st_size > MCP_CONFIG_BYTES)
        return failed(err, SARAI_EUSAGE, tr("%s pasa de %d bytes", "%s is over %d bytes"), path,
                      MCP_CONFIG_BYTES);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &cause);
    if (!root)
        return json_failed(&cause, path, &bad) == SARAI_ENOMEM ? out_of_memory(err, path)
                                                               : failed(err, SARAI_EUSAGE, "%s", bad.message);
    enum sarai_status st = check(path, root, err);
    if (!st) {
        *servers = json_incref(json_object_get(root, "mcpServers"));
        leave_out_disabled(*servers);
    }
    json_decref(root);
    return st;
}

bool mcp_config_pairs(json_t *table, const char *between, struct buf *room, const char **list, size_t *n)
{
    size_t starts[MCP_MEMBERS], pairs = 0;
    const char *name;
    json_t *value;
    json_object_foreach(table, name, value)
    {
        starts[pairs++] = room->len;
        if (!buf_printf(room, "%s%s%s", name, between, json_string_value(value)) || !buf_append(room, "", 1))
            return false;
    }
    for (size_t i = 0; i < pairs; i++)
        list[(*n)++] = room->data + starts[i];
    return true;
}
