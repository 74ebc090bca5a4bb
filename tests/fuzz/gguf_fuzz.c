/* A language model with a damaged header: refused in a sentence, or loaded; never the end of the program. */
#include "fuzz.h"

#include "engine/llama.h"

enum { MAX_BYTES = 200000 };

/* llama.cpp aborts on some of these files; what it had allocated is lost then (see src/engine/gguf.c). */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static uint8_t whole[MAX_BYTES], bytes[MAX_BYTES];
    static size_t length;
    if (!length)
        length = fuzz_read(TEST_DIR "/golden/data/tiny-lfm2.gguf", whole, MAX_BYTES);
    memcpy(bytes, whole, length);
    fuzz_damage(data, n, bytes, HEADER_BYTES);
    struct llm_options options = llm_options_default();
    struct llm *llm = NULL;
    struct sarai_error err = {0};
    options.path = fuzz_file(bytes, length);
    enum sarai_status st = llm_open(&options, &llm, &err);
    claim(!st || ((st == SARAI_EMODEL || st == SARAI_ENOMEM) && strstr(err.message, options.path)),
          "a bad model gets a sentence that names it");
    llm_close(llm);
    return 0;
}
