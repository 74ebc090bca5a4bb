/* The normaliser, by table: what is written, what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_alloc.h"
#include "speak/normaliser.h"

struct row {
    const char *written, *said;
};

static const struct row spain[] = {
    /* numbers */
    {"0", "cero"},
    {"1", "uno"},
    {"16", "dieciséis"},
    {"21", "veintiuno"},
    {"22", "veintidós"},
    {"29", "veintinueve"},
    {"31", "treinta y uno"},
    {"100", "cien"},
    {"101", "ciento uno"},
    {"115", "ciento quince"},
    {"200", "doscientos"},
    {"999", "novecientos noventa y nueve"},
    {"1000", "mil"},
    {"1001", "mil uno"},
    {"2000", "dos mil"},
    {"21.000", "veintiún mil"},
    {"1.000.000", "un millón"},
    {"2.000.000", "dos millones"},
    {"1.234.567", "un millón doscientos treinta y cuatro mil quinientos sesenta y siete"},
    {"1.000.000.000", "mil millones"},
    {"999999999999999999",
     "novecientos noventa y nueve mil novecientos noventa y nueve billones novecientos noventa y nueve mil "
     "novecientos noventa y nueve millones novecientos noventa y nueve mil novecientos noventa y nueve"},
    {"12345678901234567890", "uno dos tres cuatro cinco seis siete ocho nueve cero uno dos tres cuatro cinco "
                             "seis siete ocho nueve cero"},
    {"007", "cero cero siete"},
    {"-5", "menos cinco"},
    {"+5", "más cinco"},
    {"3,14", "tres coma catorce"},
    {"3,05", "tres coma cero cinco"},
    {"3,1416", "tres coma uno cuatro uno seis"},
    {"0,5", "cero coma cinco"},
    {"3.5", "tres punto cinco"},
    {"1.500", "mil quinientos"},
    {"1.500,25", "mil quinientos coma veinticinco"},
    {"1,234.56", "mil doscientos treinta y cuatro punto cincuenta y seis"},
    {"10 000", "diez mil"},
    {"1 000 000", "un millón"},
    {"1,2,3", "uno, dos, tres"},
    {"1.2.3", "uno punto dos punto tres"},
    {"192.168.1.1", "ciento noventa y dos punto ciento sesenta y ocho punto uno punto uno"},
    {"15%", "quince por ciento"},
    {"12,5 %", "doce coma cinco por ciento"},
    {"5‰", "cinco por mil"},
    /* gender */
    {"21 libros", "veintiún libros"},
    {"21 casas", "veintiuna casas"},
    {"1 perro", "un perro"},
    {"1 vez", "una vez"},
    {"200 personas", "doscientas personas"},
    {"200 mil personas", "doscientas mil personas"},
    {"21 mil euros", "veintiún mil euros"},
    {"101 noches", "ciento una noches"},
    {"31 días", "treinta y un días"},
    {"51 problemas", "cincuenta y un problemas"},
    {"2 manos", "dos manos"},
    {"1 millón de euros", "un millón de euros"},
    {"en 2021 fue", "en dos mil veintiuno fue"},
    {"el número 21 gana", "el número veintiuno gana"},
    {"Tengo 1.", "Tengo uno."},
    {"201 y 202", "doscientos uno y doscientos dos"},
    /* ordinals, fractions */
    {"1.º", "primero"},
    {"2ª planta", "segunda planta"},
    {"3er premio", "tercer premio"},
    {"el 4º piso", "el cuarto piso"},
    {"21.ª edición", "vigésima primera edición"},
    {"22.º", "vigésimo segundo"},
    {"11º", "undécimo"},
    {"13ª", "decimotercera"},
    {"18.º", "decimoctavo"},
    {"100.º", "centésimo"},
    {"1/2", "un medio"},
    {"1/2 kg", "medio kilo"},
    {"1/2 taza", "media taza"},
    {"3/4", "tres cuartos"},
    {"1/4 l", "un cuarto de litro"},
    {"7/10", "siete sobre diez"},
    {"24/7", "veinticuatro siete"},
    {"½ hora", "media hora"},
    {"2½ tazas", "dos y media tazas"},
    /* dates, hours */
    {"el 3/4/2025", "el tres de abril de dos mil veinticinco"},
    {"el 3/4", "el tres de abril"},
    {"01-02-2024", "uno de febrero de dos mil veinticuatro"},
    {"2024-11-25", "veinticinco de noviembre de dos mil veinticuatro"},
    {"2024-11-25T10:30", "veinticinco de noviembre de dos mil veinticuatro, diez y media"},
    {"1.5.2023", "uno de mayo de dos mil veintitrés"},
    {"24/12/98", "veinticuatro de diciembre del noventa y ocho"},
    {"3/4/05", "tres de abril del cero cinco"},
    {"a las 10:30", "a las diez y media"},
    {"a la 1:00", "a la una"},
    {"a las 9:00", "a las nueve"},
    {"las 8:05", "las ocho y cinco"},
    {"1:15", "una y cuarto"},
    {"12:45", "doce cuarenta y cinco"},
    {"17:05", "diecisiete cero cinco"},
    {"17:30 h", "diecisiete treinta"},
    {"21:00", "veintiuna horas"},
    {"0:00", "cero horas"},
    {"00:15", "cero y cuarto"},
    {"9:00-14:00", "nueve a catorce horas"},
    {"a las 10.30", "a las diez y media"},
    {"10.30 h", "diez y media"},
    {"a las 11,45", "a las once cuarenta y cinco"},
    {"Son las 10,30.", "Son las diez y media."},
    {"10,25 h", "diez coma veinticinco horas"},
    {"las 2,50 pesetas", "las dos coma cincuenta pesetas"},
    {"8:05 a. m.", "ocho y cinco de la mañana."},
    {"10 pm", "diez de la noche"},
    {"12 p.m.", "doce del mediodía."},
    {"3 a.m.", "tres de la madrugada."},
    {"Salió a las 3 p. m. Volvió", "Salió a las tres de la tarde. Volvió"},
    {"1:02:03", "una hora dos minutos y tres segundos"},
    {"a las 21", "a las veintiuna"},
    {"la 1 y media", "la una y media"},
    {"25:00", "veinticinco a cero cero"},
    {"16:9", "dieciséis a nueve"},
    /* money */
    {"1 €", "un euro"},
    {"12,50 €", "doce euros con cincuenta"},
    {"12,05 €", "doce euros con cinco céntimos"},
    {"0,50 €", "cincuenta céntimos"},
    {"0,01 €", "un céntimo"},
    {"1.000.000 €", "un millón de euros"},
    {"3,5 M€", "tres coma cinco millones de euros"},
    {"1.500€", "mil quinientos euros"},
    {"€20", "veinte euros"},
    {"$50", "cincuenta dólares"},
    {"$12.50", "doce dólares con cincuenta"},
    {"US$ 20", "veinte dólares"},
    {"5 USD", "cinco dólares"},
    {"$3 millones", "tres millones de dólares"},
    {"$2 mil", "dos mil dólares"},
    {"21 £", "veintiuna libras"},
    {"£1", "una libra"},
    {"15 €/mes", "quince euros por mes"},
    {"-5 €", "menos cinco euros"},
    {"12,5 €", "doce coma cinco euros"},
    {"¿Cuántos €?", "¿Cuántos euros?"},
    /* units */
    {"5 km", "cinco kilómetros"},
    {"1 km", "un kilómetro"},
    {"80 km/h", "ochenta kilómetros por hora"},
    {"5 m²", "cinco metros cuadrados"},
    {"3 m³", "tres metros cúbicos"},
    {"1 kg", "un kilo"},
    {"1,5 h", "uno coma cinco horas"},
    {"2 l", "dos litros"},
    {"21 h", "veintiuna horas"},
    {"16 GB", "dieciséis gigabytes"},
    {"-3 ºC", "menos tres grados"},
    {"25 °C", "veinticinco grados"},
    {"20°", "veinte grados"},
    {"77 °F", "setenta y siete grados Fahrenheit"},
    {"37,5 ºC", "treinta y siete coma cinco grados"},
    {"10-12 kg", "diez a doce kilos"},
    {"los km que faltan", "los kilómetros que faltan"},
    {"2 l/min", "dos litros por minuto"},
    {"5 min. y 30 s", "cinco minutos y treinta segundos"},
    {"3x4", "tres por cuatro"},
    {"2+2=4", "dos más dos igual a cuatro"},
    {"5 - 3", "cinco menos tres"},
    {"3 < 4", "tres menor que cuatro"},
    {"x² + y³", "equis al cuadrado más y al cubo"},
    /* telephones */
    {"612 345 678", "seis uno dos, tres cuatro cinco, seis siete ocho"},
    {"612345678", "seis uno dos, tres cuatro cinco, seis siete ocho"},
    {"91 123 45 67", "noventa y uno, uno dos tres, cuarenta y cinco, sesenta y siete"},
    {"900 123 456.", "nueve cero cero, uno dos tres, cuatro cinco seis."},
    {"+34 612 345 678", "más treinta y cuatro, seis uno dos, tres cuatro cinco, seis siete ocho"},
    {"+34612345678", "más treinta y cuatro, seis uno dos, tres cuatro cinco, seis siete ocho"},
    {"55 1234 5678", "cincuenta y cinco, uno dos tres cuatro, cinco seis siete ocho"},
    {"600 000 000", "seiscientos millones"},
    {"112", "ciento doce"},
    /* abbreviations */
    {"El Sr. López", "El señor López"},
    {"la Dra. Ruiz", "la doctora Ruiz"},
    {"D. Juan", "don Juan"},
    {"Dña. Ana", "doña Ana"},
    {"EE. UU.", "Estados Unidos."},
    {"EEUU y Canadá", "Estados Unidos y Canadá"},
    {"manzanas, etc.", "manzanas, etcétera."},
    {"peras, etc. y uvas", "peras, etcétera y uvas"},
    {"peras, etc. Luego", "peras, etcétera. Luego"},
    {"p. ej., esto", "por ejemplo, esto"},
    {"44 a. C.", "cuarenta y cuatro antes de Cristo."},
    {"c/ Mayor", "calle Mayor"},
    {"nº 3", "número tres"},
    {"pág. 12", "página doce"},
    {"págs. 3 y 4", "páginas tres y cuatro"},
    {"cap. IV", "capítulo cuatro"},
    {"art. 5", "artículo cinco"},
    {"El arte.", "El arte."},
    {"s. XIX", "siglo diecinueve"},
    {"Ud. sabe", "usted sabe"},
    {"J. R. R. Tolkien", "jota erre erre Tolkien"},
    {"S. A.", "ese a."},
    {"hombre/mujer", "hombre o mujer"},
    {"y/o", "y o"},
    {"niño(s)", "niño"},
    /* Roman numerals */
    {"siglo XXI", "siglo veintiuno"},
    {"siglo V", "siglo quinto"},
    {"Felipe VI", "Felipe sexto"},
    {"Alfonso XIII", "Alfonso trece"},
    {"Isabel II", "Isabel segunda"},
    {"II Guerra Mundial", "segunda Guerra Mundial"},
    {"XX aniversario", "vigésimo aniversario"},
    {"capítulo V", "capítulo cinco"},
    {"MIL", "mil"},
    {"CD", "ce de"},
    /* acronyms */
    {"la ONU", "la onu"},
    {"la OTAN", "la otan"},
    {"el DNI", "el de ene i"},
    {"la RAE", "la rae"},
    {"el IVA", "el iva"},
    {"una ONG", "una o ene ge"},
    {"las ONGs", "las o ene ge"},
    {"USB", "u ese be"},
    {"PDF", "pe de efe"},
    {"TV", "te uve"},
    {"IA", "i a"},
    {"UE", "u e"},
    {"OK", "okey"},
    {"BBVA", "be be uve a"},
    {"HOLA A TODOS", "hola A todos"},
    {"¡QUÉ TARDE!", "¡qué tarde!"},
    {"MP3", "eme pe tres"},
    {"COVID-19", "covid diecinueve"},
    {"5G", "cinco ge"},
    {"A-6", "A seis"},
    {"vitamina C", "vitamina ce"},
    {"WhatsApp", "WhatsApp"},
    /* addresses */
    {"ana.perez@correo.es", "ana punto perez arroba correo punto es"},
    {"juan_luis-2@mi-web.com", "juan guion bajo luis guion dos arroba mi guion web punto com"},
    {"https://www.ejemplo.com/ayuda?x=1", "triple uve doble punto ejemplo punto com barra ayuda"},
    {"visita www.sarai.org.", "visita triple uve doble punto sarai punto org."},
    {"correo.es", "correo punto es"},
    {"informe.pdf", "informe punto pdf"},
    {"@usuario", "arroba usuario"},
    /* marks and dirt */
    {"**Hola**, _mundo_", "Hola, mundo"},
    {"# Título\n- uno\n- dos", "Título. uno. dos"},
    {"1. Abre\n2. Cierra", "uno. Abre. dos. Cierra"},
    {"[enlace](http://x.com/y)", "enlace"},
    {"`código`", "código"},
    {"<b>negrita</b>", "negrita"},
    {"Hola\nmundo", "Hola mundo"},
    {"Hola\nMundo", "Hola. Mundo"},
    {"Hola 😀 mundo 👍🏽", "Hola mundo"},
    {"¿¿Qué??", "¿Qué?"},
    {"¡¡¡Hola!!!", "¡Hola!"},
    {"¿Qué?!", "¿Qué?"},
    {"bueno...", "bueno…"},
    {"espera…", "espera…"},
    {"hola,adiós", "hola, adiós"},
    {"(mi hermano) vino", "mi hermano, vino"},
    {"vino (mi hermano).", "vino, mi hermano."},
    {"dijo «hola» y “adiós”", "dijo hola y adiós"},
    {"perro - gato", "perro — gato"},
    {"ex-marido", "ex marido"},
    {"O'Brien", "O'Brien"},
    {"Ana & Luis", "Ana y Luis"},
    {"50 % de 100", "cincuenta por ciento de cien"},
    {"π y α", "pi y alfa"},
    {"Пример 中文 texto", "texto"},
    {"", ""},
    {"...", ""},
};

