#include "listen/emotion.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folders.h"
#include "base/reason.h"

enum {
    PATH_BYTES = 4096,
    MAX_PROFILE_BYTES = 1 << 20,
    MAX_PCM_FRAMES = 30 * SARAI_SPEECH_HZ, /* the mood of more is that of its beginning */
    MEMORY_UTTERANCES = 400, /* after so many the oldest fade, and the profile follows the voice */
};

/* Running mean and sum of squared distances (Welford, "Note on a method for calculating corrected sums of
 * squares and products", Technometrics 1962). */
struct profile {
    long utterances;
    double *mean, *squares;
};

struct emotion {
    struct onnx *head;
    size_t n_features;
    char profile_dir[PATH_BYTES], path[PATH_BYTES]; /* empty: not kept */
    const char *version;                            /* of the features, borrowed from the head */
    struct profile profile;
    bool has_learnt;         /* since it was written */
    float *mean, *deviation; /* the profile as the head takes it */
};

/* ---- opening --------------------------------------------------------------------------------- */

static enum sarai_status read_contract(struct emotion *e, const char *path, struct sarai_error *err)
{
    int64_t stats[ONNX_MAX_RANK];
    long n = onnx_metadata_int(e->head, "sarai.features", 0);
    e->version = onnx_metadata(e->head, "sarai.version");
    bool fits = n >= 1 && n <= EMOTION_MAX_FEATURES && e->version &&
                onnx_input_shape(e->head, "layer_stats", stats) >= 1 && onnx_has_input(e->head, "pcm") &&
                onnx_has_output(e->head, "emo_vec");
    enum sarai_status st = onnx_expect_role(e->head, path, "affect-head", fits, err);
    if (!st)
        e->n_features = (size_t)n;
    return st;
}

enum sarai_status emotion_open(const struct emotion_options *o, struct emotion **out, struct sarai_error *err)
{
    struct emotion *e = calloc(1, sizeof *e);
    if (!e)
        return out_of_memory(err, tr("el ánimo", "the mood"));
    enum sarai_status st = onnx_open(o->path, &o->onnx, &e->head, err);
    if (!st)
        st = read_contract(e, o->path, err);
    if (!st) {
        snprintf(e->profile_dir, sizeof e->profile_dir, "%s", o->profile_dir ? o->profile_dir : "");
        e->profile.mean = calloc(e->n_features, sizeof *e->profile.mean);
        e->profile.squares = calloc(e->n_features, sizeof *e->profile.squares);
        e->mean = calloc(e->n_features, sizeof *e->mean);
        e->deviation = calloc(e->n_features, sizeof *e->deviation);
        if (!e->profile.mean || !e->profile.squares || !e->mean || !e->deviation)
            st = out_of_memory(err, tr("el ánimo", "the mood"));
    }
    if (st) {
        emotion_close(e);
        return st;
    }
    *out = e;
    return SARAI_OK;
}

void emotion_close(struct emotion *e)
{
    if (!e)
        return;
    onnx_close(e->head);
    free(e->profile.mean);
    free(e->profile.squares);
    free(e->mean);
    free(e->deviation);
    free(e);
}

bool emotion_fits(const struct emotion *e, const struct onnx_tensor *stats)
{
    return onnx_fits(e->head, "layer_stats", stats);
}

long emotion_utterances(const struct emotion *e)
{
    return e->profile.utterances;
}

/* ---- the profile ----------------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > EMOTION_MAX_NAME_BYTES || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 0x80 && !isalnum(c) && !strchr("-_.", c))
            return false;
    }
    return true;
}

static void forget(struct emotion *e)
{
    e->has_learnt = false;
    e->profile.utterances = 0;
    memset(e->profile.mean, 0, e->n_features * sizeof *e->profile.mean);
    memset(e->profile.squares, 0, e->n_features * sizeof *e->profile.squares);
}

/* The numbers of a list of the profile; false unless they are as many as the features, and finite. */
static bool take_numbers(const json_t *root, const char *key, size_t n, double *out)
{
    const json_t *list = json_object_get(root, key);
    if (json_array_size(list) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *number = json_array_get(list, i);
        out[i] = json_number_value(number);
        if (!json_is_number(number) || !isfinite(out[i]))
            return false;
    }
    return true;
}

