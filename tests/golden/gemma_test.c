/* The embedded language model in its prompt frame: facts that it knows on every processor (at the edge of its
 * knowledge the rounding of the instructions at hand decides), greedy. SARAI_MODEL_DIR or models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "think/conversation.h"

static struct llm *llm;

static void expect_in(struct conversation *c, const char *question, const char *fact)
{
    struct answer a = {0};
    struct sarai_error err = {0};
    if (conversation_answer(c, question, NULL, NULL, &a, &err))
        fail_msg("%s", err.message);
    if (!strstr(a.text, fact))
        fail_msg("%s → %s", question, a.text);
    answer_finish(&a);
}

static struct conversation *begin(void)
{
    struct conversation_options o = conversation_options_default();
    struct conversation *c = NULL;
    o.frame = CONVERSATION_FEW_SHOT;
    assert_int_equal(conversation_open(&o, llm, &c, NULL), SARAI_OK);
    return c;
}

static void easy_questions_are_answered(void **state)
{
    (void)state;
    const char *known[][2] = {
        {"¿Cuál es la capital de Francia?", "París"},   {"¿Cuál es la capital de Italia?", "Roma"},
        {"¿En qué año llegó Colón a América?", "1492"}, {"¿Cómo te llamas?", "Sarai"},
        {"Hola, buenas tardes.", "buenas tardes"},      {"He suspendido el examen.", "Lo siento"},
        {"Enciende la luz del salón.", "No puedo"}};
    struct conversation *c = begin();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        conversation_reset(c);
        expect_in(c, known[i][0], known[i][1]);
    }
    conversation_close(c);
}

static void the_cache_of_the_dialogue_is_reused(void **state)
{
    (void)state;
    struct conversation *c = begin();
    struct answer first = {0}, again = {0};
    assert_int_equal(conversation_warm(c, NULL), SARAI_OK);
    assert_int_equal(conversation_answer(c, "¿Cuál es la capital de Francia?", NULL, NULL, &first, NULL),
                     SARAI_OK);
    assert_in_range(first.reused, 100, 500);
    assert_in_range(first.evaluated, 1, 20);
    assert_int_equal(conversation_answer(c, "¿Y la de Italia?", NULL, NULL, &again, NULL), SARAI_OK);
    assert_in_range(again.reused, first.reused + first.evaluated, first.reused + first.evaluated + 20);
    assert_in_range(again.evaluated, 1, 20);
    answer_finish(&again);
    conversation_reset(c); /* the sliding window of the model must not have forgotten the prefix */
    assert_int_equal(conversation_answer(c, "¿Cuál es la capital de Francia?", NULL, NULL, &again, NULL),
                     SARAI_OK);
    assert_int_equal(again.reused, first.reused + first.evaluated - 1);
    assert_string_equal(again.text, first.text);
    answer_finish(&first);
    answer_finish(&again);
    conversation_close(c);
}

int main(void)
{
    const char *folder = getenv("SARAI_MODEL_DIR");
    char path[4096];
    struct llm_options o = llm_options_default();
    struct sarai_error err = {0};
    snprintf(path, sizeof path, "%s/gguf/gemma-3-270m-es-q4_k_m.gguf",
             folder ? folder : SOURCE_DIR "/models");
    if (access(path, R_OK) != 0) {
        printf("SKIP: no %s (sarai models pull)\n", path);
        return 77;
    }
    o.path = path;
    o.threads = 1; /* two would wait for each other at every step, for long on a busy machine */
    if (llm_open(&o, &llm, &err)) {
        printf("%s\n", err.message);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easy_questions_are_answered),
        cmocka_unit_test(the_cache_of_the_dialogue_is_reused),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    llm_close(llm);
    return rc;
}
