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
    void *rows; /* uint8_t, or uint16_t where the kernel multiplies 16 bits */
    size_t quads;
    float scale;
    int32_t zero;
};

/* Products of BLOCK rows with OUT output channels, over all taps. */
struct product {
    const void *rows;
    const int8_t *weights;
    size_t quads, taps, tap_rows, out;
};

typedef void measure_fn(const float *x, size_t frames, size_t channels, float *moments);
typedef void activate_fn(const struct styled_conv *c, const struct styled_conv_io *io, size_t from, size_t to,
                         float *a, float range[2]);
typedef void quantise_fn(const float *a, size_t rows, size_t channels, const struct quantised *q);
typedef void multiply_fn(const struct product *p, int32_t acc[BLOCK][OUT]);
typedef void finish_fn(const struct styled_conv *c, const struct quantised *q, const int32_t *acc, size_t out,
                       const float *residual, float *y);

struct kernels {
    measure_fn *measure;
    activate_fn *activate;
    quantise_fn *quantise;
    multiply_fn *multiply;
    finish_fn *finish;
    size_t cell_bytes;
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
    const float *restrict gain = io->gain, *restrict offset = io->offset, *restrict alpha = c->alpha;
    for (size_t t = from; t < to; t++) {
        const float *restrict x = io->x + t * c->in;
        float *restrict row = a + (t - from) * c->in;
        if (alpha)
            for (size_t i = 0; i < c->in; i++) {
                float v = gain[i] * x[i] + offset[i];
                row[i] = v + sin_squared(v * alpha[i] * (float)M_1_PI) / alpha[i];
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

/* The sum is positive: the cast to whole numbers rounds it to nearest with the half that is added. */
BODY int32_t to_cell(float v, float inverse, float zero)
{
    float f = v * inverse + zero;
    f = f < 0 ? 0 : f;
    f = f > 255 ? 255 : f;
    return (int32_t)(f + 0.5f);
}

BODY void quantise(const float *restrict a, size_t rows, size_t channels, const struct quantised *q,
                   bool wide)
{
    float inverse = 1 / q->scale, zero = (float)q->zero;
    for (size_t t = 0; t < rows; t++, a += channels) {
        uint8_t *restrict narrow_row = (uint8_t *)q->rows + t * q->quads * 4;
        uint16_t *restrict wide_row = (uint16_t *)q->rows + t * q->quads * 4;
        if (wide)
            for (size_t i = 0; i < channels; i++)
                wide_row[i] = (uint16_t)to_cell(a[i], inverse, zero);
        else
            for (size_t i = 0; i < channels; i++)
                narrow_row[i] = (uint8_t)to_cell(a[i], inverse, zero);
    }
}

BODY void finish(const struct styled_conv *c, const struct quantised *q, const int32_t *restrict acc,
                 size_t out, const float *restrict residual, float *restrict y)
{
    for (size_t o = 0; o < OUT; o++)
        y[o] = (float)(acc[o] - q->zero * c->sums[out + o]) * (c->scale[out + o] * q->scale) +
               c->bias[out + o] + (residual ? residual[o] : 0);
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
    quantise(a, rows, channels, q, false);
}

static void finish_plain(const struct styled_conv *c, const struct quantised *q, const int32_t *acc,
                         size_t out, const float *residual, float *y)
{
    finish(c, q, acc, out, residual, y);
}

static void multiply_plain(const struct product *p, int32_t acc[BLOCK][OUT])
{
    memset(acc, 0, sizeof(int32_t) * BLOCK * OUT);
    for (size_t k = 0; k < p->taps; k++)
        for (size_t i = 0; i < p->quads; i++) {
            const int8_t *w = p->weights + (k * p->quads + i) * p->out * 4;
            for (size_t t = 0; t < BLOCK; t++) {
                const uint8_t *x = (const uint8_t *)p->rows + ((t + k * p->tap_rows) * p->quads + i) * 4;
                for (size_t o = 0; o < OUT; o++)
                    acc[t][o] +=
                        x[0] * w[4 * o] + x[1] * w[4 * o + 1] + x[2] * w[4 * o + 2] + x[3] * w[4 * o + 3];
            }
        }
}

#if defined(__x86_64__)
/* ---- AVX2: 16-bit products -------------------------------------------------------------------- */

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
    quantise(a, rows, channels, q, true);
}

TARGET("avx2,fma")
static void finish_avx2(const struct styled_conv *c, const struct quantised *q, const int32_t *acc,
                        size_t out, const float *residual, float *y)
{
    finish(c, q, acc, out, residual, y);
}

/* Eight output channels at a time: each lane of 32 bits sums two of a channel's four products. */
TARGET("avx2,fma")
static void multiply_avx2(const struct product *p, int32_t acc[BLOCK][OUT])
{
    for (size_t o = 0; o < OUT; o += 8) {
        __m256i sum[BLOCK][2];
        for (size_t t = 0; t < BLOCK; t++)
            sum[t][0] = sum[t][1] = _mm256_setzero_si256();
        for (size_t k = 0; k < p->taps; k++) {
            const int64_t *x = (const int64_t *)p->rows + k * p->tap_rows * p->quads;
            const int8_t *w = p->weights + k * p->quads * p->out * 4 + o * 4;
            for (size_t i = 0; i < p->quads; i++, w += p->out * 4) {
                __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
                __m256i w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + 16)));
#pragma GCC unroll 6
                for (size_t t = 0; t < BLOCK; t++) {
                    __m256i four = _mm256_set1_epi64x(x[t * p->quads + i]);
                    sum[t][0] = _mm256_add_epi32(sum[t][0], _mm256_madd_epi16(four, w0));
                    sum[t][1] = _mm256_add_epi32(sum[t][1], _mm256_madd_epi16(four, w1));
                }
            }
        }
        for (size_t t = 0; t < BLOCK; t++) {
            __m256i pairs = _mm256_hadd_epi32(sum[t][0], sum[t][1]); /* channels 0 1 4 5 2 3 6 7 */
            _mm256_storeu_si256((__m256i *)&acc[t][o], _mm256_permute4x64_epi64(pairs, 0xD8));
        }
    }
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
    quantise(a, rows, channels, q, false);
}

