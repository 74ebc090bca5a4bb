#include "listen/listener.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen/called.h"
#include "listen/emotion.h"
#include "listen/turn_head.h"
#include "listen/vad.h"

enum { MAX_LANGUAGE_BYTES = 8 };

struct listener {
    struct vad *vad;
    struct segmenter *segmenter;
    struct transcriber *transcriber;
    struct called *called;   /* NULL: no phrase is waited for */
    struct called *stop;     /* by which an answer is ended; NULL outside of conversations */
    struct emotion *emotion; /* NULL: moods are not heard */
    struct latent *latent;   /* NULL: no latent_z */
    struct turn_head *turn;  /* NULL: nobody tells whether the voice has finished */
    char language[MAX_LANGUAGE_BYTES];
    float waiting[VAD_MOST_WINDOWS * VAD_WINDOW]; /* what came since the detector was last asked */
    size_t n_waiting;
};

enum sarai_status listener_open(const struct listener_options *o, struct listener **out,
                                struct sarai_error *err)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return out_of_memory(err, tr("el oído", "hearing"));
    const struct transcriber_options transcriber = {
        .encoder_path = o->encoder_path,
        .decoder_path = o->decoder_path,
        .vocab_path = o->vocab_path,
        .onnx = {.threads = o->threads, .cache_dir = o->cache_dir},
        .stop = o->stop,
    };
    enum sarai_status st = transcriber_open(&transcriber, &l->transcriber, err);
    if (!st)
        st = vad_open(o->vad_path, &transcriber.onnx, &l->vad, err);
    if (!st)
        st = segmenter_open(&l->segmenter, err);
    if (!st && o->mood_path) {
        const struct emotion_options emotion = {o->mood_path, transcriber.onnx, o->profile_dir};
        st = emotion_open(&emotion, &l->emotion, err);
    }
    if (!st && o->latent_path)
        st = latent_open(o->latent_path, &transcriber.onnx, &l->latent, err);
    if (!st && o->turn_path)
        st = turn_head_open(o->turn_path, &transcriber.onnx, &l->turn, err);
    if (st) {
        listener_close(l);
        return st;
    }
    *out = l;
    return SARAI_OK;
}

void listener_close(struct listener *l)
{
    if (!l)
        return;
    segmenter_close(l->segmenter);
    vad_close(l->vad);
    emotion_close(l->emotion);
    latent_close(l->latent);
    turn_head_close(l->turn);
    called_close(l->called);
    called_close(l->stop);
    transcriber_close(l->transcriber);
    free(l);
}

enum sarai_status listener_begin(struct listener *l, const char *language, enum segmenter_grain grain,
                                 struct sarai_error *err)
{
    if (strlen(language) >= sizeof l->language || !transcriber_knows(l->transcriber, language))
        return failed(err, SARAI_EUSAGE,
                      tr("el modelo no entiende el idioma «%s» (p. ej. es, en, auto)",
                         "the model does not know the language “%s” (e.g. es, en, auto)"),
                      language);
    snprintf(l->language, sizeof l->language, "%s", language);
    l->n_waiting = 0;
    segmenter_begin(l->segmenter, grain);
    vad_reset(l->vad);
    listener_resume(l);
    return SARAI_OK;
}

void listener_resume(struct listener *l)
{
    vad_resume(l->vad);
    transcriber_resume(l->transcriber);
}

enum sarai_status listener_follow(struct listener *l, const float *pcm, size_t n, struct heard *heard,
                                  struct sarai_error *err)
{
    return transcriber_follow(l->transcriber, pcm, n, l->language, heard, err);
}

enum sarai_status listener_wake(struct listener *l, const char *phrases, struct sarai_error *err)
{
    enum sarai_status st = l->stop ? SARAI_OK : called_open(l->transcriber, "para", &l->stop, err);
    called_close(l->called);
    l->called = NULL;
    return st || !*phrases ? st : called_open(l->transcriber, phrases, &l->called, err);
}

bool listener_called(struct listener *l, const char *language, struct buf *question)
{
    return l->called && called_by(l->called, language, question);
}

bool listener_told_to_stop(struct listener *l, const char *language)
{
    return l->stop && strcmp(language, "es") == 0 && called_surely(l->stop, language);
}

void listener_forget(struct listener *l)
{
    transcriber_forget(l->transcriber);
}

void listener_interrupt(struct listener *l)
{
    vad_interrupt(l->vad);
    transcriber_interrupt(l->transcriber);
}

enum sarai_status listener_speaker(struct listener *l, const char *name, struct sarai_error *err)
{
    return l->emotion ? emotion_speaker(l->emotion, name, err) : SARAI_OK;
}

