/* sarai doctor: looks at everything that Sarai stands on, says what is amiss and the command that mends it.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/machine.h"
#include "cli.h"
#include "engine/espeak.h"
#include "engine/llama.h"
#include "engine/onnx.h"
#include "engine/process.h"
#include "engine/sndfile.h"
#include "engine/sound.h"
#include "engine/soxr.h"
#include "engine/sqlite.h"
#include "engine/webrtc.h"
#include "know/place.h"
#include "know/shelf.h"
#include "models/store.h"
#include "reach.h"
#include "speed.h"
#include "think/expert.h"

enum level { FINE, WARNING, FAILURE };

struct doctor {
    struct cli *cli;
    struct store *store; /* NULL while it cannot be opened */
    struct machine machine;
    bool json, deep, quick, strict, colour;
    json_t *findings;
    bool warned;
    enum sarai_status worst; /* of the first failure */
};

/* ---- findings -------------------------------------------------------------------------------- */

static const char *const check_names[][3] = {
    /* in JSON, in Spanish, in English */
    {"cpu", "procesador", "processor"},   {"memory", "memoria", "memory"},    {"threads", "hilos", "threads"},
    {"library", "biblioteca", "library"}, {"model", "modelo", "model"},       {"cache", "caché", "cache"},
    {"audio", "sonido", "sound"},         {"latency", "latencia", "latency"}, {"store", "almacén", "store"},
    {"expert", "experto", "expert"},      {"home", "casa", "home"},           {"mcp", "MCP", "MCP"},
};
enum check { CPU, MEMORY, THREADS, LIBRARY, MODEL, CACHE, AUDIO, LATENCY, SHELF, EXPERT, HOUSE, MCP };

static const char *level_name(enum level level)
{
    return level == FINE      ? tr("bien", "fine")
           : level == WARNING ? tr("aviso", "warning")
                              : tr("fallo", "failure");
}

static void print_finding(const struct doctor *d, enum level level, enum check check, const char *text,
                          const char *mend)
{
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m"};
    const char *level_text = level_name(level), *name = tr(check_names[check][1], check_names[check][2]);
    printf("%s%s%s%*s %s%*s %s\n", d->colour ? colours[level] : "", level_text, d->colour ? "\033[0m" : "",
           8 - cli_columns(level_text), "", name, 11 - cli_columns(name), "", text);
    if (mend)
        printf("%*s → %s\n", 19, "", mend);
    fflush(stdout);
}

/* Notes one finding. `mend` is the command that mends it, or NULL. */
static void add_finding(struct doctor *d, enum level level, enum check check, enum sarai_status status,
                        const char *text, const char *mend)
{
    d->warned = d->warned || level == WARNING;
    if (level == FAILURE && !d->worst)
        d->worst = status;
    if (d->json)
        json_array_append_new(d->findings,
                              json_pack("{s:s,s:s,s:s,s:s?}", "check", check_names[check][0], "level",
                                        (const char *const[]){"fine", "warning", "failure"}[level], "text",
                                        text, "mend", mend));
    else
        print_finding(d, level, check, text, mend);
}

/* The same for what is no failure, with a sentence to fill in. */
__attribute__((format(printf, 5, 6))) static void note(struct doctor *d, enum level level, enum check check,
                                                       const char *mend, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_finding(d, level, check, SARAI_OK, text, mend);
}

/* ---- the machine ----------------------------------------------------------------------------- */

static void check_cpu(struct doctor *d)
{
    const struct machine *m = &d->machine;
    if (m->vectors)
        note(d, FINE, CPU, NULL, "%s: %s", m->cpu[0] ? m->cpu : "?", m->features);
    else
        note(d, WARNING, CPU, NULL,
             tr("%s (%s) no tiene AVX2 ni NEON con productos escalares: irá despacio",
                "%s (%s) has neither AVX2 nor NEON with dot products: this will be slow"),
             m->cpu[0] ? m->cpu : "?", m->features);
}

/* Settings whose value is a model, and a file that each needs. */
static const struct {
    const char *key, *suffix;
} used_models[] = {
    {"AUDIO_ENGINE", ".encoder.onnx"}, {"AUDIO_ENGINE", ".decoder.onnx"},
    {"AUDIO_ENGINE", ".vocab.json"},   {"LLM_MODEL", ".gguf"},
    {"VOICE_ENGINE", ".onnx"},
};
enum { N_USED = sizeof used_models / sizeof *used_models };

