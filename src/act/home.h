/* The tool "casa": lights, covers, climate, scenes and what else Home Assistant has, by their names.
 *
 *     const struct home_options options = {.url = url, .token = token, .encoder = &encoder};
 *     home_provide(box, &options, err);           // closed with the box; asks nobody yet
 *
 * Arguments, all texts, as the adapter is trained for them: accion (encender, apagar, abrir, cerrar, fijar,
 * consultar; of rules also pausar, seguir, siguiente, anterior), cosa
 * ("la luz"), lugar ("salón"), valor ("20 grados", "50 por ciento", "2 grados más",
 * "un poco menos", "máximo", "rojo"). Results: {"listo": "la luz del
 * salón"} or
 * {"estado": "encendida"}. Locks, alarms, valves, sirens, and doors and garages that open by themselves are
 * asked about first.
 *
 * Where no home is connected the tool is there all the same and says so: a model that is asked for a lamp and
 * has no such tool takes another, and writes the lamp down as a note.
 */
#ifndef SARAI_ACT_HOME_H
#define SARAI_ACT_HOME_H

#include "act/home_match.h"
#include "act/toolbox.h"

struct home_options {
    const char *url, *token;     /* borrowed; outlive the box; url "": no home is connected */
    struct home_encoder encoder; /* all NULL: names are matched by words alone */
};

enum sarai_status home_provide(struct toolbox *box, const struct home_options *options,
                               struct sarai_error *err);

#endif
