#include "act/calculator.h"

#include <stdio.h>
#include <string.h>

enum { MOST_FIGURES = 15, SUM_DECIMALS = 4, UNIT_DECIMALS = 2, MOST_DEPTH = 16 };

/* ---- sums ------------------------------------------------------------------------------------- */

/* A parser by recursive descent over the words: sum → product → power → value. What goes wrong is remembered
 * once. */
struct sums {
    const struct spoken *s;
    size_t at, to;
    int depth, operations;
    const char *fault; /* NULL: none */
    bool is_percent;   /* the last value was "N por ciento", of nothing in particular */
};

static const char not_understood[] = "no entiendo la cuenta",
                  too_big[] = "esa cuenta se me sale de la pizarra",
                  by_zero[] = "no se puede dividir entre cero";

static struct rational *parse_sum(struct sums *p);

static struct rational *fault(struct sums *p, struct rational *value, const char *why)
{
    rational_close(value);
    p->fault = p->fault ? p->fault : why;
    return NULL;
}

static bool take(struct sums *p, const char *phrase)
{
    size_t n = spoken_match(p->s, p->at, phrase);
    if (n == 0 || p->at + n > p->to)
        return false;
    p->at += n;
    return true;
}

static struct rational *to_rational(const struct number *n)
{
    char text[64];
    snprintf(text, sizeof text, "%llu%s%s", (unsigned long long)n->whole, n->decimals[0] ? "." : "",
             n->decimals);
    return rational_open(text);
}

/* value × text, or ÷ */
static struct rational *scaled(struct sums *p, struct rational *value, const char *factor)
{
    struct rational *f = value ? rational_open(factor) : NULL;
    bool ok = f && rational_multiply(value, f);
    rational_close(f);
    p->operations++;
    return !value ? NULL : ok ? value : fault(p, value, too_big);
}

static struct rational *parse_value(struct sums *p);

/* "la mitad de", "el doble de", "raíz cuadrada de" … and what they are of. NULL with *is_one false: none
 * stands here. */
static struct rational *parse_part(struct sums *p, bool *is_one)
{
    static const struct {
        const char *phrase, *factor;
    } parts[] = {{"mitad de", "1/2"},       {"tercio de", "1/3"},        {"cuarto de", "1/4"},
                 {"quinto de", "1/5"},      {"decima parte de", "1/10"}, {"doble de", "2"},
                 {"triple de", "3"},        {"cuadruple de", "4"},       {"tercera parte de", "1/3"},
                 {"cuarta parte de", "1/4"}};
    size_t start = p->at;
    take(p, "la|el|un");
    *is_one = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (take(p, parts[i].phrase))
            return scaled(p, parse_value(p), parts[i].factor);
    if (take(p, "raiz cuadrada de") || take(p, "raiz de")) {
        struct rational *value = parse_value(p);
        p->operations++;
        return !value || rational_root(value) ? value : fault(p, value, "esa raíz no es un número real");
    }
    *is_one = false;
    p->at = start;
    return NULL;
}

/* "18 por ciento de 250", "18 por ciento" */
static struct rational *parse_percent(struct sums *p, struct rational *value)
{
    value = scaled(p, value, "1/100");
    if (!take(p, "de")) {
        p->is_percent = true;
        return value;
    }
    struct rational *of = value ? parse_value(p) : NULL;
    bool ok = of && rational_multiply(value, of);
    rational_close(of);
    p->is_percent = false;
    return ok ? value : fault(p, value, p->fault ? p->fault : too_big);
}

static struct rational *parse_value(struct sums *p)
{
    struct number number;
    bool is_part;
    if (++p->depth > MOST_DEPTH || p->at >= p->to)
        return fault(p, NULL, not_understood);
    struct rational *value = parse_part(p, &is_part);
    if (!is_part && (take(p, "menos") || take(p, "-"))) {
        value = parse_value(p);
        value = value ? scaled(p, value, "-1") : NULL;
    } else if (!is_part && take(p, "(")) {
        value = parse_sum(p);
        if (value && !take(p, ")"))
            value = fault(p, value, not_understood);
    } else if (!is_part) {
        take(p, "el|la");
        size_t n = spoken_number(p->s, p->at, &number);
        if (n == 0 || p->at + n > p->to)
            return fault(p, NULL, not_understood);
        p->at += n;
        value = to_rational(&number);
        bool is_factor = spoken_match(p->s, p->at, "por ciento") &&
                         spoken_number(p->s, p->at + 2, &number); /* ciento dos */
        if (!is_factor && (take(p, "por ciento") || take(p, "%")))
            value = parse_percent(p, value);
    }
    p->depth--;
    return value ? value : fault(p, NULL, not_understood);
}