/* Models without which Sarai answers all the same, and what is lost. One is named by a setting, or stands
 * beside another model, or is always used. */
static const struct {
    const char *key, *beside, *id, *lost_es, *lost_en;
} helping_models[] = {
    {"MOOD_MODEL", NULL, NULL, "el ánimo de la voz no se oye", "the mood of the voice is not heard"},
    {"EMBED_MODEL", "multilingual-e5-small", "router-e5", "no se sabe qué pide una pregunta",
     "what a question wants is not known"},
    {"EMBED_MODEL", "multilingual-e5-small", "search-e5", "lo leído se encuentra peor",
     "what was read is found less well"},
    {"EMBED_MODEL", "multilingual-e5-small", "finder-e5", "lo que dice un documento se encuentra peor",
     "what a document says is found less well"},
    {"EMBED_MODEL", NULL, NULL, "se busca solo por las palabras", "searches go by words alone"},
    {"LLM_MODEL", "gemma-3-270m", "gemma-3-270m-sarai", "contesta el modelo sin afinar",
     "the model answers untuned"},
    {"LLM_MODEL", "gemma-3-270m", "gemma-3-270m-sarai-reader", "lo que dice un documento se entiende peor",
     "what a document says is understood less well"},
    {NULL, NULL, "turn-base", "el fin de un turno se conoce peor", "the end of a turn is known less well"},
};
enum { N_HELPING = sizeof helping_models / sizeof *helping_models };

static void check_memory(struct doctor *d)
{
    long needed = 0, budget = config_int(d->cli->cfg, "RAM_BUDGET_MB");
    char mend[64];
    for (size_t i = 0; d->store && i < N_USED; i++)
        if (i == 0 || strcmp(used_models[i].key, used_models[i - 1].key) != 0)
            needed += store_resident_mb(d->store, config_text(d->cli->cfg, used_models[i].key));
    snprintf(mend, sizeof mend, "RAM_BUDGET_MB=%ld", needed);
    if (budget > 0 && needed > budget)
        add_finding(d, FAILURE, MEMORY, SARAI_ENOMEM,
                    tr("RAM_BUDGET_MB no alcanza para los modelos elegidos",
                       "RAM_BUDGET_MB is too little for the models chosen"),
                    mend);
    else if (d->machine.total_mb > 0 && d->machine.available_mb < needed)
        note(
            d, WARNING, MEMORY, "LLM_MODEL=gemma-3-270m",
            tr("los modelos piden %ld MB y hay %ld libres (de %ld): cierra programas o elige modelos menores",
               "the models take %ld MB and %ld are free (of %ld): close programs or choose smaller models"),
            needed, d->machine.available_mb, d->machine.total_mb);
    else
        note(d, FINE, MEMORY, NULL,
             tr("%ld MB libres; los modelos piden %ld", "%ld MB free; the models take %ld"),
             d->machine.available_mb, needed);
}

static void check_threads(struct doctor *d)
{
    static const char *const keys[] = {"ORT_NUM_THREADS", "LLAMA_THREADS"};
    bool good = true;
    for (size_t i = 0; i < 2; i++) {
        char mend[64];
        long threads = config_int(d->cli->cfg, keys[i]);
        snprintf(mend, sizeof mend, "%s=%d", keys[i], d->machine.cores);
        if (threads <= d->machine.cores)
            continue;
        good = false;
        note(d, WARNING, THREADS, mend,
             tr("%s=%ld con %d núcleos: los hilos se estorban",
                "%s=%ld with %d cores: the threads get in each other's way"),
             keys[i], threads, d->machine.cores);
    }
    if (good)
        note(d, FINE, THREADS, NULL,
             tr("%d núcleos; %s para oír y hablar, %s para pensar",
                "%d cores; %s to hear and speak, %s to think"),
             d->machine.cores, config_text(d->cli->cfg, keys[0]), config_text(d->cli->cfg, keys[1]));
}

/* ---- libraries ------------------------------------------------------------------------------- */

/* PDFs are read by a program of its own. */
static void check_pdf_reader(struct doctor *d)
{
    const struct process_limits limits = {.memory_bytes = (size_t)1 << 30, .cpu_s = 5, .wall_s = 5};
    struct buf nothing = BUF_INIT(4096);
    int code;
    if (process_read((const char *const[]){"pdftotext", "-v", NULL}, &limits, &d->cli->stop, &nothing, &code,
                     NULL) == SARAI_EUSAGE)
        note(d, WARNING, LIBRARY, "sudo apt-get install poppler-utils",
             tr("falta pdftotext: los PDF no se pueden leer", "pdftotext is missing: PDFs cannot be read"));
    buf_finish(&nothing);
}

