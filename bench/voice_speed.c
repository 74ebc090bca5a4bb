/* Times two voice models in one process, in turns: the same phonemes, style and threads for both.
 *
 *     build/release/bench/voice_speed [--without-vnni] PUBLISHED.onnx OURS.onnx TABLE.json STYLE.bin \
 *         THREADS ROUNDS <phrases >lines-of-json
 *
 * A line of the result: {"text", "published_ms": [ROUNDS], "ours_ms": [ROUNDS], "published_s", "ours_s"}, the
 * last two being the length of the sound. The first run of each phrase warms up and is not counted.
 *
 * --without-vnni: as on a CPU whose best instructions are AVX2. Our operator is told so; ONNX Runtime asks
 * the CPU itself, so bench/voice_speed.py gives it a library in which each CPUID instruction is an illegal
 * one, which is answered here without the newer instruction sets.
 */
#include <cpuid.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "base/clock.h"
#include "engine/onnx.h"
#include "engine/styled_conv.h"
#include "speak/normaliser.h"
#include "speak/phonemes.h"
#include "speak/voice.h"

enum { STYLE_SIZE = 256, CPUID_BYTES = 2, FEATURES_LEAF = 7 };

static bool without_vnni;

/* The linker sends the calls of the operator here (CMakeLists.txt). */
enum styled_conv_isa __real_styled_conv_best_isa(void);
enum styled_conv_isa __wrap_styled_conv_best_isa(void);
enum styled_conv_isa __wrap_styled_conv_best_isa(void)
{
    enum styled_conv_isa best = __real_styled_conv_best_isa();
    return without_vnni && best == STYLED_CONV_AVX512_VNNI ? STYLED_CONV_AVX2 : best;
}

/* CPUID with every AVX-512, VNNI and AMX bit clear (Intel SDM, vol. 2A, table 3-8). */
static void answer_cpuid(int signal, siginfo_t *info, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned leaf = (unsigned)r[REG_RAX], part = (unsigned)r[REG_RCX], a = 0, b = 0, c = 0, d = 0;
    (void)signal;
    (void)info;
    __cpuid_count(leaf, part, a, b, c, d);
    if (leaf == FEATURES_LEAF && part == 0) {
        b &= ~(1U << 16 | 1U << 17 | 1U << 21 | 1U << 26 | 1U << 27 | 1U << 28 | 1U << 30 | 1U << 31);
        c &= ~(1U << 1 | 1U << 6 | 1U << 11 | 1U << 12 | 1U << 14);
        d &= ~(1U << 2 | 1U << 3 | 1U << 8 | 1U << 22 | 1U << 23 | 1U << 24 | 1U << 25);
    } else if (leaf == FEATURES_LEAF) {
        a &= ~(1U << 4 | 1U << 5 | 1U << 21);
        d &= ~(1U << 4 | 1U << 5 | 1U << 10);
    }
    r[REG_RAX] = a;
    r[REG_RBX] = b;
    r[REG_RCX] = c;
    r[REG_RDX] = d;
    r[REG_RIP] += CPUID_BYTES;
}

static void hide_instructions(void)
{
    struct sigaction action = {.sa_sigaction = answer_cpuid, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGILL, &action, NULL);
    without_vnni = true;
}

static void give_up(const char *what)
{
    fprintf(stderr, "voice_speed: %s\n", what);
    exit(EXIT_FAILURE);
}

struct voices {
    struct onnx *published, *ours;
    struct phonemes *phonemes;
    float styles[VOICE_MAX_IDS][STYLE_SIZE];
};

static double run(struct onnx *session, struct onnx_value in[3], double *seconds)
{
    struct onnx_value out[] = {{"audio", NULL}};
    struct sarai_error err = {0};
    double start_ms = clock_ms();
    if (onnx_run(session, in, 3, out, 1, &err))
        give_up(err.message);
    double took_ms = clock_ms() - start_ms;
    *seconds = (double)onnx_count(out[0].tensor) / SARAI_VOICE_HZ;
    onnx_release(out[0].tensor);
    return took_ms;
}

static void time_phrase(struct voices *v, const char *text, int rounds)
{
    struct buf words = BUF_INIT(NORMALISER_MAX_OUT), ipa = BUF_INIT(1 << 20);
    int64_t tokens[VOICE_MAX_IDS + 2] = {0};
    float speed = 1;
    double published_s = 0, ours_s = 0;
    if (normaliser_run(text, NULL, &words, NULL) || !phonemes_write(v->phonemes, buf_string(&words), &ipa))
        give_up("no memory");
    int64_t n = (int64_t)phonemes_ids(v->phonemes, buf_string(&ipa), ipa.len, tokens + 1, VOICE_MAX_IDS - 1);
    struct onnx_value in[] = {{"tokens", onnx_i64((int64_t[]){1, n + 2}, 2, tokens)},
                              {"style", onnx_f32((int64_t[]){1, STYLE_SIZE}, 2, v->styles[n])},
                              {"speed", onnx_f32((int64_t[]){1}, 1, &speed)}};
    json_t *published = json_array(), *ours = json_array();
    for (int i = 0; i <= rounds; i++) {
        double published_ms = run(v->published, in, &published_s), ours_ms = run(v->ours, in, &ours_s);
        if (i > 0) {
            json_array_append_new(published, json_real(published_ms));
            json_array_append_new(ours, json_real(ours_ms));
        }
    }
    json_t *line = json_pack("{ss so so sf sf}", "text", text, "published_ms", published, "ours_ms", ours,
                             "published_s", published_s, "ours_s", ours_s);
    json_dumpf(line, stdout, JSON_REAL_PRECISION(6));
    puts("");
    fflush(stdout);
    json_decref(line);
    for (size_t i = 0; i < 3; i++)
        onnx_release(in[i].tensor);
    buf_finish(&words);
    buf_finish(&ipa);
}

int main(int argc, char **argv)
{
    static struct voices v;
    struct sarai_error err = {0};
    char line[1024];
    if (argc > 1 && strcmp(argv[1], "--without-vnni") == 0) {
        hide_instructions();
        argc--;
        argv++;
    }
    if (argc != 7)
        give_up("PUBLISHED.onnx OURS.onnx TABLE.json STYLE.bin THREADS ROUNDS");
    const struct onnx_options options = {.threads = atoi(argv[5])};
    if (phonemes_open(argv[3], "es", &v.phonemes, &err) || onnx_open(argv[1], &options, &v.published, &err) ||
        onnx_open(argv[2], &options, &v.ours, &err))
        give_up(err.message);
    FILE *f = fopen(argv[4], "rb");
    if (!f || fread(v.styles, sizeof v.styles[0], VOICE_MAX_IDS, f) != VOICE_MAX_IDS)
        give_up(argv[4]);
    fclose(f);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        time_phrase(&v, line, atoi(argv[6]));
    }
    onnx_close(v.published);
    onnx_close(v.ours);
    phonemes_close(v.phonemes);
    return 0;
}
