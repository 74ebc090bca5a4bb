/* E-mail addresses and URLs: "ana@correo.es" → "ana arroba correo punto es". Of a URL the scheme is not said,
 * nor what no ear can use: queries, fragments, long paths.
 */
#ifndef SARAI_SPEAK_READING_ADDRESSES_H
#define SARAI_SPEAK_READING_ADDRESSES_H

#include "speak/reading/text.h"
#include "speak/reading/wording.h"

/* At a letter or digit that follows a blank or an opening mark. */
size_t addresses_read(const struct text *t, size_t at, struct wording *w);

#endif
