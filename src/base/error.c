#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#undef failed /* see there */
enum sarai_status failed(struct sarai_error *err, enum sarai_status status, const char *format, ...)
{
    if (!err)
        return status;
    /* Arguments may point into err->message (a sentence wrapped in another), so write aside first. */
    char sentence[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    size_t n = utf8_complete(sentence, strlen(sentence));
    for (size_t i = 0; i < n; i++) /* what an engine says may have lines */
        sentence[i] = (unsigned char)sentence[i] < ' ' ? ' ' : sentence[i];
    while (n > 0 && sentence[n - 1] == ' ')
        n--;
    sentence[n] = '\0';
    memcpy(err->message, sentence, sizeof sentence);
    err->status = status;
    return status;
}
