#include "audio/drift.h"

#include <math.h>

/* Quartz is off by 100 parts in a million at the most; less than LEAST is no harm, and may be chance. */
static const double LEAST = 8e-6, MOST = 500e-6;
/* What is found later is taken by a share only: it is chance in good part. */
static const double LATER_SHARE = 0.3;
/* The looks lie on a line but for so much, in frames or of the way that it goes; else the peak has jumped: a
 * jump in their middle lies 0.19 of its way apart. */
static const double APART_FRAMES = 0.6, APART = 0.15;

void drift_forget_looks(struct drift *d)
{
    d->n = 0;
}

/* The line through the looks: its slope, and how far they lie from it. */
static double fit_line(const struct drift *d, double *apart)
{
    double at = 0, peak = 0, product = 0, square = 0;
    for (int i = 0; i < DRIFT_LOOKS; i++) {
        at += d->at[i] / DRIFT_LOOKS;
        peak += d->peak[i] / DRIFT_LOOKS;
    }
    for (int i = 0; i < DRIFT_LOOKS; i++) {
        product += (d->at[i] - at) * (d->peak[i] - peak);
        square += (d->at[i] - at) * (d->at[i] - at);
    }
    double slope = product / square, squares = 0;
    for (int i = 0; i < DRIFT_LOOKS; i++) {
        double off = d->peak[i] - peak - slope * (d->at[i] - at);
        squares += off * off / DRIFT_LOOKS;
    }
    *apart = sqrt(squares);
    return slope;
}

bool drift_look(struct drift *d, double now, double peak)
{
    d->at[d->n] = now;
    d->peak[d->n++] = peak;
    if (d->n < DRIFT_LOOKS)
        return false;
    d->n = 0;
    double apart, slope = fit_line(d, &apart), rate = d->rate + (d->rate == 0 ? 1 : LATER_SHARE) * slope;
    double way = fabs(slope) * (d->at[DRIFT_LOOKS - 1] - d->at[0]);
    if (apart > fmax(APART_FRAMES, APART * way) || fabs(rate) > MOST || (d->rate == 0 && fabs(rate) < LEAST))
        return false;
    d->rate = rate;
    return true;
}

void drift_read(const float *from, float part, float *out, size_t n)
{
    enum { TAPS = 2 * DRIFT_REACH_FRAMES };
    const double pi = acos(-1);
    float taps[TAPS]; /* a sine cardinal under Hann's window */
    for (int k = 0; k < TAPS; k++) {
        double x = pi * (k - DRIFT_REACH_FRAMES + (double)part);
        double window = 0.5 + 0.5 * cos(x / (DRIFT_REACH_FRAMES + 1));
        taps[k] = (float)(window * (fabs(x) < 1e-9 ? 1 : sin(x) / x));
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = 0;
        for (int k = 0; k < TAPS; k++)
            out[i] += taps[k] * from[(long)i + k - DRIFT_REACH_FRAMES];
    }
}