static const struct row mexico[] = {
    {"$1,234.56", "mil doscientos treinta y cuatro pesos con cincuenta y seis centavos"},
    {"$0.50", "cincuenta centavos"},
    {"$3 millones", "tres millones de pesos"},
    {"$50 MXN", "cincuenta pesos"},
    {"US$20", "veinte dólares"},
    {"12.50", "doce punto cincuenta"},
    {"3,5", "tres coma cinco"},
    {"1,500 pesos", "mil quinientos pesos"},
    {"1.500", "uno punto quinientos"},
    {"1 de enero", "primero de enero"},
    {"2 de enero", "dos de enero"},
    {"01/02/2024", "primero de febrero de dos mil veinticuatro"},
    {"VW", "ve doble u"},
    {"www.sarai.mx", "triple doble u punto sarai punto eme equis"},
    {"5512345678", "cincuenta y cinco, uno dos tres cuatro, cinco seis siete ocho"},
    {"55 1234 5678", "cincuenta y cinco, uno dos tres cuatro, cinco seis siete ocho"},
    {"12,05 €", "doce euros con cinco céntimos"},
};

static char *normalise(const char *text, enum normaliser_region region)
{
    struct buf out = BUF_INIT(NORMALISER_MAX_OUT);
    const struct normaliser_options options = {region};
    struct sarai_error err = {0};
    if (normaliser_run(text, &options, &out, &err) != SARAI_OK)
        fail_msg("%.60s: %s", text, err.message);
    return buf_take(&out);
}

