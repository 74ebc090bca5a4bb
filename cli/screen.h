/* How a conversation is shown: a screen of two changing lines on a terminal, plain lines elsewhere.
 *
 *     struct screen s; screen_init(&s, stderr);
 *     screen_show(&s, event);      // for every event
 *     screen_finish(&s);
 */
#ifndef SARAI_CLI_SCREEN_H
#define SARAI_CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include "sarai.h"

enum { SCREEN_TEXT_BYTES = 512 };

struct screen {
    FILE *to;
    bool terminal; /* the last line may be written again */
    bool colour;
    bool in_answer; /* an answer's line is not finished */
    float level_db;
    char partial[SCREEN_TEXT_BYTES];
    char mood[64]; /* of the turn; empty: none was heard */
};

void screen_init(struct screen *s, FILE *to);
void screen_show(struct screen *s, const struct sarai_talk_event *event);
void screen_finish(struct screen *s);

#endif
