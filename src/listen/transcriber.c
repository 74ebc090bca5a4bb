#include "listen/transcriber.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen/logits.h"
#include "listen/repetition.h"
#include "listen/vocabulary.h"

enum {
    MAX_LAYERS = 32, /* of the largest Whisper */
    MAX_TOKENS = 448,
    NAME_BYTES = 24,
    PROMPT_TOKENS = 4,
    SPARE_TOKENS = 12, /* the longest text of n seconds: this and TOKENS_A_SECOND × n */
    TOKENS_A_SECOND = 10,
    SPARSE_BYTES_A_SECOND = 9, /* less text than this, and words may be missing (Spanish has 10 to 20) */
    EDGES_FRAMES = 6 * SARAI_SPEECH_HZ / 10,    /* sound around the speech that the segmenter leaves */
    WIDE_CONTEXT_FRAMES = 10 * SARAI_SPEECH_HZ, /* a context in which Whisper does not loop */
    /* More sound than this behind the text, and somebody went on: where all is told it is 0.6 s, once 0.97
     * (of 273 utterances of people, and 136 of two or three sentences). */
    UNTOLD_FRAMES = SARAI_SPEECH_HZ,
};

/* Nobody spoke: how sure the model must be of it, and how unsure of its words (measured on noise). */
static const float NO_SPEECH = 0.6f, UNSURE = -1.0f, LOST = -1.6f;

/* Keys and values of one layer, names and tensors. */
struct layer {
    char past[2][NAME_BYTES], present[2][NAME_BYTES], cross[2][NAME_BYTES];
    struct onnx_tensor *cache[2], *context[2];
};

struct transcriber {
    struct onnx *encoder, *decoder;
    struct vocabulary *vocabulary;
    const struct stop *stop;
    size_t hop, max_frames, pad_frames; /* samples */
    int n_layers, heads, head_size, max_tokens;
    struct layer layers[MAX_LAYERS];
    bool has_stats;            /* the encoder gives them */
    size_t n_sound;            /* states of sound in the last utterance */
    struct onnx_tensor *stats; /* of the utterance without more silence than it takes */
    float *pcm;                /* the padded utterance, max_frames long */
    size_t n_past;
    int draft[MAX_TOKENS]; /* what transcriber_follow() heard last */
    size_t n_draft;
    float *kept; /* the caches after rewind() */
    struct logits row;
};

/* ---- opening --------------------------------------------------------------------------------- */

static enum sarai_status read_contract(struct transcriber *t, const struct transcriber_options *o,
                                       struct sarai_error *err)
{
    static const char *const roles[] = {"speech-encoder", "text-decoder"};
    const struct onnx *models[] = {t->encoder, t->decoder};
    const char *paths[] = {o->encoder_path, o->decoder_path};
    for (int i = 0; i < 2; i++) {
        const char *role = onnx_metadata(models[i], "sarai.role");
        if (!role || strcmp(role, roles[i]) != 0)
            return failed(err, SARAI_EMODEL,
                          tr("%s no tiene el papel «%s» sino «%s»; véase docs/CONTRACTS.md",
                             "%s has not the role “%s” but “%s”; see docs/CONTRACTS.md"),
                          paths[i], roles[i], role ? role : "?");
    }
    t->hop = (size_t)onnx_metadata_int(t->encoder, "sarai.hop_samples", 320);
    t->max_frames = (size_t)onnx_metadata_int(t->encoder, "sarai.max_samples", 30 * SARAI_SPEECH_HZ);
    t->pad_frames = (size_t)onnx_metadata_int(t->encoder, "sarai.pad_samples", 0);
    t->n_layers = (int)onnx_metadata_int(t->decoder, "sarai.layers", 0);
    t->heads = (int)onnx_metadata_int(t->decoder, "sarai.heads", 0);
    t->head_size = (int)onnx_metadata_int(t->decoder, "sarai.head_size", 0);
    t->max_tokens = (int)onnx_metadata_int(t->decoder, "sarai.max_tokens", 0);
    bool sane = t->hop > 0 && t->hop <= 4096 && t->max_frames > 0 && t->max_frames <= 60 * SARAI_SPEECH_HZ &&
                t->max_frames % t->hop == 0 && t->pad_frames < t->max_frames && t->n_layers > 0 &&
                t->n_layers <= MAX_LAYERS && t->heads > 0 && t->head_size > 0 &&
                t->max_tokens > PROMPT_TOKENS;
    if (!sane)
        return failed(err, SARAI_EMODEL,
                      tr("%s y %s no cumplen el contrato; véase docs/CONTRACTS.md",
                         "%s and %s do not keep the contract; see docs/CONTRACTS.md"),
                      o->encoder_path, o->decoder_path);
    if (t->max_tokens > MAX_TOKENS)
        t->max_tokens = MAX_TOKENS;
    return SARAI_OK;
}

