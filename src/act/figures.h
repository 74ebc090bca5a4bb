/* Whether what a model tells of a result has the result's numbers: a small one tells "17:06" of "17:05".
 *
 *     figures_are_kept("Son las cinco y cinco.", "{\"hora\":\"17:05\"}")     // true
 *
 * Figures are compared as they are written. Number words may stand for a figure, or for an hour of the
 * afternoon; "un", "una" and halves are no numbers here. Pure function.
 */
#ifndef SARAI_ACT_FIGURES_H
#define SARAI_ACT_FIGURES_H

#include <stdbool.h>

bool figures_are_kept(const char *told, const char *result);

#endif
