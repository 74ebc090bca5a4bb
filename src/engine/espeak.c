#include "engine/espeak.h"

#include <espeak-ng/speak_lib.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    IPA_MODE = 0x02,  /* of espeak_TextToPhonemes: names in IPA */
    TIE_BAR = 0x0361, /* joins the two signs of an affricate */
    JOINER = 0x200D,
};

struct espeak {
    char nothing;
};

static atomic_flag taken = ATOMIC_FLAG_INIT;

enum sarai_status espeak_open(const char *language, struct espeak **out, struct sarai_error *err)
{
    if (atomic_flag_test_and_set(&taken))
        return failed(
            err, SARAI_EUSAGE,
            tr("espeak-ng ya está abierto en este proceso", "espeak-ng is open in this process already"));
    struct espeak *e = calloc(1, sizeof *e);
    enum sarai_status st = SARAI_OK;
    if (!e)
        st = out_of_memory(err, "espeak-ng");
    else if (espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL, espeakINITIALIZE_DONT_EXIT) < 0)
        st = failed(err, SARAI_EMODEL,
                    tr("faltan los datos de espeak-ng; instala el paquete espeak-ng-data",
                       "espeak-ng's data is missing; install the package espeak-ng-data"));
    else if (espeak_SetVoiceByName(language) != EE_OK)
        st = failed(err, SARAI_EMODEL,
                    tr("espeak-ng no conoce el idioma %s", "espeak-ng does not know the language %s"),
                    language);
    if (st) {
        free(e);
        atomic_flag_clear(&taken);
        return st;
    }
    *out = e;
    return SARAI_OK;
}

void espeak_close(struct espeak *e)
{
    if (!e)
        return;
    espeak_Terminate();
    free(e);
    atomic_flag_clear(&taken);
}

/* Copies phonemes without what only helps typesetters; a line break is a word break. */
static bool append_ipa(const char *phonemes, struct buf *ipa)
{
    size_t n = strlen(phonemes), at = 0;
    while (at < n) {
        uint32_t c = utf8_next(phonemes, n, &at);
        if (c == TIE_BAR || c == JOINER || c == '_')
            continue;
        if (!buf_codepoint(ipa, c == '\n' ? ' ' : c))
            return false;
    }
    return true;
}

bool espeak_ipa(struct espeak *e, const char *clause, struct buf *ipa)
{
    (void)e; /* the handle is the right to use the global state */
    const void *text = clause;
    bool ok = true, first = true;
    while (ok && text) {
        const char *phonemes = espeak_TextToPhonemes(&text, espeakCHARS_UTF8, IPA_MODE);
        if (!phonemes || !*phonemes)
            continue;
        ok = (first || buf_text(ipa, " ")) && append_ipa(phonemes, ipa);
        first = false;
    }
    return ok;
}

const char *espeak_version(void)
{
    const char *data;
    return espeak_Info(&data);
}
