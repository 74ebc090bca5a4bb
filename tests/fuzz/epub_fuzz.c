/* Any bytes as an EPUB, a DOCX and an ODT: the zip, its members and the XML inside. */
#include "fuzz.h"

#include "know/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *path = fuzz_file(data, n);
    for (int kind = 0; kind < 3; kind++) {
        struct document d = {.kind = kind == 1 ? "docx" : "odt", .text = BUF_INIT(1 << 20)};
        struct sarai_error err = {0};
        enum sarai_status st = kind == 0   ? read_epub(&d, path, NULL, &err)
                               : kind == 1 ? read_docx(&d, path, &err)
                                           : read_odt(&d, path, &err);
        claim(!st || ((st == SARAI_EINPUT || st == SARAI_ENOMEM) && err.message[0]),
              "what is no document gets a sentence");
        document_finish(&d);
    }
    return 0;
}
