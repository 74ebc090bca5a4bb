#include "think/grounding.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/numerals.h"
#include "base/utf8.h"
#include "engine/finder.h"
#include "think/answer_kind.h"
#include "think/denial.h"
#include "think/pointed.h"

enum {
    GRAMMAR_BYTES = 16 * 1024,
    EVIDENCE_BYTES = 2 * FRAME_DATA_BYTES,
    WORD_BYTES = FOLD_MOST_LETTERS + 1, /* longer words are taken as they are */
    LETTERS_FOR_EACH = 4,               /* a mended name differs in one of so many letters */
};

static const char cue[] = "Según ", instead[] = "eso no consta.";

/* ---- open and close ------------------------------------------------------------------------- */

static enum sarai_status first_token(const struct llm *llm, const char *word, int32_t *out,
                                     struct sarai_error *err)
{
    int32_t tokens[16];
    size_t n = 0;
    enum sarai_status st = llm_tokenise(llm, word, strlen(word), LLM_PLAIN, tokens, 16, &n, err);
    *out = !st && n > 0 ? tokens[0] : -1;
    return st;
}

enum sarai_status grounding_learn(struct grounding *g, const struct llm *llm, struct sarai_error *err)
{
    enum sarai_status st = first_token(llm, "Según", &g->found, err);
    return st ? st : first_token(llm, "No", &g->not_found, err);
}

void grounding_finish(struct grounding *g)
{
    buf_finish(&g->grammar);
    buf_finish(&g->refusal);
    buf_finish(&g->evidence);
    buf_finish(&g->folded);
    *g = (struct grounding){.found = g->found, .not_found = g->not_found};
}

/* A source as the model is to write it: "Según SOURCE, " and then anything in one line. */
static bool add_literal(const char *text, size_t n, struct buf *out)
{
    bool ok = buf_text(out, "\"");
    for (size_t i = 0; ok && i < n; i++)
        ok = ((text[i] != '"' && text[i] != '\\') || buf_text(out, "\\")) && buf_append(out, text + i, 1);
    return ok && buf_text(out, "\"");
}

static bool write_grammar(const struct question *q, const struct passage *pointed, struct buf *out)
{
    struct buf line = BUF_INIT(FRAME_DATA_BYTES);
    bool ok = buf_text(out, "root ::= \"Según \" ("), is_first = true;
    for (size_t i = 0; ok && i < q->n_passages; i++) {
        buf_reset(&line);
        ok = frame_line(q->passages[i].source, strlen(q->passages[i].source), &line);
        if (!ok || line.len == 0 || (pointed && pointed != &q->passages[i]))
            continue;
        ok = (is_first || buf_text(out, " | ")) && add_literal(line.data, line.len, out);
        is_first = false;
    }
    ok = ok && buf_text(out, ") \", \" [^\\n\\r]+\n");
    if (is_first) /* nothing that could be named */
        buf_reset(out);
    buf_finish(&line);
    return ok;
}

static bool gather(const struct question *q, struct buf *out)
{
    bool ok = buf_text(out, q->words);
    for (size_t i = 0; ok && i < q->n_passages; i++)
        ok = buf_printf(out, "\n%s\n%s", q->passages[i].source, q->passages[i].text);
    return ok;
}

static void find_pointed(struct grounding *g, const struct question *q)
{
    for (size_t i = 0; q->findings && i < q->n_passages; i++)
        if (q->findings[i].n > 0 && (!g->finding || q->findings[i].odds > g->finding->odds)) {
            g->finding = &q->findings[i];
            g->pointed = &q->passages[i];
        }
}

