/* espeak-ng, for its phonemes only. The library is global state: one handle a process, one thread.
 *
 *     espeak_open("es", &e, err);
 *     espeak_ipa(e, "buenos días", &ipa);     // appends "bwˈenos ðˈias"
 *     espeak_close(e);
 *
 * espeak-ng is GPL-3: everything of it stays behind this file, so that another source of phonemes can
 * take its place.
 */
#ifndef SARAI_ENGINE_ESPEAK_H
#define SARAI_ENGINE_ESPEAK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct espeak;

enum { ESPEAK_TIE = 0x0361 }; /* between the signs of a diphthong or an affricate: a͡ɪ, t͡ʃ */

/* `language`: "es" (Castilian), "es-419" (Latin America), … EMODEL: espeak's data or the language is
 * missing. EUSAGE: a handle is open already. */
enum sarai_status espeak_open(const char *language, struct espeak **out, struct sarai_error *err);
void espeak_close(struct espeak *e);

/* Appends the phonemes of a clause without punctuation (UTF-8). False when ipa is full. */
bool espeak_ipa(struct espeak *e, const char *clause, struct buf *ipa);

/* "1.51" */
const char *espeak_version(void);

#endif
