/* KissFFT: the Fourier transform of FFT_FRAMES real numbers, and back.
 *
 *     fft_open(&f, err);
 *     fft_forward(f, pcm, &spectrum);     // unscaled
 *     fft_backward(f, &spectrum, pcm);    // … and pcm as it was
 *     fft_close(f);
 *
 * One thread.
 */
#ifndef SARAI_ENGINE_KISSFFT_H
#define SARAI_ENGINE_KISSFFT_H

#include "base/error.h"

enum { FFT_FRAMES = 512, FFT_HALF = FFT_FRAMES / 2, FFT_BINS = FFT_HALF + 1 };

struct fft;

/* Real and imaginary parts apart, as loops over the bins like them. */
struct spectrum {
    float re[FFT_BINS], im[FFT_BINS];
};

enum sarai_status fft_open(struct fft **out, struct sarai_error *err);
void fft_close(struct fft *f);
void fft_forward(const struct fft *f, const float *pcm, struct spectrum *out);
void fft_backward(const struct fft *f, const struct spectrum *in, float *pcm);

#endif
