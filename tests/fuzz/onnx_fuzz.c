/* Any bytes as an ONNX model: refused in a sentence, or loaded and asked about itself. */
#include "fuzz.h"

#include "engine/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct onnx *session = NULL;
    struct sarai_error err = {0};
    int64_t dims[ONNX_MAX_RANK];
    const char *path = fuzz_file(data, n);
    enum sarai_status st = onnx_open(path, &(struct onnx_options){.threads = 1}, &session, &err);
    claim(!st || ((st == SARAI_EMODEL || st == SARAI_ENOMEM) && strstr(err.message, path)),
          "a bad model gets a sentence that names it");
    if (st)
        return 0;
    onnx_metadata(session, "sarai.role");
    onnx_metadata_int(session, "sarai.sample_rate", 0);
    claim(onnx_input_shape(session, "x", dims) <= ONNX_MAX_RANK, "a shape fits");
    onnx_has_output(session, "y");
    onnx_close(session);
    return 0;
}
