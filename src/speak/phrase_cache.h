/* Sound that was made once: short phrases by what they sound like (phonemes, voice, speed, model), so that an
 * answer's first words need not be made again. Losing the cache costs time only, so nothing here is an error:
 * a damaged entry is dropped, a damaged file is begun anew.
 *
 *     struct phrase_cache *cache = phrase_cache_open("~/.cache/sarai/phrases", "kokoro.onnx");
 *     if (!phrase_cache_get(cache, key, &pcm, &n)) { …; phrase_cache_put(cache, key, pcm, n); }
 *     phrase_cache_close(cache);
 *
 * One thread at a time. Other processes may use the same folder.
 */
#ifndef SARAI_SPEAK_PHRASE_CACHE_H
#define SARAI_SPEAK_PHRASE_CACHE_H

#include <stdbool.h>
#include <stddef.h>

struct phrase_cache;

enum { PHRASE_CACHE_MOST_BYTES = 16 << 20 /* of sound; the oldest phrases go first */ };

/* The model's name, size and time tell it from others. NULL where it cannot be had; every call takes NULL. */
struct phrase_cache *phrase_cache_open(const char *folder, const char *model_path);
void phrase_cache_close(struct phrase_cache *cache);

bool phrase_cache_has(struct phrase_cache *cache, const char *key);
/* Mono float at SARAI_VOICE_HZ, |x| ≤ 1, kept as 16 bits; the caller frees it. */
bool phrase_cache_get(struct phrase_cache *cache, const char *key, float **pcm, size_t *n_frames);
void phrase_cache_put(struct phrase_cache *cache, const char *key, const float *pcm, size_t n_frames);

#endif
