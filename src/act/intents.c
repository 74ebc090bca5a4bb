#include "act/intents.h"

#include <pthread.h>
#include <string.h>

#include "act/first_words.h"
#include "act/intent_rules.h"
#include "act/intent_slots.h"

/* ---- matching --------------------------------------------------------------------------------- */

enum { MOST_SLOTS = 3 };

struct slot {
    const char *name;
    size_t n, from, to;
};

struct matching {
    const struct spoken *s;
    size_t to; /* of the command in the transcript */
    struct slot slots[MOST_SLOTS];
    size_t n_slots;
};

static bool match(struct matching *m, const char *pattern, size_t at);

/* Behind a slot that ends at `to`: whether what follows may begin there. It is looked at before the slot is,
 * which costs more. */
static bool may_follow(const struct matching *m, const char *rest, size_t to)
{
    if (!*rest)
        return to == m->to;
    return *rest == '{' || *rest == '(' || (to < m->to && spoken_any(m->s, to, rest));
}

static bool match_slot(struct matching *m, const char *pattern, const char *rest, size_t at)
{
    const char *name = pattern + 1;
    size_t n = strcspn(name, "}"), mine = m->n_slots++;
    for (size_t to = at + 1; to <= m->to; to++) {
        if (!may_follow(m, rest, to) || !intent_slot_fits(m->s, name, n, at, to))
            continue;
        m->slots[mine] = (struct slot){name, n, at, to};
        if (match(m, rest, to))
            return true;
    }
    m->n_slots = mine;
    return false;
}

/* Whether words [at, m->to) are the pattern. */
static bool match(struct matching *m, const char *pattern, size_t at)
{
    if (!*pattern)
        return at == m->to;
    const char *rest = pattern + strcspn(pattern, " ");
    rest += *rest == ' ';
    if (*pattern == '{')
        return match_slot(m, pattern, rest, at);
    bool is_optional = *pattern == '(';
    size_t slots = m->n_slots;
    if (at < m->to && spoken_any(m->s, at, pattern + is_optional) && match(m, rest, at + 1))
        return true;
    m->n_slots = slots;
    return is_optional && match(m, rest, at);
}

/* ---- which rules a first word may open --------------------------------------------------------- */

static struct first_words by_first_word; /* written once */

static void index_rules(void)
{
    for (size_t i = 0; i < intent_rules_n; i++)
        first_words_add(&by_first_word, intent_rules[i].pattern, i);
    first_words_sort(&by_first_word);
}

/* The rules that may begin with the word, or with a slot, in their order. */
struct candidates {
    const char *word;
    size_t at, at_slot;
};

static struct candidates candidates_for(const char *word)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, index_rules);
    return (struct candidates){word, first_words_find(&by_first_word, word),
                               first_words_find(&by_first_word, "")};
}

/* FIRST_WORDS_NONE at the end. */
static size_t next_candidate(struct candidates *c)
{
    size_t rule = first_words_at(&by_first_word, c->at, c->word);
    size_t other = first_words_at(&by_first_word, c->at_slot, "");
    size_t next = rule < other ? rule : other;
    c->at += rule == next;
    c->at_slot += other == next;
    return next;
}

/* ---- what is said around a command ------------------------------------------------------------- */

static size_t skip_greeting(const struct spoken *s)
{
    static const char *const openers[] = {
        "por favor",
        "a ver si me sabes decir",
        "a ver",
        "haz el favor de",
        "oye|hola|hey|eh|venga|anda|sarai|perdona|disculpa|vale|bueno|pues|y",
        "puedes|podrias|quieres decirme",
        "me puedes|podrias decir",
        "sabes decirme"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof openers / sizeof *openers;) {
        size_t n = spoken_match(s, at, openers[i]);
        at += n;
        i = n ? 0 : i + 1;
    }
    if (spoken_match(s, at, "puedes|podrias") && at + 1 < s->n)
        at++;
    else if (spoken_match(s, at, "me|te puedes|podrias|importa"))
        at += 2;
    return at;
}

static size_t skip_thanks(const struct spoken *s, size_t from)
{
    static const char *const closers[] = {"por favor", "muchas gracias", "ahora mismo", "si puedes|quieres",
                                          "gracias|sarai|anda|venga|porfa|ya"};
    size_t to = s->n;
    for (size_t i = 0; i < sizeof closers / sizeof *closers && to > from;) {
        size_t words = 1;
        for (const char *p = closers[i]; *p; p++)
            words += *p == ' ';
        bool ends = to >= from + words + 1 && spoken_match(s, to - words, closers[i]) == words;
        to -= ends ? words : 0;
        i = ends ? 0 : i + 1;
    }
    return to;
}

