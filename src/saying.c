/* A given text → speech, without a question. */
#include <string.h>

#include "base/clock.h"
#include "mouth.h"

enum { MAX_PHRASE_BYTES = MAX_TEXT_BYTES };

static const struct sarai_sink no_sink = {0};

static enum sarai_status say_phrases(struct mouth *m, const char *text, struct sarai_error *err)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    enum sarai_status st = phrases_feed(m->s->phrases, text, err);
    while (!st && (phrases_next(m->s->phrases, &phrase) || phrases_flush(m->s->phrases, &phrase))) {
        st = mouth_speak(m, buf_string(&phrase));
        if (!st && stop_raised(&m->s->stop))
            st = failed(&m->err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    if (!st)
        st = mouth_end(m);
    if (st)
        failed(err, st, "%s", m->err.message);
    buf_finish(&phrase);
    return st;
}

enum sarai_status sarai_say(struct sarai *s, const char *text, const char *voice, double speed,
                            const struct sarai_sink *sink, struct sarai_turn *out, struct sarai_error *err)
{
    double start_ms = clock_ms();
    struct mouth mouth = {.s = s, .sink = sink ? sink : &no_sink};
    struct sarai_turn turn = {.stages = assistant_nothing_ran};
    struct speaker_style style = {.voice = voice ? voice : config_text(s->cfg, "VOICE"),
                                  .speed = speed > 0 ? speed : config_real(s->cfg, "SPEED"),
                                  .companion = assistant_companion(s)};
    assistant_begin_call(s);
    enum sarai_status st = assistant_needs(s, SARAI_SPEAK, err);
    if (!st && strlen(text) > MAX_TEXT_BYTES)
        st = failed(err, SARAI_EINPUT, tr("el texto pasa de %d bytes", "the text is over %d bytes"),
                    MAX_TEXT_BYTES);
    if (!st)
        st = speaker_begin(s->speaker, &style, err);
    if (st)
        return st;
    speaker_deliver(s->speaker, assistant_chosen_delivery(s));
    phrases_reset(s->phrases);
    st = say_phrases(&mouth, text, err);
    if (!st && !(turn.text = strdup(text)))
        st = out_of_memory(err, tr("el texto", "the text"));
    if (st)
        return st;
    turn.stages.load_ms = s->load_ms;
    turn.stages.total_ms = clock_ms() - start_ms;
    if (mouth.frames > 0) {
        turn.stages.speak_first_audio_ms = turn.stages.first_audio_ms = mouth.first_audio_ms - start_ms;
        turn.stages.speak_total_ms = mouth.speaking_ms;
        turn.answer_audio_s = (double)mouth.frames / SARAI_VOICE_HZ;
    }
    *out = turn;
    return SARAI_OK;
}
