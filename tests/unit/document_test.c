/* Documents out of bytes, chunks out of documents, and an index of a folder with an encoder of straw. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/process.h"
#include "failing_alloc.h"
#include "know/chunks.h"
#include "know/indexer.h"
#include "know/reading.h"
#include "know/retrieval.h"

/* ---- readers --------------------------------------------------------------------------------- */

static struct document read_bytes(const char *name, const char *bytes, size_t n)
{
    struct document d = {0};
    struct sarai_error err = {0};
    if (document_read_bytes(name, bytes, n, &d, &err))
        fail_msg("%s", err.message);
    return d;
}

static void expect_block(const struct document *d, size_t i, const char *text, int page, int line)
{
    assert_true(i < d->n_blocks);
    char *got = strndup(d->text.data + d->blocks[i].at, d->blocks[i].n);
    assert_string_equal(got, text);
    assert_int_equal(d->blocks[i].page, page);
    assert_int_equal(d->blocks[i].line, line);
    free(got);
}

static void reads_plain_text(void **state)
{
    static const char text[] = "\n\nPrimera  línea\r\nsigue aquí.\r\n \t\r\nOtro párrafo\f\n\n\n\nfin";
    (void)state;
    struct document d = read_bytes("a.txt", text, sizeof text - 1);
    assert_int_equal(d.n_blocks, 3);
    expect_block(&d, 0, "Primera línea\nsigue aquí.", 0, 3);
    expect_block(&d, 1, "Otro párrafo", 0, 6);
    expect_block(&d, 2, "fin", 0, 10);
    document_finish(&d);
}

static void reads_encodings(void **state)
{
    (void)state;
    static const char latin[] = "La cig\xFC"
                                "e\xF1"
                                "a est\xE1 en la monta\xF1"
                                "a de Le\xF3n, \x93"
                                "all\xED\x94.";
    static const char mark[] = "\xEF\xBB\xBFseñal";
    static const char wide[] = "\xFF\xFEs\0e\0\xF1\0a\0l\0";
    static const char mixed[] = "Año nuevo, señor: ma\xF1"
                                "ana será otro día; qué más da.";
    struct document d = read_bytes("a.txt", latin, sizeof latin - 1);
    expect_block(&d, 0, "La cigüeña está en la montaña de León, “allí”.", 0, 1);
    document_finish(&d);
    d = read_bytes("a.txt", mark, sizeof mark - 1);
    expect_block(&d, 0, "señal", 0, 1);
    document_finish(&d);
    d = read_bytes("a.txt", wide, sizeof wide - 1);
    expect_block(&d, 0, "señal", 0, 1);
    document_finish(&d);
    d = read_bytes("a.txt", mixed, sizeof mixed - 1);
    expect_block(&d, 0, "Año nuevo, señor: mañana será otro día; qué más da.", 0, 1);
    document_finish(&d);
}

static void refuses_binary(void **state)
{
    static const char *const data[] = {"\x7F"
                                       "ELF\0\0\1\2",
                                       "%PDF-1.7 abc", "\xFF\xFE\0\0\0\0\0\0"};
    (void)state;
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        struct document d;
        struct sarai_error err = {0};
        assert_int_equal(document_read_bytes("x/notas.txt", data[i], 8, &d, &err), SARAI_EINPUT);
        assert_int_equal(strncmp(err.message, "x/notas.txt: ", 13), 0);
    }
    struct document d;
    assert_int_equal(document_read_bytes("programa.exe", "a", 1, &d, NULL), SARAI_EINPUT);
}

static void reads_markdown(void **state)
{
    static const char text[] =
        "# Título *uno*\n\ntexto con [un enlace](http://x.y) y `código`\nsigue\n\n"
        "- punto\n- **otro**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x()</script>\n";
    (void)state;
    struct document d = read_bytes("a.md", text, sizeof text - 1);
    expect_block(&d, 0, "Título uno", 0, 1);
    expect_block(&d, 1, "texto con un enlace y código\nsigue", 0, 3);
    expect_block(&d, 2, "punto", 0, 6);
    expect_block(&d, 3, "otro", 0, 7);
    expect_block(&d, 4, "a b", 0, 9);
    expect_block(&d, 5, "1 2", 0, 11);
    assert_int_equal(d.n_blocks, 6);
    document_finish(&d);
}

