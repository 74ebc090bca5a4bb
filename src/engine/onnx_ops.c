#include "engine/onnx_ops.h"

#include <stdlib.h>

#include "engine/styled_conv.h"

/* StyledConv: x [1, T, in], style [1, 2 in] or none (no normalisation), weights int8 [taps, ⌈in / 4⌉, out,
 * 4], scale [out], bias [out], alpha [in] or none, residual [1, T, out] or none → y [1, T, out]. */
enum { X, STYLE, WEIGHTS, SCALE, BIAS, ALPHA, RESIDUAL, N_INPUTS };
enum { MAX_RANK = 4, STRETCH_FRAMES = 192, STRETCHES_STEP = 4 };

struct kernel {
    const OrtApi *api;
    struct styled_conv conv;
};

struct tensor {
    int64_t dims[MAX_RANK];
    size_t rank;
    const void *data; /* NULL: the input is left out */
};

/* What the stretches of one run share. */
struct work {
    const struct kernel *kernel;
    struct styled_conv_io io;
    size_t stretch;
    float *moments;
    volatile int out_of_memory; /* set to 1 by whoever meets it, read after all have ended */
};

static OrtStatus *refuse(const OrtApi *api, const char *what)
{
    return api->CreateStatus(ORT_INVALID_ARGUMENT, what);
}

static OrtStatus *read_tensor(const OrtApi *api, const OrtValue *value, struct tensor *out)
{
    OrtTensorTypeAndShapeInfo *info = NULL;
    void *data = NULL;
    *out = (struct tensor){.rank = 0};
    if (!value)
        return NULL;
    OrtStatus *status = api->GetTensorTypeAndShape(value, &info);
    if (!status)
        status = api->GetDimensionsCount(info, &out->rank);
    if (!status && out->rank > MAX_RANK)
        status = refuse(api, "StyledConv: a tensor has too many dimensions");
    if (!status)
        status = api->GetDimensions(info, out->dims, out->rank);
    if (!status)
        status = api->GetTensorMutableData((OrtValue *)value, &data);
    out->data = data;
    if (info)
        api->ReleaseTensorTypeAndShapeInfo(info);
    return status;
}

static size_t count(const struct tensor *t)
{
    size_t n = t->data ? 1 : 0;
    for (size_t i = 0; i < t->rank; i++)
        n *= (size_t)t->dims[i];
    return n;
}

/* ---- kernel ----------------------------------------------------------------------------------- */

static OrtStatus *read_constants(struct kernel *k, const OrtKernelInfo *info, struct tensor t[N_INPUTS])
{
    for (size_t i = WEIGHTS; i <= ALPHA; i++) {
        const OrtValue *value = NULL;
        int is_constant = 0;
        OrtStatus *status = k->api->KernelInfoGetConstantInput_tensor(info, i, &is_constant, &value);
        if (!status)
            status = read_tensor(k->api, is_constant ? value : NULL, &t[i]);
        if (status)
            return status;
    }
    return NULL;
}

/* The sizes, checked against each other: a model file is input like any other. */
static OrtStatus *describe(struct kernel *k, const OrtKernelInfo *info, struct tensor t[N_INPUTS])
{
    struct styled_conv *c = &k->conv;
    int64_t dilation = 0, in = 0;
    OrtStatus *status = k->api->KernelInfoGetAttribute_int64(info, "dilation", &dilation);
    if (!status)
        status = k->api->KernelInfoGetAttribute_int64(info, "channels", &in);
    if (!status)
        status = k->api->KernelInfoGetAttribute_float(info, "slope", &c->slope);
    if (status)
        return status;
    const int64_t *w = t[WEIGHTS].dims;
    if (t[WEIGHTS].rank != 4 || in < 1 || in > STYLED_CONV_MAX_CHANNELS || w[0] < 1 || w[0] % 2 == 0 ||
        w[0] > STYLED_CONV_MAX_TAPS || w[1] != (in + 3) / 4 || w[2] < 1 || w[2] % STYLED_CONV_OUT_STEP ||
        w[2] > STYLED_CONV_MAX_CHANNELS || w[3] != 4 || dilation < 1 || dilation > STYLED_CONV_MAX_DILATION)
        return refuse(k->api, "StyledConv: weights of an impossible shape");
    if (in * w[0] > STYLED_CONV_MAX_PRODUCTS)
        return refuse(k->api, "StyledConv: too many products for a sum of 32 bits");
    c->in = (size_t)in;
    c->out = (size_t)w[2];
    c->taps = (size_t)w[0];
    c->dilation = (size_t)dilation;
    if (count(&t[SCALE]) != c->out || count(&t[BIAS]) != c->out ||
        (t[ALPHA].data && count(&t[ALPHA]) != c->in))
        return refuse(k->api, "StyledConv: scale, bias or alpha of another size than the weights");
    c->weights = t[WEIGHTS].data;
    c->scale = t[SCALE].data;
    c->bias = t[BIAS].data;
    c->alpha = t[ALPHA].data;
    c->isa = styled_conv_best_isa();
    return NULL;
}

