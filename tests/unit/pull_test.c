/* Pulling models from a hub: going on, mirrors in order, wrong bytes, no room, a killed pull; never a half
 * file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/folders.h"
#include "models/pull.h"
#include "server.h"

enum { WHOLE_BYTES = 300000 };

/* What tests/unit/hub.py serves, and where the cache keeps it. */
#define SHA256 "b1cf7538cf80d01efe3e0b8e45dc930048a138c7b6f8c4aff08f478e4695e631"
#define KEPT   "cache/sarai/models/files/" SHA256 "/test.gguf"
#define NAMED  "cache/sarai/models/gguf/test.gguf"

static char folder[64];
static struct server hub;
static struct store *store;
static struct model model = {
    .id = "test",
    .n_files = 1,
    .files = {{.path = "gguf/test.gguf", .sha256 = SHA256, .bytes = WHOLE_BYTES, .hub = "test.gguf"}},
};

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_all(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    assert_int_equal(system(command), 0);
}

/* Starts the hub and opens a store whose cache and models lie in a folder of our own. */
static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sarai-pull-XXXXXX");
    if (!mkdtemp(folder) || !server_start(&hub, TEST_DIR "/unit/hub.py"))
        return -1;
    setenv("XDG_CACHE_HOME", in_folder("cache"), 1);
    return store_open(in_folder("models"), &store, NULL) == SARAI_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    server_stop(&hub);
    remove_all();
    return rmdir(folder);
}

static int begin_test(void **state)
{
    (void)state;
    remove_all();
    return 0;
}

/* Pulls from hubs of these kinds (folders of the hub), in order. */
static enum sarai_status pull(const char *first, const char *second, const struct stop *stop,
                              struct sarai_error *err)
{
    char hubs[256];
    snprintf(hubs, sizeof hubs, "%s/%s,%s/%s", hub.url, first, hub.url, second ? second : "none");
    struct pull_options options = {.hubs = hubs, .stop = stop};
    return pull_model(store, &model, &options, err);
}

/* The next request that the hub saw: "/good/test.gguf -". */
static void expect_request(const char *expected)
{
    char line[256] = "";
    assert_true(server_line(&hub, line, sizeof line));
    assert_string_equal(line, expected);
}

static void expect_whole(void)
{
    enum store_finding finding;
    assert_int_equal(store_check(store, &model.files[0], true, NULL, &finding, NULL), SARAI_OK);
    assert_int_equal(finding, STORE_FINE);
    assert_int_equal(access(in_folder("models/gguf/test.gguf"), R_OK), 0);
    assert_int_equal(access(in_folder(KEPT ".part"), F_OK), -1);
}

static void expect_absent(void)
{
    assert_int_equal(access(in_folder("models/gguf/test.gguf"), F_OK), -1);
    assert_int_equal(access(in_folder(KEPT), F_OK), -1);
    assert_int_equal(access(in_folder(NAMED), F_OK), -1);
}

static void a_model_is_pulled_once(void **state)
{
    (void)state;
    assert_int_equal(pull("good", NULL, NULL, NULL), SARAI_OK);
    expect_request("/good/test.gguf -");
    expect_whole();
    assert_int_equal(unlink(in_folder("models/gguf/test.gguf")), 0);
    assert_int_equal(pull("none", NULL, NULL, NULL), SARAI_OK); /* out of the cache: nobody is asked */
    expect_whole();
}

