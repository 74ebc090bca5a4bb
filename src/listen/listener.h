/* Hearing: a stream of speech in, transcribed utterances out.
 *
 *     listener_open(&options, &l, err);
 *     listener_begin(l, "es", SEGMENTER_TEXT, err);
 *     while (more) listener_feed(l, pcm, n, on_segment, user, err);
 *     listener_flush(l, on_segment, user, err);
 *     listener_close(l);
 *
 * Silence, music and noise give no segment. One thread at a time, except listener_interrupt().
 */
#ifndef SARAI_LISTEN_LISTENER_H
#define SARAI_LISTEN_LISTENER_H

#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"
#include "listen/latent.h"
#include "listen/segmenter.h"
#include "listen/transcriber.h"

struct listener;

struct listener_options {
    const char *encoder_path, *decoder_path, *vocab_path, *vad_path;
    int threads;
    const char *cache_dir;   /* of optimised graphs; or NULL */
    const struct stop *stop; /* or NULL; must outlive the listener */
    const char *mood_path;   /* of the affect head; NULL: moods are not heard */
    const char *profile_dir; /* where voices are remembered (emotion.h); or NULL */
    const char *latent_path; /* of the projector (latent.h); NULL: no latent_z */
    const char *turn_path;   /* of the end-of-turn head (turn_head.h); NULL: it is not asked */
};

/* Valid during the callback. */
struct listener_segment {
    double start_s, end_s;
    const char *text, *language;
    const float *emo_vec;  /* SARAI_EMO_DIMENSION numbers; NULL where moods are not heard */
    const float *latent_z; /* n_latent numbers; NULL without a projector for this encoder */
    size_t n_latent;
};
typedef enum sarai_status listener_segment_fn(void *user, const struct listener_segment *segment,
                                              struct sarai_error *err);

enum sarai_status listener_open(const struct listener_options *options, struct listener **out,
                                struct sarai_error *err);
void listener_close(struct listener *l);

/* Forgets everything heard. `language`: ISO 639-1 or "auto"; EUSAGE when the model does not know it. */
enum sarai_status listener_begin(struct listener *l, const char *language, enum segmenter_grain grain,
                                 struct sarai_error *err);
/* Mono float at SARAI_SPEECH_HZ. on_segment is called for each utterance that ended. */
enum sarai_status listener_feed(struct listener *l, const float *pcm, size_t n,
                                listener_segment_fn *on_segment, void *user, struct sarai_error *err);
enum sarai_status listener_flush(struct listener *l, listener_segment_fn *on_segment, void *user,
                                 struct sarai_error *err);

/* An utterance that is being said: its text so far, each call taking the last one's as a draft (see
 * transcriber_follow). Independent of feed and flush. `heard` is the caller's, inited with HEARD_INIT. */
enum sarai_status listener_follow(struct listener *l, const float *pcm, size_t n, struct heard *heard,
                                  struct sarai_error *err);
/* A conversation begins: from here on listener_called() looks for these phrases, comma-separated, and
 * listener_told_to_stop() knows its word. */
enum sarai_status listener_wake(struct listener *l, const char *phrases, struct sarai_error *err);
/* Whether the utterance that was followed last begins with one of them, however it was spelled; `question` is
 * then what is said behind it (called.h). */
bool listener_called(struct listener *l, const char *language, struct buf *question);
/* Whether it begins with "para" for certain, a word so short that it is spelled as others ("Puedes"). */
bool listener_told_to_stop(struct listener *l, const char *language);
/* The next utterance is another one. */
void listener_forget(struct listener *l);
/* Work may go on after listener_interrupt(). */
void listener_resume(struct listener *l);

/* Whose voice is heard from here on: a name, or NULL for somebody unknown (emotion.h). */
enum sarai_status listener_speaker(struct listener *l, const char *name, struct sarai_error *err);
/* The mood of the utterance that was followed last; false where moods are not heard. */
bool listener_feel(struct listener *l, const float *pcm, size_t n, float emo_vec[SARAI_EMO_DIMENSION]);
/* The latent_z of the utterance that was transcribed or followed last: how many numbers; 0 without a
 * projector for this encoder. */
size_t listener_place(struct listener *l, float latent_z[LATENT_MAX_DIMENSION]);
/* Whether there is a head for listener_finished(). */
bool listener_has_turn_head(const struct listener *l);
/* How likely who was followed last has finished, by the voice; false where no head tells. */
bool listener_finished(struct listener *l, float *probability);
/* The embedder that latent_z is for; NULL: there is no projector. Borrowed. */
const char *listener_latent_embedder(const struct listener *l);
/* Keeps what was learnt of a named speaker's voice. EOUTPUT. */
enum sarai_status listener_remember(struct listener *l, struct sarai_error *err);

/* Ends the work in progress with ECANCELLED; the next begin works again. Any thread. */
void listener_interrupt(struct listener *l);

#endif
