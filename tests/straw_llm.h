/* A model of straw: engine/llama.h is implemented here, so the linker never takes the real one. Its tokens
 * are bytes; <|x|> is one control token where control tokens are recognised. Included by one file of a test.
 */
#ifndef SARAI_TESTS_STRAW_LLM_H
#define SARAI_TESTS_STRAW_LLM_H

#include <stdio.h>
#include <string.h>

#include "think/conversation.h"

enum { WINDOW = 4000, END = 256, CONTROL = 257 };

struct llm {
    bool has_template, has_adapter;
    const char *say;         /* what it answers, then END */
    const char *const *plan; /* what it answers to one prompt after the other, up to NULL; or NULL */
    size_t said;
    int stop_after;        /* tokens until it is cancelled; 0: never */
    bool stop_at_once;     /* cancelled while it reads */
    char read[WINDOW + 1]; /* the last prompt; control tokens as '#' */
    size_t n_read;
    int prompts;
    bool has_cache;
    int32_t expected; /* token that it takes for by far the likeliest next one */
    char restored[200], saved[200];
    char grammar[65536];         /* that it was held to */
    struct llm_lean lean, leant; /* now; when it read last */
};

int llm_context_tokens(const struct llm *llm)
{
    (void)llm;
    return WINDOW;
}

enum sarai_status llm_lean(struct llm *llm, const struct llm_lean *lean, struct sarai_error *err)
{
    (void)err;
    llm->lean = *lean;
    return SARAI_OK;
}

bool llm_has_adapter(const struct llm *llm)
{
    return llm->has_adapter;
}

bool llm_has_chat_template(const struct llm *llm)
{
    return llm->has_template;
}

const char *llm_description(const struct llm *llm)
{
    (void)llm;
    return "straw";
}

enum sarai_status llm_tokenise(const struct llm *llm, const char *text, size_t n_bytes, unsigned flags,
                               int32_t *tokens, size_t max, size_t *n, struct sarai_error *err)
{
    size_t count = 0;
    (void)llm;
    for (size_t i = 0; i < n_bytes; i++) {
        if (count == max)
            return failed(err, SARAI_EINPUT, "full");
        bool is_control = (flags & LLM_CONTROL) && strncmp(text + i, "<|x|>", 5) == 0;
        tokens[count++] = is_control ? CONTROL : (unsigned char)text[i];
        i += is_control ? 4 : 0;
    }
    *n = count;
    return SARAI_OK;
}

size_t llm_piece(const struct llm *llm, int32_t token, char bytes[LLM_MAX_PIECE_BYTES])
{
    (void)llm;
    bytes[0] = (char)token;
    return token < END;
}

bool llm_is_end(const struct llm *llm, int32_t token)
{
    (void)llm;
    return token == END;
}

enum sarai_status llm_chat(const struct llm *llm, const struct llm_message *messages, size_t n,
                           bool answer_next, struct buf *out, struct sarai_error *err)
{
    if (!llm->has_template)
        return failed(err, SARAI_EMODEL, "no template");
    bool fits = true;
    for (size_t i = 0; i < n; i++)
        fits = fits && buf_printf(out, "<|x|>%s\n%s<|x|>\n", messages[i].role, messages[i].content);
    fits = fits && (!answer_next || buf_text(out, "<|x|>assistant\n"));
    return fits ? SARAI_OK : out_of_memory(err, "straw");
}

enum sarai_status llm_prompt(struct llm *llm, const int32_t *tokens, size_t n, struct llm_usage *usage,
                             struct sarai_error *err)
{
    assert_in_range(n, 1, WINDOW - 1);
    llm->prompts++;
    llm->said = 0;
    if (llm->stop_at_once)
        return failed(err, SARAI_ECANCELLED, "cancelled");
    for (size_t i = 0; i < n; i++)
        llm->read[i] = tokens[i] == CONTROL ? '#' : (char)tokens[i];
    llm->read[n] = '\0';
    if (llm->plan && *llm->plan)
        llm->say = *llm->plan++;
    *usage = (struct llm_usage){.evaluated = (int)(n - llm->n_read), .reused = (int)llm->n_read};
    llm->n_read = n;
    llm->leant = llm->lean;
    return SARAI_OK;
}

int llm_vocabulary(const struct llm *llm)
{
    (void)llm;
    return CONTROL + 1;
}

const float *llm_logits(struct llm *llm)
{
    static float logits[CONTROL + 1];
    for (int32_t i = 0; i <= CONTROL; i++)
        logits[i] = i == llm->expected ? 20 : 0;
    return logits;
}

const char *llm_identity(const struct llm *llm)
{
    (void)llm;
    return "id";
}

bool llm_restore(struct llm *llm, const char *path, const int32_t *tokens, size_t n)
{
    (void)tokens;
    (void)n;
    snprintf(llm->restored, sizeof llm->restored, "%s", path);
    return llm->has_cache;
}

enum sarai_status llm_save(struct llm *llm, const char *path, struct sarai_error *err)
{
    (void)err;
    snprintf(llm->saved, sizeof llm->saved, "%s", path);
    return SARAI_EOUTPUT; /* which must not matter */
}

enum sarai_status llm_sampling_set(struct llm *llm, const struct llm_sampling *sampling,
                                   struct sarai_error *err)
{
    (void)llm;
    (void)sampling;
    (void)err;
    return SARAI_OK;
}

enum sarai_status llm_next(struct llm *llm, int32_t *token, struct sarai_error *err)
{
    if (llm->stop_after && llm->said == (size_t)llm->stop_after)
        return failed(err, SARAI_ECANCELLED, "cancelled");
    *token = llm->say[llm->said] ? (unsigned char)llm->say[llm->said] : END;
    llm->said++;
    return SARAI_OK;
}

enum sarai_status llm_constrain(struct llm *llm, const char *grammar, int32_t *token, struct sarai_error *err)
{
    (void)err;
    (void)token; /* the same again */
    snprintf(llm->grammar, sizeof llm->grammar, "%s", grammar);
    return SARAI_OK;
}

/* ---- helpers -------------------------------------------------------------------------------- */

struct listened {
    char text[2048];
    int pieces;
    bool all_whole; /* no piece began or ended inside a character */
};

static inline void hear(void *user, const char *piece)
{
    struct listened *h = user;
    size_t last = strlen(piece) - 1;
    h->pieces++;
    if (((unsigned char)piece[0] & 0xC0) == 0x80 || (unsigned char)piece[last] >= 0xC0)
        h->all_whole = false;
    strcat(h->text, piece);
}

static inline const char *ending(const char *text, size_t n)
{
    return strlen(text) > n ? text + strlen(text) - n : text;
}

#define assert_ends(text, expected) assert_string_equal(ending(text, strlen(expected)), expected)

#endif
