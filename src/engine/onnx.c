#include "engine/onnx.h"

#include <dlfcn.h>
#include <errno.h>
#include <onnxruntime_c_api.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/reason.h"
#include "engine/onnx_ops.h"

struct onnx_names {
    size_t n;
    char *names[ONNX_MAX_VALUES];
};

struct onnx {
    OrtSession *session;
    OrtRunOptions *run;
    OrtModelMetadata *metadata;
    struct onnx_names inputs, outputs;
    char **metadata_values; /* made on demand, kept until close because callers borrow them */
    size_t n_metadata_values;
};

/* One environment and one thread pool for the process, held while any session is open. */
static struct {
    pthread_mutex_t lock;
    const OrtApiBase *base; /* NULL until the library is loaded; then it stays */
    const OrtApi *api;
    OrtEnv *env;
    OrtMemoryInfo *memory;
    int sessions;
} ort = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Turns ORT's status into ours, wrapped in what we were doing. */
static enum sarai_status check(OrtStatus *status, enum sarai_status as, const char *doing, const char *what,
                               struct sarai_error *err)
{
    if (!status)
        return SARAI_OK;
    const char *reason = ort.api->GetErrorMessage(status);
    if (strstr(reason, "bad_alloc") || strstr(reason, "Failed to allocate memory") ||
        strstr(reason, "pthread_create failed")) /* ORT has no code for it */
        as = out_of_memory(err, what);
    else
        failed(err, as, "%s %s: %s", doing, what, reason);
    ort.api->ReleaseStatus(status);
    return as;
}

static OrtStatus *create_env(int threads)
{
    OrtThreadingOptions *pools = NULL;
    OrtStatus *status = ort.api->CreateThreadingOptions(&pools);
    if (!status)
        status = ort.api->SetGlobalIntraOpNumThreads(pools, threads);
    if (!status)
        status = ort.api->SetGlobalInterOpNumThreads(pools, 1);
    if (!status)
        status = ort.api->SetGlobalSpinControl(pools, 0);
    if (!status)
        status = ort.api->CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_FATAL, "sarai", pools, &ort.env);
    if (!status)
        status = ort.api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &ort.memory);
    if (pools)
        ort.api->ReleaseThreadingOptions(pools);
    return status;
}

static void release_env(void)
{
    if (ort.memory)
        ort.api->ReleaseMemoryInfo(ort.memory);
    if (ort.env)
        ort.api->ReleaseEnv(ort.env);
    ort.memory = NULL;
    ort.env = NULL;
}

/* The library is loaded here and not by the system's loader, so that a program on a machine without it
 * still starts, and says what to do. The lock must be held. */
static enum sarai_status load_library(struct sarai_error *err)
{
    if (ort.api)
        return SARAI_OK;
    char why[REASON_BYTES];
    void *library = dlopen("libonnxruntime.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        reason_of_loader(why, sizeof why);
        return failed(err, SARAI_EINTERNAL, tr("falta ONNX Runtime (%s)", "ONNX Runtime is missing (%s)"),
                      why);
    }
    const OrtApiBase *(*get_base)(void) = NULL;
    *(void **)&get_base = dlsym(library, "OrtGetApiBase"); /* the conversion that POSIX asks for */
    if (!get_base)
        return failed(
            err, SARAI_EINTERNAL,
            tr("libonnxruntime.so.1 no es ONNX Runtime", "libonnxruntime.so.1 is not ONNX Runtime"));
    ort.base = get_base();
    ort.api = ort.base->GetApi(ORT_API_VERSION);
    if (!ort.api)
        return failed(err, SARAI_EINTERNAL,
                      tr("la biblioteca ONNX Runtime %s es más antigua que la API %d",
                         "the ONNX Runtime library %s is older than API %d"),
                      ort.base->GetVersionString(), ORT_API_VERSION);
    return SARAI_OK;
}

enum sarai_status onnx_load(struct sarai_error *err)
{
    struct sarai_error cause = {0};
    pthread_mutex_lock(&ort.lock);
    enum sarai_status st = load_library(&cause);
    pthread_mutex_unlock(&ort.lock);
    return st ? failed(err, st, tr("%s; ejecuta: make deps", "%s; run: make deps"), cause.message) : SARAI_OK;
}

