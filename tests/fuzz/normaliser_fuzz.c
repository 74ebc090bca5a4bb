/* Any bytes, normalised for both shores: speakable, bounded, and the same when normalised again. */
#include "fuzz.h"

#include "base/utf8.h"
#include "speak/normaliser.h"
#include "speak/reading/text.h"

static bool is_speakable(uint32_t c)
{
    return c == ' ' || c == 0xA1 || c == 0xBF || c == 0x2026 || c == 0x2014 || text_is_letter(c) ||
           (c < 0x80 && strchr(",.;:?!'", (int)c));
}

static void check(const char *text, enum normaliser_region region)
{
    const struct normaliser_options options = {region};
    struct buf said = BUF_INIT(NORMALISER_MAX_OUT), again = BUF_INIT(NORMALISER_MAX_OUT);
    claim(normaliser_run(text, &options, &said, NULL) == SARAI_OK, "a short text is taken");
    claim(said.len <= 32 * strlen(text), "what is said is bounded");
    for (size_t at = 0; at < said.len;)
        claim(is_speakable(utf8_next(said.data, said.len, &at)), "words, blanks and marks come out");
    claim(normaliser_run(buf_string(&said), &options, &again, NULL) == SARAI_OK, "what was said is taken");
    claim(strcmp(buf_string(&said), buf_string(&again)) == 0, "what was said stays as it is");
    buf_finish(&said);
    buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = fuzz_text(data, n);
    check(text, NORMALISER_ES);
    check(text, NORMALISER_MX);
    free(text);
    return 0;
}