enum sarai_status grounding_begin(struct grounding *g, const struct question *q, float doubt,
                                  struct sarai_error *err)
{
    g->grammar = (struct buf)BUF_INIT(GRAMMAR_BYTES);
    g->refusal = (struct buf)BUF_INIT(GRAMMAR_BYTES);
    g->evidence = (struct buf)BUF_INIT(EVIDENCE_BYTES);
    g->folded = (struct buf)BUF_INIT(2 * EVIDENCE_BYTES);
    g->doubt = doubt;
    if (!q || q->n_passages == 0)
        return SARAI_OK;
    find_pointed(g, q);
    if (!write_grammar(q, g->pointed, &g->grammar) || !gather(q, &g->evidence) ||
        !fold_line(buf_string(&g->evidence), g->evidence.len, &g->folded))
        return out_of_memory(err, "grounding");
    g->question = q;
    return SARAI_OK;
}

void grounding_watch(struct grounding *g)
{
    g->watches = true;
}

/* ---- found or not --------------------------------------------------------------------------- */

static bool refuse(struct grounding *g)
{
    const struct question *q = g->question;
    return q->n_passages == 1 && q->passages[0].source[0]
               ? buf_text(&g->refusal, "Eso no aparece en ") &&
                     frame_line(q->passages[0].source, strlen(q->passages[0].source), &g->refusal) &&
                     buf_text(&g->refusal, ".")
               : buf_text(&g->refusal, "Eso no aparece en lo que tengo.");
}

/* How sure both readers are together that the passages tell, as log odds: the model's own and, where there is
 * one, the finder's. A quarter to one and a half times of the finder's decide no better (docs/BENCHMARKS.md).
 */
static float certainty(const struct grounding *g, const float *logits)
{
    return logits[g->found] - logits[g->not_found] + (g->finding ? g->finding->odds : 0);
}

enum sarai_status grounding_settle(struct grounding *g, struct llm *llm, int32_t *token,
                                   struct sarai_error *err)
{
    const float *logits = g->question ? llm_logits(llm) : NULL;
    if (!logits || g->grammar.len == 0 || (*token != g->found && *token != g->not_found))
        return SARAI_OK;
    if (certainty(g, logits) >= g->doubt)
        return llm_constrain(llm, g->grammar.data, token, err);
    g->is_misplaced = g->question->is_unsure;
    if (g->is_misplaced)
        return SARAI_OK;
    return refuse(g) ? SARAI_OK : out_of_memory(err, "grounding");
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The next number of text[*at..n): its digits without leading zeros and without the points between thousands.
 */
static bool next_number(const char *text, size_t n, size_t *at, char out[WORD_BYTES])
{
    size_t i = *at, length = 0;
    while (i < n && !is_digit(text[i]))
        i++;
    if (i == n)
        return false;
    while (i + 1 < n && text[i] == '0' && is_digit(text[i + 1]))
        i++;
    for (; i < n; i++) {
        size_t more = 1;
        while (i + more < n && is_digit(text[i + more]))
            more++;
        bool is_thousands = text[i] == '.' && length > 0 && more == 4;
        if (!is_digit(text[i]) && !is_thousands)
            break;
        if (is_digit(text[i]) && length < WORD_BYTES - 1)
            out[length++] = text[i];
    }
    out[length] = '\0';
    *at = i;
    return true;
}

static bool has_number(const struct buf *evidence, const char *number)
{
    char other[WORD_BYTES];
    for (size_t at = 0; next_number(evidence->data, evidence->len, &at, other);)
        if (strcmp(other, number) == 0)
            return true;
    return false;
}

/* Small numbers may be told in words where the passage has figures, and the other way about. */
static bool numbers_rest(const struct grounding *g, struct sentences *s, size_t from, size_t to)
{
    char number[WORD_BYTES], word[NUMERAL_BYTES], figures[NUMERAL_BYTES];
    const char *claim = s->text.data + from;
    size_t n = to - from;
    for (size_t at = 0; next_number(claim, n, &at, number);)
        if (!has_number(&g->evidence, number) && !numeral_stands(g->folded.data, number))
            return false;
    struct buf line = BUF_INIT(SENTENCES_MAX_BYTES);
    bool rests = true;
    s->is_out_of_memory = !fold_line(claim, n, &line);
    for (size_t i = 0; !s->is_out_of_memory && rests && numeral_spelled(&i, word, figures);)
        rests = !strstr(line.data, word) || strstr(g->folded.data, word) || has_number(&g->evidence, figures);
    buf_finish(&line);
    return rests;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The next run of letters and digits of text[*at..n): its first byte and length; false: there is none. */
static bool next_word(const char *text, size_t n, size_t *at, size_t *from, size_t *length, uint32_t *first)
{
    *length = 0;
    while (*at < n) {
        size_t start = *at;
        uint32_t c = utf8_next(text, n, at);
        bool is_letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && c < 0x2000);
        if (is_letter && *length == 0) {
            *from = start;
            *first = c;
        }
        if (is_letter)
            *length = *at - *from;
        else if (*length > 0)
            return true;
    }
    return *length > 0;
}

static bool is_capital(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE);
}

