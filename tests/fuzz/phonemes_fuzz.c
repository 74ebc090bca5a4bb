/* Any bytes as a table of phonemes: ids are those of the table or absent. */
#include "fuzz.h"

#include "speak/phonemes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char ipa[] = "ˈola, mˈundo¿?—\xFF a_^$";
    struct phonemes *p = NULL;
    struct sarai_error err = {0};
    int64_t ids[16];
    enum sarai_status st = phonemes_open(fuzz_file(data, n), "es", &p, &err);
    claim(!st || (st == SARAI_EMODEL && err.message[0]), "a bad table gets EMODEL and a sentence");
    if (st)
        return 0;
    claim(phonemes_id(p, "a") >= 0, "a table has the letter a");
    size_t count = phonemes_ids(p, ipa, sizeof ipa - 1, ids, sizeof ids / sizeof *ids);
    for (size_t i = 0; i < count; i++)
        claim(ids[i] >= 0, "ids are not negative");
    phonemes_number(p, "audio", "sample_rate", 22050);
    phonemes_close(p);
    return 0;
}
