#include "speak/voice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/soxr.h"

enum { STYLE_SIZE = 256, STYLE_ROWS = 510, MAX_NAME_BYTES = 64, PATH_BYTES = 4096 };
enum shape { KOKORO, VITS };

struct voice {
    struct onnx *session;
    const struct phonemes *phonemes;
    enum shape shape;
    int rate_hz;
    bool gives_parts;
    char styles_dir[PATH_BYTES];
    char style_name[MAX_NAME_BYTES];
    float *style; /* [STYLE_ROWS][STYLE_SIZE], one row for each number of ids */
    char companion_name[MAX_NAME_BYTES];
    float *companion; /* the same; NULL: none */
};

enum sarai_status voice_open(const struct voice_options *o, const struct phonemes *phonemes,
                             struct voice **out, struct sarai_error *err)
{
    struct voice *v = calloc(1, sizeof *v);
    if (!v)
        return out_of_memory(err, o->model_path);
    v->phonemes = phonemes;
    snprintf(v->styles_dir, sizeof v->styles_dir, "%s", o->styles_dir ? o->styles_dir : "");
    enum sarai_status st = onnx_open(o->model_path, &o->onnx, &v->session, err);
    if (!st) {
        bool kokoro = onnx_has_input(v->session, "tokens") && onnx_has_input(v->session, "style") &&
                      onnx_has_input(v->session, "speed") && onnx_has_output(v->session, "audio");
        bool vits = onnx_has_input(v->session, "input") && onnx_has_input(v->session, "input_lengths") &&
                    onnx_has_input(v->session, "scales") && onnx_has_output(v->session, "output");
        v->shape = kokoro ? KOKORO : VITS;
        v->gives_parts =
            kokoro && onnx_has_input(v->session, "share") && onnx_has_output(v->session, "is_part");
        long rate = phonemes_number(phonemes, "audio", "sample_rate", kokoro ? SARAI_VOICE_HZ : 22050);
        v->rate_hz = (int)onnx_metadata_int(v->session, "sarai.sample_rate", rate);
        if (!kokoro && !vits)
            st = failed(
                err, SARAI_EMODEL,
                tr("%s no es una voz; véase docs/CONTRACTS.md", "%s is no voice; see docs/CONTRACTS.md"),
                o->model_path);
        else if (v->rate_hz < 8000 || v->rate_hz > 96000)
            st =
                failed(err, SARAI_EMODEL, tr("%s: frecuencia imposible, %d Hz", "%s: impossible rate, %d Hz"),
                       o->model_path, v->rate_hz);
    }
    if (st) {
        voice_close(v);
        return st;
    }
    *out = v;
    return SARAI_OK;
}

void voice_close(struct voice *v)
{
    if (!v)
        return;
    onnx_close(v->session);
    free(v->style);
    free(v->companion);
    free(v);
}

/* ---- speakers -------------------------------------------------------------------------------- */

static enum sarai_status read_style(const char *path, const char *name, float **out, struct sarai_error *err)
{
    const size_t n = STYLE_ROWS * STYLE_SIZE;
    FILE *f = fopen(path, "rb");
    if (!f)
        return failed(err, SARAI_EUSAGE,
                      tr("no hay una voz «%s»; para verlas: sarai models list",
                         "there is no voice “%s”; to see them: sarai models list"),
                      name);
    float *style = malloc(n * sizeof *style);
    size_t got = style ? fread(style, sizeof *style, n, f) : 0;
    fclose(f);
    if (!style)
        return out_of_memory(err, name);
    if (got != n) {
        free(style);
        return failed(err, SARAI_EMODEL,
                      tr("%s está cortado; ejecuta: sarai models pull %s",
                         "%s is cut short; run: sarai models pull %s"),
                      path, name);
    }
    *out = style;
    return SARAI_OK;
}

/* The style of a name takes the place of `*style`, unless it is there already. */
static enum sarai_status choose_style(const struct voice *v, const char *name, char has[MAX_NAME_BYTES],
                                      float **style, struct sarai_error *err)
{
    char path[PATH_BYTES + MAX_NAME_BYTES + 8];
    float *chosen = NULL;
    if (v->shape == VITS || strcmp(name, has) == 0)
        return SARAI_OK;
    /* The name becomes part of a path: letters, digits, - and _ only. */
    if (!*name || strlen(name) >= MAX_NAME_BYTES ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != strlen(name))
        return failed(
            err, SARAI_EUSAGE,
            tr("«%.80s» no puede ser el nombre de una voz", "“%.80s” cannot be the name of a voice"), name);
    snprintf(path, sizeof path, "%s/%s.bin", v->styles_dir, name);
    enum sarai_status st = read_style(path, name, &chosen, err);
    if (st)
        return st;
    free(*style);
    *style = chosen;
    snprintf(has, MAX_NAME_BYTES, "%s", name);
    return SARAI_OK;
}

enum sarai_status voice_style(struct voice *v, const char *name, struct sarai_error *err)
{
    return choose_style(v, name, v->style_name, &v->style, err);
}

enum sarai_status voice_companion(struct voice *v, const char *name, struct sarai_error *err)
{
    return choose_style(v, name, v->companion_name, &v->companion, err);
}

/* ---- speaking -------------------------------------------------------------------------------- */

/* The row that belongs to the number of ids. Of its halves the first is the timbre, which the decoder sees;
 * the second the prosody: durations, pitch, energy (StyleTTS 2, Li et al. 2023). */
