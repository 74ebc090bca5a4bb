/* The assistant: what it is made of, and the turn, readable top to bottom.
 *
 * Threads of one turn: the caller's thread listens, then thinks; the mouth (below) speaks phrase after
 * phrase while the thinking goes on; the watcher turns sarai_interrupt(), which may come from a signal
 * handler, into calls that are not allowed in one.
 */
#include "sarai.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "audio/reader.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/queue.h"
#include "base/stop.h"
#include "listen/listener.h"
#include "models/store.h"
#include "speak/phrases.h"
#include "speak/speaker.h"
#include "think/conversation.h"

enum {
    MAX_TEXT_BYTES = 1 << 20, /* of a question, an answer, a transcript of one call */
    MAX_SEGMENTS = 100000,    /* of a transcript: 10 hours have some 10,000 */
    MAX_PHRASES_WAITING = 64, /* between thinking and speaking */
    MAX_PHRASE_BYTES = 1 << 20,
    PATH_BYTES = 4096,
};

struct sarai {
    const struct sarai_config *cfg;
    unsigned parts;
    struct store *store;
    struct listener *listener;
    struct llm *llm;
    struct conversation *conversation;
    struct speaker *speaker;
    struct phrases *phrases;
    double load_ms;

    struct stop stop;
    pthread_mutex_t interrupt_lock; /* between the start of a call and the watcher */
    sem_t interrupted;
    pthread_t watcher;
    bool watching, closing;
};

const char *sarai_version(void)
{
    return SARAI_VERSION;
}

/* ---- interruption ---------------------------------------------------------------------------- */

/* A semaphore may be posted from a signal handler; a mutex or an engine's call may not. */
void sarai_interrupt(struct sarai *s)
{
    atomic_store_explicit(&s->stop.raised, true, memory_order_relaxed);
    sem_post(&s->interrupted);
}

static void *watch(void *arg)
{
    struct sarai *s = arg;
    for (;;) {
        while (sem_wait(&s->interrupted) != 0)
            ; /* EINTR */
        pthread_mutex_lock(&s->interrupt_lock);
        bool closing = s->closing;
        if (!closing && stop_raised(&s->stop)) { /* else the call that was meant has ended already */
            if (s->listener)
                listener_interrupt(s->listener);
            if (s->speaker)
                speaker_interrupt(s->speaker);
        }
        pthread_mutex_unlock(&s->interrupt_lock);
        if (closing)
            return NULL;
    }
}

