/* Sound → transcript: what a file or PCM says, segment by segment. */
#include <stdlib.h>
#include <string.h>

#include "assistant.h"
#include "audio/reader.h"
#include "base/buf.h"
#include "base/clock.h"

enum {
    MAX_SEGMENTS = 100000, /* of a transcript: 10 hours have some 10,000 */
};

/* A transcript that is being made, and who wants its segments at once (or NULL). */
struct hearing {
    struct sarai_transcript transcript;
    sarai_segment_fn *on_segment;
    void *user;
};

void sarai_transcript_finish(struct sarai_transcript *t)
{
    for (size_t i = 0; i < t->n_segments; i++)
        free(t->segments[i].text);
    free(t->segments);
    free(t->text);
    free(t->latent_z);
    *t = (struct sarai_transcript){0};
}

const char *sarai_emo_name(int index)
{
    static const char *const names[SARAI_EMO_DIMENSION] = {
        "neutral", "happy",   "sad",     "angry",     "fearful", "surprised", "disgusted", "calm",
        "excited", "valence", "arousal", "dominance", "pitch",   "energy",    "rate"};
    return index >= 0 && index < SARAI_EMO_DIMENSION ? names[index] : NULL;
}

/* What the last segment counts for in a mean over all of them: each weighs what it lasts. */
static double share_of_last(const struct sarai_transcript *t)
{
    double length_s = 0, before_s = 0;
    for (size_t i = 0; i < t->n_segments; i++) {
        before_s += length_s;
        length_s = t->segments[i].end_s - t->segments[i].start_s;
    }
    return before_s > 0 ? length_s / (before_s + length_s) : 1;
}

static void take_mean(float *mean, const float *last, size_t n, double share)
{
    for (size_t i = 0; i < n; i++)
        mean[i] += (float)(share * (double)(last[i] - mean[i]));
}

static void feel(struct sarai_transcript *t, const struct listener_segment *heard)
{
    take_mean(t->emo_vec, heard->emo_vec, SARAI_EMO_DIMENSION, t->felt ? share_of_last(t) : 1);
    t->felt = true;
}

/* Without memory there is none. */
static void place(struct sarai_transcript *t, const struct listener_segment *heard)
{
    double share = t->latent_z ? share_of_last(t) : 1;
    if (!t->latent_z && !(t->latent_z = calloc(heard->n_latent, sizeof *t->latent_z)))
        return;
    t->n_latent = heard->n_latent;
    take_mean(t->latent_z, heard->latent_z, t->n_latent, share);
    embedder_unit(t->latent_z, t->n_latent);
}

static enum sarai_status keep_segment(struct sarai_transcript *t, const struct listener_segment *heard,
                                      struct sarai_error *err)
{
    if (t->n_segments == MAX_SEGMENTS)
        return failed(err, SARAI_EINPUT,
                      tr("la transcripción pasa de %d trozos", "the transcript is over %d pieces"),
                      MAX_SEGMENTS);
    if ((t->n_segments & (t->n_segments - 1)) == 0) { /* grow at powers of two */
        size_t capacity = t->n_segments ? 2 * t->n_segments : 1;
        struct sarai_segment *grown = realloc(t->segments, capacity * sizeof *grown);
        if (!grown)
            return out_of_memory(err, tr("la transcripción", "the transcript"));
        t->segments = grown;
    }
    char *text = strdup(heard->text);
    if (!text)
        return out_of_memory(err, tr("la transcripción", "the transcript"));
    if (t->n_segments == 0)
        strncpy(t->language, heard->language, sizeof t->language - 1);
    t->segments[t->n_segments++] = (struct sarai_segment){heard->start_s, heard->end_s, text};
    if (heard->emo_vec)
        feel(t, heard);
    if (heard->latent_z)
        place(t, heard);
    return SARAI_OK;
}

/* Adds one segment that the listener found, and passes it on. */
static enum sarai_status take_segment(void *user, const struct listener_segment *heard,
                                      struct sarai_error *err)
{
    struct hearing *h = user;
    enum sarai_status st = keep_segment(&h->transcript, heard, err);
    if (!st && h->on_segment &&
        !h->on_segment(h->user, &h->transcript.segments[h->transcript.n_segments - 1]))
        st =
            failed(err, SARAI_EOUTPUT, tr("el texto no se pudo entregar", "the text could not be delivered"));
    return st;
}

