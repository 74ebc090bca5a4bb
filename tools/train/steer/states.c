/* What a language model's layers say while it writes given answers: for tools/train/steer/derive.py.
 *
 *     states MODEL.gguf ADAPTER.gguf|- <pairs >states.f32
 *
 * Each line of stdin is a prompt, a tab, an answer ("\n" stands for a line break; control tokens count in the
 * prompt only). Out comes, for each line, the mean over the answer's tokens of what every layer but the last
 * gives, float32 [layers - 1][width]: the place where libllama adds a control vector. "layers width" goes to
 * stderr. */
#include <ggml-backend.h>
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TOKENS = 1024, MOST_LINE = 64 * 1024 };

struct states {
    int layers, width;
    int n_prompt, n_tokens; /* of the line in work */
    float *sum;             /* [layers - 1][width] */
    float *rows;            /* [MOST_TOKENS][width] */
};

/* Called before (ask) and after each tensor of the graph is computed. */
static bool look(struct ggml_tensor *t, bool ask, void *user)
{
    struct states *s = user;
    static const char output[] = "l_out-"; /* libllama's name for what a layer gives */
    long layer = strncmp(t->name, output, sizeof output - 1) == 0
                     ? strtol(t->name + sizeof output - 1, NULL, 10)
                     : s->layers;
    if (layer >= s->layers - 1)
        return !ask;
    if (ask || t->ne[1] != s->n_tokens)
        return true;
    ggml_backend_tensor_get(t, s->rows, 0, ggml_nbytes(t));
    float *to = s->sum + (size_t)layer * (size_t)s->width;
    for (int row = s->n_prompt; row < s->n_tokens; row++)
        for (int i = 0; i < s->width; i++)
            to[i] += s->rows[row * s->width + i] / (float)(s->n_tokens - s->n_prompt);
    return true;
}

static void put_line_breaks(char *text)
{
    char *to = text;
    for (; *text; text++)
        if (text[0] == '\\' && text[1] == 'n') {
            *to++ = '\n';
            text++;
        } else {
            *to++ = *text;
        }
    *to = '\0';
}

static bool run(struct states *s, struct llama_context *ctx, const struct llama_vocab *vocab, char *line)
{
    llama_token tokens[MOST_TOKENS];
    char *answer = strchr(line, '\t');
    if (!answer)
        return false;
    *answer++ = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    put_line_breaks(line);
    put_line_breaks(answer);
    s->n_prompt = llama_tokenize(vocab, line, (int32_t)strlen(line), tokens, MOST_TOKENS, true, true);
    int n = s->n_prompt < 0 ? -1
                            : llama_tokenize(vocab, answer, (int32_t)strlen(answer), tokens + s->n_prompt,
                                             MOST_TOKENS - s->n_prompt, false, false);
    s->n_tokens = s->n_prompt + n;
    memset(s->sum, 0, (size_t)(s->layers - 1) * (size_t)s->width * sizeof *s->sum);
    llama_memory_clear(llama_get_memory(ctx), false);
    return n > 0 && llama_decode(ctx, llama_batch_get_one(tokens, s->n_tokens)) == 0;
}

static void be_silent(enum ggml_log_level level, const char *text, void *user)
{
    (void)level;
    (void)text;
    (void)user;
}

int main(int argc, char **argv)
{
    static char line[MOST_LINE];
    if (argc != 3)
        return fprintf(stderr, "states MODEL.gguf ADAPTER.gguf|- <pairs >states.f32\n"), 2;
    llama_log_set(be_silent, NULL);
    llama_backend_init();
    struct llama_model_params model_params = llama_model_default_params();
    model_params.use_extra_bufts = false;
    struct llama_model *model = llama_model_load_from_file(argv[1], model_params);
    struct states s = {0};
    struct llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = MOST_TOKENS;
    params.n_threads = params.n_threads_batch = 1; /* two would wait for each other on a busy machine */
    params.cb_eval = look;
    params.cb_eval_user_data = &s;
    struct llama_context *ctx = model ? llama_init_from_model(model, params) : NULL;
    if (!ctx)
        return fprintf(stderr, "cannot load %s\n", argv[1]), 3;
    float whole = 1;
    struct llama_adapter_lora *adapter =
        strcmp(argv[2], "-") ? llama_adapter_lora_init(model, argv[2]) : NULL;
    if (adapter)
        llama_set_adapters_lora(ctx, &adapter, 1, &whole);
    s.layers = llama_model_n_layer(model);
    s.width = llama_model_n_embd(model);
    s.sum = calloc((size_t)s.layers * (size_t)s.width, sizeof *s.sum);
    s.rows = calloc(MOST_TOKENS * (size_t)s.width, sizeof *s.rows);
    fprintf(stderr, "%d %d\n", s.layers, s.width);
    bool ok = s.sum && s.rows;
    while (ok && fgets(line, sizeof line, stdin)) {
        ok = run(&s, ctx, llama_model_get_vocab(model), line);
        if (ok)
            fwrite(s.sum, sizeof *s.sum, (size_t)(s.layers - 1) * (size_t)s.width, stdout);
    }
    free(s.sum);
    free(s.rows);
    llama_free(ctx);
    llama_model_free(model);
    return ok ? 0 : 1;
}
