#include "engine/library.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/reason.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static enum sarai_status find_functions(struct library *l, void *handle, struct sarai_error *err)
{
    for (size_t i = 0; i < l->n; i++) {
        void *function = dlsym(handle, l->functions[i].name);
        if (!function)
            return failed(err, SARAI_EINTERNAL,
                          tr("la biblioteca %s no es de la versión que hace falta (no tiene %s); ejecuta: %s",
                             "the library %s is not of the version needed (it lacks %s); run: %s"),
                          l->name, l->functions[i].name, l->cure);
        *(void **)l->functions[i].at = function; /* the conversion that POSIX asks for */
    }
    l->is_loaded = true;
    return SARAI_OK;
}

static enum sarai_status open_library(struct library *l, struct sarai_error *err)
{
    char why[REASON_BYTES];
    void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
    if (handle)
        return find_functions(l, handle, err);
    reason_of_loader(why, sizeof why);
    return failed(err, SARAI_EINTERNAL, tr("falta %s (%s); ejecuta: %s", "%s is missing (%s); run: %s"),
                  l->name, why, l->cure);
}

enum sarai_status library_load(struct library *library, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    pthread_mutex_lock(&lock);
    if (!library->is_loaded)
        st = open_library(library, err);
    pthread_mutex_unlock(&lock);
    return st;
}
