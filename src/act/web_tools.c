#include <stdio.h>
#include <string.h>

#include "act/builtin.h"
#include "act/when.h"
#include "engine/http.h"

enum {
    URL_BYTES = 2048,
    REPLY_BYTES = 512 * 1024,
    CONNECT_MS = 1500,
    DEADLINE_MS = 5000,
    HEADLINES = 3,
    HEADLINE_BYTES = 200
};

/* ---- asking ----------------------------------------------------------------------------------- */

/* Percent-encoding (RFC 3986). */
static bool add_encoded(const char *text, struct buf *out)
{
    bool ok = true;
    for (; ok && *text; text++) {
        bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                        (*text >= '0' && *text <= '9') || *text == '-' || *text == '.' || *text == '_' ||
                        *text == '~';
        ok = is_plain ? buf_append(out, text, 1) : buf_printf(out, "%%%02X", (unsigned char)*text);
    }
    return ok;
}

/* Puts the values in the place of {name}; false: too long. */
static bool fill(const char *url, const char *const (*values)[2], size_t n, struct buf *out)
{
    bool ok = true;
    while (ok && *url) {
        size_t i = 0, length = 0;
        for (; *url == '{' && i < n; i++) {
            length = strlen(values[i][0]);
            if (strncmp(url, values[i][0], length) == 0)
                break;
        }
        if (*url == '{' && i < n) {
            ok = add_encoded(values[i][1] ? values[i][1] : "", out);
            url += length;
        } else {
            ok = buf_append(out, url++, 1);
        }
    }
    return ok;
}

static bool keep(void *user, const char *data, size_t n)
{
    return buf_append(user, data, n);
}

