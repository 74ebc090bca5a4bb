/* The commonest commands, straight from the transcript: templates with slots, in some microseconds and
 * without a model.
 *
 *     struct intent intent;
 *     if (intents_find("Pon un temporizador de cinco minutos.", &intent))
 *         toolbox_request(box, intent.tool, intent.arguments, …);           // temporizador {"tiempo": "cinco
 * minutos"} intent_finish(&intent);
 *
 * A template covers the whole transcript, save for what is said around it ("oye, … por favor"), and its slots
 * hold what they are to hold: a duration, a sum, a time. What does not fit exactly is the model's business.
 */
#ifndef SARAI_ACT_INTENTS_H
#define SARAI_ACT_INTENTS_H

#include <jansson.h>
#include <stdbool.h>

struct intent {
    const char *tool; /* its name */
    json_t *arguments;
    const char *timer; /* of `arguments`: no command unless a timer of this name waits; NULL: any case */
};

/* False: nothing was recognised, or memory is out. */
bool intents_find(const char *text, struct intent *out);
void intent_finish(struct intent *intent);

/* Whether a question that asked for consent is answered: 1 yes, −1 no, 0 neither. */
int intents_consent(const char *text);

#endif
