/* Any bytes as a package: what comes out lies inside the folder, and no other files do. */
#include "fuzz.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "engine/archive.h"

static char folder[] = "/tmp/sarai-fuzz-XXXXXX";

static void remove_all(void)
{
    char path[64];
    static const char *const names[] = {"a/b.bin", "c.txt", "a"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

static void remove_folder(void)
{
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct rlimit limit = {1 << 20, 1 << 20}; /* a few bytes may unpack to gigabytes */
    (void)argc;
    (void)argv;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    claim(mkdtemp(folder) != NULL, "a folder");
    return atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const members[] = {"a/b.bin", "c.txt"};
    struct sarai_error err = {0};
    struct stat st;
    enum sarai_status status = archive_extract(fuzz_file(data, n), members, 2, folder, &err);
    claim(!status || ((status == SARAI_EMODEL || status == SARAI_EOUTPUT) && err.message[0]),
          "a bad package gets a sentence");
    remove_all();
    /* "." and "..": two links to an empty folder */
    claim(stat(folder, &st) == 0 && st.st_nlink == 2 && rmdir(folder) == 0 && mkdir(folder, 0700) == 0,
          "nothing else was written");
    return 0;
}
