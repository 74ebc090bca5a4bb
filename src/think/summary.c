#include "think/summary.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a sentence of somebody about themselves, or one that is to be remembered, holds as a word. */
static const char *const own_words[] = {
    "me",      "mi",       "mis",      "soy",      "estoy",     "tengo",   "vivo",  "trabajo", "odio",
    "quiero",  "necesito", "prefiero", "estudio",  "nací",      "cumplo",  "he",    "voy",     "fui",
    "nuestro", "nuestra",  "nos",      "recuerda", "acuérdate", "conmigo", "llevo", "hago",    "juego"};

void summary_finish(struct summary *s)
{
    while (summary_shorten(s))
        ;
}

/* ---- sentences -------------------------------------------------------------------------------- */

static bool ends_word(char c)
{
    return c == '\0' || strchr(" ,;:.!?\t\n", c) != NULL;
}

static bool is_of_oneself(const char *sentence)
{
    for (const char *word = sentence; *word;) {
        size_t n = 0;
        while (!ends_word(word[n]))
            n++;
        for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++)
            if (n > 0 && strlen(own_words[i]) == n && strncasecmp(word, own_words[i], n) == 0)
                return true;
        word += n + (word[n] != '\0');
    }
    return false;
}

static void remove_at(char **list, int *n, int at)
{
    free(list[at]);
    memmove(list + at, list + at + 1, (size_t)(*n - at - 1) * sizeof *list);
    --*n;
}

/* Takes the sentence over. */
static void keep(char **list, int *n, int most, char *sentence)
{
    for (int i = *n - 1; i >= 0; i--)
        if (strcasecmp(list[i], sentence) == 0)
            remove_at(list, n, i);
    if (*n == most)
        remove_at(list, n, 0);
    list[(*n)++] = sentence;
}

static enum sarai_status add_sentence(struct summary *s, const char *start, size_t n, struct sarai_error *err)
{
    while (n > 0 && (*start == ' ' || *start == '\t' || *start == '\n')) {
        start++;
        n--;
    }
    if (n < 4 || n > SUMMARY_SENTENCE_BYTES)
        return SARAI_OK;
    char *sentence = strndup(start, n);
    if (!sentence)
        return out_of_memory(err, tr("el resumen", "the summary"));
    if (sentence[n - 1] == '?')
        keep(s->questions, &s->n_questions, SUMMARY_QUESTIONS, sentence);
    else if (is_of_oneself(sentence))
        keep(s->statements, &s->n_statements, SUMMARY_STATEMENTS, sentence);
    else
        free(sentence);
    return SARAI_OK;
}

/* A mark ends a sentence where a blank or the end follows: "3.5 kg" is whole. */
enum sarai_status summary_add(struct summary *s, const char *words, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    while (!st && *words) {
        size_t n = strcspn(words, ".!?");
        while (words[n] && words[n + 1] && words[n + 1] != ' ')
            n += 1 + strcspn(words + n + 1, ".!?");
        n += words[n] != '\0';
        st = add_sentence(s, words, n, err);
        words += n;
    }
    return st;
}

/* ---- the text --------------------------------------------------------------------------------- */

static bool write_list(char *const *list, int n, const char *lead, struct buf *out)
{
    bool ok = n == 0 || buf_text(out, lead);
    for (int i = 0; ok && i < n; i++) {
        ok = buf_text(out, " ") && buf_text(out, list[i]);
        if (ok && !strchr(".!?", list[i][strlen(list[i]) - 1]))
            ok = buf_text(out, ".");
    }
    return ok;
}

bool summary_write(const struct summary *s, struct buf *out)
{
    if (s->n_statements + s->n_questions == 0)
        return false;
    return write_list(s->statements, s->n_statements, "Recuerda lo que te he dicho:", out) &&
           (s->n_statements == 0 || s->n_questions == 0 || buf_text(out, " ")) &&
           write_list(s->questions, s->n_questions, "Ya te he preguntado:", out);
}

bool summary_shorten(struct summary *s)
{
    if (s->n_questions > 0)
        remove_at(s->questions, &s->n_questions, 0);
    else if (s->n_statements > 0)
        remove_at(s->statements, &s->n_statements, 0);
    else
        return false;
    return true;
}

size_t summary_tokenise(struct summary *s, const struct frame *frame, const struct llm *llm, int32_t *tokens,
                        size_t most)
{
    size_t n = 0;
    for (bool fits = false; !fits;) {
        struct buf text = BUF_INIT(FRAME_DATA_BYTES), words = BUF_INIT(FRAME_DATA_BYTES);
        struct buf reply = BUF_INIT(FRAME_DATA_BYTES);
        fits = summary_write(s, &text) && buf_text(&words, frame->lead) &&
               frame_question(frame, llm, &(struct question){.words = buf_string(&text)},
                              FRAME_DATA_BYTES / 2, &words, NULL) == SARAI_OK &&
               buf_text(&reply, frame->lead) && buf_text(&reply, "Lo recuerdo.");
        const struct {
            const char *text;
            unsigned flags;
        } parts[] = {{buf_string(&words), LLM_PLAIN},
                     {frame->answer_cue, LLM_CONTROL},
                     {buf_string(&reply), LLM_PLAIN},
                     {frame->question_cue, LLM_CONTROL}};
        n = 0;
        for (size_t i = 0; fits && i < sizeof parts / sizeof *parts; i++) {
            size_t more = 0;
            fits = llm_tokenise(llm, parts[i].text, strlen(parts[i].text), parts[i].flags, tokens + n,
                                most - n, &more, NULL) == SARAI_OK;
            n += more;
        }
        buf_finish(&text);
        buf_finish(&words);
        buf_finish(&reply);
        if (!fits && !summary_shorten(s))
            return 0;
    }
    return n;
}
