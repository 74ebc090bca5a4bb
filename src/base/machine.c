#include "base/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- processor ------------------------------------------------------------------------------- */

static void add_feature(struct machine *m, bool there, const char *name)
{
    size_t n = strlen(m->features);
    if (there)
        snprintf(m->features + n, sizeof m->features - n, "%s%s", n ? " " : "", name);
}

#if defined(__x86_64__)

static void look_at_features(struct machine *m)
{
    add_feature(m, __builtin_cpu_supports("avx2"), "avx2");
    add_feature(m, __builtin_cpu_supports("fma"), "fma");
    add_feature(m, __builtin_cpu_supports("avx512f"), "avx512f");
    add_feature(m, __builtin_cpu_supports("avx512bw"), "avx512bw");
    add_feature(m, __builtin_cpu_supports("avx512vnni"), "avx512vnni");
    m->vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#elif defined(__aarch64__)

#include <asm/hwcap.h>
#include <sys/auxv.h>

static void look_at_features(struct machine *m)
{
    unsigned long has = getauxval(AT_HWCAP), more = getauxval(AT_HWCAP2);
    add_feature(m, has & HWCAP_ASIMD, "neon");
    add_feature(m, has & HWCAP_ASIMDHP, "fp16");
    add_feature(m, has & HWCAP_ASIMDDP, "dotprod");
    add_feature(m, more & HWCAP2_I8MM, "i8mm");
    add_feature(m, has & HWCAP_SVE, "sve");
    m->vectors = (has & HWCAP_ASIMD) && (has & HWCAP_ASIMDDP);
}

#else

static void look_at_features(struct machine *m)
{
    m->vectors = true; /* nothing is known of it, so nothing is held against it */
}

#endif

/* The text after "KEY… : " of the first such line of a file under /proc; false when there is none. */
static bool read_field(const char *path, const char *key, char *out, size_t n)
{
    char line[256];
    bool found = false;
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    while (!found && fgets(line, sizeof line, f)) {
        char *colon = strncmp(line, key, strlen(key)) == 0 ? strchr(line, ':') : NULL;
        if (!colon)
            continue;
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        snprintf(out, n, "%.*s", (int)strcspn(value, "\n"), value);
        found = true;
    }
    fclose(f);
    return found;
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* Numbers of a cgroup's file, "200000 100000"; a word such as "max" is no number. How many there were. */
static int read_numbers(const char *path, long long numbers[2])
{
    char line[64], *at = line, *end;
    int n = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    if (fgets(line, sizeof line, f))
        for (; n < 2; n++, at = end) {
            numbers[n] = strtoll(at, &end, 10);
            if (end == at)
                break;
        }
    fclose(f);
    return n;
}

static int count_cores(void)
{
    cpu_set_t set;
    int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    long long quota[2]; /* microseconds of processor, of each so many microseconds */
    if (read_numbers("/sys/fs/cgroup/cpu.max", quota) == 2 && quota[1] > 0 &&
        quota[0] <= (cores - 1) * quota[1])
        cores = (int)((quota[0] + quota[1] - 1) / quota[1]);
    return cores > 0 ? cores : 1;
}

static long field_mb(const char *key)
{
    char text[64];
    return read_field("/proc/meminfo", key, text, sizeof text) ? strtol(text, NULL, 10) / 1024 : 0;
}

static void look_at_memory(struct machine *m)
{
    long long most[2], used[2] = {0};
    m->total_mb = field_mb("MemTotal");
    m->available_mb = field_mb("MemAvailable");
    if (read_numbers("/sys/fs/cgroup/memory.max", most) < 1 || most[0] >> 20 >= m->total_mb)
        return;
    read_numbers("/sys/fs/cgroup/memory.current", used);
    m->total_mb = (long)(most[0] >> 20);
    long left = (long)((most[0] - used[0]) >> 20);
    if (left < m->available_mb)
        m->available_mb = left;
}

void machine_look(struct machine *out)
{
    *out = (struct machine){0};
    read_field("/proc/cpuinfo", "model name", out->cpu, sizeof out->cpu);
    look_at_features(out);
    out->cores = count_cores();
    look_at_memory(out);
}