TARGET(AVX512)
static void finish_avx512(const struct styled_conv *c, const struct quantised *q, const int32_t *acc,
                          size_t out, const float *residual, float *y)
{
    finish(c, q, acc, out, residual, y);
}

TARGET(AVX512)
static void multiply_avx512(const struct product *p, int32_t acc[BLOCK][OUT])
{
    __m512i sum[BLOCK][4];
    for (size_t t = 0; t < BLOCK; t++)
        for (size_t v = 0; v < 4; v++)
            sum[t][v] = _mm512_setzero_si512();
    for (size_t k = 0; k < p->taps; k++) {
        const int32_t *x = (const int32_t *)p->rows + k * p->tap_rows * p->quads;
        const int8_t *w = p->weights + k * p->quads * p->out * 4;
        for (size_t i = 0; i < p->quads; i++, w += p->out * 4) {
            const __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64),
                          w2 = _mm512_loadu_si512(w + 128), w3 = _mm512_loadu_si512(w + 192);
#pragma GCC unroll 6
            for (size_t t = 0; t < BLOCK; t++) {
                __m512i four = _mm512_set1_epi32(x[t * p->quads + i]);
                sum[t][0] = _mm512_dpbusd_epi32(sum[t][0], four, w0);
                sum[t][1] = _mm512_dpbusd_epi32(sum[t][1], four, w1);
                sum[t][2] = _mm512_dpbusd_epi32(sum[t][2], four, w2);
                sum[t][3] = _mm512_dpbusd_epi32(sum[t][3], four, w3);
            }
        }
    }
    for (size_t t = 0; t < BLOCK; t++)
        for (size_t v = 0; v < 4; v++)
            _mm512_storeu_si512(&acc[t][v * 16], sum[t][v]);
}
#endif

