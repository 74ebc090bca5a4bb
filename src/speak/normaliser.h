/* Written Spanish → Spanish that can be read aloud: "Son 12,50 €" → "Son doce euros con cincuenta".
 *
 *     struct buf out = BUF_INIT(NORMALISER_MAX_OUT);
 *     struct normaliser_options options = {NORMALISER_ES};
 *     normaliser_run("Llega a las 10:30.", &options, &out, &err);   // "Llega a las diez y media."
 *     buf_finish(&out);
 *
 * What comes out holds words, blanks and the marks that carry prosody (, . ; : ? ! ¿ ¡ … —), and no
 * digit; run again, it comes out as it went in. Markdown marks, emoji, control characters and bytes
 * that are not UTF-8 are dropped. Time and memory grow linearly with the text.
 * Ownership: `out` is the caller's; the words are appended to it. Threads: any, there is no state.
 */
#ifndef SARAI_SPEAK_NORMALISER_H
#define SARAI_SPEAK_NORMALISER_H

#include "base/buf.h"
#include "base/error.h"

#define NORMALISER_MAX_IN  (1u << 20)               /* bytes of a text */
#define NORMALISER_MAX_OUT (32 * NORMALISER_MAX_IN) /* what the most talkative text becomes */

/* Whose marks and words: in Spain 3,5 is "tres coma cinco", in Mexico 3.5 "tres punto cinco". */
enum normaliser_region { NORMALISER_ES, NORMALISER_MX };

struct normaliser_options {
    enum normaliser_region region;
};

/* EINPUT past NORMALISER_MAX_IN bytes or where out->max is too small; `out` is then as it was.
 * NULL options are those of Spain. */
enum sarai_status normaliser_run(const char *text, const struct normaliser_options *options, struct buf *out,
                                 struct sarai_error *err);

#endif
