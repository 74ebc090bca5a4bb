#include "speak/speaker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "speak/loudness.h"
#include "speak/normaliser.h"
#include "speak/phonemes.h"
#include "speak/phrase_cache.h"
#include "speak/reading/text.h"
#include "speak/trimming.h"
#include "speak/voice.h"

enum {
    MAX_IPA_BYTES = 16 << 20,
    PIECE_SYMBOLS = 380, /* of one run of the voice, well below VOICE_MAX_IDS */
    FRAMES_PER_MS = SARAI_VOICE_HZ / 1000,
    SHORT_IPA_BYTES = 80, /* what is worth keeping: the first words of an answer */
    KEY_BYTES = 512,
    JOINT_FRAMES = 20 * FRAMES_PER_MS, /* over which the beginning of a piece becomes the whole */
};
/* How long the voice takes for a second of sound, before that is known; and what share of a piece is its
 * beginning: so much that it sounds for longer than the whole takes to be made. */
static const double PACE_AT_FIRST = 0.3, MARGIN = 1.25, SPOILT_SHARE = 0.06;

struct speaker {
    struct phonemes *phonemes;
    struct voice *voice;
    struct loudness *loudness;
    struct normaliser_options reading;
    struct phrase_cache *cache; /* NULL: none */
    bool keeps_all;             /* what is said too, not only what is prepared */
    char voice_name[136];       /* with its companion's */
    double speed;
    struct delivery delivery;
    int pause_ms;       /* owed before the next phrase */
    bool is_waited_for; /* and nothing was said yet */
    double pace;        /* seconds that the voice takes for one of sound, lately */
};

enum sarai_status speaker_open(const struct speaker_options *o, struct speaker **out, struct sarai_error *err)
{
    struct speaker *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, tr("la voz", "the voice"));
    bool mexico = strcmp(o->region, "es-MX") == 0;
    s->reading.region = mexico ? NORMALISER_MX : NORMALISER_ES;
    const struct voice_options voice = {
        o->model_path, o->styles_dir, {.threads = o->threads, .cache_dir = o->cache_dir}};
    enum sarai_status st = phonemes_open(o->vocab_path, mexico ? "es-419" : "es", &s->phonemes, err);
    if (!st)
        st = voice_open(&voice, s->phonemes, &s->voice, err);
    if (!st)
        st = loudness_open(SARAI_VOICE_HZ, &s->loudness, err);
    s->cache = st ? NULL : phrase_cache_open(o->phrases_dir, o->model_path);
    s->keeps_all = o->keeps_all_phrases;
    s->pace = PACE_AT_FIRST;
    if (st) {
        speaker_close(s);
        return st;
    }
    *out = s;
    return SARAI_OK;
}

void speaker_close(struct speaker *s)
{
    if (!s)
        return;
    loudness_close(s->loudness);
    phrase_cache_close(s->cache);
    voice_close(s->voice);
    phonemes_close(s->phonemes);
    free(s);
}

enum sarai_status speaker_begin(struct speaker *s, const struct speaker_style *style, struct sarai_error *err)
{
    if (!(style->speed >= 0.5 && style->speed <= 2))
        return failed(err, SARAI_EUSAGE,
                      tr("la velocidad %g no está entre 0,5 y 2", "the speed %g is not between 0.5 and 2"),
                      style->speed);
    enum sarai_status st = voice_style(s->voice, style->voice, err);
    if (!st && style->companion)
        st = voice_companion(s->voice, style->companion, err);
    if (st)
        return st;
    snprintf(s->voice_name, sizeof s->voice_name, "%.64s+%.64s", style->voice,
             style->companion ? style->companion : "");
    s->speed = style->speed;
    s->delivery = delivery_of(SARAI_TONE_PLAIN, 0);
    s->pause_ms = 0;
    s->is_waited_for = style->is_waited_for;
    loudness_reset(s->loudness);
    voice_resume(s->voice);
    return SARAI_OK;
}

void speaker_deliver(struct speaker *s, struct delivery delivery)
{
    s->delivery = delivery;
}

void speaker_interrupt(struct speaker *s)
{
    voice_interrupt(s->voice);
}

/* ---- sound ----------------------------------------------------------------------------------- */

/* Silence that the mark at the end of a phrase asks for, in ms at normal speed. */
static int pause_after(const char *ipa, size_t n)
{
    while (n > 0 && strchr(" )\"", ipa[n - 1]))
        n--;
    char last = n > 0 ? ipa[n - 1] : ' ';
    if (strchr(".!?", last) || (n >= 3 && memcmp(ipa + n - 3, "…", 3) == 0))
        return 320;
    return strchr(";:", last) ? 220 : last == ',' ? 140 : 30;
}

static enum sarai_status refused(struct sarai_error *err)
{
    return failed(err, SARAI_EOUTPUT, tr("nadie recibe el sonido", "nobody takes the sound"));
}

