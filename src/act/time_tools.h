/* Clock and calendar. Time comes in as a function, so that a test can hold it still.
 *
 *     struct time_tools clock = {.now = time_of_system};
 *     time_tools_add(&clock, box, err);             // hora(lugar), fecha(dia)
 */
#ifndef SARAI_ACT_TIME_TOOLS_H
#define SARAI_ACT_TIME_TOOLS_H

#include <time.h>

#include "act/toolbox.h"

struct time_tools {
    time_t (*now)(void *user); /* seconds since 1970, UTC */
    void *user;
};

time_t time_of_system(void *user);

/* Borrowed until the box is closed. */
enum sarai_status time_tools_add(struct time_tools *t, struct toolbox *box, struct sarai_error *err);

#endif