static void name_tensors(struct transcriber *t)
{
    static const char *const kinds[] = {"key", "value"};
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++) {
            snprintf(t->layers[l].past[k], NAME_BYTES, "past_%s_%d", kinds[k], l);
            snprintf(t->layers[l].present[k], NAME_BYTES, "present_%s_%d", kinds[k], l);
            snprintf(t->layers[l].cross[k], NAME_BYTES, "cross_%s_%d", kinds[k], l);
        }
}

enum sarai_status transcriber_open(const struct transcriber_options *o, struct transcriber **out,
                                   struct sarai_error *err)
{
    struct transcriber *t = calloc(1, sizeof *t);
    if (!t)
        return out_of_memory(err, tr("el oído", "hearing"));
    t->stop = o->stop;
    struct onnx_options encoder = o->onnx;
    encoder.exact = true; /* overflowing products cost 1.7 points of WER */
    enum sarai_status st = onnx_open(o->encoder_path, &encoder, &t->encoder, err);
    if (!st)
        st = onnx_open(o->decoder_path, &o->onnx, &t->decoder, err);
    if (!st)
        st = vocabulary_open(o->vocab_path, &t->vocabulary, err);
    if (!st)
        st = read_contract(t, o, err);
    if (!st && !(t->pcm = malloc(t->max_frames * sizeof *t->pcm)))
        st = out_of_memory(err, tr("el oído", "hearing"));
    if (st) {
        transcriber_close(t);
        return st;
    }
    name_tensors(t);
    t->has_stats = onnx_has_output(t->encoder, "layer_stats");
    *out = t;
    return SARAI_OK;
}

static void release(struct onnx_tensor **tensor)
{
    onnx_release(*tensor);
    *tensor = NULL;
}

static void forget_cache(struct transcriber *t)
{
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++)
            release(&t->layers[l].cache[k]);
    t->n_past = 0;
}

static void forget_context(struct transcriber *t)
{
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++)
            release(&t->layers[l].context[k]);
}

void transcriber_close(struct transcriber *t)
{
    if (!t)
        return;
    forget_cache(t);
    forget_context(t);
    release(&t->stats);
    onnx_close(t->encoder);
    onnx_close(t->decoder);
    vocabulary_close(t->vocabulary);
    free(t->kept);
    free(t->pcm);
    free(t);
}

bool transcriber_knows(const struct transcriber *t, const char *language)
{
    return strcmp(language, "auto") == 0 || vocabulary_language(t->vocabulary, language) >= 0;
}

struct onnx_tensor *transcriber_stats(const struct transcriber *t)
{
    return t->stats;
}

struct onnx_tensor *transcriber_states(const struct transcriber *t, size_t *n_sound)
{
    *n_sound = t->n_sound;
    return t->layers[0].context[1];
}

void transcriber_interrupt(struct transcriber *t)
{
    onnx_interrupt(t->encoder);
    onnx_interrupt(t->decoder);
}

