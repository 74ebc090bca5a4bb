/* The voice decoder's layer against the formula in its header, computed in double without quantising, with
 * every instruction set that this CPU has. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/styled_conv.h"

struct layer {
    struct styled_conv conv;
    size_t frames;
    int8_t *weights;
    float *scale, *bias, *alpha, *style, *x, *residual;
};

static uint32_t state = 1;

/* −1..1 */
static float noise(void)
{
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608.0f - 1;
}

static float *noises(size_t n, float mean, float spread)
{
    float *v = malloc(n * sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < n; i++)
        v[i] = mean + spread * noise();
    return v;
}

static void make_layer(struct layer *l, size_t frames, size_t in, size_t out, size_t taps, size_t dilation)
{
    size_t quads = (in + 3) / 4;
    *l = (struct layer){.frames = frames};
    l->weights = calloc(taps * quads * out * 4, 1);
    assert_non_null(l->weights);
    for (size_t k = 0; k < taps; k++)
        for (size_t i = 0; i < in; i++)
            for (size_t o = 0; o < out; o++)
                l->weights[((k * quads + i / 4) * out + o) * 4 + i % 4] = (int8_t)(127 * noise());
    l->scale = noises(out, 0.01f, 0.005f);
    l->bias = noises(out, 0, 1);
    l->alpha = noises(in, 2, 1.5f);
    l->style = noises(2 * in, 0, 0.5f);
    l->x = noises(frames * in, 3, 2);
    l->residual = noises(frames * out, 0, 1);
    l->conv = (struct styled_conv){.in = in,
                                   .out = out,
                                   .taps = taps,
                                   .dilation = dilation,
                                   .weights = l->weights,
                                   .scale = l->scale,
                                   .bias = l->bias,
                                   .alpha = l->alpha,
                                   .slope = 0.2f};
}

static void free_layer(struct layer *l)
{
    free(l->weights);
    free(l->scale);
    free(l->bias);
    free(l->alpha);
    free(l->style);
    free(l->x);
    free(l->residual);
}

/* What is convolved, [frames][in]; its range in *span. */
static double *expected_activation(const struct layer *l, double *span)
{
    const struct styled_conv *c = &l->conv;
    double *a = malloc(l->frames * c->in * sizeof *a), low = 0, high = 0;
    assert_non_null(a);
    for (size_t i = 0; i < c->in; i++) {
        double mean = 0, variance = 0;
        for (size_t t = 0; t < l->frames; t++)
            mean += l->x[t * c->in + i] / (double)l->frames;
        for (size_t t = 0; t < l->frames; t++)
            variance += pow(l->x[t * c->in + i] - mean, 2) / (double)l->frames;
        for (size_t t = 0; t < l->frames; t++) {
            double v = (1 + l->style[i]) * (l->x[t * c->in + i] - mean) / sqrt(variance + 1e-5) +
                       l->style[c->in + i];
            if (c->alpha)
                v += pow(sin(c->alpha[i] * v), 2) / c->alpha[i];
            else if (v < 0)
                v *= c->slope;
            a[t * c->in + i] = v;
            low = fmin(low, v);
            high = fmax(high, v);
        }
    }
    *span = high - low;
    return a;
}

/* Each product is off by half a step of the activation at most: the bound of a sum of them. */
static void assert_expected(const struct layer *l, const float *residual, const float *y)
{
    const struct styled_conv *c = &l->conv;
    double span;
    double *a = expected_activation(l, &span), steps = c->isa == STYLED_CONV_AVX2 ? 126 : 254;
    size_t quads = (c->in + 3) / 4, half = c->taps / 2;
    for (size_t t = 0; t < l->frames; t++)
        for (size_t o = 0; o < c->out; o++) {
            double sum = 0, weight = 0;
            for (size_t k = 0; k < c->taps; k++) {
                long at = (long)t + ((long)k - (long)half) * (long)c->dilation;
                for (size_t i = 0; i < c->in; i++) {
                    double w = c->weights[((k * quads + i / 4) * c->out + o) * 4 + i % 4] * c->scale[o];
                    sum += at < 0 || at >= (long)l->frames ? 0 : w * a[(size_t)at * c->in + i];
                    weight += fabs(w);
                }
            }
            sum += c->bias[o] + (residual ? residual[t * c->out + o] : 0);
            assert_true(fabs(sum - y[t * c->out + o]) <= 0.51 * span / steps * weight + 1e-3);
        }
    free(a);
}