static bool take_profile(struct emotion *e, const json_t *root)
{
    json_int_t utterances = json_integer_value(json_object_get(root, "utterances"));
    const char *version = json_string_value(json_object_get(root, "version"));
    if (!version || utterances < 1 || utterances > MEMORY_UTTERANCES)
        return false;
    if (strcmp(version, e->version) != 0)
        return true; /* of another head, whose numbers mean other things: begin anew */
    if (!take_numbers(root, "mean", e->n_features, e->profile.mean) ||
        !take_numbers(root, "squares", e->n_features, e->profile.squares))
        return false;
    for (size_t i = 0; i < e->n_features; i++)
        if (e->profile.squares[i] < 0)
            return false;
    e->profile.utterances = (long)utterances;
    return true;
}

static enum sarai_status load_profile(struct emotion *e, struct sarai_error *err)
{
    json_error_t cause;
    struct stat file;
    if (stat(e->path, &file) != 0 && errno == ENOENT)
        return SARAI_OK;
    json_t *root = file.st_size <= MAX_PROFILE_BYTES ? json_load_file(e->path, 0, &cause) : NULL;
    bool is_sound = root && take_profile(e, root);
    json_decref(root);
    if (is_sound)
        return SARAI_OK;
    forget(e);
    return failed(err, SARAI_EINPUT,
                  tr("el perfil de voz %s está dañado; bórralo para empezar otro",
                     "the voice profile %s is damaged; delete it to begin another"),
                  e->path);
}

enum sarai_status emotion_speaker(struct emotion *e, const char *name, struct sarai_error *err)
{
    if (name && !is_name(name))
        return failed(err, SARAI_EUSAGE,
                      tr("«%s» no sirve de nombre: letras, cifras, «-» y «_», hasta %d",
                         "“%s” will not do as a name: letters, digits, “-” and “_”, up to %d"),
                      name, EMOTION_MAX_NAME_BYTES);
    forget(e);
    e->path[0] = '\0';
    if (!name || !e->profile_dir[0])
        return SARAI_OK;
    if (snprintf(e->path, sizeof e->path, "%s/%s.json", e->profile_dir, name) >= (int)sizeof e->path) {
        e->path[0] = '\0';
        return failed(err, SARAI_EUSAGE, tr("la ruta %s es demasiado larga", "the path %s is too long"),
                      e->profile_dir);
    }
    return load_profile(e, err);
}

static void learn(struct profile *p, const float *features, size_t n)
{
    if (p->utterances == MEMORY_UTTERANCES)
        for (size_t i = 0; i < n; i++)
            p->squares[i] *= 1 - 1.0 / MEMORY_UTTERANCES;
    else
        p->utterances++;
    for (size_t i = 0; i < n; i++) {
        double apart = features[i] - p->mean[i];
        p->mean[i] += apart / (double)p->utterances;
        p->squares[i] += apart * (features[i] - p->mean[i]);
    }
}

static json_t *numbers(const double *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++)
        json_array_append_new(list, json_real(values[i]));
    return list;
}

