/* A small HTTP server for a test: a Python script that prints its port first, then what it has seen, a line
 * each.
 *
 *     struct server hub;
 *     if (!server_start(&hub, TEST_DIR "/unit/hub.py")) return -1;
 *     … hub.url "http://127.0.0.1:4711", server_line(&hub, line, sizeof line)
 *     server_stop(&hub);
 */
#ifndef SARAI_TESTS_SERVER_H
#define SARAI_TESTS_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    pid_t pid;
    FILE *log;
    char url[64];
};

/* The next line that it printed, without its end; false when it has ended. */
static inline bool server_line(const struct server *s, char *line, size_t n)
{
    if (!fgets(line, (int)n, s->log))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static inline bool server_start(struct server *s, const char *script)
{
    char port[16];
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    s->pid = fork();
    if (s->pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* also when a test is stopped */
        execlp("python3", "python3", script, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    s->log = fdopen(ends[0], "r");
    if (!server_line(s, port, sizeof port))
        return false;
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%ld", strtol(port, NULL, 10));
    return true;
}

static inline void server_stop(const struct server *s)
{
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
    fclose(s->log);
}

#endif
