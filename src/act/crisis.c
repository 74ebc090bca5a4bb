#include "act/crisis.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "act/first_words.h"
#include "act/spoken.h"

/* Phrases of words; "|" between alternatives. They are looked for anywhere in what was said. */
static const char *const self_harm[] = {
    "quiero|quisiera|prefiero|deseo|preferiria|gustaria|ganas morir|morirme",
    "ganas de morir|morirme|matarme|suicidarme",
    "quiero|pienso|pensado|pensando|voy|intento|intentado|intente|iba matarme|suicidarme",
    "quiero|pienso|pensado|pensando|voy|iba en|a matarme|suicidarme|morirme",
    "quitarme la vida",
    "quitarme de en medio",
    "suicidarme",
    "ahorcarme",
    "me quiero|quisiera|pienso morir|matar|suicidar",
    "me voy|vaya a matar|suicidar",
    "me he intentado matar|suicidar",
    "no quiero seguir viviendo|vivo|viva",
    "no quiero vivir|existir|despertar|despertarme",
    "no quiero estar vivo|viva",
    "no quiero seguir aqui",
    "ojala no despertara|despertase",
    "ojala no hubiera|hubiese nacido",
    "ojala me muera|muriera|muriese",
    "ojala estuviera|estuviese muerto|muerta",
    "desearia|quisiera|querria|gustaria estar muerto|muerta",
    "estaria mejor muerto|muerta",
    "estarian|estariais|estaria mejor sin mi",
    "no merece|vale la pena vivir|seguir",
    "no merece|vale la pena seguir viviendo",
    "no tengo ganas de vivir",
    "sin|ninguna|pocas ganas de vivir",
    "no tengo motivos|razones para vivir",
    "no le veo|encuentro sentido a la vida",
    "no le veo|encuentro sentido a vivir",
    "no le veo|encuentro sentido a mi vida",
    "mi vida no tiene sentido",
    "mi vida no vale nada",
    "acabar con mi vida",
    "acabar con la vida",
    "acabar con todo",
    "terminar con mi vida",
    "hacerme dano|daño",
    "me hago dano|daño",
    "me corto los|las brazos|munecas|muñecas|piernas|venas",
    "cortarme las|los venas|munecas|muñecas|brazos",
    "me he cortado las|los venas|munecas|muñecas|brazos",
    "tirarme por|desde|de la|el|un|una ventana|balcon|puente|azotea|tejado",
    "tirarme al|a metro|tren|vias",
    "tirarme a las vias",
    "me voy a tirar por|desde|al",
    "tomarme todas las pastillas",
    "tomarme un|el bote|frasco de pastillas",
    "me he tomado|tragado todas las pastillas",
    "me he tomado|tragado muchas pastillas",
    "me he tomado|tragado un bote|frasco de pastillas",
    "pensamientos|ideas suicidas",
    "pensamientos|ideas de suicidio",
};

static const char *const emergencies[] = {
    "me estan|esta pegando|atacando|agrediendo|apunalando|apuñalando|violando",
    "me quiere|quieren matar",
    "me va|van a matar",
    "hay un|una incendio|intruso|ladron en mi|casa|la",
    "hay alguien dentro de casa|mi",
    "hay fuego en",
    "esta ardiendo mi|la casa|cocina",
    "se quema mi|la casa|cocina",
    "se esta quemando mi|la casa|cocina",
    "no respira",
    "no puedo respirar",
    "ha dejado de respirar",
    "dando un infarto|ictus|ataque",
    "esta inconsciente",
    "desmayado y no responde|reacciona|despierta",
    "esta desangrando|ahogando|asfixiando",
    "estoy desangrando|ahogando|asfixiando",
    "llama a una|la ambulancia|policia",
    "llama a los bomberos",
    "llama a emergencias",
    "llama al 112|911|061|091",
    "necesito una ambulancia",
    "que venga una|la ambulancia|policia",
};

/* Manners of speaking: they are taken out before the rest is looked through. */
static const char *const sayings[] = {
    "me|de muero|morirme|morir de risa|ganas|hambre|sueno|sueño|calor|frio|envidia|sed|gusto",
    "me|de muero|morirme|morir de verguenza|vergüenza|aburrimiento|miedo|amor|pena",
    "matarme a trabajar|estudiar|correr",
    "matarme trabajando|estudiando|corriendo",
    "matar|matarme de risa|aburrimiento|hambre",
    "acabar con todo el|lo|este|esto|eso",
    "la vida de los|las|otros|mi|tu|su",
};

