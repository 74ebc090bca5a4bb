#include "speak/phonemes.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "engine/espeak.h"

enum { MAX_CLAUSE_BYTES = 1 << 20, MAX_IPA_BYTES = 16 << 20 };

/* Two signs that are one phoneme, and Kokoro's one symbol for them: what its own reader (misaki's EspeakG2P)
 * makes of espeak-ng's phonemes, and so what the voice has learnt. */
struct joined {
    uint32_t first, second;
    const char *symbol;
};
static const struct joined JOINED[] = {
    {'a', 0x26A, "I"},   {'a', 0x28A, "W"},   {'e', 0x26A, "A"}, {'o', 0x28A, "O"},
    {0x259, 0x28A, "Q"}, {0x254, 0x26A, "Y"}, {'t', 's', "ʦ"},   {'d', 'z', "ʣ"},
    {'t', 0x283, "ʧ"},   {'d', 0x292, "ʤ"},   {'s', 's', "S"},
};

struct phonemes {
    struct espeak *espeak;
    json_t *root;
    const json_t *map;
    bool joins; /* the table is Kokoro's */
};

enum sarai_status phonemes_open(const char *table_path, const char *language, struct phonemes **out,
                                struct sarai_error *err)
{
    json_error_t cause;
    struct phonemes *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, table_path);
    enum sarai_status st = SARAI_OK;
    p->root = json_load_file(table_path, JSON_REJECT_DUPLICATES, &cause);
    p->map = json_object_get(p->root, "vocab");
    p->joins = p->map != NULL;
    if (!p->map)
        p->map = json_object_get(p->root, "phoneme_id_map");
    if (!p->root)
        st = json_failed(&cause, table_path, err);
    else if (phonemes_id(p, "a") < 0)
        st = failed(err, SARAI_EMODEL, tr("%s no es una tabla de fonemas", "%s is no table of phonemes"),
                    table_path);
    else
        st = espeak_open(language, &p->espeak, err);
    if (st) {
        phonemes_close(p);
        return st;
    }
    *out = p;
    return SARAI_OK;
}

void phonemes_close(struct phonemes *p)
{
    if (!p)
        return;
    espeak_close(p->espeak);
    json_decref(p->root);
    free(p);
}

/* What a voice model knows as a symbol of its own, and espeak-ng would swallow. */
static bool is_punctuation(uint32_t c)
{
    static const uint32_t marks[] = {',',    '.',    ';', ':', '!', '?',    0xA1,  0xBF,
                                     0x2026, 0x2014, '(', ')', '"', 0x201C, 0x201D};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == c)
            return true;
    return false;
}

static bool is_opening(uint32_t c)
{
    return c == 0xA1 || c == 0xBF || c == '(' || c == 0x201C;
}

/* Whether what is written last leans on the word to come. */
static bool ends_open(const struct buf *ipa)
{
    static const char *const opening[] = {" ", "(", "¡", "¿", "“"};
    for (size_t i = 0; i < sizeof opening / sizeof *opening; i++) {
        size_t n = strlen(opening[i]);
        if (ipa->len >= n && memcmp(ipa->data + ipa->len - n, opening[i], n) == 0)
            return true;
    }
    return ipa->len == 0;
}

static const char *joined_symbol(const struct phonemes *p, uint32_t first, uint32_t second)
{
    for (size_t i = 0; p->joins && i < sizeof JOINED / sizeof *JOINED; i++)
        if (JOINED[i].first == first && JOINED[i].second == second && phonemes_id(p, JOINED[i].symbol) >= 0)
            return JOINED[i].symbol;
    return NULL;
}

/* Appends espeak-ng's phonemes without ties: what was tied becomes the table's one symbol, or stays two. */
static bool append_joined(const struct phonemes *p, const char *tied, size_t n, struct buf *ipa)
{
    bool ok = true;
    for (size_t at = 0; ok && at < n;) {
        uint32_t c = utf8_next(tied, n, &at);
        size_t next = at;
        const char *symbol = NULL;
        if (next < n && utf8_next(tied, n, &next) == ESPEAK_TIE && next < n)
            symbol = joined_symbol(p, c, utf8_next(tied, n, &next));
        if (symbol)
            at = next;
        ok = symbol ? buf_text(ipa, symbol) : c == ESPEAK_TIE || buf_codepoint(ipa, c);
    }
    return ok;
}

/* Appends the phonemes of the clause collected so far, set off by a blank. */
static bool flush_clause(struct phonemes *p, struct buf *clause, struct buf *ipa)
{
    bool spoken = clause->len > strspn(buf_string(clause), " ");
    bool ok = true;
    if (spoken) {
        if (!ends_open(ipa))
            ok = buf_text(ipa, " ");
        struct buf tied = BUF_INIT(MAX_IPA_BYTES);
        ok = ok && espeak_ipa(p->espeak, clause->data, &tied) &&
             append_joined(p, buf_string(&tied), tied.len, ipa);
        buf_finish(&tied);
    }
    buf_reset(clause);
    return ok;
}

bool phonemes_write(struct phonemes *p, const char *text, struct buf *ipa)
{
    struct buf clause = BUF_INIT(MAX_CLAUSE_BYTES);
    size_t n = strlen(text), at = 0;
    bool ok = true;
    while (ok && at < n) {
        uint32_t c = utf8_next(text, n, &at);
        if (!is_punctuation(c)) {
            ok = buf_codepoint(&clause, c);
            continue;
        }
        ok = flush_clause(p, &clause, ipa);
        if (ok && is_opening(c) && !ends_open(ipa))
            ok = buf_text(ipa, " ");
        ok = ok && buf_codepoint(ipa, c);
    }
    ok = ok && flush_clause(p, &clause, ipa);
    buf_finish(&clause);
    return ok;
}

int64_t phonemes_id(const struct phonemes *p, const char *symbol)
{
    const json_t *id = json_object_get(p->map, symbol);
    if (json_is_array(id))
        id = json_array_get(id, 0);
    return json_is_integer(id) ? json_integer_value(id) : -1;
}

size_t phonemes_ids(const struct phonemes *p, const char *ipa, size_t n, int64_t *ids, size_t max)
{
    size_t count = 0, at = 0;
    while (at < n && count < max) {
        char symbol[5] = {0};
        utf8_put(utf8_next(ipa, n, &at), symbol);
        int64_t id = phonemes_id(p, symbol);
        if (id >= 0)
            ids[count++] = id;
    }
    return count;
}

long phonemes_number(const struct phonemes *p, const char *section, const char *key, long otherwise)
{
    const json_t *value = json_object_get(json_object_get(p->root, section), key);
    return json_is_integer(value) ? (long)json_integer_value(value) : otherwise;
}
