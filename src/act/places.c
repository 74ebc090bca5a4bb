#include "act/places.h"

#include <stdio.h>
#include <string.h>

#include "act/spoken.h"
#include "engine/process.h"

/* Where the Spanish name is not the database's, or the place is no city of it. */
static const struct {
    const char *place, *zone;
} places[] = {
    {"España", "Europe/Madrid"},
    {"Barcelona", "Europe/Madrid"},
    {"Valencia", "Europe/Madrid"},
    {"Sevilla", "Europe/Madrid"},
    {"Bilbao", "Europe/Madrid"},
    {"Canarias", "Atlantic/Canary"},
    {"Tenerife", "Atlantic/Canary"},
    {"Las Palmas", "Atlantic/Canary"},
    {"Portugal", "Europe/Lisbon"},
    {"Lisboa", "Europe/Lisbon"},
    {"Azores", "Atlantic/Azores"},
    {"Inglaterra", "Europe/London"},
    {"Londres", "Europe/London"},
    {"Reino Unido", "Europe/London"},
    {"Irlanda", "Europe/Dublin"},
    {"Dublín", "Europe/Dublin"},
    {"Francia", "Europe/Paris"},
    {"París", "Europe/Paris"},
    {"Alemania", "Europe/Berlin"},
    {"Berlín", "Europe/Berlin"},
    {"Italia", "Europe/Rome"},
    {"Roma", "Europe/Rome"},
    {"Bruselas", "Europe/Brussels"},
    {"Bélgica", "Europe/Brussels"},
    {"Holanda", "Europe/Amsterdam"},
    {"Ámsterdam", "Europe/Amsterdam"},
    {"Suiza", "Europe/Zurich"},
    {"Ginebra", "Europe/Zurich"},
    {"Viena", "Europe/Vienna"},
    {"Praga", "Europe/Prague"},
    {"Varsovia", "Europe/Warsaw"},
    {"Copenhague", "Europe/Copenhagen"},
    {"Estocolmo", "Europe/Stockholm"},
    {"Suecia", "Europe/Stockholm"},
    {"Noruega", "Europe/Oslo"},
    {"Finlandia", "Europe/Helsinki"},
    {"Atenas", "Europe/Athens"},
    {"Grecia", "Europe/Athens"},
    {"Estambul", "Europe/Istanbul"},
    {"Turquía", "Europe/Istanbul"},
    {"Moscú", "Europe/Moscow"},
    {"Rusia", "Europe/Moscow"},
    {"Kiev", "Europe/Kyiv"},
    {"Ucrania", "Europe/Kyiv"},
    {"Marruecos", "Africa/Casablanca"},
    {"Argel", "Africa/Algiers"},
    {"Egipto", "Africa/Cairo"},
    {"El Cairo", "Africa/Cairo"},
    {"Sudáfrica", "Africa/Johannesburg"},
    {"Johannesburgo", "Africa/Johannesburg"},
    {"Jerusalén", "Asia/Jerusalem"},
    {"Israel", "Asia/Jerusalem"},
    {"Dubái", "Asia/Dubai"},
    {"India", "Asia/Kolkata"},
    {"Nueva Delhi", "Asia/Kolkata"},
    {"Bombay", "Asia/Kolkata"},
    {"Pekín", "Asia/Shanghai"},
    {"China", "Asia/Shanghai"},
    {"Shanghái", "Asia/Shanghai"},
    {"Hong Kong", "Asia/Hong_Kong"},
    {"Tokio", "Asia/Tokyo"},
    {"Japón", "Asia/Tokyo"},
    {"Seúl", "Asia/Seoul"},
    {"Corea", "Asia/Seoul"},
    {"Singapur", "Asia/Singapore"},
    {"Tailandia", "Asia/Bangkok"},
    {"Filipinas", "Asia/Manila"},
    {"Australia", "Australia/Sydney"},
    {"Sídney", "Australia/Sydney"},
    {"Nueva Zelanda", "Pacific/Auckland"},
    {"Nueva York", "America/New_York"},
    {"Washington", "America/New_York"},
    {"Boston", "America/New_York"},
    {"Miami", "America/New_York"},
    {"Chicago", "America/Chicago"},
    {"Texas", "America/Chicago"},
    {"Los Ángeles", "America/Los_Angeles"},
    {"California", "America/Los_Angeles"},
    {"San Francisco", "America/Los_Angeles"},
    {"Las Vegas", "America/Los_Angeles"},
    {"México", "America/Mexico_City"},
    {"Ciudad de México", "America/Mexico_City"},
    {"Cuba", "America/Havana"},
    {"La Habana", "America/Havana"},
    {"Puerto Rico", "America/Puerto_Rico"},
    {"República Dominicana", "America/Santo_Domingo"},
    {"Guatemala", "America/Guatemala"},
    {"Honduras", "America/Tegucigalpa"},
    {"Nicaragua", "America/Managua"},
    {"Costa Rica", "America/Costa_Rica"},
    {"Panamá", "America/Panama"},
    {"Colombia", "America/Bogota"},
    {"Venezuela", "America/Caracas"},
    {"Ecuador", "America/Guayaquil"},
    {"Quito", "America/Guayaquil"},
    {"Perú", "America/Lima"},
    {"Bolivia", "America/La_Paz"},
    {"Chile", "America/Santiago"},
    {"Santiago de Chile", "America/Santiago"},
    {"Paraguay", "America/Asuncion"},
    {"Uruguay", "America/Montevideo"},
    {"Argentina", "America/Argentina/Buenos_Aires"},
    {"Brasil", "America/Sao_Paulo"},
    {"Río de Janeiro", "America/Sao_Paulo"},
    {"Brasilia", "America/Sao_Paulo"},
};

