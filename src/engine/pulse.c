#include "engine/pulse.h"

#include <pulse/pulseaudio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "engine/sound_way.h"

enum {
    ANSWER_S = 5, /* a server that is silent for so long is not waited for */
    DEFAULT_HZ = 48000,
    HIGHEST_HZ = 192000,
    SPEAKER_MS = 60,       /* what the server holds of the loudspeaker's sound at first … */
    MOST_SPEAKER_MS = 200, /* … and after underruns: a busy machine comes late */
    BLOCK_MS = 10,
};

/* The connection. Its loop is a thread of libpulse's own, on which the callbacks run; whoever else calls the
 * library holds the loop's lock. */
struct pulse {
    struct sound base;
    pa_threaded_mainloop *loop;
    pa_context *context;
    pa_time_event *deadline;
    bool late;
    pa_stream *in, *out;
    int speaker_ms;
};

/* ---- the server ------------------------------------------------------------------------------- */

static void on_late(pa_mainloop_api *api, pa_time_event *event, const struct timeval *at, void *user)
{
    struct pulse *p = user;
    (void)api, (void)event, (void)at;
    p->late = true;
    pa_threaded_mainloop_signal(p->loop, 0);
}

static void on_context(pa_context *context, void *user)
{
    struct pulse *p = user;
    (void)context;
    pa_threaded_mainloop_signal(p->loop, 0);
}

/* Waits for one more event; false when there is no use in waiting. */
static bool await(struct pulse *p)
{
    if (p->late || !PA_CONTEXT_IS_GOOD(pa_context_get_state(p->context)))
        return false;
    pa_threaded_mainloop_wait(p->loop);
    return true;
}

static void let_go(pa_stream *stream)
{
    if (!stream)
        return;
    pa_stream_set_state_callback(stream, NULL, NULL);
    pa_stream_set_read_callback(stream, NULL, NULL);
    pa_stream_set_write_callback(stream, NULL, NULL);
    pa_stream_set_underflow_callback(stream, NULL, NULL);
    pa_stream_disconnect(stream);
    pa_stream_unref(stream);
}

static void pulse_close(struct sound *base)
{
    struct pulse *p = (struct pulse *)base;
    if (p->loop)
        pa_threaded_mainloop_lock(p->loop);
    if (p->deadline)
        pa_threaded_mainloop_get_api(p->loop)->time_free(p->deadline);
    let_go(p->in);
    let_go(p->out);
    if (p->context) {
        pa_context_set_state_callback(p->context, NULL, NULL);
        pa_context_disconnect(p->context);
        pa_context_unref(p->context);
    }
    if (p->loop) {
        pa_threaded_mainloop_unlock(p->loop);
        pa_threaded_mainloop_stop(p->loop);
        pa_threaded_mainloop_free(p->loop);
    }
    sound_finish(&p->base);
    free(p);
}

static enum sarai_status silent(struct sarai_error *err)
{
    return failed(err, SARAI_EINPUT,
                  tr("el servidor de sonido no responde; prueba: pactl info",
                     "the sound server does not answer; try: pactl info"));
}

