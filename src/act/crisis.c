#include "act/crisis.h"

#include <stdio.h>
#include <string.h>

#include "act/spoken.h"

/* Phrases of words; "|" between alternatives. They are looked for anywhere in what was said. */
static const char *const self_harm[] = {
    "quiero|quisiera|queria|quiere|prefiero|deseo|preferiria|gustaria|ganas morir|morirme|morirse",
    "ganas de morir|morirme|matarme|suicidarme|vivir",
    "quiero|pienso|penso|pensado|pensando|piensa|voy|intento|intentado|intente|gustaria|iba|decidido|apetece "
    "matarme|suicidarme",
    "quiero|pienso|pensado|pensando|voy|intentado|intente|iba|ganas|decidido en|a|de|con|por "
    "matarme|suicidarme|morirme",
    "quiero|pienso|pensado|pensando|voy|intentado|intente|ganas en|a|de quitarme la vida",
    "quitarme la vida",
    "quitarme de en medio",
    "me quiero|quisiera|voy|pienso morir|matar|suicidar",
    "me voy|vaya a matar|suicidar|quitar",
    "me he intentado matar|suicidar",
    "no quiero seguir viviendo|vivo|viva|aqui",
    "no quiero vivir",
    "no quiero vivir mas",
    "ya no quiero vivir",
    "no quiero estar vivo|viva",
    "no quiero existir",
    "no quiero despertar|despertarme|levantarme mas|nunca",
    "ojala no despertara|despertase|hubiera|hubiese",
    "ojala me muera|muriera|muriese",
    "ojala estuviera|estuviese muerto|muerta",
    "desearia|quisiera|querria|gustaria estar muerto|muerta",
    "estaria|estarian mejor muerto|muerta",
    "estarian|estariais|estaria mejor sin mi",
    "no merece|vale la pena vivir|seguir",
    "no vale|merece la pena que viva",
    "no tengo ganas|motivos|razones de|para vivir",
    "no le veo|encuentro sentido a la|mi vida|vivir",
    "mi vida no tiene|merece sentido|nada",
    "acabar con mi|la vida",
    "acabar con todo",
    "terminar con mi vida",
    "hacerme dano|daño",
    "hago|hice|hacerme|hacer dano|daño a mi mismo|misma",
    "me hago dano|daño",
    "me corto los|las brazos|brazo|munecas|muñecas|piernas",
    "cortarme las|los venas|munecas|muñecas|brazos",
    "me he cortado las|los venas|munecas|muñecas|brazos",
    "tirarme por|desde|de la|el|un|una ventana|balcon|puente|azotea|tejado",
    "tirarme al|a metro|tren|vias",
    "me voy a tirar por|desde",
    "ahorcarme",
    "suicidarme",
    "tomarme todas|todo las|los|el pastillas|medicamentos|bote",
    "me he tomado|tragado todas|muchas|un las|pastillas|bote",
    "me he tomado|tragado un bote|frasco de pastillas",
    "pensamientos suicidas|de suicidio",
    "ideas suicidas|de suicidio",
};

static const char *const emergencies[] = {
    "me estan|esta pegando|atacando|agrediendo|apunalando|apuñalando|violando",
    "me quiere|quieren matar",
    "me va|van a matar",
    "hay un|una incendio|intruso|ladron en mi|casa|la",
    "hay fuego en",
    "esta ardiendo mi|la casa|cocina",
    "se quema mi|la casa|cocina",
    "no respira",
    "no puedo respirar",
    "ha dejado de respirar",
    "le esta|ha dando|dado un infarto|ictus",
    "me esta|creo dando|que un|me infarto|ictus|esta",
    "se ha desmayado y no",
    "esta inconsciente",
    "se esta desangrando|ahogando|asfixiando",
    "me estoy desangrando|ahogando|asfixiando",
    "llama a una|la ambulancia|policia",
    "llama a los bomberos",
    "llama a emergencias",
    "llama al 112|911|061|091",
    "necesito una ambulancia",
    "necesito que venga una|la ambulancia|policia",
};

/* What turns the words around: about somebody else's book, a manner of speaking. */
static const char *const not_meant[] = {
    "me muero|morirme|morir de "
    "risa|ganas|hambre|sueno|sueño|calor|frio|verguenza|vergüenza|envidia|sed|aburrimiento|gusto",
    "mato|matarme|matando a trabajar|estudiar|correr",
    "matarme trabajando|estudiando|corriendo",
    "quieren|quiere|va|van matar|a de|matar risa|de|aburrimiento risa",
    "matar de risa|aburrimiento|hambre",
    "acabar con todo el|lo|este|esto",
    "no quiero morir|morirme",
    "pelicula|libro|novela|cancion|serie|personaje|titulo",
    "ejercicio|carrera|correr|escaleras|deporte",
};

static bool any(const struct spoken *s, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < s->n; at++)
            if (spoken_match(s, at, phrases[i]))
                return true;
    return false;
}

#define ANY(s, list) any(s, list, sizeof(list) / sizeof *(list))

enum crisis crisis_find(const char *text)
{
    char part[SPOKEN_BYTES];
    struct spoken s;
    size_t n = strnlen(text, SPOKEN_BYTES * 64);
    /* A long text is looked through in pieces that overlap. */
    for (size_t from = 0; from == 0 || from < n; from += SPOKEN_BYTES / 4) {
        snprintf(part, sizeof part, "%.*s", SPOKEN_BYTES / 2, text + from);
        if (!spoken_split(part, &s))
            continue;
        if (ANY(&s, not_meant))
            continue;
        if (ANY(&s, self_harm))
            return CRISIS_SELF_HARM;
        if (ANY(&s, emergencies))
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
    {"ES", "0 2 4", "1 1 2"}, {"MX", "8 0 0, 9 1 1, 2 0 0 0", "9 1 1"}, {"US", "9 8 8", "9 1 1"},
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
    const char *emergency = help ? help->emergency : "1 1 2";
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