/* ---- arguments -------------------------------------------------------------------------------- */

static const struct slot *find_slot(const struct matching *m, const char *name, size_t n)
{
    for (size_t i = 0; i < m->n_slots; i++)
        if (m->slots[i].n == n && strncmp(m->slots[i].name, name, n) == 0)
            return &m->slots[i];
    return NULL;
}

/* A value of a template: what fills its slots stands for them. */
static bool fill(const struct matching *m, const char *p, size_t n, char *out, size_t room)
{
    size_t used = 0;
    for (const char *end = p + n; p < end;) {
        size_t length = strcspn(p, "}");
        const struct slot *slot = *p == '{' ? find_slot(m, p + 1, length - 1) : NULL;
        if (slot && !spoken_slice(m->s, slot->from, slot->to, out + used, room - used))
            return false;
        if (!slot && used + 1 == room)
            return false;
        if (!slot)
            out[used++] = *p;
        used += slot ? strlen(out + used) : 0;
        p += slot ? length + 1 : 1;
    }
    out[used] = '\0';
    return true;
}

static bool add_argument(const struct matching *m, const char *p, size_t n, json_t *out)
{
    char name[32], value[SPOKEN_BYTES];
    const char *equals = memchr(p, '=', n);
    size_t length = (size_t)(equals - p);
    memcpy(name, p, length);
    name[length] = '\0';
    return fill(m, equals + 1, n - length - 1, value, sizeof value) &&
           json_object_set_new(out, name, json_string(value)) == 0;
}

/* "accion=leer lista={text}"; a blank before a word without "=" belongs to the value. */
static json_t *make_arguments(const struct matching *m, const char *p)
{
    json_t *out = json_object();
    bool ok = out != NULL;
    while (ok && *p) {
        const char *next = p;
        do
            next += strcspn(next, " ") + (next[strcspn(next, " ")] != '\0');
        while (*next && memchr(next, '=', strcspn(next, " ")) == NULL);
        ok = add_argument(m, p, (size_t)(next - p) - (*next != '\0'), out);
        p = next;
    }
    if (!ok) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* The first rule that words [from, to) are. */
static bool find_rule(const struct spoken *s, size_t from, size_t to, struct intent *out)
{
    struct matching m = {.s = s, .to = to};
    struct candidates candidates = candidates_for(from < to ? s->word[from] : "");
    for (size_t i; from < to && (i = next_candidate(&candidates)) != FIRST_WORDS_NONE;) {
        m.n_slots = 0;
        if (!match(&m, intent_rules[i].pattern, from))
            continue;
        *out = (struct intent){intent_rules[i].tool, make_arguments(&m, intent_rules[i].arguments), NULL};
        if (find_slot(&m, "timer", sizeof "timer" - 1))
            out->timer = json_string_value(json_object_get(out->arguments, "nombre"));
        return out->arguments != NULL;
    }
    return false;
}

/* "¿Me enciendes …?", "Enciéndeme …", "¿Puedes encenderme …?" without "me". False: there is none. */
static bool drop_me(struct spoken *s, size_t *from, size_t to)
{
    char *word = *from < to ? s->text + (s->word[*from] - s->text) : NULL;
    size_t n = word ? strlen(word) : 0;
    bool is_apart = word && strcmp(word, "me") == 0;
    if (!is_apart && (n < 5 || strcmp(word + n - 2, "me") != 0))
        return false;
    if (is_apart)
        ++*from;
    else
        word[n - 2] = '\0';
    return true;
}

bool intents_find(const char *text, struct intent *out)
{
    struct spoken s;
    if (!spoken_split(text, &s) || s.n == 0)
        return false;
    size_t from = skip_greeting(&s), to = skip_thanks(&s, from);
    return find_rule(&s, from, to, out) || (drop_me(&s, &from, to) && find_rule(&s, from, to, out));
}

void intent_finish(struct intent *intent)
{
    json_decref(intent->arguments);
    *intent = (struct intent){0};
}

int intents_consent(const char *text)
{
    struct spoken s;
    if (!spoken_split(text, &s) || s.n == 0 || s.n > 5)
        return 0;
    if (spoken_match(&s, 0, "no|nunca|dejalo|cancela|cancelalo|mejor|ni") || spoken_match(&s, 0, "para nada"))
        return -1;
    return spoken_match(&s, 0,
                        "si|claro|vale|adelante|hazlo|venga|ok|okey|confirmo|confirmado|dale|eso|exacto|"
                        "correcto|porfa") ||
                   spoken_match(&s, 0, "por supuesto|favor") || spoken_match(&s, 0, "de acuerdo")
               ? 1
               : 0;
}
