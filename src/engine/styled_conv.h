/* The layer that a voice decoder spends its time in, in one pass over the sound:
 *
 *     y = residual + bias + convolution of activation(gain · (x − mean) / deviation + offset)
 *
 * Adaptive instance normalisation (mean and deviation of each channel over the utterance; gain and offset
 * from the speaker's style), then snake, x + sin²(a x) / a (Ziyin et al., arXiv:2006.08195), or leaky ReLU,
 * then a one-dimensional convolution, stride 1, centred. What is convolved is quantised to 8 bits
 * (7 on AVX2, whose products are added in 16), a scale for each stretch of frames; weights are 8 bits with a
 * scale for each output channel. The products are exact 32-bit sums, so every CPU gets the same result but
 * for the last bits of the activation.
 *
 *     styled_conv_prepare(&conv);                                   // once, after filling the first fields
 *     for (stretch) styled_conv_measure(x + from * in, to - from, in, &moments[stretch * 2 * in]);
 *     styled_conv_norm(moments, frames, in, style, gain, offset);
 *     for (stretch) styled_conv_run(&conv, &io, from, to);
 *     styled_conv_release(&conv);
 *
 * Stretches can run on several threads at once. Sound is [frames][channels].
 */
#ifndef SARAI_ENGINE_STYLED_CONV_H
#define SARAI_ENGINE_STYLED_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STYLED_CONV_OUT_STEP = 64, /* `out` is a multiple of it */
    STYLED_CONV_MAX_CHANNELS = 4096,
    STYLED_CONV_MAX_TAPS = 64,
    STYLED_CONV_MAX_DILATION = 64,
    STYLED_CONV_MAX_PRODUCTS = 16384, /* in · taps: no 32-bit sum overflows */
};

/* Instructions, from the best that this CPU has to plain C. Tests choose, everybody else takes the best. */
enum styled_conv_isa { STYLED_CONV_AVX512_VNNI, STYLED_CONV_AVX2, STYLED_CONV_PLAIN };
enum styled_conv_isa styled_conv_best_isa(void);

struct styled_conv {
    size_t in, out, taps, dilation;
    const int8_t *weights; /* [taps][⌈in / 4⌉][out][4], zeros where in is no multiple of 4 */
    const float *scale;    /* [out]: of the weights */
    const float *bias;     /* [out] */
    const float *alpha;    /* [in]: of the snake, > 0; NULL: leaky ReLU */
    float slope;           /* of the leaky ReLU */
    enum styled_conv_isa isa;

    /* Made by styled_conv_prepare(). */
    int32_t *sums;        /* [out]: of each output's weights */
    float *turns, *depth; /* [in]: alpha / π and 1 / alpha */
};

struct styled_conv_io {
    const float *x;             /* [frames][in] */
    const float *gain, *offset; /* [in]: of styled_conv_norm() */
    const float *residual;      /* [frames][out] or NULL */
    float *y;                   /* [frames][out] */
    size_t frames;
};

/* False when memory is out. */
bool styled_conv_prepare(struct styled_conv *conv);
void styled_conv_release(struct styled_conv *conv);

/* Mean and sum of squared deviations of each channel over a stretch: moments[0..channels), then the rest. */
void styled_conv_measure(enum styled_conv_isa isa, const float *x, size_t frames, size_t channels,
                         float *moments);

/* Joins the moments of stretches of `stretch` frames (the last shorter) and gives what turns x into the
 * normalised, styled x: gain · x + offset. `style` holds gains less one, then offsets. */
void styled_conv_norm(const float *moments, size_t stretch, size_t frames, size_t channels,
                      const float *style, float *gain, float *offset);

/* Writes y[from..to). False when memory is out. */
bool styled_conv_run(const struct styled_conv *conv, const struct styled_conv_io *io, size_t from, size_t to);

#endif
