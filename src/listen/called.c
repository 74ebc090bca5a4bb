#include "listen/called.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PHRASES = 8, MOST_TOKENS = 24, MOST_BYTES = 64, PROMPT_TOKENS = 4 };

/* The least logarithm of the probability of a phrase of n tokens: LIKELY + n × A_TOKEN. Chosen on 19 of
 * Kokoro's voices, which say "Oye, Sarai" and "Sarai" before questions and alone, and on clips of people
 * who say neither. */
static const float LIKELY = -2, A_TOKEN = -0.5f;

/* … of a word that is certain. Chosen on five voices that say "para" and 32 other words alone, and on pieces
 * of people's clips. */
static const float ALONE = -1.1f;

struct called {
    struct transcriber *transcriber;
    size_t n;
    struct phrase {
        int tokens[MOST_TOKENS];
        size_t n;
    } phrases[MOST_PHRASES];
    int stop, comma; /* tokens of these marks */
};

struct row {
    int64_t tokens[2 * MOST_TOKENS + PROMPT_TOKENS + 2];
    size_t n;
};

/* Whisper begins with a blank and a capital letter. Phrases that cannot be told in tokens are passed over. */
static void add_phrase(struct called *c, const char *text, size_t n)
{
    const struct vocabulary *v = transcriber_vocabulary(c->transcriber);
    struct phrase *phrase = &c->phrases[c->n];
    char spelled[MOST_BYTES] = " ";
    for (; n > 0 && *text == ' '; n--)
        text++;
    if (n == 0 || n + 2 > sizeof spelled || c->n == MOST_PHRASES)
        return;
    memcpy(spelled + 1, text, n);
    spelled[1] = (char)toupper((unsigned char)spelled[1]);
    phrase->n = vocabulary_tokens(v, spelled, phrase->tokens, MOST_TOKENS);
    c->n += phrase->n > 0;
}

enum sarai_status called_open(struct transcriber *t, const char *phrases, struct called **out,
                              struct sarai_error *err)
{
    struct called *c = calloc(1, sizeof *c);
    if (!c)
        return out_of_memory(err, tr("el oído", "hearing"));
    c->transcriber = t;
    const struct vocabulary *v = transcriber_vocabulary(t);
    bool can = vocabulary_control(v)->previous >= 0 && vocabulary_tokens(v, ".", &c->stop, 1) == 1 &&
               vocabulary_tokens(v, ",", &c->comma, 1) == 1;
    while (can && *phrases) {
        size_t length = strcspn(phrases, ",");
        add_phrase(c, phrases, length);
        phrases += length + (phrases[length] == ',');
    }
    *out = c;
    return SARAI_OK;
}

void called_close(struct called *c)
{
    free(c);
}

static void put(struct row *row, const int *tokens, size_t n)
{
    for (size_t i = 0; i < n; i++)
        row->tokens[row->n++] = tokens[i];
}

static void put_prompt(struct row *row, const struct vocabulary *v, int language)
{
    const struct control_tokens *control = vocabulary_control(v);
    put(row, (int[]){control->start, language, control->transcribe, control->no_timestamps}, PROMPT_TOKENS);
}

static float likelihood(struct called *c, const struct phrase *phrase, int language)
{
    const struct vocabulary *v = transcriber_vocabulary(c->transcriber);
    struct row row = {.n = 0};
    float log_probability;
    put(&row, &vocabulary_control(v)->previous, 1);
    put(&row, phrase->tokens, phrase->n);
    put(&row, &c->stop, 1);
    put_prompt(&row, v, language);
    put(&row, phrase->tokens, phrase->n);
    return transcriber_score(c->transcriber, row.tokens, row.n, phrase->n, &log_probability, NULL) == SARAI_OK
               ? log_probability
               : -INFINITY;
}

bool called_surely(struct called *c, const char *language)
{
    int token = vocabulary_language(transcriber_vocabulary(c->transcriber), language);
    bool found = false;
    for (size_t i = 0; token >= 0 && i < c->n && !found; i++)
        found = likelihood(c, &c->phrases[i], token) >= ALONE;
    return found;
}

bool called_by(struct called *c, const char *language, struct buf *question)
{
    const struct vocabulary *v = transcriber_vocabulary(c->transcriber);
    const struct phrase *best = NULL;
    int token = vocabulary_language(v, language);
    float most = 0; /* over what is asked */
    for (size_t i = 0; token >= 0 && i < c->n; i++) {
        float over = likelihood(c, &c->phrases[i], token) - (LIKELY + A_TOKEN * (float)c->phrases[i].n);
        if (over >= most) {
            most = over;
            best = &c->phrases[i];
        }
    }
    if (!best)
        return false;
    struct row row = {.n = 0};
    put_prompt(&row, v, token);
    put(&row, best->tokens, best->n);
    put(&row, &c->comma, 1);
    return transcriber_go_on(c->transcriber, row.tokens, row.n, question, NULL) == SARAI_OK;
}
