#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"

static const struct setting settings[] = {
    {"SARAI_LANG", SETTING_CHOICE, "es", 0, 0, "es|en", "idioma de los mensajes", "language of messages"},
    {"SARAI_MODEL_DIR", SETTING_PATH, "", 0, 0, NULL,
     "carpeta de modelos; vacía: models/ del proyecto o la caché del usuario",
     "folder of models; empty: the project's models/ or the user's cache"},
    {"SARAI_HUB", SETTING_TEXT, "https://huggingface.co", 0, 0, NULL,
     "direcciones de las que se descargan modelos, separadas por comas",
     "addresses that models are fetched from, separated by commas"},
    {"AUDIO_ENGINE", SETTING_TEXT, "whisper-base", 0, 0, NULL,
     "modelo que oye: nombre del manifiesto o carpeta",
     "model that hears: a name of the manifest or a folder"},
    {"LLM_MODEL", SETTING_TEXT, "gemma-3-270m", 0, 0, NULL,
     "modelo de lenguaje: nombre del manifiesto o archivo .gguf",
     "language model: a name of the manifest or a .gguf file"},
    {"EMBED_MODEL", SETTING_TEXT, "multilingual-e5-small", 0, 0, NULL,
     "modelo de búsqueda: nombre del manifiesto o archivo .gguf",
     "embedding model: a name of the manifest or a .gguf file"},
    {"STORE_PATH", SETTING_PATH, "", 0, 0, NULL,
     "almacén de lo leído, un archivo; vacía: saber.db en los datos del usuario",
     "store of what was read, a file; empty: saber.db in the user's data"},
    {"STORE_URL", SETTING_TEXT, "", 0, 0, NULL,
     "almacén en un servidor (postgres://…) en lugar de un archivo",
     "store on a server (postgres://…) in place of a file"},
    {"SEARCH_BY", SETTING_CHOICE, "both", 0, 0, "both|words|meaning",
     "cómo se busca en lo leído: por palabras, por significado o por ambos",
     "how what was read is searched: by words, by meaning or by both"},
    {"SEARCH_VECTOR", SETTING_CHOICE, "text", 0, 0, "text|latent|both",
     "de qué sale el vector de una pregunta grabada (sarai run): de sus palabras, de su sonido o de ambos",
     "what the vector of a recorded question comes from (sarai run): its words, its sound or both"},
    {"SEARCH_MODEL", SETTING_TEXT, "auto", 0, 0, NULL,
     "lo que lleva una pregunta cerca de su pasaje: auto, none, nombre del manifiesto o archivo .gguf",
     "what takes a question near its passage: auto, none, a name of the manifest or a .gguf file"},
    {"SEARCH_PASSAGES", SETTING_INT, "2", 0, 8, NULL,
     "pasajes de lo leído que acompañan a una pregunta, como máximo; 0: ninguno",
     "most passages of what was read that go with a question; 0: none"},
    {"SEARCH_LEAST", SETTING_REAL, "0.79", 0, 1, NULL,
     "lo que un pasaje debe parecerse a la pregunta para acompañarla",
     "how near a passage must be to the question to go with it"},
    {"SEARCH_SURE", SETTING_REAL, "0.83", 0, 1, NULL,
     "lo que debe parecerse para que se diga que no lo cuenta; por debajo se contesta como sin él",
     "how near it must be for telling that it does not say; below, the answer comes as without it"},
    {"VOICE_ENGINE", SETTING_TEXT, "kokoro-82m", 0, 0, NULL,
     "modelo que habla: nombre del manifiesto o archivo .onnx",
     "model that speaks: a name of the manifest or an .onnx file"},
    {"VOICE", SETTING_TEXT, "ef_dora", 0, 0, NULL, "voz: ef_dora, em_alex, em_santa",
     "voice: ef_dora, em_alex, em_santa"},
    {"VOICE_COMPANION", SETTING_TEXT, "em_santa", 0, 0, NULL,
     "otra voz, cuya entonación se mezcla para consolar o calmar; vacía: ninguna",
     "another voice, whose intonation is blended in to comfort or calm; empty: none"},
    {"SPEED", SETTING_REAL, "1.0", 0.5, 2, NULL, "velocidad del habla", "speaking rate"},
    {"TONE", SETTING_CHOICE, "plain", 0, 0, "plain|tender|soothing|even|bright",
     "tono de lo que se da a decir (sarai say); el de una respuesta sale del ánimo",
     "tone of what is given to say (sarai say); that of an answer comes of the mood"},
    {"PHRASE_CACHE", SETTING_CHOICE, "own", 0, 0, "off|own|all",
     "qué frases cortas se guardan ya habladas: ninguna, las propias («Hecho,»), o todas las que diga",
     "which short phrases are kept as sound: none, its own (“Hecho,”), or all that it says"},
    {"REGION", SETTING_CHOICE, "es-ES", 0, 0, "es-ES|es-MX",
     "cómo se leen números, horas y dinero; pronunciación",
     "how numbers, hours and money are read; pronunciation"},
    {"SARAI_LISTEN_LANG", SETTING_TEXT, "es", 0, 0, NULL, "idioma que se oye (ISO 639-1) o auto",
     "language that is heard (ISO 639-1) or auto"},
    {"MOOD_MODEL", SETTING_TEXT, "affect-base", 0, 0, NULL,
     "modelo del ánimo de la voz: nombre del manifiesto o archivo .onnx",
     "model of the voice's mood: a name of the manifest or an .onnx file"},
    {"LATENT_MODEL", SETTING_TEXT, "latent-e5", 0, 0, NULL,
     "modelo que lleva del sonido al espacio de búsqueda: nombre del manifiesto o archivo .onnx",
     "model from sound to the embedder's space: a name of the manifest or an .onnx file"},
    {"FINDER_MODEL", SETTING_TEXT, "auto", 0, 0, NULL,
     "lo que señala en un pasaje las palabras que contestan: auto, none, nombre del manifiesto o archivo "
     ".gguf",
     "what points at the words of a passage that answer: auto, none, a name of the manifest or a .gguf file"},
    {"ROUTER_MODEL", SETTING_TEXT, "auto", 0, 0, NULL,
     "modelo que reparte las preguntas: auto (el del modelo de búsqueda), nombre del manifiesto o archivo "
     ".onnx",
     "model that routes questions: auto (the embedding model's own), a name of the manifest or an .onnx "
     "file"},
    {"ROUTER", SETTING_CHOICE, "auto", 0, 0, "auto|on|off",
     "si cada pregunta pasa por él; auto: cuando el modelo de búsqueda ya está cargado (hay documentos, "
     "experto o casa)",
     "whether each question goes through it; auto: where the embedding model is loaded anyway (documents, an "
     "expert or a home)"},
    {"EMPATHY", SETTING_CHOICE, "on", 0, 0, "on|off",
     "si el ánimo de quien pregunta cuenta en las palabras y en la voz de la respuesta",
     "whether the mood of who asks counts in the words and the voice of the answer"},
    {"SPEAKER", SETTING_TEXT, "", 0, 0, NULL,
     "quién habla: su perfil de voz se guarda y afina el ánimo; vacío: nadie en particular",
     "who speaks: their voice profile is kept and sharpens the mood; empty: nobody in particular"},
    {"ORT_NUM_THREADS", SETTING_INT, "2", 1, 64, NULL, "hilos para oír y hablar",
     "threads to hear and speak"},
    {"LLAMA_THREADS", SETTING_INT, "2", 1, 64, NULL, "hilos para pensar", "threads to think"},
    {"LLM_CONTEXT", SETTING_INT, "2048", 256, 131072, NULL, "ventana de la conversación, en tokens",
     "window of the conversation, in tokens"},
    {"LLM_FRAME", SETTING_CHOICE, "auto", 0, 0, "auto|chat|fewshot|adapter",
     "forma de la pregunta: plantilla del modelo, ejemplos o la del adaptador",
     "shape of the prompt: the model's template, examples, or the adapter's"},
    {"LLM_ADAPTER", SETTING_TEXT, "auto", 0, 0, NULL,
     "adaptador LoRA: auto, none, nombre del manifiesto o archivo .gguf",
     "LoRA adapter: auto, none, a name of the manifest or a .gguf file"},
    {"LLM_READER", SETTING_TEXT, "auto", 0, 0, NULL,
     "adaptador LoRA que lo releva al leer documentos: auto, none, nombre del manifiesto o archivo .gguf",
     "LoRA adapter in its place where documents are read: auto, none, a name of the manifest or a .gguf "
     "file"},
    {"LLM_ADAPTER_SCALE", SETTING_REAL, "1", 0, 4, NULL, "fuerza del adaptador; 1: como se entrenó",
     "strength of the adapter; 1: as it was trained"},
    {"LLM_ADAPTER_WARMTH", SETTING_REAL, "0", 0, 2, NULL,
     "cuánto crece la fuerza del adaptador cuando hace falta calidez (β = 1)",
     "how much the adapter's strength grows where warmth is wanted (β = 1)"},
    {"STEER_MODEL", SETTING_TEXT, "auto", 0, 0, NULL,
     "vectores de control del ánimo: auto, nombre del manifiesto o carpeta con *.sad.gguf …",
     "control vectors of moods: auto, a name of the manifest or a folder of *.sad.gguf …"},
    {"STEER_SCALE", SETTING_REAL, "0", 0, 20, NULL, "fuerza de los vectores de control; 0: no se usan",
     "strength of the control vectors; 0: they are not used"},
    {"GROUNDING", SETTING_CHOICE, "on", 0, 0, "on|off",
     "lo que se contesta con un documento nombra uno que hay, y sus cifras y nombres están en él",
     "an answer out of a document names one that there is, and its numbers and names stand in it"},
    {"LLM_DOUBT", SETTING_REAL, "1", -50, 50, NULL,
     "cuánto más seguro que dudoso debe estar el modelo de que el documento lo dice, en logits",
     "how much surer than doubtful the model must be that the document says it, in logits"},
    {"LLM_TOOLS", SETTING_TEXT, "", 0, 0, NULL,
     "herramientas que puede pedir el adaptador y ejecuta quien pregunta: nombre(argumento, …), …",
     "tools that the adapter may call and the asker runs: name(argument, …), …"},
    {"TOOLS", SETTING_CHOICE, "on", 0, 0, "on|off",
     "herramientas propias: reloj, cuentas, avisos, listas …; LLM_TOOLS las sustituye",
     "tools of its own: clock, sums, timers, lists …; LLM_TOOLS takes their place"},
    {"CONFIRM_CHANGES", SETTING_CHOICE, "risky", 0, 0, "risky|all",
     "qué se pregunta antes de hacerlo: lo que no se deshace con una palabra, o todo lo que cambia algo",
     "what is asked about before it is done: what one word does not undo, or all that changes something"},
    {"WEATHER_URL", SETTING_TEXT, "", 0, 0, NULL,
     "dirección del servicio del tiempo, con {lugar} y {fecha} (docs/tools.md); vacía: no se consulta",
     "address of the weather service, with {lugar} and {fecha} (docs/tools.md); empty: none is asked"},
    {"NEWS_URL", SETTING_TEXT, "", 0, 0, NULL,
     "dirección del servicio de noticias, con {tema}; vacía: no se consulta",
     "address of the news service, with {tema}; empty: none is asked"},
    {"COUNTRY", SETTING_TEXT, "ES", 0, 0, NULL,
     "país (ISO 3166): qué teléfono de ayuda se da a quien está en peligro",
     "country (ISO 3166): which help line is given to somebody in danger"},
    {"LLM_TEMPERATURE", SETTING_REAL, "0", 0, 2, NULL, "azar de la respuesta; 0: siempre la misma",
     "randomness of the answer; 0: always the same"},
    {"LLM_TOP_P", SETTING_REAL, "0.9", 0.01, 1, NULL, "muestreo: masa de probabilidad",
     "sampling: probability mass"},
    {"LLM_SEED", SETTING_INT, "1", 0, 4294967295.0, NULL, "semilla del azar", "seed of the randomness"},
    {"LLM_MAX_TOKENS", SETTING_INT, "96", 1, 4096, NULL, "longitud máxima de la respuesta, en tokens",
     "longest answer, in tokens"},
    {"LLM_MAX_SENTENCES", SETTING_INT, "3", 1, 64, NULL, "frases por respuesta, como máximo",
     "most sentences in an answer"},
    {"LLM_LONG", SETTING_REAL, "2", 1, 8, NULL,
     "cuánto más larga puede ser la respuesta a lo que pedía un experto que no se puede consultar",
     "how much longer the answer may be to what wanted an expert that may not be asked"},
    {"EXPERT_ALLOW", SETTING_CHOICE, "never", 0, 0, "never|ask|always",
     "si una pregunta difícil puede salir hacia el experto: nunca, preguntando antes, siempre",
     "whether a hard question may leave for the expert: never, after asking, always"},
    {"EXPERT_URL", SETTING_TEXT, "", 0, 0, NULL,
     "experto: dirección compatible con OpenAI, p. ej. http://127.0.0.1:8080/v1",
     "the expert: an OpenAI-compatible address, e.g. http://127.0.0.1:8080/v1"},
    {"EXPERT_MODEL", SETTING_TEXT, "", 0, 0, NULL, "modelo del experto; vacío: el que elija su servidor",
     "the expert's model; empty: its server's choice"},
    {"EXPERT_KEY", SETTING_SECRET, "", 0, 0, NULL, "clave del experto; no se muestra nunca",
     "the expert's key; it is never shown"},
    {"EXPERT_TIMEOUT", SETTING_REAL, "15", 0.1, 600, NULL,
     "segundos de silencio tras los que se deja al experto y sigue el modelo local",
     "seconds of silence after which the expert is given up and the local model goes on"},
    {"EXPERT_RETRIES", SETTING_INT, "2", 0, 10, NULL, "intentos más si el experto no llega a empezar",
     "further tries where the expert does not begin"},
    {"EXPERT_MAX_TOKENS", SETTING_INT, "300", 1, 4096, NULL,
     "longitud máxima de la respuesta del experto, en tokens", "longest answer of the expert, in tokens"},
    {"EXPERT_MAX_SENTENCES", SETTING_INT, "8", 1, 64, NULL, "frases por respuesta del experto, como máximo",
     "most sentences in an answer of the expert"},
    {"TURN_LOG", SETTING_CHOICE, "off", 0, 0, "off|hashes|texts",
     "qué se apunta de cada turno: nada, resúmenes que no se pueden leer, o lo dicho",
     "what is written down of each turn: nothing, hashes that cannot be read, or what was said"},
    {"TURN_LOG_SOUND_MB", SETTING_INT, "0", 0, 100000, NULL,
     "con TURN_LOG=texts: MB de lo dicho en `talk` que se guardan como sonido; lo más viejo se borra (0: "
     "nada)",
     "with TURN_LOG=texts: MB of what is said in `talk` that are kept as sound; the oldest goes (0: "
     "nothing)"},
    {"REMEMBER", SETTING_CHOICE, "on", 0, 0, "on|off",
     "si se recuerda lo que cuentas de ti: nombre, casa, alergias…",
     "whether what you tell of yourself is remembered: name, home, allergies …"},
    {"THUMBS_FILE", SETTING_PATH, "", 0, 0, NULL,
     "archivo en el que un botón deja + o - por la última respuesta; se lee y se borra con cada pregunta",
     "file in which a button leaves + or - for the last answer; it is read and removed with each question"},
    {"EAGERNESS", SETTING_REAL, "1.0", 0.5, 2, NULL,
     "prisa por responder en una conversación: 0,5 espera más, 2 espera menos",
     "haste to answer in a conversation: 0.5 waits longer, 2 less"},
    {"SPECULATE_MS", SETTING_INT, "128", 64, 1000, NULL,
     "silencio tras el que se prepara la respuesta, en ms",
     "silence after which the answer is prepared, in ms"},
    {"WAKE_PHRASE", SETTING_TEXT, "", 0, 0, NULL,
     "frases que despiertan a Sarai, separadas por comas (p. ej. oye sarai); vacía: no hace falta",
     "phrases that wake Sarai, separated by commas (e.g. oye sarai); empty: none is needed"},
    {"WAKE_WINDOW_S", SETTING_INT, "10", 0, 600, NULL,
     "segundos tras una respuesta en los que no hace falta la frase",
     "seconds after an answer without need of it"},
    {"RINGS", SETTING_INT, "5", 1, 100, NULL,
     "veces que suena un temporizador o una alarma mientras nadie diga nada",
     "times that a timer or alarm rings while nobody says anything"},
    {"ECHO_CANCELLER", SETTING_CHOICE, "kalman", 0, 0, "kalman|speex|webrtc|none",
     "quita del micrófono lo que suena por el altavoz: un filtro, y tras él SpeexDSP o WebRTC si se piden",
     "takes what the loudspeaker plays out of the microphone: a filter, and SpeexDSP or WebRTC behind it"},
    {"READY_SOUND", SETTING_CHOICE, "auto", 0, 0, "auto|on|off",
     "sonido al empezar a escuchar, con el que se aprende el eco de la sala; auto: solo con altavoz",
     "sound when listening begins, from which the room's echo is learnt; auto: with a loudspeaker only"},
    {"NOISE_SUPPRESSION", SETTING_CHOICE, "off", 0, 0, "on|off",
     "atenúa el ruido constante en una conversación", "attenuates steady noise in a conversation"},
    {"HOME_ASSISTANT_URL", SETTING_TEXT, "", 0, 0, NULL,
     "dirección de Home Assistant (http://…:8123), para manejar la casa; vacía: no se maneja",
     "address of Home Assistant (http://…:8123), to command the home; empty: it is not"},
    {"HOME_ASSISTANT_TOKEN", SETTING_SECRET, "", 0, 0, NULL,
     "llave de larga duración de Home Assistant; no se muestra nunca",
     "long-lived access token of Home Assistant; never shown"},
    {"WATCHDOG_S", SETTING_INT, "30", 0, 3600, NULL,
     "segundos sin señales tras los que se interrumpe una etapa de la conversación; 0: nunca",
     "seconds without a sign after which a stage of a conversation is interrupted; 0: never"},
    {"RAM_BUDGET_MB", SETTING_INT, "0", 0, 1048576, NULL,
     "memoria que pueden ocupar los modelos; 0: sin límite", "memory that the models may take; 0: no limit"},
    {"LATENCY_TARGET_MS", SETTING_INT, "640", 1, 600000, NULL,
     "del final de la pregunta al primer sonido, lo que sarai doctor da por bueno",
     "from the end of the question to the first sound, what sarai doctor takes for good"},
    {"MAX_AUDIO_MIN", SETTING_INT, "720", 1, 100000, NULL, "duración máxima de un archivo, en minutos",
     "longest file, in minutes"},
};
enum { N_SETTINGS = sizeof settings / sizeof *settings };

