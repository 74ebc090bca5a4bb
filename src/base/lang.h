/* The language of messages: Spanish, or English with SARAI_LANG=en. Both stand side by side in the
 * code, so that a sentence and its translation are changed together and checked by the compiler. */
#ifndef SARAI_BASE_LANG_H
#define SARAI_BASE_LANG_H

enum lang { LANG_ES, LANG_EN };

/* Set once, before threads start; Spanish until then. */
void lang_set(enum lang lang);

/* The text in the language set. Formats keep their arguments in the same order in both. */
__attribute__((format_arg(1), format_arg(2))) const char *tr(const char *es, const char *en);

#endif
