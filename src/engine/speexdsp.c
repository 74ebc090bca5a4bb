#include "engine/speexdsp.h"

#include <math.h>
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>

enum { MOST_FRAMES = 1024 };
/* How far what the linear filter leaves of the echo is pushed down, in dB: alone, and under a person's voice.
 */
enum { SUPPRESS_DB = -45, SUPPRESS_ACTIVE_DB = -15, DENOISE_DB = -12 };

struct speexdsp {
    SpeexEchoState *echo;
    SpeexPreprocessState *preprocess;
    int frames;
};

static void set(SpeexPreprocessState *p, int what, int value)
{
    speex_preprocess_ctl(p, what, &value);
}

enum sarai_status speexdsp_open(const struct speexdsp_options *o, struct speexdsp **out,
                                struct sarai_error *err)
{
    struct speexdsp *s = calloc(1, sizeof *s);
    int rate = o->rate_hz;
    if (s && o->frames > 0 && o->frames <= MOST_FRAMES) {
        s->frames = o->frames;
        s->echo = speex_echo_state_init(o->frames, o->tail_frames);
        s->preprocess = speex_preprocess_state_init(o->frames, rate);
    }
    if (!s || !s->echo || !s->preprocess) {
        speexdsp_close(s);
        return out_of_memory(err, "SpeexDSP");
    }
    speex_echo_ctl(s->echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    speex_preprocess_ctl(s->preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, s->echo);
    set(s->preprocess, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, SUPPRESS_DB);
    set(s->preprocess, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, SUPPRESS_ACTIVE_DB);
    set(s->preprocess, SPEEX_PREPROCESS_SET_DENOISE, o->denoise);
    set(s->preprocess, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, DENOISE_DB);
    *out = s;
    return SARAI_OK;
}

void speexdsp_close(struct speexdsp *s)
{
    if (!s)
        return;
    if (s->preprocess)
        speex_preprocess_state_destroy(s->preprocess);
    if (s->echo)
        speex_echo_state_destroy(s->echo);
    free(s);
}

static void to_short(const float *in, int n, spx_int16_t *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (spx_int16_t)lrintf(fminf(fmaxf(in[i], -1), 1) * 32767);
}

static void to_float(const spx_int16_t *in, int n, float *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (float)in[i] / 32767;
}

void speexdsp_cancel(struct speexdsp *s, const float *mic, const float *played, float *clean)
{
    spx_int16_t near[MOST_FRAMES], far[MOST_FRAMES], out[MOST_FRAMES];
    to_short(mic, s->frames, near);
    to_short(played, s->frames, far);
    speex_echo_cancellation(s->echo, near, far, out);
    speex_preprocess_run(s->preprocess, out);
    to_float(out, s->frames, clean);
}

void speexdsp_denoise(struct speexdsp *s, const float *mic, float *clean)
{
    spx_int16_t out[MOST_FRAMES];
    to_short(mic, s->frames, out);
    speex_preprocess_run(s->preprocess, out);
    to_float(out, s->frames, clean);
}