static void take_row(const struct voice *v, size_t n, float blend, float row[STYLE_SIZE])
{
    size_t at = (n < STYLE_ROWS ? n : STYLE_ROWS - 1) * STYLE_SIZE;
    memcpy(row, v->style + at, STYLE_SIZE * sizeof *row);
    for (size_t i = STYLE_SIZE / 2; v->companion && i < STYLE_SIZE; i++)
        row[i] += blend * (v->companion[at + i] - row[i]);
}

/* Kokoro: 0, ids, 0, with a style; and how much of it, where the graph can. */
static enum sarai_status run_kokoro(struct voice *v, const int64_t *ids, size_t n,
                                    const struct voice_request *r, struct onnx_tensor **audio, bool *is_part,
                                    struct sarai_error *err)
{
    int64_t tokens[VOICE_MAX_IDS + 2] = {0};
    float rate = (float)r->speed, share = r->share > 0 ? r->share : 1, style[STYLE_SIZE];
    memcpy(tokens + 1, ids, n * sizeof *ids);
    take_row(v, n, r->blend, style);
    struct onnx_value in[] = {
        {"tokens", onnx_i64((int64_t[]){1, (int64_t)n + 2}, 2, tokens)},
        {"style", onnx_f32((int64_t[]){1, STYLE_SIZE}, 2, style)},
        {"speed", onnx_f32((int64_t[]){1}, 1, &rate)},
        {"share", onnx_f32((int64_t[]){1}, 1, &share)},
    };
    struct onnx_value out[] = {{"audio", NULL}, {"is_part", NULL}};
    enum sarai_status st = onnx_run(v->session, in, v->gives_parts ? 4 : 3, out, v->gives_parts ? 2 : 1, err);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        onnx_release(in[i].tensor);
    *is_part = !st && v->gives_parts && onnx_ints(out[1].tensor)[0] != 0;
    onnx_release(out[1].tensor);
    *audio = out[0].tensor;
    return st;
}

/* Piper: ^, then each id with the pad _ between, then $. Scales are noise, length, noise of durations. */
static enum sarai_status run_vits(struct voice *v, const int64_t *ids, size_t n, double speed,
                                  struct onnx_tensor **audio, struct sarai_error *err)
{
    int64_t tokens[2 * VOICE_MAX_IDS + 3], count = 0;
    const int64_t pad = phonemes_id(v->phonemes, "_"), begin = phonemes_id(v->phonemes, "^"),
                  end = phonemes_id(v->phonemes, "$");
    const float scales[] = {0.667f, (float)(1 / speed), 0.8f};
    tokens[count++] = begin;
    for (size_t i = 0; i < n; i++) {
        tokens[count++] = pad;
        tokens[count++] = ids[i];
    }
    tokens[count++] = pad;
    tokens[count++] = end;
    struct onnx_value in[] = {
        {"input", onnx_i64((int64_t[]){1, count}, 2, tokens)},
        {"input_lengths", onnx_i64((int64_t[]){1}, 1, &count)},
        {"scales", onnx_f32((int64_t[]){3}, 1, scales)},
    };
    struct onnx_value out[] = {{"output", NULL}};
    enum sarai_status st = onnx_run(v->session, in, 3, out, 1, err);
    for (size_t i = 0; i < 3; i++)
        onnx_release(in[i].tensor);
    *audio = out[0].tensor;
    return st;
}

/* The samples at SARAI_VOICE_HZ, in memory of their own. */
static enum sarai_status copy_resampled(const float *audio, size_t n, int rate_hz, float **pcm,
                                        size_t *n_frames, struct sarai_error *err)
{
    struct resampler *r = NULL;
    size_t first = n, rest = 0;
    enum sarai_status st =
        rate_hz == SARAI_VOICE_HZ ? SARAI_OK : resampler_open(rate_hz, SARAI_VOICE_HZ, &r, err);
    if (st)
        return st;
    size_t room = r ? resampler_room(r, n) + resampler_room(r, 0) : n;
    float *copy = malloc((room ? room : 1) * sizeof *copy);
    if (!copy)
        st = out_of_memory(err, tr("la voz", "the voice"));
    else if (!r)
        memcpy(copy, audio, n * sizeof *copy);
    else
        st = resampler_feed(r, audio, n, copy, &first, err);
    if (!st && r)
        st = resampler_feed(r, NULL, 0, copy + first, &rest, err);
    resampler_close(r);
    if (st) {
        free(copy);
        return st;
    }
    *pcm = copy;
    *n_frames = first + rest;
    return SARAI_OK;
}

bool voice_gives_parts(const struct voice *v)
{
    return v->gives_parts;
}

enum sarai_status voice_speak(struct voice *v, const struct voice_request *r, struct voice_sound *out,
                              struct sarai_error *err)
{
    int64_t ids[VOICE_MAX_IDS];
    struct onnx_tensor *audio = NULL;
    size_t n = phonemes_ids(v->phonemes, r->ipa, r->n_bytes, ids, VOICE_MAX_IDS);
    *out = (struct voice_sound){0};
    if (v->shape == KOKORO && !v->style)
        return failed(err, SARAI_EUSAGE, tr("no se ha elegido una voz", "no voice was chosen"));
    enum sarai_status st = v->shape == KOKORO ? run_kokoro(v, ids, n, r, &audio, &out->is_part, err)
                                              : run_vits(v, ids, n, r->speed, &audio, err);
    if (!st)
        st =
            copy_resampled(onnx_floats(audio), onnx_count(audio), v->rate_hz, &out->pcm, &out->n_frames, err);
    onnx_release(audio);
    return st;
}

void voice_interrupt(struct voice *v)
{
    onnx_interrupt(v->session);
}

void voice_resume(struct voice *v)
{
    onnx_resume(v->session);
}