static const struct kernels KERNELS[] = {
#if defined(__x86_64__)
    [STYLED_CONV_AVX512_VNNI] = {measure_avx512, activate_avx512, quantise_avx512, multiply_avx512,
                                 finish_avx512, 1},
    [STYLED_CONV_AVX2] = {measure_avx2, activate_avx2, quantise_avx2, multiply_avx2, finish_avx2, 2},
#endif
    [STYLED_CONV_PLAIN] = {measure_plain, activate_plain, quantise_plain, multiply_plain, finish_plain, 1},
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

void styled_conv_sums(const struct styled_conv *c, int32_t *sums)
{
    memset(sums, 0, c->out * sizeof *sums);
    for (size_t i = 0; i < c->taps * ((c->in + 3) / 4); i++)
        for (size_t o = 0; o < c->out; o++)
            for (size_t j = 0; j < 4; j++)
                sums[o] += c->weights[(i * c->out + o) * 4 + j];
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

/* Scale and zero that map range[0]..range[1] to 0..255, the zero on a whole number. */
static void choose_scale(const float range[2], struct quantised *q)
{
    float span = range[1] - range[0];
    q->scale = span > 0 ? span / 255 : 1;
    q->zero = (int32_t)(-range[0] / q->scale + 0.5f);
}

/* Frames before 0 and after the end are zeros of the activation. */
static void pad_rows(const struct quantised *q, size_t cell_bytes, size_t row, size_t n)
{
    size_t cells = q->quads * 4;
    if (cell_bytes == 1)
        memset((uint8_t *)q->rows + row * cells, q->zero, n * cells);
    else
        for (size_t i = 0; i < n * cells; i++)
            ((uint16_t *)q->rows)[row * cells + i] = (uint16_t)q->zero;
}

bool styled_conv_run(const struct styled_conv *c, const struct styled_conv_io *io, size_t from, size_t to)
{
    const struct kernels *k = &KERNELS[c->isa];
    size_t reach = c->dilation * (c->taps - 1) / 2;
    size_t first = from < reach ? 0 : from - reach;
    size_t last = io->frames - to < reach ? io->frames : to + reach;
    size_t before = reach - (from - first), rows = to - from + 2 * reach + BLOCK;
    struct quantised q = {.quads = (c->in + 3) / 4};
    float *a = malloc((last - first) * c->in * sizeof *a);
    q.rows = calloc(rows * q.quads * 4, k->cell_bytes);
    bool done = a && q.rows;
    if (done) {
        float range[2];
        int32_t acc[BLOCK][OUT];
        k->activate(c, io, first, last, a, range);
        choose_scale(range, &q);
        struct quantised inner = q;
        inner.rows = (char *)q.rows + before * q.quads * 4 * k->cell_bytes;
        k->quantise(a, last - first, c->in, &inner);
        pad_rows(&q, k->cell_bytes, 0, before);
        pad_rows(&q, k->cell_bytes, before + last - first, rows - before - (last - first));
        for (size_t o = 0; o < c->out; o += OUT) /* one channel group's weights stay in the cache */
            for (size_t t = from; t < to; t += BLOCK) {
                struct product p = {.weights = c->weights + o * 4,
                                    .quads = q.quads,
                                    .taps = c->taps,
                                    .tap_rows = c->dilation,
                                    .out = c->out};
                p.rows = (char *)q.rows + (t - from) * q.quads * 4 * k->cell_bytes;
                k->multiply(&p, acc);
                for (size_t i = 0; i < BLOCK && t + i < to; i++) {
                    size_t at = (t + i) * c->out + o;
                    k->finish(c, &q, acc[i], o, io->residual ? io->residual + at : NULL, io->y + at);
                }
            }
    }
    free(a);
    free(q.rows);
    return done;
}
