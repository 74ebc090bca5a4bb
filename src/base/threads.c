#include "base/threads.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* By proc(5): the letter behind the name, which stands in brackets and may have some of its own. */
static bool is_runnable(const char *thread)
{
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%.16s/stat", thread);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    if (!fgets(line, sizeof line, f))
        line[0] = '\0';
    fclose(f);
    const char *bracket = strrchr(line, ')');
    return bracket && strncmp(bracket, ") R", 3) == 0;
}

bool threads_work(void)
{
    bool found = false;
    const struct dirent *entry;
    DIR *threads = opendir("/proc/self/task");
    while (threads && !found && (entry = readdir(threads)))
        found = entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != (long)gettid() &&
                is_runnable(entry->d_name);
    if (threads)
        closedir(threads);
    return found;
}

double threads_cpu_ms(void)
{
    struct timespec had;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &had);
    return (double)had.tv_sec * 1e3 + (double)had.tv_nsec / 1e6;
}