static enum sarai_status pause(struct speaker *s, speaker_audio_fn *on_audio, void *user,
                               struct sarai_error *err)
{
    static const float silence[100 * FRAMES_PER_MS];
    int left_ms = (int)(s->pause_ms * s->delivery.pause / s->speed);
    for (; left_ms > 0; left_ms -= 100)
        if (!on_audio(user, silence, (size_t)(left_ms < 100 ? left_ms : 100) * FRAMES_PER_MS))
            return refused(err);
    s->pause_ms = 0;
    return SARAI_OK;
}

/* As far as voices go. */
static double spoken_speed(const struct speaker *s)
{
    double speed = s->speed * s->delivery.speed;
    return speed < 0.5 ? 0.5 : speed > 2 ? 2 : speed;
}

/* All that the sound of a short piece depends on beside the model; empty where it is not worth keeping. */
static void key_of(const struct speaker *s, const char *ipa, size_t n_bytes, char key[KEY_BYTES])
{
    key[0] = '\0';
    if (s->cache && n_bytes <= SHORT_IPA_BYTES)
        snprintf(key, KEY_BYTES, "%s\n%.3f %.3f\n%.*s", s->voice_name, spoken_speed(s),
                 (double)s->delivery.blend, (int)n_bytes, ipa);
}

/* A piece of what is said, without silence around it. Caller frees `pcm`. */
struct piece {
    float *pcm, *sound; /* sound: within pcm */
    size_t n;
};

static enum sarai_status speak(struct speaker *s, const char *ipa, size_t n_bytes, double share,
                               struct voice_sound *out, struct sarai_error *err)
{
    const struct voice_request request = {ipa, n_bytes, spoken_speed(s), s->delivery.blend, (float)share};
    double start_ms = clock_ms();
    enum sarai_status st = voice_speak(s->voice, &request, out, err);
    if (!st && !out->is_part && out->n_frames > 0)
        s->pace += ((clock_ms() - start_ms) * FRAMES_PER_MS / (double)out->n_frames - s->pace) / 2;
    return st;
}

static bool take_cached(struct speaker *s, const char *ipa, size_t n_bytes, struct piece *out)
{
    char key[KEY_BYTES];
    key_of(s, ipa, n_bytes, key);
    bool found = key[0] && phrase_cache_get(s->cache, key, &out->pcm, &out->n);
    out->sound = out->pcm;
    return found;
}

/* From the voice; `made`: what it gave already, or nothing. */
static enum sarai_status make_piece(struct speaker *s, const char *ipa, size_t n_bytes, bool keep,
                                    struct voice_sound made, struct piece *out, struct sarai_error *err)
{
    char key[KEY_BYTES];
    enum sarai_status st = made.pcm ? SARAI_OK : speak(s, ipa, n_bytes, 0, &made, err);
    if (st)
        return st;
    out->pcm = made.pcm;
    out->n = made.n_frames;
    out->sound = trim_silence(out->pcm, &out->n);
    key_of(s, ipa, n_bytes, key);
    if (keep && key[0])
        phrase_cache_put(s->cache, key, out->sound, out->n);
    return SARAI_OK;
}

static enum sarai_status give(struct speaker *s, float *sound, size_t n, speaker_audio_fn *on_audio,
                              void *user, struct sarai_error *err)
{
    loudness_apply(s->loudness, s->delivery.gain_db, sound, n);
    enum sarai_status st = pause(s, on_audio, user, err);
    if (!st && n > 0 && !on_audio(user, sound, n))
        st = refused(err);
    return st;
}

/* What was heard of a piece before the whole of it was made. */
struct beginning {
    size_t n;                  /* frames from the first that the voice gave; 0: nothing was heard */
    float joint[JOINT_FRAMES]; /* what would have followed */
    struct voice_sound all;    /* of a piece too short to have a beginning of its own */
};

static enum sarai_status say_beginning(struct speaker *s, const char *ipa, size_t n_bytes,
                                       speaker_audio_fn *on_audio, void *user, struct beginning *b,
                                       struct sarai_error *err)
{
    struct voice_sound part;
    enum sarai_status st = speak(s, ipa, n_bytes, MARGIN * s->pace + SPOILT_SHARE, &part, err);
    if (!st && !part.is_part)
        b->all = part;
    if (st || !part.is_part)
        return st;
    size_t n = part.n_frames;
    float *sound = trim_lead(part.pcm, &n);
    if (n > VOICE_SPOILT_FRAMES + 2 * JOINT_FRAMES) {
        n -= VOICE_SPOILT_FRAMES + JOINT_FRAMES;
        memcpy(b->joint, sound + n, sizeof b->joint);
        b->n = (size_t)(sound - part.pcm) + n;
        st = give(s, sound, n, on_audio, user, err);
    }
    free(part.pcm);
    return st;
}

