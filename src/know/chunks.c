#include "know/chunks.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* A piece of a block, or a whole one. */
struct piece {
    size_t at, n;
    int page, line;
};

struct cutting {
    const struct document *d;
    struct buf text;
    size_t *offsets; /* of each chunk's text, since `text` moves while it grows */
    struct chunks c;
};

static bool ends_sentence(const char *text, size_t at)
{
    /* "…" is three bytes, the last of which is A6. */
    return strchr(".?!:;\n", text[at]) || (at >= 2 && memcmp(text + at - 2, "…", 3) == 0);
}

/* How much of a text of n bytes makes a good piece: near `wanted`, behind a sentence; else behind a word;
 * else between two characters. */
static size_t cut(const char *text, size_t n, size_t wanted)
{
    if (n <= CHUNK_BYTES)
        return n;
    size_t best = 0, blank = 0;
    for (size_t i = wanted / 2; i < CHUNK_BYTES; i++) {
        if (text[i] != ' ' && text[i] != '\n')
            continue;
        blank = i;
        size_t distance = i > wanted ? i - wanted : wanted - i;
        size_t best_distance = best > wanted ? best - wanted : wanted - best;
        if (ends_sentence(text, i - 1) && (best == 0 || distance < best_distance))
            best = i;
    }
    if (best > 0 || blank > 0)
        return best > 0 ? best : blank;
    size_t whole = utf8_complete(text, CHUNK_BYTES);
    return whole > 0 ? whole : CHUNK_BYTES;
}

/* Begins a chunk with the piece. */
static enum sarai_status begin_chunk(struct cutting *k, const struct piece *p, struct sarai_error *err)
{
    struct chunks *c = &k->c;
    if (c->n == SHELF_MAX_CHUNKS)
        return failed(err, SARAI_EINPUT, tr("da más de %d trozos", "gives more than %d chunks"),
                      SHELF_MAX_CHUNKS);
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 32;
        struct shelf_chunk *chunk = realloc(c->chunk, room * sizeof *chunk);
        c->chunk = chunk ? chunk : c->chunk;
        size_t *offsets = realloc(k->offsets, room * sizeof *offsets);
        k->offsets = offsets ? offsets : k->offsets;
        if (!chunk || !offsets)
            return out_of_memory(err, tr("el texto", "the text"));
        c->room = room;
    }
    if (c->n > 0 && !buf_append(&k->text, "", 1)) /* the NUL of the one before */
        return out_of_memory(err, tr("el texto", "the text"));
    k->offsets[c->n] = k->text.len;
    c->chunk[c->n++] = (struct shelf_chunk){.page = p->page, .line = p->line};
    return SARAI_OK;
}

/* Lines inside of a paragraph are blanks in a chunk. */
static bool append(struct buf *out, const char *text, size_t n)
{
    size_t from = out->len;
    if (!buf_append(out, text, n))
        return false;
    for (size_t i = from; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
    return true;
}

/* Puts the piece behind the last chunk where it fits, or begins one. */
static enum sarai_status add_piece(struct cutting *k, const struct piece *p, struct sarai_error *err)
{
    struct chunks *c = &k->c;
    size_t used = c->n > 0 ? k->text.len - k->offsets[c->n - 1] : 0;
    bool fits = c->n > 0 && c->chunk[c->n - 1].page == p->page && used + 1 + p->n <= CHUNK_BYTES;
    enum sarai_status st = fits ? SARAI_OK : begin_chunk(k, p, err);
    if (!st && ((fits && !buf_text(&k->text, "\n")) || !append(&k->text, k->d->text.data + p->at, p->n)))
        st = out_of_memory(err, tr("el texto", "the text"));
    return st;
}

/* A long block is cut into pieces of about the same length. */
static enum sarai_status add_block(struct cutting *k, const struct block *b, struct sarai_error *err)
{
    const char *text = k->d->text.data;
    struct piece p = {b->at, 0, b->page, b->line};
    enum sarai_status st = SARAI_OK;
    for (size_t left = b->n; !st && left > 0;) {
        size_t n_pieces = (left + CHUNK_BYTES - 1) / CHUNK_BYTES;
        p.n = cut(text + p.at, left, left / n_pieces);
        st = add_piece(k, &p, err);
        for (size_t i = p.at; p.line > 0 && i < p.at + p.n; i++)
            p.line += text[i] == '\n';
        left -= p.n;
        p.at += p.n;
        if (left > 0 && (text[p.at] == ' ' || text[p.at] == '\n')) { /* at which it was cut */
            p.line += p.line > 0 && text[p.at] == '\n';
            p.at++;
            left--;
        }
    }
    return st;
}

enum sarai_status chunks_of(const struct document *d, struct chunks *out, struct sarai_error *err)
{
    struct cutting k = {.d = d, .text = BUF_INIT(2 * (size_t)DOCUMENT_TEXT_BYTES)};
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < d->n_blocks; i++)
        st = add_block(&k, &d->blocks[i], err);
    if (!st && !(k.c.text = buf_take(&k.text)))
        st = out_of_memory(err, tr("el texto", "the text"));
    for (size_t i = 0; !st && i < k.c.n; i++)
        k.c.chunk[i].text = k.c.text + k.offsets[i];
    buf_finish(&k.text);
    free(k.offsets);
    if (st)
        chunks_finish(&k.c);
    else
        *out = k.c;
    return st;
}

void chunks_finish(struct chunks *c)
{
    free(c->chunk);
    free(c->text);
    *c = (struct chunks){0};
}