/* Every public call that works begins here: what was interrupted before is over. */
static void begin_call(struct sarai *s)
{
    pthread_mutex_lock(&s->interrupt_lock);
    atomic_store_explicit(&s->stop.raised, false, memory_order_relaxed);
    pthread_mutex_unlock(&s->interrupt_lock);
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum sarai_status open_listener(struct sarai *s, struct sarai_error *err)
{
    char encoder[PATH_BYTES], decoder[PATH_BYTES], vocabulary[PATH_BYTES], vad[PATH_BYTES];
    const char *model = config_text(s->cfg, "AUDIO_ENGINE");
    enum sarai_status st = store_path(s->store, model, ".encoder.onnx", encoder, sizeof encoder, err);
    if (!st)
        st = store_path(s->store, model, ".decoder.onnx", decoder, sizeof decoder, err);
    if (!st)
        st = store_path(s->store, model, ".vocab.json", vocabulary, sizeof vocabulary, err);
    if (!st)
        st = store_path(s->store, "silero-vad", ".onnx", vad, sizeof vad, err);
    if (st)
        return st;
    struct listener_options options = {
        .encoder_path = encoder,
        .decoder_path = decoder,
        .vocab_path = vocabulary,
        .vad_path = vad,
        .threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
        .cache_dir = store_cache_dir(s->store),
        .stop = &s->stop,
    };
    return listener_open(&options, &s->listener, err);
}

static enum conversation_frame frame_of(const struct sarai *s, const char *model)
{
    const char *frame = config_text(s->cfg, "LLM_FRAME");
    const char *known =
        store_setting(s->store, model, "frame"); /* a base model may carry a template in vain */
    if (strcmp(frame, "auto") == 0 && known)
        frame = known;
    return strcmp(frame, "chat") == 0      ? CONVERSATION_CHAT
           : strcmp(frame, "fewshot") == 0 ? CONVERSATION_FEW_SHOT
                                           : CONVERSATION_AUTO;
}

static enum sarai_status open_conversation(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    const char *model = config_text(s->cfg, "LLM_MODEL");
    enum sarai_status st = store_path(s->store, model, ".gguf", path, sizeof path, err);
    if (st)
        return st;
    struct llm_options engine = llm_options_default();
    engine.path = path;
    engine.context_tokens = (int)config_int(s->cfg, "LLM_CONTEXT");
    engine.threads = (int)config_int(s->cfg, "LLAMA_THREADS");
    engine.stop = &s->stop;
    st = llm_open(&engine, &s->llm, err);
    if (st)
        return st;
    struct conversation_options options = conversation_options_default();
    options.frame = frame_of(s, model);
    options.max_sentences = (int)config_int(s->cfg, "LLM_MAX_SENTENCES");
    options.max_tokens = (int)config_int(s->cfg, "LLM_MAX_TOKENS");
    options.sampling.temperature = (float)config_real(s->cfg, "LLM_TEMPERATURE");
    options.sampling.top_p = (float)config_real(s->cfg, "LLM_TOP_P");
    options.cache_dir = store_cache_dir(s->store);
    options.sampling.seed = (uint32_t)config_int(s->cfg, "LLM_SEED");
    st = conversation_open(&options, s->llm, &s->conversation, err);
    return st ? st : conversation_warm(s->conversation, err);
}

static enum sarai_status open_speaker(struct sarai *s, struct sarai_error *err)
{
    char model_path[PATH_BYTES], vocabulary[PATH_BYTES], styles[PATH_BYTES];
    const char *model = config_text(s->cfg, "VOICE_ENGINE");
    enum sarai_status st = store_path(s->store, model, ".onnx", model_path, sizeof model_path, err);
    if (!st)
        st = store_path(s->store, model, ".json", vocabulary, sizeof vocabulary, err);
    if (st)
        return st;
    if (store_path(s->store, config_text(s->cfg, "VOICE"), ".bin", styles, sizeof styles, NULL) == SARAI_OK)
        *strrchr(styles, '/') = '\0'; /* the folder of the voices */
    else
        styles[0] = '\0'; /* a model with one speaker needs none; the others say so when they are to speak */
    struct speaker_options options = {
        .model_path = model_path,
        .vocab_path = vocabulary,
        .styles_dir = styles,
        .region = config_text(s->cfg, "REGION"),
        .threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
        .cache_dir = store_cache_dir(s->store),
    };
    st = speaker_open(&options, &s->speaker, err);
    return st ? st : phrases_open(&s->phrases, err);
}

static const struct part {
    unsigned bit;
    const char *model_key;
    enum sarai_status (*open)(struct sarai *, struct sarai_error *);
} parts[] = {
    {SARAI_LISTEN, "AUDIO_ENGINE", open_listener},
    {SARAI_THINK, "LLM_MODEL", open_conversation},
    {SARAI_SPEAK, "VOICE_ENGINE", open_speaker},
};
enum { N_PARTS = sizeof parts / sizeof *parts };

static enum sarai_status check_budget(const struct sarai *s, struct sarai_error *err)
{
    long budget = config_int(s->cfg, "RAM_BUDGET_MB"), needed = 0;
    for (size_t i = 0; i < N_PARTS; i++)
        if (s->parts & parts[i].bit)
            needed += store_resident_mb(s->store, config_text(s->cfg, parts[i].model_key));
    if (budget > 0 && needed > budget)
        return failed(
            err, SARAI_ENOMEM,
            tr("los modelos piden %ld MB y RAM_BUDGET_MB permite %ld; súbelo o elige modelos menores",
               "the models take %ld MB and RAM_BUDGET_MB allows %ld; raise it or choose smaller models"),
            needed, budget);
    return SARAI_OK;
}

struct opening {
    struct sarai *s;
    const struct part *part;
    pthread_t thread;
    bool threaded;
    enum sarai_status status;
    struct sarai_error err;
};

static void *open_part(void *arg)
{
    struct opening *o = arg;
    o->status = o->part->open(o->s, &o->err);
    return NULL;
}

/* Loads all parts side by side; reports the first failure in their order. */
static enum sarai_status open_parts(struct sarai *s, struct sarai_error *err)
{
    struct opening openings[N_PARTS] = {0};
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; i < N_PARTS; i++) {
        struct opening *o = &openings[i];
        *o = (struct opening){.s = s, .part = &parts[i]};
        if (!(s->parts & parts[i].bit))
            continue;
        o->threaded = pthread_create(&o->thread, NULL, open_part, o) == 0;
        if (!o->threaded)
            open_part(o); /* no thread to be had: one after the other then */
    }
    for (size_t i = 0; i < N_PARTS; i++) {
        if (openings[i].threaded)
            pthread_join(openings[i].thread, NULL);
        if (!st && openings[i].status)
            st = failed(err, openings[i].status, "%s", openings[i].err.message);
    }
    return st;
}

