#include "speak/reading/numbers.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const small[] = {"cero",        "uno",        "dos",         "tres",       "cuatro",
                                    "cinco",       "seis",       "siete",       "ocho",       "nueve",
                                    "diez",        "once",       "doce",        "trece",      "catorce",
                                    "quince",      "dieciséis",  "diecisiete",  "dieciocho",  "diecinueve",
                                    "veinte",      "veintiuno",  "veintidós",   "veintitrés", "veinticuatro",
                                    "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"};
static const char *const tens[] = {"",          "",        "",        "treinta", "cuarenta",
                                   "cincuenta", "sesenta", "setenta", "ochenta", "noventa"};
static const char *const hundreds[] = {"",         "ciento",    "doscient",  "trescient", "cuatrocient",
                                       "quinient", "seiscient", "setecient", "ochocient", "novecient"};

static void add(char *out, const char *word)
{
    size_t n = strlen(out);
    snprintf(out + n, NUMBER_BYTES - n, "%s%s", n > 0 ? " " : "", word);
}

/* Appends to the last word. */
static void extend(char *out, const char *ending)
{
    size_t n = strlen(out);
    snprintf(out + n, NUMBER_BYTES - n, "%s", ending);
}

static void add_below_hundred(char *out, unsigned n, enum number_form one)
{
    unsigned unit = n % 10;
    bool is_one = unit == 1 && n != 11;
    if (n > 29) {
        add(out, tens[n / 10]);
        if (unit == 0)
            return;
        add(out, "y");
    }
    if (is_one && one == NUMBER_MASCULINE)
        add(out, n == 21 ? "veintiún" : "un");
    else if (is_one && one == NUMBER_FEMININE)
        add(out, n == 21 ? "veintiuna" : "una");
    else
        add(out, small[n > 29 ? unit : n]);
}

/* 0 < n < 1000. `one`: the form of a final one; `feminine`: of the hundreds. */
static void add_below_thousand(char *out, unsigned n, enum number_form one, bool feminine)
{
    unsigned hundred = n / 100;
    if (n == 100) {
        add(out, "cien");
        return;
    }
    if (hundred > 0)
        add(out, hundreds[hundred]);
    if (hundred > 1)
        extend(out, feminine ? "as" : "os");
    if (n % 100 > 0)
        add_below_hundred(out, n % 100, one);
}

static void add_below_million(char *out, unsigned n, enum number_form form)
{
    bool feminine = form == NUMBER_FEMININE;
    if (n >= 2000)
        add_below_thousand(out, n / 1000, NUMBER_MASCULINE, feminine);
    if (n >= 1000)
        add(out, "mil");
    if (n % 1000 > 0)
        add_below_thousand(out, n % 1000, form, feminine);
}

static void add_millions(char *out, unsigned n, const char *one, const char *many)
{
    if (n == 0)
        return;
    add_below_million(out, n, NUMBER_MASCULINE);
    add(out, n == 1 ? one : many);
}

const char *number_cardinal(uint64_t n, enum number_form form, char out[NUMBER_BYTES])
{
    const uint64_t million = 1000000;
    out[0] = '\0';
    if (n == 0)
        add(out, small[0]);
    add_millions(out, (unsigned)(n / million / million), "billón", "billones");
    add_millions(out, (unsigned)(n / million % million), "millón", "millones");
    add_below_million(out, (unsigned)(n % million), form);
    return out;
}

const char *number_ordinal(unsigned n, enum number_form form, char out[NUMBER_BYTES])
{
    static const char *const units[] = {"",       "primer", "segund", "tercer", "cuart",   "quint",   "sext",
                                        "séptim", "octav",  "noven",  "décim",  "undécim", "duodécim"};
    static const char *const ten[] = {"",
                                      "",
                                      "vigésim",
                                      "trigésim",
                                      "cuadragésim",
                                      "quincuagésim",
                                      "sexagésim",
                                      "septuagésim",
                                      "octogésim",
                                      "nonagésim"};
    static const char *const hundred[] = {"",
                                          "centésim",
                                          "ducentésim",
                                          "tricentésim",
                                          "cuadringentésim",
                                          "quingentésim",
                                          "sexcentésim",
                                          "septingentésim",
                                          "octingentésim",
                                          "noningentésim"};
    const char *ending = form == NUMBER_FEMININE ? "a" : "o";
    unsigned rest = n % 100, unit = rest % 10;
    out[0] = '\0';
    if (n >= 100) {
        add(out, hundred[n / 100]);
        extend(out, ending);
    }
    if (rest >= 20) {
        add(out, ten[rest / 10]);
        extend(out, ending);
        rest = unit;
    }
    if (rest == 0)
        return out;
    if (rest > 12) {
        add(out, unit == 8 ? "decim" : "decimo"); /* "decimoctavo" has one o where they meet */
        extend(out, units[unit]);
    } else
        add(out, units[rest]);
    bool short_form = form == NUMBER_MASCULINE && (unit == 1 || unit == 3) && rest != 11;
    if (!short_form)
        extend(out, ending);
    return out;
}

const char *number_fraction(unsigned numerator, unsigned denominator, char out[NUMBER_BYTES])
{
    static const char *const parts[] = {"medio",   "tercio", "cuarto", "quinto", "sexto",
                                        "séptimo", "octavo", "noveno", "décimo"};
    if (denominator < 2 || denominator > 10 || numerator == 0 || numerator > 99)
        return NULL;
    number_cardinal(numerator, NUMBER_MASCULINE, out);
    add(out, parts[denominator - 2]);
    if (numerator > 1)
        extend(out, "s");
    return out;
}
