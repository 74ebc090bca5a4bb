/* sarai talk: a spoken conversation over microphone and loudspeaker, or over files in their place. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "keys.h"
#include "screen.h"
#include "trace.h"

struct talking {
    struct screen screen;
    struct trace *trace; /* NULL: none */
    bool events;
};

/* ---- events as JSON --------------------------------------------------------------------------- */

static json_t *times_json(const struct sarai_turn_times *t)
{
    return json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:i,s:o}", "speculated", t->speculated_ms, "transcribed",
                     t->transcribed_ms, "first_token", t->first_token_ms, "first_audio", t->first_audio_ms,
                     "confirmed", t->confirmed_ms, "sounding", t->sounding_ms, "wasted_ms", t->wasted_ms,
                     "wasted", t->wasted, "tokens", cli_tokens_json(&t->tokens));
}

static void add_fields(json_t *object, const struct sarai_talk_event *e)
{
    static const char *const lanes[] = {"listen", "think", "speak", "play"};
    if (e->text)
        json_object_set_new(object, "text", json_string(e->text));
    if (e->kind == SARAI_TALK_PARTIAL)
        json_object_set_new(object, "stable_bytes", json_integer((json_int_t)e->stable));
    if (e->kind == SARAI_TALK_LEVEL) {
        json_object_set_new(object, "level_db", json_real(e->level_db));
        json_object_set_new(object, "speech", json_real(e->speech));
    }
    if (e->kind == SARAI_TALK_SPAN) {
        json_object_set_new(object, "lane", json_string(lanes[e->lane]));
        json_object_set_new(object, "start_ms", json_real(e->start_ms));
        json_object_set_new(object, "probability", json_real(e->speech));
    }
    if (e->kind == SARAI_TALK_MOOD)
        json_object_set_new(object, "emo_vec", cli_mood_json(true, e->emo_vec));
    if (e->kind == SARAI_TALK_ANSWERED) {
        json_object_set_new(object, "answer", json_string(e->answered->answer));
        json_object_set_new(object, "by", json_string(cli_by_name(e->answered->by)));
        json_object_set_new(object, "route", cli_route_json(e->answered));
        json_object_set_new(object, "sources", cli_hits_json(&e->answered->sources));
    }
    if (e->kind == SARAI_TALK_TURN)
        json_object_set_new(object, "since_speech_ms", times_json(&e->turn_times));
}

static void print_event(const struct sarai_talk_event *e)
{
    static const char *const kinds[] = {"state",       "level", "partial", "heard", "answer",  "turn",
                                        "interrupted", "span",  "notice",  "mood",  "answered"};
    static const char *const states[] = {"idle",     "listening", "speculating",
                                         "thinking", "speaking",  "interrupted"};
    json_t *object = json_pack("{s:s,s:f,s:f,s:i,s:s}", "event", kinds[e->kind], "at_ms", e->at_ms,
                               "sound_ms", e->sound_ms, "turn", (int)e->turn, "state", states[e->state]);
    if (!object)
        return;
    add_fields(object, e);
    cli_print_json(object);
}

static void on_event(void *user, const struct sarai_talk_event *event)
{
    struct talking *t = user;
    if (t->trace)
        trace_add(t->trace, event);
    if (t->events)
        print_event(event);
    else
        screen_show(&t->screen, event);
}

/* The sound device hangs, and with it the thread that would return: nothing is left but to leave. */
static void on_hang(void *user, const char *sentence)
{
    (void)user;
    keys_restore();
    fprintf(stderr, "\nsarai: %s\n", sentence);
    _exit(SARAI_EHANG);
}

/* ---- the command ------------------------------------------------------------------------------ */

