#include "base/machine.h"

#include <sched.h>
#include <stdio.h>
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

/* Two numbers of a cgroup's file, "200000 100000"; a word such as "max" is no number. How many there were. */
static int read_numbers(const char *path, long long *first, long long *second)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    int n = fscanf(f, "%lld %lld", first, second);
    fclose(f);
    return n > 0 ? n : 0;
}

static int count_cores(void)
{
    cpu_set_t set;
    int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    long long quota = 0, period = 0;
    if (read_numbers("/sys/fs/cgroup/cpu.max", &quota, &period) == 2 && period > 0 &&
        quota / period + 1 <= cores)
        cores = (int)((quota + period - 1) / period);
    return cores > 0 ? cores : 1;
}

static long field_mb(const char *key)
{
    char text[64];
    long kb = 0;
    if (read_field("/proc/meminfo", key, text, sizeof text))
        sscanf(text, "%ld", &kb);
    return kb / 1024;
}

static void look_at_memory(struct machine *m)
{
    long long most = 0, used = 0, nothing;
    m->total_mb = field_mb("MemTotal");
    m->available_mb = field_mb("MemAvailable");
    if (read_numbers("/sys/fs/cgroup/memory.max", &most, &nothing) < 1 || most <= 0 ||
        most >> 20 >= m->total_mb)
        return;
    read_numbers("/sys/fs/cgroup/memory.current", &used, &nothing);
    m->total_mb = (long)(most >> 20);
    long left = (long)((most - used) >> 20);
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
