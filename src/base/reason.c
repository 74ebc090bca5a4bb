#include "base/reason.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"

static const struct {
    int code;
    const char *es;
} reasons[] = {
    /* files */
    {ENOENT, "no existe esa ruta"},
    {EACCES, "no hay permiso"},
    {EPERM, "no está permitido"},
    {EROFS, "está en un disco que solo se puede leer"},
    {ENOSPC, "no queda sitio en el disco"},
    {EDQUOT, "se ha llegado al límite de disco de este usuario"},
    {EFBIG, "el archivo pasa del tamaño permitido"},
    {EIO, "el disco o el aparato falla"},
    {EISDIR, "es una carpeta"},
    {ENOTDIR, "una parte de la ruta no es una carpeta"},
    {EEXIST, "ya existe"},
    {ENOTEMPTY, "la carpeta no está vacía"},
    {ENAMETOOLONG, "el nombre es demasiado largo"},
    {ELOOP, "los enlaces dan vueltas"},
    {EXDEV, "está en otro disco"},
    {ESTALE, "la carpeta de red ya no está"},
    {ESPIPE, "es una tubería, no un archivo"},
    {EINVAL, "no se admite"},
    {EMFILE, "este programa tiene demasiados archivos abiertos"},
    {ENFILE, "el sistema tiene demasiados archivos abiertos"},
    /* programs, devices and memory */
    {ENOEXEC, "no es un programa que esta máquina ejecute"},
    {ETXTBSY, "se está usando"},
    {EBUSY, "está ocupado"},
    {EAGAIN, "faltan recursos por ahora"},
    {ENOMEM, "no hay memoria"},
    {ENODEV, "no existe tal aparato"},
    {ENXIO, "no existe tal aparato"},
    {ENOTTY, "no es una terminal"},
    {EPIPE, "quien leía ha cerrado"},
    /* network */
    {ECONNREFUSED, "nadie atiende ahí"},
    {ECONNRESET, "la conexión se ha cortado"},
    {ETIMEDOUT, "se acabó el tiempo de espera"},
    {EHOSTUNREACH, "no se llega a esa máquina"},
    {ENETUNREACH, "no hay red"},
};

const char *reason_of(int code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code)
            return tr(reasons[i].es, strerror(code));
    return strerror(code);
}

const char *reason_at_end(const char *sentence, size_t n)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const char *words = strerror(reasons[i].code);
        size_t length = strlen(words);
        if (n >= length && memcmp(sentence + n - length, words, length) == 0)
            return tr(reasons[i].es, words);
    }
    return NULL;
}

/* The loader's sentences are "file: what: reason", and of a file that is damaged or strange "file: what". */
void reason_of_loader(char *out, size_t n)
{
    const char *sentence = dlerror();
    sentence = sentence ? sentence : "dlopen: ?";
    int name = (int)strcspn(sentence, ":");
    const char *why = reason_at_end(sentence, strlen(sentence));
    if (!why && strstr(sentence, "map segment"))
        why = reason_of(ENOMEM);
    if (!why)
        why = tr("está dañada o no es de este sistema", sentence + name + strspn(sentence + name, ": "));
    snprintf(out, n, "%.*s: %s", name, sentence, why);
}
