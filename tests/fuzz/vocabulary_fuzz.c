/* Any bytes as the vocabulary of a transcriber: what opens can be asked about every token. */
#include "fuzz.h"

#include "base/utf8.h"
#include "listen/vocabulary.h"

static void check_text(const struct vocabulary *v)
{
    struct buf text = BUF_INIT(1 << 20);
    int tokens[64];
    size_t n = vocabulary_count(v) < 64 ? vocabulary_count(v) : 64;
    for (size_t i = 0; i < n; i++)
        tokens[i] = (int)i;
    vocabulary_text(v, tokens, n, &text);
    for (size_t at = 0; at < text.len;)
        claim(utf8_next(text.data, text.len, &at) != UTF8_INVALID, "text is UTF-8");
    buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vocabulary *v = NULL;
    struct sarai_error err = {0};
    enum sarai_status st = vocabulary_open(fuzz_file(data, n), &v, &err);
    claim(!st || (st == SARAI_EMODEL && err.message[0]), "a bad vocabulary gets EMODEL and a sentence");
    if (st)
        return 0;
    int count = (int)vocabulary_count(v);
    claim(vocabulary_control(v)->end < count && vocabulary_control(v)->start < count, "control tokens exist");
    for (int token = 0; token < count && token < 2000; token++) {
        vocabulary_suppressed(v, token, token % 2);
        const char *code = vocabulary_language_code(v, token);
        claim(!code || !*code || vocabulary_language(v, code) <= token, "a language is found by its code");
    }
    check_text(v);
    vocabulary_close(v);
    return 0;
}
