/* Vectors that were computed once, by model and by what the text is: a document that is moved, renamed or
 * put back costs no second computing. Losing the cache costs time only, so nothing here is an error.
 *
 *     struct vector_cache *cache = vector_cache_open("~/.cache/sarai/embeddings", encoder.identity, 384);
 *     if (!vector_cache_get(cache, text, packed, &scale)) { …; vector_cache_put(cache, text, packed, scale);
 * } vector_cache_close(cache);
 */
#ifndef SARAI_KNOW_VECTOR_CACHE_H
#define SARAI_KNOW_VECTOR_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct vector_cache;

enum { VECTOR_CACHE_MOST = 1000000 /* vectors; the oldest go first */ };

/* NULL where it cannot be had; every call takes NULL. */
struct vector_cache *vector_cache_open(const char *folder, const char *identity, int dimension);
void vector_cache_close(struct vector_cache *cache);

bool vector_cache_get(struct vector_cache *cache, const char *text, int8_t *packed, float *scale);
void vector_cache_put(struct vector_cache *cache, const char *text, const int8_t *packed, float scale);

#endif