static void run_layer(struct layer *l, enum styled_conv_isa isa, size_t stretch, const float *residual,
                      float *y)
{
    struct styled_conv *c = &l->conv;
    size_t n = (l->frames + stretch - 1) / stretch;
    float *moments = malloc(n * 2 * c->in * sizeof *moments), *norm = malloc(2 * c->in * sizeof *norm);
    assert_non_null(moments);
    assert_non_null(norm);
    c->isa = isa;
    assert_true(styled_conv_prepare(c));
    for (size_t i = 0, from = 0; from < l->frames; i++, from += stretch)
        styled_conv_measure(isa, l->x + from * c->in, l->frames - from < stretch ? l->frames - from : stretch,
                            c->in, moments + i * 2 * c->in);
    styled_conv_norm(moments, stretch, l->frames, c->in, l->style, norm, norm + c->in);
    struct styled_conv_io io = {l->x, norm, norm + c->in, residual, y, l->frames};
    for (size_t from = 0; from < l->frames; from += stretch)
        assert_true(styled_conv_run(c, &io, from, from + stretch < l->frames ? from + stretch : l->frames));
    styled_conv_release(c);
    free(moments);
    free(norm);
}

static void test_layer_is_the_formula(void **unused)
{
    static const size_t shapes[][6] = {/* frames, in, out, taps, dilation, stretch */
                                       {100, 16, 64, 3, 1, 24}, {61, 12, 128, 11, 5, 12},
                                       {40, 10, 64, 7, 3, 40},  {7, 33, 64, 5, 1, 6},
                                       {1, 4, 64, 3, 1, 6},     {30, 16, 64, 1, 1, 12}};
    (void)unused;
    for (enum styled_conv_isa isa = styled_conv_best_isa(); isa <= STYLED_CONV_PLAIN; isa++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            struct layer l;
            make_layer(&l, shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3], shapes[i][4]);
            float *y = malloc(l.frames * l.conv.out * sizeof *y);
            assert_non_null(y);
            run_layer(&l, isa, shapes[i][5], l.residual, y);
            assert_expected(&l, l.residual, y);
            l.conv.alpha = NULL;
            run_layer(&l, isa, shapes[i][5], NULL, y);
            assert_expected(&l, NULL, y);
            free(y);
            free_layer(&l);
        }
}

/* A constant channel has no deviation to divide by, and huge means must not drown small deviations. */
static void test_norm_of_constant_and_distant_channels(void **unused)
{
    enum { FRAMES = 50, CHANNELS = 2, STRETCH = 18 };
    float x[FRAMES * CHANNELS], moments[3 * 2 * CHANNELS], gain[CHANNELS], offset[CHANNELS];
    const float style[2 * CHANNELS] = {0};
    (void)unused;
    for (size_t t = 0; t < FRAMES; t++) {
        x[t * CHANNELS] = 5;
        x[t * CHANNELS + 1] = 1000 + (t % 2 ? 0.5f : -0.5f);
    }
    for (size_t i = 0; i < 3; i++)
        styled_conv_measure(STYLED_CONV_PLAIN, x + i * STRETCH * CHANNELS,
                            i < 2 ? STRETCH : FRAMES - 2 * STRETCH, CHANNELS, moments + i * 2 * CHANNELS);
    styled_conv_norm(moments, STRETCH, FRAMES, CHANNELS, style, gain, offset);
    assert_float_equal(5 * gain[0] + offset[0], 0, 1e-3);
    assert_float_equal(gain[1], 2, 1e-3);
    assert_float_equal(1000.5f * gain[1] + offset[1], 1, 1e-2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layer_is_the_formula),
        cmocka_unit_test(test_norm_of_constant_and_distant_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
