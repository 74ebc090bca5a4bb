#include "speak/reading/abbreviations.h"

#include <string.h>

enum {
    STOP = 1,   /* only with its full stop: without it, it is another word */
    TITLE = 2,  /* something always follows: its stop never ends a sentence */
    NAME = 4,   /* only before a capital letter */
    FIGURE = 8, /* only before a digit or a Roman numeral */
    ROMAN = 16, /* only before a Roman numeral */
};

struct abbreviation {
    const char *written, *read;
    unsigned flags;
};

/* Written without the last stop. The longer of two that begin alike stands first. */
static const struct abbreviation table[] = {
    {"Sres", "señores", TITLE},
    {"Sras", "señoras", TITLE},
    {"Srta", "señorita", TITLE},
    {"Sra", "señora", TITLE},
    {"Sr", "señor", TITLE},
    {"sra", "señora", STOP | TITLE},
    {"sr", "señor", STOP | TITLE},
    {"Dres", "doctores", TITLE},
    {"Dra", "doctora", TITLE},
    {"Dr", "doctor", TITLE},
    {"Dña", "doña", TITLE},
    {"Dª", "doña", TITLE},
    {"D", "don", STOP | TITLE | NAME},
    {"Profa", "profesora", TITLE},
    {"Prof", "profesor", STOP | TITLE},
    {"Lic", "licenciado", STOP | TITLE},
    {"Licda", "licenciada", TITLE},
    {"Ing", "ingeniero", STOP | TITLE},
    {"Arq", "arquitecto", STOP | TITLE},
    {"Mtra", "maestra", TITLE},
    {"Mtro", "maestro", TITLE},
    {"Gral", "general", TITLE},
    {"Cnel", "coronel", TITLE},
    {"Excmo", "excelentísimo", TITLE},
    {"Excma", "excelentísima", TITLE},
    {"Ilmo", "ilustrísimo", TITLE},
    {"Mª", "María", 0},
    {"Sto", "santo", STOP | TITLE | NAME},
    {"Sta", "santa", STOP | TITLE | NAME},
    {"Uds", "ustedes", 0},
    {"Ud", "usted", 0},
    {"Vds", "ustedes", 0},
    {"Vd", "usted", 0},
    {"EE. UU", "Estados Unidos", 0},
    {"EE.UU", "Estados Unidos", 0},
    {"EE UU", "Estados Unidos", 0},
    {"EEUU", "Estados Unidos", 0},
    {"E.U.A", "Estados Unidos", 0},
    {"JJ. OO", "Juegos Olímpicos", 0},
    {"JJ.OO", "Juegos Olímpicos", 0},
    {"JJOO", "Juegos Olímpicos", 0},
    {"CC. AA", "comunidades autónomas", 0},
    {"CC.AA", "comunidades autónomas", 0},
    {"CCAA", "comunidades autónomas", 0},
    {"FF. AA", "fuerzas armadas", 0},
    {"FF.AA", "fuerzas armadas", 0},
    {"RR. HH", "recursos humanos", 0},
    {"RR.HH", "recursos humanos", 0},
    {"RRHH", "recursos humanos", 0},
    {"CC. OO", "Comisiones Obreras", 0},
    {"CC.OO", "Comisiones Obreras", 0},
    {"CCOO", "Comisiones Obreras", 0},
    {"RR. SS", "redes sociales", 0},
    {"RRSS", "redes sociales", 0},
    {"DD. HH", "derechos humanos", 0},
    {"DDHH", "derechos humanos", 0},
    {"S. A", "ese a", STOP},
    {"S.A", "ese a", 0},
    {"S. L", "ese ele", STOP},
    {"S.L", "ese ele", 0},
    {"P. D", "posdata", STOP},
    {"P.D", "posdata", 0},
    {"D.F", "de efe", 0},
    {"p. ej", "por ejemplo", 0},
    {"p.ej", "por ejemplo", 0},
    {"P. ej", "por ejemplo", 0},
    {"p. m", "pe eme", STOP},
    {"a. m", "a eme", STOP},
    {"a. C", "antes de Cristo", 0},
    {"a.C", "antes de Cristo", 0},
    {"a. de C", "antes de Cristo", 0},
    {"d. C", "después de Cristo", 0},
    {"d.C", "después de Cristo", 0},
    {"d. de C", "después de Cristo", 0},
    {"etc", "etcétera", 0},
    {"Etc", "etcétera", 0},
    {"núm", "número", TITLE},
    {"Núm", "número", TITLE},
    {"nro", "número", STOP | TITLE},
    {"Nro", "número", STOP | TITLE},
    {"n.º", "número", TITLE},
    {"N.º", "número", TITLE},
    {"n.°", "número", TITLE},
    {"nº", "número", TITLE},
    {"Nº", "número", TITLE},
    {"n°", "número", TITLE},
    {"N°", "número", TITLE},
    {"No", "número", STOP | TITLE | FIGURE},
    {"págs", "páginas", TITLE},
    {"pág", "página", TITLE},
    {"Pág", "página", TITLE},
    {"pp", "páginas", STOP | TITLE | FIGURE},
    {"p", "página", STOP | TITLE | FIGURE},
    {"art", "artículo", STOP | TITLE | FIGURE},
    {"Art", "artículo", STOP | TITLE | FIGURE},
    {"cap", "capítulo", STOP | TITLE | FIGURE},
    {"Cap", "capítulo", STOP | TITLE | FIGURE},
    {"vol", "volumen", STOP | TITLE | FIGURE},
    {"fig", "figura", STOP | TITLE | FIGURE},
    {"ed", "edición", STOP},
    {"s", "siglo", STOP | TITLE | ROMAN},
    {"aprox", "aproximadamente", 0},
    {"máx", "máximo", STOP},
    {"mín", "mínimo", STOP},
    {"tfno", "teléfono", 0},
    {"tlf", "teléfono", 0},
    {"Tlf", "teléfono", 0},
    {"tel", "teléfono", STOP},
    {"Tel", "teléfono", STOP},
    {"móv", "móvil", STOP},
    {"ext", "extensión", STOP | FIGURE},
    {"avda", "avenida", TITLE},
    {"Avda", "avenida", TITLE},
    {"Av", "avenida", STOP | TITLE},
    {"av", "avenida", STOP | TITLE},
    {"pza", "plaza", TITLE},
    {"Pza", "plaza", TITLE},
    {"plza", "plaza", TITLE},
    {"ctra", "carretera", TITLE},
    {"Ctra", "carretera", TITLE},
    {"Blvr", "bulevar", STOP | TITLE},
    {"Col", "colonia", STOP | TITLE | NAME},
    {"C.P", "código postal", 0},
    {"c/c", "cuenta corriente", 0},
    {"c/u", "cada uno", 0},
    {"c/", "calle", TITLE},
    {"C/", "calle", TITLE},
    {"s/n", "sin número", 0},
    {"y/o", "y o", 0},
    {"dpto", "departamento", 0},
    {"Dpto", "departamento", 0},
    {"depto", "departamento", 0},
    {"izqda", "izquierda", 0},
    {"izda", "izquierda", 0},
    {"izq", "izquierda", 0},
    {"dcha", "derecha", 0},
    {"Cía", "compañía", STOP},
    {"admón", "administración", 0},
    {"atte", "atentamente", 0},
    {"Atte", "atentamente", 0},
    {"Fdo", "firmado", 0},
    {"vs", "contra", 0},
    {"cf", "compárese", STOP},
    {"ss", "siguientes", STOP},
    {"q. e. p. d", "que en paz descanse", 0},
    {"C++", "ce más más", 0},
    {"C#", "ce sostenido", 0},
    {"OK", "okey", 0},
    {"ok", "okey", 0},
};