enum { MAX_VALUE_BYTES = 4096, MAX_ENV_FILE_BYTES = 64 * 1024 };

struct sarai_config {
    char *values[N_SETTINGS]; /* NULL: the default */
    enum setting_source sources[N_SETTINGS];
};

/* ---- the table ------------------------------------------------------------------------------- */

size_t config_count(void)
{
    return N_SETTINGS;
}

const struct setting *config_setting(size_t index)
{
    return &settings[index];
}

/* Flags are keys in lower case with dashes: compare both spellings letter by letter. */
static bool same_name(const char *key, const char *name)
{
    for (; *key && *name; key++, name++) {
        char c = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
        if (c != *key)
            return false;
    }
    return !*key && !*name;
}

const struct setting *config_find(const char *name)
{
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (same_name(settings[i].key, name))
            return &settings[i];
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_choice(const char *choices, const char *value)
{
    size_t n = strlen(value);
    for (const char *p = choices; n > 0 && (p = strstr(p, value)); p += n)
        if ((p == choices || p[-1] == '|') && (p[n] == '\0' || p[n] == '|'))
            return true;
    return false;
}

static enum sarai_status check_value(const struct setting *s, const char *value, struct sarai_error *err)
{
    char *end;
    if (strlen(value) > MAX_VALUE_BYTES)
        return failed(err, SARAI_EUSAGE,
                      tr("%s: el valor pasa de %d bytes", "%s: the value is over %d bytes"), s->key,
                      MAX_VALUE_BYTES);
    if (s->type == SETTING_CHOICE && !is_choice(s->choices, value))
        return failed(err, SARAI_EUSAGE, tr("%s: «%s» no es ninguno de %s", "%s: “%s” is none of %s"), s->key,
                      value, s->choices);
    if (s->type != SETTING_INT && s->type != SETTING_REAL)
        return SARAI_OK;
    errno = 0;
    double number = s->type == SETTING_INT ? (double)strtoll(value, &end, 10) : strtod(value, &end);
    /* Written so that a NaN fails too. */
    if (end == value || *end || errno || !(number >= s->least && number <= s->most))
        return failed(err, SARAI_EUSAGE,
                      tr("%s: «%s» no es un número entre %g y %g", "%s: “%s” is not a number from %g to %g"),
                      s->key, value, s->least, s->most);
    return SARAI_OK;
}

static enum sarai_status set_from(struct sarai_config *cfg, const struct setting *s, const char *value,
                                  enum setting_source source, struct sarai_error *err)
{
    enum sarai_status st = check_value(s, value, err);
    if (st)
        return st;
    char *copy = strdup(value);
    if (!copy)
        return out_of_memory(err, s->key);
    size_t i = (size_t)(s - settings);
    free(cfg->values[i]);
    cfg->values[i] = copy;
    cfg->sources[i] = source;
    return SARAI_OK;
}

static enum sarai_status unknown_key(const char *key, struct sarai_error *err)
{
    return failed(err, SARAI_EUSAGE,
                  tr("no existe el ajuste «%s»; la lista: sarai config",
                     "there is no setting “%s”; the list: sarai config"),
                  key);
}

/* Messages come in the language that is set now. */
static void choose_language(const struct sarai_config *cfg)
{
    lang_set(strcmp(sarai_config_get(cfg, "SARAI_LANG"), "en") == 0 ? LANG_EN : LANG_ES);
}

enum sarai_status sarai_config_set(struct sarai_config *cfg, const char *key, const char *value,
                                   struct sarai_error *err)
{
    const struct setting *s = config_find(key);
    enum sarai_status st = s ? set_from(cfg, s, value, FROM_FLAG, err) : unknown_key(key, err);
    if (!st)
        choose_language(cfg);
    return st;
}

const char *sarai_config_get(const struct sarai_config *cfg, const char *key)
{
    const struct setting *s = config_find(key);
    if (!s)
        return NULL;
    const char *value = cfg->values[s - settings];
    return value ? value : s->fallback;
}

const char *config_shown(const struct sarai_config *cfg, const struct setting *s)
{
    const char *value = sarai_config_get(cfg, s->key);
    return s->type == SETTING_SECRET && *value ? tr("(secreto)", "(secret)") : value;
}

const char *config_text(const struct sarai_config *cfg, const char *key)
{
    return sarai_config_get(cfg, key);
}

long config_int(const struct sarai_config *cfg, const char *key)
{
    return strtol(sarai_config_get(cfg, key), NULL, 10);
}

double config_real(const struct sarai_config *cfg, const char *key)
{
    return strtod(sarai_config_get(cfg, key), NULL);
}

enum setting_source config_source(const struct sarai_config *cfg, const char *key)
{
    return cfg->sources[config_find(key) - settings];
}

/* ---- .env ------------------------------------------------------------------------------------ */

/* Cuts blanks off both ends of [*p, *end). */
static void trim(const char **p, const char **end)
{
    while (*p < *end && isspace((unsigned char)**p))
        ++*p;
    while (*end > *p && isspace((unsigned char)(*end)[-1]))
        --*end;
}

/* Copies [p, end) to out, NUL-terminated; false when it does not fit or holds a NUL. */
static bool copy_span(const char *p, const char *end, char *out, size_t n)
{
    size_t length = (size_t)(end - p);
    if (length >= n || memchr(p, '\0', length))
        return false;
    memcpy(out, p, length);
    out[length] = '\0';
    return true;
}

static enum sarai_status parse_line(struct sarai_config *cfg, const char *p, const char *end,
                                    struct sarai_error *err)
{
    char key[64], value[MAX_VALUE_BYTES + 1];
    trim(&p, &end);
    if (p == end || *p == '#')
        return SARAI_OK;
    const char *equals = memchr(p, '=', (size_t)(end - p));
    if (!equals)
        return failed(err, SARAI_EUSAGE, tr("falta «=» (CLAVE=valor)", "no “=” (KEY=value)"));
    const char *key_end = equals, *v = equals + 1;
    trim(&p, &key_end);
    trim(&v, &end);
    if (end - v >= 2 && (*v == '"' || *v == '\'') && end[-1] == *v) {
        v++;
        end--;
    }
    if (!copy_span(p, key_end, key, sizeof key) || !copy_span(v, end, value, sizeof value))
        return failed(err, SARAI_EUSAGE, tr("la línea es demasiado larga", "the line is too long"));
    const struct setting *s = config_find(key);
    return s ? set_from(cfg, s, value, FROM_FILE, err) : unknown_key(key, err);
}

enum sarai_status config_parse(struct sarai_config *cfg, const char *name, const char *text, size_t n,
                               struct sarai_error *err)
{
    const char *p = text, *end = text + n;
    for (int line = 1; p < end; line++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *line_end = newline ? newline : end;
        struct sarai_error cause = {0};
        if (parse_line(cfg, p, line_end, &cause))
            return failed(err, cause.status, tr("%s, línea %d: %s", "%s, line %d: %s"), name, line,
                          cause.message);
        p = newline ? newline + 1 : end;
    }
    return SARAI_OK;
}

static enum sarai_status read_env_file(struct sarai_config *cfg, struct sarai_error *err)
{
    const char *named = getenv("SARAI_ENV_FILE");
    const char *path = named && *named ? named : ".env";
    FILE *f = fopen(path, "rb");
    if (!f && path != named && errno == ENOENT)
        return SARAI_OK; /* nobody asked for it */
    if (!f)
        return failed(err, SARAI_EUSAGE, tr("no se puede leer %s: %s", "cannot read %s: %s"), path,
                      reason_of(errno));
    char *text = malloc(MAX_ENV_FILE_BYTES + 1);
    size_t n = text ? fread(text, 1, MAX_ENV_FILE_BYTES + 1, f) : 0;
    bool broken = ferror(f);
    fclose(f);
    enum sarai_status st;
    if (!text)
        st = out_of_memory(err, path);
    else if (broken)
        st = failed(err, SARAI_EUSAGE, tr("no se puede leer %s", "cannot read %s"), path);
    else if (n > MAX_ENV_FILE_BYTES)
        st = failed(err, SARAI_EUSAGE, tr("%s pasa de %d bytes", "%s is over %d bytes"), path,
                    MAX_ENV_FILE_BYTES);
    else
        st = config_parse(cfg, path, text, n, err);
    free(text);
    return st;
}

static enum sarai_status read_environment(struct sarai_config *cfg, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < N_SETTINGS; i++) {
        const char *value = getenv(settings[i].key);
        if (value && *value)
            st = set_from(cfg, &settings[i], value, FROM_ENVIRONMENT, err);
    }
    return st;
}

enum sarai_status sarai_config_open(struct sarai_config **out, struct sarai_error *err)
{
    struct sarai_config *cfg = calloc(1, sizeof *cfg);
    if (!cfg)
        return out_of_memory(err, tr("los ajustes", "the settings"));
    const char *lang = getenv("SARAI_LANG"); /* asked first: errors in .env are told in it */
    lang_set(lang && strcmp(lang, "en") == 0 ? LANG_EN : LANG_ES);
    enum sarai_status st = read_env_file(cfg, err);
    if (!st)
        st = read_environment(cfg, err);
    if (st) {
        sarai_config_close(cfg);
        return st;
    }
    choose_language(cfg);
    *out = cfg;
    return SARAI_OK;
}

void sarai_config_close(struct sarai_config *cfg)
{
    if (!cfg)
        return;
    for (size_t i = 0; i < N_SETTINGS; i++)
        free(cfg->values[i]);
    free(cfg);
}