static enum sarai_status acquire_env(int threads, struct sarai_error *err)
{
    enum sarai_status st = onnx_load(err);
    if (st)
        return st;
    pthread_mutex_lock(&ort.lock);
    if (ort.sessions == 0) {
        st = check(create_env(threads), SARAI_EINTERNAL, tr("al iniciar", "starting"), "ONNX Runtime", err);
        if (st)
            release_env();
    }
    if (!st)
        ort.sessions++;
    pthread_mutex_unlock(&ort.lock);
    return st;
}

static void leave_env(void)
{
    pthread_mutex_lock(&ort.lock);
    if (--ort.sessions == 0)
        release_env();
    pthread_mutex_unlock(&ort.lock);
}

const char *onnx_version(void)
{
    return onnx_load(NULL) == SARAI_OK ? ort.base->GetVersionString() : NULL;
}

/* ---- sessions ------------------------------------------------------------------------------- */

/* Name of the optimised graph: model, size, time, ORT version and how it is to compute, so that a changed
 * model or library never meets a stale graph. Empty when there is no cache. */
static void cached_graph(const char *path, const struct onnx_options *o, char *out, size_t n)
{
    struct stat st;
    out[0] = '\0';
    if (!o->cache_dir || stat(path, &st) != 0)
        return;
    const char *base = strrchr(path, '/');
    snprintf(out, n, "%s/%s-%lld-%lld-%s%s.ort.onnx", o->cache_dir, base ? base + 1 : path,
             (long long)st.st_size, (long long)st.st_mtim.tv_sec, onnx_version(), o->exact ? "-exact" : "");
}

static OrtStatus *session_options(const struct onnx_options *options, const char *optimised_path,
                                  bool is_optimised, OrtSessionOptions **out)
{
    OrtSessionOptions *o = NULL;
    OrtStatus *status = ort.api->CreateSessionOptions(&o);
    if (!status)
        status = options->alone ? ort.api->SetIntraOpNumThreads(o, 1) : ort.api->DisablePerSessionThreads(o);
    if (!status && options->exact)
        status = ort.api->AddSessionConfigEntry(o, "session.x64quantprecision", "1");
    if (!status)
        status = onnx_ops_register(ort.api, o);
    if (!status)
        status =
            ort.api->SetSessionGraphOptimizationLevel(o, is_optimised ? ORT_DISABLE_ALL : ORT_ENABLE_ALL);
    if (!status && optimised_path)
        status = ort.api->SetOptimizedModelFilePath(o, optimised_path);
    *out = o;
    return status;
}

/* Opens `path`; when `save_as` is given the optimised graph is left there. */
static enum sarai_status create_session(struct onnx *s, const struct onnx_options *o, const char *path,
                                        const char *save_as, bool is_optimised, struct sarai_error *err)
{
    OrtSessionOptions *options = NULL;
    OrtStatus *status = session_options(o, save_as, is_optimised, &options);
    if (!status)
        status = ort.api->CreateSession(ort.env, path, options, &s->session);
    if (options)
        ort.api->ReleaseSessionOptions(options);
    struct sarai_error cause = {0};
    enum sarai_status st = check(status, SARAI_EMODEL, tr("no se puede cargar", "cannot load"), path, &cause);
    if (!st || !err)
        return st;
    return st == SARAI_EMODEL
               ? failed(err, st, tr("%s; compruébalo: sarai doctor", "%s; to check it: sarai doctor"),
                        cause.message)
               : failed(err, st, "%s", cause.message);
}

/* Optimising costs a second: the optimised graph is written once, under a temporary name, and used by
 * later starts. A damaged cache file is removed and the model itself is taken. */
static enum sarai_status create_cached_session(struct onnx *s, const char *path, const struct onnx_options *o,
                                               struct sarai_error *err)
{
    char cached[4096], fresh[4128];
    cached_graph(path, o, cached, sizeof cached);
    if (cached[0] && access(cached, R_OK) == 0) {
        if (create_session(s, o, cached, NULL, true, NULL) == SARAI_OK)
            return SARAI_OK;
        unlink(cached);
    }
    if (!cached[0] || access(o->cache_dir, W_OK) != 0)
        return create_session(s, o, path, NULL, false, err);
    snprintf(fresh, sizeof fresh, "%s.%ld", cached, (long)getpid());
    if (create_session(s, o, path, fresh, false, NULL) == SARAI_OK && rename(fresh, cached) == 0)
        return SARAI_OK;
    unlink(fresh);
    if (s->session)
        return SARAI_OK;
    return create_session(s, o, path, NULL, false,
                          err); /* a full disk must not keep the model from loading */
}

