#include "speed.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/soxr.h"

enum { MAX_RECORDING_FRAMES = 60 * SARAI_VOICE_HZ };

static bool record(void *user, const float *pcm, size_t n)
{
    struct speed_question *r = user;
    if (n > MAX_RECORDING_FRAMES - r->n)
        return false;
    memcpy(r->pcm + r->n, pcm, n * sizeof *pcm);
    r->n += n;
    return true;
}

static bool ignore_audio(void *user, const float *pcm, size_t n)
{
    (void)user;
    (void)pcm;
    (void)n;
    return true;
}

enum sarai_status speed_ask(struct sarai *s, struct speed_question *out, struct sarai_error *err)
{
    struct speed_question said = {malloc(MAX_RECORDING_FRAMES * sizeof(float)), 0};
    const struct sarai_sink sink = {.user = &said, .on_audio = record};
    struct sarai_turn turn = {0};
    struct resampler *resampler = NULL;
    size_t n = 0;
    enum sarai_status st = said.pcm ? SARAI_OK : out_of_memory(err, tr("la pregunta", "the question"));
    if (!st)
        st = sarai_say(s, "¿Cuál es la capital de Francia?", NULL, 0, &sink, &turn, err);
    if (!st)
        st = resampler_open(SARAI_VOICE_HZ, SARAI_SPEECH_HZ, &resampler, err);
    if (!st && !(out->pcm = malloc(2 * resampler_room(resampler, said.n) * sizeof(float))))
        st = out_of_memory(err, tr("la pregunta", "the question"));
    if (!st)
        st = resampler_feed(resampler, said.pcm, said.n, out->pcm, &out->n, err);
    if (!st)
        st = resampler_feed(resampler, NULL, 0, out->pcm + out->n, &n, err);
    out->n += n;
    resampler_close(resampler);
    sarai_turn_finish(&turn);
    free(said.pcm);
    return st;
}

enum sarai_status speed_measure(struct sarai *s, const struct speed_question *question, struct speed *out,
                                struct sarai_error *err)
{
    const struct sarai_sink sink = {.on_audio = ignore_audio};
    struct sarai_transcript heard = {0};
    struct sarai_turn turn = {0};
    sarai_new_conversation(s);
    enum sarai_status st = sarai_transcribe(s, question->pcm, question->n, NULL, false, &heard, err);
    if (!st)
        st = sarai_ask(s, heard.text, &sink, &turn, err);
    if (!st)
        *out = (struct speed){heard.listen_ms, turn.stages.think_first_token_ms,
                              turn.stages.speak_first_audio_ms, heard.listen_ms + turn.stages.first_audio_ms};
    sarai_transcript_finish(&heard);
    sarai_turn_finish(&turn);
    return st;
}