static struct rational *parse_power(struct sums *p)
{
    struct rational *value = parse_value(p), *exponent = NULL;
    if (!value)
        return NULL;
    if (take(p, "al cuadrado"))
        exponent = rational_open("2");
    else if (take(p, "al cubo"))
        exponent = rational_open("3");
    else if (take(p, "elevado a la") || take(p, "elevado a") || take(p, "^"))
        exponent = parse_value(p);
    else
        return value;
    bool ok = exponent && rational_power(value, exponent);
    rational_close(exponent);
    p->operations++;
    return ok ? value : fault(p, value, too_big);
}

static struct rational *parse_product(struct sums *p)
{
    struct rational *value = parse_power(p);
    while (value) {
        bool divides = take(p, "entre") || take(p, "dividido entre|por|para") || take(p, "/");
        if (!divides && !take(p, "multiplicado por") && !take(p, "por") && !take(p, "*") && !take(p, "x") &&
            !take(p, "veces"))
            return value;
        struct rational *other = parse_power(p);
        if (!other)
            return fault(p, value, not_understood);
        bool ok = divides ? rational_divide(value, other) : rational_multiply(value, other);
        struct rational *zero = divides && !ok ? rational_open("0") : NULL;
        bool is_zero = zero && rational_compare(other, zero) == 0;
        rational_close(zero);
        rational_close(other);
        p->operations++;
        if (!ok)
            return fault(p, value, is_zero ? by_zero : too_big);
    }
    return NULL;
}

static struct rational *parse_sum(struct sums *p)
{
    struct rational *value = parse_product(p);
    while (value) {
        bool adds = take(p, "mas") || take(p, "+");
        if (!adds && !take(p, "menos") && !take(p, "-"))
            return value;
        p->is_percent = false;
        struct rational *other = parse_product(p);
        if (!other)
            return fault(p, value, not_understood);
        bool ok = !p->is_percent || rational_multiply(other, value); /* "cien más el 21 por ciento" */
        ok = ok && (adds ? rational_add(value, other) : rational_subtract(value, other));
        rational_close(other);
        p->operations++;
        p->is_percent = false;
        if (!ok)
            return fault(p, value, too_big);
    }
    return NULL;
}

static struct rational *parse(struct sums *p)
{
    struct rational *value = parse_sum(p);
    return value && p->at < p->to ? fault(p, value, not_understood) : value;
}

bool calculator_is_sum(const struct spoken *s, size_t from, size_t to)
{
    struct sums p = {.s = s, .at = from, .to = to};
    struct rational *value = parse(&p);
    rational_close(value);
    return p.operations > 0 && p.fault != not_understood;
}

/* Fails where the number is too long to be said. */
static enum sarai_status tell(const struct rational *value, int decimals, struct calculated *out,
                              struct sarai_error *err)
{
    bool ok = rational_write(value, decimals, out->value, sizeof out->value, &out->is_rounded);
    for (int more = decimals + 2;
         ok && out->is_rounded && strcmp(out->value, "0") == 0 && more <= RATIONAL_DECIMALS; more += 2)
        ok = rational_write(value, more, out->value, sizeof out->value, &out->is_rounded);
    if (!ok || strcspn(out->value, ",") > MOST_FIGURES)
        return failed(err, SARAI_EINPUT, "%s", tr(too_big, "that sum does not fit on my slate"));
    return SARAI_OK;
}

enum sarai_status calculator_sum(const char *sum, struct calculated *out, struct sarai_error *err)
{
    struct spoken s;
    struct calculated c = {.unit = ""};
    if (!spoken_split(sum, &s))
        return failed(err, SARAI_EINPUT, "%s", tr(not_understood, "I do not understand the sum"));
    struct sums p = {.s = &s, .to = s.n};
    struct rational *value = parse(&p);
    if (!value)
        return failed(err, SARAI_EINPUT, "%s", p.fault ? p.fault : not_understood);
    enum sarai_status st = tell(value, SUM_DECIMALS, &c, err);
    rational_close(value);
    if (!st)
        *out = c;
    return st;
}

/* ---- units ------------------------------------------------------------------------------------ */

enum dimension { LENGTH, MASS, VOLUME, TIME, TEMPERATURE, SPEED, AREA, BYTES };

/* value in the dimension's base = factor · (value + offset). Factors are exact by definition: the
 * international yard and pound (1959), the US gallon and its fluid ounce, the year of 365 days. */