/* Another version of the model, which the cache has already. */
static void versions_live_side_by_side(void **state)
{
    static const char sum[] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"; /* of "x" */
    char other[256];
    snprintf(other, sizeof other, "%s/%s/test.gguf", in_folder("cache/sarai/models/files"), sum);
    char path[STORE_PATH_BYTES];
    (void)state;
    assert_int_equal(pull("good", NULL, NULL, NULL), SARAI_OK);
    expect_request("/good/test.gguf -");
    assert_int_equal(folders_make_above(other, 0700, NULL), SARAI_OK);
    FILE *f = fopen(other, "w");
    fputs("x", f);
    fclose(f);
    struct model newer = model;
    newer.files[0].sha256 = sum;
    newer.files[0].bytes = 1;
    const struct pull_options options = {.hubs = ""};
    for (int i = 0; i < 2; i++) { /* taking turns, nobody fetches */
        assert_int_equal(pull_model(store, &newer, &options, NULL), SARAI_OK);
        assert_int_equal(pull("none", NULL, NULL, NULL), SARAI_OK);
        expect_whole();
    }
    assert_int_equal(access(other, R_OK), 0);
    /* An installed Sarai of either version finds its own, whoever named it last. */
    assert_int_equal(unlink(in_folder("models/gguf/test.gguf")), 0);
    assert_true(store_locate(store, &newer.files[0], path, sizeof path));
    assert_string_equal(path, other);
    assert_true(store_locate(store, &model.files[0], path, sizeof path));
    assert_string_equal(path, in_folder(NAMED));
}

