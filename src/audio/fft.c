#include "audio/fft.h"

#include <math.h>

enum { BITS = 8 }; /* of an index below FFT_HALF */

void fft_init(struct fft *f)
{
    const double turn = 2 * acos(-1) / FFT_FRAMES;
    for (int i = 0; i < FFT_HALF; i++) {
        int mirrored = 0;
        for (int bit = 0; bit < BITS; bit++)
            mirrored |= (i >> bit & 1) << (BITS - 1 - bit);
        f->cosine[i] = (float)cos(turn * i);
        f->sine[i] = (float)sin(turn * i);
        f->mirrored[i] = (unsigned char)mirrored;
    }
}

/* Of FFT_HALF complex numbers that lie in mirrored order (Cooley and Tukey, 1965). */
static void transform(const struct fft *f, float *re, float *im)
{
    float cosine[FFT_HALF / 2], sine[FFT_HALF / 2];
    for (int half = 1; half < FFT_HALF; half *= 2) {
        for (int k = 0; k < half; k++) {
            cosine[k] = f->cosine[k * (FFT_HALF / half)];
            sine[k] = f->sine[k * (FFT_HALF / half)];
        }
        for (int from = 0; from < FFT_HALF; from += 2 * half) {
            float *restrict ar = re + from, *restrict ai = im + from;
            float *restrict br = ar + half, *restrict bi = ai + half;
            for (int k = 0; k < half; k++) {
                float r = br[k] * cosine[k] + bi[k] * sine[k], i = bi[k] * cosine[k] - br[k] * sine[k];
                br[k] = ar[k] - r;
                bi[k] = ai[k] - i;
                ar[k] += r;
                ai[k] += i;
            }
        }
    }
}

/* Even samples are the real part and odd ones the imaginary part of half as many numbers. */
void fft_forward(const struct fft *f, const float *pcm, struct spectrum *out)
{
    float re[FFT_HALF], im[FFT_HALF];
    for (int i = 0; i < FFT_HALF; i++) {
        re[f->mirrored[i]] = pcm[2 * i];
        im[f->mirrored[i]] = pcm[2 * i + 1];
    }
    transform(f, re, im);
    out->re[0] = re[0] + im[0];
    out->re[FFT_HALF] = re[0] - im[0];
    out->im[0] = out->im[FFT_HALF] = 0;
    for (int k = 1; k < FFT_HALF; k++) {
        int m = FFT_HALF - k;
        float even_re = (re[k] + re[m]) / 2, even_im = (im[k] - im[m]) / 2;
        float odd_re = (im[k] + im[m]) / 2, odd_im = (re[m] - re[k]) / 2;
        out->re[k] = even_re + odd_re * f->cosine[k] + odd_im * f->sine[k];
        out->im[k] = even_im + odd_im * f->cosine[k] - odd_re * f->sine[k];
    }
}

void fft_backward(const struct fft *f, const struct spectrum *in, float *pcm)
{
    float re[FFT_HALF], im[FFT_HALF];
    for (int k = 0; k < FFT_HALF; k++) {
        int m = FFT_HALF - k;
        float even_re = (in->re[k] + in->re[m]) / 2, even_im = (in->im[k] - in->im[m]) / 2;
        float turned_re = (in->re[k] - in->re[m]) / 2, turned_im = (in->im[k] + in->im[m]) / 2;
        float odd_re = turned_re * f->cosine[k] - turned_im * f->sine[k];
        float odd_im = turned_im * f->cosine[k] + turned_re * f->sine[k];
        re[f->mirrored[k]] = even_re - odd_im; /* conjugated: the way forward then leads back */
        im[f->mirrored[k]] = -(even_im + odd_re);
    }
    transform(f, re, im);
    for (int i = 0; i < FFT_HALF; i++) {
        pcm[2 * i] = re[i] / FFT_HALF;
        pcm[2 * i + 1] = -im[i] / FFT_HALF;
    }
}
