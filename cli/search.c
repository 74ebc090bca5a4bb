/* sarai search: the passages of what was read that fit a question. With "-" each line of stdin is one. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { USUAL_HITS = 5, MOST_HITS = 100 };

static void print_hit(const struct sarai_hit *hit)
{
    printf("%.2f  %s", hit->score, hit->path);
    if (hit->page > 0)
        printf(tr(", página %d", ", page %d"), hit->page);
    else if (hit->line > 0)
        printf(tr(", línea %d", ", line %d"), hit->line);
    printf("\n");
    for (const char *line = hit->text; line;) {
        const char *end = strchr(line, '\n');
        printf("      %.*s\n", (int)(end ? end - line : (long)strlen(line)), line);
        line = end ? end + 1 : NULL;
    }
}

struct search {
    size_t k;
    bool json;
};

static int search(struct cli *cli, const char *question, void *user)
{
    const struct search *search = user;
    struct sarai_error err = {0};
    struct sarai_hits hits;
    if (sarai_search(cli->sarai, question, search->k, &hits, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    int code;
    if (search->json) {
        code = cli_print_json(json_pack("{s:s,s:o}", "question", question, "hits", cli_hits_json(&hits)));
    } else {
        for (size_t i = 0; i < hits.n; i++)
            print_hit(&hits.hits[i]);
        if (hits.n == 0)
            fprintf(stderr, "%s\n",
                    tr("nada de lo leído encaja; para leer más: sarai index CARPETA",
                       "nothing that was read fits; to read more: sarai index FOLDER"));
        code = cli_flush();
    }
    sarai_hits_finish(&hits);
    return code;
}

int command_search(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct search how = {0};
    const char *count = NULL;
    int first, code;
    const struct cli_option own[] = {
        {"count", 'k', "N", &count, NULL, "cuántos pasajes, 1 a 100 (5)", "how many passages, 1 to 100 (5)"},
        {"json", 'j', NULL, NULL, &how.json, "una línea JSON por pregunta",
         "one JSON line for each question"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(tr("hace falta una pregunta (entre comillas) o «-»; ayuda: sarai search --help",
                            "this takes one question (in quotes) or “-”; help: sarai search --help"));
    char *end = NULL;
    long k = count ? strtol(count, &end, 10) : USUAL_HITS;
    if (count && (*end || end == count || k < 1 || k > MOST_HITS))
        return cli_usage(tr("-k: «%s» no es un número entre 1 y %d", "-k: “%s” is not a number from 1 to %d"),
                         count, MOST_HITS);
    how.k = (size_t)k;
    code = cli_open(cli, SARAI_KNOW);
    if (!code && *sarai_search_missing(cli->sarai))
        fprintf(stderr, "sarai: %s\n", sarai_search_missing(cli->sarai));
    if (!code)
        code = cli_each_line(cli, argv[first], search, &how);
    if (!code && cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    cli_close(cli);
    return code;
}