static const struct unit {
    const char *singular, *plural; /* words, folded */
    const char *one, *many;        /* as they are told */
    enum dimension dimension;
    const char *factor, *offset;
} units[] = {
    {"milimetro", "milimetros", "milímetro", "milímetros", LENGTH, "1/1000", NULL},
    {"centimetro", "centimetros", "centímetro", "centímetros", LENGTH, "1/100", NULL},
    {"metro cuadrado", "metros cuadrados", "metro cuadrado", "metros cuadrados", AREA, "1", NULL},
    {"kilometro cuadrado", "kilometros cuadrados", "kilómetro cuadrado", "kilómetros cuadrados", AREA,
     "1000000", NULL},
    {"hectarea", "hectareas", "hectárea", "hectáreas", AREA, "10000", NULL},
    {"kilometro por hora", "kilometros por hora", "kilómetro por hora", "kilómetros por hora", SPEED, "5/18",
     NULL},
    {"metro por segundo", "metros por segundo", "metro por segundo", "metros por segundo", SPEED, "1", NULL},
    {"milla por hora", "millas por hora", "milla por hora", "millas por hora", SPEED, "0.44704", NULL},
    {"nudo", "nudos", "nudo", "nudos", SPEED, "463/900", NULL},
    {"kilometro", "kilometros", "kilómetro", "kilómetros", LENGTH, "1000", NULL},
    {"metro", "metros", "metro", "metros", LENGTH, "1", NULL},
    {"pulgada", "pulgadas", "pulgada", "pulgadas", LENGTH, "0.0254", NULL},
    {"pie", "pies", "pie", "pies", LENGTH, "0.3048", NULL},
    {"yarda", "yardas", "yarda", "yardas", LENGTH, "0.9144", NULL},
    {"milla nautica", "millas nauticas", "milla náutica", "millas náuticas", LENGTH, "1852", NULL},
    {"milla", "millas", "milla", "millas", LENGTH, "1609.344", NULL},
    {"miligramo", "miligramos", "miligramo", "miligramos", MASS, "0.000001", NULL},
    {"gramo", "gramos", "gramo", "gramos", MASS, "1/1000", NULL},
    {"kilogramo", "kilogramos", "kilogramo", "kilogramos", MASS, "1", NULL},
    {"kilo", "kilos", "kilo", "kilos", MASS, "1", NULL},
    {"tonelada", "toneladas", "tonelada", "toneladas", MASS, "1000", NULL},
    {"onza", "onzas", "onza", "onzas", MASS, "0.028349523125", NULL},
    {"libra", "libras", "libra", "libras", MASS, "0.45359237", NULL},
    {"mililitro", "mililitros", "mililitro", "mililitros", VOLUME, "1/1000", NULL},
    {"centilitro", "centilitros", "centilitro", "centilitros", VOLUME, "1/100", NULL},
    {"litro", "litros", "litro", "litros", VOLUME, "1", NULL},
    {"galon", "galones", "galón", "galones", VOLUME, "3.785411784", NULL},
    {"segundo", "segundos", "segundo", "segundos", TIME, "1", NULL},
    {"minuto", "minutos", "minuto", "minutos", TIME, "60", NULL},
    {"hora", "horas", "hora", "horas", TIME, "3600", NULL},
    {"dia", "dias", "día", "días", TIME, "86400", NULL},
    {"semana", "semanas", "semana", "semanas", TIME, "604800", NULL},
    {"ano", "anos", "año", "años", TIME, "31536000", NULL},
    {"año", "años", "año", "años", TIME, "31536000", NULL},
    {"grado fahrenheit", "grados fahrenheit", "grado Fahrenheit", "grados Fahrenheit", TEMPERATURE, "5/9",
     "-32"},
    {"grado celsius", "grados celsius", "grado Celsius", "grados Celsius", TEMPERATURE, "1", NULL},
    {"grado centigrado", "grados centigrados", "grado centígrado", "grados centígrados", TEMPERATURE, "1",
     NULL},
    {"fahrenheit", "fahrenheit", "grado Fahrenheit", "grados Fahrenheit", TEMPERATURE, "5/9", "-32"},
    {"celsius", "celsius", "grado Celsius", "grados Celsius", TEMPERATURE, "1", NULL},
    {"kelvin", "kelvin", "kelvin", "kelvin", TEMPERATURE, "1", "-273.15"},
    {"grado", "grados", "grado", "grados", TEMPERATURE, "1", NULL},
    {"byte", "bytes", "byte", "bytes", BYTES, "1", NULL},
    {"kilobyte", "kilobytes", "kilobyte", "kilobytes", BYTES, "1000", NULL},
    {"megabyte", "megabytes", "megabyte", "megabytes", BYTES, "1000000", NULL},
    {"giga", "gigas", "giga", "gigas", BYTES, "1000000000", NULL},
    {"gigabyte", "gigabytes", "gigabyte", "gigabytes", BYTES, "1000000000", NULL},
    {"terabyte", "terabytes", "terabyte", "terabytes", BYTES, "1000000000000", NULL},
    {"mm", "mm", "milímetro", "milímetros", LENGTH, "1/1000", NULL},
    {"cm", "cm", "centímetro", "centímetros", LENGTH, "1/100", NULL},
    {"m", "m", "metro", "metros", LENGTH, "1", NULL},
    {"km", "km", "kilómetro", "kilómetros", LENGTH, "1000", NULL},
    {"g", "g", "gramo", "gramos", MASS, "1/1000", NULL},
    {"kg", "kg", "kilo", "kilos", MASS, "1", NULL},
    {"ml", "ml", "mililitro", "mililitros", VOLUME, "1/1000", NULL},
    {"l", "l", "litro", "litros", VOLUME, "1", NULL},
};