void transcriber_resume(struct transcriber *t)
{
    onnx_resume(t->encoder);
    onnx_resume(t->decoder);
}

/* ---- the encoder ----------------------------------------------------------------------------- */

/* Encodes the utterance and at least pad_frames, or up to `least_frames`, of silence after it. */
static enum sarai_status encode(struct transcriber *t, const float *pcm, size_t n, size_t least_frames,
                                struct sarai_error *err)
{
    struct onnx_value out[2 * MAX_LAYERS + 1];
    size_t n_out = 2 * (size_t)t->n_layers;
    n = n < t->max_frames ? n : t->max_frames;
    size_t total = n + t->pad_frames > least_frames ? n + t->pad_frames : least_frames;
    total = total < t->max_frames ? (total + t->hop - 1) / t->hop * t->hop : t->max_frames;
    t->n_sound = n / t->hop;
    memcpy(t->pcm, pcm, n * sizeof *pcm);
    memset(t->pcm + n, 0, (total - n) * sizeof *t->pcm);
    forget_context(t);
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++)
            out[2 * l + k] = (struct onnx_value){t->layers[l].cross[k], NULL};
    if (t->has_stats && least_frames == 0) {
        release(&t->stats);
        out[n_out++] = (struct onnx_value){"layer_stats", NULL};
    }
    struct onnx_value in[] = {{"pcm", onnx_f32((int64_t[]){1, (int64_t)total}, 2, t->pcm)}};
    enum sarai_status st = onnx_run(t->encoder, in, 1, out, n_out, err);
    onnx_release(in[0].tensor);
    if (n_out > 2 * (size_t)t->n_layers)
        t->stats = out[n_out - 1].tensor;
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++)
            t->layers[l].context[k] = out[2 * l + k].tensor;
    return st;
}

/* ---- the decoder ----------------------------------------------------------------------------- */

/* Reads n tokens after those in the cache; *logits (caller releases) has a row for each from `from` on. */
static enum sarai_status step(struct transcriber *t, const int64_t *tokens, size_t n, int64_t from,
                              struct onnx_tensor **logits, struct sarai_error *err)
{
    struct onnx_value in[3 + 4 * MAX_LAYERS], out[1 + 2 * MAX_LAYERS] = {{"logits", NULL}};
    int64_t places[MAX_TOKENS], n_new = (int64_t)n;
    size_t n_in = 3, n_out = 1;
    if (stop_raised(t->stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    for (size_t i = 0; i < n; i++)
        places[i] = (int64_t)(t->n_past + i);
    in[0] = (struct onnx_value){"tokens", onnx_i64((int64_t[]){1, n_new}, 2, tokens)};
    in[1] = (struct onnx_value){"positions_at", onnx_i64(&n_new, 1, places)};
    in[2] = (struct onnx_value){"from", onnx_i64((int64_t[]){1}, 1, &from)};
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++) {
            struct layer *layer = &t->layers[l];
            if (!layer->cache[k])
                layer->cache[k] = onnx_f32((int64_t[]){1, t->heads, 0, t->head_size}, 4, NULL);
            in[n_in++] = (struct onnx_value){layer->past[k], layer->cache[k]};
            in[n_in++] = (struct onnx_value){layer->cross[k], layer->context[k]};
            out[n_out++] = (struct onnx_value){layer->present[k], NULL};
        }
    enum sarai_status st = onnx_run(t->decoder, in, n_in, out, n_out, err);
    for (size_t i = 0; i < 3; i++)
        onnx_release(in[i].tensor);
    if (st)
        return st;
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++) {
            onnx_release(t->layers[l].cache[k]);
            t->layers[l].cache[k] = out[1 + 2 * l + k].tensor;
        }
    t->n_past += n;
    *logits = out[0].tensor;
    if (onnx_count(*logits) == vocabulary_count(t->vocabulary) * (n - (size_t)from))
        return SARAI_OK;
    release(logits);
    return failed(
        err, SARAI_EMODEL,
        tr("el vocabulario no es el de este decodificador", "the vocabulary is not that of this decoder"));
}