static enum sarai_status join_segments(struct sarai_transcript *t, struct sarai_error *err)
{
    struct buf text = BUF_INIT(64 * MAX_TEXT_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < t->n_segments; i++)
        ok = (i == 0 || buf_text(&text, " ")) && buf_text(&text, t->segments[i].text);
    t->text = ok ? buf_take(&text) : NULL;
    buf_finish(&text);
    return t->text ? SARAI_OK : out_of_memory(err, tr("la transcripción", "the transcript"));
}

/* Feeds the listener from a file, block by block. */
static enum sarai_status feed_file(struct sarai *s, const char *path, struct hearing *h,
                                   struct sarai_error *err)
{
    struct reader *reader = NULL;
    const float *pcm;
    size_t n = 1, total = 0;
    enum sarai_status st = reader_open(path, config_int(s->cfg, "MAX_AUDIO_MIN"), &reader, err);
    while (!st && n > 0) {
        st = reader_next(reader, &pcm, &n, err);
        if (!st && n > 0)
            st = listener_feed(s->listener, pcm, n, take_segment, h, err);
        total += st ? 0 : n;
        if (!st && stop_raised(&s->stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    h->transcript.cut_short = !st && reader_is_cut(reader);
    reader_close(reader);
    h->transcript.audio_s = (double)total / SARAI_SPEECH_HZ;
    return st;
}

/* What the ways of listening share: a file when `path` is given, else `pcm`; `h` says who wants the segments.
 */
static enum sarai_status hear(struct sarai *s, const char *path, const float *pcm, size_t n,
                              const char *language, bool cues, struct hearing *h,
                              struct sarai_transcript *out, struct sarai_error *err)
{
    struct sarai_transcript *t = &h->transcript;
    double start_ms = clock_ms();
    enum sarai_status st = assistant_needs(s, SARAI_LISTEN, err);
    if (!st)
        st = listener_begin(s->listener, language ? language : config_text(s->cfg, "SARAI_LISTEN_LANG"),
                            cues ? SEGMENTER_CUES : SEGMENTER_TEXT, err);
    if (!st && path) {
        st = feed_file(s, path, h, err);
    } else if (!st) {
        st = listener_feed(s->listener, pcm, n, take_segment, h, err);
        t->audio_s = (double)n / SARAI_SPEECH_HZ;
    }
    if (!st)
        st = listener_flush(s->listener, take_segment, h, err);
    if (!st)
        st = listener_remember(s->listener, err);
    if (!st && t->cut_short && t->n_segments == 0)
        st = failed(err, SARAI_EINPUT,
                    tr("%s está cortado y en lo que queda no se oye a nadie hablar",
                       "%s is cut short, and nobody is heard speaking in what is left"),
                    path);
    if (!st)
        st = join_segments(t, err);
    t->listen_ms = clock_ms() - start_ms;
    if (st)
        sarai_transcript_finish(t);
    else
        *out = *t;
    return st;
}

enum sarai_status assistant_hear_file(struct sarai *s, const char *path, struct sarai_transcript *out,
                                      struct sarai_error *err)
{
    struct hearing h = {0};
    return hear(s, path, NULL, 0, NULL, false, &h, out, err);
}

enum sarai_status sarai_transcribe_each(struct sarai *s, const char *path, const char *language, bool cues,
                                        sarai_segment_fn *on_segment, void *user,
                                        struct sarai_transcript *out, struct sarai_error *err)
{
    struct hearing h = {.on_segment = on_segment, .user = user};
    assistant_begin_call(s);
    return hear(s, path, NULL, 0, language, cues, &h, out, err);
}

enum sarai_status sarai_transcribe_file(struct sarai *s, const char *path, const char *language, bool cues,
                                        struct sarai_transcript *out, struct sarai_error *err)
{
    return sarai_transcribe_each(s, path, language, cues, NULL, NULL, out, err);
}

enum sarai_status sarai_transcribe(struct sarai *s, const float *pcm, size_t n_frames, const char *language,
                                   bool cues, struct sarai_transcript *out, struct sarai_error *err)
{
    struct hearing h = {0};
    assistant_begin_call(s);
    return hear(s, NULL, pcm, n_frames, language, cues, &h, out, err);
}
