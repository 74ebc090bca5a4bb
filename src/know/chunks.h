/* A document cut into chunks: the pieces that are found and quoted. Short paragraphs that follow each other
 * share one, long ones are cut between sentences; no chunk spans two pages.
 *
 *     struct chunks c;
 *     chunks_of(&document, &c, err);
 *     for (size_t i = 0; i < c.n; i++) puts(c.chunk[i].text);
 *     chunks_finish(&c);
 */
#ifndef SARAI_KNOW_CHUNKS_H
#define SARAI_KNOW_CHUNKS_H

#include <stddef.h>

#include "base/error.h"
#include "know/document.h"
#include "know/shelf.h"

/* Spanish takes four to five bytes a token: some 190 of the 256 tokens that an embedder reads well. */
enum { CHUNK_BYTES = 800 };

struct chunks {
    struct shelf_chunk *chunk; /* without vectors */
    size_t n, room;
    char *text; /* of all of them */
};

/* EINPUT: more than SHELF_MAX_CHUNKS. ENOMEM. A document without text has none. */
enum sarai_status chunks_of(const struct document *d, struct chunks *out, struct sarai_error *err);
void chunks_finish(struct chunks *c);

#endif