static int likeliest(const struct transcriber *t, const struct logits *row, bool first)
{
    int best = vocabulary_control(t->vocabulary)->end;
    for (size_t i = 0; i < row->n; i += LOGITS_STRIDE) {
        if (row->tops[i / LOGITS_STRIDE] <= row->all[best])
            continue;
        for (size_t j = i; j < row->n && j < i + LOGITS_STRIDE; j++)
            if (row->all[j] > row->all[best] && !vocabulary_suppressed(t->vocabulary, (int)j, first))
                best = (int)j;
    }
    return best;
}

static int likeliest_language(const struct transcriber *t, const float *logits)
{
    int first = vocabulary_control(t->vocabulary)->start + 1, best = first;
    for (int i = first; vocabulary_language_code(t->vocabulary, i); i++)
        if (logits[i] > logits[best])
            best = i;
    return best;
}

/* What one pass over the utterance gives. */
struct draft {
    int tokens[MAX_TOKENS];
    size_t n;
    int language;
    float log_probability;
    bool cut;    /* stopped by the cap, not by the model */
    bool spoken; /* somebody said it */
};

/* Reads the prompt and the `n_draft` tokens of a draft behind it; *logits has a row for what follows the
 * prompt, and one for what follows each token of the draft. A language that is not given is learnt from what
 * follows the first token, which takes a pass of its own. */
static enum sarai_status read_prompt(struct transcriber *t, int language, const int *draft, size_t n_draft,
                                     struct draft *d, struct onnx_tensor **logits, struct sarai_error *err)
{
    const struct control_tokens *control = vocabulary_control(t->vocabulary);
    int64_t prompt[MAX_TOKENS] = {control->start, language, control->transcribe, control->no_timestamps};
    size_t n_read = 0;
    for (size_t i = 0; i < n_draft; i++)
        prompt[PROMPT_TOKENS + i] = draft[i];
    if (language < 0) {
        enum sarai_status st = step(t, prompt, 1, 0, logits, err);
        if (st)
            return st;
        prompt[1] = likeliest_language(t, onnx_floats(*logits));
        release(logits);
        n_read = 1;
    }
    d->language = (int)prompt[1];
    return step(t, prompt + n_read, PROMPT_TOKENS + n_draft - n_read, (int64_t)(PROMPT_TOKENS - 1 - n_read),
                logits, err);
}

/* Forgets what the decoder read after the first `keep` tokens: each head's keys and values are cut there. */
static enum sarai_status rewind_cache(struct transcriber *t, size_t keep, struct sarai_error *err)
{
    size_t head = keep * (size_t)t->head_size, layer = head * (size_t)t->heads;
    size_t old_head = t->n_past * (size_t)t->head_size;
    float *kept =
        realloc(t->kept, (2 * layer * (size_t)t->n_layers + 1) * sizeof *kept); /* never of 0 bytes */
    if (!kept)
        return out_of_memory(err, tr("la transcripción", "the transcript"));
    t->kept = kept;
    for (int l = 0; l < t->n_layers; l++)
        for (int k = 0; k < 2; k++) {
            struct onnx_tensor **cache = &t->layers[l].cache[k];
            float *target = kept + layer * (size_t)(2 * l + k);
            for (size_t h = 0; h < (size_t)t->heads; h++)
                memcpy(target + h * head, onnx_floats(*cache) + h * old_head, head * sizeof *target);
            onnx_release(*cache);
            *cache = onnx_f32((int64_t[]){1, t->heads, (int64_t)keep, t->head_size}, 4, target);
        }
    t->n_past = keep;
    return SARAI_OK;
}

