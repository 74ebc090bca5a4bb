/* Where models are: the manifest, and the folders its files may lie in.
 *
 *     store_open(config_text(cfg, "SARAI_MODEL_DIR"), &store, err);
 *     store_path(store, "whisper-base", ".encoder.onnx", path, sizeof path, err);
 *     store_close(store);
 *
 * A file is looked for in SARAI_MODEL_DIR, then in models/ of the clone or of the installation, then in the
 * user's cache. There files lie in folders by their sha256, so that versions of one model live side by side;
 * their names are links, of whoever pulled last. Read-only after open: any thread.
 */
#ifndef SARAI_MODELS_STORE_H
#define SARAI_MODELS_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/stop.h"
#include "models/manifest.h"

struct store;

enum { STORE_PATH_BYTES = 4096 };

enum store_finding { STORE_FINE, STORE_MISSING, STORE_DAMAGED, STORE_UNKNOWN /* there is no sum to check */ };

enum sarai_status store_open(const char *model_dir, struct store **out, struct sarai_error *err);
void store_close(struct store *s);
const struct manifest *store_manifest(const struct store *s);

/* Path of the file of a model whose name ends in `suffix`. `model` is an id of the manifest, or a path to
 * a file, or to a folder with such a file in it. EMODEL with the command that gets it. */
enum sarai_status store_path(const struct store *s, const char *model, const char *suffix, char *out,
                             size_t n, struct sarai_error *err);
/* Path of one file of the manifest, where it is; false when it is nowhere. */
bool store_locate(const struct store *s, const struct model_file *file, char *out, size_t n);
/* Path in the cache where a pull keeps it: by its sum, by its name where none is known. */
void store_kept_path(const struct store *s, const struct model_file *file, char *out, size_t n);
/* Looks at a file: that it is there and has its size; with `deep` its sha256 too. ECANCELLED on stop. */
enum sarai_status store_check(const struct store *s, const struct model_file *file, bool deep,
                              const struct stop *stop, enum store_finding *out, struct sarai_error *err);

/* A text of the model's settings, NULL when absent. Borrowed. */
const char *store_setting(const struct store *s, const char *model, const char *key);
/* Resident memory that the model needs, by the manifest, or by its size where it is a path. */
long store_resident_mb(const struct store *s, const char *model);

/* Folders: models/ where pulled files appear (the cache itself when Sarai is installed); the cache's; the
 * tools that convert models. */
const char *store_folder(const struct store *s);
const char *store_cache_folder(const struct store *s);
const char *store_tools_folder(const struct store *s);
/* A folder of the user's cache for something else than models, made on demand with this mode; false where it
 * cannot be. */
bool store_cache_beside(const struct store *s, const char *name, unsigned mode, char *out, size_t n);
/* For optimised graphs; made on demand; NULL when it cannot be. */
const char *store_cache_dir(const struct store *s);

#endif