static void destroy_kernel(void *kernel)
{
    struct kernel *k = kernel;
    styled_conv_release(&k->conv);
    free(k);
}

static OrtStatus *create_kernel(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info,
                                void **out)
{
    (void)op;
    struct tensor t[N_INPUTS] = {0};
    struct kernel *k = calloc(1, sizeof *k);
    if (!k)
        return api->CreateStatus(ORT_FAIL, "out of memory");
    k->api = api;
    OrtStatus *status = read_constants(k, info, t);
    if (!status)
        status = describe(k, info, t);
    if (!status && !styled_conv_prepare(&k->conv))
        status = api->CreateStatus(ORT_FAIL, "out of memory");
    if (status) {
        destroy_kernel(k);
        return status;
    }
    *out = k;
    return NULL;
}

/* ---- run -------------------------------------------------------------------------------------- */

static size_t stretch_end(const struct work *w, size_t i)
{
    size_t end = (i + 1) * w->stretch;
    return end < w->io.frames ? end : w->io.frames;
}

static void measure_stretch(void *work, size_t i)
{
    struct work *w = work;
    const struct styled_conv *c = &w->kernel->conv;
    size_t from = i * w->stretch;
    styled_conv_measure(c->isa, w->io.x + from * c->in, stretch_end(w, i) - from, c->in,
                        w->moments + i * 2 * c->in);
}

static void run_stretch(void *work, size_t i)
{
    struct work *w = work;
    if (!styled_conv_run(&w->kernel->conv, &w->io, i * w->stretch, stretch_end(w, i)))
        w->out_of_memory = 1;
}

/* Frames of a stretch: few enough for the cache, and a number of stretches that two or four threads share
 * evenly. */
static size_t stretch_frames(size_t frames)
{
    size_t n = (frames + STRETCH_FRAMES - 1) / STRETCH_FRAMES;
    n = (n + STRETCHES_STEP - 1) / STRETCHES_STEP * STRETCHES_STEP;
    size_t stretch = (frames + n - 1) / n;
    return (stretch + 5) / 6 * 6;
}

static OrtStatus *run_stretches(struct work *w, OrtKernelContext *context, const float *style)
{
    const struct styled_conv *c = &w->kernel->conv;
    const OrtApi *api = w->kernel->api;
    w->stretch = stretch_frames(w->io.frames);
    size_t n = (w->io.frames + w->stretch - 1) / w->stretch;
    float *norm = malloc(2 * c->in * (n + 1) * sizeof *norm);
    if (!norm)
        return api->CreateStatus(ORT_FAIL, "out of memory");
    w->io.gain = norm;
    w->io.offset = norm + c->in;
    w->moments = norm + 2 * c->in;
    OrtStatus *status = style ? api->KernelContext_ParallelFor(context, measure_stretch, n, 0, w) : NULL;
    if (style && !status)
        styled_conv_norm(w->moments, w->stretch, w->io.frames, c->in, style, norm, norm + c->in);
    for (size_t i = 0; !style && i < c->in; i++) {
        norm[i] = 1;
        norm[c->in + i] = 0;
    }
    if (!status)
        status = api->KernelContext_ParallelFor(context, run_stretch, n, 0, w);
    free(norm);
    if (!status && w->out_of_memory)
        status = api->CreateStatus(ORT_FAIL, "out of memory");
    return status;
}

