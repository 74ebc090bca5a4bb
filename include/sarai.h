/* sarai.h - a private voice assistant: hear, think once, answer aloud, on one CPU.
 *
 *     struct sarai_config *cfg; struct sarai *s; struct sarai_error err;
 *     sarai_config_open(&cfg, &err);                  // defaults, .env, environment
 *     sarai_open(cfg, SARAI_ALL, &s, &err);           // loads the models in parallel
 *     sarai_run_file(s, "pregunta.wav", &sink, &turn, &err);
 *     puts(turn.answer);
 *     sarai_turn_finish(&turn); sarai_close(s); sarai_config_close(cfg);
 *
 * Ownership: what an `open` gives is released by its `close`, which accepts NULL. Strings inside a
 * result belong to the result and are released by its `finish`.
 * Threads: one call at a time on one `struct sarai`; only sarai_interrupt() may be called meanwhile,
 * from any thread and from a signal handler.
 */
#ifndef SARAI_H
#define SARAI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SARAI_API __attribute__((visibility("default")))

#define SARAI_SPEECH_HZ 16000 /* rate of the speech that Sarai hears */
#define SARAI_VOICE_HZ  24000 /* rate of the speech that Sarai gives */

/* ---- errors -------------------------------------------------------------------------------- */

/* What went wrong. The values are also the exit codes of the `sarai` program. */
enum sarai_status {
    SARAI_OK = 0,
    SARAI_EINTERNAL = 1,  /* a fault of ours or of an engine */
    SARAI_EUSAGE = 2,     /* a wrong argument, flag or setting */
    SARAI_EINPUT = 3,     /* an input is missing, unreadable, empty or not what it should be */
    SARAI_EMODEL = 4,     /* a model is missing, damaged or of another role */
    SARAI_EOUTPUT = 5,    /* the output cannot be written: permission, disk full, closed pipe */
    SARAI_ENOMEM = 6,     /* no memory, or RAM_BUDGET_MB would be passed */
    SARAI_ENETWORK = 7,   /* a download or a remote service failed */
    SARAI_ECANCELLED = 8, /* sarai_interrupt() was called */
    SARAI_EHANG = 10,     /* a stage hangs and cannot be interrupted; the `struct sarai` is of no more use */
};

/* One sentence in the user's language: what failed, on which file or field, what to do.
 * Owned by the caller; written only on failure. */
struct sarai_error {
    enum sarai_status status;
    char message[512];
};

/* ---- configuration ------------------------------------------------------------------------- */

struct sarai_config;

/* Defaults, overlaid by the file `.env` of the working directory where there is one (or the file
 * that SARAI_ENV_FILE names), overlaid by the environment. EUSAGE on an unknown key or a bad value,
 * with its line. */
SARAI_API enum sarai_status sarai_config_open(struct sarai_config **out, struct sarai_error *err);
SARAI_API void sarai_config_close(struct sarai_config *cfg);
/* Sets one key, e.g. ("LLAMA_THREADS", "2"). EUSAGE names the allowed range. */
SARAI_API enum sarai_status sarai_config_set(struct sarai_config *cfg, const char *key, const char *value,
                                             struct sarai_error *err);
/* The value in force, as text; NULL for an unknown key. Borrowed until the next set or close. */
SARAI_API const char *sarai_config_get(const struct sarai_config *cfg, const char *key);

/* ---- the assistant ------------------------------------------------------------------------- */

struct sarai;

/* Which stages to load; a program that only transcribes need not hold a voice. */
enum sarai_parts {
    SARAI_LISTEN = 1,
    SARAI_THINK = 2,
    SARAI_SPEAK = 4,
    SARAI_EMBED = 8,
    SARAI_KNOW = 16,  /* what was indexed; answers then rest on it. Nothing, where nothing was indexed yet */
    SARAI_ALL = 23,   /* what a spoken turn takes */
    SARAI_ROUTE = 32, /* with SARAI_EMBED: what a question takes */
    SARAI_ACT = 64,   /* tools, for sarai_tool_call(); thinking has them anyway */
};

