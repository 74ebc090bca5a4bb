/* Any bytes as text, whole and in pieces: characters, phrases to speak, sentences of an answer. */
#include "fuzz.h"

#include "base/utf8.h"
#include "speak/phrases.h"
#include "think/sentences.h"

static bool is_utf8(const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t before = at;
        char bytes[4];
        uint32_t c = utf8_next(text, n, &at);
        claim(at > before && at <= n, "utf8_next moves on inside the text");
        if (c == UTF8_INVALID && at - before == 1)
            return false;
        claim(utf8_put(c, bytes) == at - before && memcmp(bytes, text + before, at - before) == 0,
              "what is read is what would be written");
    }
    return true;
}

/* Phrases are the text in order: nothing is said twice, only blanks are lost. */
static void follow(const char *text, size_t *at, const struct buf *phrase)
{
    *at += strspn(text + *at, " \n\t\r");
    claim(phrase->len > 0 && strncmp(text + *at, phrase->data, phrase->len) == 0, "phrases are the text");
    *at += phrase->len;
}

static void check_phrases(const char *text, size_t step)
{
    struct phrases *p = NULL;
    struct buf phrase = BUF_INIT(1 << 20);
    size_t n = strlen(text), at = 0;
    claim(phrases_open(&p, NULL) == SARAI_OK, "phrases open");
    for (size_t i = 0; i < n; i += step) {
        char piece[32] = "";
        memcpy(piece, text + i, n - i < step ? n - i : step);
        claim(phrases_feed(p, piece, NULL) == SARAI_OK, "a short text is taken");
        while (phrases_next(p, &phrase))
            follow(text, &at, &phrase);
    }
    while (phrases_flush(p, &phrase))
        follow(text, &at, &phrase);
    claim(text[at + strspn(text + at, " \n\t\r")] == '\0', "phrases are the whole text");
    buf_finish(&phrase);
    phrases_close(p);
}

static void check_sentences(const uint8_t *data, size_t n, size_t step, int max)
{
    struct sentences s;
    size_t taken = 0, length;
    sentences_init(&s, max, step % 2);
    for (size_t i = 0; i < n && sentences_add(&s, (const char *)data + i, n - i < step ? n - i : step);
         i += step) {
        const char *piece = sentences_take(&s, &length);
        claim(is_utf8(piece, length), "what may be spoken is whole characters");
        taken += length;
    }
    sentences_end(&s, step % 3 == 0);
    const char *piece = sentences_take(&s, &length);
    claim(is_utf8(piece, length), "what may be spoken is whole characters");
    claim(taken + length <= SENTENCES_MAX_BYTES && s.count <= max, "an answer has its limits");
    sentences_finish(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    size_t step = 1 + data[0] % 16;
    char *text = fuzz_text(data + 1, n - 1);
    claim(utf8_complete(text, n - 1) <= n - 1, "a prefix is no longer than the text");
    is_utf8(text, n - 1);
    check_phrases(text, step);
    check_sentences(data + 1, n - 1, step, 1 + data[0] / 16);
    free(text);
    return 0;
}
