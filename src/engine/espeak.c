#include "engine/espeak.h"

#include <espeak-ng/espeak_ng.h>
#include <espeak-ng/speak_lib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    MAX_CLAUSE_BYTES = 1 << 20,
    STACK_BLANKS = 8,
    IPA_MODE = 0x02, /* of espeak_TextToPhonemes: names in IPA */
    TIE_MODE = espeakPHONEMES_TIE | ESPEAK_TIE << 8,
    JOINER = 0x200D,
};

struct espeak {
    char nothing;
};

static atomic_flag taken = ATOMIC_FLAG_INIT;

/* Started once and left to the end of the process: espeak_Terminate() of version 1.51 may wait for ever from
 * the second time on. Without espeak_ng_InitializeOutput(), which would open a device to play on. Called with
 * `taken` held. */
static bool start_library(void)
{
    static bool started;
    espeak_ng_ERROR_CONTEXT cause = NULL;
    if (started)
        return true;
    espeak_ng_InitializePath(NULL);
    started = espeak_ng_Initialize(&cause) == ENS_OK;
    espeak_ng_ClearErrorContext(&cause);
    return started;
}

/* Only on a change, because each choice leaks a kilobyte in version 1.51. Called with `taken` held. */
static bool choose_language(const char *language)
{
    static char current[32];
    if (strcmp(language, current) == 0)
        return true;
    current[0] = '\0';
    if (espeak_SetVoiceByName(language) != EE_OK)
        return false;
    snprintf(current, sizeof current, "%s", language);
    return true;
}

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
    else if (!start_library())
        st = failed(err, SARAI_EMODEL,
                    tr("faltan los datos de espeak-ng; instala el paquete espeak-ng-data",
                       "espeak-ng's data is missing; install the package espeak-ng-data"));
    else if (!choose_language(language))
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
    free(e);
    atomic_flag_clear(&taken);
}

/* What is handed to espeak-ng: Latin letters, digits and signs. At other scripts version 1.51 changes to
 * another language and back in the middle of a word, may read what it has freed ("a" before U+0381), and at
 * best says "chino símbolo" for each sign. */
static bool is_speakable(uint32_t c)
{
    return (c > ' ' && c < 0x7F) || (c > 0xA0 && c < 0x250);
}

static bool copy_speakable(const char *text, struct buf *out)
{
    size_t n = strlen(text), at = 0;
    bool ok = true;
    while (ok && at < n) {
        uint32_t c = utf8_next(text, n, &at);
        ok = buf_codepoint(out, is_speakable(c) ? c : ' ');
    }
    return ok;
}

/* Copies phonemes without what only helps typesetters and without "(en)", which tells that a word was read
 * in another language; a line break is a word break. */
static bool append_ipa(const char *phonemes, struct buf *ipa)
{
    size_t n = strlen(phonemes), at = 0;
    while (at < n) {
        if (phonemes[at] == '(')
            at += strcspn(phonemes + at, ")");
        uint32_t c = at < n ? utf8_next(phonemes, n, &at) : ')';
        if (c == JOINER || c == '_' || c == ')')
            continue;
        if (!buf_codepoint(ipa, c == '\n' ? ' ' : c))
            return false;
    }
    return true;
}

/* Behind the last word of a clause espeak-ng 1.51 reads its own stack upwards until it meets a blank
 * (RULE_SYLLABLE in MatchRule()), and off its end where there is none: here it meets one. Eight, for what
 * looks like the first byte of a character swallows the next three. */
static void put_blanks(volatile char blanks[STACK_BLANKS])
{
    for (int i = 0; i < STACK_BLANKS; i++)
        blanks[i] = ' ';
}

bool espeak_ipa(struct espeak *e, const char *clause, struct buf *ipa)
{
    volatile char blanks[STACK_BLANKS];
    put_blanks(blanks);
    (void)e; /* the handle is the right to use the global state */
    struct buf speakable = BUF_INIT(MAX_CLAUSE_BYTES);
    bool ok = copy_speakable(clause, &speakable), first = true;
    const void *text = buf_string(&speakable);
    while (ok && text) {
        const char *phonemes = espeak_TextToPhonemes(&text, espeakCHARS_UTF8, IPA_MODE | TIE_MODE);
        if (!phonemes || !*phonemes)
            continue;
        ok = (first || buf_text(ipa, " ")) && append_ipa(phonemes, ipa);
        first = false;
    }
    buf_finish(&speakable);
    return ok;
}

const char *espeak_version(void)
{
    const char *data;
    return espeak_Info(&data);
}
