/* Which of what a person told of themselves may help with a question: what shares a word or a theme with it.
 * Pure.
 *
 *     fact_bears_on("¿Puedo comer pan?", "alergia celiaca", "Eres celíaca.")     // true: what is eaten
 *     fact_bears_on("¿Puedo comer pan?", "casa", "Vives en Cádiz.")              // false
 *
 * Whatever else is put before a small model it takes for where the answer has to be.
 */
#ifndef SARAI_REMEMBER_FACT_THEMES_H
#define SARAI_REMEMBER_FACT_THEMES_H

#include <stdbool.h>

/* key, text: as fact_rules_read() gives them. */
bool fact_bears_on(const char *question, const char *key, const char *text);

#endif