/* Loads the models of the given parts, each in a thread of its own.
 * EMODEL with the command that mends it; ENOMEM past RAM_BUDGET_MB. */
SARAI_API enum sarai_status sarai_open(const struct sarai_config *cfg, unsigned parts, struct sarai **out,
                                       struct sarai_error *err);
/* After EHANG the memory stays with the stage that hangs. */
SARAI_API void sarai_close(struct sarai *s);

/* Stops the call in progress; it returns ECANCELLED within some 50 ms. Async-signal-safe. */
SARAI_API void sarai_interrupt(struct sarai *s);

/* Milliseconds of one turn, each from the start of the call. A stage that did not run is -1. */
struct sarai_stages {
    double load_ms;              /* sarai_open() */
    double listen_ms;            /* audio in → transcript */
    double think_first_token_ms; /* transcript → first token of the answer */
    double think_total_ms;       /* transcript → last token */
    double speak_first_audio_ms; /* first phrase known → its audio is there */
    double speak_total_ms;       /* spent in the voice */
    double first_audio_ms;       /* start of the call → first audible sample: what people wait for */
    double total_ms;
};

struct sarai_tokens {
    int evaluated; /* prompt tokens computed in this turn */
    int reused;    /* prompt tokens found in the KV cache */
    int generated; /* tokens of the answer */
};

/* What a voice says beside the words, in the order of emo_vec: probabilities of nine moods, which sum to 1;
 * then -1..1; then standard deviations from what is usual for this speaker, -3..3. An uncertain voice gives a
 * flat vector that leans to neutral. */
enum sarai_emo {
    SARAI_NEUTRAL,
    SARAI_HAPPY,
    SARAI_SAD,
    SARAI_ANGRY,
    SARAI_FEARFUL,
    SARAI_SURPRISED,
    SARAI_DISGUSTED,
    SARAI_CALM,
    SARAI_EXCITED,
    SARAI_N_MOODS,
    SARAI_VALENCE = SARAI_N_MOODS,
    SARAI_AROUSAL,
    SARAI_DOMINANCE,
    SARAI_PITCH,
    SARAI_ENERGY,
    SARAI_RATE,
    SARAI_EMO_DIMENSION,
};
/* "neutral", "happy" … "rate"; NULL out of range. */
SARAI_API const char *sarai_emo_name(int index);

/* A piece of a transcript: text between two instants of the input. */
struct sarai_segment {
    double start_s, end_s;
    char *text; /* UTF-8 */
};

struct sarai_transcript {
    char *text; /* all segments, joined by blanks; empty when nobody speaks */
    struct sarai_segment *segments;
    size_t n_segments;
    char language[8]; /* ISO 639-1, "" when nobody speaks */
    double audio_s;   /* length of the input */
    bool cut_short;   /* the file (WAV, AIFF, FLAC, Ogg) ends early: what is left was heard */
    double listen_ms;
    bool felt;                          /* emo_vec was heard */
    float emo_vec[SARAI_EMO_DIMENSION]; /* mean over the segments, by their length */
    float *latent_z; /* n_latent numbers: where the embedder would put these words, from the sound alone; the
                        mean over the segments, of length 1; NULL: nothing gives it */
    size_t n_latent;
};

/* A passage of a document that was indexed. */
struct sarai_hit {
    char *path;
    int page, line; /* from 1; 0 where the format has none */
    char *text;     /* UTF-8 */
    double score;   /* 0..1: how well it fits the question */
};

struct sarai_hits {
    struct sarai_hit *hits; /* best first */
    size_t n;
};

/* Who gave an answer. */
enum sarai_answered_by {
    SARAI_BY_LOCAL,  /* the model on this machine */
    SARAI_BY_EXPERT, /* the one at EXPERT_URL */
    SARAI_BY_BOTH,   /* the expert broke off, and the model here went on */
    SARAI_BY_NOBODY, /* the answer asks whether the expert may be asked: the next question, "sí" or "no",
                        decides */
};

