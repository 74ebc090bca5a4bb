#include "engine/styled_conv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET(isa) __attribute__((target(isa)))
#endif

/* Bodies that are compiled once for each instruction set, so that the compiler vectorises them for it. */
#define BODY static inline __attribute__((always_inline))

enum { BLOCK = 6, OUT = STYLED_CONV_OUT_STEP, LANES = 16 };

/* What a stretch of x becomes before it is convolved: rows of `quads` groups of four channels. */
struct quantised {
    uint8_t *rows;
    size_t quads;
    float scale;
    int32_t zero;
};

/* Products of BLOCK rows with OUT output channels, over all taps. */
struct product {
    const uint8_t *rows;
    const int8_t *weights;
    size_t quads, taps, tap_rows, out;
};

typedef void measure_fn(const float *x, size_t frames, size_t channels, float *moments);
typedef void activate_fn(const struct styled_conv *c, const struct styled_conv_io *io, size_t from, size_t to,
                         float *a, float range[2]);
typedef void quantise_fn(const float *a, size_t rows, size_t channels, const struct quantised *q);
typedef void multiply_fn(const struct styled_conv *c, const struct styled_conv_io *io,
                         const struct quantised *q, size_t from, size_t to);
typedef void product_fn(const struct product *p, int32_t acc[BLOCK][OUT]);

struct kernels {
    measure_fn *measure;
    activate_fn *activate;
    quantise_fn *quantise;
    multiply_fn *multiply; /* the convolution of a stretch, written to io->y */
    float top;             /* greatest cell */
};

/* ---- bodies ---------------------------------------------------------------------------------- */

/* Deviations from the first frame, which is near the mean, keep the squares small. */
BODY void measure(const float *x, size_t frames, size_t channels, float *restrict moments)
{
    float *restrict squares = moments + channels;
    memset(moments, 0, 2 * channels * sizeof *moments);
    for (size_t t = 1; t < frames; t++) {
        const float *row = x + t * channels;
        for (size_t c = 0; c < channels; c++) {
            float d = row[c] - x[c];
            moments[c] += d;
            squares[c] += d * d;
        }
    }
    for (size_t c = 0; c < channels; c++) {
        float sum = moments[c];
        moments[c] = x[c] + sum / (float)frames;
        squares[c] -= sum * sum / (float)frames;
    }
}

/* sin²(πz), within 1e-6: z is brought to −½..½, where sin(πz) is an odd polynomial (Taylor's, its last
 * terms fitted). */
BODY float sin_squared(float z)
{
    const float to_integer = 12582912; /* 1.5 · 2^23: adding it rounds to a whole number */
    float r = z - ((z + to_integer) - to_integer), r2 = r * r;
    float s =
        r * (3.14159265f + r2 * (-5.16771023f + r2 * (2.55003607f + r2 * (-0.59805918f + r2 * 0.0772147f))));
    return s * s;
}

BODY void activate(const struct styled_conv *c, const struct styled_conv_io *io, size_t from, size_t to,
                   float *restrict a, float range[2])
{
    float low[LANES] = {0}, high[LANES] = {0}; /* zero is always in range: it pads both ends */
    const float *restrict gain = io->gain, *restrict offset = io->offset, *restrict turns = c->turns,
                          *restrict depth = c->depth;
    for (size_t t = from; t < to; t++) {
        const float *restrict x = io->x + t * c->in;
        float *restrict row = a + (t - from) * c->in;
        if (turns)
            for (size_t i = 0; i < c->in; i++) {
                float v = gain[i] * x[i] + offset[i];
                row[i] = v + sin_squared(v * turns[i]) * depth[i];
            }
        else
            for (size_t i = 0; i < c->in; i++) {
                float v = gain[i] * x[i] + offset[i];
                row[i] = v < 0 ? v * c->slope : v;
            }
        size_t i = 0;
        for (; i + LANES <= c->in; i += LANES)
            for (size_t l = 0; l < LANES; l++) {
                low[l] = row[i + l] < low[l] ? row[i + l] : low[l];
                high[l] = row[i + l] > high[l] ? row[i + l] : high[l];
            }
        for (; i < c->in; i++) {
            low[0] = row[i] < low[0] ? row[i] : low[0];
            high[0] = row[i] > high[0] ? row[i] : high[0];
        }
    }
    range[0] = range[1] = 0;
    for (size_t l = 0; l < LANES; l++) {
        range[0] = low[l] < range[0] ? low[l] : range[0];
        range[1] = high[l] > range[1] ? high[l] : range[1];
    }
}

