/* Words → phonemes → the ids that a voice model takes.
 *
 *     phonemes_open("kokoro-82m.vocab.json", "es", &p, err);
 *     phonemes_write(p, "Hola, mundo.", &ipa);         // "ˈola, mˈundo."
 *     n = phonemes_ids(p, ipa.data, ipa.len, ids, max);
 *     phonemes_close(p);
 *
 * The table is {"vocab": {"symbol": id}} (Kokoro) or {"phoneme_id_map": {"symbol": [ids]}} (VITS voices of
 * Piper). One handle a process, because espeak-ng is one; one thread.
 */
#ifndef SARAI_SPEAK_PHONEMES_H
#define SARAI_SPEAK_PHONEMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct phonemes;

enum sarai_status phonemes_open(const char *table_path, const char *language, struct phonemes **out,
                                struct sarai_error *err);
void phonemes_close(struct phonemes *p);

/* Appends the phonemes of normalised text in the table's symbols ("kˈoʧe" for Kokoro), punctuation kept where
 * it was. False when ipa is full. */
bool phonemes_write(struct phonemes *p, const char *text, struct buf *ipa);

/* Ids of IPA text; symbols that the table lacks are left out. Returns how many, at most max. */
size_t phonemes_ids(const struct phonemes *p, const char *ipa, size_t n, int64_t *ids, size_t max);
/* The id of one symbol, -1 when the table lacks it. */
int64_t phonemes_id(const struct phonemes *p, const char *symbol);
/* A number of the table's file outside of the map, e.g. {"audio": {"sample_rate": 22050}}. */
long phonemes_number(const struct phonemes *p, const char *section, const char *key, long otherwise);

#endif
