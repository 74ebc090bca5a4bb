#include "engine/gguf.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/reason.h"
#include "engine/llama_library.h"

/* llama.cpp tells why a load failed only in its log: the first error line of a thread is kept. */
static _Thread_local char first_error[256];

static void keep_error(enum ggml_log_level level, const char *text, void *user)
{
    (void)user;
    if (level != GGML_LOG_LEVEL_ERROR || first_error[0])
        return;
    const char *colon = strstr(text, ": "); /* behind the name of the function */
    snprintf(first_error, sizeof first_error, "%s", colon ? colon + 2 : text);
    first_error[strcspn(first_error, "\n")] = '\0';
}

const char *gguf_reason(void)
{
    return first_error[0] ? first_error : "llama.cpp";
}

void gguf_reason_clear(void)
{
    first_error[0] = '\0';
}

/* A damaged header makes llama.cpp abort() in the middle of a load. Its hook is left by a jump instead,
 * back to who loads: what llama.cpp had allocated so far leaks, and the program lives to say which file is
 * to blame. At any other time an abort is what it says. */
static _Thread_local jmp_buf *load_aborted;

static void leave_load(const char *reason)
{
    if (!load_aborted)
        return;
    keep_error(GGML_LOG_LEVEL_ERROR, reason, NULL);
    longjmp(*load_aborted, 1);
}

static void start_library(void)
{
    llamacpp.ggml_set_abort_callback(leave_load);
    llamacpp.llama_log_set(keep_error, NULL);
    llamacpp.llama_backend_init();
}

bool gguf_guarded(void (*work)(void *), void *arg)
{
    jmp_buf back;
    load_aborted = &back;
    bool has_returned = setjmp(back) == 0;
    if (has_returned)
        work(arg);
    load_aborted = NULL;
    return has_returned;
}

struct loading {
    const char *path;
    const struct llama_model_params *model_params;
    const struct llama_context_params *context_params;
    struct llama_model *model;
    struct llama_context *ctx;
};

static void load_model(void *arg)
{
    struct loading *l = arg;
    l->model = llamacpp.llama_model_load_from_file(l->path, *l->model_params);
}

static void make_context(void *arg)
{
    struct loading *l = arg;
    l->ctx = llamacpp.llama_init_from_model(l->model, *l->context_params);
}

bool gguf_context(struct llama_model *model, const struct llama_context_params *params,
                  struct llama_context **ctx)
{
    struct loading l = {.model = model, .context_params = params};
    bool has_returned = gguf_guarded(make_context, &l);
    *ctx = l.ctx;
    return has_returned;
}

static bool stop_wanted(void *user)
{
    return stop_raised(user);
}

enum sarai_status gguf_encoder_context(struct llama_model *model, const struct gguf_encoder *options,
                                       struct llama_context **ctx, struct sarai_error *err)
{
    struct llama_context_params p = llamacpp.llama_context_default_params();
    /* A model that looks both ways must see the whole text at once. */
    p.n_ctx = p.n_batch = p.n_ubatch = (uint32_t)options->max_tokens;
    p.n_seq_max = 1;
    p.embeddings = true;
    if (options->each_token)
        p.pooling_type = LLAMA_POOLING_TYPE_NONE;
    p.n_threads = p.n_threads_batch = options->threads;
    p.abort_callback = stop_wanted;
    p.abort_callback_data = (void *)options->stop;
    p.offload_kqv = false;
    p.op_offload = false;
    if (!gguf_context(model, &p, ctx))
        return gguf_damaged(options->path, err);
    if (!*ctx)
        return failed(err, SARAI_ENOMEM,
                      tr("el modelo de búsqueda %s no cabe: %s", "the embedding model %s does not fit: %s"),
                      options->path, gguf_reason());
    return SARAI_OK;
}