/* Takes the likeliest token of a row of logits into account; true when the text goes on with it. */
static bool take(struct transcriber *t, const float *scores, size_t cap, struct draft *d)
{
    logits_look_over(&t->row, scores, vocabulary_count(t->vocabulary));
    int token = likeliest(t, &t->row, d->n == 0);
    d->log_probability += scores[token] - logits_log_sum(&t->row);
    d->cut = token != vocabulary_control(t->vocabulary)->end;
    if (!d->cut || d->n == cap)
        return false;
    d->tokens[d->n++] = token;
    return true;
}

/* Greedy decoding of what was encoded, at most `cap` tokens; the first n_draft of them are guessed. */
static enum sarai_status decode(struct transcriber *t, int language, const int *draft, size_t n_draft,
                                size_t cap, struct draft *d, struct sarai_error *err)
{
    struct onnx_tensor *logits = NULL;
    *d = (struct draft){.cut = true};
    n_draft = n_draft < cap ? n_draft : cap;
    forget_cache(t);
    size_t row = 0, right = 0; /* as long as the draft was right, the next row is there already */
    enum sarai_status st = read_prompt(t, language, draft, n_draft, d, &logits, err);
    bool more = !st;
    while (!st && more) {
        more = take(t, onnx_floats(logits) + row * vocabulary_count(t->vocabulary), cap, d);
        if (more && right < n_draft && d->tokens[right] == draft[right]) {
            right++;
            row++;
            continue;
        }
        release(&logits);
        if (more && t->n_past > PROMPT_TOKENS + d->n - 1)
            st = rewind_cache(t, PROMPT_TOKENS + d->n - 1, err);
        if (!st && more)
            st = step(t, &(int64_t){d->tokens[d->n - 1]}, 1, 0, &logits, err);
        row = n_draft = 0;
    }
    release(&logits);
    d->log_probability /= (float)(d->n + 1);
    return st;
}

/* ---- from tokens to words -------------------------------------------------------------------- */

static void trim(struct buf *text)
{
    while (text->len > 0 && text->data[text->len - 1] == ' ')
        text->data[--text->len] = '\0';
    size_t blanks = strspn(buf_string(text), " ");
    buf_drop(text, blanks);
}

/* Whether there is little text for so much sound: a short context lets Whisper end at a pause within. */
static bool is_sparse(const struct buf *words, size_t n_frames)
{
    size_t spoken = n_frames > EDGES_FRAMES ? n_frames - EDGES_FRAMES : 0;
    return words->len * SARAI_SPEECH_HZ < SPARSE_BYTES_A_SECOND * spoken;
}

static enum sarai_status read_anew(struct transcriber *t, const int64_t *tokens, size_t n, size_t from,
                                   struct onnx_tensor **logits, struct sarai_error *err)
{
    if (!t->layers[0].context[0])
        return failed(err, SARAI_EINPUT, tr("nada que oír", "nothing to hear"));
    forget_cache(t);
    return step(t, tokens, n, (int64_t)from, logits, err);
}

/* Whether somebody said it. How likely the model thinks that nobody speaks is asked only where it is unsure
 * of its words: it takes a pass, or a row of logits at every utterance. */
static enum sarai_status ask_whether_spoken(struct transcriber *t, struct draft *d, struct sarai_error *err)
{
    const struct control_tokens *control = vocabulary_control(t->vocabulary);
    struct onnx_tensor *logits = NULL;
    d->spoken = d->n > 0 && d->log_probability >= LOST;
    if (!d->spoken || d->log_probability >= UNSURE)
        return SARAI_OK;
    enum sarai_status st = read_anew(t, &(int64_t){control->start}, 1, 0, &logits, err);
    if (st)
        return st;
    logits_look_over(&t->row, onnx_floats(logits), vocabulary_count(t->vocabulary));
    d->spoken = expf(t->row.all[control->no_speech] - logits_log_sum(&t->row)) <= NO_SPEECH;
    release(&logits);
    return SARAI_OK;
}

/* One attempt: encode with at least that context, decode, write the words. *loops: they repeat. With n_draft
 * the text is expected to begin as t->draft does. */
