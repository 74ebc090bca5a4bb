#include "engine/llama_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#include "base/reason.h"

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define ENTRY(name) {#name, offsetof(struct llama_library, name)},
    LLAMA_LIBRARY(ENTRY)
#undef ENTRY
};

struct llama_library llamacpp;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;

static enum sarai_status find_functions(void *library, struct sarai_error *err)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function)
            return failed(err, SARAI_EINTERNAL,
                          tr("la biblioteca de llama.cpp no es de la versión que hace falta (no tiene %s); "
                             "ejecuta: make deps",
                             "the library of llama.cpp is not of the version needed (it lacks %s); run: make "
                             "deps"),
                          functions[i].name);
        *(void **)((char *)&llamacpp + functions[i].at) = function; /* the conversion that POSIX asks for */
    }
    is_loaded = true;
    return SARAI_OK;
}

static enum sarai_status open_library(struct sarai_error *err)
{
    char why[REASON_BYTES];
    void *library = dlopen("libllama.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library)
        return find_functions(library, err);
    reason_of_loader(why, sizeof why);
    return failed(err, SARAI_EINTERNAL,
                  tr("falta llama.cpp (%s); ejecuta: make deps", "llama.cpp is missing (%s); run: make deps"),
                  why);
}

enum sarai_status llama_library_load(struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    pthread_mutex_lock(&lock);
    if (!is_loaded)
        st = open_library(err);
    pthread_mutex_unlock(&lock);
    return st;
}
