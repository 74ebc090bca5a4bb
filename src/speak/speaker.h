/* Speaking: phrases in, sound out. Normaliser, phonemes, voice, pauses and loudness, in that order.
 *
 *     speaker_open(&options, &sp, err);
 *     speaker_begin(sp, &(struct speaker_style){.voice = "ef_dora", .speed = 1}, err);
 *     speaker_say(sp, "Son las tres.", on_audio, user, err);
 *     speaker_close(sp);
 *
 * One thread at a time, except speaker_interrupt(). One speaker a process (espeak-ng is global).
 */
#ifndef SARAI_SPEAK_SPEAKER_H
#define SARAI_SPEAK_SPEAKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "speak/delivery.h"

struct speaker;

struct speaker_options {
    const char *model_path, *vocab_path;
    const char *styles_dir; /* NULL where the model has one speaker */
    const char *region;     /* "es-ES" or "es-MX" */
    int threads;
    const char *cache_dir;   /* of the optimised graph; or NULL */
    const char *phrases_dir; /* where the sound of short phrases is kept; or NULL */
    bool keeps_all_phrases;  /* of all that is said, not only of what speaker_prepare() is given */
};

struct speaker_style {
    const char *voice;
    double speed;          /* 0.5..2 */
    const char *companion; /* another voice, whose prosody a delivery may blend in; NULL: none */
    bool is_waited_for;    /* the beginning of the first phrase may be heard before the whole is made */
};

/* Mono float at SARAI_VOICE_HZ, |x| ≤ 1. False ends the phrase with EOUTPUT. */
typedef bool speaker_audio_fn(void *user, const float *pcm, size_t n_frames);

enum sarai_status speaker_open(const struct speaker_options *options, struct speaker **out,
                               struct sarai_error *err);
void speaker_close(struct speaker *s);

/* A new utterance. EUSAGE: unknown voice, or a speed out of range. */
enum sarai_status speaker_begin(struct speaker *s, const struct speaker_style *style,
                                struct sarai_error *err);
/* How the phrases from here on are spoken; a new utterance is spoken plainly again. */
void speaker_deliver(struct speaker *s, struct delivery delivery);
/* Speaks a phrase (UTF-8). What holds nothing to say gives no sound and OK. */
enum sarai_status speaker_say(struct speaker *s, const char *phrase, speaker_audio_fn *on_audio, void *user,
                              struct sarai_error *err);

/* Makes the sound of a short phrase, in the style of the last begin, and keeps it for when it is said. */
enum sarai_status speaker_prepare(struct speaker *s, const char *phrase, struct sarai_error *err);

/* The silence that the last mark asks for, so that speech does not break off with its last sound. */
enum sarai_status speaker_end(struct speaker *s, speaker_audio_fn *on_audio, void *user,
                              struct sarai_error *err);

/* Ends the phrase in work with ECANCELLED; the next begin works again. Any thread. */
void speaker_interrupt(struct speaker *s);

#endif