static enum sarai_status attempt(struct transcriber *t, const float *pcm, size_t n, size_t least_frames,
                                 int language, size_t n_draft, struct draft *d, struct buf *words,
                                 bool *loops, struct sarai_error *err)
{
    size_t cap = SPARE_TOKENS + TOKENS_A_SECOND * n / SARAI_SPEECH_HZ;
    size_t room = (size_t)t->max_tokens - PROMPT_TOKENS;
    enum sarai_status st = encode(t, pcm, n, least_frames, err);
    if (!st)
        st = decode(t, language, t->draft, n_draft, cap < room ? cap : room, d, err);
    if (!st)
        st = ask_whether_spoken(t, d, err);
    buf_reset(words);
    if (!st && !vocabulary_text(t->vocabulary, d->tokens, d->n, words))
        st = out_of_memory(err, tr("la transcripción", "the transcript"));
    *loops = !st && (d->cut || repeats_itself(words));
    return st;
}

/* Where in the sound the text ends: the likeliest time behind it, as a prompt that asks for times has them. A
 * vocabulary without times says that it ends with the sound. */
static enum sarai_status find_end(struct transcriber *t, const struct draft *d, size_t *end,
                                  struct sarai_error *err)
{
    const struct control_tokens *control = vocabulary_control(t->vocabulary);
    const size_t n_vocabulary = vocabulary_count(t->vocabulary), zero = (size_t)control->no_timestamps + 1;
    int64_t tokens[PROMPT_TOKENS + MAX_TOKENS] = {control->start, d->language, control->transcribe,
                                                  (int64_t)zero};
    struct onnx_tensor *logits = NULL;
    *end = t->n_sound * t->hop;
    if (zero >= n_vocabulary)
        return SARAI_OK;
    for (size_t i = 0; i < d->n; i++)
        tokens[PROMPT_TOKENS + i] = d->tokens[i];
    enum sarai_status st = read_anew(t, tokens, PROMPT_TOKENS + d->n, PROMPT_TOKENS + d->n - 1, &logits, err);
    if (st)
        return st;
    size_t best = zero;
    for (size_t i = zero; i < n_vocabulary; i++)
        if (onnx_floats(logits)[i] > onnx_floats(logits)[best])
            best = i;
    release(&logits);
    *end = (best - zero) * t->hop;
    return SARAI_OK;
}

/* A text may end at a pause though somebody goes on speaking behind it: that is heard apart and put behind
 * the text. *found: there was something. */
static enum sarai_status hear_rest(struct transcriber *t, const float *pcm, size_t n, const struct draft *d,
                                   struct buf *words, bool *found, struct sarai_error *err)
{
    struct draft rest;
    struct buf more = BUF_INIT(TRANSCRIBER_MAX_TEXT_BYTES);
    size_t end;
    bool loops;
    *found = false;
    enum sarai_status st = find_end(t, d, &end, err);
    if (st || end + UNTOLD_FRAMES > n)
        return st;
    st =
        attempt(t, pcm + end, n - end, 1, d->language, 0, &rest, &more, &loops, err); /* 1: keeps the stats */
    *found = !st && !loops && rest.spoken;
    if (*found && !buf_append(words, buf_string(&more), more.len))
        st = out_of_memory(err, tr("la transcripción", "the transcript"));
    buf_finish(&more);
    return st;
}

