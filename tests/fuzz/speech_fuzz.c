/* Any bytes as text to speak, through espeak-ng: phonemes are text, within their room. */
#include "fuzz.h"

#include "speak/phonemes.h"

enum { MAX_IPA_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char table[] = "{\"vocab\": {\"a\": 1, \"e\": 2, \"ˈ\": 3, \",\": 4, \" \": 5}}";
    static struct phonemes *p;
    struct buf ipa = BUF_INIT(MAX_IPA_BYTES);
    int64_t ids[512];
    if (!p)
        claim(phonemes_open(fuzz_file((const uint8_t *)table, sizeof table - 1), "es", &p, NULL) == SARAI_OK,
              "the table opens");
    char *text = fuzz_text(data, n);
    phonemes_write(p, text, &ipa);
    claim(ipa.len <= MAX_IPA_BYTES && strlen(buf_string(&ipa)) == ipa.len, "phonemes are text");
    size_t count = phonemes_ids(p, buf_string(&ipa), ipa.len, ids, 512);
    for (size_t i = 0; i < count; i++)
        claim(ids[i] >= 1 && ids[i] <= 5, "ids are of the table");
    buf_finish(&ipa);
    free(text);
    return 0;
}
