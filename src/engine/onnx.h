/* ONNX Runtime, as much of it as Sarai uses. Only this pair and onnx_ops include its header.
 *
 *     onnx_open("encoder.onnx", &(struct onnx_options){.threads = 2}, &session, err);
 *     struct onnx_value in[] = {{"pcm", onnx_f32((int64_t[]){1, n}, 2, pcm)}};
 *     struct onnx_value out[] = {{"states", NULL}};
 *     onnx_run(session, in, 1, out, 1, err);
 *     const float *states = onnx_floats(out[0].tensor);
 *     onnx_release(in[0].tensor); onnx_release(out[0].tensor);
 *
 * All sessions share one pool of threads that sleep when idle: two pools that spin on two cores fight.
 * A session belongs to one thread at a time, except onnx_interrupt().
 */
#ifndef SARAI_ENGINE_ONNX_H
#define SARAI_ENGINE_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct onnx;
struct onnx_tensor;

enum { ONNX_MAX_RANK = 6, ONNX_MAX_VALUES = 160 };
enum onnx_type { ONNX_F32, ONNX_I64, ONNX_I32, ONNX_OTHER };

struct onnx_options {
    int threads;           /* of the shared pool; the first session decides */
    const char *cache_dir; /* keeps the optimised graph, so that the next start skips optimising; or NULL */
    bool alone;            /* runs on the caller's thread only: quicker where operators are tiny */
    bool exact; /* 8-bit products that cannot overflow; slower on a CPU without VNNI, where they can */
};

/* A named input or output of a run. */
struct onnx_value {
    const char *name;
    struct onnx_tensor *tensor; /* NULL in an output: the run makes it, the caller releases it */
};

/* EMODEL: missing, cut short, not ONNX. */
enum sarai_status onnx_open(const char *path, const struct onnx_options *options, struct onnx **out,
                            struct sarai_error *err);
void onnx_close(struct onnx *session);

/* Loads the library, which onnx_open() does too. EINTERNAL: it is missing, damaged or too old. */
enum sarai_status onnx_load(struct sarai_error *err);
/* Version of the library, e.g. "1.32.0"; NULL when it cannot be loaded. */
const char *onnx_version(void);

/* The value of a metadata key of the model; NULL when absent. Borrowed until close. */
const char *onnx_metadata(const struct onnx *session, const char *key);
/* The same as a whole number, `otherwise` when absent or not a number. */
long onnx_metadata_int(const struct onnx *session, const char *key, long otherwise);
/* OK where the model's role is this one and `fits`, which is the rest of its contract (docs/CONTRACTS.md);
 * else EMODEL, with a sentence that names both. */
enum sarai_status onnx_expect_role(const struct onnx *session, const char *path, const char *role, bool fits,
                                   struct sarai_error *err);
bool onnx_has_input(const struct onnx *session, const char *name);
bool onnx_has_output(const struct onnx *session, const char *name);
/* Shape of an input; -1 where a dimension is free. Returns the rank, or -1 when there is no such input. */
int onnx_input_shape(const struct onnx *session, const char *name, int64_t dims[ONNX_MAX_RANK]);
/* Whether the tensor holds 32-bit floats in the shape of that input. False for NULL. */
bool onnx_fits(const struct onnx *session, const char *name, const struct onnx_tensor *tensor);

/* Tensors over the caller's memory, which must outlive them. NULL when memory is out. */
struct onnx_tensor *onnx_f32(const int64_t *dims, int rank, const float *data);
struct onnx_tensor *onnx_i64(const int64_t *dims, int rank, const int64_t *data);
struct onnx_tensor *onnx_i32(const int64_t *dims, int rank, const int32_t *data);
void onnx_release(struct onnx_tensor *tensor);

enum onnx_type onnx_type(const struct onnx_tensor *tensor);
/* Writes the shape, returns the rank. */
int onnx_shape(const struct onnx_tensor *tensor, int64_t dims[ONNX_MAX_RANK]);
size_t onnx_count(const struct onnx_tensor *tensor);
/* The elements, borrowed from the tensor. The type must match. */
const float *onnx_floats(const struct onnx_tensor *tensor);
const int64_t *onnx_ints(const struct onnx_tensor *tensor);

/* Runs the graph. On failure the outputs that were NULL stay NULL. ECANCELLED after onnx_interrupt(). */
enum sarai_status onnx_run(struct onnx *session, const struct onnx_value *in, size_t n_in,
                           struct onnx_value *out, size_t n_out, struct sarai_error *err);

/* Ends the run in progress, if any, and every later one until onnx_resume(). Any thread. */
void onnx_interrupt(struct onnx *session);
void onnx_resume(struct onnx *session);

#endif
