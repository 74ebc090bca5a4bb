/* Finding: what the finder points at in a question's passages, before the model answers. */
#include <string.h>

#include "assistant.h"

enum { PATH_BYTES = 4096 };

/* Empty path: none. Answers come without it too. */
static enum sarai_status find_model(const struct sarai *s, char path[PATH_BYTES], struct sarai_error *err)
{
    return assistant_beside(s, "FINDER_MODEL", config_text(s->cfg, "EMBED_MODEL"), "finder", path, PATH_BYTES,
                            err);
}

static bool has_embedder(const struct sarai *s)
{
    char path[PATH_BYTES];
    return s->embedder || store_path(s->store, config_text(s->cfg, "EMBED_MODEL"), ".gguf", path, sizeof path,
                                     NULL) == SARAI_OK;
}

enum sarai_status assistant_open_finder(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    s->finder_was_wanted = true;
    enum sarai_status st = find_model(s, path, err);
    return st || !path[0] ? st
                          : finder_open(s->embedder, path, (int)config_int(s->cfg, "LLAMA_THREADS"), &s->stop,
                                        &s->finder, err);
}

/* Passages may come with a question where nothing was indexed, and so no embedder loaded. */
static enum sarai_status open_late(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    enum sarai_status st = s->finder_was_wanted ? SARAI_OK : find_model(s, path, err);
    if (st || s->finder_was_wanted || !path[0] || !has_embedder(s))
        return st;
    st = s->embedder ? SARAI_OK : assistant_open_embedder(s, err);
    return st || s->finder_was_wanted ? st : assistant_open_finder(s, err);
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