/* Leaves the loop locked, also when it fails. *there: a server answers. */
static enum sarai_status reach(struct pulse *p, bool *there, struct sarai_error *err)
{
    p->loop = pa_threaded_mainloop_new();
    if (!p->loop)
        return out_of_memory(err, "PulseAudio");
    pa_threaded_mainloop_lock(p->loop);
    p->context = pa_context_new(pa_threaded_mainloop_get_api(p->loop), "Sarai");
    if (!p->context || pa_threaded_mainloop_start(p->loop) < 0)
        return out_of_memory(err, "PulseAudio");
    pa_context_set_state_callback(p->context, on_context, p);
    p->deadline =
        pa_context_rttime_new(p->context, pa_rtclock_now() + ANSWER_S * PA_USEC_PER_SEC, on_late, p);
    bool tried = pa_context_connect(p->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0;
    while (tried && pa_context_get_state(p->context) != PA_CONTEXT_READY && await(p))
        ;
    *there = pa_context_get_state(p->context) == PA_CONTEXT_READY;
    return p->late ? silent(err) : SARAI_OK;
}

/* ---- devices ---------------------------------------------------------------------------------- */

struct listing {
    struct pulse *pulse;
    struct sound_device *out;
    size_t max, n;
    char sink[SOUND_NAME_BYTES], source[SOUND_NAME_BYTES]; /* the defaults */
};

/* Cut at a whole character. */
static void keep(char out[SOUND_NAME_BYTES], const char *text)
{
    snprintf(out, SOUND_NAME_BYTES, "%s", text ? text : "");
    out[utf8_complete(out, strlen(out))] = '\0';
}

static struct sound_device *add(struct listing *l, const char *id, const char *name, uint32_t hz)
{
    if (l->n == l->max)
        return NULL;
    struct sound_device *d = &l->out[l->n];
    *d = (struct sound_device){
        .index = (int)l->n++, .rate_hz = hz == 0 || hz > HIGHEST_HZ ? DEFAULT_HZ : hz, .host = "PulseAudio"};
    keep(d->id, id);
    keep(d->name, name);
    return d;
}

static void on_server(pa_context *context, const pa_server_info *info, void *user)
{
    struct listing *l = user;
    (void)context;
    if (info) {
        keep(l->sink, info->default_sink_name);
        keep(l->source, info->default_source_name);
    }
    pa_threaded_mainloop_signal(l->pulse->loop, 0);
}

static void on_sink(pa_context *context, const pa_sink_info *info, int end, void *user)
{
    struct listing *l = user;
    struct sound_device *d = end ? NULL : add(l, info->name, info->description, info->sample_spec.rate);
    (void)context;
    if (d) {
        d->outputs = info->sample_spec.channels;
        d->default_output = strcmp(d->id, l->sink) == 0;
    }
    if (end)
        pa_threaded_mainloop_signal(l->pulse->loop, 0);
}

/* What a sink plays can be recorded too; that is no microphone. */
static void on_source(pa_context *context, const pa_source_info *info, int end, void *user)
{
    struct listing *l = user;
    struct sound_device *d = end || info->monitor_of_sink != PA_INVALID_INDEX
                                 ? NULL
                                 : add(l, info->name, info->description, info->sample_spec.rate);
    (void)context;
    if (d) {
        d->inputs = info->sample_spec.channels;
        d->default_input = strcmp(d->id, l->source) == 0;
    }
    if (end)
        pa_threaded_mainloop_signal(l->pulse->loop, 0);
}

static void finish_operation(struct pulse *p, pa_operation *operation)
{
    if (!operation)
        return;
    while (pa_operation_get_state(operation) == PA_OPERATION_RUNNING && await(p))
        ;
    pa_operation_cancel(operation); /* `listing` is not there for ever */
    pa_operation_unref(operation);
}

static enum sarai_status list(struct pulse *p, struct sound_device *out, size_t max, size_t *n,
                              struct sarai_error *err)
{
    struct listing l = {.pulse = p, .out = out, .max = max};
    finish_operation(p, pa_context_get_server_info(p->context, on_server, &l));
    finish_operation(p, pa_context_get_source_info_list(p->context, on_source, &l));
    finish_operation(p, pa_context_get_sink_info_list(p->context, on_sink, &l));
    *n = l.n;
    return p->late ? silent(err) : SARAI_OK;
}

enum sarai_status pulse_list(struct sound_device *out, size_t max, size_t *n, struct sarai_error *err)
{
    bool there = false;
    struct pulse *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, "PulseAudio");
    *n = 0;
    enum sarai_status st = reach(p, &there, err);
    if (!st && there)
        st = list(p, out, max, n, err);
    if (p->loop)
        pa_threaded_mainloop_unlock(p->loop);
    pulse_close(&p->base);
    return st;
}

/* ---- streams ---------------------------------------------------------------------------------- */

static void on_stream(pa_stream *stream, void *user)
{
    struct pulse *p = user;
    (void)stream;
    pa_threaded_mainloop_signal(p->loop, 0);
}

static void on_recorded(pa_stream *stream, size_t bytes, void *user)
{
    struct pulse *p = user;
    const void *data;
    while (pa_stream_peek(stream, &data, &bytes) >= 0 && bytes > 0) {
        sound_recorded(&p->base, data, bytes / sizeof(float));
        pa_stream_drop(stream);
    }
}

/* The server is always given all that it asks for: so an underrun is over as soon as it is heard of. */
static void on_play(pa_stream *stream, size_t bytes, void *user)
{
    struct pulse *p = user;
    void *data;
    while (bytes >= sizeof(float)) {
        size_t some = bytes;
        if (pa_stream_begin_write(stream, &data, &some) < 0 || some < sizeof(float))
            return;
        some = (some < bytes ? some : bytes) / sizeof(float) * sizeof(float);
        sound_play(&p->base, data, some / sizeof(float));
        if (pa_stream_write(stream, data, some, NULL, 0, PA_SEEK_RELATIVE) < 0)
            return;
        bytes -= some;
    }
}

/* `any` leaves a size to the server. */
static pa_buffer_attr buffer_of(const struct pulse *p, const pa_sample_spec *spec)
{
    const uint32_t ms = (uint32_t)pa_usec_to_bytes(PA_USEC_PER_MSEC, spec), any = (uint32_t)-1;
    return (pa_buffer_attr){any, (uint32_t)p->speaker_ms * ms, any, BLOCK_MS * ms, BLOCK_MS * ms};
}

