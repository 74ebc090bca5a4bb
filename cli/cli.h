/* What the commands of the `sarai` program share: options, messages, results, interruption.
 *
 * Results go to stdout, everything else to stderr. A command returns its exit code, which is an
 * `enum sarai_status`, or CLI_INTERRUPTED.
 */
#ifndef SARAI_CLI_H
#define SARAI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/config.h"
#include "base/error.h"
#include "base/stop.h"
#include "sarai.h"

enum { CLI_WARNINGS = 9, CLI_INTERRUPTED = 130, CLI_MAX_LINE_BYTES = 1 << 20 };

/* What --help writes: for people, or what is made of the same tables for man, bash and zsh. */
enum cli_help { CLI_HELP_TEXT, CLI_HELP_MAN, CLI_HELP_BASH, CLI_HELP_ZSH };

struct cli {
    struct sarai_config *cfg;
    struct sarai *sarai; /* what a signal interrupts; NULL while nothing is open */
    atomic_bool ended;   /* by SIGTERM: not even a conversation goes on */
    struct stop stop;    /* raised by SIGINT and SIGTERM, for work outside of a `struct sarai` */
    enum cli_help help_as;
};

/* One option of a command. With `argument` it takes a value, else it sets `flag`. */
struct cli_option {
    const char *name;
    char letter; /* 0: none */
    const char *argument;
    const char **value;
    bool *flag;
    const char *help_es, *help_en;
};

struct command {
    const char *name;
    const char *arguments_es, *arguments_en; /* words joined by '|' are to be written as they are */
    const char *about_es, *about_en;
    int (*run)(struct cli *cli, const struct command *command, int argc, char **argv);
};

extern const struct command commands[];
extern const size_t n_commands;

int command_run(struct cli *cli, const struct command *command, int argc, char **argv);
int command_transcribe(struct cli *cli, const struct command *command, int argc, char **argv);
int command_say(struct cli *cli, const struct command *command, int argc, char **argv);
int command_ask(struct cli *cli, const struct command *command, int argc, char **argv);
int command_devices(struct cli *cli, const struct command *command, int argc, char **argv);
int command_talk(struct cli *cli, const struct command *command, int argc, char **argv);
int command_chat(struct cli *cli, const struct command *command, int argc, char **argv);
int command_index(struct cli *cli, const struct command *command, int argc, char **argv);
int command_search(struct cli *cli, const struct command *command, int argc, char **argv);
int command_forget(struct cli *cli, const struct command *command, int argc, char **argv);
int command_store(struct cli *cli, const struct command *command, int argc, char **argv);
int command_tools(struct cli *cli, const struct command *command, int argc, char **argv);
int command_route(struct cli *cli, const struct command *command, int argc, char **argv);
int command_hear(struct cli *cli, const struct command *command, int argc, char **argv);
int command_facts(struct cli *cli, const struct command *command, int argc, char **argv);
int command_log(struct cli *cli, const struct command *command, int argc, char **argv);
int command_embed(struct cli *cli, const struct command *command, int argc, char **argv);
int command_models(struct cli *cli, const struct command *command, int argc, char **argv);
int command_doctor(struct cli *cli, const struct command *command, int argc, char **argv);
int command_bench(struct cli *cli, const struct command *command, int argc, char **argv);
int command_config(struct cli *cli, const struct command *command, int argc, char **argv);
int command_completion(struct cli *cli, const struct command *command, int argc, char **argv);
int command_help(struct cli *cli, const struct command *command, int argc, char **argv);
int command_version(struct cli *cli, const struct command *command, int argc, char **argv);

/* Reads options: the command's own, then every setting as a flag (--llama-threads 2), then --help.
 * True: go on with argv[*first…]. False: leave with *exit_code (the help was shown, or an error). */
bool cli_parse(struct cli *cli, const struct command *command, const struct cli_option *own, size_t n_own,
               int argc, char **argv, int *first, int *exit_code);