/* Which echo canceller is set, and whether it is there. */
static void check_canceller(struct doctor *d)
{
    const char *canceller = config_text(d->cli->cfg, "ECHO_CANCELLER");
    struct sarai_error err = {0};
    struct webrtc_apm *webrtc = NULL;
    if (strcmp(canceller, "webrtc") == 0 && webrtc_open(&webrtc, &err) != SARAI_OK)
        add_finding(d, FAILURE, LIBRARY, err.status, err.message, "ECHO_CANCELLER=kalman");
    else
        note(d, FINE, LIBRARY, NULL, tr("eco: ECHO_CANCELLER=%s", "echo: ECHO_CANCELLER=%s"), canceller);
    webrtc_close(webrtc);
}

static void check_libraries(struct doctor *d)
{
    struct sarai_error err = {0};
    struct espeak *espeak = NULL;
    if (onnx_load(&err) == SARAI_OK)
        note(d, FINE, LIBRARY, NULL, "ONNX Runtime %s", onnx_version());
    else
        add_finding(d, FAILURE, LIBRARY, err.status, err.message, "make deps");
    if (llm_load_library(&err) == SARAI_OK)
        note(d, FINE, LIBRARY, NULL, "llama.cpp %s", llm_version());
    else
        add_finding(d, FAILURE, LIBRARY, err.status, err.message, "make deps");
    const char *language = strcmp(config_text(d->cli->cfg, "REGION"), "es-MX") == 0 ? "es-419" : "es";
    if (espeak_open(language, &espeak, &err) == SARAI_OK)
        note(d, FINE, LIBRARY, NULL,
             tr("espeak-ng %s, con datos de «%s»", "espeak-ng %s, with data for “%s”"), espeak_version(),
             language);
    else
        add_finding(d, FAILURE, LIBRARY, err.status, err.message,
                    "sudo apt-get install --reinstall espeak-ng-data");
    espeak_close(espeak);
    note(d, FINE, LIBRARY, NULL, "%s, %s, jansson %s, SQLite %s", sndfile_version(), resampler_version(),
         jansson_version_str(), sqlite_version());
    check_pdf_reader(d);
    check_canceller(d);
}

/* ---- models ---------------------------------------------------------------------------------- */

static const char *pull_command(const char *id, char room[128])
{
    snprintf(room, 128, "sarai models pull %s", id);
    return room;
}

static bool is_helping(const struct doctor *d, size_t i, const char *id)
{
    const char *set = helping_models[i].key ? config_text(d->cli->cfg, helping_models[i].key) : "";
    if (helping_models[i].beside && strcmp(helping_models[i].beside, set) != 0)
        return false;
    return strcmp(helping_models[i].id ? helping_models[i].id : set, id) == 0;
}

/* Says what is lost without this model, nothing where it is not missed. */
static void note_missing(struct doctor *d, const char *id)
{
    char mend[128];
    for (size_t i = 0; i < N_HELPING; i++)
        if (is_helping(d, i, id))
            note(d, WARNING, MODEL, pull_command(id, mend), tr("%s: falta; %s", "%s: missing; %s"), id,
                 tr(helping_models[i].lost_es, helping_models[i].lost_en));
}

/* Every file of a model of the manifest; missing ones count only where the model is in use or of help. */
static enum sarai_status check_model(struct doctor *d, const struct model *m, bool used,
                                     struct sarai_error *err)
{
    char mend[128], text[512];
    bool complete = true;
    for (size_t i = 0; i < m->n_files; i++) {
        enum store_finding found;
        enum sarai_status st = store_check(d->store, &m->files[i], d->deep, &d->cli->stop, &found, err);
        if (st)
            return st;
        complete = complete && found != STORE_MISSING && found != STORE_DAMAGED;
        if (found != STORE_DAMAGED && !(found == STORE_MISSING && used))
            continue;
        snprintf(text, sizeof text,
                 found == STORE_DAMAGED ? tr("%s: %s está dañado", "%s: %s is damaged")
                                        : tr("%s: falta %s", "%s: %s is missing"),
                 m->id, m->files[i].path);
        add_finding(d, used ? FAILURE : WARNING, MODEL, SARAI_EMODEL, text, pull_command(m->id, mend));
    }
    if (complete)
        note(d, FINE, MODEL, NULL, "%s: %s", m->id,
             d->deep ? tr("sumas comprobadas", "sums checked") : tr("tamaños correctos", "sizes right"));
    else if (!used)
        note_missing(d, m->id);
    return SARAI_OK;
}

