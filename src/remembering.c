/* What is kept of a conversation: the log of turns, and what the person told of themselves. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acting.h"
#include "assistant.h"
#include "base/fold.h"
#include "base/folders.h"
#include "remember/fact_rules.h"
#include "remember/fact_themes.h"
#include "remember/facts.h"

enum { PATH_BYTES = 4096 };

enum sarai_status assistant_open_log(struct turn_log **log, struct sarai_error *err)
{
    char path[PATH_BYTES];
    if (*log)
        return SARAI_OK;
    int n = folders_data(TURN_LOG_FILE, path, sizeof path);
    if (n < 0 || n >= (int)sizeof path)
        return failed(
            err, SARAI_EUSAGE,
            tr("no se sabe dónde guardar el registro: falta HOME", "no place for the log: no HOME"));
    return turn_log_open(path, true, log, err);
}

static bool keeps_texts(const struct sarai *s)
{
    return strcmp(config_text(s->cfg, "TURN_LOG"), "texts") == 0;
}

/* What of all sounds may be kept. */
static int64_t most_sound_bytes(const struct sarai *s)
{
    return keeps_texts(s) ? (int64_t)config_int(s->cfg, "TURN_LOG_SOUND_MB") << 20 : 0;
}

void assistant_keep_sound(const struct sarai *s, const float *pcm, size_t n, struct buf *out)
{
    buf_reset(out);
    if (most_sound_bytes(s) == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        int16_t sample = (int16_t)lrintf(fminf(fmaxf(pcm[i], -1), 1) * INT16_MAX);
        if (!buf_append(out, &sample, sizeof sample))
            return; /* its beginning is kept */
    }
}

enum sarai_status assistant_log_turn(const struct sarai *s, struct turn_log **log, const char *question,
                                     const char *answer, const struct buf *sound, struct sarai_error *err)
{
    struct turn_log_entry entry = {
        .kind = "turn", .question = question, .answer = answer, .keeps_texts = keeps_texts(s)};
    if (sound && sound->len > 0)
        entry.sound = (struct turn_log_sound){(const int16_t *)(const void *)sound->data,
                                              sound->len / sizeof(int16_t), most_sound_bytes(s)};
    if (strcmp(config_text(s->cfg, "TURN_LOG"), "off") == 0)
        return SARAI_OK;
    enum sarai_status st = assistant_open_log(log, err);
    return st ? st : turn_log_add(*log, &entry, err);
}

/* One word for a note: it stays when the words are forgotten. */
static const char *reason(enum sarai_status status)
{
    switch (status) {
    case SARAI_EUSAGE:
    case SARAI_EINPUT:
        return "input";
    case SARAI_EOUTPUT:
        return "output";
    case SARAI_ENOMEM:
        return "memory";
    case SARAI_ENETWORK:
        return "network";
    case SARAI_ECANCELLED:
        return "late";
    default:
        return "internal";
    }
}

/* The sentence may repeat what the person said: it is kept as an answer is, and forgotten so. */
static enum sarai_status log_failure(struct sarai *s, const struct acting_failure *failure,
                                     struct sarai_error *err)
{
    char note[TURN_LOG_NOTE_BYTES];
    const struct turn_log_entry entry = {
        .kind = "tool", .answer = failure->why.message, .note = note, .keeps_texts = keeps_texts(s)};
    snprintf(note, sizeof note, "%s%s%s", failure->tool, *failure->tool ? " " : "",
             reason(failure->why.status));
    enum sarai_status st = assistant_open_log(&s->log, err);
    return st ? st : turn_log_add(s->log, &entry, err);
}

void assistant_log_failures(struct sarai *s, const struct sarai_sink *sink)
{
    size_t n;
    struct sarai_error err = {0};
    const struct acting_failure *failures = acting_failures(s->acting, &n);
    if (n == 0 || strcmp(config_text(s->cfg, "TURN_LOG"), "off") == 0 ||
        (s->wait_until_sure && !s->wait_until_sure(s->sure_user)))
        return;
    for (size_t i = 0; i < n; i++)
        if (log_failure(s, &failures[i], &err) != SARAI_OK && sink->on_notice)
            sink->on_notice(sink->user, err.message);
}

/* ---- facts ------------------------------------------------------------------------------------ */

static bool remembers(const struct sarai *s)
{
    return strcmp(config_text(s->cfg, "REMEMBER"), "on") == 0;
}

/* NULL without an error where nothing was told yet. */
static enum sarai_status open_facts(const struct sarai *s, bool write, struct facts **out,
                                    struct sarai_error *err)
{
    char path[PATH_BYTES];
    *out = NULL;
    int n = folders_data(FACTS_FILE, path, sizeof path);
    if (n < 0 || n >= (int)sizeof path)
        return write ? failed(err, SARAI_EUSAGE,
                              tr("no se sabe dónde guardar: falta HOME", "no place to keep data: no HOME"))
                     : SARAI_OK;
    return write || access(path, F_OK) == 0
               ? facts_open(path, config_text(s->cfg, "SPEAKER"), write, out, err)
               : SARAI_OK;
}

/* The sentences of a key, or all (NULL). */
static enum sarai_status recall_facts(const struct sarai *s, const char *key, struct buf *out,
                                      struct sarai_error *err)
{
    struct facts *facts;
    enum sarai_status st = open_facts(s, false, &facts, err);
    if (!st && facts)
        st = facts_text(facts, key, out, err);
    facts_close(facts);
    return st;
}

/* Whether a fact is told or unwanted that this key means. */
static bool concerns(const struct fact_found *fact, const char *key)
{
    size_t n = strlen(key);
    return fact->act == FACT_UNWANTED_ALL ||
           ((fact->act == FACT_TOLD || fact->act == FACT_UNWANTED) && strncmp(fact->key, key, n) == 0 &&
            (fact->key[n] == '\0' || fact->key[n] == ' '));
}