/* Written beside and renamed: a reader finds the old profile or the new one. */
static enum sarai_status write_profile(const struct emotion *e, struct sarai_error *err)
{
    char part[PATH_BYTES + 32];
    json_t *root =
        json_pack("{s:s, s:I, s:o, s:o}", "version", e->version, "utterances",
                  (json_int_t)e->profile.utterances, "mean", numbers(e->profile.mean, e->n_features),
                  "squares", numbers(e->profile.squares, e->n_features));
    if (!root)
        return out_of_memory(err, tr("el perfil de voz", "the voice profile"));
    snprintf(part, sizeof part, "%s.%ld", e->path, (long)getpid());
    FILE *f = fopen(part, "wb");
    bool is_written = f && json_dumpf(root, f, JSON_COMPACT | JSON_REAL_PRECISION(9)) == 0;
    is_written = is_written && fflush(f) == 0 && fsync(fileno(f)) == 0;
    int reason = errno;
    if (f && fclose(f) != 0)
        is_written = false;
    json_decref(root);
    if (is_written && rename(part, e->path) == 0)
        return SARAI_OK;
    reason = is_written ? errno : reason;
    unlink(part);
    return failed(err, SARAI_EOUTPUT,
                  tr("no se puede guardar el perfil de voz %s: %s", "cannot save the voice profile %s: %s"),
                  e->path, reason_of(reason));
}

enum sarai_status emotion_save(struct emotion *e, struct sarai_error *err)
{
    if (!e->path[0] || !e->has_learnt)
        return SARAI_OK;
    folders_make(e->profile_dir, 0700, NULL); /* where that fails, writing the file tells why */
    enum sarai_status st = write_profile(e, err);
    e->has_learnt = st != SARAI_OK;
    return st;
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum sarai_status run_head(struct emotion *e, const float *pcm, size_t n, struct onnx_tensor *stats,
                                  struct onnx_value out[2], struct sarai_error *err)
{
    const struct profile *p = &e->profile;
    float utterances = (float)p->utterances;
    int64_t row[] = {1, (int64_t)e->n_features};
    for (size_t i = 0; i < e->n_features; i++) {
        e->mean[i] = (float)p->mean[i];
        e->deviation[i] = p->utterances > 0 ? (float)sqrt(p->squares[i] / (double)p->utterances) : 0;
    }
    struct onnx_value in[] = {
        {"pcm", onnx_f32((int64_t[]){1, (int64_t)n}, 2, pcm)},
        {"layer_stats", stats},
        {"profile_mean", onnx_f32(row, 2, e->mean)},
        {"profile_deviation", onnx_f32(row, 2, e->deviation)},
        {"utterances", onnx_f32((int64_t[]){1}, 1, &utterances)},
    };
    enum sarai_status st = onnx_run(e->head, in, sizeof in / sizeof *in, out, 2, err);
    onnx_release(in[0].tensor);
    for (size_t i = 2; i < sizeof in / sizeof *in; i++)
        onnx_release(in[i].tensor);
    if (!st &&
        (onnx_count(out[0].tensor) != e->n_features || onnx_count(out[1].tensor) != SARAI_EMO_DIMENSION))
        st = failed(err, SARAI_EMODEL,
                    tr("la cabeza de ánimo da otros tamaños que los que dice",
                       "the affect head gives other sizes than it says"));
    return st;
}

enum sarai_status emotion_read(struct emotion *e, const float *pcm, size_t n_frames,
                               struct onnx_tensor *stats, float emo_vec[SARAI_EMO_DIMENSION],
                               struct sarai_error *err)
{
    struct onnx_value out[] = {{"features", NULL}, {"emo_vec", NULL}};
    if (n_frames == 0 || !emotion_fits(e, stats))
        return failed(err, SARAI_EINPUT, tr("nada que oír", "nothing to hear"));
    enum sarai_status st =
        run_head(e, pcm, n_frames < MAX_PCM_FRAMES ? n_frames : MAX_PCM_FRAMES, stats, out, err);
    if (!st) {
        memcpy(emo_vec, onnx_floats(out[1].tensor), SARAI_EMO_DIMENSION * sizeof *emo_vec);
        learn(&e->profile, onnx_floats(out[0].tensor), e->n_features);
        e->has_learnt = true;
    }
    onnx_release(out[0].tensor);
    onnx_release(out[1].tensor);
    return st;
}
