#include "know/vectors.h"

#include <math.h>
#include <stdlib.h>

/* The loop of products is compiled once for each generation of CPU, and the loader takes the best that this
 * one has. Compilers without that (or sanitizers that run before the loader is done) take the plain one,
 * which on ARM is NEON already. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) &&      \
    !defined(__SANITIZE_ADDRESS__)
#define FOR_EACH_CPU __attribute__((target_clones("arch=x86-64-v4", "avx2", "default"), optimize("O3")))
#else
#define FOR_EACH_CPU
#endif

float vector_pack(const float *v, int dimension, int8_t *out)
{
    float largest = 0;
    for (int i = 0; i < dimension; i++)
        largest = fmaxf(largest, fabsf(v[i]));
    float to_bytes = largest > 0 ? 127.0F / largest : 0;
    for (int i = 0; i < dimension; i++)
        out[i] = (int8_t)lrintf(v[i] * to_bytes);
    return largest / 127.0F;
}

int32_t vector_dot(const int8_t *a, const int8_t *b, int dimension)
{
    int32_t sum = 0;
    for (int i = 0; i < dimension; i++)
        sum += (int16_t)a[i] * (int16_t)b[i];
    return sum;
}

/* The products of one query with n vectors. Apart from the heap, so that the compiler sees a bare loop. */
FOR_EACH_CPU static void dots(const int8_t *query, const int8_t *vectors, int dimension, size_t n,
                              int32_t *out)
{
    for (size_t k = 0; k < n; k++) {
        const int8_t *v = vectors + k * (size_t)dimension;
        int32_t sum = 0;
        for (int i = 0; i < dimension; i++)
            sum += (int16_t)query[i] * (int16_t)v[i];
        out[k] = sum;
    }
}

enum sarai_status nearest_init(struct nearest *near, size_t most, struct sarai_error *err)
{
    *near = (struct nearest){.most = most};
    near->found = calloc(most, sizeof *near->found);
    return near->found ? SARAI_OK : out_of_memory(err, tr("la búsqueda", "the search"));
}

void nearest_finish(struct nearest *near)
{
    free(near->found);
    *near = (struct nearest){0};
}

static void sink(struct nearest_hit *heap, size_t n, size_t at)
{
    struct nearest_hit hit = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && heap[child + 1].score < heap[child].score)
            child++;
        if (heap[child].score >= hit.score)
            break;
        heap[at] = heap[child];
    }
    heap[at] = hit;
}

static void offer(struct nearest *near, int64_t id, double score)
{
    if (near->n < near->most) {
        near->found[near->n++] = (struct nearest_hit){id, score};
        if (near->n == near->most)
            for (size_t i = near->most / 2; i-- > 0;)
                sink(near->found, near->n, i);
    } else if (score > near->found[0].score) {
        near->found[0] = (struct nearest_hit){id, score};
        sink(near->found, near->n, 0);
    }
}

void nearest_scan(struct nearest *near, const int8_t *query, float query_scale, int dimension,
                  const int64_t *ids, const float *scales, const int8_t *vectors, size_t n)
{
    enum { BLOCK = 1024 };
    int32_t products[BLOCK];
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t count = n - from < BLOCK ? n - from : BLOCK;
        dots(query, vectors + from * (size_t)dimension, dimension, count, products);
        for (size_t i = 0; i < count; i++)
            offer(near, ids[from + i], (double)query_scale * (double)scales[from + i] * products[i]);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct nearest_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

void nearest_sort(struct nearest *near)
{
    qsort(near->found, near->n, sizeof *near->found, by_score);
}
