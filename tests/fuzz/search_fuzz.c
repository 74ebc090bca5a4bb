/* Any text as a question: whatever is in it, it is words to the store and never SQL or FTS5's own language.
 */
#include "fuzz.h"

#include "know/shelf.h"

static char folder[] = "/tmp/sarai-fuzz-XXXXXX", place[64];
static struct shelf *shelf;

static void remove_all(void)
{
    shelf_close(shelf);
    unlink(place);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct shelf_options options = {.place = place, .write = true};
    const struct shelf_document document = {.path = "/a", .kind = "text", .hash = "h"};
    const struct shelf_chunk chunk = {.text = "La casa azul de Óscar está en la calle Mayor, 5."};
    (void)argc;
    (void)argv;
    claim(mkdtemp(folder) != NULL, "a folder");
    snprintf(place, sizeof place, "%s/saber.db", folder);
    claim(shelf_open(&options, &shelf, NULL) == SARAI_OK, "a store");
    claim(shelf_put(shelf, &document, &chunk, 1, NULL) == SARAI_OK, "a document");
    return atexit(remove_all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct nearest_hit hits[2];
    size_t found = 9;
    char *question = fuzz_text(data, n);
    claim(shelf_words(shelf, question, 2, hits, &found, NULL) == SARAI_OK && found <= 1,
          "a question is words");
    free(question);
    return 0;
}
