/* What the readers write to: words and marks, set apart as Spanish sets them. Words come out with one blank
 * between; of marks in a row the strongest stays; none begins a text except ¿ and ¡.
 *
 *     struct wording w = {.out = &buf, .region = NORMALISER_ES};
 *     wording_say(&w, "son las diez");
 *     wording_mark(&w, '.');             // "son las diez."
 *     if (w.full) ...                    // out of memory, or the buffer's maximum
 */
#ifndef SARAI_SPEAK_READING_WORDING_H
#define SARAI_SPEAK_READING_WORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "speak/normaliser.h"
#include "speak/reading/text.h"

struct wording {
    struct buf *out;
    enum normaliser_region region;
    enum { WORDING_NOTHING, WORDING_WORD, WORDING_MARK, WORDING_OPENING } last;
    uint32_t mark;              /* the last one, when it was a mark */
    char word[TEXT_WORD_BYTES]; /* the last one in lower case, when it was a word; else "" */
    bool full;
};

/* A word, or several with one blank between. */
void wording_say(struct wording *w, const char *words);
void wording_say_bytes(struct wording *w, const char *words, size_t n);
/* , . ; : ? ! … — or the opening ¿ ¡ */
void wording_mark(struct wording *w, uint32_t mark);

bool wording_last_is(const struct wording *w, const char *const *words, size_t n);

#endif