static enum sarai_status read_names(struct onnx *s, bool inputs, struct onnx_names *out,
                                    struct sarai_error *err)
{
    OrtAllocator *allocator = NULL;
    size_t n = 0;
    OrtStatus *status = ort.api->GetAllocatorWithDefaultOptions(&allocator);
    if (!status)
        status = inputs ? ort.api->SessionGetInputCount(s->session, &n)
                        : ort.api->SessionGetOutputCount(s->session, &n);
    if (!status && n > ONNX_MAX_VALUES)
        return failed(err, SARAI_EMODEL,
                      tr("el modelo tiene %zu entradas o salidas; el máximo es %d",
                         "the model has %zu inputs or outputs; the maximum is %d"),
                      n, ONNX_MAX_VALUES);
    for (size_t i = 0; !status && i < n; i++) {
        char *name = NULL;
        status = inputs ? ort.api->SessionGetInputName(s->session, i, allocator, &name)
                        : ort.api->SessionGetOutputName(s->session, i, allocator, &name);
        if (status)
            break;
        out->names[i] = strdup(name);
        allocator->Free(allocator, name); /* names go back to the allocator that made them */
        if (!out->names[i])
            return out_of_memory(err, tr("los nombres del modelo", "the model's names"));
        out->n = i + 1;
    }
    return check(status, SARAI_EMODEL, tr("al leer", "reading"),
                 tr("los nombres del modelo", "the model's names"), err);
}

enum sarai_status onnx_open(const char *path, const struct onnx_options *options, struct onnx **out,
                            struct sarai_error *err)
{
    if (access(path, R_OK) != 0)
        return failed(err, SARAI_EMODEL,
                      tr("no se puede leer el modelo %s: %s", "cannot read the model %s: %s"), path,
                      reason_of(errno));
    enum sarai_status st = acquire_env(options->threads, err);
    if (st)
        return st;
    struct onnx *s = calloc(1, sizeof *s);
    if (!s) {
        leave_env();
        return out_of_memory(err, path);
    }
    st = create_cached_session(s, path, options, err);
    if (!st)
        st = check(ort.api->CreateRunOptions(&s->run), SARAI_EINTERNAL, tr("al preparar", "preparing"), path,
                   err);
    if (!st)
        st = check(ort.api->SessionGetModelMetadata(s->session, &s->metadata), SARAI_EMODEL,
                   tr("al leer los metadatos de", "reading the metadata of"), path, err);
    if (!st)
        st = read_names(s, true, &s->inputs, err);
    if (!st)
        st = read_names(s, false, &s->outputs, err);
    if (st) {
        onnx_close(s);
        return st;
    }
    *out = s;
    return SARAI_OK;
}

void onnx_close(struct onnx *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->inputs.n; i++)
        free(s->inputs.names[i]);
    for (size_t i = 0; i < s->outputs.n; i++)
        free(s->outputs.names[i]);
    for (size_t i = 0; i < s->n_metadata_values; i++)
        free(s->metadata_values[i]);
    free(s->metadata_values);
    if (s->metadata)
        ort.api->ReleaseModelMetadata(s->metadata);
    if (s->run)
        ort.api->ReleaseRunOptions(s->run);
    if (s->session)
        ort.api->ReleaseSession(s->session);
    free(s);
    leave_env();
}

/* ---- what a model says of itself ------------------------------------------------------------ */

const char *onnx_metadata(const struct onnx *session, const char *key)
{
    struct onnx *s = (struct onnx *)session; /* the value is kept in the session: same answer, same owner */
    OrtAllocator *allocator = NULL;
    char *value = NULL;
    OrtStatus *status = ort.api->GetAllocatorWithDefaultOptions(&allocator);
    if (!status)
        status = ort.api->ModelMetadataLookupCustomMetadataMap(s->metadata, allocator, key, &value);
    if (status) {
        ort.api->ReleaseStatus(status);
        return NULL;
    }
    if (!value)
        return NULL;
    char *copy = strdup(value);
    allocator->Free(allocator, value);
    char **values = realloc(s->metadata_values, (s->n_metadata_values + 1) * sizeof *values);
    if (values)
        s->metadata_values = values;
    if (!copy || !values) {
        free(copy);
        return NULL;
    }
    return s->metadata_values[s->n_metadata_values++] = copy;
}

long onnx_metadata_int(const struct onnx *session, const char *key, long otherwise)
{
    const char *text = onnx_metadata(session, key);
    char *end;
    if (!text || !*text)
        return otherwise;
    long value = strtol(text, &end, 10);
    return *end ? otherwise : value;
}