static void an_older_cache_is_taken_over(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(pull("good", NULL, NULL, NULL), SARAI_OK);
    expect_request("/good/test.gguf -");
    char kept[256];
    snprintf(kept, sizeof kept, "%s", in_folder(KEPT));
    assert_int_equal(rename(kept, in_folder(NAMED)), 0);
    assert_int_equal(pull("none", NULL, NULL, NULL), SARAI_OK); /* nobody is asked */
    expect_whole();
    assert_int_equal(lstat(in_folder(NAMED), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

/* A model that comes with the sources is in no cache, and nothing there is named after it. */
static void what_comes_with_the_sources_stays_there(void **state)
{
    const struct pull_options options = {.hubs = ""};
    struct sarai_error err = {0};
    struct model own = model;
    struct stat st;
    char kept[256];
    (void)state;
    own.files[0].hub = NULL;
    assert_int_equal(pull("good", NULL, NULL, NULL), SARAI_OK);
    expect_request("/good/test.gguf -");
    snprintf(kept, sizeof kept, "%s", in_folder(KEPT));
    assert_int_equal(rename(kept, in_folder("models/gguf/test.gguf")), 0);
    assert_int_equal(unlink(in_folder(NAMED)), 0);
    assert_int_equal(pull_model(store, &own, &options, NULL), SARAI_OK);
    assert_int_equal(lstat(in_folder(NAMED), &st), -1);
    assert_int_equal(unlink(in_folder("models/gguf/test.gguf")), 0);
    assert_int_equal(pull_model(store, &own, &options, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "git checkout models"));
    assert_int_equal(lstat(in_folder("models/gguf/test.gguf"), &st), -1);
}

static void a_pull_that_was_cut_goes_on(void **state)
{
    struct sarai_error err = {0};
    struct stat part;
    (void)state;
    assert_int_equal(pull("cut", NULL, NULL, &err), SARAI_ENETWORK);
    assert_true(err.message[0]);
    expect_request("/cut/test.gguf -");
    expect_request("/none/test.gguf bytes=150000-");
    expect_absent();
    assert_int_equal(stat(in_folder(KEPT ".part"), &part), 0);
    assert_int_equal(part.st_size, WHOLE_BYTES / 2);
    assert_int_equal(pull("good", NULL, NULL, NULL), SARAI_OK);
    expect_request("/good/test.gguf bytes=150000-");
    expect_whole();
}

static void a_hub_that_cannot_go_on_begins_anew(void **state)
{
    (void)state;
    assert_int_equal(pull("cut", "plain", NULL, NULL), SARAI_OK);
    expect_request("/cut/test.gguf -");
    expect_request("/plain/test.gguf bytes=150000-");
    expect_request("/plain/test.gguf -");
    expect_whole();
}

static void mirrors_are_tried_in_order(void **state)
{
    (void)state;
    assert_int_equal(pull("none", "good", NULL, NULL), SARAI_OK);
    expect_request("/none/test.gguf -");
    expect_request("/good/test.gguf -");
    expect_whole();
    remove_all();
    assert_int_equal(pull("wrong", "good", NULL, NULL), SARAI_OK);
    expect_request("/wrong/test.gguf -");
    expect_request("/good/test.gguf -"); /* from the start: wrong bytes are not gone on with */
    expect_whole();
}

static void wrong_bytes_and_no_hub_are_told(void **state)
{
    struct sarai_error err = {0};
    (void)state;
    assert_int_equal(pull("wrong", "wrong", NULL, &err), SARAI_EMODEL);
    assert_non_null(strstr(err.message, "sha256"));
    expect_request("/wrong/test.gguf -");
    expect_request("/wrong/test.gguf -");
    expect_absent();
    assert_int_equal(pull("none", NULL, NULL, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "404"));
    expect_request("/none/test.gguf -");
    expect_request("/none/test.gguf -");
    struct pull_options nowhere = {.hubs = ""};
    assert_int_equal(pull_model(store, &model, &nowhere, &err), SARAI_ENETWORK);
    assert_non_null(strstr(err.message, "SARAI_HUB"));
}

static void no_room_and_no_folder_are_told(void **state)
{
    struct sarai_error err = {0};
    struct rlimit before, limit;
    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    enum sarai_status st = pull("good", NULL, NULL, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(st, SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "test.gguf"));
    expect_request("/good/test.gguf -");
    expect_absent();

    model.files[0].bytes = (int64_t)1 << 60; /* more than any disk has */
    st = pull("good", NULL, NULL, &err);
    model.files[0].bytes = WHOLE_BYTES;
    assert_int_equal(st, SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "MB"));

    remove_all();
    fclose(fopen(in_folder("models"), "w")); /* a file where the folder should be */
    assert_int_equal(pull("good", NULL, NULL, &err), SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "models"));
    expect_request("/good/test.gguf -");
}

static void a_pull_is_stopped(void **state)
{
    const struct stop stop = {.raised = true};
    struct sarai_error err = {0};
    (void)state;
    assert_int_equal(pull("slow", NULL, &stop, &err), SARAI_ECANCELLED);
    expect_absent();
}

static void a_killed_pull_leaves_no_half_file(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit((int)pull("slow", NULL, NULL, NULL));
    expect_request("/slow/test.gguf -");
    while (access(in_folder(KEPT ".part"), F_OK) != 0)
        usleep(1000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    expect_absent();
    assert_int_equal(mkdir(in_folder("cache/sarai/models/work"), 0700), 0); /* what a kill leaves elsewhere */
    assert_int_equal(pull("plain", NULL, NULL, NULL), SARAI_OK);
    expect_whole();
    assert_int_equal(access(in_folder("cache/sarai/models/work"), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_model_is_pulled_once, begin_test),
        cmocka_unit_test_setup(versions_live_side_by_side, begin_test),
        cmocka_unit_test_setup(an_older_cache_is_taken_over, begin_test),
        cmocka_unit_test_setup(what_comes_with_the_sources_stays_there, begin_test),
        cmocka_unit_test_setup(a_pull_that_was_cut_goes_on, begin_test),
        cmocka_unit_test_setup(a_hub_that_cannot_go_on_begins_anew, begin_test),
        cmocka_unit_test_setup(mirrors_are_tried_in_order, begin_test),
        cmocka_unit_test_setup(wrong_bytes_and_no_hub_are_told, begin_test),
        cmocka_unit_test_setup(no_room_and_no_folder_are_told, begin_test),
        cmocka_unit_test_setup(a_pull_is_stopped, begin_test),
        cmocka_unit_test_setup(a_killed_pull_leaves_no_half_file, begin_test),
    };
    return cmocka_run_group_tests(tests, start, end);
}