/* Never above the kernel's top: the scale comes from the range. The sum is positive: the cast rounds it to
 * nearest with the half that is added. */
BODY uint8_t to_cell(float v, float inverse, float zero)
{
    return (uint8_t)(int32_t)(v * inverse + zero + 0.5f);
}

BODY void quantise(const float *restrict a, size_t rows, size_t channels, const struct quantised *q)
{
    float inverse = 1 / q->scale, zero = (float)q->zero;
    for (size_t t = 0; t < rows; t++) {
        uint8_t *restrict row = q->rows + t * q->quads * 4;
        for (size_t i = 0; i < channels; i++)
            row[i] = to_cell(a[t * channels + i], inverse, zero);
    }
}

/* Whole sums of OUT channels from `o` on → y of frame t. */
BODY void finish(const struct styled_conv *c, const struct styled_conv_io *io, const struct quantised *q,
                 const int32_t *restrict acc, size_t t, size_t o)
{
    const float *restrict residual = io->residual ? io->residual + t * c->out + o : NULL;
    float *restrict y = io->y + t * c->out + o;
    for (size_t i = 0; i < OUT; i++)
        y[i] = (float)(acc[i] - q->zero * c->sums[o + i]) * (c->scale[o + i] * q->scale) + c->bias[o + i] +
               (residual ? residual[i] : 0);
}

/* The convolution with `product`, which takes BLOCK frames at a time. */
BODY void multiply_blocks(const struct styled_conv *c, const struct styled_conv_io *io,
                          const struct quantised *q, size_t from, size_t to, product_fn *product)
{
    int32_t acc[BLOCK][OUT];
    for (size_t o = 0; o < c->out; o += OUT) /* one channel group's weights stay in the cache */
        for (size_t t = from; t < to; t += BLOCK) {
            const struct product p = {.rows = q->rows + (t - from) * q->quads * 4,
                                      .weights = c->weights + o * 4,
                                      .quads = q->quads,
                                      .taps = c->taps,
                                      .tap_rows = c->dilation,
                                      .out = c->out};
            product(&p, acc);
            for (size_t i = 0; i < BLOCK && t + i < to; i++)
                finish(c, io, q, acc[i], t + i, o);
        }
}

/* ---- plain C --------------------------------------------------------------------------------- */

static void measure_plain(const float *x, size_t frames, size_t channels, float *moments)
{
    measure(x, frames, channels, moments);
}

static void activate_plain(const struct styled_conv *c, const struct styled_conv_io *io, size_t from,
                           size_t to, float *a, float range[2])
{
    activate(c, io, from, to, a, range);
}

static void quantise_plain(const float *a, size_t rows, size_t channels, const struct quantised *q)
{
    quantise(a, rows, channels, q);
}

static void product_plain(const struct product *p, int32_t acc[BLOCK][OUT])
{
    memset(acc, 0, sizeof(int32_t) * BLOCK * OUT);
    for (size_t k = 0; k < p->taps; k++)
        for (size_t i = 0; i < p->quads; i++) {
            const int8_t *w = p->weights + (k * p->quads + i) * p->out * 4;
            for (size_t t = 0; t < BLOCK; t++) {
                const uint8_t *x = p->rows + ((t + k * p->tap_rows) * p->quads + i) * 4;
                for (size_t o = 0; o < OUT; o++)
                    acc[t][o] +=
                        x[0] * w[4 * o] + x[1] * w[4 * o + 1] + x[2] * w[4 * o + 2] + x[3] * w[4 * o + 3];
            }
        }
}

static void multiply_plain(const struct styled_conv *c, const struct styled_conv_io *io,
                           const struct quantised *q, size_t from, size_t to)
{
    multiply_blocks(c, io, q, from, to, product_plain);
}

#if defined(__x86_64__)
/* ---- AVX2 ------------------------------------------------------------------------------------- */

TARGET("avx2,fma")
static void measure_avx2(const float *x, size_t frames, size_t channels, float *moments)
{
    measure(x, frames, channels, moments);
}

TARGET("avx2,fma")
static void activate_avx2(const struct styled_conv *c, const struct styled_conv_io *io, size_t from,
                          size_t to, float *a, float range[2])
{
    activate(c, io, from, to, a, range);
}

TARGET("avx2,fma")
static void quantise_avx2(const float *a, size_t rows, size_t channels, const struct quantised *q)
{
    quantise(a, rows, channels, q);
}