enum sarai_status onnx_expect_role(const struct onnx *session, const char *path, const char *role, bool fits,
                                   struct sarai_error *err)
{
    const char *own = onnx_metadata(session, "sarai.role");
    return fits && own && strcmp(own, role) == 0
               ? SARAI_OK
               : failed(err, SARAI_EMODEL,
                        tr("%s no cumple el contrato «%s»; véase docs/CONTRACTS.md",
                           "%s does not keep the contract “%s”; see docs/CONTRACTS.md"),
                        path, role);
}

static long find_name(const struct onnx_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->names[i], name) == 0)
            return (long)i;
    return -1;
}

bool onnx_has_input(const struct onnx *s, const char *name)
{
    return find_name(&s->inputs, name) >= 0;
}

bool onnx_has_output(const struct onnx *s, const char *name)
{
    return find_name(&s->outputs, name) >= 0;
}

/* Rank and dimensions of a type; releases nothing. -1 past ONNX_MAX_RANK or on failure. */
static int shape_of(const OrtTensorTypeAndShapeInfo *info, int64_t dims[ONNX_MAX_RANK])
{
    size_t rank = 0;
    OrtStatus *status = ort.api->GetDimensionsCount(info, &rank);
    if (!status && rank <= ONNX_MAX_RANK)
        status = ort.api->GetDimensions(info, dims, rank);
    if (status) {
        ort.api->ReleaseStatus(status);
        return -1;
    }
    return rank <= ONNX_MAX_RANK ? (int)rank : -1;
}

int onnx_input_shape(const struct onnx *s, const char *name, int64_t dims[ONNX_MAX_RANK])
{
    long index = find_name(&s->inputs, name);
    OrtTypeInfo *type = NULL;
    const OrtTensorTypeAndShapeInfo *info = NULL;
    if (index < 0)
        return -1;
    OrtStatus *status = ort.api->SessionGetInputTypeInfo(s->session, (size_t)index, &type);
    if (!status)
        status = ort.api->CastTypeInfoToTensorInfo(type, &info);
    int rank = !status && info ? shape_of(info, dims) : -1;
    if (status)
        ort.api->ReleaseStatus(status);
    if (type)
        ort.api->ReleaseTypeInfo(type);
    return rank;
}

/* ---- tensors: our opaque type is ORT's value ------------------------------------------------- */

static OrtValue *value_of(const struct onnx_tensor *tensor)
{
    return (OrtValue *)tensor;
}

static struct onnx_tensor *tensor_over(const int64_t *dims, int rank, const void *data, size_t element_bytes,
                                       ONNXTensorElementDataType type)
{
    static const char nothing; /* ORT wants an address even for a tensor without elements */
    size_t bytes = element_bytes;
    for (int i = 0; i < rank; i++)
        bytes *= (size_t)dims[i];
    OrtValue *value = NULL;
    OrtStatus *status = ort.api->CreateTensorWithDataAsOrtValue(ort.memory, (void *)(data ? data : &nothing),
                                                                bytes, dims, (size_t)rank, type, &value);
    if (status) {
        ort.api->ReleaseStatus(status);
        return NULL;
    }
    return (struct onnx_tensor *)value;
}