/* NULL when there is none of that name. */
const struct command *cli_find_command(const char *name);
void cli_print_overview(FILE *to);
/* The command's help in the shape of cli->help_as, to stdout. */
void cli_print_help(const struct cli *cli, const struct command *command, const struct cli_option *own,
                    size_t n_own);
/* The flag of a setting: LLAMA_THREADS → llama-threads. */
void cli_flag_name(const char *key, char *out, size_t n);

/* Opens Sarai so that signals reach it; 0 or the exit code, with the error shown. */
int cli_open(struct cli *cli, unsigned parts);
void cli_close(struct cli *cli);

/* Shows an error and gives its exit code. */
int cli_fail(const struct cli *cli, const struct sarai_error *err);
__attribute__((format(printf, 1, 2))) int cli_usage(const char *format, ...);
bool cli_interrupted(const struct cli *cli);
/* A call was interrupted and that is over now: the next one may work (chat). */
void cli_forget_interrupt(struct cli *cli);

/* Prints one JSON value on one line and lets go of it. Flushes; 0 or SARAI_EOUTPUT with the error shown. */
int cli_print_json(json_t *value);
/* Flushes stdout; 0 or SARAI_EOUTPUT with the error shown. */
int cli_flush(void);
/* The times of a turn, in the order in which they are shown. */
struct cli_stage {
    const char *name, *es, *en;
    size_t offset; /* in struct sarai_stages */
};
extern const struct cli_stage cli_stages[];
extern const size_t cli_n_stages;
/* Milliseconds of the i-th stage; negative when it did not run. */
double cli_stage_ms(const struct sarai_stages *s, size_t i);
/* For sarai_sink.on_notice: to stderr. */
void cli_notice(void *user, const char *text);
/* A file that was heard and is cut short: says so. */
void cli_tell_cut(const char *path, const struct sarai_transcript *t);
/* Who answered, for programs: "local", "expert", "both", "nobody". */
const char *cli_by_name(enum sarai_answered_by by);
/* … for people; "" where that needs no saying. */
const char *cli_by_text(enum sarai_answered_by by);
/* "contrato.pdf, página 3" */
void cli_source_text(const struct sarai_hit *hit, char *out, size_t n);
/* A text from outside, which may be no UTF-8: what is not becomes U+FFFD. NULL when memory is out. */
json_t *cli_json_text(const char *text);
/* The likeliest mood with its share, for people: "triste (71 %)", "poco claro (triste, 41 %)"; "" when none
 * was heard. */
void cli_mood_text(bool felt, const float *emo_vec, char *out, size_t n);
/* emo_vec as a list; null when none was heard. */
json_t *cli_mood_json(bool felt, const float *emo_vec);
/* What the question took: hard, soft and web (null without the router), alpha, beta, tone; null where nobody
 * had to think. */
json_t *cli_route_json(const struct sarai_turn *turn);
/* … for people; "" where nobody had to think. */
void cli_route_text(const struct sarai_turn *turn, char *out, size_t n);
json_t *cli_stages_json(const struct sarai_stages *s);
json_t *cli_tokens_json(const struct sarai_tokens *t);
json_t *cli_hits_json(const struct sarai_hits *h);
/* Printed width of a text: its bytes that begin a character. */
int cli_columns(const char *text);
/* The stage table and the sources, for people, to stderr. */
void cli_print_stages(const struct sarai_turn *turn);
/* Resident memory of this process in bytes, 0 where the system does not tell. */
long long cli_resident_bytes(void);

/* The next line of stdin without its newline, NUL-free, at most CLI_MAX_LINE_BYTES; caller frees.
 * NULL at the end; *status tells EINPUT (too long, a NUL inside) from the end (OK). */
char *cli_read_line(FILE *f, enum sarai_status *status, struct sarai_error *err);
/* Calls back with the text, or with each line of stdin where it is "-", until a code is not 0; gives that, or
 * 0, or the exit code of an unreadable line, with the error shown. */
int cli_each_line(struct cli *cli, const char *text,
                  int (*each)(struct cli *cli, const char *line, void *user), void *user);

#endif