/* The unit that words [from, to) are, all of them. */
static const struct unit *find_unit(const struct spoken *s, size_t from, size_t to)
{
    for (size_t i = 0; from < to && i < sizeof units / sizeof *units; i++) {
        size_t n = spoken_match(s, from, units[i].plural);
        n = n ? n : spoken_match(s, from, units[i].singular);
        if (n == to - from)
            return &units[i];
    }
    return NULL;
}

/* "dos kilos y medio", "26 millas": number and unit. */
static struct rational *read_quantity(const struct spoken *s, size_t from, size_t to,
                                      const struct unit **unit)
{
    struct number number;
    from += spoken_match(s, from, "menos|-");
    size_t n = spoken_number(s, from, &number);
    bool is_negative = from > 0 && spoken_match(s, from - 1, "menos|-");
    bool has_half = to > from + n + 2 && spoken_match(s, to - 2, "y medio|media") && !number.decimals[0];
    size_t unit_from = from + n + (n > 0 && spoken_is(s, from + n, "de"));
    *unit = n ? find_unit(s, unit_from, has_half ? to - 2 : to) : NULL;
    if (!*unit)
        return NULL;
    if (has_half)
        memcpy(number.decimals, "5", 2);
    struct rational *value = to_rational(&number), *sign = is_negative ? rational_open("-1") : NULL;
    if (value && sign)
        rational_multiply(value, sign);
    rational_close(sign);
    return value;
}

bool calculator_is_quantity(const struct spoken *s, size_t from, size_t to)
{
    const struct unit *unit;
    struct rational *value = read_quantity(s, from, to, &unit);
    rational_close(value);
    return value != NULL;
}

bool calculator_is_unit(const struct spoken *s, size_t from, size_t to)
{
    return find_unit(s, from, to) != NULL;
}

static bool apply(struct rational *value, const char *operand,
                  bool (*operation)(struct rational *, const struct rational *))
{
    struct rational *other = operand ? rational_open(operand) : NULL;
    bool ok = !operand || (other && operation(value, other));
    rational_close(other);
    return ok;
}

static bool convert(struct rational *value, const struct unit *from, const struct unit *to)
{
    return apply(value, from->offset, rational_add) && apply(value, from->factor, rational_multiply) &&
           apply(value, to->factor, rational_divide) && apply(value, to->offset, rational_subtract);
}

enum sarai_status calculator_convert(const char *quantity, const char *unit, struct calculated *out,
                                     struct sarai_error *err)
{
    struct spoken q, u;
    struct calculated c = {.unit = ""};
    const struct unit *from = NULL, *to = NULL;
    struct rational *value = spoken_split(quantity, &q) ? read_quantity(&q, 0, q.n, &from) : NULL;
    if (spoken_split(unit, &u))
        to = find_unit(&u, spoken_match(&u, 0, "a|en|los|las") ? 1 : 0, u.n);
    enum sarai_status st = SARAI_OK;
    if (!value)
        st = failed(err, SARAI_EINPUT, tr("no entiendo la cantidad", "I do not understand the quantity"));
    else if (!to)
        st = failed(err, SARAI_EINPUT, tr("no conozco esa unidad", "I do not know that unit"));
    else if (from->dimension != to->dimension)
        st = failed(err, SARAI_EINPUT, tr("no se pueden pasar %s a %s", "%s cannot become %s"), from->many,
                    to->many);
    else if (!convert(value, from, to))
        st = failed(err, SARAI_EINPUT, "%s", tr(too_big, "that sum does not fit on my slate"));
    if (!st)
        st = tell(value, UNIT_DECIMALS, &c, err);
    if (!st)
        snprintf(c.unit, sizeof c.unit, "%s", strcmp(c.value, "1") == 0 ? to->one : to->many);
    rational_close(value);
    if (!st)
        *out = c;
    return st;
}