struct onnx_tensor *onnx_f32(const int64_t *dims, int rank, const float *data)
{
    return tensor_over(dims, rank, data, sizeof *data, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
}

struct onnx_tensor *onnx_i64(const int64_t *dims, int rank, const int64_t *data)
{
    return tensor_over(dims, rank, data, sizeof *data, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
}

struct onnx_tensor *onnx_i32(const int64_t *dims, int rank, const int32_t *data)
{
    return tensor_over(dims, rank, data, sizeof *data, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32);
}

void onnx_release(struct onnx_tensor *tensor)
{
    if (tensor)
        ort.api->ReleaseValue(value_of(tensor));
}

/* Type and shape of a tensor. Asking a live tensor cannot fail but for want of memory: rank -1 then. */
static int tensor_info(const struct onnx_tensor *tensor, int64_t dims[ONNX_MAX_RANK], enum onnx_type *type)
{
    OrtTensorTypeAndShapeInfo *info = NULL;
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    OrtStatus *status = ort.api->GetTensorTypeAndShape(value_of(tensor), &info);
    if (!status)
        status = ort.api->GetTensorElementType(info, &element);
    int rank = status ? -1 : shape_of(info, dims);
    if (status)
        ort.api->ReleaseStatus(status);
    if (info)
        ort.api->ReleaseTensorTypeAndShapeInfo(info);
    *type = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT   ? ONNX_F32
            : element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 ? ONNX_I64
            : element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 ? ONNX_I32
                                                             : ONNX_OTHER;
    return rank;
}

enum onnx_type onnx_type(const struct onnx_tensor *tensor)
{
    int64_t dims[ONNX_MAX_RANK];
    enum onnx_type type;
    return tensor_info(tensor, dims, &type) < 0 ? ONNX_OTHER : type;
}

int onnx_shape(const struct onnx_tensor *tensor, int64_t dims[ONNX_MAX_RANK])
{
    enum onnx_type type;
    return tensor_info(tensor, dims, &type);
}

bool onnx_fits(const struct onnx *session, const char *name, const struct onnx_tensor *tensor)
{
    int64_t wanted[ONNX_MAX_RANK], shape[ONNX_MAX_RANK];
    int rank = onnx_input_shape(session, name, wanted);
    if (!tensor || rank < 0 || onnx_type(tensor) != ONNX_F32 || onnx_shape(tensor, shape) != rank)
        return false;
    for (int i = 0; i < rank; i++)
        if (wanted[i] >= 0 && shape[i] != wanted[i])
            return false;
    return true;
}

size_t onnx_count(const struct onnx_tensor *tensor)
{
    int64_t dims[ONNX_MAX_RANK];
    int rank = onnx_shape(tensor, dims);
    size_t count = rank < 0 ? 0 : 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)dims[i];
    return count;
}

static const void *tensor_data(const struct onnx_tensor *tensor)
{
    void *data = NULL;
    OrtStatus *status = ort.api->GetTensorMutableData(value_of(tensor), &data);
    if (status)
        ort.api->ReleaseStatus(status);
    return data;
}

const float *onnx_floats(const struct onnx_tensor *tensor)
{
    return tensor_data(tensor);
}

const int64_t *onnx_ints(const struct onnx_tensor *tensor)
{
    return tensor_data(tensor);
}

/* ---- runs ------------------------------------------------------------------------------------ */

enum sarai_status onnx_run(struct onnx *s, const struct onnx_value *in, size_t n_in, struct onnx_value *out,
                           size_t n_out, struct sarai_error *err)
{
    const char *in_names[ONNX_MAX_VALUES] = {NULL}, *out_names[ONNX_MAX_VALUES] = {NULL};
    const OrtValue *in_values[ONNX_MAX_VALUES];
    OrtValue *out_values[ONNX_MAX_VALUES];
    if (n_in > ONNX_MAX_VALUES || n_out > ONNX_MAX_VALUES)
        return failed(err, SARAI_EINTERNAL,
                      tr("demasiadas entradas o salidas", "too many inputs or outputs"));
    for (size_t i = 0; i < n_in; i++) {
        if (!in[i].tensor)
            return out_of_memory(err, in[i].name);
        in_names[i] = in[i].name;
        in_values[i] = value_of(in[i].tensor);
    }
    for (size_t i = 0; i < n_out; i++) {
        out_names[i] = out[i].name;
        out_values[i] = value_of(out[i].tensor);
    }
    OrtStatus *status =
        ort.api->Run(s->session, s->run, in_names, in_values, n_in, out_names, n_out, out_values);
    if (!status) {
        for (size_t i = 0; i < n_out; i++)
            out[i].tensor = (struct onnx_tensor *)out_values[i];
        return SARAI_OK;
    }
    for (size_t i = 0; i < n_out; i++)
        if (!out[i].tensor && out_values[i])
            ort.api->ReleaseValue(out_values[i]);
    if (strstr(ort.api->GetErrorMessage(status), "terminate flag")) { /* ORT has no error code for it */
        ort.api->ReleaseStatus(status);
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    }
    return check(status, SARAI_EMODEL, tr("al ejecutar", "running"), tr("el modelo", "the model"), err);
}

void onnx_interrupt(struct onnx *s)
{
    OrtStatus *status = ort.api->RunOptionsSetTerminate(s->run);
    if (status)
        ort.api->ReleaseStatus(status);
}

void onnx_resume(struct onnx *s)
{
    OrtStatus *status = ort.api->RunOptionsUnsetTerminate(s->run);
    if (status)
        ort.api->ReleaseStatus(status);
}