static bool is_used(const struct doctor *d, const char *id)
{
    if (strcmp(id, "silero-vad") == 0 || strcmp(id, config_text(d->cli->cfg, "VOICE")) == 0)
        return true;
    for (size_t i = 0; i < N_USED; i++)
        if (strcmp(config_text(d->cli->cfg, used_models[i].key), id) == 0)
            return true;
    return false;
}

/* Models given by a path, and names that are neither a path nor in the manifest. */
static void check_own_models(struct doctor *d)
{
    for (size_t i = 0; i < N_USED; i++) {
        struct sarai_error err = {0};
        char path[STORE_PATH_BYTES];
        const char *model = config_text(d->cli->cfg, used_models[i].key);
        if (manifest_find(store_manifest(d->store), model))
            continue;
        if (store_path(d->store, model, used_models[i].suffix, path, sizeof path, &err) == SARAI_OK)
            note(d, FINE, MODEL, NULL, "%s: %s", used_models[i].key, path);
        else
            add_finding(d, FAILURE, MODEL, err.status, err.message, "sarai models list");
    }
}

static enum sarai_status check_models(struct doctor *d, struct sarai_error *err)
{
    const struct manifest *manifest = store_manifest(d->store);
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < manifest_count(manifest); i++) {
        const struct model *m = manifest_at(manifest, i);
        st = check_model(d, m, is_used(d, m->id), err);
    }
    check_own_models(d);
    return st;
}

static void check_cache(struct doctor *d)
{
    if (store_cache_dir(d->store))
        note(d, FINE, CACHE, NULL, "%s", store_cache_dir(d->store));
    else
        note(d, WARNING, CACHE, "XDG_CACHE_HOME=/tmp/sarai",
             tr("no se puede escribir junto a %s: cada arranque será lento",
                "nothing can be written beside %s: every start will be slow"),
             store_cache_folder(d->store));
}

/* What was read: that it opens, and how much it is. */
static void check_shelf(struct doctor *d)
{
    char place[PLACE_BYTES], shown[PLACE_BYTES];
    struct sarai_error err = {0};
    struct shelf *shelf = NULL;
    struct shelf_info info;
    const struct shelf_options options = {.place = place, .stop = &d->cli->stop};
    enum sarai_status st = place_find(config_text(d->cli->cfg, "STORE_URL"),
                                      config_text(d->cli->cfg, "STORE_PATH"), place, &err);
    if (!st && !place_exists(place)) {
        note(d, FINE, SHELF, NULL, "%s", tr("todavía no se ha leído nada", "nothing was read yet"));
        return;
    }
    if (!st)
        st = shelf_open(&options, &shelf, &err);
    if (!st)
        st = shelf_info(shelf, &info, &err);
    if (st) {
        add_finding(d, FAILURE, SHELF, st, err.message, NULL);
    } else {
        place_show(place, shown);
        note(d, FINE, SHELF, NULL,
             tr("%s: %lld documentos, %lld pasajes", "%s: %lld documents, %lld passages"), shown,
             (long long)info.documents, (long long)info.chunks);
    }
    shelf_close(shelf);
}

enum { MAX_MODELS_BYTES = 64 * 1024 };

/* Whether the endpoint answers and has the model. */
static void ask_for_models(struct doctor *d, struct expert *expert)
{
    struct sarai_error err = {0};
    struct buf models = BUF_INIT(MAX_MODELS_BYTES);
    const char *wanted = config_text(d->cli->cfg, "EXPERT_MODEL");
    char line[256], mend[256];
    snprintf(line, sizeof line, "\n%s\n", wanted);
    enum sarai_status st = buf_text(&models, "\n") ? expert_models(expert, &models, &err)
                                                   : out_of_memory(&err, tr("la lista", "the list"));
    const char *first = buf_string(&models) + (models.len > 0);
    snprintf(mend, sizeof mend, "EXPERT_MODEL=%.*s", (int)strcspn(first, "\n"), first);
    if (st)
        note(d, WARNING, EXPERT, strstr(err.message, " 401") ? "EXPERT_KEY=…" : NULL, "%s", err.message);
    else if (*wanted && !strstr(buf_string(&models), line))
        note(d, WARNING, EXPERT, *first ? mend : NULL, tr("%s no tiene el modelo %s", "%s has no model %s"),
             expert_place(expert), wanted);
    else if (expert_is_exposed(expert))
        note(d, WARNING, EXPERT, "EXPERT_URL=https://…",
             tr("%s contesta, pero sin cifrar: por la red se leen preguntas y clave",
                "%s answers, but unencrypted: the network can read questions and key"),
             expert_place(expert));
    else
        note(d, FINE, EXPERT, NULL, tr("%s contesta", "%s answers"), expert_place(expert));
    buf_finish(&models);
}

