/* How likely the language model finds it that the turn ends behind each line of stdin: for
 * tools/train/floor/fit.py.
 *
 *     endings <texts >probabilities
 *
 * Model and adapter are those of the settings (LLM_MODEL, LLM_ADAPTER). The second column says whether the
 * text ends in the middle of a clause (listen/clause.h). */
#include <stdio.h>
#include <string.h>

#include "assistant.h"
#include "listen/clause.h"

enum { MOST_LINE = 16 * 1024 };

int main(void)
{
    static char line[MOST_LINE];
    struct sarai_config *cfg = NULL;
    struct sarai *s = NULL;
    struct sarai_error err = {0};
    enum sarai_status st = sarai_config_open(&cfg, &err);
    if (!st)
        st = sarai_open(cfg, SARAI_THINK, &s, &err);
    while (!st && fgets(line, sizeof line, stdin)) {
        float probability = 0;
        line[strcspn(line, "\n")] = '\0';
        st = conversation_ending(s->conversation, line, &probability, &err);
        printf("%.6f %d\n", (double)probability, clause_is_unfinished(line));
    }
    if (st)
        fprintf(stderr, "%s\n", err.message);
    sarai_close(s);
    sarai_config_close(cfg);
    return st ? 1 : 0;
}
