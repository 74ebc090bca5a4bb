/* Loading: which files each part of the assistant needs, and all parts side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/grammar.h"
#include "acting.h"
#include "assistant.h"
#include "base/folders.h"

enum { PATH_BYTES = 4096, LISTED_BYTES = 64 * 1024 /* of a grammar */ };

static enum sarai_status open_listener(struct sarai *s, struct sarai_error *err)
{
    char encoder[PATH_BYTES], decoder[PATH_BYTES], vocabulary[PATH_BYTES], vad[PATH_BYTES];
    char mood[PATH_BYTES], voices[PATH_BYTES], latent[PATH_BYTES], turn[PATH_BYTES];
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
    const char *speaker = config_text(s->cfg, "SPEAKER");
    bool has_mood = store_path(s->store, config_text(s->cfg, "MOOD_MODEL"), ".onnx", mood, sizeof mood,
                               NULL) == SARAI_OK; /* without it the words are heard all the same */
    bool searches = strcmp(config_text(s->cfg, "SEARCH_VECTOR"), "text") != 0;
    bool has_latent = (searches || !(s->parts & SARAI_THINK)) && /* a turn does not look at it otherwise */
                      store_path(s->store, config_text(s->cfg, "LATENT_MODEL"), ".onnx", latent,
                                 sizeof latent, searches ? err : NULL) == SARAI_OK;
    if (searches && !has_latent)
        return SARAI_EMODEL;
    bool has_turn = store_path(s->store, "turn-base", ".onnx", turn, sizeof turn, NULL) == SARAI_OK;
    if (folders_data("speakers", voices, sizeof voices) < 0)
        voices[0] = '\0'; /* profiles are not kept */
    struct listener_options options = {
        .encoder_path = encoder,
        .decoder_path = decoder,
        .vocab_path = vocabulary,
        .vad_path = vad,
        .threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
        .cache_dir = store_cache_dir(s->store),
        .stop = &s->quit, /* in a conversation `stop` ends the thinking only */
        .mood_path = has_mood ? mood : NULL,
        .profile_dir = voices,
        .latent_path = has_latent ? latent : NULL,
        .turn_path = has_turn ? turn : NULL, /* smart-turn and the words judge without it */
    };
    st = listener_open(&options, &s->listener, err);
    return st || !*speaker ? st : listener_speaker(s->listener, speaker, err);
}

static enum conversation_frame frame_of(const struct sarai *s, const char *model)
{
    const char *frame = config_text(s->cfg, "LLM_FRAME");
    const char *known =
        store_setting(s->store, model, "frame"); /* a base model may carry a template in vain */
    if (strcmp(frame, "auto") == 0 && known && !llm_has_adapter(s->llm))
        frame = known;
    else if (strcmp(frame, "auto") == 0 && llm_has_adapter(s->llm))
        frame = "adapter";
    return strcmp(frame, "chat") == 0      ? CONVERSATION_CHAT
           : strcmp(frame, "fewshot") == 0 ? CONVERSATION_FEW_SHOT
           : strcmp(frame, "adapter") == 0 ? CONVERSATION_ADAPTER
                                           : CONVERSATION_AUTO;
}

enum sarai_status assistant_beside(const struct sarai *s, const char *key, const char *model,
                                   const char *setting, char *path, size_t n, struct sarai_error *err)
{
    const char *wanted = config_text(s->cfg, key);
    const char *own = store_setting(s->store, model, setting);
    path[0] = '\0';
    if (strcmp(wanted, "none") == 0 || (strcmp(wanted, "auto") == 0 && !own))
        return SARAI_OK;
    if (strcmp(wanted, "auto") != 0)
        return store_path(s->store, wanted, ".gguf", path, n, err);
    if (store_path(s->store, own, ".gguf", path, n, NULL) != SARAI_OK)
        path[0] = '\0'; /* not in this installation: the model alone works too */
    return SARAI_OK;
}

