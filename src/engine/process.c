#include "engine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/reason.h"

enum { POLL_MS = 100, TAIL_BYTES = 400 };

/* What a child has for stdin, stdout and stderr; -1: nothing. */
struct ends {
    int input, output, messages;
};

static void give_end(posix_spawn_file_actions_t *actions, int end, int as)
{
    if (end >= 0)
        posix_spawn_file_actions_adddup2(actions, end, as);
    else
        posix_spawn_file_actions_addopen(actions, as, "/dev/null", as == STDIN_FILENO ? O_RDONLY : O_WRONLY,
                                         0);
}

/* Starts the child in a group of its own, so that what it starts can be ended with it. */
static int start(const char *const *argv, const char *const *environment, const char *folder,
                 struct ends ends, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, pipes;
    sigemptyset(&none);
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    give_end(&actions, ends.input, STDIN_FILENO);
    give_end(&actions, ends.output, STDOUT_FILENO);
    give_end(&actions, ends.messages, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int code =
        posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv, (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* Keeps the last bytes of what comes. */
static void keep_tail(char tail[TAIL_BYTES], const char *block, size_t n)
{
    size_t kept = strlen(tail), skip = n >= TAIL_BYTES ? n - (TAIL_BYTES - 1) : 0;
    block += skip;
    n -= skip;
    size_t drop = kept + n >= TAIL_BYTES ? kept + n - (TAIL_BYTES - 1) : 0;
    memmove(tail, tail + drop, kept - drop);
    memcpy(tail + kept - drop, block, n);
    tail[kept - drop + n] = '\0';
}

/* Reads the child's output to its end, keeping the last bytes; ends the child when stop is raised. */
static void follow(int output, pid_t pid, const struct stop *stop, char tail[TAIL_BYTES])
{
    char block[TAIL_BYTES];
    for (;;) {
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int ready = poll(&wait, 1, POLL_MS);
        if (stop_raised(stop))
            kill(-pid, SIGTERM);
        if (ready <= 0)
            continue;
        ssize_t n = read(output, block, sizeof block);
        if (n <= 0)
            return;
        keep_tail(tail, block, (size_t)n);
    }
}

static const char *last_line(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
        text[--n] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline ? newline + 1 : text;
}

enum sarai_status process_run(const char *const *argv, const char *folder, const struct stop *stop,
                              struct sarai_error *err)
{
    char tail[TAIL_BYTES] = "";
    int ends[2], status = 0;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return failed(err, SARAI_EINTERNAL, "pipe: %s", reason_of(errno));
    int code = start(argv, (const char *const *)environ, folder, (struct ends){-1, ends[1], ends[1]}, &pid);
    close(ends[1]);
    if (code == 0) {
        follow(ends[0], pid, stop, tail);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    if (code != 0)
        return failed(err, SARAI_EUSAGE, tr("no se puede ejecutar %s: %s", "cannot run %s: %s"), argv[0],
                      reason_of(code));
    if (stop_raised(stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failed(err, SARAI_ENETWORK, tr("%s falla: %s", "%s fails: %s"), argv[0], last_line(tail));
    return SARAI_OK;
}

/* The limits hold from the child's first milliseconds on, and so before it has opened its file. */
static void limit(pid_t pid, const struct process_limits *limits)
{
    const struct rlimit memory = {limits->memory_bytes, limits->memory_bytes};
    const struct rlimit cpu = {(rlim_t)limits->cpu_s, (rlim_t)limits->cpu_s};
    const struct rlimit none = {0, 0};
    prlimit(pid, RLIMIT_AS, &memory, NULL);
    prlimit(pid, RLIMIT_CPU, &cpu, NULL);
    prlimit(pid, RLIMIT_FSIZE, &none, NULL);
    prlimit(pid, RLIMIT_CORE, &none, NULL);
}

/* Takes the child's output to its end. */
static enum sarai_status collect(int output, pid_t pid, const struct process_limits *limits,
                                 const struct stop *stop, struct buf *out, struct sarai_error *err)
{
    char block[64 * 1024];
    double end_ms = clock_ms() + 1000.0 * limits->wall_s;
    for (;;) {
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int ready = poll(&wait, 1, POLL_MS);
        if (stop_raised(stop))
            return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
        if (clock_ms() > end_ms) {
            kill(-pid, SIGKILL);
            return SARAI_OK; /* its status tells */
        }
        if (ready <= 0)
            continue;
        ssize_t n = read(output, block, sizeof block);
        if (n <= 0)
            return SARAI_OK;
        if (out->len + (size_t)n > out->max)
            return failed(err, SARAI_EINPUT,
                          tr("da más de %zu MB de texto", "gives more than %zu MB of text"), out->max >> 20);
        if (!buf_append(out, block, (size_t)n))
            return out_of_memory(err, tr("el texto", "the text"));
    }
}

enum sarai_status process_read(const char *const *argv, const struct process_limits *limits,
                               const struct stop *stop, struct buf *output, int *exit_code,
                               struct sarai_error *err)
{
    int ends[2], status = 0;
    pid_t pid;
    enum sarai_status st;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return failed(err, SARAI_EINTERNAL, "pipe: %s", reason_of(errno));
    int code = start(argv, (const char *const *)environ, "/", (struct ends){-1, ends[1], -1}, &pid);
    close(ends[1]);
    if (code == 0) {
        limit(pid, limits);
        st = collect(ends[0], pid, limits, stop, output, err);
        if (st)
            kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    } else {
        st = failed(err, SARAI_EUSAGE, tr("no se puede ejecutar %s: %s", "cannot run %s: %s"), argv[0],
                    reason_of(code));
    }
    close(ends[0]);
    return st;
}

/* ---- talking line by line -------------------------------------------------------------------- */

enum { GRACE_MS = 500, BLOCK_BYTES = 64 * 1024, PENDING_BYTES = 64 << 20 };

struct process {
    pid_t pid;
    int input, output, messages; /* our ends; -1 when closed */
    struct buf pending;          /* of its output: what was read after the last line given */
    size_t seen;                 /* bytes of pending without an end of line */
    bool ended;                  /* its output is */
    char name[64];
    char tail[TAIL_BYTES]; /* of its messages */
};

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static enum sarai_status start_talk(struct process *p, const char *const *argv,
                                    const char *const *environment, struct sarai_error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, messages[2] = {-1, -1}, code = 0;
    /* A socket, because writing to one can be kept from raising SIGPIPE. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
        pipe2(messages, O_CLOEXEC) != 0)
        code = errno;
    if (!code)
        code = start(argv, environment, ".", (struct ends){in[1], out[1], messages[1]}, &p->pid);
    close_end(&in[1]);
    close_end(&out[1]);
    close_end(&messages[1]);
    p->input = in[0];
    p->output = out[0];
    p->messages = messages[0];
    return code ? failed(err, SARAI_EUSAGE, tr("no se puede ejecutar %s: %s", "cannot run %s: %s"), argv[0],
                         reason_of(code))
                : SARAI_OK;
}

enum sarai_status process_open(const char *const *argv, const char *const *environment, struct process **out,
                               struct sarai_error *err)
{
    struct process *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, argv[0]);
    p->pending = (struct buf)BUF_INIT(PENDING_BYTES);
    snprintf(p->name, sizeof p->name, "%s", argv[0]);
    enum sarai_status st = start_talk(p, argv, environment, err);
    if (st)
        process_close(p);
    else
        *out = p;
    return st;
}

/* Takes what there is of its messages, so that it never waits for us to read them. */
static void take_messages(struct process *p)
{
    char block[TAIL_BYTES];
    ssize_t n = read(p->messages, block, sizeof block);
    if (n > 0)
        keep_tail(p->tail, block, (size_t)n);
    else
        close_end(&p->messages);
}

static enum sarai_status has_ended(struct process *p, struct sarai_error *err)
{
    struct pollfd left = {.fd = p->messages, .events = POLLIN};
    for (int i = 0; i < 64 && p->messages >= 0 && poll(&left, 1, GRACE_MS / 10) > 0; i++) {
        take_messages(p);
        left.fd = p->messages;
    }
    const char *last = last_line(p->tail);
    return failed(err, SARAI_ENETWORK, tr("%s ha terminado%s%s", "%s has ended%s%s"), p->name,
                  *last ? ": " : "", last);
}

/* Waits a little until the program's side is ready for `events` at `end`; takes its messages meanwhile. */
static enum sarai_status await(struct process *p, int end, short events, double deadline_ms,
                               const struct stop *stop, bool *ready, struct sarai_error *err)
{
    struct pollfd wait[2] = {{.fd = end, .events = events}, {.fd = p->messages, .events = POLLIN}};
    double left_ms = deadline_ms - clock_ms();
    int n = poll(wait, 2, left_ms < 0 ? 0 : left_ms > POLL_MS ? POLL_MS : (int)left_ms + 1);
    *ready = n > 0 && wait[0].revents;
    if (n > 0 && wait[1].revents)
        take_messages(p);
    if (stop_raised(stop))
        return failed(err, SARAI_ECANCELLED, tr("interrumpido", "interrupted"));
    if (left_ms <= 0) /* also where it goes on for ever */
        return failed(err, SARAI_ECANCELLED, tr("%s tarda demasiado", "%s takes too long"), p->name);
    return SARAI_OK;
}

enum sarai_status process_write(struct process *p, const char *data, size_t n, double deadline_ms,
                                const struct stop *stop, struct sarai_error *err)
{
    enum sarai_status st = SARAI_OK;
    while (!st && n > 0) {
        bool ready;
        st = await(p, p->input, POLLOUT, deadline_ms, stop, &ready, err);
        if (st || !ready)
            continue;
        ssize_t sent = send(p->input, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return has_ended(p, err);
        if (sent > 0) {
            data += sent;
            n -= (size_t)sent;
        }
    }
    return st;
}

/* Moves the first line of what was read to `line`; false where there is no whole one. */
static bool take_first_line(struct process *p, struct buf *line, bool *fits)
{
    const char *newline =
        p->seen < p->pending.len ? memchr(p->pending.data + p->seen, '\n', p->pending.len - p->seen) : NULL;
    if (!newline) {
        p->seen = p->pending.len;
        *fits = p->seen <= line->max;
        return false;
    }
    size_t n = (size_t)(newline - p->pending.data);
    buf_reset(line);
    *fits = buf_append(line, p->pending.data, n);
    buf_drop(&p->pending, n + 1);
    p->seen = 0;
    return true;
}

enum sarai_status process_line(struct process *p, struct buf *line, double deadline_ms,
                               const struct stop *stop, struct sarai_error *err)
{
    char block[BLOCK_BYTES];
    bool fits = true, ready;
    while (!take_first_line(p, line, &fits) && fits) {
        if (p->ended)
            return has_ended(p, err);
        enum sarai_status st = await(p, p->output, POLLIN, deadline_ms, stop, &ready, err);
        if (st)
            return st;
        if (!ready)
            continue;
        ssize_t n = read(p->output, block, sizeof block);
        p->ended = n <= 0;
        fits = p->ended || buf_append(&p->pending, block, (size_t)n);
    }
    return fits ? SARAI_OK
                : failed(err, SARAI_EINPUT,
                         tr("%s da más de %zu MB de una vez", "%s gives more than %zu MB at once"), p->name,
                         line->max >> 20);
}

/* Whether it ends within so many milliseconds. It stays a zombie, so that its number is nobody else's. */
static bool ends_within(pid_t pid, int wait_ms)
{
    double end_ms = clock_ms() + wait_ms;
    siginfo_t info = {0};
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) {
        if (clock_ms() > end_ms)
            return false;
        poll(NULL, 0, 5);
    }
    return true;
}

void process_close(struct process *p)
{
    if (!p)
        return;
    close_end(&p->input);
    close_end(&p->output);
    close_end(&p->messages);
    if (p->pid > 0) {
        if (!ends_within(p->pid, GRACE_MS)) {
            kill(-p->pid, SIGTERM);
            ends_within(p->pid, GRACE_MS);
        }
        kill(-p->pid, SIGKILL); /* also what it has left running */
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    buf_finish(&p->pending);
    free(p);
}
