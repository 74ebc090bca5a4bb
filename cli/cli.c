#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/reason.h"
#include "base/utf8.h"

enum { MAX_OPTIONS = 96, OWN = 1000, SETTING = 2000, HELP = 3000 };

/* ---- errors and results ----------------------------------------------------------------------- */

int cli_fail(const struct cli *cli, const struct sarai_error *err)
{
    if (err->status == SARAI_ECANCELLED && cli_interrupted(cli)) {
        fprintf(stderr, "%s\n", tr("interrumpido", "interrupted"));
        return CLI_INTERRUPTED;
    }
    fprintf(stderr, "sarai: %s\n", err->message);
    return (int)err->status;
}

int cli_usage(const char *format, ...)
{
    va_list args;
    fprintf(stderr, "sarai: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    return SARAI_EUSAGE;
}

bool cli_interrupted(const struct cli *cli)
{
    return stop_raised(&cli->stop);
}

void cli_forget_interrupt(struct cli *cli)
{
    alarm(0);
    if (!cli->ended)
        atomic_store(&cli->stop.raised, false);
}

int cli_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return SARAI_OK;
    fprintf(stderr, "sarai: %s: %s\n", tr("no se puede escribir en la salida", "cannot write to the output"),
            reason_of(errno));
    return SARAI_EOUTPUT;
}

int cli_print_json(json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(value);
    if (!text) {
        fprintf(stderr, "sarai: %s\n", tr("no hay memoria para el JSON", "no memory for the JSON"));
        return SARAI_ENOMEM;
    }
    puts(text);
    free(text);
    return cli_flush();
}

const struct cli_stage cli_stages[] = {
    {"load", "cargar", "load", offsetof(struct sarai_stages, load_ms)},
    {"listen", "escuchar", "listen", offsetof(struct sarai_stages, listen_ms)},
    {"think_first_token", "pensar: primera palabra", "think: first token",
     offsetof(struct sarai_stages, think_first_token_ms)},
    {"think_total", "pensar: todo", "think: total", offsetof(struct sarai_stages, think_total_ms)},
    {"speak_first_audio", "hablar: primer sonido", "speak: first audio",
     offsetof(struct sarai_stages, speak_first_audio_ms)},
    {"speak_total", "hablar: todo", "speak: total", offsetof(struct sarai_stages, speak_total_ms)},
    {"first_audio", "hasta el primer sonido", "until the first sound",
     offsetof(struct sarai_stages, first_audio_ms)},
    {"total", "total", "total", offsetof(struct sarai_stages, total_ms)},
};
const size_t cli_n_stages = sizeof cli_stages / sizeof *cli_stages;

double cli_stage_ms(const struct sarai_stages *s, size_t i)
{
    return *(const double *)((const char *)s + cli_stages[i].offset);
}

json_t *cli_json_text(const char *text)
{
    size_t n = strlen(text), at = 0;
    struct buf clean = BUF_INIT(4 * n + 1);
    bool ok = true;
    while (ok && at < n)
        ok = buf_codepoint(&clean, utf8_next(text, n, &at));
    json_t *string = ok ? json_string(buf_string(&clean)) : NULL;
    buf_finish(&clean);
    return string;
}

void cli_mood_text(bool felt, const float *emo_vec, char *out, size_t n)
{
    static const char *const names[SARAI_N_MOODS][2] = {
        {"neutral", "neutral"},    {"alegre", "happy"},     {"triste", "sad"},
        {"enfadado", "angry"},     {"asustado", "fearful"}, {"sorprendido", "surprised"},
        {"asqueado", "disgusted"}, {"tranquilo", "calm"},   {"entusiasmado", "excited"},
    };
    int best = 0;
    for (int i = 1; felt && i < SARAI_N_MOODS; i++)
        if (emo_vec[i] > emo_vec[best])
            best = i;
    double percent = 100 * (double)emo_vec[best];
    const char *name = tr(names[best][0], names[best][1]);
    if (!felt)
        out[0] = '\0';
    else if (percent < 50) /* more likely something else */
        snprintf(out, n, tr("poco claro (%s, %.0f %%)", "unclear (%s, %.0f %%)"), name, percent);
    else
        snprintf(out, n, "%s (%.0f %%)", name, percent);
}

