/* What a live conversation does about the room that it sounds in: its echo is taken out, and learnt from a
 * sound at the beginning before anybody can interrupt. Part of the loop. */
#include "talk.h"

#include <string.h>

enum sarai_status talk_open_echo(struct talk *t, struct sarai_error *err)
{
    const char *canceller = config_text(t->s->cfg, "ECHO_CANCELLER");
    struct echo_options options = {.denoise = strcmp(config_text(t->s->cfg, "NOISE_SUPPRESSION"), "on") == 0};
    if (strcmp(canceller, "none") == 0)
        return SARAI_OK;
    if (strcmp(canceller, "speex") == 0)
        options.behind = ECHO_SPEEX;
    else if (strcmp(canceller, "webrtc") == 0)
        options.behind = ECHO_WEBRTC;
    return echo_open(&options, &t->echo, err);
}

void talk_make_ready(struct talk *t)
{
    const char *when = config_text(t->s->cfg, "READY_SOUND");
    bool by_device = !t->options->input && !t->options->output;
    if (strcmp(when, "on") == 0 || (strcmp(when, "auto") == 0 && by_device))
        chime_ready(t->ready);
    else
        t->ready_at = CHIME_READY_FRAMES;
}

void talk_give_ready(struct talk *t, float *voice)
{
    for (size_t i = 0; i < DUPLEX_VOICE_FRAMES && t->ready_at < CHIME_READY_FRAMES; i++)
        voice[i] = t->ready[t->ready_at++];
}