/* Nothing is asked of it while nothing may leave. */
static void check_expert(struct doctor *d)
{
    const struct sarai_config *cfg = d->cli->cfg;
    struct sarai_error err = {0};
    struct expert *expert = NULL;
    const struct expert_options options = {.url = config_text(cfg, "EXPERT_URL"),
                                           .model = config_text(cfg, "EXPERT_MODEL"),
                                           .key = config_text(cfg, "EXPERT_KEY"),
                                           .timeout_s = config_real(cfg, "EXPERT_TIMEOUT"),
                                           .stop = &d->cli->stop};
    if (strcmp(config_text(cfg, "EXPERT_ALLOW"), "never") == 0)
        note(d, FINE, EXPERT, NULL, "%s",
             tr("no se usa: nada sale de este equipo", "not in use: nothing leaves this machine"));
    else if (!*options.url)
        note(d, WARNING, EXPERT, "EXPERT_URL=http://127.0.0.1:8080/v1", "%s",
             tr("EXPERT_ALLOW lo permite y falta EXPERT_URL",
                "EXPERT_ALLOW lets it, and there is no EXPERT_URL"));
    else if (expert_open(&options, &expert, &err) != SARAI_OK)
        add_finding(d, FAILURE, EXPERT, err.status, err.message, NULL);
    else
        ask_for_models(d, expert);
    expert_close(expert);
}

static void note_home(void *d, bool reached, const char *text, const char *mend)
{
    note(d, reached ? FINE : WARNING, HOUSE, mend, "%s", text);
}

static void note_mcp(void *d, bool reached, const char *text, const char *mend)
{
    note(d, reached ? FINE : WARNING, MCP, mend, "%s", text);
}

/* ---- sound ----------------------------------------------------------------------------------- */

static void check_audio(struct doctor *d)
{
    struct sound_device all[SOUND_MOST_DEVICES];
    struct sarai_error err = {0};
    size_t n = 0;
    enum sarai_status st = sound_list(all, SOUND_MOST_DEVICES, &n, &err);
    const struct sound_device *in = sound_find(all, n, NULL, true), *out = sound_find(all, n, NULL, false);
    if (st)
        note(d, WARNING, AUDIO,
             st == SARAI_EINTERNAL ? "sudo apt-get install --reinstall libportaudio2" : NULL, "%s",
             err.message);
    else if (!in || !out)
        note(d, WARNING, AUDIO, NULL,
             tr("no hay %s. Con archivos se trabaja igual", "there is no %s. Files work all the same"),
             in ? tr("altavoz", "loudspeaker") : tr("micrófono", "microphone"));
    else
        note(d, FINE, AUDIO, NULL,
             tr("micrófono: %s; altavoz: %s (%s)", "microphone: %s; loudspeaker: %s (%s)"), in->name,
             out->name, out->host);
}

/* ---- latency --------------------------------------------------------------------------------- */

/* What would help, most likely first. */
static const char *faster(const struct doctor *d, const struct speed *s, char room[128])
{
    double load[1] = {0};
    int cores = d->machine.cores;
    if (getloadavg(load, 1) == 1 && load[0] > cores)
        return tr("top  (otros programas ocupan el procesador)",
                  "top  (other programs keep the processor busy)");
    if (config_int(d->cli->cfg, "ORT_NUM_THREADS") < cores ||
        config_int(d->cli->cfg, "LLAMA_THREADS") < cores) {
        snprintf(room, 128, "ORT_NUM_THREADS=%d LLAMA_THREADS=%d", cores, cores);
        return room;
    }
    if (s->speak_ms >= s->listen_ms && s->speak_ms >= s->think_ms)
        return "sarai models pull piper-es-davefx; VOICE_ENGINE=piper-es-davefx";
    return s->think_ms > s->listen_ms ? "LLM_MODEL=gemma-3-270m" : "AUDIO_ENGINE=whisper-base";
}

