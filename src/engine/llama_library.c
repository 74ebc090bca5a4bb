#include "engine/llama_library.h"

#include "engine/library.h"

struct llama_library llamacpp;

static const struct library_function functions[] = {
#define ENTRY(name) {#name, &llamacpp.name},
    LLAMA_LIBRARY(ENTRY)
#undef ENTRY
};

static struct library library = {
    "llama.cpp", "libllama.so.0", "make deps", functions, sizeof functions / sizeof *functions, false};

enum sarai_status llama_library_load(struct sarai_error *err)
{
    return library_load(&library, err);
}