static bool read_number(const char *text, double *out)
{
    char *end;
    if (!text)
        return true;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static int check(const struct sarai_talk_options *o, const char *pace)
{
    if (pace && strcmp(pace, "fast") != 0 && strcmp(pace, "real") != 0)
        return cli_usage(tr("--pace es real o fast, no «%s»", "--pace is real or fast, not “%s”"), pace);
    if (o->output && !o->input)
        return cli_usage(tr("--output va con --input", "--output goes with --input"));
    if (o->push_to_talk && !isatty(STDIN_FILENO))
        return cli_usage(tr("--push-to-talk lee la barra espaciadora: pide una terminal por la entrada",
                            "--push-to-talk reads the space bar: it wants a terminal as standard input"));
    if ((o->fast || o->room) && (!o->input || strcmp(o->input, "-") == 0))
        return cli_usage(tr("--pace fast y --room van con un archivo en --input",
                            "--pace fast and --room go with a file as --input"));
    return SARAI_OK;
}

static int converse(struct cli *cli, struct sarai_talk_options *options, struct talking *t, const char *trace)
{
    struct sarai_error err = {0};
    struct keys *keys = NULL;
    options->user = t;
    options->on_event = on_event;
    options->on_hang = on_hang;
    int code = trace && trace_open(&t->trace, &err) ? cli_fail(cli, &err) : SARAI_OK;
    if (!code)
        code = cli_open(cli, SARAI_ALL);
    if (!code && options->push_to_talk && keys_open(cli->sarai, &keys, &err) != SARAI_OK)
        code = cli_fail(cli, &err);
    screen_init(&t->screen, options->output && strcmp(options->output, "-") == 0 ? stderr : stdout);
    if (!code && sarai_talk(cli->sarai, options, &err) != SARAI_OK)
        code = cli_fail(cli, &err);
    keys_close(keys);
    if (!t->events)
        screen_finish(&t->screen);
    if (!code && trace && trace_write(t->trace, trace, &err) != SARAI_OK)
        code = cli_fail(cli, &err);
    trace_close(t->trace);
    cli_close(cli);
    return code;
}

int command_talk(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sarai_talk_options options = {.room_db = -6};
    struct talking talking = {0};
    const char *pace = NULL, *trace = NULL, *delay = NULL, *level = NULL;
    int first, code;
    const struct cli_option own[] = {
        {"input", 'i', tr("ARCHIVO", "FILE"), &options.input, NULL,
         "archivo en lugar del micrófono («-»: PCM de 16 bits, 16 kHz, por la entrada)",
         "file in place of the microphone (“-”: 16-bit PCM, 16 kHz, on stdin)"},
        {"output", 'o', tr("ARCHIVO", "FILE"), &options.output, NULL,
         "WAV en lugar del altavoz, desde la primera muestra de la entrada («-»: PCM, 24 kHz)",
         "WAV in place of the loudspeaker, from the input's first sample on (“-”: PCM, 24 kHz)"},
        {"pace", 0, "real|fast", &pace, NULL, "fast: el archivo no va al paso del reloj",
         "fast: the file is not paced by the clock"},
        {"stereo", 0, NULL, NULL, &options.stereo, "salida con micrófono (izq.) y altavoz (der.)",
         "output with microphone (left) and loudspeaker (right)"},
        {"input-device", 0, tr("DISPOSITIVO", "DEVICE"), &options.input_device, NULL,
         "micrófono, por nombre o número (sarai devices)", "microphone, by name or number (sarai devices)"},
        {"output-device", 0, tr("DISPOSITIVO", "DEVICE"), &options.output_device, NULL,
         "altavoz, por nombre o número", "loudspeaker, by name or number"},
        {"session", 0, tr("NOMBRE", "NAME"), &options.session, NULL,
         "conversación que se guarda y se reanuda", "conversation that is kept and resumed"},
        {"room", 0, tr("ARCHIVO", "FILE"), &options.room, NULL,
         "sala simulada: el micrófono oye al altavoz por esta respuesta al impulso",
         "simulated room: the microphone hears the loudspeaker through this impulse response"},
        {"room-delay", 0, "MS", &delay, NULL, "… con este retardo", "… this much later"},
        {"room-level", 0, "DB", &level, NULL, "… a este nivel (-6)", "… at this level (-6)"},
        {"push-to-talk", 0, NULL, NULL, &options.push_to_talk,
         "la barra espaciadora abre y cierra el turno: una pulsación y otra, o mantenida",
         "the space bar opens and closes the turn: a press and another, or held"},
        {"events", 0, NULL, NULL, &talking.events, "sucesos como líneas JSON", "events as lines of JSON"},
        {"trace", 0, tr("ARCHIVO", "FILE"), &trace, NULL, "línea de tiempo: .svg, o JSON para Perfetto",
         "time line: .svg, or JSON for Perfetto"},
    };
    if (!cli_parse(cli, command, own, sizeof own / sizeof *own, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(
            tr("sobran argumentos; ayuda: sarai talk --help", "too many arguments; help: sarai talk --help"));
    if (!read_number(delay, &options.room_delay_ms) || !read_number(level, &options.room_db))
        return cli_usage(
            tr("--room-delay y --room-level piden un número", "--room-delay and --room-level take a number"));
    options.fast = pace && strcmp(pace, "fast") == 0;
    code = check(&options, pace);
    return code ? code : converse(cli, &options, &talking, trace);
}
