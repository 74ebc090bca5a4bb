/* What the loudspeaker is to say: the answer of one turn, filled while it is being made, held back until the
 * turn is confirmed, ducked and paused when somebody speaks over it.
 *
 *     playback_open(&p, err);
 *     playback_begin(p, turn);                              // an answer is being prepared
 *     voice thread: playback_phrase(p, turn, text); playback_add(p, turn, pcm, n);  …  playback_finish(p,
 * turn); playback_release(p, turn);                            // it may be heard now sound thread:
 * playback_pull(p, out, n, &status);      // n frames, silence where there is nothing playback_heard(p,
 * &text);                             // the words that were really heard playback_drop(p);
 *
 * Sound: mono float at SARAI_VOICE_HZ. What comes under another turn number than the current one is refused.
 * All functions from any thread; pull holds the lock for a copy only. Memory: PLAYBACK_MOST_S of sound.
 */
#ifndef SARAI_AUDIO_PLAYBACK_H
#define SARAI_AUDIO_PLAYBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct playback;

enum { PLAYBACK_MOST_S = 600, PLAYBACK_MOST_PHRASES = 1024, PLAYBACK_TEXT_BYTES = 1 << 20 };

struct playback_status {
    bool sounding; /* something of the answer was played in this pull */
    bool over;     /* the answer is finished and was played to its end; told once */
    bool starved;  /* the answer is not finished, but nothing of it was there to be played */
};

enum sarai_status playback_open(struct playback **out, struct sarai_error *err);
void playback_close(struct playback *p);

/* Forgets the last answer; from now on `turn` is the current one, held back. */
void playback_begin(struct playback *p, unsigned turn);
void playback_release(struct playback *p, unsigned turn);
void playback_drop(struct playback *p);

/* The words of the sound that is added next. False: stale turn, or too much. */
bool playback_phrase(struct playback *p, unsigned turn, const char *text);
bool playback_add(struct playback *p, unsigned turn, const float *pcm, size_t n);
/* Nothing more will come. */
void playback_finish(struct playback *p, unsigned turn);

/* Goes over to this loudness within some 20 ms; 1 is full. */
void playback_gain(struct playback *p, float gain);
/* A paused answer goes on a little before the place where it stopped, at the beginning of its phrase when
 * that is near. */
void playback_pause(struct playback *p, bool paused);

struct playback_status playback_pull(struct playback *p, float *out, size_t n);

/* Appends the words that were heard: whole phrases, and of the phrase that was broken off as many words as
 * its part that was played. False when out of memory. */
bool playback_heard(struct playback *p, struct buf *text);
/* Milliseconds of sound pulled so far. */
double playback_heard_ms(struct playback *p);

#endif