/* Leaves of the whole what follows the beginning, and blends the one into the other: both have the same pitch
 * at the same place, so that their waves add up. */
static void join(struct piece *p, const struct beginning *b)
{
    size_t lead = (size_t)(p->sound - p->pcm), skipped = b->n > lead ? b->n - lead : 0;
    skipped = skipped < p->n ? skipped : p->n;
    p->sound += skipped;
    p->n -= skipped;
    for (size_t i = 0; i < JOINT_FRAMES && i < p->n; i++)
        p->sound[i] += (b->joint[i] - p->sound[i]) * (1 - (float)i / JOINT_FRAMES);
}

static enum sarai_status say_piece(struct speaker *s, const char *ipa, size_t n_bytes,
                                   speaker_audio_fn *on_audio, void *user, struct sarai_error *err)
{
    struct piece p = {0};
    struct beginning b = {0};
    enum sarai_status st = SARAI_OK;
    bool is_cached = take_cached(s, ipa, n_bytes, &p);
    if (!is_cached && s->is_waited_for && voice_gives_parts(s->voice))
        st = say_beginning(s, ipa, n_bytes, on_audio, user, &b, err);
    s->is_waited_for = false;
    if (!st && !is_cached)
        st = make_piece(s, ipa, n_bytes, s->keeps_all, b.all, &p, err);
    if (st)
        return st;
    if (b.n > 0)
        join(&p, &b);
    st = give(s, p.sound, p.n, on_audio, user, err);
    s->pause_ms = pause_after(ipa, n_bytes);
    free(p.pcm);
    return st;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Bytes of the longest prefix of at most PIECE_SYMBOLS symbols, cut at a blank where there is one. */
static size_t piece_length(const char *ipa, size_t n)
{
    size_t at = 0, blank = 0;
    for (int symbols = 0; at < n; symbols++) {
        if (symbols == PIECE_SYMBOLS)
            return blank ? blank : at;
        if (ipa[at] == ' ')
            blank = at + 1;
        utf8_next(ipa, n, &at);
    }
    return n;
}

/* The model pronounces the end of a phrase well only when a mark stands there. */
static bool end_with_mark(struct buf *ipa)
{
    while (ipa->len > 0 && ipa->data[ipa->len - 1] == ' ')
        ipa->data[--ipa->len] = '\0';
    if (ipa->len == 0 || strchr(",.;:!?", ipa->data[ipa->len - 1]) ||
        (ipa->len >= 3 && memcmp(ipa->data + ipa->len - 3, "…", 3) == 0))
        return true;
    return buf_text(ipa, ",");
}

static bool has_letters(const char *words, size_t n)
{
    for (size_t at = 0; at < n;)
        if (text_is_letter(utf8_next(words, n, &at)))
            return true;
    return false;
}

/* What is to be said of the phrase, as phonemes; nothing where it holds no letters. */
static enum sarai_status read_phrase(struct speaker *s, const char *phrase, struct buf *ipa,
                                     struct sarai_error *err)
{
    struct buf words = BUF_INIT(NORMALISER_MAX_OUT);
    enum sarai_status st = normaliser_run(phrase, &s->reading, &words, err);
    if (!st && has_letters(buf_string(&words), words.len) &&
        (!phonemes_write(s->phonemes, buf_string(&words), ipa) || !end_with_mark(ipa)))
        st = out_of_memory(err, tr("los fonemas", "the phonemes"));
    buf_finish(&words);
    return st;
}

enum sarai_status speaker_end(struct speaker *s, speaker_audio_fn *on_audio, void *user,
                              struct sarai_error *err)
{
    return pause(s, on_audio, user, err);
}

enum sarai_status speaker_say(struct speaker *s, const char *phrase, speaker_audio_fn *on_audio, void *user,
                              struct sarai_error *err)
{
    struct buf ipa = BUF_INIT(MAX_IPA_BYTES);
    enum sarai_status st = read_phrase(s, phrase, &ipa, err);
    for (size_t at = 0; !st && at < ipa.len;) {
        size_t n = piece_length(ipa.data + at, ipa.len - at);
        st = say_piece(s, ipa.data + at, n, on_audio, user, err);
        at += n;
    }
    buf_finish(&ipa);
    return st;
}

enum sarai_status speaker_prepare(struct speaker *s, const char *phrase, struct sarai_error *err)
{
    char key[KEY_BYTES];
    struct buf ipa = BUF_INIT(MAX_IPA_BYTES);
    struct piece p = {0};
    enum sarai_status st = s->cache ? read_phrase(s, phrase, &ipa, err) : SARAI_OK;
    key_of(s, buf_string(&ipa), ipa.len, key);
    if (!st && ipa.len > 0 && key[0] && !phrase_cache_has(s->cache, key))
        st = make_piece(s, ipa.data, ipa.len, true, (struct voice_sound){0}, &p, err);
    free(p.pcm);
    buf_finish(&ipa);
    return st;
}