static bool fits(const struct text *t, size_t end, unsigned flags)
{
    char last = t->s[end - 1];
    bool stopped = t->s[end] == '.';
    size_t next = text_skip_blank(t, end + (stopped ? 1 : 0));
    if (!text_is_edge(text_code(t, end)) && last != '/')
        return false;
    if (flags & STOP && !stopped)
        return false;
    if (flags & NAME && !text_is_upper(text_code(t, next)))
        return false;
    bool roman = next < t->n && strchr("IVX", t->s[next]);
    if (flags & FIGURE && !roman && !text_is_digit(text_code(t, next)))
        return false;
    if (flags & ROMAN && !roman)
        return false;
    return last != '/' || text_is_letter(text_code(t, text_skip_blank(t, end)));
}

/* The stop belongs to the abbreviation, and to the sentence too where that ends. */
static size_t skip_stop(const struct text *t, size_t end, unsigned flags)
{
    if (t->s[end] != '.' || t->s[end + 1] == '.')
        return end;
    size_t next = text_skip_blank(t, end + 1);
    uint32_t c = text_code(t, next);
    bool ends_sentence = next >= t->n || c == '\n' || c == 0xBF || c == 0xA1 || text_is_upper(c);
    return !(flags & TITLE) && ends_sentence ? end : end + 1;
}

size_t abbreviations_read(const struct text *t, size_t at, struct wording *w)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct abbreviation *a = &table[i];
        if (a->written[0] != t->s[at] || !text_starts(t, at, a->written))
            continue;
        size_t end = at + strlen(a->written);
        if (!fits(t, end, a->flags))
            continue;
        wording_say(w, a->read);
        return skip_stop(t, end, a->flags);
    }
    return 0;
}

bool abbreviations_has(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!(table[i].flags & FIGURE) && strlen(table[i].written) == n &&
            memcmp(table[i].written, word, n) == 0)
            return true;
    return false;
}
