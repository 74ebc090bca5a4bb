/* Finding: what the finder points at in a question's passages, before the model answers. */
#include "assistant.h"

enum { PATH_BYTES = 4096 };

/* Empty path: none. Answers come without it too. */
static enum sarai_status find_model(const struct sarai *s, char path[PATH_BYTES], struct sarai_error *err)
{
    return assistant_beside(s, "FINDER_MODEL", config_text(s->cfg, "EMBED_MODEL"), "finder", path, PATH_BYTES,
                            err);
}

enum sarai_status assistant_open_finder(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES];
    enum sarai_status st = find_model(s, path, err);
    return st || !path[0] ? st
                          : finder_open(s->embedder, path, (int)config_int(s->cfg, "LLAMA_THREADS"), &s->stop,
                                        &s->finder, err);
}

/* Passages may come with a question where nothing was indexed, and so no embedder loaded: it brings the
 * finder. */
static enum sarai_status open_late(struct sarai *s, struct sarai_error *err)
{
    char path[PATH_BYTES], embedder[PATH_BYTES];
    enum sarai_status st = s->embedder ? SARAI_OK : find_model(s, path, err);
    if (st || s->embedder || !path[0] ||
        store_path(s->store, config_text(s->cfg, "EMBED_MODEL"), ".gguf", embedder, sizeof embedder, NULL) !=
            SARAI_OK)
        return st;
    return assistant_open_embedder(s, err);
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