/* One file a mood, in the order of the axes. Without the files of "auto" the model alone works too. */
static enum sarai_status find_steering(const struct sarai *s, const char *model,
                                       char paths[CONTROL_AXES][PATH_BYTES], struct llm_options *engine,
                                       struct sarai_error *err)
{
    static const char *const endings[CONTROL_AXES] = {".sad.gguf", ".fearful.gguf", ".angry.gguf",
                                                      ".happy.gguf"};
    const char *wanted = config_text(s->cfg, "STEER_MODEL"), *own = store_setting(s->store, model, "steer");
    bool is_auto = strcmp(wanted, "auto") == 0;
    engine->steer_scale = (float)config_real(s->cfg, "STEER_SCALE");
    if (strcmp(wanted, "none") == 0 || (is_auto && !own))
        engine->steer_scale = 0;
    enum sarai_status st = SARAI_OK;
    for (int i = 0; !st && engine->steer_scale > 0 && i < CONTROL_AXES; i++) {
        st = store_path(s->store, is_auto ? own : wanted, endings[i], paths[i], PATH_BYTES, err);
        engine->steer_paths[i] = paths[i];
    }
    return st;
}

/* `listed`: room for the grammar of tools that the asker brings; borrowed. */
static struct conversation_options conversation_settings(const struct sarai *s, const char *model,
                                                         struct buf *listed)
{
    struct conversation_options o = conversation_options_default();
    const char *tools = config_text(s->cfg, "LLM_TOOLS");
    o.frame = frame_of(s, model);
    o.tools = tools[0] ? tools : acting_signatures(s->acting);
    o.grammar = !tools[0] ? acting_grammar(s->acting) : grammar_of_list(tools, listed) ? listed->data : NULL;
    o.max_sentences = (int)config_int(s->cfg, "LLM_MAX_SENTENCES");
    o.max_tokens = (int)config_int(s->cfg, "LLM_MAX_TOKENS");
    o.long_factor = config_real(s->cfg, "LLM_LONG");
    o.sampling.temperature = (float)config_real(s->cfg, "LLM_TEMPERATURE");
    if (o.frame == CONVERSATION_ADAPTER) /* it copies sources and JSON: what repeats is meant */
        o.sampling.repeat_penalty = 1;
    o.sampling.top_p = (float)config_real(s->cfg, "LLM_TOP_P");
    o.sampling.seed = (uint32_t)config_int(s->cfg, "LLM_SEED");
    o.is_grounded = strcmp(config_text(s->cfg, "GROUNDING"), "on") == 0;
    o.doubt = (float)config_real(s->cfg, "LLM_DOUBT");
    o.cache_dir = store_cache_dir(s->store);
    return o;
}

/* The manifest's reader went on from the manifest's adapter, and goes with no other. */
static enum sarai_status find_reader(const struct sarai *s, const char *model, char path[PATH_BYTES],
                                     struct sarai_error *err)
{
    path[0] = '\0';
    if (strcmp(config_text(s->cfg, "LLM_READER"), "auto") == 0 &&
        strcmp(config_text(s->cfg, "LLM_ADAPTER"), "auto") != 0)
        return SARAI_OK;
    return assistant_beside(s, "LLM_READER", model, "reader", path, PATH_BYTES, err);
}

static enum sarai_status open_conversation(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES], adapter[PATH_BYTES], reader[PATH_BYTES], steering[CONTROL_AXES][PATH_BYTES];
    const char *model = config_text(s->cfg, "LLM_MODEL");
    enum sarai_status st = store_path(s->store, model, ".gguf", path, sizeof path, err);
    if (!st)
        st = assistant_beside(s, "LLM_ADAPTER", model, "adapter", adapter, sizeof adapter, err);
    if (!st)
        st = find_reader(s, model, reader, err);
    if (st)
        return st;
    struct llm_options engine = llm_options_default();
    engine.path = path;
    engine.adapter_path = adapter[0] ? adapter : NULL;
    engine.reader_path = reader[0] ? reader : NULL;
    engine.adapter_scale = (float)config_real(s->cfg, "LLM_ADAPTER_SCALE");
    engine.context_tokens = (int)config_int(s->cfg, "LLM_CONTEXT");
    engine.threads = (int)config_int(s->cfg, "LLAMA_THREADS");
    engine.adapter_warmth = (float)config_real(s->cfg, "LLM_ADAPTER_WARMTH");
    engine.stop = &s->stop;
    st = find_steering(s, model, steering, &engine, err);
    if (!st)
        st = llm_open(&engine, &s->llm, err);
    if (st)
        return st;
    struct buf listed = BUF_INIT(LISTED_BYTES);
    const struct conversation_options options = conversation_settings(s, model, &listed);
    st = conversation_open(&options, s->llm, &s->conversation, err);
    buf_finish(&listed);
    return st ? st : conversation_warm(s->conversation, err);
}

