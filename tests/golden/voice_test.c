/* The real voice: its table takes every phoneme of a hundred sentences, and what reaches the listener begins
 * at once and never clips. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "speak/loudness.h"
#include "speak/normaliser.h"
#include "speak/phonemes.h"
#include "speak/speaker.h"
#include "speak/trimming.h"

#define MODEL  SOURCE_DIR "/models/onnx/kokoro-82m.onnx"
#define TABLE  SOURCE_DIR "/models/onnx/kokoro-82m.vocab.json"
#define VOICES SOURCE_DIR "/models/voices"

enum { MAX_LEAD_MS = 60 };

/* ---- phonemes -------------------------------------------------------------------------------- */

static void check_symbols(struct phonemes *p, const char *sentence, enum normaliser_region region)
{
    const struct normaliser_options options = {region};
    struct buf words = BUF_INIT(1 << 16), ipa = BUF_INIT(1 << 16);
    assert_int_equal(normaliser_run(sentence, &options, &words, NULL), SARAI_OK);
    assert_true(phonemes_write(p, buf_string(&words), &ipa));
    for (size_t at = 0; at < ipa.len;) {
        char symbol[5] = {0};
        uint32_t c = utf8_next(ipa.data, ipa.len, &at);
        utf8_put(c, symbol);
        bool silent = c == 0xBF || c == 0xA1; /* Kokoro has no sign for ¿ and ¡ */
        if (!silent && phonemes_id(p, symbol) < 0)
            fail_msg("no symbol %s in “%s”", symbol, buf_string(&ipa));
    }
    buf_finish(&words);
    buf_finish(&ipa);
}

static void the_table_has_every_phoneme(void **state)
{
    (void)state;
    for (int region = NORMALISER_ES; region <= NORMALISER_MX; region++) {
        struct phonemes *p = NULL;
        FILE *f = fopen(TEST_DIR "/data/frases.txt", "r");
        char line[1024];
        int lines = 0;
        assert_non_null(f);
        assert_int_equal(phonemes_open(TABLE, region == NORMALISER_MX ? "es-419" : "es", &p, NULL), SARAI_OK);
        for (; fgets(line, sizeof line, f); lines++) {
            line[strcspn(line, "\n")] = '\0';
            check_symbols(p, line, (enum normaliser_region)region);
        }
        assert_int_equal(lines, 100);
        fclose(f);
        phonemes_close(p);
    }
}

/* ---- what the listener gets ------------------------------------------------------------------- */

struct heard {
    size_t frames, silent; /* before the first audible sample */
    float peak;
};

static bool listen(void *user, const float *pcm, size_t n)
{
    struct heard *h = user;
    for (size_t i = 0; i < n; i++) {
        if (h->silent == h->frames + i &&
            fabsf(pcm[i]) < TRIM_AUDIBLE / 2) /* the gain may halve what was audible */
            h->silent++;
        h->peak = fmaxf(h->peak, fabsf(pcm[i]));
    }
    h->frames += n;
    return true;
}

/* Frames within which both find the onset. */
enum { ONSET = 10 * SARAI_VOICE_HZ / 1000 };

struct parts {
    size_t n, frames[2];
};

static bool count_parts(void *user, const float *pcm, size_t n)
{
    struct parts *p = user;
    (void)pcm;
    assert_true(p->n < 2);
    p->frames[p->n++] = n;
    return true;
}

static bool ignore(void *user, const float *pcm, size_t n)
{
    (void)user;
    (void)pcm;
    (void)n;
    return true;
}

static void speech_begins_at_once_and_never_clips(void **state)
{
    (void)state;
    static const char *const phrases[] = {"¡Ay!", "Hola.", "Ahora mismo.", "¡¡CUIDADO!!", "Son 12,50 €."};
    static const char *const voices[] = {"ef_dora", "em_alex", "em_santa"};
    struct speaker_options options = {MODEL, TABLE, VOICES, "es-ES", 2, NULL, NULL, false};
    struct speaker *s = NULL;
    assert_int_equal(speaker_open(&options, &s, NULL), SARAI_OK);
    for (size_t v = 0; v < 3; v++)
        for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
            struct heard h = {0};
            assert_int_equal(speaker_begin(s, &(struct speaker_style){.voice = voices[v], .speed = 1}, NULL),
                             SARAI_OK);
            assert_int_equal(speaker_say(s, phrases[i], listen, &h, NULL), SARAI_OK);
            assert_true(h.frames > SARAI_VOICE_HZ / 5);
            assert_true(h.silent <= MAX_LEAD_MS * SARAI_VOICE_HZ / 1000);
            assert_true(h.peak <= LOUDNESS_PEAK + 1e-6f && h.peak > 0.05f);
        }
    struct heard nothing = {0};
    assert_int_equal(speaker_say(s, "😀 ** — ¿?", listen, &nothing, NULL), SARAI_OK);
    assert_int_equal(nothing.frames, 0);
    speaker_close(s);
}

/* Of a long phrase the beginning is heard first, and nothing is lost or said twice where the rest joins it:
 * the whole is as long as when it is said later, in one piece. */
static void a_long_first_phrase_is_heard_in_two(void **state)
{
    (void)state;
    static const char phrase[] = "La capital de Francia es una ciudad muy grande y muy bonita.";
    struct speaker_options options = {MODEL, TABLE, VOICES, "es-ES", 2, NULL, NULL, false};
    struct speaker *s = NULL;
    struct parts first = {0}, later = {0};
    assert_int_equal(speaker_open(&options, &s, NULL), SARAI_OK);
    assert_int_equal(
        speaker_begin(s, &(struct speaker_style){.voice = "ef_dora", .speed = 1, .is_waited_for = true},
                      NULL),
        SARAI_OK);
    assert_int_equal(speaker_say(s, phrase, count_parts, &first, NULL), SARAI_OK);
    assert_int_equal(speaker_end(s, ignore, NULL, NULL), SARAI_OK);
    assert_int_equal(speaker_say(s, phrase, count_parts, &later, NULL), SARAI_OK);
    assert_int_equal(first.n, 2);
    assert_int_equal(later.n, 1);
    assert_true(first.frames[0] > SARAI_VOICE_HZ / 4 && first.frames[0] < later.frames[0] / 2);
    assert_in_range(first.frames[0] + first.frames[1] + ONSET, later.frames[0], later.frames[0] + 2 * ONSET);
    speaker_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_every_phoneme),
        cmocka_unit_test(speech_begins_at_once_and_never_clips),
        cmocka_unit_test(a_long_first_phrase_is_heard_in_two),
    };
    if (access(MODEL, R_OK) != 0 || access(VOICES "/em_santa.bin", R_OK) != 0) {
        printf("skipped: the voice is not there; make models\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
