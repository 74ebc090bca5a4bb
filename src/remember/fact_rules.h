/* What a person tells about themselves, asks about it, or wants forgotten: found by rule, in Spanish. Pure.
 *
 *     n = fact_rules_read("Me llamo Ana y vivo en Cádiz.", found, FACT_RULES_MOST);
 *     found[0]: FACT_TOLD, key "nombre", text "Te llamas Ana."
 *
 * A rule must begin its clause, so that questions, denials and suppositions are none.
 */
#ifndef SARAI_REMEMBER_FACT_RULES_H
#define SARAI_REMEMBER_FACT_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum { FACT_RULES_MOST = 4, FACT_KEY_BYTES = 96, FACT_TEXT_BYTES = 320 };

enum fact_act {
    FACT_TOLD,      /* key, text */
    FACT_ASKED,     /* key: "¿cómo me llamo?", "¿a qué soy alérgica?" */
    FACT_ASKED_ALL, /* "¿qué sabes de mí?" */
    FACT_UNWANTED,  /* key: and what begins with it, up to a blank */
    FACT_UNWANTED_ALL,
};

struct fact_found {
    enum fact_act act;
    char key[FACT_KEY_BYTES];   /* what a later fact replaces: "nombre", "hijo", "alergia marisco" */
    char text[FACT_TEXT_BYTES]; /* as it is said to the person: "Te llamas Ana." */
};

/* How many were found, at most `most`. */
size_t fact_rules_read(const char *words, struct fact_found *out, size_t most);
/* Whether facts are told and nothing else is said, so that nothing need be looked for: "Hola, soy Ana." */
bool fact_rules_only_tell(const char *words);
/* Whether it is a question, and about the person, so that what is known of them may help: "mi", "vivo" … What
 * is only told ("ha muerto mi abuela") wants an ear, not an answer out of a list. */
bool fact_rules_concern(const char *words);

#endif