/* Two products are added in 16 bits before they are widened: 2 · 127 · 127 fits, so cells have 7 bits. */
TARGET("avx2,fma")
static void product_avx2(const struct product *p, int32_t acc[BLOCK][OUT])
{
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t o = 0; o < OUT; o += 16) {
        __m256i sum[BLOCK][2];
        for (size_t t = 0; t < BLOCK; t++)
            sum[t][0] = sum[t][1] = _mm256_setzero_si256();
        for (size_t k = 0; k < p->taps; k++) {
            const uint8_t *x = p->rows + k * p->tap_rows * p->quads * 4;
            const int8_t *w = p->weights + (k * p->quads * p->out + o) * 4;
            for (size_t i = 0; i < p->quads; i++, w += p->out * 4) {
                __m256i w0 = _mm256_loadu_si256((const __m256i *)w);
                __m256i w1 = _mm256_loadu_si256((const __m256i *)(w + 32));
#pragma GCC unroll 6
                for (size_t t = 0; t < BLOCK; t++) {
                    int32_t four;
                    memcpy(&four, x + (t * p->quads + i) * 4, sizeof four);
                    __m256i fours = _mm256_set1_epi32(four);
                    sum[t][0] =
                        _mm256_add_epi32(sum[t][0], _mm256_madd_epi16(_mm256_maddubs_epi16(fours, w0), ones));
                    sum[t][1] =
                        _mm256_add_epi32(sum[t][1], _mm256_madd_epi16(_mm256_maddubs_epi16(fours, w1), ones));
                }
            }
        }
        for (size_t t = 0; t < BLOCK; t++) {
            _mm256_storeu_si256((__m256i *)&acc[t][o], sum[t][0]);
            _mm256_storeu_si256((__m256i *)&acc[t][o + 8], sum[t][1]);
        }
    }
}

TARGET("avx2,fma")
static void multiply_avx2(const struct styled_conv *c, const struct styled_conv_io *io,
                          const struct quantised *q, size_t from, size_t to)
{
    multiply_blocks(c, io, q, from, to, product_avx2);
}

/* ---- AVX-512 VNNI: four 8-bit products an instruction ------------------------------------------ */

#ifdef __clang__ /* does not know the width in an attribute */
#define AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"
#else
#define AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,prefer-vector-width=512"
#endif

TARGET(AVX512)
static void measure_avx512(const float *x, size_t frames, size_t channels, float *moments)
{
    measure(x, frames, channels, moments);
}

TARGET(AVX512)
static void activate_avx512(const struct styled_conv *c, const struct styled_conv_io *io, size_t from,
                            size_t to, float *a, float range[2])
{
    activate(c, io, from, to, a, range);
}

TARGET(AVX512)
static void quantise_avx512(const float *a, size_t rows, size_t channels, const struct quantised *q)
{
    quantise(a, rows, channels, q);
}

TARGET(AVX512)
static void product_avx512(const struct product *p, int32_t acc[BLOCK][OUT])
{
    __m512i sum[BLOCK][4];
    for (size_t t = 0; t < BLOCK; t++)
        for (size_t v = 0; v < 4; v++)
            sum[t][v] = _mm512_setzero_si512();
    for (size_t k = 0; k < p->taps; k++) {
        const uint8_t *x = p->rows + k * p->tap_rows * p->quads * 4;
        const int8_t *w = p->weights + k * p->quads * p->out * 4;
        for (size_t i = 0; i < p->quads; i++, w += p->out * 4) {
            const __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64),
                          w2 = _mm512_loadu_si512(w + 128), w3 = _mm512_loadu_si512(w + 192);
#pragma GCC unroll 6
            for (size_t t = 0; t < BLOCK; t++) {
                int32_t four;
                memcpy(&four, x + (t * p->quads + i) * 4, sizeof four);
                __m512i fours = _mm512_set1_epi32(four);
                sum[t][0] = _mm512_dpbusd_epi32(sum[t][0], fours, w0);
                sum[t][1] = _mm512_dpbusd_epi32(sum[t][1], fours, w1);
                sum[t][2] = _mm512_dpbusd_epi32(sum[t][2], fours, w2);
                sum[t][3] = _mm512_dpbusd_epi32(sum[t][3], fours, w3);
            }
        }
    }
    for (size_t t = 0; t < BLOCK; t++)
        for (size_t v = 0; v < 4; v++)
            _mm512_storeu_si512(&acc[t][v * 16], sum[t][v]);
}

TARGET(AVX512)
static void multiply_avx512(const struct styled_conv *c, const struct styled_conv_io *io,
                            const struct quantised *q, size_t from, size_t to)
{
    multiply_blocks(c, io, q, from, to, product_avx512);
}
#endif

