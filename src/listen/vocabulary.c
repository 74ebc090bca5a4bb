#include "listen/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

enum {
    MAX_LANGUAGE_BYTES = 8,
    NEVER = 1,
    NOT_FIRST = 2,
    MAX_TEXT_BYTES = 64 * 1024,
    MAX_TOKEN_BYTES = 64,
    MAX_PHRASE_BYTES = 128
};

struct vocabulary {
    json_t *root;
    json_t *tokens;
    struct control_tokens control;
    unsigned char *suppressed; /* NEVER | NOT_FIRST for each token */
    char (*languages)[MAX_LANGUAGE_BYTES];
    int first_language, n_languages;
    short byte_of[512]; /* GPT-2's alphabet: code point → byte, -1 where there is none */
};

/* GPT-2 writes the 188 printable bytes of Latin-1 as themselves and the other 68, in order, from U+0100. */
static void make_alphabet(struct vocabulary *v)
{
    int next = 256;
    for (size_t i = 0; i < sizeof v->byte_of / sizeof *v->byte_of; i++)
        v->byte_of[i] = -1;
    for (int b = 0; b < 256; b++) {
        bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
        v->byte_of[printable ? b : next++] = (short)b;
    }
}

static const char *token_text(const struct vocabulary *v, int token)
{
    return json_string_value(json_array_get(v->tokens, (size_t)token));
}

/* Control tokens stand at the end of the list, so search from there. */
static int find_token(const struct vocabulary *v, const char *text)
{
    for (int i = (int)json_array_size(v->tokens) - 1; i >= 0; i--) {
        const char *candidate = token_text(v, i);
        if (candidate && strcmp(candidate, text) == 0)
            return i;
    }
    return -1;
}

static bool find_control_tokens(struct vocabulary *v)
{
    struct control_tokens *c = &v->control;
    c->start = find_token(v, "<|startoftranscript|>");
    c->transcribe = find_token(v, "<|transcribe|>");
    c->no_timestamps = find_token(v, "<|notimestamps|>");
    c->end = find_token(v, "<|endoftext|>");
    c->no_speech = find_token(v, "<|nospeech|>");
    if (c->no_speech < 0)
        c->no_speech = find_token(v, "<|nocaptions|>"); /* its name in the first Whisper */
    c->previous = find_token(v, "<|startofprev|>");
    int translate = find_token(v, "<|translate|>");
    v->first_language = c->start + 1; /* the languages stand between these two */
    v->n_languages = translate - v->first_language;
    return c->start >= 0 && c->transcribe >= 0 && c->no_timestamps >= 0 && c->end >= 0 && c->no_speech >= 0 &&
           v->n_languages > 0;
}

/* "<|es|>" → "es" for each language. */
static bool read_languages(struct vocabulary *v)
{
    v->languages = calloc((size_t)v->n_languages, sizeof *v->languages);
    if (!v->languages)
        return false;
    for (int i = 0; i < v->n_languages; i++) {
        const char *text = token_text(v, v->first_language + i);
        size_t n = text ? strlen(text) : 0;
        if (n > 4 && n - 4 < MAX_LANGUAGE_BYTES)
            memcpy(v->languages[i], text + 2, n - 4);
    }
    return true;
}

static void mark_suppressed(struct vocabulary *v, const char *key, unsigned char mark)
{
    const json_t *list = json_object_get(v->root, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t token = json_integer_value(json_array_get(list, i));
        if (token >= 0 && (size_t)token < json_array_size(v->tokens))
            v->suppressed[token] |= mark;
    }
}

static enum sarai_status read_vocabulary(struct vocabulary *v, const char *path, struct sarai_error *err)
{
    json_error_t cause;
    v->root = json_load_file(path, 0, &cause);
    if (!v->root)
        return json_failed(&cause, path, err);
    v->tokens = json_object_get(v->root, "tokens");
    size_t n = json_array_size(v->tokens);
    if (n == 0 || n > VOCABULARY_MAX_TOKENS || !find_control_tokens(v))
        return failed(
            err, SARAI_EMODEL,
            tr("%s no es un vocabulario de transcripción", "%s is no vocabulary to transcribe with"), path);
    v->suppressed = calloc(n, 1);
    if (!v->suppressed || !read_languages(v))
        return out_of_memory(err, path);
    mark_suppressed(v, "suppress", NEVER);
    mark_suppressed(v, "suppress_first", NOT_FIRST);
    for (size_t i = (size_t)v->control.start; i < n; i++) /* all control tokens but the end */
        v->suppressed[i] |= NEVER;
    make_alphabet(v);
    return SARAI_OK;
}