static OrtStatus *compute(void *kernel, OrtKernelContext *context)
{
    const struct kernel *k = kernel;
    const struct styled_conv *c = &k->conv;
    struct tensor t[N_INPUTS] = {0};
    const size_t wanted[] = {X, STYLE, RESIDUAL};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const OrtValue *value = NULL;
        OrtStatus *status = k->api->KernelContext_GetInput(context, wanted[i], &value);
        if (!status)
            status = read_tensor(k->api, value, &t[wanted[i]]);
        if (status)
            return status;
    }
    const struct tensor *x = &t[X], *residual = &t[RESIDUAL];
    if (x->rank != 3 || x->dims[0] != 1 || x->dims[1] < 1 || x->dims[2] != (int64_t)c->in ||
        (t[STYLE].data && count(&t[STYLE]) != 2 * c->in) ||
        (residual->data && count(residual) != (size_t)x->dims[1] * c->out))
        return refuse(k->api, "StyledConv: x, style or residual of an impossible shape");
    OrtValue *y = NULL;
    void *data = NULL;
    const int64_t dims[] = {1, x->dims[1], (int64_t)c->out};
    OrtStatus *status = k->api->KernelContext_GetOutput(context, 0, dims, 3, &y);
    if (!status)
        status = k->api->GetTensorMutableData(y, &data);
    struct work w = {k, {x->data, NULL, NULL, residual->data, data, (size_t)x->dims[1]}, 0, NULL, 0};
    return status ? status : run_stretches(&w, context, t[STYLE].data);
}

/* ---- what ONNX Runtime asks of an operator ------------------------------------------------------- */

static const char *name(const OrtCustomOp *op)
{
    (void)op;
    return "StyledConv";
}

static const char *provider(const OrtCustomOp *op)
{
    (void)op;
    return "CPUExecutionProvider";
}

static size_t input_count(const OrtCustomOp *op)
{
    (void)op;
    return N_INPUTS;
}

static size_t output_count(const OrtCustomOp *op)
{
    (void)op;
    return 1;
}

static ONNXTensorElementDataType input_type(const OrtCustomOp *op, size_t i)
{
    (void)op;
    return i == WEIGHTS ? ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}

static ONNXTensorElementDataType output_type(const OrtCustomOp *op, size_t i)
{
    (void)op, (void)i;
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}

static OrtCustomOpInputOutputCharacteristic input_kind(const OrtCustomOp *op, size_t i)
{
    (void)op;
    return i == STYLE || i == ALPHA || i == RESIDUAL ? INPUT_OUTPUT_OPTIONAL : INPUT_OUTPUT_REQUIRED;
}

static OrtCustomOpInputOutputCharacteristic output_kind(const OrtCustomOp *op, size_t i)
{
    (void)op, (void)i;
    return INPUT_OUTPUT_REQUIRED;
}

static OrtMemType memory_type(const OrtCustomOp *op, size_t i)
{
    (void)op, (void)i;
    return OrtMemTypeDefault;
}

static int version(const OrtCustomOp *op)
{
    (void)op;
    return 1;
}

static const OrtCustomOp STYLED_CONV = {
    .version = ORT_API_VERSION,
    .GetName = name,
    .GetExecutionProviderType = provider,
    .GetInputType = input_type,
    .GetInputTypeCount = input_count,
    .GetOutputType = output_type,
    .GetOutputTypeCount = output_count,
    .GetInputCharacteristic = input_kind,
    .GetOutputCharacteristic = output_kind,
    .GetInputMemoryType = memory_type,
    .CreateKernelV2 = create_kernel,
    .KernelComputeV2 = compute,
    .KernelDestroy = destroy_kernel,
    .GetStartVersion = version,
    .GetEndVersion = version,
};

OrtStatus *onnx_ops_register(const OrtApi *api, OrtSessionOptions *options)
{
    static OrtCustomOpDomain *domain; /* lives as long as the process: sessions point into it */
    OrtStatus *status = NULL;
    if (!domain) {
        status = api->CreateCustomOpDomain("sarai", &domain);
        if (!status)
            status = api->CustomOpDomain_Add(domain, &STYLED_CONV);
    }
    return status ? status : api->AddCustomOpDomain(options, domain);
}