enum sarai_status listener_remember(struct listener *l, struct sarai_error *err)
{
    return l->emotion ? emotion_save(l->emotion, err) : SARAI_OK;
}

const char *listener_latent_embedder(const struct listener *l)
{
    return l->latent ? latent_embedder(l->latent) : NULL;
}

/* An encoder that the head was not trained for gives words and no mood. */
bool listener_feel(struct listener *l, const float *pcm, size_t n, float emo_vec[SARAI_EMO_DIMENSION])
{
    struct onnx_tensor *stats = transcriber_stats(l->transcriber);
    return l->emotion && emotion_read(l->emotion, pcm, n, stats, emo_vec, NULL) == SARAI_OK;
}

size_t listener_place(struct listener *l, float latent_z[LATENT_MAX_DIMENSION])
{
    return l->latent && latent_read(l->latent, transcriber_stats(l->transcriber), latent_z, NULL) == SARAI_OK
               ? latent_dimension(l->latent)
               : 0;
}

bool listener_has_turn_head(const struct listener *l)
{
    return l->turn != NULL;
}

/* As with the mood: silent about the states of an encoder that it was not trained for. */
bool listener_finished(struct listener *l, float *probability)
{
    size_t n_sound;
    struct onnx_tensor *states = transcriber_states(l->transcriber, &n_sound);
    return l->turn && turn_head_ask(l->turn, states, n_sound, probability, NULL) == SARAI_OK;
}

/* Transcribes the utterance that the segmenter has ready, if any. */
static enum sarai_status pass_utterance(struct listener *l, listener_segment_fn *on_segment, void *user,
                                        struct sarai_error *err)
{
    const struct utterance *u = segmenter_next(l->segmenter);
    if (!u)
        return SARAI_OK;
    struct heard heard = HEARD_INIT;
    enum sarai_status st = transcriber_run(l->transcriber, u->pcm, u->n_frames, l->language, &heard, err);
    if (!st && heard.words.len > 0) {
        float emo_vec[SARAI_EMO_DIMENSION];
        float latent_z[LATENT_MAX_DIMENSION];
        bool felt = listener_feel(l, u->pcm, u->n_frames, emo_vec);
        size_t n_latent = listener_place(l, latent_z);
        struct listener_segment segment = {.start_s = u->start_s,
                                           .end_s = u->end_s,
                                           .text = heard.words.data,
                                           .language = heard.language,
                                           .emo_vec = felt ? emo_vec : NULL,
                                           .latent_z = n_latent > 0 ? latent_z : NULL,
                                           .n_latent = n_latent};
        st = on_segment(user, &segment, err);
    }
    buf_finish(&heard.words);
    return st;
}

/* Asks the detector about what waits, whole windows, and cuts there. */
static enum sarai_status hear_waiting(struct listener *l, listener_segment_fn *on_segment, void *user,
                                      struct sarai_error *err)
{
    float probabilities[VAD_MOST_WINDOWS];
    const size_t n = l->n_waiting / VAD_WINDOW;
    l->n_waiting = 0;
    enum sarai_status st = vad_feed(l->vad, l->waiting, n, probabilities, err);
    for (size_t i = 0; !st && i < n; i++) {
        segmenter_feed(l->segmenter, l->waiting + i * VAD_WINDOW, probabilities[i]);
        st = pass_utterance(l, on_segment, user, err);
    }
    return st;
}

enum sarai_status listener_feed(struct listener *l, const float *pcm, size_t n,
                                listener_segment_fn *on_segment, void *user, struct sarai_error *err)
{
    const size_t room = sizeof l->waiting / sizeof *l->waiting;
    enum sarai_status st = SARAI_OK;
    while (!st && n > 0) {
        size_t missing = room - l->n_waiting, taken = n < missing ? n : missing;
        for (size_t i = 0; i < taken;
             i++) /* one sample that is no number would deafen the detector for good */
            l->waiting[l->n_waiting + i] = isfinite(pcm[i]) ? pcm[i] : 0;
        l->n_waiting += taken;
        pcm += taken;
        n -= taken;
        if (l->n_waiting == room)
            st = hear_waiting(l, on_segment, user, err);
    }
    return st;
}

enum sarai_status listener_flush(struct listener *l, listener_segment_fn *on_segment, void *user,
                                 struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (; l->n_waiting % VAD_WINDOW; l->n_waiting++)
        l->waiting[l->n_waiting] = 0;
    if (l->n_waiting > 0)
        st = hear_waiting(l, on_segment, user, err);
    if (st)
        return st;
    segmenter_flush(l->segmenter);
    return pass_utterance(l, on_segment, user, err);
}