/* Whether the words have this one, whatever is said of it: "mi hermana Pilar llega hoy". */
static bool mention(const char *words, const char *key)
{
    char spaced[FACT_KEY_BYTES + 2];
    struct buf line = BUF_INIT(4 * CONVERSATION_QUESTION_BYTES);
    snprintf(spaced, sizeof spaced, " %s ", key);
    bool found = fold_line(words, strlen(words), &line) && strstr(line.data, spaced);
    buf_finish(&line);
    return found;
}

/* What was told in this conversation, the latest first: also where a program has brought its turns, of which
 * nothing is kept. What was to be forgotten is. `*is_mentioned`: no rule read it, but there is something that
 * the model may know. */
static bool recall_turns(const struct sarai *s, const char *key, bool *is_mentioned, struct buf *out)
{
    struct fact_found found[FACT_RULES_MOST];
    *is_mentioned = false;
    for (int turn = conversation_turns(s->conversation); turn-- > 0;) {
        const char *words = conversation_words(s->conversation, turn);
        size_t n = fact_rules_read(words, found, FACT_RULES_MOST);
        for (size_t i = 0; i < n; i++)
            if (concerns(&found[i], key))
                return found[i].act != FACT_TOLD || buf_text(out, found[i].text);
        *is_mentioned = *is_mentioned || (n == 0 && mention(words, key));
    }
    return true;
}

enum sarai_status assistant_reply(const struct sarai *s, const char *words, struct buf *out,
                                  struct sarai_error *err)
{
    struct fact_found found;
    if (!remembers(s) || fact_rules_read(words, &found, 1) == 0)
        return SARAI_OK;
    enum sarai_status st = SARAI_OK;
    const char *instead = NULL;
    if (found.act == FACT_ASKED || found.act == FACT_ASKED_ALL) {
        st = recall_facts(s, found.act == FACT_ASKED ? found.key : NULL, out, err);
        bool is_mentioned = false;
        if (!st && out->len == 0 && found.act == FACT_ASKED &&
            !recall_turns(s, found.key, &is_mentioned, out))
            st = out_of_memory(err, tr("la respuesta", "the answer"));
        if (is_mentioned)
            return st;
        instead = found.act == FACT_ASKED_ALL        ? "Todavía no me has contado nada de ti."
                  : strcmp(found.key, "nombre") == 0 ? "Todavía no me has dicho cómo te llamas."
                                                     : "Todavía no me lo has contado.";
    } else if (found.act == FACT_UNWANTED || found.act == FACT_UNWANTED_ALL) {
        instead =
            found.act == FACT_UNWANTED ? "Vale, lo olvido." : "Vale, olvido todo lo que me has contado.";
    } else if (strncmp(found.key, "nota ", 5) == 0) {
        instead = "Vale, lo recordaré.";
    }
    if (!st && instead && out->len == 0 && !buf_text(out, instead))
        st = out_of_memory(err, tr("la respuesta", "the answer"));
    return st;
}

struct bearing {
    const char *question;
    struct buf *out;
};

static bool add_bearing(void *user, const char *key, const char *text)
{
    struct bearing *b = user;
    return !fact_bears_on(b->question, key, text) ||
           buf_printf(b->out, "%s%s", b->out->len > 0 ? " " : "", text);
}

enum sarai_status assistant_known(const struct sarai *s, const char *question, struct buf *out,
                                  struct sarai_error *err)
{
    struct bearing b = {question, out};
    struct facts *facts = NULL;
    if (!remembers(s) || !fact_rules_concern(question))
        return SARAI_OK;
    enum sarai_status st = open_facts(s, false, &facts, err);
    if (!st && facts)
        st = facts_each(facts, add_bearing, &b, err);
    facts_close(facts);
    return st;
}

enum sarai_status assistant_remember(const struct sarai *s, const char *words, struct sarai_error *err)
{
    struct fact_found found[FACT_RULES_MOST];
    struct facts *facts;
    int64_t gone;
    size_t n = remembers(s) && acting_may_be_read(words) ? fact_rules_read(words, found, FACT_RULES_MOST) : 0;
    if (n == 0 || found[0].act == FACT_ASKED || found[0].act == FACT_ASKED_ALL)
        return SARAI_OK;
    enum sarai_status st = open_facts(s, true, &facts, err);
    for (size_t i = 0; !st && i < n; i++)
        st = found[i].act == FACT_TOLD
                 ? facts_put(facts, found[i].key, found[i].text, err)
                 : facts_forget(facts, found[i].act == FACT_UNWANTED ? found[i].key : NULL, &gone, err);
    facts_close(facts);
    return st;
}

enum sarai_status assistant_remember_fact(const struct sarai *s, const char *fact, struct sarai_error *err)
{
    struct fact_found found[FACT_RULES_MOST];
    char note[FACT_TEXT_BYTES];
    if (!remembers(s))
        return failed(
            err, SARAI_EINPUT,
            tr("no guardo nada de ti: REMEMBER está apagado", "I keep nothing of you: REMEMBER is off"));
    if (fact_rules_read(fact, found, FACT_RULES_MOST) > 0 && found[0].act == FACT_TOLD)
        return assistant_remember(s, fact, err);
    snprintf(note, sizeof note, "Recuerda que %s", fact); /* no rule knows it: word for word, as a note */
    if (fact_rules_read(note, found, FACT_RULES_MOST) == 0 || found[0].act != FACT_TOLD)
        return failed(err, SARAI_EINPUT,
                      tr("no entiendo qué hay que recordar", "I do not understand what to remember"));
    return assistant_remember(s, note, err);
}