json_t *cli_mood_json(bool felt, const float *emo_vec)
{
    if (!felt)
        return json_null();
    json_t *mood = json_array();
    for (int i = 0; i < SARAI_EMO_DIMENSION; i++)
        json_array_append_new(mood, json_real((double)emo_vec[i]));
    return mood;
}

json_t *cli_stages_json(const struct sarai_stages *s)
{
    json_t *object = json_object();
    for (size_t i = 0; i < cli_n_stages; i++)
        if (cli_stage_ms(s, i) >= 0)
            json_object_set_new(object, cli_stages[i].name, json_real(cli_stage_ms(s, i)));
    return object;
}

json_t *cli_tokens_json(const struct sarai_tokens *t)
{
    return json_pack("{s:i,s:i,s:i}", "evaluated", t->evaluated, "reused", t->reused, "generated",
                     t->generated);
}

void cli_notice(void *user, const char *text)
{
    (void)user;
    fprintf(stderr, "sarai: %s\n", text);
}

void cli_tell_cut(const char *path, const struct sarai_transcript *t)
{
    if (t->cut_short)
        fprintf(stderr,
                tr("sarai: %s está cortado: se han oído los %.1f s que quedan\n",
                   "sarai: %s is cut short: the %.1f s that are left were heard\n"),
                path, t->audio_s);
}

const char *cli_by_name(enum sarai_answered_by by)
{
    static const char *const names[] = {"local", "expert", "both", "nobody"};
    return names[by];
}

json_t *cli_route_json(const struct sarai_turn *turn)
{
    const struct sarai_route *r = &turn->route;
    if (!turn->weighed)
        return json_null();
    json_t *hard = turn->routed ? json_real((double)r->hard) : json_null(),
           *soft = turn->routed ? json_real((double)r->soft) : json_null(),
           *web = turn->routed ? json_real((double)r->web) : json_null();
    return json_pack("{s:o, s:o, s:o, s:f, s:f, s:s}", "hard", hard, "soft", soft, "web", web, "alpha",
                     (double)r->alpha, "beta", (double)r->beta, "tone", sarai_tone_name(turn->tone));
}

void cli_route_text(const struct sarai_turn *turn, char *out, size_t n)
{
    static const char *const tones[][2] = {{"llano", "plain"},
                                           {"tierno", "tender"},
                                           {"tranquilizador", "soothing"},
                                           {"sereno", "even"},
                                           {"alegre", "bright"}};
    const struct sarai_route *r = &turn->route;
    char scores[80] = "";
    out[0] = '\0';
    if (!turn->weighed)
        return;
    if (turn->routed)
        snprintf(scores, sizeof scores,
                 tr("saber %.2f, consuelo %.2f, actualidad %.2f, ", "hard %.2f, soft %.2f, web %.2f, "),
                 (double)r->hard, (double)r->soft, (double)r->web);
    snprintf(out, n, "%sα %.2f, β %.2f, %s %s", scores, (double)r->alpha, (double)r->beta, tr("tono", "tone"),
             tr(tones[turn->tone][0], tones[turn->tone][1]));
}

