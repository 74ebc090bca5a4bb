/* The mood in a voice: the encoder's statistics of an utterance and its sound → emo_vec, 15 numbers.
 *
 *     emotion_open(&options, &e, err);
 *     emotion_speaker(e, "ana", err);                      // whose voice it is; NULL: somebody unknown
 *     emotion_read(e, pcm, n, stats, emo_vec, err);        // after each utterance
 *     emotion_save(e, err);
 *     emotion_close(e);
 *
 * What tells moods apart is how a voice differs from its own usual self, so a running profile (mean and
 * deviation of the head's features) is kept for the speaker: of a named one in profile_dir/NAME.json, of an
 * unknown one in memory. The order of emo_vec is that of enum sarai_emo. One thread at a time.
 */
#ifndef SARAI_LISTEN_EMOTION_H
#define SARAI_LISTEN_EMOTION_H

#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"

struct emotion;

enum { EMOTION_MAX_FEATURES = 4096, EMOTION_MAX_NAME_BYTES = 64 };

struct emotion_options {
    const char *path; /* of the head, role affect-head of docs/CONTRACTS.md */
    struct onnx_options onnx;
    const char *profile_dir; /* made when it is needed; NULL: nothing is kept */
};

enum sarai_status emotion_open(const struct emotion_options *options, struct emotion **out,
                               struct sarai_error *err);
void emotion_close(struct emotion *e);

/* Whether the statistics have the shape that the head was trained on. */
bool emotion_fits(const struct emotion *e, const struct onnx_tensor *stats);

/* Whose voice is heard from here on. A profile of another head is begun anew. EUSAGE: not a name for a file
 * (letters, digits, "-", "_", "." inside); EINPUT: the profile is damaged. */
enum sarai_status emotion_speaker(struct emotion *e, const char *name, struct sarai_error *err);
/* Utterances in the profile. */
long emotion_utterances(const struct emotion *e);

/* pcm: the utterance, mono at SARAI_SPEECH_HZ; stats: what the encoder gave for it. The utterance joins the
 * profile after it was judged by what was known before. */
enum sarai_status emotion_read(struct emotion *e, const float *pcm, size_t n_frames,
                               struct onnx_tensor *stats, float emo_vec[SARAI_EMO_DIMENSION],
                               struct sarai_error *err);
/* Writes the profile of a named speaker, as a whole or not at all; nothing where nothing was learnt. EOUTPUT.
 */
enum sarai_status emotion_save(struct emotion *e, struct sarai_error *err);

#endif
