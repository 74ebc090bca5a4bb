/* The shelf: what is put is found, by words and by vectors; nothing is left half done. In a file, and, where
 * SHELF_TEST_URL names a server that may be written to, what both must do there
 * (tests/flow/postgres_test.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/sqlite.h"
#include "failing_alloc.h"
#include "know/shelf.h"
#include "know/vectors.h"
#include "know/words.h"

enum { D = 8 };

static char folder[64], place[512];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/shelf_test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(place, sizeof place, "%s/saber.db", folder);
    return 0;
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static int setup_server(void **state)
{
    (void)state;
    struct shelf *shelf = NULL;
    int64_t n;
    snprintf(place, sizeof place, "%s", getenv("SHELF_TEST_URL"));
    const struct shelf_options o = {.place = place, .write = true, .model = "model-a", .dimension = D};
    struct sarai_error err = {0};
    enum sarai_status st = shelf_open(&o, &shelf, &err);
    if (!st)
        st = shelf_forget(shelf, "", &n, &err);
    if (st)
        fail_msg("%s", err.message);
    shelf_close(shelf);
    return 0;
}

static struct shelf_options options(bool write)
{
    return (struct shelf_options){.place = place, .write = write, .model = "model-a", .dimension = D};
}

static struct shelf *open_shelf(bool write)
{
    struct shelf *shelf = NULL;
    struct sarai_error err = {0};
    const struct shelf_options o = options(write);
    if (shelf_open(&o, &shelf, &err))
        fail_msg("%s", err.message);
    return shelf;
}

/* A vector that points along one axis, and a little along another. */
static float axis(int which, int8_t *packed)
{
    float v[D] = {0};
    v[which % D] = 0.96F;
    v[(which + 1) % D] = 0.28F;
    return vector_pack(v, D, packed);
}

static enum sarai_status put(struct shelf *shelf, const char *path, const char *hash, const char *text,
                             int which, struct sarai_error *err)
{
    int8_t packed[D];
    float scale = axis(which, packed);
    const struct shelf_chunk chunk = {.page = 3, .line = 7, .text = text, .vector = packed, .scale = scale};
    const struct shelf_document document = {.path = path, .kind = "text", .hash = hash, .bytes = 5};
    return shelf_put(shelf, &document, &chunk, 1, err);
}

static void finds_by_words_and_vectors(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct nearest_hit hits[4];
    struct shelf_found found;
    size_t n;
    int8_t query[D];
    assert_int_equal(put(shelf, "/a/uno.txt", "h1", "La fianza es de 850 euros", 0, NULL), SARAI_OK);
    assert_int_equal(put(shelf, "/a/dos.txt", "h2", "Las rosas del jardín", 3, NULL), SARAI_OK);
    assert_int_equal(shelf_words(shelf, "¿Cuánto es la FIANZA?", 4, hits, &n, NULL), SARAI_OK);
    assert_int_equal(n, 1);
    assert_int_equal(shelf_take(shelf, hits[0].id, &found, NULL), SARAI_OK);
    assert_string_equal(found.path, "/a/uno.txt");
    assert_int_equal(found.page, 3);
    assert_int_equal(found.line, 7);
    assert_non_null(found.vector);
    shelf_found_finish(&found);
    assert_int_equal(shelf_words(shelf, "jardin", 4, hits, &n, NULL), SARAI_OK); /* without its accent */
    assert_int_equal(n, 1);
    float scale = axis(3, query);
    assert_int_equal(shelf_near(shelf, query, scale, 4, hits, &n, NULL), SARAI_OK);
    assert_int_equal(n, 2);
    assert_true(fabs(hits[0].score - 1) < 0.02);
    assert_true(hits[1].score < 0.5);
    assert_int_equal(shelf_take(shelf, hits[0].id, &found, NULL), SARAI_OK);
    assert_string_equal(found.text, "Las rosas del jardín");
    shelf_found_finish(&found);
    assert_int_equal(shelf_check(shelf, NULL), SARAI_OK);
    shelf_close(shelf);
}

