#include "engine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { POLL_MS = 100, TAIL_BYTES = 400 };

/* Starts the child in a group of its own, so that what it starts can be ended with it. `messages` takes its
 * stderr; -1 drops that. */
static int start(const char *const *argv, const char *folder, int output, int messages, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (messages >= 0)
        posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int code = posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* Reads the child's output to its end, keeping the last bytes; ends the child when stop is raised. */
static void follow(int output, pid_t pid, const struct stop *stop, char tail[TAIL_BYTES])
{
    char block[TAIL_BYTES];
    size_t kept = 0;
    for (;;) {
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int ready = poll(&wait, 1, POLL_MS);
        if (stop_raised(stop))
            kill(-pid, SIGTERM);
        if (ready <= 0)
            continue;
        ssize_t n = read(output, block, sizeof block - 1);
        if (n <= 0)
            return;
        size_t drop = kept + (size_t)n >= TAIL_BYTES ? kept + (size_t)n - (TAIL_BYTES - 1) : 0;
        memmove(tail, tail + drop, kept - drop);
        memcpy(tail + kept - drop, block, (size_t)n);
        kept = kept - drop + (size_t)n;
        tail[kept] = '\0';
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
        return failed(err, SARAI_EINTERNAL, "pipe: %s", strerror(errno));
    int code = start(argv, folder, ends[1], ends[1], &pid);
    close(ends[1]);
    if (code == 0) {
        follow(ends[0], pid, stop, tail);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    if (code != 0)
        return failed(err, SARAI_EUSAGE, tr("no se puede ejecutar %s: %s", "cannot run %s: %s"), argv[0],
                      strerror(code));
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
        return failed(err, SARAI_EINTERNAL, "pipe: %s", strerror(errno));
    int code = start(argv, "/", ends[1], -1, &pid);
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
                    strerror(code));
    }
    close(ends[0]);
    return st;
}
