#include "engine/kissfft.h"

#include <kiss_fftr.h>
#include <stdlib.h>

struct fft {
    kiss_fftr_cfg forward, backward;
};

enum sarai_status fft_open(struct fft **out, struct sarai_error *err)
{
    struct fft *f = calloc(1, sizeof *f);
    if (f) {
        f->forward = kiss_fftr_alloc(FFT_FRAMES, 0, NULL, NULL);
        f->backward = kiss_fftr_alloc(FFT_FRAMES, 1, NULL, NULL);
    }
    if (!f || !f->forward || !f->backward) {
        fft_close(f);
        return out_of_memory(err, "KissFFT");
    }
    *out = f;
    return SARAI_OK;
}

void fft_close(struct fft *f)
{
    if (!f)
        return;
    kiss_fftr_free(f->forward);
    kiss_fftr_free(f->backward);
    free(f);
}

void fft_forward(const struct fft *f, const float *pcm, struct spectrum *out)
{
    kiss_fft_cpx bins[FFT_BINS];
    kiss_fftr(f->forward, pcm, bins);
    for (int k = 0; k < FFT_BINS; k++) {
        out->re[k] = bins[k].r;
        out->im[k] = bins[k].i;
    }
}

void fft_backward(const struct fft *f, const struct spectrum *in, float *pcm)
{
    kiss_fft_cpx bins[FFT_BINS];
    for (int k = 0; k < FFT_BINS; k++)
        bins[k] = (kiss_fft_cpx){in->re[k], in->im[k]};
    kiss_fftri(f->backward, bins, pcm);
    for (int i = 0; i < FFT_FRAMES; i++)
        pcm[i] /= FFT_FRAMES;
}