/* What a question takes. Each 0..1. */
struct sarai_route {
    float hard;  /* knowledge or reasoning */
    float soft;  /* empathy */
    float web;   /* facts that change by the day */
    float alpha; /* weight of knowledge, after what was felt: above 0.9 an expert is wanted */
    float beta;  /* weight of warmth, of words and voice together */
};

/* How an answer is meant to sound, to whom. */
enum sarai_tone {
    SARAI_TONE_PLAIN,
    SARAI_TONE_TENDER,   /* to who is sad, or in need of warmth */
    SARAI_TONE_SOOTHING, /* to who is frightened: calm */
    SARAI_TONE_EVEN,     /* to who is angry: composed */
    SARAI_TONE_BRIGHT,   /* to who is glad */
    SARAI_N_TONES,
};
/* "plain", "tender" … "bright"; NULL out of range. */
SARAI_API const char *sarai_tone_name(enum sarai_tone tone);

/* One whole turn. */
struct sarai_turn {
    char *text;   /* what was heard */
    char *answer; /* what was answered */
    bool is_call; /* the answer is a tool call: {"name": …, "arguments": {…}} */
    struct sarai_stages stages;
    struct sarai_tokens tokens;
    double answer_audio_s;
    struct sarai_hits sources; /* what was read and was put before the question */
    enum sarai_answered_by by;
    bool felt; /* the question was spoken, and emo_vec heard */
    float emo_vec[SARAI_EMO_DIMENSION];
    bool weighed; /* a model was asked, or the expert: route and tone say how */
    bool routed; /* … with the router (ROUTER): else hard, soft and web are 0, and the words do not count */
    struct sarai_route route;
    enum sarai_tone tone; /* of the answer */
};

SARAI_API void sarai_transcript_finish(struct sarai_transcript *t);
SARAI_API void sarai_turn_finish(struct sarai_turn *t);

/* Where a turn's words and sounds go while they are made. Each function may be NULL; each gets
 * `user`. `on_answer` is called on the calling thread, `on_phrase` and `on_audio` on the voice's own. */
struct sarai_sink {
    void *user;
    void (*on_transcript)(void *user, const char *text);
    void (*on_answer)(void *user, const char *piece);  /* UTF-8, whole characters */
    void (*on_phrase)(void *user, const char *phrase); /* the words of the sound that comes next */
    /* Something that the person should know, such as why the expert did not answer; on the calling thread. */
    void (*on_notice)(void *user, const char *text);
    /* mono float at SARAI_VOICE_HZ, |x| ≤ 1; false ends the turn with EOUTPUT. */
    bool (*on_audio)(void *user, const float *pcm, size_t n_frames);
};

/* File (whatever libsndfile opens; "-": standard input) → transcript. `language` is ISO 639-1 or "auto"; NULL
 * takes SARAI_LISTEN_LANG. `cues`: segments as short as subtitles want them; else long ones. Silence, music
 * and noise give an empty text and OK. EINPUT: missing, empty or not audio; cut short with nobody speaking in
 * what is left; longer than MAX_AUDIO_MIN. */
SARAI_API enum sarai_status sarai_transcribe_file(struct sarai *s, const char *path, const char *language,
                                                  bool cues, struct sarai_transcript *out,
                                                  struct sarai_error *err);
/* The same, for long files: each segment is passed on as soon as it is heard, on the calling thread. False
 * ends the call with EOUTPUT. */
typedef bool sarai_segment_fn(void *user, const struct sarai_segment *segment);
SARAI_API enum sarai_status sarai_transcribe_each(struct sarai *s, const char *path, const char *language,
                                                  bool cues, sarai_segment_fn *on_segment, void *user,
                                                  struct sarai_transcript *out, struct sarai_error *err);
/* The same for PCM in memory: mono float at SARAI_SPEECH_HZ. */
SARAI_API enum sarai_status sarai_transcribe(struct sarai *s, const float *pcm, size_t n_frames,
                                             const char *language, bool cues, struct sarai_transcript *out,
                                             struct sarai_error *err);

