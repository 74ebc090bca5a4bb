/* How long a turn takes: a question in Sarai's own voice, heard and answered.
 *
 *     speed_ask(sarai, &question, err);
 *     speed_measure(sarai, &question, &speed, err);
 *     free(question.pcm);
 */
#ifndef SARAI_CLI_SPEED_H
#define SARAI_CLI_SPEED_H

#include <sarai.h>
#include <stddef.h>

struct speed_question {
    float *pcm; /* 16 kHz */
    size_t n;
};

/* Milliseconds of hearing, of the first word, of the first sound of the voice, and of all that people wait
 * for. */
struct speed {
    double listen_ms, think_ms, speak_ms, total_ms;
};

enum sarai_status speed_ask(struct sarai *s, struct speed_question *out, struct sarai_error *err);
/* One turn, in a conversation of its own. */
enum sarai_status speed_measure(struct sarai *s, const struct speed_question *question, struct speed *out,
                                struct sarai_error *err);

#endif
