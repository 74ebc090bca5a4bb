/* llama.cpp, as much of it as Sarai uses: one GGUF language model with one sequence, and an adapter on
 * top of it. The only file pair that includes llama.h and gguf.h.
 *
 *     struct llm_options options = llm_options_default();
 *     options.path = "model.gguf";
 *     llm_open(&options, &llm, err);
 *     n = llm_tokenise(llm, "Hola", LLM_BEGIN, tokens, max, err)
 *     llm_prompt(llm, tokens, n, &usage, err);       // evaluates only what is not in the cache yet
 *     llm_sampling_set(llm, &sampling, err);
 *     while (!llm_next(llm, &token, err) && !llm_is_end(llm, token))
 *         write(llm_piece(llm, token, bytes));
 *     llm_close(llm);
 *
 * A handle belongs to one thread; only options.stop may be raised from elsewhere: every call that
 * evaluates then returns ECANCELLED within milliseconds and leaves the handle usable.
 */
#ifndef SARAI_ENGINE_LLAMA_H
#define SARAI_ENGINE_LLAMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stop.h"

struct llm;

enum {
    LLM_MAX_CONTEXT = 131072,     /* tokens */
    LLM_MAX_TEXT_BYTES = 1 << 20, /* of one llm_tokenise() or llm_chat() */
    LLM_MAX_PIECE_BYTES = 256,    /* of one token */
    LLM_AXES = 4,                 /* moods that it can be steered to answer */
};

struct llm_options {
    const char *path;
    int context_tokens; /* the window; cut to what the model was trained for */
    int batch_tokens;   /* prompt tokens evaluated at once */
    int threads;
    const char *adapter_path; /* a LoRA adapter (GGUF) on top of the model; NULL: none */
    const char *reader_path;  /* … in its place where passages are read (llm_lean); NULL: the same */
    float adapter_scale;      /* how much of it: 1 is as it was trained, 0 the model alone */
    float adapter_warmth;     /* … and so much more for a whole warmth (llm_lean) */
    const char *steer_paths[LLM_AXES]; /* control vectors (GGUF), one for each mood; NULL: none */
    float steer_scale;                 /* how much of them: 1 is as they were made; 0: none is loaded */
    bool check;                        /* read all weights at load and refuse values that are not numbers */
    const struct stop *stop;           /* or NULL; must outlive the handle */
};

/* How warm an answer is to be, and to which moods, and whether it is out of passages: 0 is the model as it
 * is. */
struct llm_lean {
    bool reads;           /* the reader takes the adapter's place, where there is one */
    float warmth;         /* 0..1 */
    float axes[LLM_AXES]; /* 0..1 each, in the order of options.steer_paths */
};

struct llm_sampling {
    float temperature; /* 0: always the likeliest token */
    int top_k;
    float top_p, min_p;
    float repeat_penalty; /* over the tokens since llm_sampling_set(); 1: none */
    uint32_t seed;
};

struct llm_usage {
    int evaluated; /* prompt tokens computed */
    int reused;    /* prompt tokens found in the cache */
};

struct llm_message {
    const char *role, *content;
};

/* How text becomes tokens. Words of a user are always LLM_PLAIN: what looks like a control token in
 * them stays text. */
enum llm_text {
    LLM_PLAIN = 0,
    LLM_CONTROL = 1, /* control tokens such as <|im_end|> are recognised */
    LLM_BEGIN = 2,   /* the model's begin-of-text token goes first */
};

struct llm_options llm_options_default(void);

/* EMODEL: missing, cut short, not a GGUF, not a language model; an adapter made for another model. ENOMEM. */
enum sarai_status llm_open(const struct llm_options *options, struct llm **out, struct sarai_error *err);
void llm_close(struct llm *llm);

/* One line about the model, e.g. "gemma3 270M Q4_K - Medium"; borrowed. */
const char *llm_description(const struct llm *llm);
/* Tells this file from another version of it: size and time, the adapter's too; borrowed. */
const char *llm_identity(const struct llm *llm);
bool llm_has_adapter(const struct llm *llm);
int llm_context_tokens(const struct llm *llm);
int llm_vocabulary(const struct llm *llm);
bool llm_has_chat_template(const struct llm *llm);

/* Text → at most `max` tokens. `flags` are of enum llm_text. EINPUT when it does not fit. */
enum sarai_status llm_tokenise(const struct llm *llm, const char *text, size_t n_bytes, unsigned flags,
                               int32_t *tokens, size_t max, size_t *n, struct sarai_error *err);
/* The bytes of a token, which may begin or end inside a UTF-8 character. Control tokens have none. */
size_t llm_piece(const struct llm *llm, int32_t token, char bytes[LLM_MAX_PIECE_BYTES]);
/* Whether the token ends the answer. */
bool llm_is_end(const struct llm *llm, int32_t token);

/* The messages in the model's own chat template, appended to `out`; `answer_next` opens the turn of the
 * assistant. EMODEL when the model has no template that llama.cpp knows. */
enum sarai_status llm_chat(const struct llm *llm, const struct llm_message *messages, size_t n,
                           bool answer_next, struct buf *out, struct sarai_error *err);

/* Makes `tokens` (1 ≤ n < window) what the model has read. The cache of their longest prefix in common
 * with what it read before is kept. */
enum sarai_status llm_prompt(struct llm *llm, const int32_t *tokens, size_t n, struct llm_usage *usage,
                             struct sarai_error *err);

/* How it leans in what it reads and says from here on; what it has read already stays in its cache as it was
 * read. Costs a few milliseconds when it changes, nothing otherwise. */
enum sarai_status llm_lean(struct llm *llm, const struct llm_lean *lean, struct sarai_error *err);

/* What the model has read, to and from a file, so that a fixed beginning is evaluated once and not at each
 * start. The file holds only for the same model file and options; name it accordingly. */
enum sarai_status llm_save(struct llm *llm, const char *path, struct sarai_error *err);
/* True when the file was there and holds exactly these tokens; otherwise the model has read nothing. */
bool llm_restore(struct llm *llm, const char *path, const int32_t *tokens, size_t n);

/* How llm_next() chooses, from here on. Also forgets which tokens are to be penalised. */
enum sarai_status llm_sampling_set(struct llm *llm, const struct llm_sampling *sampling,
                                   struct sarai_error *err);
/* The next token after what the model has read and said so far. EINPUT when the window is full. */
enum sarai_status llm_next(struct llm *llm, int32_t *token, struct sarai_error *err);

/* The token that llm_next() gave last is taken back, and it and those to come are chosen so that they write
 * what a grammar (GBNF, its rule "root") allows, until llm_sampling_set(). EINTERNAL: a grammar that cannot
 * be read. */
enum sarai_status llm_constrain(struct llm *llm, const char *grammar, int32_t *token,
                                struct sarai_error *err);

/* llm_vocabulary() logits after the last token that was evaluated. Borrowed until the next call. */
const float *llm_logits(struct llm *llm);

/* Loads the library, which every open does too. EINTERNAL: it is missing or of another version. */
enum sarai_status llm_load_library(struct sarai_error *err);
/* Version of the library, e.g. "0.25.3"; NULL when it cannot be loaded. */
const char *llm_version(void);

#endif
