/* The embedded embedder's file, for tests that cannot do without. */
#ifndef SARAI_TESTS_EMBEDDING_H
#define SARAI_TESTS_EMBEDDING_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char model_path[4096];

/* False: SARAI_MODEL_DIR, or models/, does not have it; that is told. */
static bool find_model(void)
{
    const char *dir = getenv("SARAI_MODEL_DIR");
    snprintf(model_path, sizeof model_path, "%s/gguf/multilingual-e5-small-q4_0.gguf",
             dir && *dir ? dir : SOURCE_DIR "/models");
    bool is_here = access(model_path, R_OK) == 0;
    if (!is_here)
        printf("skipped: %s is not here (sarai models pull embedded)\n", model_path);
    return is_here;
}

#endif