/* What a question may bring with it. All of it is data: whatever stands in it, it gives no orders. */
struct sarai_passage {
    const char *source; /* as it is to be named: "contrato.pdf, página 3" */
    const char *text;
};

struct sarai_question {
    const char *text;
    const char
        *mood; /* how the person sounds: triste, enfado, miedo, alegre, sorpresa, asco; NULL: not known */
    const float *emo_vec;  /* … as heard, SARAI_EMO_DIMENSION numbers; NULL: the question was written */
    const float *latent_z; /* n_latent numbers of the sound; SEARCH_VECTOR says whether they count; or NULL */
    size_t n_latent;
    const struct sarai_passage *passages; /* what a search found, best first; at most 8 are read */
    size_t n_passages;
    bool searched;   /* there was a search: no passages then means that nothing was found */
    bool unattended; /* nobody is there to be asked back: EXPERT_ALLOW=ask then means never */
    bool is_result;  /* `text` is what a tool gave that the last answer called */
};

/* Text (UTF-8, at most 1 MB) → answer, within the current conversation; spoken too when the voice is
 * loaded and the sink takes audio. */
SARAI_API enum sarai_status sarai_ask(struct sarai *s, const char *text, const struct sarai_sink *sink,
                                      struct sarai_turn *out, struct sarai_error *err);
/* The same for a question with data. With LLM_TOOLS the answer may be a call, which is not spoken. */
SARAI_API enum sarai_status sarai_consult(struct sarai *s, const struct sarai_question *question,
                                          const struct sarai_sink *sink, struct sarai_turn *out,
                                          struct sarai_error *err);
/* Adds a turn that was had before to the conversation, as if it had been had now. */
SARAI_API enum sarai_status sarai_recall(struct sarai *s, const struct sarai_question *question,
                                         const char *answer, struct sarai_error *err);
/* Recorded question → spoken answer. */
SARAI_API enum sarai_status sarai_run_file(struct sarai *s, const char *path, const struct sarai_sink *sink,
                                           struct sarai_turn *out, struct sarai_error *err);
/* Forgets the conversation; the next question begins a new one. */
SARAI_API void sarai_new_conversation(struct sarai *s);

/* Text (UTF-8, at most 1 MB) → speech, phrase by phrase, to sink->on_audio. `voice` is a name of
 * `sarai models list` or NULL for VOICE; `speed` 0.5..2, 0 for SPEED. */
SARAI_API enum sarai_status sarai_say(struct sarai *s, const char *text, const char *voice, double speed,
                                      const struct sarai_sink *sink, struct sarai_turn *out,
                                      struct sarai_error *err);

/* ---- tools ---------------------------------------------------------------------------------- */

/* Borrowed from the assistant. */
struct sarai_tool {
    const char *name, *about;
    const char *schema;   /* JSON schema of its arguments */
    const char *provider; /* "" for built-in ones */
    bool changes;         /* some or all of its calls */
};

/* Tools need SARAI_ACT or SARAI_THINK; 0 without. */
SARAI_API size_t sarai_tool_count(const struct sarai *s);
/* False past the end. */
SARAI_API bool sarai_tool(const struct sarai *s, size_t index, struct sarai_tool *out);
/* Why tools of MCP servers are not there, a sentence a line; "": none is missing. Borrowed. */
SARAI_API const char *sarai_tools_missing(const struct sarai *s);
/* Runs one with arguments in JSON ("" or NULL: none), without asking back. `*sentence` (may be "") and
 * `*data` (JSON) are the caller's to free. EINPUT: no such tool, arguments that do not fit, or what the tool
 * refuses. Needs SARAI_ACT. */
SARAI_API enum sarai_status sarai_tool_call(struct sarai *s, const char *name, const char *arguments,
                                            char **sentence, char **data, struct sarai_error *err);

/* ---- text as vectors ----------------------------------------------------------------------- */

/* What a text is for: the model is trained with another prefix for each. */
enum sarai_embed_kind { SARAI_EMBED_QUERY, SARAI_EMBED_PASSAGE };

