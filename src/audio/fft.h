/* The Fourier transform of FFT_FRAMES real numbers, and back.
 *
 *     struct fft f;
 *     fft_init(&f);
 *     fft_forward(&f, pcm, &spectrum);     // unscaled
 *     fft_backward(&f, &spectrum, pcm);    // … and pcm as it was
 *
 * Embedded value, constant once initialised.
 */
#ifndef SARAI_AUDIO_FFT_H
#define SARAI_AUDIO_FFT_H

enum { FFT_FRAMES = 512, FFT_HALF = FFT_FRAMES / 2, FFT_BINS = FFT_HALF + 1 };

struct fft {
    float cosine[FFT_HALF], sine[FFT_HALF];
    unsigned char mirrored[FFT_HALF]; /* the bits of an index, backwards */
};

struct spectrum {
    float re[FFT_BINS], im[FFT_BINS];
};

void fft_init(struct fft *f);
void fft_forward(const struct fft *f, const float *pcm, struct spectrum *out);
void fft_backward(const struct fft *f, const struct spectrum *in, float *pcm);

#endif