/* GET → an object of JSON, or one sentence. */
static enum sarai_status ask(const struct tool_call *call, const char *template,
                             const char *const (*values)[2], size_t n, json_t **out, struct sarai_error *err)
{
    struct buf url = BUF_INIT(URL_BYTES), text = BUF_INIT(REPLY_BYTES);
    struct http_reply reply;
    enum sarai_status st = fill(template, values, n, &url) ? SARAI_OK : SARAI_EINPUT;
    const struct http_request request = {.url = buf_string(&url),
                                         .connect_ms = CONNECT_MS,
                                         .silence_ms = tool_time_left_ms(call),
                                         .total_ms = tool_time_left_ms(call),
                                         .on_data = keep,
                                         .user = &text,
                                         .stop = call->stop};
    if (!st)
        st = http_request(&request, &reply, NULL);
    json_t *root = st ? NULL : json_loadb(buf_string(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
    buf_finish(&url);
    buf_finish(&text);
    if (stop_raised(call->stop))
        st = tool_late(call, err);
    else if (st)
        st = failed(err, SARAI_ENETWORK, tr("el servicio no responde", "the service does not answer"));
    else if (!json_is_object(root))
        st = failed(err, SARAI_ENETWORK,
                    tr("no entiendo lo que dice el servicio", "the service makes no sense"));
    if (st)
        json_decref(root);
    else
        *out = root;
    return st;
}

/* ---- weather ---------------------------------------------------------------------------------- */

/* WMO code table 4677, as far as Open-Meteo gives it; NULL: another code. */
static const char *sky_of(json_int_t code)
{
    static const struct {
        json_int_t from, to;
        const char *sky;
    } skies[] = {{0, 0, "despejado"},  {1, 2, "algunas nubes"}, {3, 3, "nublado"}, {45, 48, "niebla"},
                 {51, 57, "llovizna"}, {61, 67, "lluvia"},      {71, 77, "nieve"}, {80, 82, "chubascos"},
                 {85, 86, "nieve"},    {95, 99, "tormenta"}};
    for (size_t i = 0; i < sizeof skies / sizeof *skies; i++)
        if (code >= skies[i].from && code <= skies[i].to)
            return skies[i].sky;
    return NULL;
}

struct weather {
    char sky[64], temperature[64];
};

/* The two shapes of a reply: {"cielo", "temperatura"}, or Open-Meteo's daily lists. */
static bool read_weather(const json_t *root, const char *date, struct weather *out)
{
    const char *sky = json_string_value(json_object_get(root, "cielo"));
    const char *temperature = json_string_value(json_object_get(root, "temperatura"));
    const json_t *daily = json_object_get(root, "daily"), *days = json_object_get(daily, "time");
    if (sky && temperature)
        return snprintf(out->sky, sizeof out->sky, "%s", sky) < (int)sizeof out->sky &&
               snprintf(out->temperature, sizeof out->temperature, "%s", temperature) <
                   (int)sizeof out->temperature;
    for (size_t i = 0; i < json_array_size(days); i++) {
        const char *day = json_string_value(json_array_get(days, i));
        const json_t *code = json_array_get(json_object_get(daily, "weather_code"), i);
        const json_t *most = json_array_get(json_object_get(daily, "temperature_2m_max"), i);
        const json_t *least = json_array_get(json_object_get(daily, "temperature_2m_min"), i);
        if (!day || strcmp(day, date) != 0 || !json_is_integer(code) || !json_is_number(most) ||
            !json_is_number(least))
            continue;
        sky = sky_of(json_integer_value(code));
        snprintf(out->sky, sizeof out->sky, "%s", sky ? sky : "tiempo variable");
        snprintf(out->temperature, sizeof out->temperature, "entre %.0f y %.0f grados",
                 json_number_value(least), json_number_value(most));
        return true;
    }
    return false;
}

static enum sarai_status run_weather(void *self, const struct tool_call *call, struct tool_result *out,
                                     struct sarai_error *err)
{
    const struct builtin *b = self;
    const char *url = b->host.weather_url, *place = tool_text(call, "lugar"), *day = tool_text(call, "dia");
    char date[16];
    struct weather weather;
    struct tm tm;
    json_t *root = NULL;
    time_t at = builtin_now(b);
    if (!url || !*url)
        return failed(err, SARAI_EINPUT, tr("no hay servicio del tiempo", "there is no weather service"));
    if (place && !strstr(url, "{lugar}"))
        return failed(err, SARAI_EINPUT, tr("solo sé el tiempo de aquí", "I know the weather of here only"));
    enum sarai_status st = day ? when_date(day, at, &at, err) : SARAI_OK;
    if (st)
        return st;
    localtime_r(&at, &tm);
    strftime(date, sizeof date, "%Y-%m-%d", &tm);
    st = ask(call, url, (const char *const[][2]){{"{lugar}", place}, {"{fecha}", date}}, 2, &root, err);
    if (!st && !read_weather(root, date, &weather))
        st = failed(err, SARAI_ENETWORK,
                    tr("el servicio no dice nada de ese día", "the service says nothing about that day"));
    json_decref(root);
    return st ? st
              : tool_givef(out,
                           json_pack("{s:s,s:s}", "cielo", weather.sky, "temperatura", weather.temperature),
                           err, "Se espera %s, %s.", weather.sky, weather.temperature);
}

/* ---- news ------------------------------------------------------------------------------------- */

static enum sarai_status run_news(void *self, const struct tool_call *call, struct tool_result *out,
                                  struct sarai_error *err)
{
    const struct builtin *b = self;
    const char *url = b->host.news_url, *subject = tool_text(call, "tema");
    struct buf text = BUF_INIT(TOOL_SENTENCE_BYTES);
    json_t *root = NULL;
    if (!url || !*url)
        return failed(err, SARAI_EINPUT, tr("no hay servicio de noticias", "there is no news service"));
    enum sarai_status st = ask(call, url, (const char *const[][2]){{"{tema}", subject}}, 1, &root, err);
    const json_t *headlines = json_object_get(root, "titulares");
    bool ok = true;
    for (size_t i = 0; !st && ok && i < json_array_size(headlines) && i < HEADLINES; i++) {
        const char *headline = json_string_value(json_array_get(headlines, i));
        ok = !headline || buf_printf(&text, "%s%.*s.", text.len > 0 ? " " : "", HEADLINE_BYTES, headline);
    }
    json_decref(root);
    if (!st && !ok)
        st = out_of_memory(err, tr("las noticias", "the news"));
    else if (!st && text.len == 0)
        st = failed(err, SARAI_ENETWORK,
                    tr("el servicio no trae ninguna noticia", "the service brings no news"));
    if (!st)
        st = tool_give(out, json_pack("{s:s}", "titular", buf_string(&text)), buf_string(&text), err);
    buf_finish(&text);
    return st;
}

enum sarai_status web_tools_add(struct builtin *b, struct toolbox *box, struct sarai_error *err)
{
    const struct tool tools[] = {
        {.name = "tiempo",
         .about = "dice el tiempo que hace o hará",
         .schema = "{\"type\":\"object\",\"properties\":{\"lugar\":{\"type\":\"string\",\"maxLength\":80},"
                   "\"dia\":{\"type\":\"string\",\"maxLength\":80}}}",
         .deadline_ms = DEADLINE_MS,
         .asked_by =
             "tiempo|temper|grado|llov|llue|lluv|mojar|paragu|sol|solead|nub|nieb|niev|nev|viento|calor|"
             "frio|fresc|hel|torment|granizo|clima|abrig|pronostic|previs|bochorno|ventos",
         .run = run_weather},
        {.name = "noticias",
         .about = "dice las noticias, de un tema o de todo",
         .schema = "{\"type\":\"object\",\"properties\":{\"tema\":{\"type\":\"string\",\"maxLength\":80}}}",
         .deadline_ms = DEADLINE_MS,
         .asked_by = "notici|titular|actual|prensa|periodic|diario|pasa|paso|ocurr|suced|nuevo|nueva|novedad|"
                     "ultim|cuent|informa|mundo",
         .run = run_news},
    };
    return builtin_add_all(b, tools, sizeof tools / sizeof *tools, box, err);
}