/* Every row, and what was said is said again as it is. */
static void check(const struct row *rows, size_t n, enum normaliser_region region)
{
    for (size_t i = 0; i < n; i++) {
        char *said = normalise(rows[i].written, region);
        char *again = normalise(said, region);
        assert_string_equal(said, rows[i].said);
        assert_string_equal(again, said);
        free(said);
        free(again);
    }
}

static void spain_reads_aloud(void **state)
{
    (void)state;
    check(spain, sizeof spain / sizeof *spain, NORMALISER_ES);
}

static void mexico_reads_aloud(void **state)
{
    (void)state;
    check(mexico, sizeof mexico / sizeof *mexico, NORMALISER_MX);
}

static void what_is_not_utf8_is_dropped(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"a\xC3(b", "a, be"},
        {"\xFF\xFE\x80hola\xC0\xAF", "hola"},
        {"ni\xC3", "ni"},
        {"cafe\xCC\x81", "café"},
        {"man\xCC\x83"
         "ana",
         "mañana"},
        {"ho\xC2\xAD"
         "la",
         "hola"},
        {"a\xE2\x80\x8B"
         "bc",
         "abc"},
        {"\x01\x02sí\x7F", "sí"},
        {"\xEF\xBC\x91\xEF\xBC\x92", "doce"},
        {"1\xEF\xB8\x8F\xE2\x83\xA3", "uno"},
    };
    check(rows, sizeof rows / sizeof *rows, NORMALISER_ES);
}

