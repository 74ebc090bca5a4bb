#include "speak/reading/measures.h"

#include <stdio.h>
#include <string.h>

enum {
    FEMININE = 1,
    ALONE = 2, /* known without a number too: it spells no word */
};

struct unit {
    const char *sign, *one, *many;
    unsigned flags;
};

/* A sign that begins like another stands before it. A degree is Celsius unless it says otherwise. */
static const struct unit units[] = {
    {"km/h", "kilómetro por hora", "kilómetros por hora", ALONE},
    {"km²", "kilómetro cuadrado", "kilómetros cuadrados", ALONE},
    {"km2", "kilómetro cuadrado", "kilómetros cuadrados", ALONE},
    {"kms", "kilómetro", "kilómetros", ALONE},
    {"km", "kilómetro", "kilómetros", ALONE},
    {"cm²", "centímetro cuadrado", "centímetros cuadrados", ALONE},
    {"cm2", "centímetro cuadrado", "centímetros cuadrados", ALONE},
    {"cm³", "centímetro cúbico", "centímetros cúbicos", ALONE},
    {"cm3", "centímetro cúbico", "centímetros cúbicos", ALONE},
    {"cm", "centímetro", "centímetros", ALONE},
    {"cc", "centímetro cúbico", "centímetros cúbicos", 0},
    {"mm", "milímetro", "milímetros", ALONE},
    {"µm", "micra", "micras", FEMININE | ALONE},
    {"m²", "metro cuadrado", "metros cuadrados", ALONE},
    {"m2", "metro cuadrado", "metros cuadrados", ALONE},
    {"m³", "metro cúbico", "metros cúbicos", ALONE},
    {"m3", "metro cúbico", "metros cúbicos", ALONE},
    {"m/s", "metro por segundo", "metros por segundo", ALONE},
    {"mph", "milla por hora", "millas por hora", FEMININE | ALONE},
    {"mg", "miligramo", "miligramos", ALONE},
    {"ml", "mililitro", "mililitros", ALONE},
    {"mL", "mililitro", "mililitros", ALONE},
    {"min", "minuto", "minutos", 0},
    {"ms", "milisegundo", "milisegundos", 0},
    {"mAh", "miliamperio hora", "miliamperios hora", ALONE},
    {"mA", "miliamperio", "miliamperios", ALONE},
    {"m", "metro", "metros", 0},
    {"ha", "hectárea", "hectáreas", FEMININE},
    {"hPa", "hectopascal", "hectopascales", ALONE},
    {"hab", "habitante", "habitantes", 0},
    {"hrs", "hora", "horas", FEMININE},
    {"hs", "hora", "horas", FEMININE},
    {"h", "hora", "horas", FEMININE},
    {"kg", "kilo", "kilos", ALONE},
    {"Kg", "kilo", "kilos", ALONE},
    {"kWh", "kilovatio hora", "kilovatios hora", ALONE},
    {"kW", "kilovatio", "kilovatios", ALONE},
    {"kHz", "kilohercio", "kilohercios", ALONE},
    {"kB", "kilobyte", "kilobytes", ALONE},
    {"KB", "kilobyte", "kilobytes", ALONE},
    {"kcal", "kilocaloría", "kilocalorías", FEMININE | ALONE},
    {"kJ", "kilojulio", "kilojulios", ALONE},
    {"g", "gramo", "gramos", 0},
    {"gr", "gramo", "gramos", 0},
    {"t", "tonelada", "toneladas", FEMININE},
    {"l", "litro", "litros", 0},
    {"L", "litro", "litros", 0},
    {"cl", "centilitro", "centilitros", ALONE},
    {"dl", "decilitro", "decilitros", 0},
    {"s", "segundo", "segundos", 0},
    {"seg", "segundo", "segundos", 0},
    {"W", "vatio", "vatios", 0},
    {"V", "voltio", "voltios", 0},
    {"MW", "megavatio", "megavatios", ALONE},
    {"GW", "gigavatio", "gigavatios", ALONE},
    {"Hz", "hercio", "hercios", ALONE},
    {"MHz", "megahercio", "megahercios", ALONE},
    {"GHz", "gigahercio", "gigahercios", ALONE},
    {"MB", "megabyte", "megabytes", ALONE},
    {"GB", "gigabyte", "gigabytes", ALONE},
    {"TB", "terabyte", "terabytes", ALONE},
    {"Mbps", "megabit por segundo", "megabits por segundo", ALONE},
    {"Mb/s", "megabit por segundo", "megabits por segundo", ALONE},
    {"MB/s", "megabyte por segundo", "megabytes por segundo", ALONE},
    {"cal", "caloría", "calorías", FEMININE},
    {"Pa", "pascal", "pascales", 0},
    {"dB", "decibelio", "decibelios", ALONE},
    {"lb", "libra", "libras", FEMININE},
    {"oz", "onza", "onzas", FEMININE},
    {"px", "píxel", "píxeles", 0},
    {"rpm", "revolución por minuto", "revoluciones por minuto", FEMININE | ALONE},
    {"CV", "caballo", "caballos", 0},
    {"°C", "grado", "grados", ALONE},
    {"° C", "grado", "grados", ALONE},
    {"ºC", "grado", "grados", ALONE},
    {"º C", "grado", "grados", ALONE},
    {"°F", "grado Fahrenheit", "grados Fahrenheit", ALONE},
    {"ºF", "grado Fahrenheit", "grados Fahrenheit", ALONE},
    {"°", "grado", "grados", ALONE},
    {"º", "grado", "grados", 0},
};