/* False: too long to be compared; such a word is let be. Or no memory. */
static bool fold_word(struct sentences *s, const char *word, size_t n, char out[WORD_BYTES])
{
    struct buf line = BUF_INIT(4 * WORD_BYTES);
    if (n >= WORD_BYTES)
        return false;
    s->is_out_of_memory = s->is_out_of_memory || !fold(word, n, &line);
    bool fits = !s->is_out_of_memory && line.len < WORD_BYTES;
    if (fits)
        memcpy(out, buf_string(&line), line.len + 1);
    buf_finish(&line);
    return fits;
}

/* The capitalised word of the evidence that is nearly this one. NULL: none, or two as near. */
static const char *nearly(const struct grounding *g, struct sentences *s, const char *word, size_t *n)
{
    size_t at = 0, from, length, best = fold_slack(word, LETTERS_FOR_EACH) + 1;
    uint32_t first;
    const char *found = NULL;
    char other[WORD_BYTES], chosen[WORD_BYTES] = "";
    while (next_word(g->evidence.data, g->evidence.len, &at, &from, &length, &first)) {
        if (!is_capital(first) || !fold_word(s, g->evidence.data + from, length, other))
            continue;
        size_t far = fold_distance(word, other);
        if (far < best) {
            best = far;
            found = g->evidence.data + from;
            *n = length;
            memcpy(chosen, other, sizeof chosen);
        } else if (far == best && found && strcmp(chosen, other) != 0) {
            found = NULL;
        }
    }
    return found;
}

/* Mends names on the way. A capital at the beginning of a sentence is no name. */
static bool names_rest(const struct grounding *g, struct sentences *s, size_t start, size_t to)
{
    char word[WORD_BYTES], spaced[WORD_BYTES + 2];
    size_t at = start, from, length;
    uint32_t first;
    while (at < to && next_word(s->text.data, to, &at, &from, &length, &first)) {
        const char *before = s->text.data + from;
        bool opens = from >= 2 && strchr(".!?", before[-2]);
        if (!is_capital(first) || opens || !fold_word(s, before, length, word))
            continue;
        size_t n;
        snprintf(spaced, sizeof spaced, " %s ", word);
        if (strstr(g->folded.data, spaced))
            continue;
        const char *right = nearly(g, s, word, &n);
        if (!right || !sentences_change(s, from, length, right, n))
            return false;
        to = to + n - length;
        at = from + n;
    }
    return true;
}

/* What the passages deny is not told as if it was so. */
static void mend_denial(const struct grounding *g, struct sentences *s, size_t from)
{
    size_t at, to = s->whole > from ? s->whole : s->text.len;
    const struct question *q = g->question;
    bool lost = false;
    for (size_t i = 0; i < q->n_passages && !lost; i++)
        lost = denial_is_lost(q->passages[i].text, s->text.data + from, to - from, &at, &s->is_out_of_memory);
    if (lost && !sentences_change(s, from + at, 0, "no ", strlen("no ")))
        s->is_out_of_memory = true;
}

/* ---- the answer as it grows ------------------------------------------------------------------ */

/* How much of the answer is "Según SOURCE,": all of it while one is still being written. The longest counts,
 * as one source may begin with another. */