static void on_underrun(pa_stream *stream, void *user)
{
    struct pulse *p = user;
    if (p->speaker_ms >= MOST_SPEAKER_MS)
        return;
    p->speaker_ms += p->speaker_ms / 2;
    const pa_buffer_attr sizes = buffer_of(p, pa_stream_get_sample_spec(stream));
    pa_operation *operation = pa_stream_set_buffer_attr(stream, &sizes, NULL, NULL);
    if (operation)
        pa_operation_unref(operation);
}

static const char *reason_of_server(int code)
{
    switch (code) {
    case PA_ERR_NOENTITY:
        return tr("no existe tal aparato", "there is no such device");
    case PA_ERR_ACCESS:
        return tr("no está permitido", "it is not allowed");
    case PA_ERR_BUSY:
        return tr("otro programa lo usa", "another program has it");
    default:
        return pa_strerror(code);
    }
}

/* What `wanted` names, or the server's choice, which may change as the person likes. */
static enum sarai_status open_stream(struct pulse *p, const struct sound_device *wanted, bool input,
                                     struct sarai_error *err)
{
    const pa_sample_spec spec = {PA_SAMPLE_FLOAT32NE, (uint32_t)(input ? p->base.in_hz : p->base.out_hz), 1};
    const pa_buffer_attr sizes = buffer_of(p, &spec);
    const char *id = wanted ? wanted->id : NULL;
    pa_stream *stream = pa_stream_new(p->context, input ? "microphone" : "loudspeaker", &spec, NULL);
    if (!stream)
        return out_of_memory(err, "PulseAudio");
    *(input ? &p->in : &p->out) = stream;
    pa_stream_set_state_callback(stream, on_stream, p);
    pa_stream_set_read_callback(stream, on_recorded, p);
    pa_stream_set_write_callback(stream, on_play, p);
    pa_stream_set_underflow_callback(stream, on_underrun, p);
    int code = input ? pa_stream_connect_record(stream, id, &sizes, PA_STREAM_ADJUST_LATENCY)
                     : pa_stream_connect_playback(stream, id, &sizes, PA_STREAM_ADJUST_LATENCY, NULL, NULL);
    while (code >= 0 && pa_stream_get_state(stream) == PA_STREAM_CREATING && await(p))
        ;
    if (pa_stream_get_state(stream) == PA_STREAM_READY)
        return SARAI_OK;
    return p->late ? silent(err)
                   : failed(err, input ? SARAI_EINPUT : SARAI_EOUTPUT,
                            tr("no se abre «%s»: %s", "“%s” does not open: %s"),
                            wanted  ? wanted->name
                            : input ? tr("el micrófono", "the microphone")
                                    : tr("el altavoz", "the loudspeaker"),
                            reason_of_server(pa_context_errno(p->context)));
}

/* *own: the devices that are named are the server's. */
static enum sarai_status open_streams(struct pulse *p, const struct sound_options *o, size_t *n, bool *own,
                                      struct sarai_error *err)
{
    struct sound_device all[SOUND_MOST_DEVICES];
    enum sarai_status st = list(p, all, SOUND_MOST_DEVICES, n, err);
    const struct sound_device *in = sound_find(all, *n, o->input, true);
    const struct sound_device *out = sound_find(all, *n, o->output, false);
    *own = !st && *n > 0 && (in || !o->input) && (out || !o->output);
    if (st || !*own)
        return st;
    st = sound_init(&p->base, in ? (int)in->rate_hz : DEFAULT_HZ, out ? (int)out->rate_hz : DEFAULT_HZ, err);
    if (!st)
        st = open_stream(p, o->output ? out : NULL, false, err);
    if (!st)
        st = open_stream(p, o->input ? in : NULL, true, err);
    return st;
}

enum sarai_status pulse_open(const struct sound_options *options, struct sound **out, size_t *n,
                             struct sarai_error *err)
{
    bool there = false, own = false;
    struct pulse *p = calloc(1, sizeof *p);
    if (!p)
        return out_of_memory(err, "PulseAudio");
    p->base.close = pulse_close;
    p->speaker_ms = SPEAKER_MS;
    *n = 0;
    enum sarai_status st = reach(p, &there, err);
    if (!st && there)
        st = open_streams(p, options, n, &own, err);
    if (p->deadline)
        pa_threaded_mainloop_get_api(p->loop)->time_free(p->deadline);
    p->deadline = NULL;
    if (p->loop)
        pa_threaded_mainloop_unlock(p->loop);
    if (st || !own)
        pulse_close(&p->base);
    else
        *out = &p->base;
    return st;
}
