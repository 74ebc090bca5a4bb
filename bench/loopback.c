/* From our loudspeaker to our microphone, for bench/loopback.sh: a click every two seconds, and how many
 * milliseconds later it is heard; both devices as the system has them.
 *
 *     build/release/bench/loopback [SECONDS]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "audio/duplex.h"

enum { STEPS_A_SECOND = 1000 / DUPLEX_STEP_MS, CLICK_FRAMES = 48 };

struct tally {
    int clicks, heard, gone, dry, at; /* at: the step of the click that is listened for; -1: none */
    double sum_ms, least_ms, most_ms, lost_ms;
};

static void listen(struct tally *t, int step, const float *mic)
{
    for (int i = 0; i < DUPLEX_MIC_FRAMES && t->at >= 0; i++) {
        if (fabsf(mic[i]) < 0.2f)
            continue;
        double ms = (step - t->at + (double)i / DUPLEX_MIC_FRAMES) * DUPLEX_STEP_MS;
        t->sum_ms += ms;
        t->least_ms = t->heard == 0 ? ms : fmin(ms, t->least_ms);
        t->most_ms = fmax(ms, t->most_ms);
        t->heard++;
        t->at = -1;
    }
}

int main(int argc, char **argv)
{
    const struct duplex_options options = {0};
    struct sarai_error err = {0};
    struct duplex *d = NULL;
    struct tally t = {.at = -1};
    int steps = STEPS_A_SECOND * (argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20);
    enum sarai_status st = duplex_open(&options, &d, &err);
    for (int i = 0; i < steps && !st; i++) {
        float mic[DUPLEX_MIC_FRAMES], played[DUPLEX_MIC_FRAMES], voice[DUPLEX_VOICE_FRAMES] = {0};
        struct duplex_step step = {0};
        st = duplex_read(d, mic, played, &step, &err);
        t.gone += step.lost;
        t.dry += step.dry;
        t.lost_ms += step.lost_ms;
        listen(&t, i, mic);
        if (i % (2 * STEPS_A_SECOND) == STEPS_A_SECOND) {
            for (int k = 0; k < CLICK_FRAMES; k++)
                voice[k] = 0.7f;
            t.clicks++;
            t.at = i;
        }
        if (!st)
            st = duplex_write(d, voice, &err);
    }
    if (st)
        fprintf(stderr, "loopback: %s\n", err.message);
    else
        printf("%d of %d clicks, mean %.0f ms, %.0f to %.0f; devices gone %d, loudspeaker dry %d, microphone "
               "lost %.0f ms\n",
               t.heard, t.clicks, t.heard ? t.sum_ms / t.heard : 0, t.least_ms, t.most_ms, t.gone, t.dry,
               t.lost_ms);
    duplex_close(d);
    return (int)st;
}