static const struct kernels KERNELS[] = {
#if defined(__x86_64__)
    [STYLED_CONV_AVX512_VNNI] = {measure_avx512, activate_avx512, quantise_avx512, multiply_avx512, 255},
    [STYLED_CONV_AVX2] = {measure_avx2, activate_avx2, quantise_avx2, multiply_avx2, 127},
#endif
    [STYLED_CONV_PLAIN] = {measure_plain, activate_plain, quantise_plain, multiply_plain, 255},
};

enum styled_conv_isa styled_conv_best_isa(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return STYLED_CONV_AVX512_VNNI;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return STYLED_CONV_AVX2;
#endif
    return STYLED_CONV_PLAIN;
}

/* ---- the layer --------------------------------------------------------------------------------- */

bool styled_conv_prepare(struct styled_conv *c)
{
    c->sums = calloc(c->out, sizeof *c->sums);
    for (size_t i = 0; c->sums && i < c->taps * ((c->in + 3) / 4); i++)
        for (size_t o = 0; o < c->out; o++)
            for (size_t j = 0; j < 4; j++)
                c->sums[o] += c->weights[(i * c->out + o) * 4 + j];
    bool done = c->sums != NULL;
    if (c->alpha) {
        c->turns = malloc(c->in * sizeof *c->turns);
        c->depth = malloc(c->in * sizeof *c->depth);
        done = done && c->turns && c->depth;
        for (size_t i = 0; done && i < c->in; i++) {
            c->turns[i] = c->alpha[i] * (float)M_1_PI;
            c->depth[i] = 1 / c->alpha[i];
        }
    }
    if (!done)
        styled_conv_release(c);
    return done;
}

void styled_conv_release(struct styled_conv *c)
{
    free(c->sums);
    free(c->turns);
    free(c->depth);
    c->sums = NULL;
    c->turns = c->depth = NULL;
}

void styled_conv_measure(enum styled_conv_isa isa, const float *x, size_t frames, size_t channels,
                         float *moments)
{
    KERNELS[isa].measure(x, frames, channels, moments);
}

/* Chan, Golub, LeVeque: moments of a union out of those of its parts. */
void styled_conv_norm(const float *moments, size_t stretch, size_t frames, size_t channels,
                      const float *style, float *gain, float *offset)
{
    for (size_t c = 0; c < channels; c++) {
        double mean = 0, squares = 0, seen = 0;
        for (size_t from = 0, i = 0; from < frames; from += stretch, i++) {
            double n = (double)(frames - from < stretch ? frames - from : stretch);
            double d = moments[i * 2 * channels + c] - mean;
            mean += d * n / (seen + n);
            squares += moments[(i * 2 + 1) * channels + c] + d * d * seen * n / (seen + n);
            seen += n;
        }
        double deviation = sqrt(squares / seen + 1e-5);
        double g = (1 + style[c]) / deviation;
        gain[c] = (float)g;
        offset[c] = (float)(style[channels + c] - mean * g);
    }
}

/* Scale and zero that map range[0]..range[1] to 0..top, the zero on a whole number. */
static void choose_scale(const float range[2], float top, struct quantised *q)
{
    float span = range[1] - range[0];
    q->scale = span > 0 ? span / (top - 0.51f) : 1; /* both ends round to within 0..top */
    q->zero = (int32_t)(-range[0] / q->scale + 0.5f);
}

bool styled_conv_run(const struct styled_conv *c, const struct styled_conv_io *io, size_t from, size_t to)
{
    const struct kernels *k = &KERNELS[c->isa];
    size_t reach = c->dilation * (c->taps - 1) / 2;
    size_t first = from < reach ? 0 : from - reach;
    size_t last = io->frames - to < reach ? io->frames : to + reach;
    size_t before = reach - (from - first);
    size_t rows = to - from + 2 * reach + BLOCK;
    struct quantised q = {.quads = (c->in + 3) / 4};
    float *a = malloc((last - first) * c->in * sizeof *a);
    q.rows = calloc(rows, q.quads * 4); /* zeros where in is no multiple of 4 */
    bool done = a && q.rows;
    if (done) {
        float range[2];
        size_t cells = q.quads * 4, inner = last - first;
        k->activate(c, io, first, last, a, range);
        choose_scale(range, k->top, &q);
        memset(q.rows, q.zero, before * cells); /* frames before the first and after the last are zeros */
        memset(q.rows + (before + inner) * cells, q.zero, (rows - before - inner) * cells);
        struct quantised within = q;
        within.rows += before * cells;
        k->quantise(a, inner, c->in, &within);
        k->multiply(c, io, &q, from, to);
    }
    free(a);
    free(q.rows);
    return done;
}
