#include "base/reason.h"

#include <errno.h>
#include <stddef.h>
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