int cli_columns(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

json_t *cli_hits_json(const struct sarai_hits *h)
{
    json_t *list = json_array();
    for (size_t i = 0; i < h->n; i++) {
        const struct sarai_hit *hit = &h->hits[i];
        json_t *one = json_pack("{s:s,s:s,s:f}", "path", hit->path, "text", hit->text, "score", hit->score);
        if (hit->page > 0)
            json_object_set_new(one, "page", json_integer(hit->page));
        if (hit->line > 0)
            json_object_set_new(one, "line", json_integer(hit->line));
        json_array_append_new(list, one);
    }
    return list;
}

void cli_source_text(const struct sarai_hit *hit, char *out, size_t n)
{
    const char *slash = strrchr(hit->path, '/');
    const char *name = slash ? slash + 1 : hit->path;
    if (hit->page > 0)
        snprintf(out, n, tr("%s, página %d", "%s, page %d"), name, hit->page);
    else
        snprintf(out, n, "%s", name);
}

const char *cli_by_text(enum sarai_answered_by by)
{
    return by == SARAI_BY_EXPERT ? tr("contestó el experto", "the expert answered")
           : by == SARAI_BY_BOTH
               ? tr("empezó el experto y siguió el modelo local", "the expert began, the local model went on")
               : "";
}

static void print_sources(const struct sarai_hits *h)
{
    for (size_t i = 0; i < h->n; i++) {
        fprintf(stderr, tr("  fuente: %s", "  source: %s"), h->hits[i].path);
        if (h->hits[i].page > 0)
            fprintf(stderr, tr(", página %d", ", page %d"), h->hits[i].page);
        fprintf(stderr, " (%.2f)\n", h->hits[i].score);
    }
}

void cli_print_stages(const struct sarai_turn *turn)
{
    for (size_t i = 0; i < cli_n_stages; i++) {
        const char *name = tr(cli_stages[i].es, cli_stages[i].en);
        if (cli_stage_ms(&turn->stages, i) >= 0)
            fprintf(stderr, "  %s%*s %8.0f ms\n", name, 26 - cli_columns(name), "",
                    cli_stage_ms(&turn->stages, i));
    }
    if (*cli_by_text(turn->by))
        fprintf(stderr, "  %s\n", cli_by_text(turn->by));
    char route[160];
    cli_route_text(turn, route, sizeof route);
    if (*route)
        fprintf(stderr, "  %s %s\n", tr("ruta:", "route:"), route);
    if (turn->tokens.generated > 0)
        fprintf(stderr,
                tr("  tokens: %d leídos, %d de la memoria, %d escritos\n",
                   "  tokens: %d evaluated, %d reused, %d generated\n"),
                turn->tokens.evaluated, turn->tokens.reused, turn->tokens.generated);
    print_sources(&turn->sources);
}

long long cli_resident_bytes(void)
{
    char line[128] = "";
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f)
        return 0;
    const char *second = fgets(line, sizeof line, f) ? strchr(line, ' ') : NULL; /* total resident … */
    long long pages = second ? strtoll(second, NULL, 10) : 0;
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

char *cli_read_line(FILE *f, enum sarai_status *status, struct sarai_error *err)
{
    struct buf line = BUF_INIT(CLI_MAX_LINE_BYTES); /* getline() would take a line of any length */
    int c = fgetc(f);
    *status = SARAI_OK;
    if (c == EOF)
        return NULL;
    for (; !*status && c != EOF && c != '\n'; c = fgetc(f)) {
        char byte = (char)c;
        if (byte == '\0' || line.len == CLI_MAX_LINE_BYTES)
            *status = failed(err, SARAI_EINPUT,
                             tr("una línea pasa de %d bytes o contiene un byte nulo",
                                "a line is over %d bytes or holds a null byte"),
                             CLI_MAX_LINE_BYTES);
        else if (!buf_append(&line, &byte, 1))
            *status = out_of_memory(err, tr("una línea", "a line"));
    }
    char *text = *status ? NULL : buf_take(&line);
    if (!*status && !text)
        *status = out_of_memory(err, tr("una línea", "a line"));
    buf_finish(&line);
    return text;
}

int cli_each_line(struct cli *cli, const char *text,
                  int (*each)(struct cli *cli, const char *line, void *user), void *user)
{
    struct sarai_error err = {0};
    enum sarai_status st = SARAI_OK;
    int code = 0;
    char *line;
    if (strcmp(text, "-") != 0)
        return each(cli, text, user);
    while (!code && (line = cli_read_line(stdin, &st, &err))) {
        code = each(cli, line, user);
        free(line);
    }
    return !code && st ? cli_fail(cli, &err) : code;
}

/* ---- options ---------------------------------------------------------------------------------- */

/* Long options for getopt: own, settings, help. Names of settings live in `names`. */
static void make_long_options(const struct cli_option *own, size_t n_own, struct option *out,
                              char names[][64])
{
    size_t n = 0;
    for (size_t i = 0; i < n_own; i++)
        out[n++] = (struct option){own[i].name, own[i].argument ? required_argument : no_argument, NULL,
                                   OWN + (int)i};
    for (size_t i = 0; i < config_count() && n < MAX_OPTIONS - 2; i++) {
        cli_flag_name(config_setting(i)->key, names[i], 64);
        bool taken = false; /* a command's own option (say --voice) goes before the setting of that name */
        for (size_t k = 0; k < n_own; k++)
            taken = taken || strcmp(own[k].name, names[i]) == 0;
        if (!taken)
            out[n++] = (struct option){names[i], required_argument, NULL, SETTING + (int)i};
    }
    out[n++] = (struct option){"help", no_argument, NULL, HELP};
    out[n] = (struct option){NULL, 0, NULL, 0};
}

static void make_short_options(const struct cli_option *own, size_t n_own, char *out)
{
    *out++ = ':';
    *out++ = 'h';
    for (size_t i = 0; i < n_own; i++)
        if (own[i].letter) {
            *out++ = own[i].letter;
            if (own[i].argument)
                *out++ = ':';
        }
    *out = '\0';
}

static const struct cli_option *own_option(const struct cli_option *own, size_t n_own, int code)
{
    if (code >= OWN && code < OWN + (int)n_own)
        return &own[code - OWN];
    for (size_t i = 0; i < n_own; i++)
        if (own[i].letter && own[i].letter == code)
            return &own[i];
    return NULL;
}

bool cli_parse(struct cli *cli, const struct command *command, const struct cli_option *own, size_t n_own,
               int argc, char **argv, int *first, int *exit_code)
{
    struct option long_options[MAX_OPTIONS];
    char names[MAX_OPTIONS][64], letters[2 * MAX_OPTIONS + 3];
    struct sarai_error err;
    int code;
    make_long_options(own, n_own, long_options, names);
    make_short_options(own, n_own, letters);
    opterr = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        const struct cli_option *option = own_option(own, n_own, code);
        if (option && option->argument) {
            *option->value = optarg;
        } else if (option) {
            *option->flag = true;
        } else if (code >= SETTING && code < HELP) {
            if (sarai_config_set(cli->cfg, names[code - SETTING], optarg, &err) != SARAI_OK) {
                *exit_code = cli_fail(cli, &err);
                return false;
            }
        } else if (code == 'h' || code == HELP) {
            cli_print_help(cli, command, own, n_own);
            *exit_code = cli_flush();
            return false;
        } else {
            *exit_code = cli_usage(code == ':' ? tr("a «%s» le falta su valor; ayuda: sarai %s --help",
                                                    "“%s” lacks its value; help: sarai %s --help")
                                               : tr("no se conoce la opción «%s»; ayuda: sarai %s --help",
                                                    "unknown option “%s”; help: sarai %s --help"),
                                   argv[optind - 1], command->name);
            return false;
        }
    }
    *first = optind;
    return true;
}

/* ---- Sarai ------------------------------------------------------------------------------------ */

int cli_open(struct cli *cli, unsigned parts)
{
    struct sarai_error err = {0};
    struct sarai *sarai = NULL;
    if (sarai_open(cli->cfg, parts, &sarai, &err) != SARAI_OK)
        return cli_fail(cli, &err);
    cli->sarai = sarai;
    if (!cli_interrupted(cli))
        return SARAI_OK;
    cli_close(cli);
    return cli_fail(cli, &(struct sarai_error){.status = SARAI_ECANCELLED});
}

void cli_close(struct cli *cli)
{
    struct sarai *sarai = cli->sarai;
    cli->sarai = NULL; /* before it is freed: a signal may come in between */
    sarai_close(sarai);
}
