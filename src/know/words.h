/* The words of a question that are worth looking for: folded (small letters without accents), without
 * the little words that stand everywhere, each once.
 *
 *     struct words w;
 *     words_of("¿Cuánto es la fianza?", &w, err);      // "fianza"
 *     for (size_t i = 0; i < w.n; i++) puts(w.word[i]);
 *     words_finish(&w);
 */
#ifndef SARAI_KNOW_WORDS_H
#define SARAI_KNOW_WORDS_H

#include <stddef.h>

#include "base/error.h"

enum { WORDS_MAX = 64 };

struct words {
    size_t n;
    const char *word[WORDS_MAX]; /* inside of `text` */
    char *text;
};

/* A question of little words only keeps them all: something is to be found after all. Past WORDS_MAX words
 * the rest does not count. ENOMEM only. */
enum sarai_status words_of(const char *question, struct words *out, struct sarai_error *err);
void words_finish(struct words *w);

/* Whether the question speaks of documents ("según mis notas…"): then that nothing is found is an answer too.
 * ENOMEM only. */
enum sarai_status words_name_documents(const char *question, bool *out, struct sarai_error *err);

#endif
