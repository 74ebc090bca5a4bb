/* The tokens of a Whisper-like model: ids to text, and the ids of its control tokens.
 *
 *     vocabulary_open("whisper-base.vocab.json", &v, err);
 *     int es = vocabulary_language(v, "es");
 *     vocabulary_text(v, ids, n, &text);
 *     vocabulary_close(v);
 *
 * The file is {"tokens": [...], "suppress": [...], "suppress_first": [...]}; a token's text is written in
 * the byte-level alphabet of GPT-2. Read-only after open: any thread.
 */
#ifndef SARAI_LISTEN_VOCABULARY_H
#define SARAI_LISTEN_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct vocabulary;

enum { VOCABULARY_MAX_TOKENS = 1 << 18 };

/* The control tokens that a prompt is made of. */
struct control_tokens {
    int start, transcribe, no_timestamps, no_speech, end;
    int previous; /* before a text that came before; -1: the model knows none */
};

/* EMODEL: missing, not JSON, or without one of the control tokens. */
enum sarai_status vocabulary_open(const char *path, struct vocabulary **out, struct sarai_error *err);
void vocabulary_close(struct vocabulary *v);

size_t vocabulary_count(const struct vocabulary *v);
const struct control_tokens *vocabulary_control(const struct vocabulary *v);

/* Token of an ISO 639-1 language; -1 when the model does not know it. */
int vocabulary_language(const struct vocabulary *v, const char *code);
/* The code of a language token, e.g. "es"; NULL when it is none. Borrowed. */
const char *vocabulary_language_code(const struct vocabulary *v, int token);

/* Whether a token may never come (`first`: not as the first of a text). */
bool vocabulary_suppressed(const struct vocabulary *v, int token, bool first);

/* The tokens of a text, joined as byte-pair encoding does it: of all neighbours those that make the token
 * with the least number, until none make any (GPT-2 numbers its merges so). How many; 0 where the text is
 * empty, of more than `most`, or of bytes without a token. Takes milliseconds. */
size_t vocabulary_tokens(const struct vocabulary *v, const char *text, int *tokens, size_t most);

/* Appends the text of the tokens; bytes that are not UTF-8 are left out. False when `out` is full. */
bool vocabulary_text(const struct vocabulary *v, const int *tokens, size_t n, struct buf *out);

#endif