static size_t naming(const struct question *q, struct sentences *s)
{
    size_t best = 0, n = s->text.len;
    struct buf named = BUF_INIT(FRAME_DATA_BYTES);
    for (size_t i = 0; i < q->n_passages; i++) {
        buf_reset(&named);
        if (!buf_text(&named, cue) ||
            !frame_line(q->passages[i].source, strlen(q->passages[i].source), &named) ||
            !buf_text(&named, ",")) {
            s->is_out_of_memory = true;
            break;
        }
        size_t shared = n < named.len ? n : named.len;
        if (shared > best && strncmp(named.data, s->text.data, shared) == 0)
            best = shared;
    }
    buf_finish(&named);
    return best;
}

/* Whether the answer opens, as far as it goes, as one out of passages, or that finds nothing in them. Once it
 * goes on otherwise nothing is watched any more. */
static bool opens_as_found(struct grounding *g, const struct sentences *s)
{
    static const char *const openings[] = {cue, "No aparece", "No lo sé, no aparece", "Eso no aparece"};
    bool may_become = false;
    for (size_t i = 0; i < sizeof openings / sizeof *openings && !g->is_misplaced; i++) {
        size_t n = strlen(openings[i]);
        bool is_whole = s->text.len >= n;
        bool is_alike = strncmp(buf_string(&s->text), openings[i], is_whole ? n : s->text.len) == 0;
        g->is_misplaced = is_alike && is_whole;
        may_become = may_become || is_alike;
    }
    g->watches = g->is_misplaced || (may_become && !s->is_full);
    return g->watches;
}

/* Whether the claim that begins at `from` gives way to the passage's own sentence, which then ends the
 * answer. */
static bool tell_pointed(struct grounding *g, struct sentences *s, size_t from, size_t to, bool rests)
{
    const char *words = g->finding ? g->pointed->text + g->finding->from : NULL;
    if (!words || (rests && pointed_is_told(g->question->words, words, g->finding->n, s->text.data + from,
                                            to - from, &s->is_out_of_memory)))
        return false;
    struct buf told = BUF_INIT(SENTENCES_MAX_BYTES), line = BUF_INIT(SENTENCES_MAX_BYTES);
    bool ok = pointed_sentence(g->pointed->text, g->finding->from, g->finding->n, &told) &&
              frame_line(told.data, told.len, &line);
    s->is_out_of_memory = s->is_out_of_memory || !ok;
    bool fits = ok && answer_kind_fits(g->question->words, line.data, line.len, &s->is_out_of_memory);
    if (fits)
        sentences_end_with(s, from, line.data);
    buf_finish(&told);
    buf_finish(&line);
    return fits;
}

bool grounding_holds(struct grounding *g, struct sentences *s)
{
    if (g->watches)
        return opens_as_found(g, s);
    size_t begun = s->text.len < sizeof cue - 1 ? s->text.len : sizeof cue - 1;
    if (!g->question || begun == 0 || strncmp(s->text.data, cue, begun) != 0)
        return false;
    if (!g->is_named) {
        g->named = naming(g->question, s);
        if (g->named == s->text.len || s->is_out_of_memory)
            return false;
        g->is_named = true; /* what comes behind does not change it any more */
    }
    size_t named = g->named;
    size_t from = g->judged > named ? g->judged : named;
    size_t to = s->whole > from || !s->is_full ? s->whole : s->text.len; /* the last one may have no end */
    if (to <= from)
        return !s->is_full;
    bool rests = numbers_rest(g, s, from, to) && names_rest(g, s, from, to) &&
                 (from > named ||
                  answer_kind_fits(g->question->words, s->text.data + from, to - from, &s->is_out_of_memory));
    bool gives_way = from == named && !s->is_out_of_memory && tell_pointed(g, s, from, to, rests);
    if (!gives_way && !rests && !s->is_out_of_memory)
        sentences_end_with(s, from, from == named ? instead : "");
    else if (!gives_way && rests)
        mend_denial(g, s, from);
    g->judged = s->whole;
    return false;
}