/* What looks like SQL or like FTS5's language is words. */
static void takes_hostile_words(void **state)
{
    static const char *const questions[] = {
        "'; DROP TABLE documents; --", "\"fianza\" OR NEAR(a b) *", "AND OR NOT", "", "¿?",
        "fianza* -casa ^x {a} col:uno"};
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct nearest_hit hits[4];
    size_t n;
    assert_int_equal(
        put(shelf, "/a/'); DROP TABLE chunks; --", "h", "'); DELETE FROM documents; --", 0, NULL), SARAI_OK);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        assert_int_equal(shelf_words(shelf, questions[i], 4, hits, &n, NULL), SARAI_OK);
    assert_int_equal(shelf_words(shelf, "delete", 4, hits, &n, NULL), SARAI_OK);
    assert_int_equal(n, 1);
    shelf_close(shelf);
}

static void replaces_and_forgets(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct shelf_info info;
    struct nearest_hit hits[4];
    size_t n;
    int64_t gone;
    bool held;
    assert_int_equal(put(shelf, "/a/b/uno.txt", "h1", "antes", 0, NULL), SARAI_OK);
    assert_int_equal(shelf_holds(shelf, "/a/b/uno.txt", "h1", &held, NULL), SARAI_OK);
    assert_true(held);
    assert_int_equal(put(shelf, "/a/b/uno.txt", "h2", "después", 0, NULL), SARAI_OK);
    assert_int_equal(shelf_holds(shelf, "/a/b/uno.txt", "h1", &held, NULL), SARAI_OK);
    assert_false(held);
    assert_int_equal(shelf_words(shelf, "antes", 4, hits, &n, NULL), SARAI_OK);
    assert_int_equal(n, 0);
    assert_int_equal(put(shelf, "/a/bc.txt", "h3", "otra cosa", 1, NULL), SARAI_OK);
    assert_int_equal(shelf_forget(shelf, "/a/b", &gone, NULL), SARAI_OK); /* the folder, not what begins so */
    assert_int_equal(gone, 1);
    assert_int_equal(shelf_info(shelf, &info, NULL), SARAI_OK);
    assert_int_equal(info.documents, 1);
    assert_int_equal(info.chunks, 1);
    assert_int_equal(info.vectors, 1);
    assert_int_equal(shelf_forget(shelf, "", &gone, NULL), SARAI_OK);
    assert_int_equal(gone, 1);
    assert_int_equal(shelf_check(shelf, NULL), SARAI_OK);
    shelf_close(shelf);
}

static void refuses_another_model(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct sarai_error err = {0};
    struct shelf_options o = options(true);
    shelf_close(shelf);
    o.model = "model-b";
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EINPUT);
    assert_non_null(strstr(err.message, "model-a"));
    assert_non_null(strstr(err.message, "model-b"));
    o.model = "model-a";
    o.dimension = D + 1;
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EINPUT);
    o.model = NULL; /* who only looks for words may open any */
    o.write = false;
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_OK);
    assert_int_equal(shelf_dimension(shelf), D);
    shelf_close(shelf);
}

static void write_file(const char *bytes, size_t n)
{
    FILE *f = fopen(place, "wb");
    assert_non_null(f);
    fwrite(bytes, 1, n, f);
    fclose(f);
}

static void refuses_what_is_no_shelf(void **state)
{
    (void)state;
    struct shelf *shelf = NULL;
    struct sqlite *db = NULL;
    struct sarai_error err = {0};
    struct shelf_options o = options(false);
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EINPUT); /* missing */
    char noise[8192];
    memset(noise, 'x', sizeof noise);
    write_file(noise, sizeof noise);
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EINPUT);
    unlink(place);
    assert_int_equal(sqlite_open(place, &(struct sqlite_options){.create = true}, &db, &err), SARAI_OK);
    assert_int_equal(sqlite_run(db, "CREATE TABLE recipes(name)", &err), SARAI_OK);
    sqlite_close(db);
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EINPUT);
    assert_non_null(strstr(err.message, place));
    o.place = "mysql://x";
    assert_int_equal(shelf_open(&o, &shelf, &err), SARAI_EUSAGE);
}

