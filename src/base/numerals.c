#include "base/numerals.h"

#include <stdio.h>
#include <string.h>

static const struct numeral numerals[] = {
    {"cero", 0},
    {"un", 1},
    {"uno", 1},
    {"una", 1},
    {"dos", 2},
    {"tres", 3},
    {"cuatro", 4},
    {"cinco", 5},
    {"seis", 6},
    {"siete", 7},
    {"ocho", 8},
    {"nueve", 9},
    {"diez", 10},
    {"once", 11},
    {"doce", 12},
    {"trece", 13},
    {"catorce", 14},
    {"quince", 15},
    {"dieciseis", 16},
    {"diecisiete", 17},
    {"dieciocho", 18},
    {"diecinueve", 19},
    {"veinte", 20},
    {"veintiun", 21},
    {"veintiuno", 21},
    {"veintiuna", 21},
    {"veintidos", 22},
    {"veintitres", 23},
    {"veinticuatro", 24},
    {"veinticinco", 25},
    {"veintiseis", 26},
    {"veintisiete", 27},
    {"veintiocho", 28},
    {"veintinueve", 29},
    {"treinta", 30},
    {"cuarenta", 40},
    {"cincuenta", 50},
    {"sesenta", 60},
    {"setenta", 70},
    {"ochenta", 80},
    {"noventa", 90},
    {"cien", 100},
    {"ciento", 100},
    {"doscientos", 200},
    {"doscientas", 200},
    {"trescientos", 300},
    {"trescientas", 300},
    {"cuatrocientos", 400},
    {"cuatrocientas", 400},
    {"quinientos", 500},
    {"quinientas", 500},
    {"seiscientos", 600},
    {"seiscientas", 600},
    {"setecientos", 700},
    {"setecientas", 700},
    {"ochocientos", 800},
    {"ochocientas", 800},
    {"novecientos", 900},
    {"novecientas", 900},
};

const struct numeral *numeral_at(size_t index)
{
    return index < sizeof numerals / sizeof *numerals ? &numerals[index] : NULL;
}

bool numeral_value(const char *word, unsigned *value)
{
    for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++)
        if (word[0] == numerals[i].word[0] && strcmp(word, numerals[i].word) == 0) {
            *value = numerals[i].value;
            return true;
        }
    return false;
}

bool numeral_spelled(size_t *index, char word[NUMERAL_BYTES], char figures[NUMERAL_BYTES])
{
    const struct numeral *numeral = numeral_at(*index);
    while (numeral && (numeral->value < 2 || strcmp(numeral->word, "ciento") == 0))
        numeral = numeral_at(++*index);
    if (!numeral)
        return false;
    snprintf(word, NUMERAL_BYTES, " %s ", numeral->word);
    snprintf(figures, NUMERAL_BYTES, "%u", numeral->value);
    ++*index;
    return true;
}

bool numeral_stands(const char *line, const char *figures)
{
    char word[NUMERAL_BYTES], value[NUMERAL_BYTES];
    for (size_t i = 0; numeral_spelled(&i, word, value);)
        if (strcmp(value, figures) == 0 && strstr(line, word))
            return true;
    return false;
}
