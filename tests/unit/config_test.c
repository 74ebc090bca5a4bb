/* The table of settings, and the .env file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"

static int open_plain(void **state)
{
    for (size_t i = 0; i < config_count(); i++)
        unsetenv(config_setting(i)->key);
    setenv("SARAI_LANG", "en", 1);
    setenv("SARAI_ENV_FILE", "/dev/null", 1);
    return sarai_config_open((struct sarai_config **)state, NULL);
}

static int close_plain(void **state)
{
    sarai_config_close(*state);
    return 0;
}

static enum sarai_status parse(void **state, const char *text, struct sarai_error *err)
{
    return config_parse(*state, ".env", text, strlen(text), err);
}

static void every_default_is_valid(void **state)
{
    for (size_t i = 0; i < config_count(); i++) {
        const struct setting *s = config_setting(i);
        struct sarai_error err = {0};
        assert_int_equal(sarai_config_set(*state, s->key, s->fallback, &err), SARAI_OK);
        assert_non_null(s->help_es);
        assert_non_null(s->help_en);
    }
}

static void env_file_sets_values(void **state)
{
    assert_int_equal(parse(state, "# note\n\n  LLAMA_THREADS = 3 \r\nVOICE='em alex'\nSPEED=\"1.5\"", NULL),
                     SARAI_OK);
    assert_int_equal(config_int(*state, "LLAMA_THREADS"), 3);
    assert_string_equal(config_text(*state, "VOICE"), "em alex");
    assert_true(config_real(*state, "SPEED") == 1.5);
    assert_int_equal(config_source(*state, "VOICE"), FROM_FILE);
    assert_int_equal(config_source(*state, "REGION"), FROM_DEFAULT);
}

static void flags_are_keys_in_another_spelling(void **state)
{
    assert_int_equal(sarai_config_set(*state, "llama-threads", "4", NULL), SARAI_OK);
    assert_string_equal(sarai_config_get(*state, "LLAMA_THREADS"), "4");
    assert_null(config_find("llama"));
    assert_null(config_find("llama-threads-x"));
}

static void errors_name_the_line(void **state)
{
    const struct {
        const char *text, *said;
    } bad[] = {
        {"\nVOZ=x\n", ".env, line 2: there is no setting “VOZ”"},
        {"LLAMA_THREADS\n", "line 1: no “=”"},
        {"LLAMA_THREADS=0", "LLAMA_THREADS: “0” is not a number from 1 to 64"},
        {"LLAMA_THREADS=2x", "“2x” is not a number"},
        {"LLAMA_THREADS=", "is not a number"},
        {"SPEED=nan", "“nan” is not a number"},
        {"REGION=es", "“es” is none of es-ES|es-MX"},
        {"REGION=", "is none of"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sarai_error err = {0};
        assert_int_equal(parse(state, bad[i].text, &err), SARAI_EUSAGE);
        assert_non_null(strstr(err.message, bad[i].said));
    }
}

static void over_long_lines_are_refused(void **state)
{
    char text[6000] = "VOICE=";
    struct sarai_error err = {0};
    memset(text + 6, 'v', sizeof text - 7);
    assert_int_equal(parse(state, text, &err), SARAI_EUSAGE);
    assert_string_equal(config_text(*state, "VOICE"), "ef_dora");
}

static void environment_beats_file_and_is_checked(void **state)
{
    struct sarai_config *cfg = NULL;
    struct sarai_error err = {0};
    (void)state;
    setenv("ORT_NUM_THREADS", "7", 1);
    assert_int_equal(sarai_config_open(&cfg, &err), SARAI_OK);
    assert_int_equal(config_int(cfg, "ORT_NUM_THREADS"), 7);
    sarai_config_close(cfg);
    setenv("ORT_NUM_THREADS", "many", 1);
    assert_int_equal(sarai_config_open(&cfg, &err), SARAI_EUSAGE);
    unsetenv("ORT_NUM_THREADS");
}

static void a_named_env_file_must_exist(void **state)
{
    struct sarai_config *cfg = NULL;
    struct sarai_error err = {0};
    (void)state;
    setenv("SARAI_ENV_FILE", "/nowhere/.env", 1);
    assert_int_equal(sarai_config_open(&cfg, &err), SARAI_EUSAGE);
    assert_non_null(strstr(err.message, "/nowhere/.env"));
    setenv("SARAI_ENV_FILE", "/dev/null", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_default_is_valid, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(env_file_sets_values, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(flags_are_keys_in_another_spelling, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(errors_name_the_line, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(over_long_lines_are_refused, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(environment_beats_file_and_is_checked, open_plain, close_plain),
        cmocka_unit_test_setup_teardown(a_named_env_file_must_exist, open_plain, close_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