static bool is_mark(const char *s)
{
    return strncmp(s, "…", 3) == 0 || strncmp(s, "—", 3) == 0;
}

/* No digit, no sign, no two blanks, whatever comes in. */
static void assert_speakable(const char *said)
{
    for (const char *s = said; *s; s++) {
        if ((unsigned char)*s < 0x80 && !strchr(" ,.;:?!'", *s))
            assert_true((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'));
        if (*s == ' ')
            assert_true(s > said && s[1] != '\0' && (s[1] != ' '));
        if ((unsigned char)*s == 0xE2)
            assert_true(is_mark(s));
    }
}

/* Each pattern repeated to the longest text that is taken. */
static void hostile_text_stays_within_bounds(void **state)
{
    (void)state;
    static const char *const patterns[] = {"1",      "1.",    "1 ",  "](",   "<a", "((", "a@a.",    "A.",
                                           "%",      "9M€",   "-1",  "1:1 ", "W ", "¿¡", "http://", "🙂",
                                           "\xE2",   "M.",    "1/",  "1^",   "º",  "* ", "\n#",     "ª",
                                           "S. A. ", "a.es/", "...", "1x",   "''", "½"};
    char *text = malloc(NORMALISER_MAX_IN + 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t length = strlen(patterns[i]), n = 0;
        for (; n + length <= NORMALISER_MAX_IN / 16; n += length)
            memcpy(text + n, patterns[i], length);
        text[n] = '\0';
        char *said = normalise(text, NORMALISER_ES);
        assert_speakable(said);
        free(said);
    }
    free(text);
}

static void too_much_is_refused(void **state)
{
    (void)state;
    struct sarai_error err = {0};
    struct buf out = BUF_INIT(16);
    char *text = malloc(NORMALISER_MAX_IN + 2);
    assert_non_null(text);
    memset(text, 'a', NORMALISER_MAX_IN + 1);
    text[NORMALISER_MAX_IN + 1] = '\0';
    assert_true(buf_text(&out, "antes "));
    assert_int_equal(normaliser_run(text, NULL, &out, &err), SARAI_EINPUT);
    assert_int_equal(normaliser_run("123.456", NULL, &out, &err), SARAI_EINPUT);
    assert_string_equal(buf_string(&out), "antes ");
    assert_int_equal(normaliser_run("3", NULL, &out, &err), SARAI_OK);
    assert_string_equal(buf_string(&out), "antes tres");
    buf_finish(&out);
    free(text);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (int n = 0;; n++) {
        struct buf out = BUF_INIT(NORMALISER_MAX_OUT);
        fail_allocation(n);
        enum sarai_status st = normaliser_run(
            "El 3/4/2025 a las 10:30 pagué 1.234,50 € al Sr. López en la ONU.", NULL, &out, NULL);
        bool has_failed = allocation_failed();
        if (has_failed)
            assert_int_equal(out.len, 0);
        assert_int_equal(st, has_failed ? SARAI_ENOMEM : SARAI_OK);
        buf_finish(&out);
        if (!has_failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spain_reads_aloud),           cmocka_unit_test(mexico_reads_aloud),
        cmocka_unit_test(what_is_not_utf8_is_dropped), cmocka_unit_test(hostile_text_stays_within_bounds),
        cmocka_unit_test(too_much_is_refused),         cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