struct currency {
    const char *sign, *one, *many;
    unsigned flags;
    const char *cent, *cents;
    const char *times; /* "millones" of M€; NULL */
};

/* "$" is the region's: the first entry of it in Spain, the second in Mexico. */
static const struct currency currencies[] = {
    {"M€", "euro", "euros", 0, "céntimo", "céntimos", "millones"},
    {"k€", "euro", "euros", 0, "céntimo", "céntimos", "mil"},
    {"€", "euro", "euros", 0, "céntimo", "céntimos", NULL},
    {"EUR", "euro", "euros", 0, "céntimo", "céntimos", NULL},
    {"US$", "dólar", "dólares", 0, "centavo", "centavos", NULL},
    {"USD", "dólar", "dólares", 0, "centavo", "centavos", NULL},
    {"MX$", "peso", "pesos", 0, "centavo", "centavos", NULL},
    {"MXN", "peso", "pesos", 0, "centavo", "centavos", NULL},
    {"M$", "dólar", "dólares", 0, "centavo", "centavos", "millones"},
    {"$", "dólar", "dólares", 0, "centavo", "centavos", NULL},
    {"$", "peso", "pesos", 0, "centavo", "centavos", NULL},
    {"£", "libra", "libras", FEMININE, "penique", "peniques", NULL},
    {"GBP", "libra", "libras", FEMININE, "penique", "peniques", NULL},
    {"¥", "yen", "yenes", 0, "sen", "senes", NULL},
    {"JPY", "yen", "yenes", 0, "sen", "senes", NULL},
    {"¢", "centavo", "centavos", 0, "", "", NULL},
    {"cts", "céntimo", "céntimos", 0, "", "", NULL},
};

static bool stands(const struct text *t, size_t at, const char *sign)
{
    size_t end = at + strlen(sign);
    return text_starts(t, at, sign) && text_is_edge(text_code(t, end));
}

static const struct unit *find_unit(const struct text *t, size_t at)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].sign[0] == t->s[at] && stands(t, at, units[i].sign))
            return &units[i];
    return NULL;
}

/* `before_number`: a digit may follow directly. */
static const struct currency *find_currency(const struct text *t, size_t at, bool before_number,
                                            enum normaliser_region region)
{
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
        const struct currency *c = &currencies[i];
        if (c->sign[0] != t->s[at] || !(before_number ? text_starts(t, at, c->sign) : stands(t, at, c->sign)))
            continue;
        return c->sign[0] == '$' && region == NORMALISER_MX ? c + 1 : c;
    }
    return NULL;
}

static enum number_form form_of(unsigned flags)
{
    return flags & FEMININE ? NUMBER_FEMININE : NUMBER_MASCULINE;
}

/* "/h", "/mes", "/persona" behind a unit. */
static size_t read_per(const struct text *t, size_t at, struct wording *w)
{
    char word[TEXT_WORD_BYTES];
    if (t->s[at] != '/' || !text_is_letter(text_code(t, at + 1)))
        return at;
    const struct unit *unit = find_unit(t, at + 1);
    size_t end = text_next_word(t, at + 1, word);
    if (!unit && !*word)
        return at;
    wording_say(w, "por");
    wording_say(w, unit ? unit->one : word);
    return unit ? at + 1 + strlen(unit->sign) : end;
}

/* ---- units ------------------------------------------------------------------------------------ */

/* "5 kg. de": the stop of an abbreviation, when the sentence goes on. */
static size_t skip_stop(const struct text *t, size_t at)
{
    bool goes_on = t->s[at] == '.' && t->s[at + 1] == ' ' && text_is_lower(text_code(t, at + 2));
    return goes_on ? at + 1 : at;
}

static size_t read_unit(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t at = text_skip_blank(t, f->end);
    const struct unit *unit = find_unit(t, at);
    if (!unit)
        return 0;
    figure_say(f, t, form_of(unit->flags), w);
    wording_say(w, f->whole == 1 && !f->mark ? unit->one : unit->many);
    return read_per(t, skip_stop(t, at + strlen(unit->sign)), w);
}

/* Half of a thing takes its gender, other parts are parts of it. */
size_t measures_read_part(const struct text *t, size_t at, unsigned numerator, unsigned denominator,
                          struct wording *w)
{
    char words[NUMBER_BYTES];
    size_t begin = text_skip_blank(t, at);
    const struct unit *unit = find_unit(t, begin);
    if (!unit || !number_fraction(numerator, denominator, words))
        return 0;
    if (numerator == 1 && denominator == 2)
        wording_say(w, unit->flags & FEMININE ? "media" : "medio");
    else {
        wording_say(w, words);
        wording_say(w, "de");
    }
    wording_say(w, unit->one);
    return skip_stop(t, begin + strlen(unit->sign));
}