static bool file_holds(const char *path, const char *word)
{
    static char bytes[1 << 22];
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f)
        fclose(f);
    return memmem(bytes, n, word, strlen(word)) != NULL;
}

/* What was forgotten is not in the file any more, nor in its log. */
static void leaves_nothing_behind(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    char log[520];
    int64_t n;
    snprintf(log, sizeof log, "%s-wal", place);
    for (int i = 0; i < 40; i++) {
        char path[32];
        snprintf(path, sizeof path, "/a/%d", i);
        assert_int_equal(
            put(shelf, path, "h", i == 20 ? "el secretoabracadabra" : "texto corriente", i, NULL), SARAI_OK);
    }
    assert_true(file_holds(place, "secretoabracadabra") || file_holds(log, "secretoabracadabra"));
    assert_int_equal(shelf_forget(shelf, "/a/20", &n, NULL), SARAI_OK);
    assert_int_equal(shelf_tidy(shelf, NULL), SARAI_OK);
    assert_false(file_holds(place, "abracadabra") || file_holds(log, "abracadabra"));
    assert_int_equal(shelf_check(shelf, NULL), SARAI_OK);
    shelf_close(shelf);
}

/* A page in the middle is overwritten: opening, searching or checking tells, nothing crashes. */
static void tells_of_damage(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct sarai_error err = {0};
    char text[600];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 200; i++) {
        char path[32];
        snprintf(path, sizeof path, "/a/%d", i);
        assert_int_equal(put(shelf, path, "h", text, i, &err), SARAI_OK);
    }
    shelf_close(shelf);
    int fd = open(place, O_WRONLY);
    char noise[16384];
    memset(noise, 0x5A, sizeof noise);
    assert_int_equal(pwrite(fd, noise, sizeof noise, 12 * 4096), sizeof noise);
    close(fd);
    const struct shelf_options o = options(true);
    enum sarai_status st = shelf_open(&o, &shelf, &err);
    if (!st) {
        st = shelf_check(shelf, &err);
        shelf_close(shelf);
    }
    assert_int_equal(st, SARAI_EINPUT);
}

/* One process is killed while it puts; what was there before or after is whole. */
static void survives_a_kill(void **state)
{
    (void)state;
    for (int round = 0; round < 12; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct shelf *shelf = open_shelf(true);
            for (int i = 0;; i++) {
                char path[32], hash[32];
                snprintf(path, sizeof path, "/a/%d", i % 50);
                snprintf(hash, sizeof hash, "%d-%d", round, i);
                put(shelf, path, hash, "la casa azul del puerto", i, NULL);
            }
        }
        usleep(20000 + (useconds_t)(7919 * round) % 40000);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        struct shelf *shelf = open_shelf(true);
        struct sarai_error err = {0};
        if (shelf_check(shelf, &err))
            fail_msg("%s", err.message);
        shelf_close(shelf);
    }
}

static void two_processes_write(void **state)
{
    enum { EACH = 60 };
    (void)state;
    pid_t children[2];
    for (int c = 0; c < 2; c++) {
        children[c] = fork();
        if (children[c] == 0) {
            struct shelf *shelf = open_shelf(true);
            enum sarai_status st = SARAI_OK;
            for (int i = 0; !st && i < EACH; i++) {
                char path[32];
                snprintf(path, sizeof path, "/%d/%d", c, i);
                st = put(shelf, path, "h", "texto", i, NULL);
            }
            shelf_close(shelf);
            _exit((int)st);
        }
    }
    for (int c = 0; c < 2; c++) {
        int status = 1;
        waitpid(children[c], &status, 0);
        assert_int_equal(status, 0);
    }
    struct shelf *shelf = open_shelf(true);
    struct shelf_info info;
    assert_int_equal(shelf_info(shelf, &info, NULL), SARAI_OK);
    assert_int_equal(info.documents, 2 * EACH);
    assert_int_equal(shelf_check(shelf, NULL), SARAI_OK);
    shelf_close(shelf);
}