/* The second of two turns: the first warms the machine up. */
static void check_latency(struct doctor *d)
{
    struct sarai_error err = {0};
    struct speed_question question = {0};
    struct speed speed = {0};
    char room[128], text[512];
    long target = config_int(d->cli->cfg, "LATENCY_TARGET_MS");
    enum sarai_status st = sarai_open(d->cli->cfg, SARAI_ALL, &d->cli->sarai, &err);
    if (!st)
        st = speed_ask(d->cli->sarai, &question, &err);
    for (int i = 0; !st && i < 2; i++)
        st = speed_measure(d->cli->sarai, &question, &speed, &err);
    cli_close(d->cli);
    free(question.pcm);
    snprintf(text, sizeof text,
             tr("%.0f ms hasta el primer sonido (oír %.0f, primera palabra %.0f, voz %.0f); objetivo %ld",
                "%.0f ms until the first sound (hear %.0f, first word %.0f, voice %.0f); target %ld"),
             speed.total_ms, speed.listen_ms, speed.think_ms, speed.speak_ms, target);
    if (st)
        add_finding(d, FAILURE, LATENCY, st, err.message, NULL);
    else if (speed.total_ms > (double)target)
        add_finding(d, WARNING, LATENCY, SARAI_OK, text, faster(d, &speed, room));
    else
        add_finding(d, FINE, LATENCY, SARAI_OK, text, NULL);
}

/* ---- the command ----------------------------------------------------------------------------- */

/* All checks, those first that the later ones stand on. ECANCELLED when a sum was interrupted. */
static enum sarai_status examine(struct doctor *d, struct sarai_error *err)
{
    struct sarai_error unreadable = {0};
    enum sarai_status st = SARAI_OK;
    machine_look(&d->machine);
    if (store_open(config_text(d->cli->cfg, "SARAI_MODEL_DIR"), &d->store, &unreadable) != SARAI_OK)
        add_finding(d, FAILURE, MODEL, unreadable.status, unreadable.message,
                    "git checkout models/manifest.json");
    check_cpu(d);
    check_memory(d);
    check_threads(d);
    check_libraries(d);
    if (d->store) {
        st = check_models(d, err);
        check_cache(d);
    }
    check_shelf(d);
    check_expert(d);
    reach_home(d->cli->cfg, &d->cli->stop, note_home, d);
    reach_mcp(&d->cli->stop, note_mcp, d);
    check_audio(d);
    if (!st && !d->quick && !d->worst)
        check_latency(d);
    return st;
}

static int conclude(const struct doctor *d)
{
    int code = d->worst ? (int)d->worst : d->strict && d->warned ? CLI_WARNINGS : SARAI_OK;
    if (d->json) {
        int printed = cli_print_json(json_pack("{s:i,s:O}", "exit_code", code, "findings", d->findings));
        return printed ? printed : code;
    }
    puts(d->worst    ? tr("Sarai no puede trabajar todavía: arregla los fallos de arriba.",
                          "Sarai cannot work yet: mend the failures above.")
         : d->warned ? tr("Sarai funciona, con avisos.", "Sarai works, with warnings.")
                     : tr("Todo bien.", "All is well."));
    int flushed = cli_flush();
    return flushed ? flushed : code;
}

int command_doctor(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct doctor d = {.cli = cli};
    struct sarai_error err = {0};
    int first, code;
    const struct cli_option own[] = {
        {"deep", 'd', NULL, NULL, &d.deep, "comprueba también las sumas sha256 de los modelos",
         "checks the sha256 sums of the models too"},
        {"quick", 'q', NULL, NULL, &d.quick, "no mide la latencia", "does not measure the latency"},
        {"strict", 0, NULL, NULL, &d.strict, "con avisos, sale con 9",
         "exits with 9 when there are warnings"},
        {"json", 'j', NULL, NULL, &d.json, "un objeto JSON", "one JSON object"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(tr("sobran argumentos; ayuda: sarai doctor --help",
                            "too many arguments; help: sarai doctor --help"));
    d.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    d.findings = json_array();
    code = examine(&d, &err) ? cli_fail(cli, &err) : conclude(&d);
    if (cli_interrupted(cli))
        code = CLI_INTERRUPTED;
    store_close(d.store);
    json_decref(d.findings);
    return code;
}