enum sarai_status sarai_open(const struct sarai_config *cfg, unsigned wanted, struct sarai **out,
                             struct sarai_error *err)
{
    double start_ms = clock_ms();
    struct sarai *s = calloc(1, sizeof *s);
    if (!s)
        return out_of_memory(err, "Sarai");
    s->cfg = cfg;
    s->parts = wanted;
    pthread_mutex_init(&s->interrupt_lock, NULL);
    sem_init(&s->interrupted, 0, 0);
    enum sarai_status st = store_open(config_text(cfg, "SARAI_MODEL_DIR"), &s->store, err);
    if (!st)
        st = check_budget(s, err);
    if (!st)
        st = open_parts(s, err);
    if (!st && !(s->watching = pthread_create(&s->watcher, NULL, watch, s) == 0))
        st = out_of_memory(err, tr("un hilo", "a thread"));
    if (st) {
        sarai_close(s);
        return st;
    }
    s->load_ms = clock_ms() - start_ms;
    *out = s;
    return SARAI_OK;
}

void sarai_close(struct sarai *s)
{
    if (!s)
        return;
    if (s->watching) {
        pthread_mutex_lock(&s->interrupt_lock);
        s->closing = true;
        pthread_mutex_unlock(&s->interrupt_lock);
        sem_post(&s->interrupted);
        pthread_join(s->watcher, NULL);
    }
    conversation_close(s->conversation);
    llm_close(s->llm);
    phrases_close(s->phrases);
    speaker_close(s->speaker);
    listener_close(s->listener);
    store_close(s->store);
    sem_destroy(&s->interrupted);
    pthread_mutex_destroy(&s->interrupt_lock);
    free(s);
}

static enum sarai_status need(const struct sarai *s, unsigned part, struct sarai_error *err)
{
    if (s->parts & part)
        return SARAI_OK;
    return failed(
        err, SARAI_EUSAGE,
        tr("esta parte de Sarai no se cargó (sarai_open)", "this part of Sarai was not loaded (sarai_open)"));
}

/* ---- listening ------------------------------------------------------------------------------- */

void sarai_transcript_finish(struct sarai_transcript *t)
{
    for (size_t i = 0; i < t->n_segments; i++)
        free(t->segments[i].text);
    free(t->segments);
    free(t->text);
    *t = (struct sarai_transcript){0};
}