/* Another process holds the file for longer than we wait. */
static void tells_of_a_lock(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct sqlite *one = NULL, *two = NULL;
    struct sarai_error err = {0};
    shelf_close(shelf);
    const struct sqlite_options o = {.create = true, .wait_ms = 50};
    assert_int_equal(sqlite_open(place, &o, &one, &err), SARAI_OK);
    assert_int_equal(sqlite_open(place, &o, &two, &err), SARAI_OK);
    assert_int_equal(sqlite_begin(one, &err), SARAI_OK);
    assert_int_equal(sqlite_begin(two, &err), SARAI_EOUTPUT);
    assert_non_null(strstr(err.message, "otro proceso"));
    sqlite_end(one, SARAI_OK, NULL);
    sqlite_close(one);
    sqlite_close(two);
}

/* A file that may not grow is like a disk that is full: the document is refused, the others stay. */
static void survives_a_full_disk(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct sarai_error err = {0};
    assert_int_equal(put(shelf, "/a/uno", "h", "primero", 0, &err), SARAI_OK);
    const struct rlimit small = {256 * 1024, RLIM_INFINITY};
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    enum sarai_status st = SARAI_OK;
    char text[4000];
    memset(text, 'b', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    int done = 0;
    for (; !st && done < 1000; done++) {
        char path[32];
        snprintf(path, sizeof path, "/a/%d", done);
        st = put(shelf, path, "h", text, done, &err);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(st, SARAI_EOUTPUT);
    assert_int_equal(put(shelf, "/a/dos", "h", "segundo", 1, &err), SARAI_OK); /* there is room again */
    struct shelf_info info;
    assert_int_equal(shelf_info(shelf, &info, &err), SARAI_OK);
    assert_int_equal(info.documents, done - 1 + 2);
    assert_int_equal(shelf_check(shelf, &err), SARAI_OK);
    shelf_close(shelf);
}

/* Each call with every allocation failing in turn: an error, and the shelf as it was. */
static void survives_without_memory(void **state)
{
    (void)state;
    struct shelf *shelf = open_shelf(true);
    struct nearest_hit hits[4];
    struct sarai_error err = {0};
    size_t found;
    shelf_close(shelf);
    const struct shelf_options o = options(true);
    for (int n = 0;; n++) {
        shelf = NULL;
        fail_allocation(n);
        enum sarai_status st = shelf_open(&o, &shelf, &err);
        bool failed = allocation_failed();
        shelf_close(shelf);
        if (!failed)
            break;
        assert_true(st == SARAI_OK || st == SARAI_ENOMEM || st == SARAI_EOUTPUT);
    }
    shelf = open_shelf(true);
    for (int n = 0;; n++) {
        char path[32];
        snprintf(path, sizeof path, "/a/%d", n % 3);
        fail_allocation(n);
        enum sarai_status st = put(shelf, path, "h", "la casa azul", n, &err);
        if (!st)
            st = shelf_words(shelf, "casa", 4, hits, &found, &err);
        if (!st)
            st = shelf_near(shelf, (const int8_t *)"12345678", 1, 4, hits, &found, &err);
        if (!allocation_failed())
            break;
        assert_true(st == SARAI_OK || st == SARAI_ENOMEM);
    }
    assert_int_equal(shelf_check(shelf, &err), SARAI_OK);
    shelf_close(shelf);
}

/* The scan agrees with a plain sort, whatever the length of the vectors. */
static void nearest_is_exact(void **state)
{
    enum { N = 5000, K = 10 };
    static int8_t vectors[N * 33];
    static float scales[N];
    static int64_t ids[N];
    int8_t query[33];
    (void)state;
    srand(7);
    for (size_t i = 0; i < sizeof vectors; i++)
        vectors[i] = (int8_t)(rand() % 255 - 127);
    for (int i = 0; i < 33; i++)
        query[i] = (int8_t)(rand() % 255 - 127);
    for (int i = 0; i < N; i++) {
        scales[i] = 0.001F + 0.00001F * (float)(rand() % 100);
        ids[i] = 1000 + i;
    }
    struct nearest near;
    assert_int_equal(nearest_init(&near, K, NULL), SARAI_OK);
    nearest_scan(&near, query, 0.5F, 33, ids, scales, vectors, N);
    nearest_sort(&near);
    assert_int_equal(near.n, K);
    for (size_t k = 0; k < K; k++) { /* as many are better as its rank says */
        size_t better = 0;
        for (size_t i = 0; i < N; i++) {
            int sum = 0;
            for (size_t j = 0; j < 33; j++)
                sum += query[j] * vectors[i * 33 + j];
            better += 0.5 * (double)scales[i] * sum > near.found[k].score;
        }
        assert_int_equal(better, k);
    }
    nearest_finish(&near);
}

static void packs_vectors(void **state)
{
    (void)state;
    const float v[4] = {0.5F, -1, 0.25F, 0};
    int8_t packed[4];
    float scale = vector_pack(v, 4, packed);
    for (int i = 0; i < 4; i++)
        assert_true(fabsf(scale * (float)packed[i] - v[i]) <= scale / 2);
    assert_int_equal(vector_dot(packed, packed, 4),
                     packed[0] * packed[0] + 127 * 127 + packed[2] * packed[2]);
    const float zero[4] = {0};
    assert_true(vector_pack(zero, 4, packed) <= 0);
    assert_int_equal(packed[0], 0);
}

static void folds_words(void **state)
{
    (void)state;
    struct words w;
    assert_int_equal(words_of("¿Cuándo es el CUMPLEAÑOS de Óscar, el de la «Ñoñería»? Óscar", &w, NULL),
                     SARAI_OK);
    assert_int_equal(w.n, 3);
    assert_string_equal(w.word[0], "cumpleanos");
    assert_string_equal(w.word[1], "oscar");
    assert_string_equal(w.word[2], "noneria");
    words_finish(&w);
    assert_int_equal(words_of("¿y qué?", &w, NULL), SARAI_OK); /* only little words: better than none */
    assert_int_equal(w.n, 2);
    words_finish(&w);
    assert_int_equal(words_of("  … ", &w, NULL), SARAI_OK);
    assert_int_equal(w.n, 0);
    words_finish(&w);
}

static void knows_who_asks_for_documents(void **state)
{
    bool named = false;
    (void)state;
    assert_int_equal(words_name_documents("Según mis DOCUMENTOS, ¿cuándo nací?", &named, NULL), SARAI_OK);
    assert_true(named);
    assert_int_equal(words_name_documents("¿Cuál es la capital de Francia?", &named, NULL), SARAI_OK);
    assert_false(named);
}

int main(void)
{
    const struct CMUnitTest on_server[] = {
        cmocka_unit_test_setup(finds_by_words_and_vectors, setup_server),
        cmocka_unit_test_setup(takes_hostile_words, setup_server),
        cmocka_unit_test_setup(replaces_and_forgets, setup_server),
        cmocka_unit_test_setup(refuses_another_model, setup_server),
        cmocka_unit_test_setup(two_processes_write, setup_server),
        cmocka_unit_test_setup(survives_without_memory, setup_server),
    };
    if (getenv("SHELF_TEST_URL"))
        return cmocka_run_group_tests(on_server, NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_by_words_and_vectors, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_hostile_words, setup, teardown),
        cmocka_unit_test_setup_teardown(replaces_and_forgets, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_another_model, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_shelf, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_nothing_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_a_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(two_processes_write, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_of_a_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_a_full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_without_memory, setup, teardown),
        cmocka_unit_test(nearest_is_exact),
        cmocka_unit_test(packs_vectors),
        cmocka_unit_test(folds_words),
        cmocka_unit_test(knows_who_asks_for_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