/* Numbers in a vector; 0 where SARAI_EMBED is not loaded. */
SARAI_API size_t sarai_embed_dimension(const struct sarai *s);
/* Text (UTF-8, at most 1 MB; what passes the model's window is cut) → a vector of length 1 in `out`, which
 * has room for sarai_embed_dimension() numbers. The nearer two texts, the larger their dot product. */
SARAI_API enum sarai_status sarai_embed(struct sarai *s, const char *text, enum sarai_embed_kind kind,
                                        float *out, struct sarai_error *err);

/* ---- what a question takes ------------------------------------------------------------------ */

/* `emo_vec` of the question's voice, or NULL when it was written. Needs SARAI_EMBED | SARAI_ROUTE. */
SARAI_API enum sarai_status sarai_route(struct sarai *s, const char *text, const float *emo_vec,
                                        struct sarai_route *out, struct sarai_error *err);

/* What the person made of the answer before, -1 (not that) … 1 (well done): it weighs in α and β of the next
 * question. Their words ("no era eso") and the file THUMBS_FILE do the same by themselves. */
SARAI_API void sarai_feedback(struct sarai *s, float value);

/* ---- a live conversation -------------------------------------------------------------------- */

enum sarai_talk_state {
    SARAI_IDLE,
    SARAI_LISTENING,
    SARAI_SPECULATING,
    SARAI_THINKING,
    SARAI_SPEAKING,
    SARAI_INTERRUPTED,
};

enum sarai_talk_kind {
    SARAI_TALK_STATE,       /* state */
    SARAI_TALK_LEVEL,       /* level_db of the microphone, speech: ten times a second */
    SARAI_TALK_PARTIAL,     /* text so far; its first `stable` bytes will hardly change */
    SARAI_TALK_HEARD,       /* text of the turn, which is over */
    SARAI_TALK_ANSWER,      /* text: a piece of the answer */
    SARAI_TALK_TURN,        /* the answer sounds or has failed to: turn_times */
    SARAI_TALK_INTERRUPTED, /* text: what was heard of the answer */
    SARAI_TALK_SPAN,        /* text: what was done, lane, from start_ms to at_ms, for `turn` */
    SARAI_TALK_NOTICE,      /* text: something that the person should know; the conversation goes on */
    SARAI_TALK_MOOD,        /* emo_vec of the turn's voice, where moods are heard */
    SARAI_TALK_ANSWERED,    /* answered: the answer is whole, and its turn is over for certain */
};

enum sarai_talk_lane { SARAI_LANE_LISTEN, SARAI_LANE_THINK, SARAI_LANE_SPEAK, SARAI_LANE_PLAY };

/* Instants of one turn in ms since the end of the person's speech; -1 where there was none. */
struct sarai_turn_times {
    double speculated_ms;  /* the answer began to be prepared */
    double transcribed_ms; /* the text was known */
    double first_token_ms;
    double first_audio_ms; /* the first phrase's sound was there */
    double confirmed_ms;   /* the turn counted as over */
    double sounding_ms;    /* the first sound was played: voice to voice */
    double wasted_ms;      /* work since the last turn on answers that nobody heard */
    int wasted;            /* … and how many such answers */
    struct sarai_tokens tokens;
};

struct sarai_talk_event {
    enum sarai_talk_kind kind;
    double at_ms;    /* since the beginning of the conversation */
    double sound_ms; /* of the microphone taken until then: where in a file it happens, at any pace */
    unsigned turn;
    enum sarai_talk_state state;
    const char *text; /* valid during the call */
    size_t stable;
    float level_db, speech;
    enum sarai_talk_lane lane;
    double start_ms;
    struct sarai_turn_times turn_times;
    const float *emo_vec;              /* SARAI_EMO_DIMENSION numbers, valid during the call */
    const struct sarai_turn *answered; /* who answered, from which sources; valid during the call */
};

