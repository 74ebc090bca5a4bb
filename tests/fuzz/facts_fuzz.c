/* The rules that find what a person tells of themselves, over any bytes: what they give is whole text, within
 * its room, and the same each time. */
#include "fuzz.h"

#include "base/utf8.h"
#include "remember/fact_rules.h"

static bool is_utf8(const char *text)
{
    size_t n = strlen(text), at = 0;
    bool valid = true;
    while (valid && at < n) {
        size_t from = at;
        valid = utf8_next(text, n, &at) != UTF8_INVALID || at - from == 3; /* U+FFFD itself */
    }
    return valid;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fact_found found[FACT_RULES_MOST], first;
    char *words = fuzz_text(data, n);
    size_t count = fact_rules_read(words, found, FACT_RULES_MOST);
    claim(count <= FACT_RULES_MOST, "no more than there is room for");
    claim(fact_rules_read(words, &first, 1) == (count > 0), "one, where there is any");
    claim(count == 0 || (first.act == found[0].act && strcmp(first.key, found[0].key) == 0),
          "the first is the first");
    for (size_t i = 0; i < count; i++) {
        claim(memchr(found[i].key, 0, FACT_KEY_BYTES) && memchr(found[i].text, 0, FACT_TEXT_BYTES),
              "texts end");
        claim(found[i].act != FACT_TOLD || (found[i].key[0] && found[i].text[0]), "what is told has words");
        claim(!is_utf8(words) || (is_utf8(found[i].key) && is_utf8(found[i].text)), "whole characters");
    }
    fact_rules_concern(words);
    free(words);
    return 0;
}
