/* Whether what is said can answer a question at all: who asks what something measures wants a length. Pure;
 * Spanish.
 *
 *     answer_kind_fits("¿Cuánto mide la piscina?", "la piscina mide 120 personas", 28, &none)      // false
 *
 * Questions of no kind that is known are answered by anything.
 */
#ifndef SARAI_THINK_ANSWER_KIND_H
#define SARAI_THINK_ANSWER_KIND_H

#include <stdbool.h>
#include <stddef.h>

/* Without memory it is set, and the claim fits. */
bool answer_kind_fits(const char *question, const char *claim, size_t n_claim, bool *no_memory);

#endif
