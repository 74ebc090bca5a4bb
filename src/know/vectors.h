/* Vectors as bytes, and the nearest of many by a plain scan: a million of 384 numbers take some twenty
 * milliseconds, exactly and without an index to keep.
 *
 *     float scale = vector_pack(v, 384, packed);            // v = scale × packed
 *     struct nearest near; nearest_init(&near, 10, err);
 *     nearest_scan(&near, query, query_scale, 384, ids, scales, vectors, n);   // as often as there are
 * blocks nearest_sort(&near); … near.found[i].id … nearest_finish(&near);
 */
#ifndef SARAI_KNOW_VECTORS_H
#define SARAI_KNOW_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { VECTOR_MAX_DIMENSION = 4096, NEAREST_MAX = 1000 };

struct nearest_hit {
    int64_t id;
    double score; /* the scalar product: the cosine where vectors have length one */
};

/* The best so far, as a heap whose worst is on top. */
struct nearest {
    struct nearest_hit *found;
    size_t n, most;
};

/* Rounds to −127…127 by the largest number; gives the factor that turns bytes back into numbers. */
float vector_pack(const float *v, int dimension, int8_t *out);

/* Scalar product of bytes, as exact as integers are. */
int32_t vector_dot(const int8_t *a, const int8_t *b, int dimension);

/* `most` is 1 to NEAREST_MAX. */
enum sarai_status nearest_init(struct nearest *near, size_t most, struct sarai_error *err);
void nearest_finish(struct nearest *near);
/* Goes over n vectors that lie one behind the other. */
void nearest_scan(struct nearest *near, const int8_t *query, float query_scale, int dimension,
                  const int64_t *ids, const float *scales, const int8_t *vectors, size_t n);
/* Best first. */
void nearest_sort(struct nearest *near);

#endif
