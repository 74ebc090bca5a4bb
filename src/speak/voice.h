/* A voice model: phoneme ids → sound. Two shapes fit (docs/CONTRACTS.md): Kokoro (tokens, style, speed)
 * and VITS as Piper exports it (input, input_lengths, scales).
 *
 *     voice_open(&options, phonemes, &v, err);
 *     voice_style(v, "ef_dora", err);                       // Kokoro: which speaker
 *     voice_speak(v, ipa, n_bytes, 1.0, 0, &pcm, &n, err);  // caller frees pcm; SARAI_VOICE_HZ
 *     voice_close(v);
 *
 * One thread at a time, except voice_interrupt().
 */
#ifndef SARAI_SPEAK_VOICE_H
#define SARAI_SPEAK_VOICE_H

#include <stddef.h>

#include "base/error.h"
#include "engine/onnx.h"
#include "speak/phonemes.h"

struct voice;

enum { VOICE_MAX_IDS = 510 };

struct voice_options {
    const char *model_path;
    const char *styles_dir; /* NAME.bin: float32 [510, 1, 256]; NULL where the model has one speaker */
    struct onnx_options onnx;
};

/* `phonemes` is borrowed and must outlive the voice. */
enum sarai_status voice_open(const struct voice_options *options, const struct phonemes *phonemes,
                             struct voice **out, struct sarai_error *err);
void voice_close(struct voice *v);

/* Chooses the speaker. A model with one speaker takes any name. EUSAGE: there is none of that name. */
enum sarai_status voice_style(struct voice *v, const char *name, struct sarai_error *err);

/* A second speaker, whose prosody voice_speak() blends into the first's; NULL: none. EUSAGE as above. */
enum sarai_status voice_companion(struct voice *v, const char *name, struct sarai_error *err);

/* `blend`: share of the style's prosody that is the companion's, -1 (away from it) to 1; the timbre stays.
 * IPA (what gives at most VOICE_MAX_IDS ids; the rest is cut) → mono float at SARAI_VOICE_HZ. */
enum sarai_status voice_speak(struct voice *v, const char *ipa, size_t n_bytes, double speed, float blend,
                              float **pcm, size_t *n_frames, struct sarai_error *err);

/* Ends the work in progress with ECANCELLED, until voice_resume(). Any thread. */
void voice_interrupt(struct voice *v);
void voice_resume(struct voice *v);

#endif
