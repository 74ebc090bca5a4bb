/* Any bytes as models/manifest.json: what is accepted names only files inside the models folder. */
#include "fuzz.h"

#include "models/manifest.h"

static void check_model(const struct manifest *m, const struct model *model)
{
    claim(manifest_find(m, model->id) == model, "an id is found and unique");
    claim(model->n_files > 0 && model->n_files <= MANIFEST_MAX_PARTS, "a model has files");
    for (size_t i = 0; i < model->n_files; i++) {
        const struct model_file *f = &model->files[i];
        claim(f->path[0] != '/' && strncmp(f->path, "../", 3) != 0 && !strstr(f->path, "/../"),
              "a path stays inside");
        claim(f->bytes >= 0 && (f->hub || strlen(f->sha256) == 64), "a file can be checked");
    }
    for (size_t i = 0; i < model->n_sources; i++)
        claim(model->sources[i].package[0] != '-', "a package is not an option");
    manifest_setting(model, "frame");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct manifest *m = NULL;
    struct sarai_error err = {0};
    enum sarai_status st = manifest_parse("manifest.json", (const char *)data, n, &m, &err);
    claim(!st || (st == SARAI_EMODEL && err.message[0]), "a bad manifest gets EMODEL and a sentence");
    for (size_t i = 0; !st && i < manifest_count(m); i++)
        check_model(m, manifest_at(m, i));
    manifest_close(m);
    return 0;
}
