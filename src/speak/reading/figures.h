/* Whatever begins with a digit, a sign or a currency: numbers, with what is counted behind them.
 *
 *     at = figures_read(&text, at, &wording);     // 0: nothing of the kind stands there
 *
 * Every reader of this folder has this shape: it looks at a bounded stretch before it decides, and what it
 * takes it has read, so that a text is read in linear time.
 */
#ifndef SARAI_SPEAK_READING_FIGURES_H
#define SARAI_SPEAK_READING_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "speak/reading/numbers.h"
#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* A number as it is written: "−1.234,50". */
struct figure {
    size_t begin, end; /* in the text, sign excluded */
    bool negative;
    bool spelled; /* digit by digit: a leading zero, or too many digits */
    bool dotted;  /* 1.2.3: a version, an address; only the first part is lexed */
    bool grouped; /* with marks of thousands */
    uint64_t whole;
    size_t n_digits;
    char mark; /* of the decimals: ',' or '.'; 0 where there are none */
    size_t fraction, n_fraction;
};

/* Lexes at a digit. */
void figure_lex(const struct text *t, size_t at, enum normaliser_region region, struct figure *f);
void figure_say(const struct figure *f, const struct text *t, enum number_form form, struct wording *w);
/* Whole, positive, not spelled, without marks of thousands, of at most n digits. */
bool figure_is_plain(const struct figure *f, size_t n_digits);
void figure_say_digits(const struct text *t, size_t begin, size_t end, struct wording *w);
/* The value of at most 4 digits. */
unsigned figure_value(const struct text *t, size_t begin, size_t end);

size_t figures_read(const struct text *t, size_t at, struct wording *w);

#endif