enum sarai_status vocabulary_open(const char *path, struct vocabulary **out, struct sarai_error *err)
{
    struct vocabulary *v = calloc(1, sizeof *v);
    enum sarai_status st = v ? read_vocabulary(v, path, err) : out_of_memory(err, path);
    if (st) {
        vocabulary_close(v);
        return st;
    }
    *out = v;
    return SARAI_OK;
}

void vocabulary_close(struct vocabulary *v)
{
    if (!v)
        return;
    json_decref(v->root);
    free(v->suppressed);
    free(v->languages);
    free(v);
}

size_t vocabulary_count(const struct vocabulary *v)
{
    return json_array_size(v->tokens);
}

const struct control_tokens *vocabulary_control(const struct vocabulary *v)
{
    return &v->control;
}

int vocabulary_language(const struct vocabulary *v, const char *code)
{
    for (int i = 0; *code && i < v->n_languages; i++)
        if (strcmp(v->languages[i], code) == 0)
            return v->first_language + i;
    return -1;
}

const char *vocabulary_language_code(const struct vocabulary *v, int token)
{
    int i = token - v->first_language;
    return i >= 0 && i < v->n_languages ? v->languages[i] : NULL;
}

bool vocabulary_suppressed(const struct vocabulary *v, int token, bool first)
{
    return v->suppressed[token] & (first ? NEVER | NOT_FIRST : NEVER);
}

/* Appends a byte as the alphabet writes it. */
static bool append_letter(const struct vocabulary *v, unsigned char byte, struct buf *out)
{
    for (uint32_t c = 0; c < sizeof v->byte_of / sizeof *v->byte_of; c++)
        if (v->byte_of[c] == byte)
            return buf_codepoint(out, c);
    return false;
}

/* The token that two neighbours make: letters[0..n); -1: none. */
static int joined(const struct vocabulary *v, const char *letters, size_t n)
{
    char text[MAX_TOKEN_BYTES];
    if (n >= sizeof text)
        return -1;
    memcpy(text, letters, n);
    text[n] = '\0';
    int token = find_token(v, text);
    return token < v->control.end ? token : -1;
}

/* Joins once; false: nothing is left to join. ends: n + 1 places between the parts. */
static bool join(const struct vocabulary *v, const char *letters, size_t *ends, size_t *n)
{
    int best = -1;
    size_t at = 0;
    for (size_t i = 0; i + 1 < *n; i++) {
        int token = joined(v, letters + ends[i], ends[i + 2] - ends[i]);
        if (token >= 0 && (best < 0 || token < best)) {
            best = token;
            at = i;
        }
    }
    if (best < 0)
        return false;
    memmove(ends + at + 1, ends + at + 2, (*n - at - 1) * sizeof *ends);
    (*n)--;
    return true;
}

size_t vocabulary_tokens(const struct vocabulary *v, const char *text, int *tokens, size_t most)
{
    size_t ends[MAX_PHRASE_BYTES + 1] = {0}, n = 0;
    struct buf letters = BUF_INIT(2 * MAX_PHRASE_BYTES);
    bool ok = strlen(text) <= MAX_PHRASE_BYTES;
    for (; ok && text[n]; n++) {
        ok = append_letter(v, (unsigned char)text[n], &letters);
        ends[n + 1] = letters.len;
    }
    while (ok && join(v, letters.data, ends, &n))
        ;
    ok = ok && n <= most;
    for (size_t i = 0; ok && i < n; i++)
        ok = (tokens[i] = joined(v, letters.data + ends[i], ends[i + 1] - ends[i])) >= 0;
    buf_finish(&letters);
    return ok ? n : 0;
}

/* The bytes of one token, appended. */
static bool append_bytes(const struct vocabulary *v, const char *text, struct buf *out)
{
    size_t n = strlen(text), at = 0;
    while (at < n) {
        uint32_t c = utf8_next(text, n, &at);
        short byte = c < sizeof v->byte_of / sizeof *v->byte_of ? v->byte_of[c] : -1;
        char b = (char)byte;
        if (byte >= 0 && !buf_append(out, &b, 1))
            return false;
    }
    return true;
}

bool vocabulary_text(const struct vocabulary *v, const int *tokens, size_t n, struct buf *out)
{
    struct buf bytes = BUF_INIT(MAX_TEXT_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        const char *text = token_text(v, tokens[i]);
        ok = !text || append_bytes(v, text, &bytes);
    }
    for (size_t at = 0; ok && at < bytes.len;) {
        uint32_t c = utf8_next(bytes.data, bytes.len, &at);
        ok = c == UTF8_INVALID || c < ' ' || buf_codepoint(out, c);
    }
    buf_finish(&bytes);
    return ok;
}