/* ---- money ------------------------------------------------------------------------------------ */

/* Euros leave the word for cents out, as people do ("doce con cincuenta"), unless they would be mistaken. */
static void say_cents(const struct figure *f, const struct text *t, const struct currency *c,
                      struct wording *w)
{
    char words[NUMBER_BYTES];
    unsigned cents = figure_value(t, f->fraction, f->fraction + 2);
    if (f->whole > 0)
        wording_say(w, "con");
    else if (f->negative)
        wording_say(w, "menos");
    wording_say(w, number_cardinal(cents, NUMBER_MASCULINE, words));
    if (f->whole == 0 || cents < 10 || w->region == NORMALISER_MX || cents % 10 == 1)
        wording_say(w, cents == 1 ? c->cent : c->cents);
}

static void say_money(const struct figure *f, const struct text *t, const struct currency *c,
                      struct wording *w)
{
    bool has_cents = f->n_fraction == 2 && *c->cents && !c->times;
    bool zero_cents = has_cents && figure_value(t, f->fraction, f->fraction + 2) == 0;
    struct figure whole = *f;
    if (has_cents)
        whole.mark = 0;
    if (!has_cents || f->whole > 0 || zero_cents) {
        figure_say(&whole, t, c->times ? NUMBER_MASCULINE : form_of(c->flags), w);
        if (c->times)
            wording_say(w, c->times[1] == 'i' && f->whole == 1 && !f->mark ? "millón" : c->times);
        bool millions = c->times ? strcmp(c->times, "mil") != 0
                                 : !whole.mark && f->whole >= 1000000 && f->whole % 1000000 == 0;
        if (millions)
            wording_say(w, "de");
        wording_say(w, f->whole == 1 && !whole.mark && !c->times ? c->one : c->many);
    }
    if (has_cents && !zero_cents)
        say_cents(f, t, c, w);
}

static size_t read_money(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t at = text_skip_blank(t, f->end);
    const struct currency *c = find_currency(t, at, false, w->region);
    if (!c)
        return 0;
    say_money(f, t, c, w);
    return read_per(t, at + strlen(c->sign), w);
}

size_t measures_read(const struct text *t, const struct figure *f, struct wording *w)
{
    size_t end = read_money(t, f, w);
    return end ? end : read_unit(t, f, w);
}

/* "$3 millones", "€2 mil": the words between the number and its currency. Returns their end, 0 for none. */
static size_t read_multiple(const struct text *t, const struct figure *f, const struct currency *c,
                            struct wording *w)
{
    static const char *const millions[] = {"millón", "millones", "billón", "billones"};
    char word[TEXT_WORD_BYTES];
    size_t end = text_next_word(t, f->end, word);
    if (text_starts(t, f->end, "M") && text_is_edge(text_code(t, f->end + 1)))
        snprintf(word, sizeof word, "%s", f->whole == 1 && !f->mark ? "millón" : "millones");
    bool is_thousand = strcmp(word, "mil") == 0, is_million = false;
    for (size_t i = 0; i < sizeof millions / sizeof *millions; i++)
        is_million = is_million || strcmp(word, millions[i]) == 0;
    if (!is_thousand && !is_million)
        return 0;
    figure_say(f, t, NUMBER_MASCULINE, w);
    wording_say(w, word);
    if (is_thousand) {
        size_t next = text_next_word(t, end, word);
        if (strcmp(word, "millones") == 0) {
            wording_say(w, word);
            is_million = true;
            end = next;
        }
    }
    if (is_million)
        wording_say(w, "de");
    wording_say(w, c->many);
    return end;
}

size_t measures_read_prefixed(const struct text *t, size_t at, struct wording *w)
{
    bool negative = t->s[at] == '-' && text_is_edge(text_before(t, at));
    const struct currency *c = find_currency(t, at + negative, true, w->region);
    if (!c || text_is_letter(text_before(t, at)))
        return 0;
    size_t begin = text_skip_blank(t, at + negative + strlen(c->sign));
    if (!text_is_digit(text_code(t, begin)))
        return 0;
    struct figure f;
    figure_lex(t, begin, w->region, &f);
    f.negative = negative;
    if (f.dotted)
        return 0;
    size_t end = read_multiple(t, &f, c, w);
    if (end)
        return end;
    say_money(&f, t, c, w);
    end = text_skip_blank(t, f.end);
    const struct currency *again = find_currency(t, end, false, w->region); /* "$50 MXN" */
    return read_per(t, again ? end + strlen(again->sign) : f.end, w);
}

size_t measures_read_alone(const struct text *t, size_t at, struct wording *w)
{
    const struct currency *c = find_currency(t, at, false, w->region);
    const struct unit *unit = find_unit(t, at);
    if (c && !c->times) {
        wording_say(w, c->many);
        return read_per(t, at + strlen(c->sign), w);
    }
    if (!unit || !(unit->flags & ALONE))
        return 0;
    wording_say(w, unit->many);
    return read_per(t, at + strlen(unit->sign), w);
}