/* One list by the words that its phrases may begin with. */
struct listed {
    const char *const *phrases;
    struct first_words by_first_word;
};

static struct listed listed_sayings = {.phrases = sayings}, listed_harm = {.phrases = self_harm},
                     listed_emergencies = {.phrases = emergencies};

static void index_list(struct listed *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        first_words_add(&list->by_first_word, list->phrases[i], i);
    first_words_sort(&list->by_first_word);
}

static void index_lists(void)
{
    index_list(&listed_sayings, sizeof sayings / sizeof *sayings);
    index_list(&listed_harm, sizeof self_harm / sizeof *self_harm);
    index_list(&listed_emergencies, sizeof emergencies / sizeof *emergencies);
}

/* How many words one of the list's phrases takes at `at`; 0: none of them stands there. */
static size_t phrase_at(const struct spoken *s, size_t at, const struct listed *list)
{
    const struct first_words *f = &list->by_first_word;
    size_t n = 0, phrase, place = first_words_find(f, s->word[at]);
    for (; !n && (phrase = first_words_at(f, place, s->word[at])) != FIRST_WORDS_NONE; place++)
        n = spoken_match(s, at, list->phrases[phrase]);
    return n;
}

static bool any(const struct spoken *s, const struct listed *list)
{
    size_t at = 0;
    while (at < s->n && !phrase_at(s, at, list))
        at++;
    return at < s->n;
}

static void take_out(struct spoken *s, const struct listed *list)
{
    for (size_t at = 0; at < s->n; at++)
        for (size_t words = phrase_at(s, at, list); words > 0; words--)
            s->word[at + words - 1] = "";
}

enum crisis crisis_find(const char *text)
{
    char part[SPOKEN_BYTES];
    struct spoken s;
    size_t n = strnlen(text, SPOKEN_BYTES * 64);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, index_lists);
    /* A long text is looked through in pieces that overlap. */
    for (size_t from = 0; from == 0 || from < n; from += SPOKEN_BYTES / 8) {
        snprintf(part, sizeof part, "%.*s", SPOKEN_BYTES / 4, text + from);
        if (!spoken_split(part, &s))
            continue;
        take_out(&s, &listed_sayings);
        if (any(&s, &listed_harm))
            return CRISIS_SELF_HARM;
        if (any(&s, &listed_emergencies))
            return CRISIS_EMERGENCY;
    }
    return CRISIS_NONE;
}

/* Lines for people who think of suicide, free and day and night, and emergency numbers. Sources: Ministerio
 * de Sanidad (ES, 024); Secretaría de Salud, Línea de la Vida (MX); 988 Suicide & Crisis Lifeline (US);
 * Ministerio de Salud (AR 135 in Buenos Aires, else 0800 345 1435; CL *4141); Línea 106 (CO); Línea 113 (PE).
 */
static const struct help {
    const char *country, *line, *emergency;
} helps[] = {
    {"ES", "024", "112"},     {"MX", "8 0 0, 9 1 1, 2 0 0 0", "9 1 1"}, {"US", "9 8 8", "9 1 1"},
    {"AR", "1 3 5", "9 1 1"}, {"CL", "asterisco 4 1 4 1", "1 3 1"},     {"CO", "1 0 6", "1 2 3"},
    {"PE", "1 1 3", "1 1 6"},
};

bool crisis_reply(const char *text, const char *country, char *out, size_t n)
{
    enum crisis found = crisis_find(text);
    const struct help *help = NULL;
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++)
        if (strcmp(helps[i].country, country) == 0)
            help = &helps[i];
    const char *emergency = help ? help->emergency : "112";
    if (found == CRISIS_EMERGENCY)
        snprintf(out, n, "Si hay peligro, llama ahora mismo al %s. Yo no puedo llamar por ti.", emergency);
    else if (found == CRISIS_SELF_HARM && help)
        snprintf(out, n,
                 "Siento mucho que estés así, y me alegro de que lo digas. Llama ahora al %s: te escuchan "
                 "gratis, a "
                 "cualquier hora. Si estás en peligro, llama al %s.",
                 help->line, emergency);
    else if (found == CRISIS_SELF_HARM)
        snprintf(out, n,
                 "Siento mucho que estés así, y me alegro de que lo digas. Habla ahora con alguien de "
                 "confianza, y si estás "
                 "en peligro llama al %s.",
                 emergency);
    return found != CRISIS_NONE;
}