struct sarai_talk_options {
    const char *input;                        /* a file in place of the microphone, "-" for PCM on stdin */
    const char *output;                       /* a file in place of the loudspeaker, "-" for PCM on stdout */
    const char *input_device, *output_device; /* name, part of it or index; NULL: the system's choice */
    bool fast;                                /* files only: time stands still while Sarai works */
    bool stereo;                              /* output file: microphone left, loudspeaker right */
    const char *room;              /* files only: the microphone hears the loudspeaker through … */
    double room_delay_ms, room_db; /* … this impulse response, later and at this level */
    bool push_to_talk;             /* turns begin and end by sarai_talk_button() */
    const char *session;           /* name under which the conversation is kept and resumed; NULL: neither */
    void *user;
    void (*on_event)(void *user, const struct sarai_talk_event *event); /* on the calling thread */
    /* The sound device hangs, and with it the calling thread: sarai_talk() will not return. Called on a
     * thread of its own with the sentence; the program should end. NULL: nothing can be done. */
    void (*on_hang)(void *user, const char *sentence);
};

/* Converses until the input ends (a file: until the last answer was played) or sarai_interrupt() is called;
 * both are OK. The settings EAGERNESS, WAKE_PHRASE, ECHO_CANCELLER and others of the table count. EINPUT,
 * EOUTPUT: no such device or file; EUSAGE: options that exclude each other. EHANG: a stage gave no sign for
 * WATCHDOG_S seconds and could not be interrupted; the sentence names it. */
SARAI_API enum sarai_status sarai_talk(struct sarai *s, const struct sarai_talk_options *options,
                                       struct sarai_error *err);
/* Push to talk: the button is down or up. Any thread. */
SARAI_API void sarai_talk_button(struct sarai *s, bool down);

/* ---- what Sarai has read -------------------------------------------------------------------- */

/* Question (UTF-8, at most 1 MB) → the k passages (1 to 100) that fit best; none where nothing was indexed.
 * Needs SARAI_KNOW. EINPUT: the store is damaged, or was made with another EMBED_MODEL. */
SARAI_API enum sarai_status sarai_search(struct sarai *s, const char *question, size_t k,
                                         struct sarai_hits *out, struct sarai_error *err);
SARAI_API void sarai_hits_finish(struct sarai_hits *h);
/* Why sarai_search() looks at words alone, or with SEARCH_BY=meaning finds nothing, one sentence: EMBED_MODEL
 * is missing. "" where nothing is. Borrowed. */
SARAI_API const char *sarai_search_missing(const struct sarai *s);

/* Where the news of indexing goes. Each function may be NULL and is called on the calling thread. */
struct sarai_index_sink {
    void *user;
    /* `fraction` of the whole work is done, 0..1; `path` is in work, NULL at the end. */
    void (*on_progress)(void *user, const char *path, size_t done, size_t total, double fraction);
    /* This document cannot be read; the others go on. */
    void (*on_problem)(void *user, const char *path, const struct sarai_error *problem);
};

struct sarai_index_report {
    size_t added;        /* documents read now: new ones, and those that changed */
    size_t unchanged;    /* known with the same content */
    size_t removed;      /* gone from their folder, and so forgotten */
    size_t without_text; /* of those added: pictures of pages, say */
    size_t failed;
    size_t passages; /* of the documents added */
    double total_ms;
};

/* Reads files and folders (text, Markdown, HTML, PDF, EPUB, DOCX, ODT) so that they are found from now on;
 * one document at a time, each whole or not at all. Needs SARAI_EMBED. The report is written on errors too,
 * up to where the work ended. EINPUT: a path does not exist, or as with sarai_search(). EOUTPUT: no room or
 * no permission where the store is, or another process keeps writing to it. */
SARAI_API enum sarai_status sarai_index(struct sarai *s, const char *const *paths, size_t n_paths,
                                        const struct sarai_index_sink *sink, struct sarai_index_report *out,
                                        struct sarai_error *err);

/* "0.1.0" */
SARAI_API const char *sarai_version(void);

#ifdef __cplusplus
}
#endif
#endif
