#include "listen/segmenter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "listen/vad.h"

enum {
    WINDOW_MS = VAD_WINDOW * 1000 / SARAI_SPEECH_HZ,
    MAX_WINDOWS = SEGMENTER_MAX_S * 1000 / WINDOW_MS,
    PREROLL_WINDOWS = 320 / WINDOW_MS,  /* a soft first consonant comes before the detector wakes */
    POSTROLL_WINDOWS = 256 / WINDOW_MS, /* and a soft last one after it slept */
    LEAST_SPEECH_WINDOWS = 3,           /* less than 0.1 s is a click */
    SEARCH_WINDOWS = 8000 / WINDOW_MS,  /* where a cut without a pause is looked for */
};

/* Silero's own advice: enter at 0.5, leave 0.15 below. */
static const float SPEECH = 0.5f, SILENCE = 0.35f;

struct segmenter {
    enum segmenter_grain grain;
    float pcm[MAX_WINDOWS * VAD_WINDOW];
    float probability[MAX_WINDOWS];
    size_t n;           /* windows in pcm */
    size_t first_index; /* of the recording, of pcm's first window */
    size_t speech;      /* windows of speech among them; 0: nobody has spoken yet */
    size_t silent;      /* windows of silence at the end */
    size_t drop;        /* windows that the utterance given away frees at the next feed */
    struct utterance ready;
    bool is_ready;
};

enum sarai_status segmenter_open(struct segmenter **out, struct sarai_error *err)
{
    struct segmenter *s = malloc(sizeof *s);
    if (!s)
        return out_of_memory(err, tr("el sonido", "the sound"));
    segmenter_begin(s, SEGMENTER_TEXT);
    *out = s;
    return SARAI_OK;
}

void segmenter_close(struct segmenter *s)
{
    free(s);
}

void segmenter_begin(struct segmenter *s, enum segmenter_grain grain)
{
    s->grain = grain;
    s->n = s->first_index = s->speech = s->silent = s->drop = 0;
    s->is_ready = false;
}

static void drop_front(struct segmenter *s, size_t windows)
{
    memmove(s->pcm, s->pcm + windows * VAD_WINDOW, (s->n - windows) * VAD_WINDOW * sizeof *s->pcm);
    memmove(s->probability, s->probability + windows, (s->n - windows) * sizeof *s->probability);
    s->n -= windows;
    s->first_index += windows;
}

/* A recount after the front was cut off: what is left may already hold speech. */
static void recount(struct segmenter *s)
{
    s->speech = s->silent = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool speaks = s->probability[i] >= SPEECH;
        s->speech += speaks;
        s->silent = speaks ? 0 : s->silent + 1;
    }
}

/* Makes the first `windows` the ready utterance; `silent` of them, at the end, are silence. */
static void end_utterance(struct segmenter *s, size_t windows, size_t silent)
{
    size_t keep = windows - (silent > POSTROLL_WINDOWS ? silent - POSTROLL_WINDOWS : 0);
    size_t lead = 0;
    while (lead < keep && s->probability[lead] < SPEECH)
        lead++;
    size_t preroll = silent / 2 < PREROLL_WINDOWS ? silent / 2 : PREROLL_WINDOWS; /* of the next one */
    s->drop = windows - preroll;
    s->is_ready = s->speech >= LEAST_SPEECH_WINDOWS;
    s->ready = (struct utterance){
        .pcm = s->pcm,
        .n_frames = keep * VAD_WINDOW,
        .start_s = (double)(s->first_index + lead) * WINDOW_MS / 1000,
        .end_s = (double)(s->first_index + windows - silent) * WINDOW_MS / 1000,
    };
}

/* How long a pause must be to end an utterance of this length: the longer it is, the sooner. */
static size_t pause_windows(const struct segmenter *s)
{
    size_t length_ms = s->n * WINDOW_MS;
    if (s->grain == SEGMENTER_CUES)
        return (length_ms < 2000 ? 900u : length_ms < 5000 ? 400u : 130u) / WINDOW_MS;
    return (length_ms < 10000 ? 1200u : length_ms < 18000 ? 800u : 300u) / WINDOW_MS;
}

/* The window in the last seconds in which speech is least likely: where a cut hurts least. */
static size_t quietest(const struct segmenter *s)
{
    size_t best = s->n - 1;
    for (size_t i = s->n - SEARCH_WINDOWS; i < s->n; i++)
        if (s->probability[i] < s->probability[best])
            best = i;
    return best;
}

void segmenter_feed(struct segmenter *s, const float *window, float probability)
{
    if (s->drop > 0) {
        drop_front(s, s->drop);
        s->drop = 0;
        recount(s);
    }
    s->is_ready = false;
    memcpy(s->pcm + s->n * VAD_WINDOW, window, VAD_WINDOW * sizeof *window);
    s->probability[s->n++] = probability;
    if (probability >= SPEECH) {
        s->speech++;
        s->silent = 0;
    } else if (probability < SILENCE || s->silent > 0) {
        s->silent++;
    }
    if (s->speech == 0) {
        if (s->n > PREROLL_WINDOWS)
            drop_front(s, s->n - PREROLL_WINDOWS);
    } else if (s->silent >= pause_windows(s)) {
        end_utterance(s, s->n, s->silent);
    } else if (s->n == MAX_WINDOWS) {
        end_utterance(s, quietest(s) + 1, 0);
    }
}

void segmenter_flush(struct segmenter *s)
{
    if (s->drop > 0) {
        drop_front(s, s->drop);
        s->drop = 0;
        recount(s);
    }
    s->is_ready = false;
    if (s->speech > 0)
        end_utterance(s, s->n, s->silent);
}

const struct utterance *segmenter_next(struct segmenter *s)
{
    if (!s->is_ready)
        return NULL;
    s->is_ready = false;
    return &s->ready;
}