static enum sarai_status hear(struct transcriber *t, const float *pcm, size_t n_frames, const char *language,
                              bool follow, struct heard *heard, struct sarai_error *err)
{
    struct draft d;
    bool loops = false, told = false;
    size_t n_draft = follow ? t->n_draft : 0;
    int token = strcmp(language, "auto") == 0 ? -1 : vocabulary_language(t->vocabulary, language);
    enum sarai_status st = attempt(t, pcm, n_frames, 0, token, n_draft, &d, &heard->words, &loops, err);
    bool spoken = !st && !loops && d.spoken, sparse = spoken && is_sparse(&heard->words, n_frames);
    bool doubtful = loops || sparse || (spoken && ends_in_an_echo(d.tokens, d.n));
    size_t wide = n_frames + t->pad_frames < WIDE_CONTEXT_FRAMES ? WIDE_CONTEXT_FRAMES : t->max_frames;
    if (sparse && !follow) /* who follows asks about all of the utterance afterwards */
        st = hear_rest(t, pcm, n_frames, &d, &heard->words, &told, err);
    if (!st && doubtful && !told) /* a short context makes Whisper repeat itself or stop now and then */
        st = attempt(t, pcm, n_frames, wide, token, 0, &d, &heard->words, &loops, err);
    if (!st && loops && wide < t->max_frames)
        st = attempt(t, pcm, n_frames, t->max_frames, token, 0, &d, &heard->words, &loops, err);
    if (st)
        return st;
    bool is_speech = !loops && d.spoken;
    if (!is_speech)
        buf_reset(&heard->words);
    if (follow) {
        t->n_draft = is_speech ? d.n : 0;
        memcpy(t->draft, d.tokens, t->n_draft * sizeof *d.tokens);
    }
    trim(&heard->words);
    heard->language = vocabulary_language_code(t->vocabulary, d.language);
    heard->confidence = d.log_probability;
    return SARAI_OK;
}

enum sarai_status transcriber_run(struct transcriber *t, const float *pcm, size_t n_frames,
                                  const char *language, struct heard *heard, struct sarai_error *err)
{
    return hear(t, pcm, n_frames, language, false, heard, err);
}

enum sarai_status transcriber_follow(struct transcriber *t, const float *pcm, size_t n_frames,
                                     const char *language, struct heard *heard, struct sarai_error *err)
{
    return hear(t, pcm, n_frames, language, true, heard, err);
}

void transcriber_forget(struct transcriber *t)
{
    t->n_draft = 0;
}

/* ---- rows of tokens that somebody else puts together ------------------------------------------- */

const struct vocabulary *transcriber_vocabulary(const struct transcriber *t)
{
    return t->vocabulary;
}

enum sarai_status transcriber_score(struct transcriber *t, const int64_t *tokens, size_t n, size_t n_scored,
                                    float *log_probability, struct sarai_error *err)
{
    const size_t n_vocabulary = vocabulary_count(t->vocabulary), from = n - n_scored;
    struct onnx_tensor *logits = NULL;
    enum sarai_status st = read_anew(t, tokens, n, from - 1, &logits, err);
    if (st)
        return st;
    *log_probability = 0;
    for (size_t i = 0; i < n_scored; i++) {
        logits_look_over(&t->row, onnx_floats(logits) + i * n_vocabulary, n_vocabulary);
        *log_probability += t->row.all[tokens[from + i]] - logits_log_sum(&t->row);
    }
    release(&logits);
    return SARAI_OK;
}

enum sarai_status transcriber_go_on(struct transcriber *t, const int64_t *tokens, size_t n, struct buf *words,
                                    struct sarai_error *err)
{
    struct draft d = {.n = 1}; /* what comes is not the first of a text */
    struct onnx_tensor *logits = NULL;
    size_t cap = SPARE_TOKENS + TOKENS_A_SECOND * t->n_sound * t->hop / SARAI_SPEECH_HZ;
    size_t room = (size_t)t->max_tokens - n;
    enum sarai_status st = read_anew(t, tokens, n, n - 1, &logits, err);
    while (!st && take(t, onnx_floats(logits), cap < room ? cap : room, &d)) {
        release(&logits);
        st = step(t, &(int64_t){d.tokens[d.n - 1]}, 1, 0, &logits, err);
    }
    release(&logits);
    buf_reset(words);
    if (!st && !vocabulary_text(t->vocabulary, d.tokens + 1, d.n - 1, words))
        st = out_of_memory(err, tr("la transcripción", "the transcript"));
    trim(words);
    return st;
}
