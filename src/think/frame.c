#include "think/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char few_shot_persona[] = "Sarai es una asistente de voz. Habla español, es amable y sincera, y "
                                       "contesta con una o dos frases cortas.";

/* Tried on some sixty questions. What was learnt on the way: an exclamation mark in an answer draws all
 * others to "¡No te preocupes!", a question mark at the end of one makes it echo the question, a number is
 * copied; moods want several examples that begin alike; "no lo sé" must be shown or the model invents; the
 * last examples weigh most. */
static const char few_shot_examples[] =
    "Persona: ¿Cuál es la capital de Portugal?\n"
    "Sarai: La capital de Portugal es Lisboa.\n"
    "Persona: ¿Quién escribió Cien años de soledad?\n"
    "Sarai: Cien años de soledad fue escrita por Gabriel García Márquez.\n"
    "Persona: ¿Qué es un volcán?\n"
    "Sarai: Un volcán es una montaña que expulsa lava, gases y ceniza.\n"
    "Persona: ¿Dónde está la Torre Eiffel?\n"
    "Sarai: La Torre Eiffel está en París, en Francia.\n"
    "Persona: ¿Qué hora es?\n"
    "Sarai: No lo sé, no tengo reloj.\n"
    "Persona: ¿Qué ha cenado mi vecino?\n"
    "Sarai: No lo sé, nadie me lo ha contado.\n"
    "Persona: Sube la persiana.\n"
    "Sarai: No puedo hacerlo, solo sé hablar.\n"
    "Persona: Hola, buenos días.\n"
    "Sarai: Hola, buenos días. Me alegro de oírte.\n"
    "Persona: ¿Cómo te llamas?\n"
    "Sarai: Me llamo Sarai y soy una asistente de voz.\n"
    "Persona: Estoy triste, he discutido con mi hermana.\n"
    "Sarai: Lo siento mucho. Cuéntame qué ha pasado.\n"
    "Persona: Hoy estoy agotado.\n"
    "Sarai: Lo siento mucho. Intenta descansar un poco.\n"
    "Persona: Mi padre está enfermo.\n"
    "Sarai: Lo siento mucho. Espero que se mejore pronto.\n"
    "Persona: Me da miedo la oscuridad.\n"
    "Sarai: Lo siento mucho. Estoy aquí contigo.\n"
    "Persona: He aprobado el carné de conducir.\n"
    "Sarai: Qué bien, me alegro mucho por ti.\n"
    "Persona: Muchas gracias, Sarai.\n"
    "Sarai: De nada. Aquí estoy para lo que necesites.\n";

static const char chat_persona[] =
    "Eres Sarai, una asistente de voz que habla español. Respondes en una a tres frases cortas, amables y "
    "sinceras, como se habla: sin listas, sin símbolos y sin emojis. Si no sabes algo, lo dices.";

void frame_finish(struct frame *f)
{
    free(f->prefix);
    free(f->answer_cue);
    free(f->question_cue);
    *f = (struct frame){0};
}

/* Checks that all three were made. */
static enum sarai_status complete(struct frame *f, struct frame *out, struct sarai_error *err)
{
    if (!f->prefix || !f->answer_cue || !f->question_cue) {
        frame_finish(f);
        return out_of_memory(err, "frame");
    }
    *out = *f;
    return SARAI_OK;
}

enum sarai_status frame_few_shot(const char *persona, struct frame *out, struct sarai_error *err)
{
    struct frame f = {.lead = " ", .is_line = true};
    struct buf prefix = BUF_INIT(FRAME_MAX_BYTES);
    if (buf_text(&prefix, persona ? persona : few_shot_persona) && buf_text(&prefix, "\n\n") &&
        buf_text(&prefix, few_shot_examples) && buf_text(&prefix, "Persona:"))
        f.prefix = buf_take(&prefix);
    buf_finish(&prefix);
    f.answer_cue = strdup("\nSarai:");
    f.question_cue = strdup("\nPersona:");
    return complete(&f, out, err);
}

/* Placeholders that no template contains and none trims. */
#define FIRST_QUESTION  "@pregunta-1@"
#define FIRST_ANSWER    "@respuesta-1@"
#define SECOND_QUESTION "@pregunta-2@"

/* Cuts the rendered template at its placeholders. */
static bool cut(const char *text, struct frame *f)
{
    const char *question = strstr(text, FIRST_QUESTION);
    const char *answer = question ? strstr(question, FIRST_ANSWER) : NULL;
    const char *next = answer ? strstr(answer, SECOND_QUESTION) : NULL;
    if (!next)
        return false;
    const char *after_question = question + strlen(FIRST_QUESTION),
               *after_answer = answer + strlen(FIRST_ANSWER);
    f->prefix = strndup(text, (size_t)(question - text));
    f->answer_cue = strndup(after_question, (size_t)(answer - after_question));
    f->question_cue = strndup(after_answer, (size_t)(next - after_answer));
    return true;
}

enum sarai_status frame_chat(const struct llm *llm, const char *persona, struct frame *out,
                             struct sarai_error *err)
{
    struct frame f = {.lead = ""};
    struct buf text = BUF_INIT(FRAME_MAX_BYTES);
    const struct llm_message messages[] = {{"system", persona ? persona : chat_persona},
                                           {"user", FIRST_QUESTION},
                                           {"assistant", FIRST_ANSWER},
                                           {"user", SECOND_QUESTION}};
    enum sarai_status st = llm_chat(llm, messages, sizeof messages / sizeof *messages, true, &text, err);
    if (!st && !cut(buf_string(&text), &f))
        st = failed(err, SARAI_EMODEL,
                    tr("la plantilla de conversación de %s no admite un diálogo",
                       "the chat template of %s does not take a dialogue"),
                    llm_description(llm));
    buf_finish(&text);
    return st ? st : complete(&f, out, err);
}
