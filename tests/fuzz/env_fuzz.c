/* Any bytes as a .env file: settings stay within their ranges, errors name a line. */
#include "fuzz.h"

#include "base/config.h"

static struct sarai_config *defaults(void)
{
    struct sarai_config *cfg = NULL;
    claim(sarai_config_open(&cfg, NULL) == SARAI_OK, "defaults are fine");
    return cfg;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return setenv("SARAI_ENV_FILE", "/dev/null", 1);
}

static void check_range(const struct sarai_config *cfg, const struct setting *s)
{
    if (s->type == SETTING_INT)
        claim((double)config_int(cfg, s->key) >= s->least && (double)config_int(cfg, s->key) <= s->most,
              s->key);
    if (s->type == SETTING_REAL)
        claim(config_real(cfg, s->key) >= s->least && config_real(cfg, s->key) <= s->most, s->key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct sarai_config *cfg = defaults();
    struct sarai_error err = {0};
    enum sarai_status st = config_parse(cfg, ".env", (const char *)data, n, &err);
    claim(!st || (st == SARAI_EUSAGE && strncmp(err.message, ".env, ", 6) == 0), "an error names its line");
    for (size_t i = 0; i < config_count(); i++)
        check_range(cfg, config_setting(i));
    sarai_config_close(cfg);
    return 0;
}