static enum sarai_status open_speaker(struct sarai *s, struct sarai_error *err)
{
    char model_path[PATH_BYTES], vocabulary[PATH_BYTES], styles[PATH_BYTES], phrases[PATH_BYTES];
    const char *model = config_text(s->cfg, "VOICE_ENGINE"), *kept = config_text(s->cfg, "PHRASE_CACHE");
    enum sarai_status st = store_path(s->store, model, ".onnx", model_path, sizeof model_path, err);
    if (!st)
        st = store_path(s->store, model, ".json", vocabulary, sizeof vocabulary, err);
    if (st)
        return st;
    if (store_path(s->store, config_text(s->cfg, "VOICE"), ".bin", styles, sizeof styles, NULL) == SARAI_OK)
        *strrchr(styles, '/') = '\0'; /* the folder of the voices */
    else
        styles[0] = '\0'; /* a model with one speaker needs none; the others say so when they are to speak */
    bool keeps =
        strcmp(kept, "off") != 0 && store_cache_beside(s->store, "phrases", 0700, phrases, sizeof phrases);
    struct speaker_options options = {
        .model_path = model_path,
        .vocab_path = vocabulary,
        .styles_dir = styles,
        .region = config_text(s->cfg, "REGION"),
        .threads = (int)config_int(s->cfg, "ORT_NUM_THREADS"),
        .cache_dir = store_cache_dir(s->store),
        .phrases_dir = keeps ? phrases : NULL,
        .keeps_all_phrases = strcmp(kept, "all") == 0,
    };
    st = speaker_open(&options, &s->speaker, err);
    return st ? st : phrases_open(&s->phrases, err);
}

enum sarai_status assistant_open_embedder(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    const char *model = config_text(s->cfg, "EMBED_MODEL");
    const char *query = store_setting(s->store, model, "query_prefix");
    const char *passage = store_setting(s->store, model, "passage_prefix");
    enum sarai_status st = store_path(s->store, model, ".gguf", path, sizeof path, err);
    if (st)
        return st;
    struct embedder_options options = embedder_options_default();
    options.path = path;
    options.query_prefix = query ? query : "";
    options.passage_prefix = passage ? passage : "";
    options.threads = (int)config_int(s->cfg, "LLAMA_THREADS");
    options.stop = &s->stop;
    st = embedder_open(&options, &s->embedder, err);
    if (!st && s->shelf)
        st = assistant_open_search(s, err);
    return st || !(s->parts & SARAI_THINK) ? st : assistant_open_finder(s, err);
}

static const struct part {
    unsigned bit;
    const char *model_key;
    enum sarai_status (*open)(struct sarai *, struct sarai_error *);
} parts[] = {
    {SARAI_LISTEN, "AUDIO_ENGINE", open_listener},
    {SARAI_THINK, "LLM_MODEL", open_conversation},
    {SARAI_SPEAK, "VOICE_ENGINE", open_speaker},
    {SARAI_EMBED, "EMBED_MODEL", assistant_open_embedder},
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
enum sarai_status assistant_open_parts(struct sarai *s, struct sarai_error *err)
{
    struct opening openings[N_PARTS] = {0};
    enum sarai_status st = check_budget(s, err);
    if (st)
        return st;
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