static void reads_html(void **state)
{
    static const char text[] =
        "<!doctype html><html><head><title>no</title><meta charset='iso-8859-1'>\n<style>p{}</style></head>\n"
        "<body><h1>Mont\xE1ña</h1>\n<p>uno <b>dos</b>&nbsp;tres &amp; "
        "&ntilde;<br>cuatro\n<p>cinco<script>alert('<p>6')"
        "</script><ul><li>a<li>b</ul><td>c</td><td>d</td>";
    static const char broken[] = "<p>sin <b>cerrar <div>nada <!-- ni esto";
    (void)state;
    struct document d = read_bytes("a.html", text, sizeof text - 1);
    assert_true(d.n_blocks >= 5);
    expect_block(&d, 1, "uno dos tres & ñ\ncuatro", 0, 4);
    expect_block(&d, 2, "cinco", 0, 5);
    expect_block(&d, 3, "a", 0, 5);
    expect_block(&d, 4, "b", 0, 5);
    expect_block(&d, 5, "c d", 0, 5);
    document_finish(&d);
    d = read_bytes("a.htm", broken, sizeof broken - 1);
    expect_block(&d, 0, "sin cerrar", 0, 1);
    expect_block(&d, 1, "nada", 0, 1);
    document_finish(&d);
}

static void reads_pages(void **state)
{
    static const char text[] =
        "Página uno, con una pala-\nbra cortada\ny otra.\n\nPárrafo dos\n\f\fPágina tres\n\f";
    struct document d = {.text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    (void)state;
    assert_int_equal(read_pages(&d, text, sizeof text - 1, NULL), SARAI_OK);
    assert_int_equal(d.n_blocks, 3);
    expect_block(&d, 0, "Página uno, con una palabra cortada\ny otra.", 1, 0);
    expect_block(&d, 1, "Párrafo dos", 1, 0);
    expect_block(&d, 2, "Página tres", 3, 0);
    document_finish(&d);
}

static void reads_office(void **state)
{
    static const char docx[] =
        "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>Hola, "
        "</w:t></w:r><w:r><w:t>Ana</w:t><w:tab/><w:t>.</w:t>"
        "</w:r></w:p><w:p><w:r><w:instrText>PAGE</w:instrText><w:delText>no</w:delText>"
        "<w:lastRenderedPageBreak/><w:t>dos</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p>"
        "</w:tc></w:tr></w:tbl></w:body></w:document>";
    static const char odt[] = "<o xmlns:text='t' xmlns:office='o'><text:h>T</text:h><text:p>uno<text:s/>dos"
                              "<office:annotation><text:p>nota</text:p></office:annotation></text:p></o>";
    static const char bomb[] = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
                               "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><w:p><w:t>x&c;</w:t></w:p>";
    (void)state;
    struct document d = {.kind = "docx", .text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    assert_int_equal(read_office(&d, docx, sizeof docx - 1, NULL), SARAI_OK);
    assert_int_equal(d.n_blocks, 3);
    expect_block(&d, 0, "Hola, Ana .", 1, 0);
    expect_block(&d, 1, "dos", 2, 0);
    expect_block(&d, 2, "a b", 2, 0);
    document_finish(&d);
    d = (struct document){.kind = "odt", .text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    assert_int_equal(read_office(&d, odt, sizeof odt - 1, NULL), SARAI_OK);
    expect_block(&d, 0, "T", 0, 0);
    expect_block(&d, 1, "uno dos", 0, 0);
    document_finish(&d);
    d = (struct document){.kind = "docx", .text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    struct sarai_error err = {0};
    enum sarai_status st = read_office(&d, bomb, sizeof bomb - 1, &err);
    assert_true(st == SARAI_EINPUT || d.text.len < 16); /* entities are not expanded */
    document_finish(&d);
    d = (struct document){.kind = "odt", .text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    assert_int_equal(read_office(&d, odt, sizeof odt - 9, &err), SARAI_EINPUT); /* cut short */
    document_finish(&d);
}

/* A program that gives too much, takes too long or dies does us no harm. */
static void reads_processes_within_limits(void **state)
{
    const struct process_limits limits = {.memory_bytes = (size_t)256 << 20, .cpu_s = 2, .wall_s = 1};
    struct buf out = BUF_INIT(1000);
    int code = 0;
    (void)state;
    assert_int_equal(
        process_read((const char *const[]){"echo", "hola", NULL}, &limits, NULL, &out, &code, NULL),
        SARAI_OK);
    assert_string_equal(buf_string(&out), "hola\n");
    assert_int_equal(code, 0);
    assert_int_equal(process_read((const char *const[]){"yes", NULL}, &limits, NULL, &out, &code, NULL),
                     SARAI_EINPUT);
    buf_reset(&out);
    assert_int_equal(
        process_read((const char *const[]){"sleep", "30", NULL}, &limits, NULL, &out, &code, NULL), SARAI_OK);
    assert_int_equal(code, -1);
    assert_int_equal(
        process_read((const char *const[]){"no-such-program", NULL}, &limits, NULL, &out, &code, NULL),
        SARAI_EUSAGE);
    buf_finish(&out);
}

static void survives_without_memory(void **state)
{
    static const char text[] = "# T\n\nUn párrafo con ñ.\n\n- a\n- b\n";
    static const char html[] = "<h1>T</h1><p>Un párrafo &ntilde; con <b>letra</b></p>";
    (void)state;
    for (int n = 0, is_last = 0; !is_last; n++) {
        struct document a = {0}, b = {0};
        struct chunks c = {0};
        fail_allocation(n);
        enum sarai_status st = document_read_bytes("a.md", text, sizeof text - 1, &a, NULL);
        if (!st)
            st = chunks_of(&a, &c, NULL);
        if (!st)
            st = document_read_bytes("a.html", html, sizeof html - 1, &b, NULL);
        is_last = !allocation_failed();
        assert_true(st == SARAI_ENOMEM || st == SARAI_OK); /* libxml2 does without some of its memory */
        chunks_finish(&c);
        document_finish(&a);
        document_finish(&b);
    }
}

/* ---- chunks ---------------------------------------------------------------------------------- */

static void cuts_chunks(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(1 << 20);
    struct chunks c;
    for (int i = 0; i < 60; i++) /* one paragraph of sixty sentences, one a line */
        buf_printf(&text, "Esta es la frase número %d, que no dice gran cosa.\n", i);
    buf_text(&text, "\ncorto\n\ncorto también\n");
    struct document d = read_bytes("a.txt", text.data, text.len);
    assert_int_equal(chunks_of(&d, &c, NULL), SARAI_OK);
    assert_true(c.n >= 4 && c.n <= 6);
    for (size_t i = 0; i < c.n; i++) {
        assert_true(strlen(c.chunk[i].text) <= CHUNK_BYTES);
        if (i + 1 < c.n)
            assert_true(c.chunk[i].text[strlen(c.chunk[i].text) - 1] == '.');
        assert_null(strstr(c.chunk[i].text, ".\nEsta")); /* lines of a paragraph are one row of words */
    }
    int number = -1;
    assert_int_equal(sscanf(c.chunk[1].text, "Esta es la frase número %d,", &number), 1);
    assert_int_equal(c.chunk[1].line, number + 1);
    assert_non_null(strstr(c.chunk[c.n - 1].text, "\ncorto\ncorto también"));
    chunks_finish(&c);
    document_finish(&d);

    buf_reset(&text); /* nowhere to cut, and characters of three bytes */
    for (int i = 0; i < 700; i++)
        buf_text(&text, "語");
    d = read_bytes("a.txt", text.data, text.len);
    assert_int_equal(chunks_of(&d, &c, NULL), SARAI_OK);
    assert_int_equal(c.n, 3);
    for (size_t i = 0; i < c.n; i++)
        assert_int_equal(strlen(c.chunk[i].text) % 3, 0);
    chunks_finish(&c);
    document_finish(&d);
    buf_finish(&text);
}

static void keeps_pages_apart(void **state)
{
    static const char text[] = "uno\n\f\ndos\n\ftres";
    struct document d = {.text = BUF_INIT(DOCUMENT_TEXT_BYTES)};
    struct chunks c;
    (void)state;
    assert_int_equal(read_pages(&d, text, sizeof text - 1, NULL), SARAI_OK);
    assert_int_equal(chunks_of(&d, &c, NULL), SARAI_OK);
    assert_int_equal(c.n, 3);
    assert_int_equal(c.chunk[2].page, 3);
    assert_string_equal(c.chunk[2].text, "tres");
    chunks_finish(&c);
    document_finish(&d);
}

/* ---- index and search ------------------------------------------------------------------------ */

enum { D = 26 };

static int encoded;

/* How often each letter occurs: enough for like to find like. */
static enum sarai_status encode(void *self, const char *text, enum encoder_kind kind, float *out,
                                struct sarai_error *err)
{
    (void)self;
    (void)kind;
    (void)err;
    encoded++;
    for (int i = 0; i < D; i++)
        out[i] = 0;
    for (; *text; text++)
        if ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z')
            out[(*text | 0x20) - 'a'] += 0.05F;
    return SARAI_OK;
}

static char folder[64];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/document_test.XXXXXX");
    char sub[96];
    assert_non_null(mkdtemp(folder));
    snprintf(sub, sizeof sub, "%s/docs", folder);
    return mkdir(sub, 0700);
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void write_doc(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/docs/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int problems;

static void count_problem(void *user, const char *path, const struct sarai_error *problem)
{
    (void)user;
    assert_non_null(strstr(problem->message, path));
    problems++;
}

static struct indexer_report index_docs(struct shelf *shelf, const struct encoder *encoder,
                                        struct vector_cache *cache)
{
    char docs[96];
    struct indexer_report report;
    struct sarai_error err = {0};
    snprintf(docs, sizeof docs, "%s/docs", folder);
    const struct indexer_options options = {
        .shelf = shelf, .encoder = encoder, .cache = cache, .on_problem = count_problem};
    if (indexer_run(&options, (const char *const[]){docs}, 1, &report, &err))
        fail_msg("%s", err.message);
    return report;
}

static void indexes_what_changes(void **state)
{
    (void)state;
    char place[96], from[128], to[128];
    struct shelf *shelf = NULL;
    const struct encoder encoder = {.identity = "letters", .dimension = D, .encode = encode};
    snprintf(place, sizeof place, "%s/saber.db", folder);
    const struct shelf_options o = {.place = place, .write = true, .model = "letters", .dimension = D};
    assert_int_equal(shelf_open(&o, &shelf, NULL), SARAI_OK);
    struct vector_cache *cache = vector_cache_open(folder, "letters", D);
    assert_non_null(cache);
    write_doc("uno.txt", "La fianza es de 850 euros.");
    write_doc("dos.md", "# Jardín\n\nLas rosas se podan en febrero.");
    write_doc("vacio.txt", "  \n");
    write_doc("malo.pdf", "esto no es un PDF");
    write_doc(".oculto.txt", "nadie me ve");
    write_doc("foto.jpg", "nadie me lee");

    struct indexer_report r = index_docs(shelf, &encoder, cache);
    assert_int_equal(r.added, 3);
    assert_int_equal(r.without_text, 1);
    assert_int_equal(r.failed, 1);
    assert_int_equal(problems, 1);
    assert_int_equal(r.chunks, 2);
    r = index_docs(shelf, &encoder, cache);
    assert_int_equal(r.added, 0);
    assert_int_equal(r.unchanged, 3);

    /* A new name costs no new vector; what is gone is forgotten. */
    encoded = 0;
    snprintf(from, sizeof from, "%s/docs/uno.txt", folder);
    snprintf(to, sizeof to, "%s/docs/contrato.txt", folder);
    assert_int_equal(rename(from, to), 0);
    write_doc("dos.md", "# Jardín\n\nLas rosas se podan en marzo.");
    r = index_docs(shelf, &encoder, cache);
    assert_int_equal(r.added, 2);
    assert_int_equal(r.removed, 1);
    assert_int_equal(encoded, 1);

    struct retrieved found;
    const struct retrieval_options search = {.shelf = shelf, .encoder = &encoder};
    assert_int_equal(retrieval_search(&search, "¿Cuánto es la fianza?", NULL, 5, &found, NULL), SARAI_OK);
    assert_int_equal(found.n, 2);
    assert_string_equal(strrchr(found.hits[0].path, '/'), "/contrato.txt");
    assert_int_equal(found.hits[0].line, 1);
    retrieved_finish(&found);

    /* By meaning alike, the words tell: a twenty-fifth for all of them. */
    float vector[D];
    for (size_t i = 0; i < D; i++)
        vector[i] = (float)(1 / sqrt(D));
    assert_int_equal(retrieval_search(&search, "xyz", vector, 5, &found, NULL), SARAI_OK);
    const char *first = strrchr(found.hits[0].path, '/');
    double strange = found.hits[strcmp(first, "/contrato.txt") ? 1 : 0].score;
    retrieved_finish(&found);
    assert_int_equal(retrieval_search(&search, "fianza euros", vector, 1, &found, NULL), SARAI_OK);
    assert_string_equal(strrchr(found.hits[0].path, '/'), "/contrato.txt");
    assert_true(found.hits[0].score < 1);
    assert_true(fabs(found.hits[0].score - strange - 0.04) < 1e-6);
    retrieved_finish(&found);
    const struct retrieval_options words = {.shelf = shelf};
    assert_int_equal(retrieval_search(&words, "marzo rosas abril", NULL, 5, &found, NULL), SARAI_OK);
    assert_int_equal(found.n, 1);
    assert_true(found.hits[0].score > 0.6 && found.hits[0].score < 0.7);
    retrieved_finish(&found);
    vector_cache_close(cache);
    shelf_close(shelf);
}

static void stops_when_told(void **state)
{
    (void)state;
    char place[96], docs[96];
    struct shelf *shelf = NULL;
    struct stop stop = {true};
    struct indexer_report report;
    snprintf(place, sizeof place, "%s/saber.db", folder);
    snprintf(docs, sizeof docs, "%s/docs", folder);
    const struct shelf_options o = {.place = place, .write = true};
    write_doc("uno.txt", "texto");
    assert_int_equal(shelf_open(&o, &shelf, NULL), SARAI_OK);
    const struct indexer_options options = {.shelf = shelf, .stop = &stop};
    assert_int_equal(indexer_run(&options, (const char *const[]){docs}, 1, &report, NULL), SARAI_ECANCELLED);
    assert_int_equal(indexer_run(&options, (const char *const[]){"/no/existe"}, 1, &report, NULL),
                     SARAI_EINPUT);
    shelf_close(shelf);
}

/* A sparse file costs no room on the disk. */
static void refuses_huge_files(void **state)
{
    (void)state;
    char path[128];
    struct document d;
    struct sarai_error err = {0};
    write_doc("grande.txt", "a");
    snprintf(path, sizeof path, "%s/docs/grande.txt", folder);
    assert_int_equal(truncate(path, (off_t)2 << 30), 0);
    assert_int_equal(document_read(path, NULL, &d, &err), SARAI_EINPUT);
    assert_non_null(strstr(err.message, "grande"));
    assert_int_equal(truncate(path, (off_t)100 << 20), 0); /* small for a document, big for a text */
    assert_int_equal(document_read(path, NULL, &d, &err), SARAI_EINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_text),
        cmocka_unit_test(reads_encodings),
        cmocka_unit_test(refuses_binary),
        cmocka_unit_test(reads_markdown),
        cmocka_unit_test(reads_html),
        cmocka_unit_test(reads_pages),
        cmocka_unit_test(reads_office),
        cmocka_unit_test(reads_processes_within_limits),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(cuts_chunks),
        cmocka_unit_test(keeps_pages_apart),
        cmocka_unit_test_setup_teardown(indexes_what_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_when_told, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_huge_files, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
