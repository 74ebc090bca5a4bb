/* A voice model: phoneme ids → sound. Two shapes fit (docs/CONTRACTS.md): Kokoro (tokens, style, speed)
 * and VITS as Piper exports it (input, input_lengths, scales).
 *
 *     voice_open(&options, phonemes, &v, err);
 *     voice_style(v, "ef_dora", err);                       // Kokoro: which speaker
 *     voice_speak(v, &(struct voice_request){ipa, n_bytes, .speed = 1}, &sound, err);  // caller frees
 * sound.pcm voice_close(v);
 *
 * One thread at a time, except voice_interrupt().
 */
#ifndef SARAI_SPEAK_VOICE_H
#define SARAI_SPEAK_VOICE_H

#include <stdbool.h>
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

/* Of a part the last frames are spoilt, as the decoder did not see what follows. */
enum { VOICE_SPOILT_FRAMES = 90 * SARAI_VOICE_HZ / 1000 };

struct voice_request {
    const char *ipa; /* what gives at most VOICE_MAX_IDS ids; the rest is cut */
    size_t n_bytes;
    double speed;
    float blend; /* share of the style's prosody that is the companion's, -1 (away from it) to 1; the timbre
                    stays */
    float share; /* of the sound that is wanted, from its beginning; 0: all. A model may give more */
};
struct voice_sound {
    float *pcm; /* mono at SARAI_VOICE_HZ; the caller frees it */
    size_t n_frames;
    bool is_part; /* there is more */
};

bool voice_gives_parts(const struct voice *v);
enum sarai_status voice_speak(struct voice *v, const struct voice_request *request, struct voice_sound *out,
                              struct sarai_error *err);

/* Ends the work in progress with ECANCELLED, until voice_resume(). Any thread. */
void voice_interrupt(struct voice *v);
void voice_resume(struct voice *v);

#endif