/* Adds one segment that the listener found. */
static enum sarai_status keep_segment(void *user, const struct listener_segment *heard,
                                      struct sarai_error *err)
{
    struct sarai_transcript *t = user;
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
    return SARAI_OK;
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
static enum sarai_status feed_file(struct sarai *s, const char *path, struct sarai_transcript *t,
                                   struct sarai_error *err)
{
    struct reader *reader = NULL;
    const float *pcm;
    size_t n = 1, total = 0;
    enum sarai_status st = reader_open(path, config_int(s->cfg, "MAX_AUDIO_MIN"), &reader, err);
    while (!st && n > 0) {
        st = reader_next(reader, &pcm, &n, err);
        if (!st && n > 0)
            st = listener_feed(s->listener, pcm, n, keep_segment, t, err);
        total += st ? 0 : n;
        if (!st && stop_raised(&s->stop))
            st = failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    reader_close(reader);
    t->audio_s = (double)total / SARAI_SPEECH_HZ;
    return st;
}

/* What the two ways of listening share: a file when `path` is given, else `pcm`. */
static enum sarai_status hear(struct sarai *s, const char *path, const float *pcm, size_t n,
                              const char *language, bool cues, struct sarai_transcript *out,
                              struct sarai_error *err)
{
    struct sarai_transcript t = {0};
    double start_ms = clock_ms();
    enum sarai_status st = need(s, SARAI_LISTEN, err);
    if (!st)
        st = listener_begin(s->listener, language ? language : config_text(s->cfg, "SARAI_LISTEN_LANG"),
                            cues ? SEGMENTER_CUES : SEGMENTER_TEXT, err);
    if (!st && path) {
        st = feed_file(s, path, &t, err);
    } else if (!st) {
        st = listener_feed(s->listener, pcm, n, keep_segment, &t, err);
        t.audio_s = (double)n / SARAI_SPEECH_HZ;
    }
    if (!st)
        st = listener_flush(s->listener, keep_segment, &t, err);
    if (!st)
        st = join_segments(&t, err);
    if (st) {
        sarai_transcript_finish(&t);
        return st;
    }
    t.listen_ms = clock_ms() - start_ms;
    *out = t;
    return SARAI_OK;
}

enum sarai_status sarai_transcribe_file(struct sarai *s, const char *path, const char *language, bool cues,
                                        struct sarai_transcript *out, struct sarai_error *err)
{
    begin_call(s);
    return hear(s, path, NULL, 0, language, cues, out, err);
}

enum sarai_status sarai_transcribe(struct sarai *s, const float *pcm, size_t n_frames, const char *language,
                                   bool cues, struct sarai_transcript *out, struct sarai_error *err)
{
    begin_call(s);
    return hear(s, NULL, pcm, n_frames, language, cues, out, err);
}

/* ---- the mouth: speaks phrases on a thread of its own while the answer is still being thought --- */

struct mouth {
    struct sarai *s;
    const struct sarai_sink *sink;
    struct queue *phrases; /* of char *, ours to free */
    pthread_t thread;
    bool running;
    double first_phrase_ms, first_audio_ms; /* instants on the clock; 0 until they come */
    double speaking_ms;
    size_t frames;
    enum sarai_status status;
    struct sarai_error err;
};

static bool pass_audio(void *user, const float *pcm, size_t n_frames)
{
    struct mouth *m = user;
    if (m->first_audio_ms <= 0)
        m->first_audio_ms = clock_ms();
    m->frames += n_frames;
    return !m->sink->on_audio || m->sink->on_audio(m->sink->user, pcm, n_frames);
}

static enum sarai_status speak_phrase(struct mouth *m, const char *phrase)
{
    double start_ms = clock_ms();
    if (m->first_phrase_ms <= 0)
        m->first_phrase_ms = start_ms;
    enum sarai_status st = speaker_say(m->s->speaker, phrase, pass_audio, m, &m->err);
    m->speaking_ms += clock_ms() - start_ms;
    return st;
}

static void *speak_phrases(void *arg)
{
    struct mouth *m = arg;
    char *phrase;
    while ((phrase = queue_pop(m->phrases))) {
        if (!m->status && stop_raised(&m->s->stop))
            m->status = failed(&m->err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (!m->status && (m->status = speak_phrase(m, phrase)) != SARAI_OK)
            sarai_interrupt(m->s); /* an answer that cannot be spoken need not be thought to its end */
        free(phrase);
    }
    return NULL;
}

static enum sarai_status mouth_open(struct mouth *m, struct sarai *s, const struct sarai_sink *sink,
                                    struct sarai_error *err)
{
    *m = (struct mouth){.s = s, .sink = sink};
    struct speaker_style style = {config_text(s->cfg, "VOICE"), config_real(s->cfg, "SPEED")};
    enum sarai_status st = speaker_begin(s->speaker, &style, err);
    if (!st)
        st = queue_open(MAX_PHRASES_WAITING, &m->phrases, err);
    if (st)
        return st;
    phrases_reset(s->phrases);
    m->running = pthread_create(&m->thread, NULL, speak_phrases, m) == 0;
    return m->running ? SARAI_OK : out_of_memory(err, tr("un hilo", "a thread"));
}

static void mouth_say(struct mouth *m, const struct buf *phrase)
{
    char *copy = strdup(buf_string(phrase));
    if (!copy || !queue_push(m->phrases, copy))
        free(copy);
}

static void mouth_feed(struct mouth *m, const char *piece)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    if (phrases_feed(m->s->phrases, piece, NULL) == SARAI_OK)
        while (phrases_next(m->s->phrases, &phrase))
            mouth_say(m, &phrase);
    buf_finish(&phrase);
}

/* Says what is left unless the answer failed, and waits for the last sound. */
static enum sarai_status mouth_close(struct mouth *m, enum sarai_status answered, struct sarai_error *err)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    if (!answered && m->running)
        while (phrases_flush(m->s->phrases, &phrase))
            mouth_say(m, &phrase);
    buf_finish(&phrase);
    if (m->phrases)
        queue_end(m->phrases);
    if (m->running)
        pthread_join(m->thread, NULL);
    queue_close(m->phrases);
    if (m->status && (!answered || answered == SARAI_ECANCELLED))
        return failed(err, m->status, "%s", m->err.message);
    return answered;
}

/* ---- the turn -------------------------------------------------------------------------------- */

void sarai_turn_finish(struct sarai_turn *t)
{
    free(t->text);
    free(t->answer);
    *t = (struct sarai_turn){0};
}

static const struct sarai_stages nothing_ran = {-1, -1, -1, -1, -1, -1, -1, -1};
static const struct sarai_sink no_sink = {0};

struct answering {
    const struct sarai_sink *sink;
    struct mouth *mouth; /* NULL: the answer is only written */
};

static void pass_answer(void *user, const char *piece)
{
    struct answering *a = user;
    if (a->sink->on_answer)
        a->sink->on_answer(a->sink->user, piece);
    if (a->mouth)
        mouth_feed(a->mouth, piece);
}

/* turn->text → turn->answer, spoken while it is thought. `start_ms` is when the call began. */
static enum sarai_status answer(struct sarai *s, const struct sarai_sink *sink, double start_ms,
                                struct sarai_turn *turn, struct sarai_error *err)
{
    struct mouth mouth;
    struct answer thought = {0};
    bool aloud = (s->parts & SARAI_SPEAK) && sink->on_audio;
    struct answering answering = {sink, aloud ? &mouth : NULL};
    enum sarai_status st = aloud ? mouth_open(&mouth, s, sink, err) : SARAI_OK;
    if (!st)
        st = conversation_answer(s->conversation, turn->text, pass_answer, &answering, &thought, err);
    if (aloud)
        st = mouth_close(&mouth, st, err);
    if (st) {
        answer_finish(&thought);
        return st;
    }
    turn->answer = thought.text; /* taken over */
    turn->tokens = (struct sarai_tokens){thought.evaluated, thought.reused, thought.generated};
    turn->stages.think_first_token_ms = thought.first_token_ms;
    turn->stages.think_total_ms = thought.total_ms;
    if (aloud && mouth.frames > 0) {
        turn->stages.speak_first_audio_ms = mouth.first_audio_ms - mouth.first_phrase_ms;
        turn->stages.speak_total_ms = mouth.speaking_ms;
        turn->stages.first_audio_ms = mouth.first_audio_ms - start_ms;
        turn->answer_audio_s = (double)mouth.frames / SARAI_VOICE_HZ;
    }
    return SARAI_OK;
}

/* Question as text → answer; fills the rest of the turn. */
static enum sarai_status finish_turn(struct sarai *s, const char *question, const struct sarai_sink *sink,
                                     double start_ms, struct sarai_turn *turn, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    turn->text = strdup(question);
    if (!turn->text)
        st = out_of_memory(err, tr("la pregunta", "the question"));
    if (!st)
        st = answer(s, sink, start_ms, turn, err);
    turn->stages.load_ms = s->load_ms;
    turn->stages.total_ms = clock_ms() - start_ms;
    if (st)
        sarai_turn_finish(turn);
    return st;
}

enum sarai_status sarai_ask(struct sarai *s, const char *text, const struct sarai_sink *sink,
                            struct sarai_turn *out, struct sarai_error *err)
{
    struct sarai_turn turn = {.stages = nothing_ran};
    begin_call(s);
    enum sarai_status st = need(s, SARAI_THINK, err);
    if (!st)
        st = finish_turn(s, text, sink ? sink : &no_sink, clock_ms(), &turn, err);
    if (!st)
        *out = turn;
    return st;
}

enum sarai_status sarai_run_file(struct sarai *s, const char *path, const struct sarai_sink *sink,
                                 struct sarai_turn *out, struct sarai_error *err)
{
    struct sarai_turn turn = {.stages = nothing_ran};
    struct sarai_transcript heard = {0};
    double start_ms = clock_ms();
    begin_call(s);
    enum sarai_status st = need(s, SARAI_THINK, err);
    if (!st)
        st = hear(s, path, NULL, 0, NULL, false, &heard, err);
    if (st)
        return st;
    if (heard.n_segments == 0)
        st = failed(err, SARAI_EINPUT, tr("en %s no se oye a nadie hablar", "nobody is heard speaking in %s"),
                    path);
    if (!st && sink && sink->on_transcript)
        sink->on_transcript(sink->user, heard.text);
    turn.stages.listen_ms = heard.listen_ms;
    if (!st)
        st = finish_turn(s, heard.text, sink ? sink : &no_sink, start_ms, &turn, err);
    sarai_transcript_finish(&heard);
    if (!st)
        *out = turn;
    return st;
}

void sarai_new_conversation(struct sarai *s)
{
    if (s->conversation)
        conversation_reset(s->conversation);
}

/* ---- saying a given text --------------------------------------------------------------------- */

static enum sarai_status say_phrases(struct mouth *m, const char *text, struct sarai_error *err)
{
    struct buf phrase = BUF_INIT(MAX_PHRASE_BYTES);
    enum sarai_status st = phrases_feed(m->s->phrases, text, err);
    while (!st && (phrases_next(m->s->phrases, &phrase) || phrases_flush(m->s->phrases, &phrase))) {
        st = speak_phrase(m, buf_string(&phrase));
        if (!st && stop_raised(&m->s->stop))
            st = failed(&m->err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (st)
            failed(err, st, "%s", m->err.message);
    }
    buf_finish(&phrase);
    return st;
}

enum sarai_status sarai_say(struct sarai *s, const char *text, const char *voice, double speed,
                            const struct sarai_sink *sink, struct sarai_turn *out, struct sarai_error *err)
{
    double start_ms = clock_ms();
    struct mouth mouth = {.s = s, .sink = sink ? sink : &no_sink};
    struct sarai_turn turn = {.stages = nothing_ran};
    struct speaker_style style = {voice ? voice : config_text(s->cfg, "VOICE"),
                                  speed > 0 ? speed : config_real(s->cfg, "SPEED")};
    begin_call(s);
    enum sarai_status st = need(s, SARAI_SPEAK, err);
    if (!st && strlen(text) > MAX_TEXT_BYTES)
        st = failed(err, SARAI_EINPUT, tr("el texto pasa de %d bytes", "the text is over %d bytes"),
                    MAX_TEXT_BYTES);
    if (!st)
        st = speaker_begin(s->speaker, &style, err);
    if (st)
        return st;
    phrases_reset(s->phrases);
    st = say_phrases(&mouth, text, err);
    if (!st && !(turn.text = strdup(text)))
        st = out_of_memory(err, tr("el texto", "the text"));
    if (st)
        return st;
    turn.stages.load_ms = s->load_ms;
    turn.stages.total_ms = clock_ms() - start_ms;
    if (mouth.frames > 0) {
        turn.stages.speak_first_audio_ms = turn.stages.first_audio_ms = mouth.first_audio_ms - start_ms;
        turn.stages.speak_total_ms = mouth.speaking_ms;
        turn.answer_audio_s = (double)mouth.frames / SARAI_VOICE_HZ;
    }
    *out = turn;
    return SARAI_OK;
}
