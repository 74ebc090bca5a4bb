/* Latency of a search by vectors, at 1,000, 100,000 and 1,000,000 passages: synthetic vectors of length one
 * in a store of their own, warm, the minimum and the median of many questions; and recall@10 of the bytes
 * against the numbers that they were made of.
 *
 *     build/release/bench/scan [DIMENSION]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "know/shelf.h"
#include "know/vectors.h"

enum { QUESTIONS = 41, TOP = 10, EXACT_MAX = 100000 };

/* xorshift: the same numbers everywhere. */
static uint32_t next_random(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void random_vector(float *v, int dimension)
{
    float length = 0;
    for (int i = 0; i < dimension; i++) {
        float sum = 0; /* of four uniform numbers: near enough to normal */
        for (int k = 0; k < 4; k++)
            sum += (float)next_random() / 4294967296.0F - 0.5F;
        v[i] = sum;
        length += sum * sum;
    }
    for (int i = 0; i < dimension; i++)
        v[i] /= sqrtf(length);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Fills the store: documents of a thousand chunks. `all` takes the numbers, where there is room for them. */
static enum sarai_status fill(struct shelf *shelf, int n, int dimension, float *all, struct sarai_error *err)
{
    enum { PART = 1000 };
    static struct shelf_chunk chunks[PART];
    int8_t *packed = malloc((size_t)PART * (size_t)dimension);
    float v[VECTOR_MAX_DIMENSION];
    char path[32];
    enum sarai_status st = packed ? SARAI_OK : SARAI_ENOMEM;
    for (int from = 0; !st && from < n; from += PART) {
        for (int i = 0; i < PART; i++) {
            int8_t *at = packed + (size_t)i * (size_t)dimension;
            random_vector(v, dimension);
            if (all)
                memcpy(all + (size_t)(from + i) * (size_t)dimension, v, (size_t)dimension * sizeof *v);
            chunks[i] =
                (struct shelf_chunk){.text = "x", .vector = at, .scale = vector_pack(v, dimension, at)};
        }
        snprintf(path, sizeof path, "/%d", from);
        const struct shelf_document document = {.path = path, .kind = "text", .hash = ""};
        st = shelf_put(shelf, &document, chunks, PART, err);
    }
    free(packed);
    return st;
}

/* How many of the found are among the truly nearest. Chunks are numbered from 1 in the order they were put.
 */
static int count_right(const float *all, const float *query, int n, int dimension,
                       const struct nearest_hit *hits)
{
    int right = 0;
    for (int k = 0; k < TOP; k++) {
        const float *found = all + (size_t)(hits[k].id - 1) * (size_t)dimension;
        float own = 0;
        int better = 0;
        for (int i = 0; i < dimension; i++)
            own += found[i] * query[i];
        for (int j = 0; j < n; j++) {
            float dot = 0;
            for (int i = 0; i < dimension; i++)
                dot += all[(size_t)j * (size_t)dimension + (size_t)i] * query[i];
            better += dot > own;
        }
        right += better < TOP;
    }
    return right;
}

static enum sarai_status measure(const char *folder, int n, int dimension, struct sarai_error *err)
{
    char place[128];
    struct shelf *shelf = NULL;
    struct nearest_hit hits[TOP];
    float query[VECTOR_MAX_DIMENSION];
    int8_t packed[VECTOR_MAX_DIMENSION];
    double times_ms[QUESTIONS];
    size_t found;
    int right = 0;
    float *all = n <= EXACT_MAX ? malloc((size_t)n * (size_t)dimension * sizeof *all) : NULL;
    snprintf(place, sizeof place, "%s/%d.db", folder, n);
    const struct shelf_options options = {
        .place = place, .write = true, .model = "bench", .dimension = dimension};
    enum sarai_status st = shelf_open(&options, &shelf, err);
    double start_ms = clock_ms();
    if (!st)
        st = fill(shelf, n, dimension, all, err);
    double filled_ms = clock_ms() - start_ms, first_ms = 0;
    for (int i = -1; !st && i < QUESTIONS; i++) { /* the first one reads the vectors into memory */
        random_vector(query, dimension);
        start_ms = clock_ms();
        float scale = vector_pack(query, dimension, packed);
        st = shelf_near(shelf, packed, scale, TOP, hits, &found, err);
        *(i < 0 ? &first_ms : &times_ms[i]) = clock_ms() - start_ms;
        if (!st && all && i >= 0 && i < 10)
            right += count_right(all, query, n, dimension, hits);
    }
    if (!st) {
        qsort(times_ms, QUESTIONS, sizeof *times_ms, by_value);
        printf("%8d × %d: min %.2f ms, median %.2f ms; first %.0f ms; filled in %.1f s", n, dimension,
               times_ms[0], times_ms[QUESTIONS / 2], first_ms, filled_ms / 1000);
        if (all)
            printf("; recall@%d %.3f", TOP, right / 10.0 / TOP);
        printf("\n");
        fflush(stdout);
    }
    free(all);
    shelf_close(shelf);
    unlink(place);
    return st;
}

int main(int argc, char **argv)
{
    static const int sizes[] = {1000, 100000, 1000000};
    struct sarai_error err = {0};
    char folder[] = "/tmp/sarai-scan-XXXXXX";
    int dimension = argc > 1 ? atoi(argv[1]) : 384;
    if (dimension < 1 || dimension > VECTOR_MAX_DIMENSION || !mkdtemp(folder))
        return SARAI_EUSAGE;
    enum sarai_status st = SARAI_OK;
    for (size_t i = 0; !st && i < sizeof sizes / sizeof *sizes; i++)
        st = measure(folder, sizes[i], dimension, &err);
    rmdir(folder);
    if (st)
        fprintf(stderr, "%s\n", err.message);
    return (int)st;
}
