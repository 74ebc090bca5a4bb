/* Finding: what the finder points at in a question's passages, before the model answers. */
#include <string.h>

#include "assistant.h"

enum { PATH_BYTES = 4096 };

/* Where its file is; false: there is none, or it is not to be used. Answers come without it too. */
static bool find_model(const struct sarai *s, char path[PATH_BYTES])
{
    const char *model = config_text(s->cfg, "FINDER_MODEL");
    return strcmp(model, "none") != 0 &&
           store_path(s->store, model, ".gguf", path, PATH_BYTES, NULL) == SARAI_OK;
}

enum sarai_status assistant_open_finder(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    s->finder_was_wanted = true;
    if (!find_model(s, path))
        return SARAI_OK;
    return finder_open(s->embedder, path, (int)config_int(s->cfg, "LLAMA_THREADS"), &s->stop, &s->finder,
                       err);
}

/* Passages may come with a question where nothing was indexed, and so no embedder loaded. */
static enum sarai_status open_late(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    if (s->finder_was_wanted || !find_model(s, path))
        return SARAI_OK;
    enum sarai_status st = s->embedder ? SARAI_OK : assistant_open_embedder(s, err);
    return st || s->finder ? st : assistant_open_finder(s, err);
}

enum sarai_status assistant_find(struct sarai *s, struct question *q, struct finding findings[FRAME_PASSAGES],
                                 struct sarai_error *err)
{
    enum sarai_status st = q->n_passages > 0 ? open_late(s, err) : SARAI_OK;
    if (st || !s->finder || q->n_passages == 0)
        return st;
    for (size_t i = 0; !st && i < q->n_passages; i++)
        st = finder_find(s->finder, q->words, q->passages[i].source, q->passages[i].text, &findings[i], err);
    q->findings = st ? NULL : findings;
    return st;
}
