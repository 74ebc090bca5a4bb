/* The templates of the commonest commands, in the order in which they are tried.
 *
 *     for (size_t i = 0; i < intent_rules_n; i++) … intent_rules[i].pattern
 *
 * A pattern is words: "a|b" are alternatives, "(word)" may be missing, "{slot}" is filled by intent_slots.h.
 * Arguments are name=text, in which {slot} stands for the words that filled it.
 */
#ifndef SARAI_ACT_INTENT_RULES_H
#define SARAI_ACT_INTENT_RULES_H

#include <stddef.h>

extern const struct intent_rule {
    const char *pattern, *tool, *arguments;
} intent_rules[];
extern const size_t intent_rules_n;

#endif