static bool keep(const char *zone, char out[ZONE_BYTES])
{
    return snprintf(out, ZONE_BYTES, "%s", zone) < ZONE_BYTES;
}

/* A line of zone.tab: country, coordinates, zone, comments. */
static bool is_city(char *line, const char *place, char zone[ZONE_BYTES])
{
    char *rest = NULL, city[ZONE_BYTES];
    const char *country = strtok_r(line, "\t\n", &rest), *at = strtok_r(NULL, "\t\n", &rest);
    const char *name = country && at ? strtok_r(NULL, "\t\n", &rest) : NULL;
    const char *slash = name ? strrchr(name, '/') : NULL;
    if (!slash || !keep(slash + 1, city))
        return false;
    for (char *p = city; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    return spoken_same(city, place) && keep(name, zone);
}

bool places_zone(const char *place, char zone[ZONE_BYTES])
{
    char line[256];
    bool found = false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (spoken_same(places[i].place, place))
            return keep(places[i].zone, zone);
    FILE *table = fopen("/usr/share/zoneinfo/zone.tab", "r");
    while (table && !found && fgets(line, sizeof line, table))
        found = line[0] != '#' && is_city(line, place, zone);
    if (table)
        fclose(table);
    return found;
}

enum sarai_status places_hour(const char *zone, time_t now, const struct stop *stop, char hour[HOUR_BYTES],
                              struct sarai_error *err)
{
    char tz[ZONE_BYTES + 4], at[32];
    struct buf text = BUF_INIT(HOUR_BYTES);
    const struct process_limits limits = {256u << 20, 2, 2};
    int code = -1;
    snprintf(tz, sizeof tz, "TZ=%s", zone);
    snprintf(at, sizeof at, "@%lld", (long long)now);
    enum sarai_status st = process_read((const char *const[]){"env", tz, "date", "-d", at, "+%-H:%M", NULL},
                                        &limits, stop, &text, &code, err);
    if (!st && (code != 0 || text.len < 4))
        st =
            failed(err, SARAI_EINTERNAL, tr("no puedo mirar la hora de allí", "I cannot see the time there"));
    if (!st)
        snprintf(hour, HOUR_BYTES, "%.*s", (int)strcspn(buf_string(&text), "\n"), buf_string(&text));
    buf_finish(&text);
    return st;
}
