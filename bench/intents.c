/* How long a command takes without a model: transcript → tool and arguments, and a transcript that is no
 * command; both against the time of copying the transcript's words apart, which is the least that any matcher
 * does.
 *
 *     make build && cmake --build build/release --target benches && build/release/bench/intents
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/crisis.h"
#include "act/intents.h"
#include "act/spoken.h"
#include "base/clock.h"

enum { ROUNDS = 300, RUNS = 9 };

static const char *const commands[] = {"¿Qué hora es?",
                                       "Oye, ¿cuánto es doce por ocho, por favor?",
                                       "Pon un temporizador de cinco minutos para la pasta.",
                                       "Recuérdame llamar al médico mañana a las diez.",
                                       "Añade champú y espinacas a la lista de la compra.",
                                       "Apaga la luz del salón.",
                                       "Despiértame mañana a las siete y media."};
static const char *const talk[] = {"¿Quién escribió Cien años de soledad?",
                                   "Estoy un poco triste porque he discutido con mi hermana.",
                                   "¿Qué me puedes contar de los volcanes de Islandia?",
                                   "Mi prima dice que la compra de la casa salió mejor de lo que esperaban."};

static void find(const char *text)
{
    struct intent intent = {0};
    if (crisis_find(text) == CRISIS_NONE && intents_find(text, &intent))
        intent_finish(&intent);
}

static void split(const char *text)
{
    struct spoken s;
    spoken_split(text, &s);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, const char *const *texts, size_t n, void (*work)(const char *))
{
    double us[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double start_ms = clock_ms();
        for (int i = 0; i < ROUNDS; i++)
            for (size_t k = 0; k < n; k++)
                work(texts[k]);
        us[run] = 1e3 * (clock_ms() - start_ms) / (double)(ROUNDS * n);
    }
    qsort(us, RUNS, sizeof *us, by_size);
    printf("%-24s %6.1f us  (%.1f to %.1f)\n", name, us[RUNS / 2], us[0], us[RUNS - 1]);
}

int main(void)
{
    size_t n_commands = sizeof commands / sizeof *commands, n_talk = sizeof talk / sizeof *talk;
    measure("a command", commands, n_commands, find);
    measure("no command", talk, n_talk, find);
    measure("only its words", commands, n_commands, split);
    return 0;
}
