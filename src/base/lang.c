#include "base/lang.h"

static enum lang current = LANG_ES;

void lang_set(enum lang lang)
{
    current = lang;
}

const char *tr(const char *es, const char *en)
{
    return current == LANG_EN ? en : es;
}
