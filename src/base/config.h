/* Settings: one table drives the .env file, the environment, the flags, `sarai config` and the docs.
 *
 *     for (size_t i = 0; i < config_count(); i++) { const struct setting *s = config_setting(i); … }
 *     long threads = config_int(cfg, "LLAMA_THREADS");
 *
 * Later sources win: default, .env, environment, flag. A key that is not in the table is an error in
 * .env and as a flag; in the environment foreign names are of course everywhere, and ignored.
 */
#ifndef SARAI_BASE_CONFIG_H
#define SARAI_BASE_CONFIG_H

#include "base/error.h"

enum setting_type { SETTING_TEXT, SETTING_PATH, SETTING_INT, SETTING_REAL, SETTING_CHOICE, SETTING_SECRET };

struct setting {
    const char *key; /* as in .env; the flag is the same in lower case with dashes */
    enum setting_type type;
    const char *fallback; /* default, as text */
    double least, most;   /* of INT and REAL */
    const char *choices;  /* of CHOICE: words joined by '|' */
    const char *help_es, *help_en;
};

enum setting_source { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

size_t config_count(void);
const struct setting *config_setting(size_t index);
/* The setting of a key ("LLAMA_THREADS") or of a flag's name ("llama-threads"); NULL where none is. */
const struct setting *config_find(const char *name);

/* The value as it may be shown: a secret is only told to be there. */
const char *config_shown(const struct sarai_config *cfg, const struct setting *s);

/* Values in force. The key must be in the table. Texts are borrowed until the next set. */
const char *config_text(const struct sarai_config *cfg, const char *key);
long config_int(const struct sarai_config *cfg, const char *key);
double config_real(const struct sarai_config *cfg, const char *key);
enum setting_source config_source(const struct sarai_config *cfg, const char *key);

/* Reads KEY=VALUE lines (blank lines and # comments skipped, values may stand in quotes) from text.
 * `name` is the file's name for messages. EUSAGE with the line's number. */
enum sarai_status config_parse(struct sarai_config *cfg, const char *name, const char *text, size_t n,
                               struct sarai_error *err);

#endif