enum sarai_status gguf_encode(struct llama_context *ctx, int32_t *tokens, size_t n, const struct stop *stop,
                              struct sarai_error *err)
{
    struct llama_batch batch = llamacpp.llama_batch_get_one(tokens, (int32_t)n);
    llama_memory_t memory =
        llamacpp.llama_get_memory(ctx); /* only models that read from left to right have one */
    gguf_reason_clear();
    if (memory)
        llamacpp.llama_memory_clear(memory, false);
    int rc = memory ? llamacpp.llama_decode(ctx, batch) : llamacpp.llama_encode(ctx, batch);
    if (rc != 0 && stop_raised(stop))
        return failed(err, SARAI_ECANCELLED, tr("cancelado", "cancelled"));
    if (rc != 0)
        return failed(err, SARAI_EINTERNAL, tr("llama.cpp falla (%d): %s", "llama.cpp fails (%d): %s"), rc,
                      gguf_reason());
    return SARAI_OK;
}

/* What can be said about the file before llama.cpp sees it. */
enum sarai_status gguf_check_file(const char *path, char identity[GGUF_IDENTITY_BYTES],
                                  struct sarai_error *err)
{
    char magic[4] = {0};
    struct stat file;
    FILE *f = fopen(path, "rb");
    if (!f)
        return failed(
            err, SARAI_EMODEL,
            tr("no se puede abrir el modelo de lenguaje %s: %s", "cannot open the language model %s: %s"),
            path, reason_of(errno));
    size_t n = fread(magic, 1, sizeof magic, f);
    if (fstat(fileno(f), &file) == 0)
        snprintf(identity, GGUF_IDENTITY_BYTES, "%llx-%llx", (unsigned long long)file.st_size,
                 (unsigned long long)file.st_mtim.tv_sec);
    fclose(f);
    if (n != sizeof magic || memcmp(magic, "GGUF", sizeof magic) != 0)
        return failed(err, SARAI_EMODEL, tr("%s no es un modelo GGUF", "%s is not a GGUF model"), path);
    return SARAI_OK;
}

enum sarai_status gguf_damaged(const char *path, struct sarai_error *err)
{
    if (strstr(first_error, "bad_alloc") || strstr(first_error, "Cannot allocate memory"))
        return out_of_memory(err, path);
    return failed(
        err, SARAI_EMODEL,
        tr("no se puede cargar el modelo de lenguaje %s: %s (comprueba el archivo: sarai models verify)",
           "cannot load the language model %s: %s (check the file: sarai models verify)"),
        path, gguf_reason());
}

struct header {
    const char *path;
    struct gguf_context *gguf;
};

static void read_header(void *arg)
{
    struct header *h = arg;
    h->gguf = llamacpp.gguf_init_from_file(h->path, (struct gguf_init_params){.no_alloc = true});
}

enum sarai_status gguf_header(const char *path, char identity[GGUF_IDENTITY_BYTES], struct gguf_context **out,
                              struct sarai_error *err)
{
    struct header h = {.path = path};
    gguf_reason_clear();
    enum sarai_status st = gguf_check_file(path, identity, err);
    if (st)
        return st;
    if (!gguf_guarded(read_header, &h) || !h.gguf)
        return gguf_damaged(path, err);
    *out = h.gguf;
    return SARAI_OK;
}

enum sarai_status gguf_load(const char *path, bool check, struct llama_model **model,
                            char identity[GGUF_IDENTITY_BYTES], struct sarai_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum sarai_status st = llama_library_load(err);
    if (st)
        return st;
    pthread_once(&once, start_library);
    gguf_reason_clear();
    st = gguf_check_file(path, identity, err);
    if (st)
        return st;
    struct llama_model_params p = llamacpp.llama_model_default_params();
    p.n_gpu_layers = 0;
    p.load_mode = LLAMA_LOAD_MODE_MMAP;
    p.check_tensors = check;
    /* Weights in an order of their own would be a second copy of the file in memory, and the AMX one dies
     * of SIGILL on virtual machines that announce AMX and do not let a process use it. */
    p.use_extra_bufts = false;
    struct loading l = {.path = path, .model_params = &p};
    if (!gguf_guarded(load_model, &l) || !l.model)
        return gguf_damaged(path, err);
    *model = l.model;
    return SARAI_OK;
}
