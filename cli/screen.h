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

enum { SCREEN_TEXT_BYTES = 512, SCREEN_HEARD_BYTES = 4096 };

struct screen {
    FILE *to;
    bool terminal; /* the last line may be written again */
    bool colour;
    bool in_answer; /* an answer's line is not finished */
    bool is_whole;  /* … but nothing more of it will come */
    bool has_times; /* of the turn, which wait for the end of the line */
    struct sarai_turn_times times;
    float level_db;
    char partial[SCREEN_TEXT_BYTES];
    char heard[SCREEN_HEARD_BYTES]; /* text of a turn that may still go on */
    char mood[64];                  /* of the turn; empty: none was heard */
};

void screen_init(struct screen *s, FILE *to);
void screen_show(struct screen *s, const struct sarai_talk_event *event);
void screen_finish(struct screen *s);

#endif
